/*
 * The server as judge: what differs in nothing but how an expression or a type is spelled is made by the server, which then says
 * how it spells it, so that like is compared with like.
 */
#ifndef RUN_JUDGE_H
#define RUN_JUDGE_H

#include "run/run.h"

enum normalise {
    NORMALISE_AUTO,   /* what is neither known nor provably the same is put to the server, where there is one */
    NORMALISE_SERVER, /* everything is, and is written as the server spells it; without a server nothing is done */
    NORMALISE_OFFLINE /* nothing is */
};

struct judge_case {
    enum normalise mode;
    const struct changes *changes; /* as diff found them */
    struct tree *desired;          /* equal to the tree that diff was given: gets the server's spellings */
    struct tree *written;          /* likewise, for what is remembered: types stay as they are */
};

bool judge_is_there(const struct session *session, enum normalise mode); /* else there is nobody to ask */
/*
 * *answered: the trees say something new, so it is worth comparing again. ERR_SQL with the object if the server refuses an
 * expression.
 */
int judge_ask(struct ctx *ctx, struct session *session, const struct judge_case *judged, bool *answered);
/* Names what is made again although only its spelling may differ, because no server has said so. */
void judge_warn(struct ctx *ctx, const struct dialect *dialect, const struct changes *changes);

#endif
