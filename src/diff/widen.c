/*
 * What the engine cannot change in place gets wider: alter to replace, replace to a rebuild of the table.  And what
 * depends on something replaced is replaced with it: foreign keys on a key, constraints on a column, views on a table.
 * Ends with changes that can each be rendered.
 */
#include <string.h>

#include "base/text.h"
#include "diff/compare.h"
#include "diff/step.h"

struct widener {
    struct arena *mem;
    const struct dialect *dialect;
    const struct changes *source;
    struct changes *out;
    struct list rebuilt; /* struct object *: tables of the after tree */
    int version;
};

static enum apply apply_by_fields(const struct change *change)
{
    const struct kind_info *info = &kind_table[change->kind];
    enum apply widest = change->op == CHANGE_ALTER && change_has(change, FIELD_PARTS) ? APPLY_REPLACE : APPLY_ALTER;
    for (int i = 0; change->op == CHANGE_ALTER && i < info->fields; i++)
        if (change_has(change, i) && info->field[i].marks & FIELD_REPLACE)
            widest = APPLY_REPLACE;
    return widest;
}

static enum apply apply_of(const struct widener *widener, const struct change *change)
{
    enum apply widest = apply_by_fields(change);
    if (widener->dialect->apply) {
        enum apply said = widener->dialect->apply(change, widener->source, widener->version);
        if (said > widest)
            widest = said;
    }
    return widest;
}

/* The table a change happens to, in the after tree. NULL if there is none, or the table itself comes or goes. */
static struct object *table_of(const struct change *change)
{
    struct object *object = change->after ? change->after : change->before;
    struct object *table = object_ancestor(object, KIND_TABLE);
    return table && !change->after ? table->peer : table;
}

static void replace_add(struct widener *widener, struct object *before, struct object *after)
{
    change_add(widener->mem, widener->out, CHANGE_DROP, before, NULL)->replaced = true;
    change_add(widener->mem, widener->out, CHANGE_CREATE, NULL, after)->replaced = true;
}

static void change_keep(struct widener *widener, const struct change *change)
{
    struct change *copy = change_add(widener->mem, widener->out, change->op, change->before, change->after);
    *copy = *change;
}

static bool list_has(const struct list *list, const void *item)
{
    for (int i = 0; i < list->n; i++)
        if (list->item[i] == item)
            return true;
    return false;
}

static void change_widen(struct widener *widener, const struct change *change)
{
    enum apply apply = change->op == CHANGE_RENAME ? APPLY_ALTER : apply_of(widener, change);
    struct object *table = table_of(change);
    if (apply == APPLY_REBUILD && table && table->peer) {
        if (!list_has(&widener->rebuilt, table))
            list_add(widener->mem, &widener->rebuilt, table);
    } else if (apply == APPLY_REPLACE && change->op == CHANGE_ALTER) {
        replace_add(widener, change->before, change->after);
        return;
    }
    change_keep(widener, change);
}

static bool is_dropped(const struct widener *widener, const struct object *before)
{
    for (int i = 0; i < widener->out->list.n; i++) {
        const struct change *change = widener->out->list.item[i];
        if (change->op == CHANGE_DROP && change->before == before)
            return true;
    }
    return false;
}

/* `before` survives, but something that it depends on does not: it goes and comes back. */
static void replace_ensure(struct widener *widener, struct object *before)
{
    struct list *list = &widener->out->list;
    if (!before->peer || is_dropped(widener, before))
        return;
    for (int i = list->n - 1; i >= 0; i--) {
        const struct change *change = list->item[i];
        if (change->op == CHANGE_ALTER && change->before == before)
            list_remove(list, i);
    }
    replace_add(widener, before, before->peer);
}

static const struct names *key_columns(const struct object *key)
{
    return key->kind == KIND_PRIMARY_KEY ? &((const struct primary_key *)key)->columns
                                         : &((const struct unique *)key)->columns;
}

static bool key_serves(const struct widener *widener, const struct object *key, const struct foreign_key *foreign)
{
    if (!compare_ref_is(widener->mem, widener->dialect, &foreign->ref_table, key->parent))
        return false;
    if (key->kind == KIND_INDEX)
        return ((const struct index *)key)->is_unique;
    const struct names *columns = key_columns(key);
    for (int i = 0; i < columns->n; i++)
        if (!names_have(&foreign->ref_columns, columns->item[i]))
            return false;
    return columns->n == foreign->ref_columns.n || foreign->ref_columns.n == 0;
}

/* Foreign keys that rest on a key which is dropped. */
static void key_dropped(struct widener *widener, const struct object *key)
{
    struct object *root = widener->source->before->root;
    for (struct object *o = root; o; o = object_next(root, o))
        if (o->kind == KIND_FOREIGN_KEY && key_serves(widener, key, (struct foreign_key *)o))
            replace_ensure(widener, o);
}

static bool foreign_key_uses(const struct widener *widener, const struct object *object, const struct object *column)
{
    const struct foreign_key *key = (const struct foreign_key *)object;
    if (object->kind != KIND_FOREIGN_KEY)
        return false;
    return (object->parent == column->parent && names_have(&key->columns, column->name)) ||
           (compare_ref_is(widener->mem, widener->dialect, &key->ref_table, column->parent) &&
            names_have(&key->ref_columns, column->name));
}

static bool part_references(const struct widener *widener, const struct object *object, const struct object *column)
{
    for (const struct object *o = object; o; o = object_next(object, o))
        if (references(widener->mem, widener->dialect, o, column))
            return true;
    return false;
}

static void views_on_replace(struct widener *widener, const struct object *object)
{
    struct object *root = widener->source->before->root;
    for (struct object *o = root; o; o = object_next(root, o))
        if (o->kind == KIND_VIEW && o != object && references(widener->mem, widener->dialect, o, object))
            replace_ensure(widener, o);
}

static bool key_includes(const struct object *key, const struct object *column)
{
    if (key->parent != column->parent)
        return false;
    return (key->kind == KIND_PRIMARY_KEY && names_have(&((const struct primary_key *)key)->include, column->name)) ||
           (key->kind == KIND_UNIQUE && names_have(&((const struct unique *)key)->include, column->name));
}

/*
 * A generated column cannot outlive a change of type of what it is generated from; the rest the server carries along.
 */
static void column_type_changed(struct widener *widener, struct object *column)
{
    struct object *root = widener->source->before->root;
    for (struct object *o = root; o; o = object_next(root, o)) {
        bool computed = o->kind == KIND_COLUMN && o != column && o->parent == column->parent;
        if (foreign_key_uses(widener, o, column) || (computed && references(widener->mem, widener->dialect, o, column)))
            replace_ensure(widener, o);
        if (key_includes(o, column)) /* PostgreSQL rebuilds the key, and forgets what rests on it */
            key_dropped(widener, o);
    }
    views_on_replace(widener, column->parent);
}

static void column_replaced(struct widener *widener, struct object *column)
{
    struct object *table = column->parent;
    for (int i = 0; i < table->children.n; i++) {
        struct object *sibling = table->children.item[i];
        if (sibling != column && sibling->kind != KIND_TRIGGER && part_references(widener, sibling, column))
            replace_ensure(widener, sibling);
    }
    column_type_changed(widener, column);
}

/* Labels that are gone or in another order: the type is made anew, and all its columns change over to it. */
static bool enum_is_remade(const struct change *change)
{
    const struct names *before = &((const struct enum_type *)change->before)->labels;
    const struct names *after = &((const struct enum_type *)change->after)->labels;
    int at = 0;
    for (int i = 0; i < after->n && at < before->n; i++)
        at += text_equal(before->item[at], after->item[i]);
    return at < before->n;
}

static void enum_remade(struct widener *widener, const struct object *type)
{
    struct object *root = widener->source->before->root;
    for (struct object *o = root; o; o = object_next(root, o))
        if (o->kind == KIND_COLUMN && references(widener->mem, widener->dialect, o, type))
            column_type_changed(widener, o);
}

static void drop_dependents(struct widener *widener, const struct change *change)
{
    bool key = change->kind == KIND_UNIQUE || change->kind == KIND_PRIMARY_KEY || change->kind == KIND_INDEX;
    if (key)
        key_dropped(widener, change->before);
    else if (change->kind == KIND_COLUMN && change->replaced)
        column_replaced(widener, change->before);
    else if (change->kind == KIND_COLUMN)
        views_on_replace(widener, change->before->parent);
    else if (change->kind == KIND_VIEW)
        views_on_replace(widener, change->before);
}

static void dependents_replace(struct widener *widener, const struct change *change)
{
    if (change->op == CHANGE_DROP)
        drop_dependents(widener, change);
    else if (change->op == CHANGE_ALTER && change->kind == KIND_COLUMN && change_has(change, COLUMN_type))
        column_type_changed(widener, change->before);
    else if (change->op == CHANGE_ALTER && change->kind == KIND_ENUM && enum_is_remade(change))
        enum_remade(widener, change->before);
}

static void rebuilds_merge(struct widener *widener)
{
    struct list *list = &widener->out->list;
    for (int i = 0; i < widener->rebuilt.n; i++) {
        struct object *table = widener->rebuilt.item[i];
        for (int k = list->n - 1; k >= 0; k--) {
            const struct change *change = list->item[k];
            if (change->op != CHANGE_RENAME && table_of(change) == table)
                list_remove(list, k);
        }
        change_add(widener->mem, widener->out, CHANGE_REBUILD, table->peer, table);
    }
}

struct changes *widen(struct arena *mem, const struct dialect *dialect, const struct changes *source, int version)
{
    struct widener widener = {.mem = mem, .dialect = dialect, .source = source, .version = version};
    widener.out = NEW(mem, struct changes);
    *widener.out = (struct changes){.before = source->before, .after = source->after, .reversed = source->reversed};
    for (int i = 0; i < source->list.n; i++)
        change_widen(&widener, source->list.item[i]);
    /* the list grows while it is walked: what is replaced may have dependents of its own */
    for (int i = 0; !dialect->loose_references && i < widener.out->list.n; i++)
        dependents_replace(&widener, widener.out->list.item[i]);
    rebuilds_merge(&widener);
    return widener.out;
}
