/* On which server a scratch database is made: one rule for all that make one. */
#ifndef RUN_SCRATCH_PLACE_H
#define RUN_SCRATCH_PLACE_H

#include "run/run.h"

typedef int scratch_use(struct ctx *ctx, const struct url *server, void *sink);

/*
 * Calls `use` with a server that it may make its scratch database on (NULL: a private one), and where no private server can be
 * started (ERR_UNSUPPORTED) once more with `own`, that of the project; `own` may be NULL. *server ends as the one that was used.
 */
int scratch_place_try(struct ctx *ctx, const struct url **server, const struct url *own, scratch_use *use, void *sink);
/* For what a session describes: near its database, unless that is not to be asked. */
int scratch_place_use(struct ctx *ctx, struct session *session, scratch_use *use, void *sink);
/* The server of a session's database, if it has one. */
const struct url *scratch_place_own(const struct session *session);

#endif
