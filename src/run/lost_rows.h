/* Rows that hold what a plan takes away. */
#ifndef RUN_LOST_ROWS_H
#define RUN_LOST_ROWS_H

#include "run/run.h"

/*
 * ERR_UNSUPPORTED with how many rows hold what, if any do and the server would not tell; a warning with how many go with what is
 * dropped. Without a connection nobody is asked.
 */
int lost_rows_check(struct ctx *ctx, struct session *session, const struct changes *changes);

#endif
