/* Random changes of what only MySQL and MariaDB have; see mutate.c. */
#include <string.h>

#include "base/text.h"
#include "random.h"

static bool is_plain_column(const struct column *column)
{
    return column && !column->computed.written && !column->autoincrement;
}

static bool in_primary_key(const struct column *column)
{
    const struct primary_key *key = (const struct primary_key *)object_only(column->object.parent, KIND_PRIMARY_KEY);
    return key && names_have(&key->columns, column->object.name);
}

/* One that stays can be seen. */
static bool change_invisible(struct dice *dice)
{
    struct column *column = (struct column *)random_of_kind(dice, KIND_COLUMN);
    int seen = 0;
    for (int i = 0; i < column->object.parent->children.n; i++) {
        const struct column *other = column->object.parent->children.item[i];
        seen += other != column && other->object.kind == KIND_COLUMN && !other->invisible && !other->computed.written;
    }
    if (!is_plain_column(column) || !seen || !column->nullable || in_primary_key(column))
        return false;
    SAY(column, COLUMN, invisible, !column->invisible);
    return true;
}

static bool change_on_update(struct dice *dice)
{
    struct column *column = (struct column *)random_of_kind(dice, KIND_COLUMN);
    bool clock = text_starts(column->type, "datetime") || text_starts(column->type, "timestamp");
    const char *digits = strchr(column->type, '(');
    if (!clock || !is_plain_column(column))
        return false;
    const char *now = arena_printf(dice->mem, "CURRENT_TIMESTAMP%s", digits ? digits : "");
    SAY(column, COLUMN, on_update, written(column->on_update.written ? NULL : now));
    return true;
}

static const char *const collations[] = {"latin1_swedish_ci", "latin1_bin", "utf8mb4_bin", "utf8mb4_general_ci"};

static bool has_collation(const struct column *column)
{
    static const char *const texts[] = {"varchar", "char", "text", "mediumtext", "enum", "set"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (text_starts(column->type, texts[i]))
            return true;
    return false;
}

static bool change_collation(struct dice *dice)
{
    struct column *column = (struct column *)random_of_kind(dice, KIND_COLUMN);
    if (!has_collation(column) || !is_plain_column(column) || tied_columns(dice, column).n > 1)
        return false;
    SAY(column, COLUMN, collation, column->collation && dice_chance(dice, 40) ? NULL : PICK(dice, collations));
    return true;
}

static bool is_tied(struct dice *dice, const struct object *table)
{
    for (int i = 0; i < table->children.n; i++) {
        struct column *column = table->children.item[i];
        if (column->object.kind == KIND_COLUMN && tied_columns(dice, column).n > 1)
            return true;
    }
    return false;
}

static bool change_table(struct dice *dice)
{
    static const char *const options[] = {"row_format=compact", "row_format=dynamic", "stats_persistent=1",
                                          "key_block_size=8"};
    struct table *table = (struct table *)random_of_kind(dice, KIND_TABLE);
    if (dice_chance(dice, 50)) {
        const char *option = PICK(dice, options);
        bool was = names_have(&table->options, option);
        SAY(table, TABLE, options, was ? (struct names){0} : one_name(dice->mem, option));
        return true;
    }
    if (is_tied(dice, &table->object))
        return false;
    SAY(table, TABLE, collation, PICK(dice, collations));
    return true;
}

static bool change_srid(struct dice *dice)
{
    static const char *const systems[] = {NULL, "0", "4326", "3857"};
    struct column *column = (struct column *)random_of_kind(dice, KIND_COLUMN);
    if (dice->engine != ENGINE_MY || !my_is_shape(column))
        return false;
    if (dice_chance(dice, 25))
        SAY(column, COLUMN, type, text_equal(column->type, "point") ? "geometry" : "point");
    else
        SAY(column, COLUMN, srid, PICK(dice, systems));
    return true;
}

/* With what is kept of its columns. */
static bool change_history(struct dice *dice)
{
    struct table *table = (struct table *)random_of_kind(dice, KIND_TABLE);
    if (dice->engine != ENGINE_MARIA)
        return false;
    if (!table->versioned || dice_chance(dice, 50))
        SAY(table, TABLE, versioned, !table->versioned);
    struct column *column = pick_column(dice, &table->object, ~0u, true);
    for (int i = 0; i < table->object.children.n && !table->versioned; i++)
        if (((struct object *)table->object.children.item[i])->kind == KIND_COLUMN)
            SAY((struct column *)table->object.children.item[i], COLUMN, unversioned, false);
    return !column || !dice_chance(dice, 50) || my_unversion(dice, column);
}

static bool change_parser(struct dice *dice)
{
    struct index *index = (struct index *)random_of_kind(dice, KIND_INDEX);
    if (!index || dice->engine != ENGINE_MY || !text_equal(index->method, "fulltext"))
        return false;
    SAY(index, INDEX, options, index->options.n ? (struct names){0} : one_name(dice->mem, "parser=ngram"));
    return true;
}

static bool change_visibility(struct dice *dice)
{
    struct index *index = (struct index *)random_of_kind(dice, KIND_INDEX);
    if (!index || index->is_unique)
        return false;
    SAY(index, INDEX, invisible, !index->invisible);
    return true;
}

/* A foreign key may rest on it as it is. */
static bool change_length(struct dice *dice)
{
    struct index *index = (struct index *)random_of_kind(dice, KIND_INDEX);
    struct index_part *part = index ? (struct index_part *)object_only(&index->object, KIND_INDEX_PART) : NULL;
    if (!part || !part->length)
        return false;
    SAY(part, INDEX_PART, length, part->length > 2 ? part->length - 1 : part->length + 1);
    return true;
}

static bool change_enforced(struct dice *dice)
{
    struct check *check = (struct check *)random_of_kind(dice, KIND_CHECK);
    if (!check || dice->engine != ENGINE_MY)
        return false;
    SAY(check, CHECK, not_enforced, !check->not_enforced);
    return true;
}

/* What checks stays one that can be written through; see my_plain_query(). */
static bool change_view(struct dice *dice)
{
    struct view *view = (struct view *)random_of_kind(dice, KIND_VIEW);
    if (!view)
        return false;
    bool checks =
        names_have(&view->options, "check_option=cascaded") || names_have(&view->options, "check_option=local");
    SAY(view, VIEW, options, (struct names){0});
    my_view_settings(dice, view, checks);
    return true;
}

static bool change_members(struct dice *dice)
{
    struct column *column = (struct column *)random_of_kind(dice, KIND_COLUMN);
    bool members = text_starts(column->type, "enum(") || text_starts(column->type, "set(");
    if (!members || !is_plain_column(column))
        return false;
    size_t length = strlen(column->type);
    const char *head = text_slice(dice->mem, column->type, 0, length - 1);
    bool first = dice_chance(dice, 30);
    const char *open = strchr(column->type, '(');
    const char *word = text_slice(dice->mem, column->type, 0, (size_t)(open - column->type));
    SAY(column, COLUMN, type,
        first ? arena_printf(dice->mem, "%s('m%d',%s", word, ++dice->serial, open + 1)
              : arena_printf(dice->mem, "%s,'m%d')", head, ++dice->serial));
    return true;
}

static bool add_routine(struct dice *dice)
{
    return my_random_routine(dice);
}

static bool add_event(struct dice *dice)
{
    return my_random_event(dice);
}

static bool add_trigger(struct dice *dice)
{
    return my_random_trigger(dice, random_of_kind(dice, KIND_TABLE));
}

static bool add_view(struct dice *dice)
{
    return random_view(dice);
}

static bool drop_some(struct dice *dice)
{
    static const enum kind kinds[] = {KIND_FUNCTION, KIND_VIEW, KIND_EVENT};
    struct object *object = random_of_kind(dice, PICK(dice, kinds));
    return object && remove_with_dependents(dice, object);
}

static bool drop_trigger(struct dice *dice)
{
    struct object *trigger = random_of_kind(dice, KIND_TRIGGER);
    if (trigger)
        object_remove(trigger);
    return trigger;
}

static bool change_text(struct dice *dice)
{
    static const struct {
        enum kind kind;
        bool (*change)(struct dice *dice, struct object *object);
    } texts[] = {{KIND_TRIGGER, my_change_trigger}, {KIND_FUNCTION, my_change_routine}, {KIND_EVENT, my_change_event}};
    int at = dice_below(dice, 3);
    struct object *object = random_of_kind(dice, texts[at].kind);
    return object && texts[at].change(dice, object);
}

static bool (*const mutations[])(struct dice *) = {
    change_invisible,      change_on_update,  change_collation, change_collation, change_table,
    change_table,          change_visibility, change_length,    change_enforced,  change_view,
    change_srid,           change_history,    change_parser,    change_members,   my_change_partitioned,
    my_change_partitioned, my_change_period,  my_change_period, add_routine,      add_event,
    add_trigger,           add_trigger,       add_view,         drop_some,        drop_trigger,
    change_text,           change_text,
};

bool my_mutation(struct dice *dice)
{
    bool done = PICK(dice, mutations)(dice);
    my_triggers_chain(dice);
    return done;
}
