/*
 * A changed schema text against what a server made of the last one: what has to be run again, and the two trees put
 * together.  What it cannot be sure of it refuses, and all is run.  Private to run/.
 */
#ifndef RUN_SCHEMA_PARTIAL_H
#define RUN_SCHEMA_PARTIAL_H

#include "run/schema_said.h"

struct partial {
    struct ctx *ctx;
    const struct dialect *dialect;
    struct map groups;      /* struct group *, by owner */
    struct list statements; /* struct sql_piece *: what is to be run */
};

/*
 * Both are lists of struct said *; those of the last text have no statement.  False: all has to be run.
 */
bool partial_choose(struct partial *partial, const struct list *before, const struct list *now);
/* What was read back is put into `tree`, that of the last text.  False: not sure, and `tree` is of no use any more. */
bool partial_merge(const struct partial *partial, struct tree *fresh, struct tree *tree);

#endif
