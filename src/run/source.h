/*
 * Where a schema comes from, as `diff --from` and `--to` name it: what is described, what is there, what was there, or what
 * files lead to.  Two of them are read for one target, so that they can be compared.  Nothing of a user's is changed.
 */
#ifndef RUN_SOURCE_H
#define RUN_SOURCE_H

#include "run/proof.h"
#include "run/run.h"

enum source_kind {
    SOURCE_MODELS,     /* or schema files, of the project */
    SOURCE_DATABASE,   /* the project's, or a URL's */
    SOURCE_SNAPSHOT,   /* the project's latest, or a file */
    SOURCE_MIGRATIONS, /* the project's files, run in a scratch database */
    SOURCE_SQL,        /* a file, likewise */
    SOURCE_EMPTY
};

struct source {
    enum source_kind kind;
    const char *title;   /* for messages, without secrets; more telling once it is read */
    const char *url;     /* of a database that is no project's; NULL */
    const char *path;    /* of a file; NULL */
    const char *version; /* of migrations, the last one that is run; NULL: all */
    bool once_only;      /* of migrations, without those that run again and again */
    struct proof *proof; /* of migrations: to be filled by trying their ways back (proof.h); NULL: nobody asks */
    const struct dialect *dialect;
    struct session *session; /* of what belongs to a project, and of a database; else NULL */
    struct snapshot *snapshot;
    struct conn *scratch; /* what it was read from, as long as somebody may be asked there; NULL */
    struct tree *tree;    /* settled */
    struct list renames;  /* struct rename *: what it says that things were called */
};

struct sources {
    struct source side[2];     /* from, to */
    const char *folder;        /* what paths are relative to; NULL: the working folder */
    const struct url *sandbox; /* a server that scratch databases may be made on; NULL */
    const struct dialect *dialect;
    const struct filter *filter;
    struct target target; /* the database that is compared, else what a scratch database or a snapshot says */
};

/* ERR_USAGE for what is no source; `option` is where it was given. */
int source_parse(struct ctx *ctx, const char *option, const char *text, struct source *source);
bool source_needs_project(const struct source *source);
/*
 * The engine that both are of: `wanted` (NULL: not said) counts for models, for SQL and for nothing. ERR_FAILED where they
 * are of different ones. Needs the sessions. Reads snapshots.
 */
int sources_match(struct ctx *ctx, struct sources *sources, const struct dialect *wanted);
int sources_read(struct ctx *ctx, struct sources *sources);
/* Where a server can be asked how it spells what models say; NULL. */
struct conn *sources_conn(const struct sources *sources);
void sources_close(struct sources *sources); /* the scratch databases; sessions have their own owner */

/* replayed.c: what the migrations of a session's project lead to, up to `version` (NULL: all), as `server` (NULL) may host it. */
int migrations_replay(struct ctx *ctx, const struct session *session, const struct url *server, struct source *source);

#endif
