/* The live schema of a database, read and spelled. */
#ifndef COMMAND_INSPECT_H
#define COMMAND_INSPECT_H

#include "command/commands.h"

/* Connects and reads; settled. ERR_UNSUPPORTED where the engine cannot be read yet. */
int inspect_live(struct ctx *ctx, struct session *session, struct tree **tree);
/* The statements that would create `tree` in an empty database. */
int inspect_sql(struct ctx *ctx, const struct session *session, struct tree *tree, const char **sql);
/* JSON as YAML, into the report. */
int yaml_report(struct ctx *ctx, const struct json *value, struct report *report);
/* A table as people write it: "users", "audit.log" if its schema is not the default one. */
const char *table_title(struct arena *mem, const struct object *table);

#endif
