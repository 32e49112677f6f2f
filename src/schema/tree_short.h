/* What the short form of a tree leaves out, between its writer and its reader. */
#ifndef SCHEMA_TREE_SHORT_H
#define SCHEMA_TREE_SHORT_H

#include "schema/tree.h"

/* Fields in which silence means that there is nothing, whatever kinds.def says. */
struct tree_short {
    bool has[KIND_COUNT][FIELD_LIMIT];
};
void short_find(struct tree_short *fields, const struct tree *tree);
bool short_leaves_out(const struct tree_short *fields, const struct object *object, int field);
struct json *short_to_json(struct arena *mem, const struct tree_short *fields);
/* NULL, or what is wrong with it. */
const char *short_from_json(struct tree_short *fields, const struct json *json);
void short_fill_in(const struct tree_short *fields, struct tree *tree); /* says what was left out */

#endif
