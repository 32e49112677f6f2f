/*
 * The tree of a whole schema: making it, finding in it.
 * The one idea: a tree carries what its source could speak of, so that silence is never taken for absence.
 * Not here: its JSON form (tree_json.c, tree_read.c), comparing two of them for tests (tree_same.c).
 */
#include "schema/tree.h"

struct tree *tree_new(struct arena *mem, enum engine engine)
{
    struct tree *tree = NEW(mem, struct tree);
    tree->engine = engine;
    tree->root = object_new(mem, KIND_DATABASE, NULL, NULL);
    return tree;
}

struct tree *tree_copy(struct arena *mem, const struct tree *tree)
{
    struct tree *copy = NEW(mem, struct tree);
    *copy = *tree;
    copy->root = object_copy(mem, tree->root, NULL);
    return copy;
}

struct object *tree_schema(struct arena *mem, struct tree *tree, const char *name)
{
    if (!name)
        name = "";
    struct object *schema = object_child(tree->root, KIND_SCHEMA, name);
    return schema ? schema : object_new(mem, KIND_SCHEMA, tree->root, arena_dup(mem, name));
}

struct object *tree_find(const struct tree *tree, enum kind kind, const char *schema, const char *name)
{
    const struct object *holder = object_child(tree->root, KIND_SCHEMA, schema ? schema : "");
    return holder ? object_child(holder, kind, name) : NULL;
}

bool tree_speaks(const struct tree *tree, enum kind kind)
{
    return kind_set_has(&tree->kinds, kind);
}
