/*
 * What a legacy snapshot leaves open, filled in with the desired schema at hand.
 * The one idea: where the desired object could have been written like this, 0.8.2 would have seen no difference, so
 * there is none; where it could not, the difference is real and the likeliest spelling stands for the old side.
 * Only for when the database, which knows better, cannot be asked.
 */
#include "base/text.h"
#include "legacy/parts.h"

/* What the walk carries: 0.8.2's file, and the two trees. */
struct assuming {
    struct arena *mem;
    const struct tree *tree;
    const struct json *document;
    const struct tree *desired;
};

static void assume_type(const struct assuming *assuming, struct column *column, const struct column *desired)
{
    struct arena *mem = assuming->mem;
    const struct json *json = legacy_column(assuming->document, column->object.parent->name, column->object.name);
    if (!json || object_says(&column->object, COLUMN_type))
        return;
    if (desired && desired->type && legacy_type_fits(mem, assuming->desired, desired->type, json)) {
        SAY(column, COLUMN, type, arena_dup(mem, desired->type));
        return;
    }
    const char *guess = legacy_type_guess(mem, assuming->tree->engine, json);
    if (guess)
        SAY(column, COLUMN, type, guess);
}

static bool same_set(const struct names *a, const struct names *b)
{
    if (a->n != b->n)
        return false;
    for (int i = 0; i < a->n; i++)
        if (!names_have(b, a->item[i]))
            return false;
    return true;
}

static void assume_key(const struct assuming *assuming, struct primary_key *key, const struct primary_key *desired)
{
    if (object_says(&key->object, PRIMARY_KEY_columns))
        return;
    const struct json *tables = json_get(assuming->document, "tables");
    struct names columns = json_get_names(assuming->mem, json_get(tables, key->object.parent->name), "primary_key");
    if (desired && same_set(&columns, &desired->columns))
        columns = names_copy(assuming->mem, &desired->columns);
    SAY(key, PRIMARY_KEY, columns, columns);
}

/* Without parts, or with one that is an expression which 0.8.2 did not see. */
static bool has_unknown_parts(const struct object *index)
{
    bool any = false;
    for (int i = 0; i < index->children.n; i++) {
        const struct index_part *part = index->children.item[i];
        if (!part->column)
            return true;
        any = true;
    }
    return !any;
}

static void assume_parts(struct arena *mem, struct object *index, const struct object *desired)
{
    if (!desired || !has_unknown_parts(index))
        return;
    index->children = (struct list){0};
    for (int i = 0; i < desired->children.n; i++)
        object_copy(mem, desired->children.item[i], index);
}

static void assume_part(const struct assuming *assuming, struct object *object, const struct object *other)
{
    struct object *peer = NULL;
    if (other)
        peer = object->kind == KIND_PRIMARY_KEY ? object_only(other, KIND_PRIMARY_KEY)
                                                : object_child(other, object->kind, object->name);
    if (object->kind == KIND_COLUMN)
        assume_type(assuming, (struct column *)object, (const struct column *)peer);
    else if (object->kind == KIND_PRIMARY_KEY)
        assume_key(assuming, (struct primary_key *)object, (const struct primary_key *)peer);
    else if (object->kind == KIND_INDEX)
        assume_parts(assuming->mem, object, peer);
}

void legacy_assume(struct arena *mem, struct tree *tree, const struct json *document, const struct tree *desired)
{
    const struct assuming assuming = {mem, tree, document, desired};
    const struct object *home = tree_schema(mem, tree, NULL);
    for (int i = 0; i < home->children.n; i++) {
        const struct object *table = home->children.item[i];
        const struct object *other =
            table->kind == KIND_TABLE ? tree_find(desired, KIND_TABLE, NULL, table->name) : NULL;
        for (int j = 0; j < table->children.n; j++)
            assume_part(&assuming, table->children.item[j], other);
    }
}
