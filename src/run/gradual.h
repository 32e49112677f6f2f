/*
 * A change in several migrations, so that nobody waits for long (make-migrations --safe): constraints that are checked after they
 * are made, indexes that are built beside writers, columns that are filled in batches before they take another's place.
 */
#ifndef RUN_GRADUAL_H
#define RUN_GRADUAL_H

#include "diff/plan.h"

/* The stages, in order. Each whose schema differs from the one before it, or that has statements of its own, is a migration. */
enum gradual_stage {
    GRADUAL_PREPARE,
    GRADUAL_FILL,
    GRADUAL_BUILD,
    GRADUAL_ATTACH,
    GRADUAL_CHECK,
    GRADUAL_SWAP,
    GRADUAL_CONFIRM,
    GRADUAL_CLEAN,
    GRADUAL_STAGES
};

struct gradual_step {
    const char *slug;                     /* "validate"; NULL: of the first */
    struct tree *tree;                    /* the schema after it; its copies are compared, for comparing adds to them */
    struct list renames;                  /* struct rename *, decided */
    struct names before, after;           /* statements around those of the tree */
    struct names down_before, down_after; /* likewise on the way back */
    struct names header;                  /* "transaction: none" */
    struct names stays;                   /* sentences about what the way back does not undo */
    bool touched;
};

struct gradual {
    struct gradual_step step[GRADUAL_STAGES];
    struct names direct; /* "users.id: a foreign key rests on it": what is changed in one step all the same, and why */
    struct names told;   /* sentences to know first */
    struct list fills;   /* struct fill *: of the first step's tree, what is left of those that were wished */
    int eased;           /* changes that are made in steps */
};

struct gradual_wish {
    bool types_only;          /* --safe-type-change */
    const struct list *fills; /* struct fill *, of the desired tree of `changes` */
};

/* `changes` were planned before, so that both of their trees know who depends on whom. The last step's tree is what is desired. */
int gradual_make(struct ctx *ctx, const struct target *target, const struct changes *changes,
                 const struct gradual_wish *wish, struct gradual *gradual);

#endif
