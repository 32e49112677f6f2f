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
    const struct list *now; /* of slices */
    int slice;              /* how many groups one has */
    int next;               /* the first group of the next */
};

/*
 * Both are lists of struct said *; those of the last text have no statement.  False: all has to be run.
 */
bool partial_choose(struct partial *partial, const struct list *before, const struct list *now);
/* What was read back is put into `tree`, that of the last text.  False: not sure, and `tree` is of no use any more. */
bool partial_merge(const struct partial *partial, struct tree *fresh, struct tree *tree);

/*
 * A whole new text in slices, each of some groups and what they need, for an engine that names nothing by itself.  False: it
 * has to be run as it is.  After partial_slices() each slice: its statements, then its tree; true as long as there are more.
 */
bool partial_slices(struct partial *partial, const struct list *now);
bool partial_slice_next(struct partial *partial);
bool partial_slice_take(const struct partial *partial, struct tree *fresh, struct tree *tree);
bool partial_slices_end(const struct partial *partial, struct tree *tree); /* false: they do not fit together */

#endif
