/*
 * Tables that inherit.  A child is described with all its columns, its parents' too: so do models, and so it stays one
 * description whether a column came by INHERITS or was there before.
 *
 * The server carries a change of a parent's column on to the children, and refuses the same change of the child.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"

enum { DEEPEST = 32 };

struct object *pg_parent(const struct tree *tree, const struct table *table, int i)
{
    return tree_find_ref(tree, KIND_TABLE, &table->inherits.item[i]);
}

/* A parent's column in a child: comments, identity and the ownership of a sequence do not come along. */
static void column_inherit(struct arena *mem, struct object *table, const struct column *from, int at)
{
    struct object *object = object_copy(mem, &from->object, table);
    struct column *column = (struct column *)object;

    list_remove(&table->children, table->children.n - 1);
    list_insert(mem, &table->children, at, object);
    object->peer = NULL;
    SAY(column, COLUMN, comment, NULL);
    if (from->identity != NULL) {
        SAY(column, COLUMN, identity, NULL);
        object_unsay(object, COLUMN_identity_start);
        object_unsay(object, COLUMN_identity_increment);
        object_unsay(object, COLUMN_identity_min);
        object_unsay(object, COLUMN_identity_max);
        object_unsay(object, COLUMN_identity_cache);
        object_unsay(object, COLUMN_identity_cycle);
    }
    if (from->autoincrement) {
        const char *name = pg_object_name(mem, from->object.parent->name, from->object.name, "seq");
        struct buf sequence;
        buf_init(&sequence, mem);
        ident_add_qualified(&sequence, &pg_ident, from->object.parent->parent->name, name);
        SAY(column, COLUMN, autoincrement, false);
        SAY(column, COLUMN, default_value,
            ((struct expr){.printed = arena_printf(mem, "nextval('%s'::regclass)", sequence.data)}));
    }
}

static void table_inherit(struct arena *mem, const struct tree *tree, struct table *table, int depth)
{
    int at = 0;

    for (int i = 0; depth < DEEPEST && i < table->inherits.n; i++) {
        struct object *parent = pg_parent(tree, table, i);
        if (parent == NULL || parent == &table->object)
            continue;
        table_inherit(mem, tree, (struct table *)parent, depth + 1);
        for (int k = 0; k < parent->children.n; k++) {
            const struct object *child = parent->children.item[k];
            if (child->kind == KIND_COLUMN && object_child(&table->object, KIND_COLUMN, child->name) == NULL)
                column_inherit(mem, &table->object, (const struct column *)child, at++);
        }
    }
}

void pg_inherit(struct arena *mem, struct tree *tree)
{
    for (struct object *object = tree->root; object != NULL; object = object_next(tree->root, object))
        if (object->kind == KIND_TABLE && ((struct table *)object)->inherits.n > 0)
            table_inherit(mem, tree, (struct table *)object, 0);
}

static const struct change *change_of(const struct render *render, enum change_op op, const struct object *column)
{
    for (int i = 0; i < render->changes->list.n; i++) {
        const struct change *change = render->changes->list.item[i];
        if (change->op == op && change->kind == KIND_COLUMN && change_object(change) == column)
            return change;
    }
    return NULL;
}

/* The change of a parent that brings this one along, because the child inherits before and after; NULL. */
const struct change *pg_parent_change(const struct render *render, const struct change *change)
{
    const struct object *column = change_object(change);
    const struct table *table = (const struct table *)column->parent;
    const struct table *other = (const struct table *)table->object.peer;
    const struct tree *tree = change->after != NULL ? render->changes->after : render->changes->before;

    for (int i = 0; other != NULL && i < table->inherits.n; i++) {
        const struct object *parent = pg_parent(tree, table, i), *its;
        const struct change *found;
        if (parent == NULL || !refs_have(&other->inherits, &table->inherits.item[i]))
            continue;
        its = object_child(parent, KIND_COLUMN, column->name);
        found = its != NULL ? change_of(render, change->op, its) : NULL;
        if (found != NULL)
            return found;
    }
    return NULL;
}

/* Children that lose the same column as their parent: DROP COLUMN of the parent takes it from those that only inherit it. */
void pg_children_drop(struct render *render, const struct change *change)
{
    for (int i = 0; i < render->changes->list.n; i++) {
        const struct change *other = render->changes->list.item[i];
        struct buf out;
        if (other->op != CHANGE_DROP || other->kind != KIND_COLUMN || pg_parent_change(render, other) != change)
            continue;
        out = pg_begin(render, "");
        pg_alter_table(&out, other->before);
        buf_add(&out, "DROP COLUMN IF EXISTS ");
        pg_ident_add(&out, other->before->name);
        render_statement(render, &out);
    }
}

static void inherit_one(struct render *render, const struct object *table, const char *verb, const struct ref *parent)
{
    struct buf out = pg_begin(render, "");

    pg_alter_table(&out, table);
    buf_add(&out, verb);
    pg_ref(&out, parent);
    render_statement(render, &out);
}

static void leave_parents(struct render *render, const struct change *change)
{
    const struct table *before = (const struct table *)change->before, *after = (const struct table *)change->after;

    for (int i = 0; i < before->inherits.n; i++)
        if (!refs_have(&after->inherits, &before->inherits.item[i]))
            inherit_one(render, &after->object, "NO INHERIT ", &before->inherits.item[i]);
}

static bool is_of_table(const struct change *change, const struct change *table)
{
    const struct object *parent = change->kind == KIND_COLUMN ? change_object(change)->parent : NULL;

    return parent != NULL && change->op != CHANGE_RENAME && (parent == table->before || parent == table->after);
}

/* The first change of a column that comes before the table's own change; NULL if none does. */
static const struct change *first_of(const struct render *render, const struct change *table)
{
    for (int i = 0; i < render->changes->list.n; i++) {
        const struct change *change = render->changes->list.item[i];
        if (change == table)
            return NULL;
        if (is_of_table(change, table))
            return change;
    }
    return NULL;
}

/* A column that is changed must have left the parents that the table leaves: they would hold it (NOT NULL, in 18). */
void pg_leave_parents_first(struct render *render, const struct change *column)
{
    const struct table *table = (const struct table *)change_object(column)->parent;
    const struct table *peer = (const struct table *)table->object.peer;

    if (table->inherits.n == 0 && (peer == NULL || peer->inherits.n == 0))
        return;
    for (int i = 0; i < render->changes->list.n; i++) {
        const struct change *change = render->changes->list.item[i];
        if (change->op == CHANGE_ALTER && change->kind == KIND_TABLE && change_has(change, TABLE_inherits) &&
            first_of(render, change) == column)
            leave_parents(render, change);
    }
}

void pg_alter_inherits(struct render *render, const struct change *change)
{
    const struct table *before = (const struct table *)change->before, *after = (const struct table *)change->after;

    if (first_of(render, change) == NULL)
        leave_parents(render, change);
    for (int i = 0; i < after->inherits.n; i++)
        if (!refs_have(&before->inherits, &after->inherits.item[i]))
            inherit_one(render, &after->object, "INHERIT ", &after->inherits.item[i]);
}
