/*
 * Snapshots of older programs: what they named because no kind modelled it then, as the fields that it is by now.
 *
 * A field that such a snapshot does not say means what silence means, and would be a difference where the database has it. Of
 * a whole object nothing more than the name is known: a tree of that time does not speak of its kind, and nothing is compared.
 */
#include "base/text.h"
#include "dialect/postgres/pg.h"
#include "schema/unmodelled.h"

struct older {
    struct arena *mem;
    const struct tree *tree;
};

/* false: it stays what it is */
typedef bool take_fn(const struct older *older, const struct unmodelled *one, struct object *table);

static bool security_take(const struct older *older, const struct unmodelled *one, struct object *object)
{
    struct table *table = (struct table *)object;
    bool forced = text_equal(one->name, "forced");
    if (forced)
        SAY(table, TABLE, force_row_security, true);
    if (!forced || unmodelled_is(older->mem, one, "true"))
        SAY(table, TABLE, row_security, true);
    return true;
}

static bool target_take(const struct older *older, const struct unmodelled *one, struct object *object)
{
    struct object *column = one->column ? object_child(object, KIND_COLUMN, one->column) : NULL;
    if (column)
        SAY((struct column *)column, COLUMN, statistics_target, one->name);
    return column;
}

static bool options_take(const struct older *older, const struct unmodelled *one, struct object *object)
{
    struct object *column = one->column ? object_child(object, KIND_COLUMN, one->column) : NULL;
    struct names options = text_split(older->mem, one->name, ',');
    for (int i = 0; i < options.n; i++)
        options.item[i] = text_trim(older->mem, options.item[i]);
    names_sort(&options);
    if (column)
        SAY((struct column *)column, COLUMN, options, options);
    return column;
}

static bool object_take(const struct older *older, const struct unmodelled *one, struct object *object)
{
    return !tree_speaks(older->tree, kind_find(one->kind));
}

static const struct {
    const char *kind;
    take_fn *take;
} taken[] = {
    {.kind = "policy", .take = object_take},
    {.kind = "row security", .take = security_take},
    {.kind = "rule", .take = object_take},
    {.kind = "statistics", .take = object_take},
    {.kind = "statistics target", .take = target_take},
    {.kind = "column option", .take = options_take},
};

/* Words for whole objects of kinds that came later, and for what hangs on them. */
static const struct {
    const char *word;
    enum kind kind;
} later[] = {
    {"function", KIND_FUNCTION},
    {"procedure", KIND_FUNCTION},
    {"domain", KIND_DOMAIN},
    {"composite type", KIND_COMPOSITE},
};

/* A function was called by the names of its arguments, too. */
static bool is_of_later(const struct older *older, const struct unmodelled *one)
{
    const char *word = one->on_kind ? one->on_kind : one->kind;
    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        if (text_equal(later[i].word, word) && !tree_speaks(older->tree, later[i].kind))
            return true;
    return false;
}

static bool is_taken(const struct older *older, const struct unmodelled *one)
{
    const char *schema = one->on_schema ? one->on_schema : one->schema ? one->schema : "";
    enum kind kind = text_equal(one->on_kind, "table") ? KIND_TABLE : KIND_VIEW;
    struct object *table =
        text_equal(one->on_kind, kind_table[kind].name) ? tree_find(older->tree, kind, schema, one->on) : NULL;
    for (size_t i = 0; table && i < sizeof taken / sizeof *taken; i++)
        if (text_equal(taken[i].kind, one->kind))
            return taken[i].take(older, one, table);
    return false;
}

void pg_older_take(struct arena *mem, struct tree *tree)
{
    const struct older older = {.mem = mem, .tree = tree};
    struct list kept = {0};
    for (int i = 0; i < tree->unmodelled.n; i++)
        if (!is_of_later(&older, tree->unmodelled.item[i]) && !is_taken(&older, tree->unmodelled.item[i]))
            list_add(mem, &kept, tree->unmodelled.item[i]);
    tree->unmodelled = kept;
}
