/* The engines' own client programs (pg_dump, mariadb-dump ...): found, and run on a connection without its password in sight. */
#ifndef DIALECT_CLIENT_PROGRAM_H
#define DIALECT_CLIENT_PROGRAM_H

#include "base/ctx.h"
#include "base/process.h"

struct client_program {
    const char *const *names; /* in the order of preference; NULL-terminated */
    const char *versions;     /* a folder of folders called by versions, each with "bin"; NULL */
    const char *package;      /* what has it, for messages: "postgresql-client" */
};

/*
 * The path of the one that fits a server of that major version best: its own, else the next newer one, else what is on PATH.
 * ERR_UNSUPPORTED names the package.
 */
int client_program_find(struct ctx *ctx, const struct client_program *program, int version, const char **path);

/*
 * Runs it: `spec` says files and additions, `argv` included; of our environment it gets what programs need and nothing else.
 * ERR_FAILED with what it said if it failed.
 */
int client_program_run(struct ctx *ctx, struct process_spec spec);

#endif
