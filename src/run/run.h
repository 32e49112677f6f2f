/*
 * Doing things to a database: running files, segments and journal, migrating, rolling back, reading schemas
 * from wherever they are described.
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "config/config.h"
#include "schema/snapshot.h"
#include "state/state.h"

struct session {
    const struct config *config;
    const struct database_config *database;
    struct conn *conn;   /* NULL until session_connect() */
    struct state state;
    struct lock *lock;   /* NULL until session_lock() */
    struct folder *folder; /* NULL until session_folder() */
    double lock_timeout;
};
int session_open(struct ctx *ctx, const struct config *config, const char *database, struct session *session);
int session_connect(struct ctx *ctx, struct session *session, bool read_only);
int session_lock(struct ctx *ctx, struct session *session); /* connects, prepares state tables, locks */
int session_folder(struct ctx *ctx, struct session *session); /* reads and splits every migration file */
void session_close(struct session *session); /* for cleanup */

/* One file, up or down: segments, journal, state row; continues an unfinished one. */
int execute_file(struct ctx *ctx, struct session *session, const struct migration *migration, bool down);

struct migrate_options {
    int64_t count;       /* 0: all; of pending ones */
    const char *to_version;
    bool baseline;
    bool dry_run;
};
/* `report` gets applied, skipped, pending ... as JSON; filled also when it fails half-way. */
int migrate_run(struct ctx *ctx, struct session *session, const struct migrate_options *options, struct json *report);

struct rollback_options {
    int64_t count;          /* 0: one, unless to_version says more */
    const char *to_version; /* stays applied */
    bool to_nothing;        /* downgrade --to 0 or base */
};
int rollback_run(struct ctx *ctx, struct session *session, const struct rollback_options *options, struct json *report);

/* Files against rows: applied, pending, missing files, edited files; nothing is changed, no lock is taken. */
int status_run(struct ctx *ctx, struct session *session, struct json *report);

/* Snapshots of a project: dbwarden/schemas/ in its folder. */
char *snapshot_path(struct arena *mem, const struct config *config, const char *stem);
/* The one to diff against: of the last applied version that has one (all versions if `applied` is NULL). NULL if none. */
int snapshot_latest(struct ctx *ctx, const struct session *session, const struct list *applied, struct snapshot **snapshot);
/* Reads the live schema and writes the snapshot under the stem of the last applied migration; a failure is a warning. */
int snapshot_take(struct ctx *ctx, struct session *session);

/* The schema that is wanted, from models or schema files of the database's configuration; settled. */
int wanted_read(struct ctx *ctx, struct session *session, struct tree **tree);
/* The schema that is: live if it can be reached, else the latest snapshot; settled. */
int current_read(struct ctx *ctx, struct session *session, bool offline, struct tree **tree, struct managed *managed,
                 const char **source);
/* Any DDL of the engine, run in a scratch database and read back. */
int ddl_read(struct ctx *ctx, const struct database_config *database, const struct names *files, struct tree **tree);

#endif
