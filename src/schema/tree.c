/*
 * The tree of a whole schema: making it, finding in it.
 * The one idea: a tree carries what its source could speak of, so that silence is never taken for absence.
 * Not here: its JSON form (tree_json.c, tree_read.c), comparing two of them for tests (tree_same.c).
 */
#include "schema/tree.h"

#include "base/text.h"
#include "schema/unmodelled.h"

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

struct object *tree_find_ref(const struct tree *tree, enum kind kind, const struct ref *ref)
{
    struct object *top = ref->name ? tree_find(tree, kind, ref->schema, ref->name) : NULL;
    return top && ref->part ? object_child(top, KIND_COLUMN, ref->part) : top;
}

static void fold_ref(struct ref *ref, const char *schema)
{
    if (text_equal(ref->schema, schema))
        ref->schema = "";
}

static void fold_refs(struct object *object, const char *schema)
{
    const struct kind_info *info = &kind_table[object->kind];
    for (int i = 0; i < info->fields; i++) {
        struct refs *refs = object_field(object, i);
        if (info->field[i].type == FIELD_REF)
            fold_ref(object_field(object, i), schema);
        for (int k = 0; info->field[i].type == FIELD_REFS && k < refs->n; k++)
            fold_ref(&refs->item[k], schema);
    }
}

void tree_fold_schema(struct arena *mem, struct tree *tree, const char *name)
{
    struct object *named = object_child(tree->root, KIND_SCHEMA, name);
    struct object *usual = named ? tree_schema(mem, tree, "") : NULL;
    for (int i = 0; named && i < named->children.n; i++) {
        struct object *child = named->children.item[i];
        child->parent = usual;
        list_add(mem, &usual->children, child);
    }
    if (named) {
        named->children.n = 0;
        object_remove(named);
    }
    for (struct object *object = tree->root; object; object = object_next(tree->root, object))
        fold_refs(object, name);
    for (int i = 0; i < tree->unmodelled.n; i++) {
        struct unmodelled *one = tree->unmodelled.item[i];
        if (text_equal(one->schema, name))
            one->schema = "";
        if (text_equal(one->on_schema, name))
            one->on_schema = "";
    }
}

bool tree_speaks(const struct tree *tree, enum kind kind)
{
    return kind_set_has(&tree->kinds, kind);
}
