/*
 * What a change of one object does to others of its schema, by the planner's own graph: if that misses a dependency, the
 * server says so when the changed schema is built.
 */
#include "base/text.h"
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
            plain += stays && !column->computed.written;
            counts = counts || (stays && column->autoincrement);
        }
        bool needs_key = ((const struct table *)table)->without_rowid || counts;
        if (plain < 2 || (key && goes(going, key) && needs_key))
            return true;
    }
    return false;
}

bool remove_with_dependents(struct dice *dice, struct object *object)
{
    struct list going = {0};
    int tables = 0;
    const struct target target = target_offline(dialect_of_engine(dice->engine), NULL);
    graph_build(dice->mem, &target, dice->tree);
    list_add(dice->mem, &going, object);
    for (int i = 0; i < going.n; i++)
        dependents_add(dice, &going, going.item[i]);
    for (const struct object *o = dice->tree->root; o; o = object_next(dice->tree->root, o))
        tables += o->kind == KIND_TABLE && !goes(&going, o);
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

static void rename_decide(struct dice *dice, enum kind kind)
{
    const struct object *object = random_of_kind(dice, kind);
    const char *to = object ? random_name_in(dice, kind, object->parent) : NULL;
    if (!object || is_taken(dice, object->name, to))
        return;
    struct rename *rename = NEW(dice->mem, struct rename);
    *rename = (struct rename){.schema = object_schema(object), .from = object->name, .to = to};
    if (kind == KIND_COLUMN) {
        const struct rename *table = rename_of_table(dice, object->parent);
        rename->table = table ? table->to : object->parent->name;
    }
    list_add(dice->mem, &dice->renames, rename);
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
        if (!table || (rename->table && !object_child(table, KIND_COLUMN, rename->to)))
            list_remove(&dice->renames, i);
    }
}
