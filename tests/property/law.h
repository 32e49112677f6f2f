/* One database under test, and the steps that both the random laws and the text cases take on it. */
#ifndef PROPERTY_LAW_H
#define PROPERTY_LAW_H

#include "diff/plan.h"

struct law {
    struct ctx *ctx;
    const struct dialect *dialect;
    struct conn *conn;
    struct target target; /* of conn */
    struct filter filter;
    const struct list *renames; /* of the next law_changes(); NULL: none */
    bool concurrently;          /* likewise of law_plans() */
    const char *doing;
    int refused; /* changes that cannot be made */
};

int law_open(struct law *law, const struct url *url); /* conn: a scratch database; `url` may be NULL */
/* `tree` as the engine would complete it; a copy. */
/* Random trees are for the newest server: what the one at hand lacks is taken out. */
void law_suit(struct law *law, struct tree *tree);
struct tree *law_settled(struct law *law, const struct tree *tree);
/* Only a server can tell how it prints a statement: `tree` learns that from what was built of it. */
void law_learn(const struct tree *tree, const struct tree *built);
int law_changes(struct law *law, const struct tree *a, const struct tree *b, struct changes **changes);
int law_agree(struct law *law, const struct tree *a, const struct tree *b); /* ERR_FAILED with the first difference */
int law_load(struct law *law, struct tree **tree);
int law_plans(struct law *law, struct changes *changes, struct plan **up, struct plan **down);
/* Likewise from a database of its own, where it is made of nothing; `shown`: the plan for that. */
int law_learn_alone(struct law *law, const struct url *url, const struct tree *tree, struct plan **shown);
int law_run(struct law *law, const struct plan *plan); /* as the runner does it */
int law_broken(struct law *law, const char *text);

#endif
