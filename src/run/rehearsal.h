/*
 * A plan tried out before it is written: on empty copies of what it is about, which the dialect takes away again.  What only
 * the server knows (which operators a type has, what somebody's index or check says of a label) is then said before migrate.
 */
#ifndef RUN_REHEARSAL_H
#define RUN_REHEARSAL_H

#include "diff/plan.h"
#include "run/run.h"

struct rehearsal_options {
    bool offline; /* no server is asked */
    bool online;  /* statements become the gentlest that the server takes: ERR_USAGE where the engine knows no such */
};

/*
 * ERR_UNSUPPORTED with what the server said if `up` would not run.  Of `down`, which may be NULL, it becomes a hazard.  Does nothing
 * where the plan holds no risk of that kind, or where it cannot be tried without touching what is there.
 */
int rehearse(struct ctx *ctx, struct session *session, const struct rehearsal_options *options, struct plan *up,
             struct plan *down);

#endif
