/*
 * Partitions that the sources do not speak of.  Models describe what is partitioned and leave its partitions to migrations, or to
 * jobs that add one each month: where none of a table's partitions is described, those that are there are left alone,
 * whoever made them.  As soon as one is described the others are compared as any table is.
 * So it is with foreign tables of models that speak of no servers.
 */
#include "run/partitions.h"

#include "base/map.h"
#include "base/text.h"
#include "diff/rename.h"
#include "schema/unmodelled.h"

struct sparing {
    struct arena *mem;
    const struct list *renames;
    struct map before; /* struct object *, by key_of() */
    struct map after;
    struct map spoken; /* desired tables of which a partition is described */
    bool foreign;      /* foreign tables are left alone */
};

static const char *key_of(struct arena *mem, const char *schema, const char *name)
{
    return arena_printf(mem, "%s\n%s", schema, name);
}

static const char *whole_key(const struct sparing *sparing, const struct object *partition)
{
    const struct ref *whole = &((const struct table *)partition)->inherits.item[0];
    return key_of(sparing->mem, whole->schema ? whole->schema : "", whole->name);
}

static void tables_note(struct sparing *sparing, const struct tree *tree, struct map *tables, struct map *spoken)
{
    map_init(tables, sparing->mem);
    for (int i = 0; i < tree->root->children.n; i++) {
        const struct object *schema = tree->root->children.item[i];
        for (int k = 0; k < schema->children.n; k++) {
            struct object *table = schema->children.item[k];
            if (table->kind != KIND_TABLE)
                continue;
            map_set(tables, key_of(sparing->mem, schema->name, table->name), table);
            if (spoken && object_is_partition(table))
                map_set(spoken, whole_key(sparing, table), table);
        }
    }
}

/* Of the table as it is desired. */
static const char *key_after(const struct sparing *sparing, const struct object *table)
{
    return key_of(sparing->mem, table->parent->name, rename_after(sparing->renames, table));
}

/* By what it is a part of: nobody speaks of its parts, or it is itself left alone. */
static bool is_left_alone(const struct sparing *sparing, const struct object *table)
{
    if (map_get(&sparing->after, key_after(sparing, table)))
        return false;
    if (object_is_foreign(table) && sparing->foreign)
        return true;
    if (!object_is_partition(table))
        return false;
    const struct object *whole = map_get(&sparing->before, whole_key(sparing, table));
    const char *key = whole ? key_after(sparing, whole) : NULL;
    if (!key || map_get(&sparing->after, key))
        return key && !map_get(&sparing->spoken, key);
    return is_left_alone(sparing, whole);
}

static bool speaks_of_foreign(const struct tree *tree)
{
    if (tree_speaks(tree, KIND_SERVER))
        return true;
    for (const struct object *o = tree->root; o; o = object_next(tree->root, o))
        if (object_is_foreign(o))
            return true;
    return false;
}

void partitions_spare(struct arena *mem, const struct diff_input *input)
{
    struct sparing sparing = {.mem = mem, .renames = input->renames, .foreign = !speaks_of_foreign(input->after)};
    map_init(&sparing.spoken, mem);
    tables_note(&sparing, input->before, &sparing.before, NULL);
    tables_note(&sparing, input->after, &sparing.after, &sparing.spoken);
    for (int i = 0; i < sparing.before.n; i++) {
        struct object *table = sparing.before.entry[i].value;
        for (struct object *part = is_left_alone(&sparing, table) ? table : NULL; part; part = object_next(table, part))
            part->stranger = true;
    }
}

/* ---- snapshots from before partitions and foreign tables were managed ---- */

static bool is_word(const char *text)
{
    return text_equal(text, "partition") || text_equal(text, "foreign table");
}

static bool is_about(const struct unmodelled *one, const struct object *partition)
{
    bool on = is_word(one->on_kind);
    const char *schema = on && one->on_schema ? one->on_schema : one->schema ? one->schema : "";
    return (on || is_word(one->kind)) && text_equal(schema, partition->parent->name) &&
           text_equal(on ? one->on : one->name, partition->name);
}

static bool is_named(const struct tree *tree, const struct object *partition)
{
    for (int i = 0; i < tree->unmodelled.n; i++)
        if (is_word(((const struct unmodelled *)tree->unmodelled.item[i])->kind) &&
            is_about(tree->unmodelled.item[i], partition))
            return true;
    return false;
}

static void forget(struct arena *mem, struct tree *tree, const struct object *partition)
{
    struct list kept = {0};
    for (int i = 0; i < tree->unmodelled.n; i++)
        if (!is_about(tree->unmodelled.item[i], partition))
            list_add(mem, &kept, tree->unmodelled.item[i]);
    tree->unmodelled = kept;
}

static void partition_assume(struct arena *mem, struct tree *older, const struct object *partition)
{
    struct object *copy = object_copy(mem, partition, tree_schema(mem, older, partition->parent->name));
    for (struct object *o = copy; o; o = object_next(copy, o)) {
        o->peer = NULL;
        o->stranger = true;
    }
    forget(mem, older, partition);
}

struct names partitions_assume(struct arena *mem, struct tree *older, const struct tree *other)
{
    struct names assumed = {0};
    for (const struct object *o = other->root; older->unmodelled.n && o; o = object_next(other->root, o)) {
        bool one = object_is_partition(o) || object_is_foreign(o);
        if (!one || tree_find(older, KIND_TABLE, o->parent->name, o->name) || !is_named(older, o))
            continue;
        partition_assume(mem, older, o);
        names_add(mem, &assumed, object_path(mem, o));
    }
    return assumed;
}
