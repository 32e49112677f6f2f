/*
 * Migration files and their folder (spec: dbwarden-engine.md section 3): names, headers, sections,
 * statements, checksums, order.
 */
#ifndef MIGRATION_MIGRATION_H
#define MIGRATION_MIGRATION_H

#include "dialect/dialect.h"
#include "sql/split.h"

enum migration_type { MIGRATION_VERSIONED, MIGRATION_RUNS_ALWAYS, MIGRATION_RUNS_ON_CHANGE };
const char *migration_type_name(enum migration_type type); /* "versioned", "runs_always", "runs_on_change" */

struct migration {
    const char *path;        /* as messages show it */
    const char *filename;
    enum migration_type type;
    const char *version;     /* digits as in the name; NULL for repeatables */
    int64_t number;          /* the version as a number; -1 */
    const char *description; /* as 0.8.2 records it: "0001 users" */
    struct names depends_on;
    bool seed;
    bool no_transaction;     /* header "-- transaction: none" */
    struct split up;
    struct split down;
    bool has_down;
    const char *checksum;       /* 0.8.2's */
    const char *token_checksum; /* the journal's, of the up side */
    const char *text;        /* the file */
};

/* Reads and splits one file. */
int migration_read(struct ctx *ctx, const struct dialect *dialect, const char *path, struct migration **migration);

struct folder {
    const char *path;
    struct list versioned;  /* struct migration *, by number; depends_on already brought into order */
    struct list always;     /* by name */
    struct list on_change;  /* by name */
    struct names ignored;   /* names that look like migrations but are not, for one warning each */
};
/*
 * ERR_FILE if the folder is absent, ERR_STATE for two files of one version, ERR_SYNTAX for a dependency that is
 * missing or circular; warns about misnamed files with the name they should have.
 */
int folder_read(struct ctx *ctx, const struct dialect *dialect, const char *path, struct folder **folder);
struct migration *folder_version(const struct folder *folder, int64_t number); /* NULL */

/* "0002" or "2" to a number; ERR_USAGE if it is no version. */
int version_read(struct ctx *ctx, const char *text, int64_t *number);

/* Names (spec sections 3 and 5). */
char *name_slug(struct arena *mem, const char *description);
char *name_auto(struct arena *mem, const struct list *changes); /* struct name_change * */
struct name_change {
    const char *operation; /* 0.8.2's word: "add_column" */
    const char *table;
    const char *target; /* NULL */
    const char *suffix; /* index type other than btree; NULL */
};
int64_t name_next(const struct folder *folder);
char *name_file(struct arena *mem, const char *database, int64_t number, const char *slug); /* db__0001_slug.sql */

#endif
