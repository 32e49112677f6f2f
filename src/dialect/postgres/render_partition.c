/*
 * Partitions: tables that come from and go to the table whose part they are.  A new one is written as PARTITION OF where it has
 * nothing that its parent has not, else as a table of its own that is attached.  What the server made in it after its parent
 * is not described; it stays behind when the partition leaves, and then goes too, because the description says what a table has.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

static const struct ref *parent_ref(const struct table *partition)
{
    static const struct ref none;
    return partition->inherits.n ? &partition->inherits.item[0] : &none;
}

/* Are its columns those of its parent, in their order, and nothing else? */
bool pg_is_written_as_part(struct arena *mem, const struct target *target, const struct tree *tree,
                           const struct table *partition)
{
    const struct object *parent = pg_parent(tree, partition, 0), *table = &partition->object;
    int at = 0;
    for (int i = 0; parent && i < table->children.n; i++) {
        const struct object *column = table->children.item[i], *like = NULL;
        if (column->kind != KIND_COLUMN)
            continue;
        while (at < parent->children.n && !like) {
            const struct object *next = parent->children.item[at++];
            like = next->kind == KIND_COLUMN ? next : NULL;
        }
        if (!like || !text_equal(like->name, column->name) || !pg_only_inherited(mem, target, column))
            return false;
    }
    return parent;
}

void pg_partition_of(struct buf *out, const struct table *partition)
{
    buf_add(out, " PARTITION OF ");
    pg_ref(out, parent_ref(partition));
}

const char *pg_partition_bound(const struct table *partition)
{
    return expr_text(&partition->partition_bound);
}

void pg_partition_attach(struct render *render, const struct table *partition)
{
    struct buf out = pg_begin(render, "ALTER TABLE ");
    pg_ref(&out, parent_ref(partition));
    buf_add(&out, " ATTACH PARTITION ");
    pg_top(&out, &partition->object);
    buf_addf(&out, " %s", pg_partition_bound(partition));
    render_statement(render, &out);
}

void pg_partition_detach(struct render *render, const struct table *partition, const struct object *called)
{
    struct buf out = pg_begin(render, "ALTER TABLE ");
    pg_ref(&out, parent_ref(partition));
    buf_add(&out, " DETACH PARTITION ");
    pg_top(&out, called);
    render_statement(render, &out);
}

static void drop_copy(struct render *render, const struct object *table, const char *copy)
{
    static const char index[] = "index ", constraint[] = "constraint ";
    struct buf out = pg_begin(render, "");
    if (text_starts(copy, index)) {
        buf_add(&out, "DROP INDEX IF EXISTS ");
        pg_sibling(&out, table, copy + strlen(index));
    } else {
        pg_alter_table(&out, table);
        buf_add(&out, "DROP CONSTRAINT IF EXISTS ");
        pg_ident_add(&out, copy + strlen(constraint));
    }
    render_statement(render, &out);
}

/* As the server calls them, where no server has said it. */
static struct names copies_made(struct render *render, const struct table *partition, const struct tree *tree)
{
    const struct object *parent = pg_parent(tree, partition, 0);
    struct names copies = {0};
    for (int i = 0; parent && i < parent->children.n; i++) {
        const struct object *child = parent->children.item[i];
        bool key = child->kind == KIND_PRIMARY_KEY || child->kind == KIND_UNIQUE;
        if (!key && child->kind != KIND_INDEX && child->kind != KIND_FOREIGN_KEY && child->kind != KIND_EXCLUDE)
            continue;
        struct object *copy = object_copy(render->mem, child, (struct object *)(uintptr_t)&partition->object);
        list_remove(&copy->parent->children, copy->parent->children.n - 1);
        const char *name = child->kind == KIND_FOREIGN_KEY ? child->name : pg_default_name(render->mem, copy);
        names_add(render->mem, &copies,
                  arena_printf(render->mem, "%s %s", child->kind == KIND_INDEX ? "index" : "constraint", name));
    }
    return copies;
}

/* What it has from its parent, when it is no longer a part of it. */
void pg_copies_drop(struct render *render, const struct table *partition, const struct object *called)
{
    struct names copies = partition->partition_copies;
    if (!object_says(&partition->object, TABLE_partition_copies))
        copies = copies_made(render, partition, render->before);
    for (int i = copies.n - 1; i >= 0; i--)
        drop_copy(render, called, copies.item[i]);
}

/* ---- indexes that the partitions have already ---- */

bool pg_is_partitioned(const struct object *table)
{
    return table->kind == KIND_TABLE && expr_text(&((const struct table *)table)->partition_by);
}

static bool is_same_index(struct arena *mem, const struct object *index, const struct object *whole)
{
    bool comes = whole->kind == KIND_INDEX && !whole->peer && whole->made && whole->made->op == CHANGE_CREATE;
    return comes && text_equal(pg_index_shape(mem, (const struct index *)index),
                               pg_index_shape(mem, (const struct index *)whole));
}

/* A partition that stays one, and not what has rows in partitions of its own: the server makes an index of that itself. */
static const struct object *leaf_after(const struct object *table)
{
    const struct object *after = table->peer;
    bool is = object_is_partition(table) && after && object_is_partition(after) && !pg_is_partitioned(after);
    return is ? after : NULL;
}

bool pg_index_is_attached(const struct render *render, const struct object *index)
{
    const struct object *table = leaf_after(index->parent);
    if (index->peer)
        return false;
    while (table && object_is_partition(table)) {
        table = pg_parent(render->after, (const struct table *)table, 0);
        for (int i = 0; table && i < table->children.n; i++) {
            const struct object *whole = table->children.item[i];
            if (pg_key_comes(whole) ? pg_key_fits(whole, index) : is_same_index(render->mem, index, whole))
                return true;
        }
    }
    return false;
}

static void key_attach(struct render *render, const struct object *key, const struct object *partition)
{
    for (int i = 0; leaf_after(partition) && i < partition->children.n; i++) {
        const struct object *index = partition->children.item[i];
        if (index->kind != KIND_INDEX || !pg_key_fits(key, index))
            continue;
        struct buf out = pg_alter_top(render, leaf_after(partition));
        pg_key_take(&out, key, index->name, index);
        render_statement(render, &out);
        return;
    }
}

/* Partitions below `table` in the tree that is, however deep, each once. */
static void partitions_find(struct arena *mem, const struct object *table, struct list *found)
{
    for (const struct edge *edge = table->needed; edge; edge = edge->next_needed) {
        if (edge->from->kind != KIND_TABLE || edge->field != TABLE_inherits || !object_is_partition(edge->from) ||
            list_has(found, edge->from))
            continue;
        list_add(mem, found, edge->from);
        partitions_find(mem, edge->from, found);
    }
}

void pg_keys_attach(struct render *render, const struct object *key)
{
    const struct object *table = key->parent;
    struct list partitions = {0};
    if (table->peer && pg_is_partitioned(table))
        partitions_find(render->mem, table->peer, &partitions);
    for (int i = 0; i < partitions.n; i++)
        key_attach(render, key, partitions.item[i]);
}
