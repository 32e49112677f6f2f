/* A private server of an engine, from local binaries: in a folder of its own, for this process, gone with it. */
#ifndef DIALECT_SCRATCH_SERVER_H
#define DIALECT_SCRATCH_SERVER_H

#include "base/ctx.h"
#include "base/list.h"

/*
 * What such a server needs, as data.  Commands are words between single spaces, in which "{bin}" is the folder of the
 * programs and "{folder}" the server's own.  Lists of texts end with NULL.
 */
struct scratch_server_spec {
    const char *title;           /* for messages: "PostgreSQL" */
    const char *folder;          /* a template for mkdtemp(): short, because a socket's path has an end */
    const char *const *programs; /* what one folder must have; the last is looked up on PATH too */
    const char *versions;        /* a folder of folders called by versions, each with "bin"; NULL */
    const char *ask;             /* a command that prints the folder of the programs; NULL */
    const char *other;           /* the last one is not this server if its --version says that; NULL */
    int version_unit;            /* a version divided by it is what those folders are called by */
    const char *initialise;      /* command; NULL: nothing to do before it runs */
    const char *run;             /* command */
    const char *const *add_env;  /* as in process.h */
    const char *drop_env;
    int stop;               /* signal */
    const char *ready_file; /* below the folder */
    const char *ready_text; /* is in it once connections are taken */
    const char *hint;       /* if no programs are found */
};

struct scratch_server;

/* Of the version that comes nearest to `version`; 0: the newest. ERR_UNSUPPORTED if none is installed. */
int scratch_server_start(struct ctx *ctx, const struct scratch_server_spec *spec, int version,
                         struct scratch_server **server);
const char *scratch_server_folder(const struct scratch_server *server);
void scratch_server_stop(struct scratch_server *server); /* accepts NULL */

#endif
