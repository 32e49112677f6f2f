/* Partitions and foreign tables that the sources do not speak of. */
#ifndef RUN_PARTITIONS_H
#define RUN_PARTITIONS_H

#include "diff/diff.h"

/* Makes strangers of those whose table stays while no partition of it is desired, of foreign tables, and of what is a part of these. */
void partitions_spare(struct arena *mem, const struct diff_input *input);

/*
 * Of a snapshot in which they are only named: those that the other side describes are taken to be as they are there,
 * and somebody else's. Gives their paths. What the other side does not have stays a name, which keeps its table from being dropped.
 */
struct names partitions_assume(struct arena *mem, struct tree *older, const struct tree *other);

#endif
