/* What a hand-written migration that waits makes, and a new one would make once more. */
#ifndef RUN_TWICE_H
#define RUN_TWICE_H

#include "diff/diff.h"
#include "run/run.h"

/*
 * `unseen`: struct migration *, of which nothing says what they lead to.  ERR_UNSUPPORTED, with the file and the object, if
 * one of them creates what `changes` create.
 */
int twice_check(struct ctx *ctx, const struct session *session, const struct list *unseen,
                const struct changes *changes);

#endif
