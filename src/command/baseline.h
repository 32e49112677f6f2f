/* make-migrations --baseline; private to command/. */
#ifndef COMMAND_BASELINE_H
#define COMMAND_BASELINE_H

#include "command/comparison.h"

/* From nothing to what the live database has of what is desired. ERR_STATE if there are migrations, or it has nothing. */
int baseline_compare(struct ctx *ctx, struct session *session, struct comparison *comparison);
/* Marks the file that was just written as applied, in a session of its own. */
int baseline_mark(struct ctx *ctx, const struct session *session, const char *version, struct json *report);

#endif
