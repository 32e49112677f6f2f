/* The files of a project on a scratch database: run from the first one on, and each way back tried (proof.c). */
#ifndef RUN_REPLAYED_H
#define RUN_REPLAYED_H

#include "run/source.h"

struct replay_options {
    const struct url *server; /* that may host the database; NULL */
    const char *version;      /* the last file that counts; NULL: all do */
    bool once_only;           /* what runs again and again is left out */
    bool down;                /* the ways back are run too */
};

/* `replay` is a session on an empty scratch database, for the files of `session`. ERR_UNSUPPORTED where none can be had. */
int replay_open(struct ctx *ctx, const struct session *session, const struct replay_options *options,
                struct session *replay);
int replay_run(struct ctx *ctx, struct session *replay, const char *version); /* whatever waits, up to there */
int replay_explain(struct ctx *ctx, const struct session *replay);            /* a failure of one of them; its code */
int replay_read(struct ctx *ctx, struct session *replay, struct tree **tree); /* what they have led to */

/* proof.c: what of `before` is not so in `after`: the schema, and rows of its tables. */
struct replayed {
    struct conn *conn;
    struct tree *tree; /* settled */
};
int replays_compare(struct ctx *ctx, const struct target *target, const struct replayed *before,
                    const struct replayed *after, struct names *details);

/* proof.c: every version is run, and those that `proof` is about go back and run again. Needs `down`. */
int replay_prove(struct ctx *ctx, struct session *replay, const struct replay_options *options, struct proof *proof);

#endif
