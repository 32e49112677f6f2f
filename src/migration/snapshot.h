/*
 * Snapshot files: 0.8.2's format and checksum to the byte (spec: dbwarden-schema.md section 3), and under
 * one more key, "dbwarden", the exact tree, both spellings of expressions, and what the project owns.
 * A snapshot without that key comes from 0.8.2: what it cannot express is not said.
 */
#ifndef MIGRATION_SNAPSHOT_H
#define MIGRATION_SNAPSHOT_H

#include "schema/tree.h"

struct snapshot {
    const char *migration_id; /* file stem of the migration it stands after */
    const char *database_name;
    const char *database_type;
    const char *applied_at;      /* UTC, seconds: 2026-11-21T03:25:33Z */
    struct tree *tree;           /* with what is owned by the project, see schema/managed.h */
    bool recorded;               /* read from a file: of every part; else parts count as owned with what holds them */
    struct json *events;         /* DDL elements that migrations hold up to here (run/events.h); NULL: not said */
    bool legacy;                 /* had no "dbwarden" key */
    const struct json *document; /* of a legacy one: what its tree cannot say, such as ambiguous types */
};

/* ERR_SYNTAX if it is not a snapshot or its checksum is wrong; hint says how to make it again. */
int snapshot_read(struct ctx *ctx, const char *path, struct snapshot **snapshot);
int snapshot_from_text(struct ctx *ctx, const char *name, const char *text, size_t length, struct snapshot **snapshot);
char *snapshot_to_text(struct arena *mem, const struct snapshot *snapshot); /* indent 2, checksum last, newline */
int snapshot_write(struct ctx *ctx, const char *path, const struct snapshot *snapshot); /* atomic */

/*
 * Of a legacy snapshot only: fills what its tree leaves open (ambiguous types, the order of a composite primary key,
 * the parts of expression indexes) from `desired` where that could have been written like this, as 0.8.2 compared;
 * else with what is most likely. For when no database can tell.
 */
void snapshot_assume(struct arena *mem, struct snapshot *snapshot, const struct tree *desired);

#endif
