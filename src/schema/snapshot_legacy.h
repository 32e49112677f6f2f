/* The part of a snapshot file that 0.8.2 wrote and read: keys tables, enums, indexes, constraints. */
#ifndef SCHEMA_SNAPSHOT_LEGACY_H
#define SCHEMA_SNAPSHOT_LEGACY_H

#include "schema/snapshot.h"

/* Sets the four keys from the default schema of the snapshot's tree. */
void legacy_write(struct arena *mem, struct json *json, const struct snapshot *snapshot);

/* A tree of what these keys say; `name` is what errors call the file. ERR_SYNTAX if they are not what they should be. */
int legacy_read(struct ctx *ctx, const char *name, const struct json *json, enum engine engine, struct tree **tree);

/* The entry of a column in a legacy document, or NULL. */
const struct json *legacy_column(const struct json *document, const char *table, const char *column);

/* "fk_posts_user_id": what 0.8.2 called a foreign key without a name. */
char *legacy_fk_name(struct arena *mem, const char *table, const struct names *columns);

#endif
