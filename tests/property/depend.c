/*
 * What a change of one object does to others of its schema, by the planner's own graph: if that misses a dependency, the
 * server says so when the changed schema is built.
 */
#include "base/text.h"
#include "dialect/common.h"
#include "diff/graph.h"
#include "diff/match.h"
#include "random.h"

static bool goes(const struct list *going, const struct object *object)
{
    for (const struct object *o = object; o; o = o->parent)
        for (int i = 0; i < going->n; i++)
            if (going->item[i] == o)
                return true;
    return false;
}

static struct object *whole_of(struct object *object)
{
    while (kind_is(object->kind, KIND_PART))
        object = object->parent;
    return object;
}

static bool is_default(const struct edge *edge)
{
    return edge->from->kind == KIND_COLUMN && edge->field == COLUMN_default_value;
}

static void dependents_add(struct dice *dice, struct list *going, const struct object *top)
{
    for (const struct object *o = top; o; o = object_next(top, o))
        for (const struct edge *edge = o->needed; edge; edge = edge->next_needed)
            if (!is_default(edge) && !goes(going, edge->from))
                list_add(dice->mem, going, whole_of(edge->from));
}

static bool is_ordinary(const struct column *column)
{
    return !column->computed.written && !column->invisible && !column->unversioned;
}

/* Would a table be left that cannot be? */
static bool is_too_much(const struct list *going, const struct object *root)
{
    for (struct object *table = object_next(root, root); table; table = object_next(root, table)) {
        const struct object *key = object_only(table, KIND_PRIMARY_KEY);
        int plain = 0;
        bool counts = false;
        if (table->kind != KIND_TABLE || goes(going, table))
            continue;
        for (int i = 0; i < table->children.n; i++) {
            const struct column *column = table->children.item[i];
            bool stays = column->object.kind == KIND_COLUMN && !goes(going, &column->object);
            plain += stays && is_ordinary(column);
            counts = counts || (stays && column->autoincrement);
        }
        bool needs_key = ((const struct table *)table)->without_rowid || counts;
        if (plain < 2 || (key && goes(going, key) && needs_key))
            return true;
    }
    return false;
}

void find_dependents(struct dice *dice)
{
    const struct target target = target_offline(dialect_of_engine(dice->engine), NULL);
    graph_build(dice->mem, &target, dice->tree);
}

bool remove_with_dependents(struct dice *dice, struct object *object)
{
    struct list going = {0};
    int tables = 0;
    find_dependents(dice);
    list_add(dice->mem, &going, object);
    for (int i = 0; i < going.n; i++)
        dependents_add(dice, &going, going.item[i]);
    for (const struct object *o = dice->tree->root; o; o = object_next(dice->tree->root, o))
        tables += o->kind == KIND_TABLE && !object_is_foreign(o) && !my_is_partitioned(o) && !goes(&going, o);
    if (!tables || is_too_much(&going, dice->tree->root))
        return false;
    for (struct object *o = dice->tree->root; o; o = object_next(dice->tree->root, o))
        for (const struct edge *edge = o->needs; edge; edge = edge->next_need)
            if (is_default(edge) && goes(&going, edge->to) && !goes(&going, o))
                SAY((struct column *)o, COLUMN, default_value, written(NULL));
    for (int i = 0; i < going.n; i++)
        object_remove(going.item[i]);
    return true;
}

/* ---- what has to change together ---- */

static void list_once(struct dice *dice, struct list *list, struct object *object)
{
    for (int i = 0; i < list->n; i++)
        if (list->item[i] == object)
            return;
    list_add(dice->mem, list, object);
}

/* The column at the other end, if this pair of a foreign key has it at one. */
static void tie(struct dice *dice, struct list *tied, const struct foreign_key *key, const struct column *column)
{
    struct object *table = key->object.parent, *target = tree_find_ref(dice->tree, KIND_TABLE, &key->ref_table);
    for (int i = 0; target && i < key->columns.n; i++) {
        struct object *near = object_child(table, KIND_COLUMN, key->columns.item[i]);
        struct object *far = object_child(target, KIND_COLUMN, key->ref_columns.item[i]);
        if (near == &column->object)
            list_once(dice, tied, far);
        if (far == &column->object)
            list_once(dice, tied, near);
    }
}

/* Both columns of a period are of one type. */
static void period_tie(struct dice *dice, struct list *tied, const struct object *column)
{
    for (int i = 0; my_is_of_period(column) && i < column->parent->children.n; i++) {
        struct object *other = column->parent->children.item[i];
        if (other->kind == KIND_COLUMN && my_is_of_period(other))
            list_once(dice, tied, other);
    }
}

struct list tied_columns(struct dice *dice, struct column *column)
{
    struct list tied = {0};
    list_add(dice->mem, &tied, column);
    period_tie(dice, &tied, &column->object);
    for (int i = 0; i < tied.n; i++)
        for (struct object *o = dice->tree->root; o; o = object_next(dice->tree->root, o))
            if (o->kind == KIND_FOREIGN_KEY)
                tie(dice, &tied, (const struct foreign_key *)o, tied.item[i]);
    return tied;
}

/* A logged table refers to logged ones only: those that it names change with it, or those that name it. */
struct list tied_tables(struct dice *dice, struct table *table)
{
    struct list tied = {0};
    list_add(dice->mem, &tied, table);
    for (int i = 0; i < tied.n; i++)
        for (struct object *o = dice->tree->root; o; o = object_next(dice->tree->root, o)) {
            if (o->kind != KIND_FOREIGN_KEY)
                continue;
            struct object *far = tree_find_ref(dice->tree, KIND_TABLE, &((struct foreign_key *)o)->ref_table);
            struct object *first = table->unlogged ? o->parent : far, *then = table->unlogged ? far : o->parent;
            if (first == tied.item[i] && ((const struct table *)then)->unlogged == table->unlogged)
                list_once(dice, &tied, then);
        }
    return tied;
}

bool reads_any_type(struct dice *dice, const struct column *column)
{
    static const char *const needs_type[] = {"''", " IN (", "length(", "lower(", "upper(", "::"};
    find_dependents(dice);
    for (const struct edge *edge = column->object.needed; edge; edge = edge->next_needed) {
        const struct field *field = &kind_table[edge->from->kind].field[edge->field];
        const char *text = field->type == FIELD_EXPR ? expr_text(object_field(edge->from, edge->field)) : "";
        for (size_t i = 0; i < sizeof needs_type / sizeof *needs_type; i++)
            if (text_has(text, needs_type[i]))
                return false;
        const struct index_part *part = (const struct index_part *)edge->from;
        if (part->object.kind == KIND_INDEX_PART && (part->opclass || part->collation))
            return false;
    }
    return true;
}

/* ---- renames ---- */

static const struct rename *rename_of_table(const struct dice *dice, const struct object *table)
{
    for (int i = 0; i < dice->renames.n; i++) {
        const struct rename *rename = dice->renames.item[i];
        if (!rename->table && text_equal(rename->schema, object_schema(table)) && text_equal(rename->from, table->name))
            return rename;
    }
    return NULL;
}

static bool is_taken(const struct dice *dice, const char *from, const char *to)
{
    for (int i = 0; i < dice->renames.n; i++) {
        const struct rename *rename = dice->renames.item[i];
        if (text_equal_nocase(rename->to, to) || text_equal(rename->from, from))
            return true;
    }
    return false;
}

/* A materialized view says which columns it writes by their names, and goes on saying so. */
static bool is_written_by_view(const struct dice *dice, const struct object *table)
{
    for (const struct object *o = dice->tree->root; o; o = object_next(dice->tree->root, o))
        if (o->kind == KIND_VIEW && text_equal(((const struct view *)o)->to_table.name, table->name))
            return true;
    return false;
}

/* See the refusal among SQLite's effects. Nested of ClickHouse is a column for each of its members. */
static bool cannot_rename(const struct dice *dice, const struct object *object)
{
    const struct object *table = object->kind == KIND_COLUMN ? object->parent : NULL;
    const char *type = table ? ((const struct column *)object)->type : NULL;
    if (table && (is_written_by_view(dice, table) || (type && text_starts(type, "Nested"))))
        return true;
    return table && ((const struct table *)table)->without_rowid && object_only(table, KIND_UNIQUE);
}

static void rename_note(struct dice *dice, const struct object *object, const char *to)
{
    struct rename *rename = NEW(dice->mem, struct rename);
    *rename = (struct rename){.schema = object_schema(object), .from = object->name, .to = to};
    if (object->kind == KIND_COLUMN) {
        const struct rename *table = rename_of_table(dice, object->parent);
        rename->table = table ? table->to : object->parent->name;
    }
    list_add(dice->mem, &dice->renames, rename);
}

static const struct object *random_sibling(struct dice *dice, const struct object *object)
{
    const struct object *found = NULL;
    for (int i = 0, seen = 0; object && i < object->parent->children.n; i++) {
        const struct object *sibling = object->parent->children.item[i];
        if (sibling->kind == object->kind && sibling != object && !dice_below(dice, ++seen))
            found = sibling;
    }
    return found;
}

/* To a name that is free, or to another's: the two change places, or that one makes room. */
static void rename_decide(struct dice *dice, enum kind kind)
{
    const struct object *object = random_of_kind(dice, kind);
    const struct object *other = dice_chance(dice, 30) ? random_sibling(dice, object) : NULL;
    const char *to = other ? other->name : object ? random_name_in(dice, kind, object->parent) : NULL;
    const char *next = !other || dice_chance(dice, 60) ? NULL : random_name_in(dice, kind, other->parent);
    if (!object || cannot_rename(dice, object) || is_taken(dice, object->name, to))
        return;
    if (other && (cannot_rename(dice, other) || is_taken(dice, other->name, next ? next : object->name)))
        return;
    rename_note(dice, object, to);
    if (other)
        rename_note(dice, other, next ? next : object->name);
}

void rename_some(struct dice *dice)
{
    struct ctx ctx;
    while (dice_chance(dice, 25))
        rename_decide(dice, KIND_TABLE);
    while (dice_chance(dice, 40))
        rename_decide(dice, KIND_COLUMN);
    ctx_open(&ctx, 0);
    struct arena *own = ctx.mem;
    ctx.mem = dice->mem;
    struct changes changes = {.before = dice->tree, .after = dice->tree};
    const struct target target = target_offline(dialect_of_engine(dice->engine), NULL);
    const struct diff_input input = {
        .target = &target, .before = dice->tree, .after = dice->tree, .renames = &dice->renames};
    renames_carry(&ctx, &input, &changes);
    ctx.mem = own;
    ctx_close(&ctx);
}

void renames_tidy(struct dice *dice)
{
    for (int i = dice->renames.n - 1; i >= 0; i--) {
        const struct rename *rename = dice->renames.item[i];
        const char *name = rename->table ? rename->table : rename->to;
        const struct object *table = tree_find(dice->tree, KIND_TABLE, rename->schema, name);
        const struct object *column = table && rename->table ? object_child(table, KIND_COLUMN, rename->to) : NULL;
        if (!table || (rename->table && (!column || cannot_rename(dice, column))))
            list_remove(&dice->renames, i);
    }
}
