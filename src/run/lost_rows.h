/* Rows that hold what a plan takes away and the server would not even tell of. */
#ifndef RUN_LOST_ROWS_H
#define RUN_LOST_ROWS_H

#include "run/run.h"

/* ERR_UNSUPPORTED with how many rows hold what, if any do. Without a connection nobody is asked. */
int lost_rows_check(struct ctx *ctx, struct session *session, const struct changes *changes);

#endif
