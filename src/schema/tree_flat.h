/* A tree as values in a row (base/flat.h), with what a server noted beside it: what JSON says, in a tenth of the time. */
#ifndef SCHEMA_TREE_FLAT_H
#define SCHEMA_TREE_FLAT_H

#include "base/flat.h"
#include "schema/tree.h"

/* Written, or read into a tree that is new and of the same engine. */
void tree_flat(struct flat *flat, struct tree *tree);

#endif
