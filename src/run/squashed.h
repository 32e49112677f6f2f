/* What squash needs to know of the state of a database, and leaves in it. */
#ifndef RUN_SQUASHED_H
#define RUN_SQUASHED_H

#include "run/run.h"

/*
 * The files (struct migration *) up to version `to` (NULL: up to the last applied one): ERR_STATE unless all of them are applied as they
 * stand, and there are two at least. Needs session_folder() and session_lock().
 */
int squash_choose(struct ctx *ctx, struct session *session, const char *to, struct list *files);
/* After the new file is there: the folder is read again, rows and snapshot follow. */
int squash_follow(struct ctx *ctx, struct session *session);

#endif
