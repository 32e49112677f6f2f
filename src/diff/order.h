/* Steps with what they wait for, while they are put in order; private to diff/, see order.c. */
#ifndef DIFF_ORDER_H
#define DIFF_ORDER_H

#include "diff/step.h"

struct node;

struct arc {
    struct node *first;
    struct node *then;
    const struct object *cause; /* whose edge it is; NULL: no edge's */
    struct object *frees;       /* what has the name that the later step takes; NULL: it is about no name */
    bool loose;                 /* reads well, but is not needed */
    bool perhaps;               /* is needed if a text means that, which is not known */
    bool cut;
};

struct node {
    struct change *step;
    int phase;
    const char *table; /* whose statement it can be a clause of; NULL: it is one itself */
    int place;         /* among all, for ties */
    int waits;         /* arcs that lead here from steps which are not done */
    struct list arc;   /* struct arc *: what waits for this one */
    struct list into;  /* struct arc *: what this one waits for */
    bool ready;
    bool done;
    bool held; /* waits for a rename that comes last, see held_mark() */
};

struct orderer {
    struct planner *planner;
    struct arena *mem;
    struct list node;  /* struct node *, all */
    struct list ready; /* a heap of those that wait for nothing */
    struct list order; /* struct change *, the result */
    bool led;          /* no renames that come first are left */
    bool room;         /* something makes room: what stands alone comes before or after all of it */
};

/* `first` is done before `then`; NULL: one of them is no step, or both are the same. */
struct arc *arc_add(struct orderer *orderer, const struct change *first, const struct change *then,
                    const struct object *cause);
struct change *step_at(const struct orderer *orderer, int i);

void arcs_of_names(struct orderer *orderer); /* order_names.c */

#endif
