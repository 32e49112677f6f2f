/*
 * Snapshots of older programs: what they named because no kind modelled it then, as the fields that it is by now.
 *
 * A field that such a snapshot does not say means what silence means, and would be a difference where the database has it. Of
 * a whole object nothing more than the name is known: a tree of that time does not speak of its kind, and nothing is compared.
 */
#include "base/text.h"
#include "dialect/postgres/render.h"
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

static const char *quoted(struct arena *mem, const char *name)
{
    struct buf out;
    buf_init(&out, mem);
    pg_ident_add(&out, name);
    return out.data;
}

static bool view_setting(const struct older *older, const struct unmodelled *one, struct object *object,
                         const char *word)
{
    struct view *view = (struct view *)object;
    struct names settings = names_copy(older->mem, &view->column_settings);
    if (!one->column)
        return false;
    names_add(older->mem, &settings, arena_printf(older->mem, "%s.%s", quoted(older->mem, one->column), word));
    names_sort(&settings);
    SAY(view, VIEW, column_settings, settings);
    return true;
}

static bool target_take(const struct older *older, const struct unmodelled *one, struct object *object)
{
    if (object->kind == KIND_VIEW)
        return view_setting(older, one, object, arena_printf(older->mem, "statistics=%s", one->name));
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
    for (int i = 0; object->kind == KIND_VIEW && i < options.n; i++)
        if (!view_setting(older, one, object, options.item[i]))
            return false;
    if (object->kind == KIND_VIEW)
        return true;
    if (column)
        SAY((struct column *)column, COLUMN, options, options);
    return column;
}

/* "external, pglz" of a materialised view's column. */
static bool storage_take(const struct older *older, const struct unmodelled *one, struct object *object)
{
    const struct names words = text_split(older->mem, one->name, ',');
    for (int i = 0; object->kind == KIND_VIEW && i < words.n; i++) {
        const char *word = text_trim(older->mem, words.item[i]);
        bool compression = text_equal(word, "pglz") || text_equal(word, "lz4");
        view_setting(older, one, object,
                     arena_printf(older->mem, "%s=%s", compression ? "compression" : "storage", word));
    }
    return object->kind == KIND_VIEW;
}

/* Of a view's column; a snapshot has only the digest of what it says. */
static bool text_forget(const struct older *older, const struct unmodelled *one, struct object *object)
{
    return object->kind == KIND_VIEW && one->column;
}

/* Of the constraint or index of that name. */
static bool flag_take(struct object *table, const char *name, const char *flag)
{
    for (int i = 0; i < table->children.n; i++) {
        struct object *object = table->children.item[i];
        int field = field_find(object->kind, flag);
        if (field < 0 || !text_equal(object->name, name))
            continue;
        *(bool *)object_field(object, field) = true;
        object_say(object, field);
        return true;
    }
    return false;
}

static const char *after(const char *text, const char *start)
{
    return text_starts(text, start) ? text + strlen(start) : NULL;
}

static bool identity_take(const struct older *older, const struct unmodelled *one, struct object *object)
{
    const char *index = after(one->name, "using index ");
    if (index)
        return flag_take(object, index, "replica_identity");
    SAY((struct table *)object, TABLE, replica_identity, one->name);
    return true;
}

static bool cluster_take(const struct older *older, const struct unmodelled *one, struct object *object)
{
    return flag_take(object, after(one->name, "on "), "clustered");
}

static bool not_valid_take(const struct older *older, const struct unmodelled *one, struct object *object)
{
    return flag_take(object, one->name, "not_valid");
}

static bool not_enforced_take(const struct older *older, const struct unmodelled *one, struct object *object)
{
    return flag_take(object, one->name, "not_enforced");
}

static bool period_take(const struct older *older, const struct unmodelled *one, struct object *object)
{
    return flag_take(object, one->name, text_starts(one->kind, "foreign") ? "period" : "without_overlaps");
}

static bool not_null_take(const struct older *older, const struct unmodelled *one, struct object *object)
{
    struct object *column = one->column ? object_child(object, KIND_COLUMN, one->column) : NULL;
    if (!column || !one->definition)
        return false;
    if (!text_ends(one->name, "_not_null"))
        SAY((struct column *)column, COLUMN, not_null_name, one->name);
    SAY((struct column *)column, COLUMN, not_null_not_valid, text_has(one->definition, " NOT VALID"));
    SAY((struct column *)column, COLUMN, not_null_no_inherit, text_has(one->definition, " NO INHERIT"));
    return true;
}

static bool tablespace_take(const struct older *older, const struct unmodelled *one, struct object *object)
{
    if (object->kind != KIND_VIEW)
        return false;
    SAY((struct view *)object, VIEW, tablespace, one->name);
    return true;
}

static bool unlogged_take(const struct older *older, const struct unmodelled *one, struct object *object)
{
    if (object->kind != KIND_SEQUENCE)
        return false;
    SAY((struct sequence *)object, SEQUENCE, unlogged, true);
    return true;
}

static bool of_type_take(const struct older *older, const struct unmodelled *one, struct object *object)
{
    struct pg_type type;
    if (!pg_type_read(older->mem, one->name, &type))
        return false;
    SAY((struct table *)object, TABLE, of_type, ((struct ref){type.schema, type.name, NULL}));
    return true;
}

static bool object_take(const struct older *older, const struct unmodelled *one, struct object *object)
{
    return !tree_speaks(older->tree, kind_find(one->kind));
}

static const struct {
    const char *kind;
    take_fn *take;
} taken[] = {
    {.kind = "replica identity", .take = identity_take},
    {.kind = "cluster", .take = cluster_take},
    {.kind = "not valid constraint", .take = not_valid_take},
    {.kind = "not enforced constraint", .take = not_enforced_take},
    {.kind = "foreign key with period", .take = period_take},
    {.kind = "constraint without overlaps", .take = period_take},
    {.kind = "not null constraint", .take = not_null_take},
    {.kind = "tablespace", .take = tablespace_take},
    {.kind = "unlogged", .take = unlogged_take},
    {.kind = "OF type", .take = of_type_take},
    {.kind = "policy", .take = object_take},
    {.kind = "row security", .take = security_take},
    {.kind = "rule", .take = object_take},
    {.kind = "statistics", .take = object_take},
    {.kind = "statistics target", .take = target_take},
    {.kind = "column option", .take = options_take},
    {.kind = "storage", .take = storage_take},
    {.kind = "comment", .take = text_forget},
    {.kind = "default", .take = text_forget},
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
    {"aggregate", KIND_AGGREGATE},
    {"base type", KIND_BASE},
    {"shell type", KIND_SHELL},
    {"operator", KIND_OPERATOR},
    {"cast", KIND_CAST},
    {"operator family", KIND_FAMILY},
    {"operator class", KIND_CLASS},
    {"conversion", KIND_CONVERSION},
    {"language", KIND_LANGUAGE},
    {"transform", KIND_TRANSFORM},
    {"access method", KIND_METHOD},
    {"collation", KIND_COLLATION},
    {"range type", KIND_RANGE},
    {"event trigger", KIND_EVENT_TRIGGER},
    {"publication", KIND_PUBLICATION},
    {"foreign data wrapper", KIND_WRAPPER},
    {"server", KIND_SERVER},
    {"user mapping", KIND_MAPPING},
    {"text search parser", KIND_TEXT_PARSER},
    {"text search template", KIND_TEXT_TEMPLATE},
    {"text search dictionary", KIND_DICTIONARY},
    {"text search configuration", KIND_CONFIGURATION},
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
    enum kind kind = text_equal(one->on_kind, "materialized view") ? KIND_VIEW
                     : one->on_kind                                ? kind_find(one->on_kind)
                                                                   : KIND_COUNT;
    struct object *table = kind == KIND_COUNT ? NULL : tree_find(older->tree, kind, schema, one->on);
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
