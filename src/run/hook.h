/* Commands of the user's that a run calls (hook.c). */
#ifndef RUN_HOOK_H
#define RUN_HOOK_H

#include "run/run.h"

/* Before the first of these files (struct migration *); nothing if there is none. ERR_HOOK: it says no. */
int hook_begin(struct ctx *ctx, struct session *session, const struct list *files, bool down);
int hook_file_begin(struct ctx *ctx, struct session *session, const struct migration *migration, bool down);
void hook_file_end(struct ctx *ctx, struct session *session, const struct migration *migration, double seconds);
/* After a run, or after what failed; `done` is what it did, as reports say it. Gives `code` back. */
int hook_end(struct ctx *ctx, struct session *session, const struct json *done, bool down, int code);
bool hook_of_files(const struct session *session); /* is there one that wants to know of each file? */

#endif
