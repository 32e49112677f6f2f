/* What a run would do, as SQL for a client: without a connection. */
#ifndef RUN_OFFLINE_H
#define RUN_OFFLINE_H

#include "run/run.h"

struct offline_options {
    const char *from, *to; /* versions; NULL: nothing applied yet, and the last file (going back: nothing stays) */
    bool down;
};
/* "0003:0005", ":0005", "0003:" or, of a way forward, "0005"; NULL is all. ERR_USAGE. */
int offline_range(struct ctx *ctx, const char *text, struct offline_options *options);
/* ERR_UNSUPPORTED for what only a run can do. */
int offline_text(struct ctx *ctx, struct session *session, const struct offline_options *options, const char **text);

#endif
