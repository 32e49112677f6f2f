/* The live schema of a database, read and spelled. */
#ifndef COMMAND_INSPECT_H
#define COMMAND_INSPECT_H

#include "command/commands.h"
#include "diff/plan.h"

/* Connects and reads; settled. ERR_UNSUPPORTED where the engine cannot be read yet. */
int inspect_live(struct ctx *ctx, struct session *session, struct tree **tree);
/* The statements that would create `tree` in an empty database. */
int inspect_sql(struct ctx *ctx, const struct session *session, struct tree *tree, const char **sql);
/* The same as a file of its own: what is not in it is named, and names without a schema mean what they mean there. */
int inspect_dump(struct ctx *ctx, const struct session *session, struct tree *tree, const char **text);
/* What no kind models, as texts. */
struct json *inspect_unmodelled(struct arena *mem, const struct tree *tree);
/* JSON as YAML, into the report. */
int yaml_report(struct ctx *ctx, const struct json *value, struct report *report);
/* A table as people write it: "users", "audit.log" if its schema is not the default one. */
const char *table_title(struct arena *mem, const struct object *table);

#endif
