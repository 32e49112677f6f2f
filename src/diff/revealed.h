/* What one side does not tell, as the other says it. */
#ifndef DIFF_REVEALED_H
#define DIFF_REVEALED_H

#include "dialect/target.h"

/* Of all in `before` that has a peer. */
void secrets_reveal(struct arena *mem, const struct target *target, const struct tree *before);

#endif
