/*
 * Guesses at renames.  A dropped table and a new one may be the same if most of their columns are; a dropped column and
 * a new one of its table if they have the same type, similar names or the same place.  Of all such pairs the likeliest
 * are taken, each name once: so there is at most one question for everything that would be dropped.
 * What else there is is guessed in rename_alike.c.  A guess is only ever a question: the command asks, or names the flag (rename_flag.c).
 */
#include "diff/rename.h"

#include "base/map.h"
#include "base/text.h"
#include "diff/compare.h"
#include "diff/rename_object.h"

enum {
    TABLE_LIKENESS = 60,         /* 0.8.2's */
    TABLE_LIKENESS_BY_NAME = 40, /* of tables whose names are alike too */
    NAME_LIKENESS = 50,
    SAME_TYPE = 50, /* counted like so many per cent of the name */
    SAME_PLACE = 25
};

struct guesser {
    struct arena *mem;
    const struct diff_input *input;
    struct list *guesses;
};

/* A dropped object and a new one; the best pairs win. */
struct pair {
    struct object *old;
    struct object *new;
    int rank; /* where the old one stands */
    int score;
    int percent;
};

static bool names_same(const struct guesser *guesser, const char *a, const char *b)
{
    return compare_name(guesser->mem, guesser->input->target, a, b);
}

static const char *folded(const struct guesser *guesser, const char *name)
{
    return name_fold(guesser->mem, guesser->input->target, name);
}

/* Tables (KIND_HOLDS_ROWS) or columns (KIND_IS_COLUMN). */
static struct map children_by_name(const struct guesser *guesser, const struct object *parent, unsigned class)
{
    struct map map;
    map_init(&map, guesser->mem);
    for (int i = 0; i < parent->children.n; i++) {
        struct object *child = parent->children.item[i];
        if (kind_is(child->kind, class))
            map_set(&map, folded(guesser, child->name), child);
    }
    return map;
}

static bool is_decided(const struct guesser *guesser, const struct object *object, bool old, const char *table)
{
    for (int i = 0; guesser->input->renames && i < guesser->input->renames->n; i++) {
        const struct rename *rename = guesser->input->renames->item[i];
        if (!rename->kind && text_equal(rename->schema, object_schema(object)) && text_equal(rename->table, table) &&
            text_equal(old ? rename->from : rename->to, object->name))
            return true;
    }
    return false;
}

static bool types_equal(const struct guesser *guesser, const struct object *a, const struct object *b)
{
    const char *x = ((const struct column *)a)->type, *y = ((const struct column *)b)->type;
    return text_equal(type_normal(guesser->mem, guesser->input->target, x),
                      type_normal(guesser->mem, guesser->input->target, y));
}

/* One side of what is compared: the tables of a schema, or the columns of a table. */
struct side {
    const struct object *parent;
    const struct map *other; /* of the other side, by folded names */
    const char *table;       /* of columns, its name in the desired tree */
    unsigned class;
    bool old;
};

/* Is what has this name on the other side the same, or has one of the two to do with another by a decided rename? */
static bool has_peer(const struct guesser *guesser, const struct side *side, const struct object *child)
{
    const struct object *same = map_get(side->other, folded(guesser, child->name));
    return same && !is_decided(guesser, same, !side->old, side->table);
}

/* What only this side has, and nobody has decided about; of the old one what would be dropped. */
static struct list only_in(const struct guesser *guesser, const struct side *side)
{
    struct list found = {0};
    for (int i = 0; i < side->parent->children.n; i++) {
        struct object *child = side->parent->children.item[i];
        if (kind_is(child->kind, side->class) && !is_decided(guesser, child, side->old, side->table) &&
            !has_peer(guesser, side, child) && !(side->old && child->stranger))
            list_add(guesser->mem, &found, child);
    }
    return found;
}

/* ---- choosing ---- */

static int pair_compare(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    return (y->score > x->score) - (y->score < x->score);
}

/* Where another schema has a table of that name too, messages and flags have to say which is meant. */
static const char *schema_title(const struct guesser *guesser, const struct object *table)
{
    const struct object *root = guesser->input->before->root;
    if (*object_schema(table))
        return object_schema(table);
    for (int i = 0; i < root->children.n; i++) {
        const struct object *other = root->children.item[i];
        if (other != table->parent && object_child(other, table->kind, table->name))
            return target_usual(guesser->input->target);
    }
    return NULL;
}

static void guess_add(const struct guesser *guesser, const struct pair *pair)
{
    const struct object *old = pair->old, *new = pair->new;
    bool column = kind_is(new->kind, KIND_IS_COLUMN);
    struct rename *rename = NEW(guesser->mem, struct rename);
    *rename = (struct rename){.schema = object_schema(new),
                              .title = schema_title(guesser, column ? old->parent : old),
                              .table = column ? new->parent->name : NULL,
                              .from = old->name,
                              .to = new->name,
                              .percent = pair->percent};
    if (column && !types_equal(guesser, old, new))
        rename->retype = arena_printf(guesser->mem, "%s → %s", ((const struct column *)old)->type,
                                      ((const struct column *)new)->type);
    list_add(guesser->mem, guesser->guesses, rename);
}

static int rank_compare(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    return x->rank - y->rank;
}

/* Every name is in one guess at most; they are told in the order of what was. */
static void pairs_choose(const struct guesser *guesser, struct list *pairs)
{
    struct list taken = {0}, chosen = {0};
    list_sort(pairs, pair_compare);
    for (int i = 0; i < pairs->n; i++) {
        struct pair *pair = pairs->item[i];
        if (list_has(&taken, pair->old) || list_has(&taken, pair->new))
            continue;
        list_add(guesser->mem, &taken, pair->old);
        list_add(guesser->mem, &taken, pair->new);
        list_add(guesser->mem, &chosen, pair);
    }
    list_sort(&chosen, rank_compare);
    for (int i = 0; i < chosen.n; i++)
        guess_add(guesser, chosen.item[i]);
}

static void pair_add(const struct guesser *guesser, struct list *pairs, struct pair pair)
{
    struct pair *copy = NEW(guesser->mem, struct pair);
    *copy = pair;
    list_add(guesser->mem, pairs, copy);
}

/* ---- tables ---- */

/* How many of the columns are the same; a column that has another type is half of one. */
static int columns_alike(const struct guesser *guesser, const struct map *old, const struct object *new)
{
    struct map columns = children_by_name(guesser, new, KIND_IS_COLUMN);
    int halves = 0, most = columns.n > old->n ? columns.n : old->n;
    for (int i = 0; i < columns.n; i++) {
        const struct object *other = map_get(old, columns.entry[i].key);
        if (other)
            halves += types_equal(guesser, other, columns.entry[i].value) ? 2 : 1;
    }
    return most ? halves * 50 / most : 0;
}

static void tables_guess(const struct guesser *guesser, const struct object *old_schema,
                         const struct object *new_schema, const struct map *old_names)
{
    struct map new_names = children_by_name(guesser, new_schema, KIND_HOLDS_ROWS);
    const struct side was = {old_schema, &new_names, NULL, KIND_HOLDS_ROWS, true};
    const struct side is = {new_schema, old_names, NULL, KIND_HOLDS_ROWS, false};
    struct list gone = only_in(guesser, &was), come = only_in(guesser, &is), pairs = {0};
    for (int i = 0; i < gone.n; i++) {
        struct object *old = gone.item[i];
        struct map columns = children_by_name(guesser, old, KIND_IS_COLUMN);
        for (int k = 0; k < come.n; k++) {
            struct object *new = come.item[k];
            int percent = columns_alike(guesser, &columns, new), name = text_likeness(old->name, new->name);
            if (percent >= (name >= NAME_LIKENESS ? TABLE_LIKENESS_BY_NAME : TABLE_LIKENESS))
                pair_add(guesser, &pairs, (struct pair){old, new, i, 2 * percent + name, percent});
        }
    }
    pairs_choose(guesser, &pairs);
}

/* ---- columns ---- */

static bool is_computed(const struct object *column)
{
    const struct expr *computed = &((const struct column *)column)->computed;
    return computed->written || computed->printed;
}

/* The column before this one; the number of columns before it in `place`. */
static const struct object *neighbour(const struct object *column, int *place)
{
    const struct object *before = NULL;
    *place = 0;
    for (int i = 0; i < column->parent->children.n && column->parent->children.item[i] != column; i++) {
        const struct object *sibling = column->parent->children.item[i];
        if (!kind_is(sibling->kind, KIND_IS_COLUMN))
            continue;
        before = sibling;
        (*place)++;
    }
    return before;
}

static bool places_same(const struct guesser *guesser, const struct object *old, const struct object *new)
{
    int x, y;
    const struct object *a = neighbour(old, &x), *b = neighbour(new, &y);
    return x == y || (a && b && names_same(guesser, a->name, b->name));
}

/* Another type needs more to speak for it: the name, or the place where nothing else came or went. */
static void column_pair_judge(const struct guesser *guesser, struct list *pairs, struct pair pair, bool alone)
{
    bool type = types_equal(guesser, pair.old, pair.new), place = places_same(guesser, pair.old, pair.new);
    int name = text_likeness(pair.old->name, pair.new->name);
    if (is_computed(pair.old) != is_computed(pair.new))
        return;
    pair.score = name + (type ? SAME_TYPE : 0) + (place ? SAME_PLACE : 0);
    if (type || name >= NAME_LIKENESS || (place && alone))
        pair_add(guesser, pairs, pair);
}

static void columns_guess(const struct guesser *guesser, const struct object *old, const struct object *new)
{
    struct map old_names = children_by_name(guesser, old, KIND_IS_COLUMN);
    struct map new_names = children_by_name(guesser, new, KIND_IS_COLUMN);
    const struct side was = {old, &new_names, new->name, KIND_IS_COLUMN, true};
    const struct side is = {new, &old_names, new->name, KIND_IS_COLUMN, false};
    struct list gone = only_in(guesser, &was), come = only_in(guesser, &is), pairs = {0};
    bool alone = gone.n == 1 && come.n == 1;
    for (int i = 0; i < gone.n; i++)
        for (int k = 0; k < come.n; k++)
            column_pair_judge(guesser, &pairs, (struct pair){gone.item[i], come.item[k], i, 0, 100}, alone);
    pairs_choose(guesser, &pairs);
}

static const struct object *renamed_from(const struct guesser *guesser, const struct map *old_names,
                                         const struct object *new)
{
    for (int i = 0; guesser->input->renames && i < guesser->input->renames->n; i++) {
        const struct rename *rename = guesser->input->renames->item[i];
        if (!rename->table && text_equal(rename->schema, object_schema(new)) && text_equal(rename->to, new->name))
            return map_get(old_names, folded(guesser, rename->from));
    }
    const struct object *old = map_get(old_names, folded(guesser, new->name));
    return old && !is_decided(guesser, old, true, NULL) ? old : NULL;
}

int rename_guess(struct ctx *ctx, const struct diff_input *input, struct list *guesses)
{
    struct guesser guesser = {ctx->mem, input, guesses};
    schemas_guess(ctx, input, guesses);
    for (int i = 0; i < input->after->root->children.n; i++) {
        const struct object *new_schema = input->after->root->children.item[i];
        const struct object *old_schema = object_child(input->before->root, new_schema->kind, new_schema->name);
        if (!old_schema)
            continue;
        struct map old_names = children_by_name(&guesser, old_schema, KIND_HOLDS_ROWS);
        tables_guess(&guesser, old_schema, new_schema, &old_names);
        for (int k = 0; k < new_schema->children.n; k++) {
            const struct object *new = new_schema->children.item[k];
            const struct object *old =
                kind_is(new->kind, KIND_HOLDS_ROWS) ? renamed_from(&guesser, &old_names, new) : NULL;
            if (old)
                columns_guess(&guesser, old, new);
        }
        objects_guess(ctx, input, old_schema, new_schema, guesses);
    }
    return ctx_check(ctx);
}

/* ---- by case ---- */

/* What stands in a schema of the current tree under such a name; NULL where that very name is wanted, too. */
static const struct object *differs_in_case(const struct guesser *guesser, const struct object *wanted)
{
    const struct object *schema =
        object_child(guesser->input->before->root, wanted->parent->kind, wanted->parent->name);
    const struct object *found = NULL;
    for (int i = 0; schema && i < schema->children.n; i++) {
        const struct object *object = schema->children.item[i];
        if (object->kind == wanted->kind && names_same(guesser, object->name, wanted->name))
            found = object;
    }
    return found && !text_equal(found->name, wanted->name) ? found : NULL;
}

void rename_cases(struct ctx *ctx, const struct diff_input *input, struct list *decided)
{
    const struct guesser guesser = {.mem = ctx->mem, .input = input};
    for (const struct object *o = input->after->root; o; o = object_next(input->after->root, o)) {
        const struct object *was = name_tells_case(input->target, o->kind) ? differs_in_case(&guesser, o) : NULL;
        if (!was)
            continue;
        struct rename *rename = NEW(ctx->mem, struct rename);
        *rename = (struct rename){.kind = kind_is(o->kind, KIND_HOLDS_ROWS) ? 0 : o->kind,
                                  .schema = o->parent->name,
                                  .from = was->name,
                                  .to = o->name,
                                  .resolved_from = "case"};
        list_add(ctx->mem, decided, rename);
    }
}
