/* What another session stands in the way of is tried again (patience.c). */
#ifndef RUN_PATIENCE_H
#define RUN_PATIENCE_H

#include "run/run.h"

struct patience {
    int tries;
    double since; /* the try at hand began */
    double pause; /* before the next one */
};

/*
 * Waits and says why, if the failure at hand is one that time may cure and there is time left. ctx->error is as it was,
 * or says that we were asked to stop.  `what` failed, and is undone; it is run again by whoever asks.
 */
bool patience_wait(struct ctx *ctx, struct session *session, struct patience *patience, const char *what);

#endif
