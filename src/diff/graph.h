/*
 * Who depends on whom in one tree: for each object the edges to what it names, rests on or inherits from, and back.
 * Whoever asks "who depends on this" asks here.  Private to diff/; the edges hang on the objects (object->needs and
 * object->needed), those of a tree are valid until the tree or its names change.
 */
#ifndef DIFF_GRAPH_H
#define DIFF_GRAPH_H

#include "diff/mention.h"

void graph_build(struct arena *mem, const struct target *target, const struct tree *tree);
void edge_add(struct arena *mem, struct object *from, struct object *to, int field, enum edge_how how);
void uses_add(struct arena *mem, const struct directory *directory, const struct tree *tree); /* uses.c */

bool is_unique_key(const struct object *object); /* a constraint or an index: foreign keys can rest on it */
/* The columns that a key is over: its own list, or its parts'; "" for an expression. */
struct names key_columns(struct arena *mem, const struct object *key);
/* Are two keys over the same columns? */
bool same_key(struct arena *mem, const struct target *target, const struct object *a, const struct object *b);

#endif
