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

static bool changes_place(const struct object *before)
{
    const struct table *was = (const struct table *)before, *is = (const struct table *)before->peer;
    return is && !text_equal(expr_text(&was->partition_bound), expr_text(&is->partition_bound));
}

bool pg_comes_late(const struct object *partition)
{
    const struct object *parent = NULL;
    for (const struct edge *edge = partition->needs; edge && !parent; edge = edge->next_need)
        if (edge->field == TABLE_inherits && edge->to->kind == KIND_TABLE)
            parent = edge->to->peer;
    for (const struct edge *edge = parent ? parent->needed : NULL; edge; edge = edge->next_needed)
        if (edge->from->kind == KIND_TABLE && edge->field == TABLE_inherits &&
            ((edge->from->unmade && edge->from->unmade->op == CHANGE_DROP) || changes_place(edge->from)))
            return true;
    return false;
}

/* Of a copy of a parent's column, what a child gets: comments, identity and the ownership of a sequence do not come along. */
static void column_come_down(struct arena *mem, struct object *object, const struct column *from)
{
    struct column *column = (struct column *)object;

    SAY(column, COLUMN, comment, NULL);
    SAY(column, COLUMN, counter_comment, NULL);
    SAY(column, COLUMN, statistics_target, NULL);
    SAY(column, COLUMN, options, (struct names){0});
    object_unsay(object, COLUMN_not_null_apart);
    if (from->not_null_no_inherit) {
        SAY(column, COLUMN, nullable, true);
        SAY(column, COLUMN, not_null_no_inherit, false);
        SAY(column, COLUMN, not_null_not_valid, false);
        object_unsay(object, COLUMN_not_null_name);
        column->not_null_name = NULL;
    }
    if (from->identity) {
        SAY(column, COLUMN, identity, NULL);
        object_unsay(object, COLUMN_identity_start);
        object_unsay(object, COLUMN_identity_increment);
        object_unsay(object, COLUMN_identity_min);
        object_unsay(object, COLUMN_identity_max);
        object_unsay(object, COLUMN_identity_cache);
        object_unsay(object, COLUMN_identity_cycle);
    }
    if (from->autoincrement) {
        const char *name = pg_sequence_name(mem, from);
        SAY(column, COLUMN, autoincrement, false);
        SAY(column, COLUMN, default_value,
            ((struct expr){.printed = pg_nextval(mem, object_schema(&from->object), name)}));
    }
}

static void column_inherit(struct arena *mem, struct object *table, const struct column *from, int at)
{
    struct object *object = object_copy(mem, &from->object, table);

    list_remove(&table->children, table->children.n - 1);
    list_insert(mem, &table->children, at, object);
    object->peer = NULL;
    column_come_down(mem, object, from);
}

void pg_inherited_checks(struct arena *mem, const struct tree *tree, const struct object *parent, struct list *checks)
{
    const struct table *table = (const struct table *)parent;
    for (int i = 0; i < parent->children.n; i++) {
        struct object *check = parent->children.item[i];
        if (check->kind == KIND_CHECK && check->name && !((const struct check *)check)->no_inherit)
            list_add(mem, checks, check);
    }
    for (int i = 0; i < table->inherits.n && checks->n < DEEPEST * DEEPEST; i++) {
        const struct object *above = pg_parent(tree, table, i);
        if (above && above != parent)
            pg_inherited_checks(mem, tree, above, checks);
    }
}

/* A check of a parent's under its name is the parent's, and follows it. */
static void checks_follow(struct arena *mem, const struct tree *tree, struct object *table, const struct object *parent)
{
    struct list checks = {0};
    pg_inherited_checks(mem, tree, parent, &checks);
    for (int i = table->children.n - 1; i >= 0; i--) {
        const struct object *own = table->children.item[i];
        for (int k = 0; own->kind == KIND_CHECK && k < checks.n; k++)
            if (text_equal(own->name, ((const struct object *)checks.item[k])->name)) {
                list_remove(&table->children, i);
                break;
            }
    }
}

static void table_inherit(struct arena *mem, const struct tree *tree, struct table *table, int depth)
{
    int at = 0;

    for (int i = 0; depth < DEEPEST && i < table->inherits.n; i++) {
        struct object *parent = pg_parent(tree, table, i);
        if (!parent || parent == &table->object)
            continue;
        table_inherit(mem, tree, (struct table *)parent, depth + 1);
        checks_follow(mem, tree, &table->object, parent);
        for (int k = 0; k < parent->children.n; k++) {
            const struct object *child = parent->children.item[k];
            if (child->kind == KIND_COLUMN && !object_child(&table->object, KIND_COLUMN, child->name))
                column_inherit(mem, &table->object, (const struct column *)child, at++);
        }
    }
}

void pg_inherit(struct arena *mem, struct tree *tree)
{
    for (struct object *object = tree->root; object; object = object_next(tree->root, object))
        if (object->kind == KIND_TABLE && ((struct table *)object)->inherits.n > 0)
            table_inherit(mem, tree, (struct table *)object, 0);
}

/* Is one of its names that of another origin's check, so that a child has, or would have, one check from both? */
static bool is_shared(struct arena *mem, const struct changes *changes, const struct change *rename)
{
    struct object *root = changes->before->root;
    bool has_it = false, shared = false;
    for (struct object *o = root; o && !(has_it && shared); o = object_next(root, o)) {
        struct list checks = {0};
        if (o->kind != KIND_TABLE || !((const struct table *)o)->inherits.n)
            continue;
        has_it = shared = false;
        pg_inherited_checks(mem, changes->before, o, &checks);
        for (int i = 0; i < checks.n; i++) {
            const struct object *check = checks.item[i];
            bool was = text_equal(change_name_before(changes, check), rename->before->name);
            bool is = check->peer && text_equal(check->name, rename->after->name);
            has_it |= check == rename->renamed;
            shared |= check != rename->renamed && (was || is);
        }
    }
    return has_it && shared;
}

/* The server renames a check only along with all that inherit it, and none that has a second origin: it is another check then. */
void pg_shared_checks_part(struct arena *mem, struct changes *changes)
{
    struct list shared = {0};
    for (int i = 0; i < changes->list.n; i++) {
        const struct change *change = changes->list.item[i];
        if (change->op == CHANGE_RENAME && change->kind == KIND_CHECK && is_shared(mem, changes, change))
            list_add(mem, &shared, changes->list.item[i]);
    }
    for (int i = changes->list.n - 1; i >= 0; i--) {
        const struct change *change = changes->list.item[i];
        struct object *check = change->renamed;
        if (!shared.n || shared.item[shared.n - 1] != change)
            continue;
        shared.n--;
        check->name = change->before->name;
        check->peer->peer = NULL;
        check->peer = NULL;
        list_remove(&changes->list, i);
    }
}

static bool texts_equal(struct arena *mem, const struct target *target, const struct object *a, const struct object *b,
                        int field)
{
    const void *x = object_field(a, field), *y = object_field(b, field);
    switch (kind_table[KIND_COLUMN].field[field].type) {
    case FIELD_TEXT: return text_equal(*(const char *const *)x, *(const char *const *)y);
    case FIELD_TYPE:
        return text_equal(pg_type_normal(mem, target, *(const char *const *)x),
                          pg_type_normal(mem, target, *(const char *const *)y));
    case FIELD_EXPR: return text_equal(expr_text(x), expr_text(y));
    case FIELD_FLAG: return *(const bool *)x == *(const bool *)y;
    case FIELD_INT: return *(const int64_t *)x == *(const int64_t *)y;
    case FIELD_NAMES:
    case FIELD_REF:
    case FIELD_REFS: break;
    }
    return true;
}

/* A column of CREATE TABLE that only says again what a parent says would stay when the parent's is dropped. */
bool pg_only_inherited(struct arena *mem, const struct target *target, const struct object *column)
{
    for (const struct edge *edge = column->needs; edge; edge = edge->next_need) {
        bool same = edge->how == EDGE_INHERITS;
        struct object *given = same ? object_copy(mem, edge->to, NULL) : NULL;
        if (same)
            column_come_down(mem, given, (const struct column *)edge->to);
        for (int i = 0; same && i < kind_table[KIND_COLUMN].fields; i++)
            if (i != COLUMN_comment && object_says(column, i) && object_says(given, i))
                same = texts_equal(mem, target, column, given, i);
        if (same)
            return true;
    }
    return false;
}
