/* Random schemas that the engine accepts, and random changes of them that people make. The same seed, the same schema. */
#ifndef PROPERTY_GENERATE_H
#define PROPERTY_GENERATE_H

#include "schema/tree.h"

/* `size` is about the number of tables. For SQLite and PostgreSQL. */
struct tree *random_tree(struct arena *mem, enum engine engine, uint64_t seed, int size);
/*
 * A changed copy: things added, dropped and altered; a valid schema again.  `renames` (struct rename *) says what was
 * renamed; NULL: nothing is.
 */
struct tree *random_mutation(struct arena *mem, const struct tree *tree, uint64_t seed, struct list *renames);

#endif
