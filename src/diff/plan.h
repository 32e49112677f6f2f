/*
 * Changes into ordered statements.  The engine's table of effects turns changes into steps that it can do, with what they
 * bring along; the dependency graph orders them; then the dialect's renderers spell them, one step at a time.
 */
#ifndef DIFF_PLAN_H
#define DIFF_PLAN_H

#include "diff/diff.h"

struct plan_options {
    bool concurrently;
    bool apart;               /* each change of a table in a statement of its own, where the engine could join them */
    bool rebuild;             /* what cannot change in place may be made again with its rows */
    bool lose_attached;       /* what is created again may lose what no kind models: a hazard instead of an error */
    const struct list *fills; /* struct fill *; NULL: none. Of the way up only */
};

struct hazard {
    const char *code;  /* "drops-data", "narrows-type", "needs-rows", "rewrites-table", ... */
    const char *text;  /* one sentence's worth, lower case */
    bool irreversible; /* rows or counters cannot come back with the rollback */
    bool wants_empty;  /* stops as soon as there are rows that it is about */
    bool expected;     /* on the way back: what came with the plan goes again */
    const struct change *change;
    const struct object *column; /* whose rows need values; NULL for other hazards */
};

struct plan {
    const struct changes *source; /* as diff found them */
    struct changes *changes;      /* widened, in order */
    struct list statements;       /* struct statement_out * */
    struct list hazards;          /* struct hazard * */
};

struct json *hazard_json(struct arena *mem, const struct hazard *hazard);
int plan_make(struct ctx *ctx, const struct target *target, const struct changes *changes,
              const struct plan_options *options, struct plan **plan);
/* The one that creates `tree` in an empty database, with the options' defaults; adds to the tree what diff notes there. */
int plan_from_nothing(struct ctx *ctx, const struct target *target, struct tree *tree, struct plan **plan);
/* The plan back; `up` is what plan_make() gave. */
int plan_reverse(struct ctx *ctx, const struct target *target, const struct plan *up,
                 const struct plan_options *options, struct plan **down);
/*
 * What replacing an object would take with it although it stays (grants, rules, comments, triggers): ERR_UNSUPPORTED
 * with a list, or a hazard "loses-attached" each if it may be lost. `changes` are widened: a replaced object is a DROP.
 */
int attached_check(struct ctx *ctx, const struct target *target, const struct changes *changes, bool lose,
                   struct list *hazards);
extern const char lose_attached_hint[];
char *plan_text(struct arena *mem, const struct plan *plan); /* statements with ";", a blank line between */

#endif
