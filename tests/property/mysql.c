/*
 * What MySQL and MariaDB have beside the rest: settings of tables and columns, prefixes and full-text indexes, views that
 * check, triggers that follow each other, routines and events.  Texts are written as the catalog prints them.
 */
#include <string.h>

#include "base/text.h"
#include "random.h"

static const char *const collations[] = {"latin1_swedish_ci", "latin1_bin", "utf8mb4_bin", "utf8mb4_general_ci"};

static const char *ticked(struct dice *dice, const char *name)
{
    return arena_printf(dice->mem, "`%s`", text_replace(dice->mem, name, "`", "``"));
}

static bool is_one_of_types(const struct column *column, const char *const *types)
{
    for (int i = 0; types[i]; i++)
        if (text_starts(column->type, types[i]))
            return true;
    return false;
}

static const char *const texts[] = {"varchar", "char", "text", "mediumtext", "enum", "set", NULL};
static const char *const searched[] = {"varchar", "char", "text", "mediumtext", NULL};
static const char *const clocks[] = {"datetime", "timestamp", NULL};
static const char *const shape_types[] = {"point", "geometry"}, *const shapes[] = {"point", "geometry", NULL};
static const char *const large[] = {"text", "mediumtext", "mediumblob", "longblob", NULL};

/* ---- tables and columns ---- */

static struct names table_options(struct dice *dice)
{
    static const char *const options[] = {"row_format=compact", "row_format=dynamic", "stats_persistent=1",
                                          "stats_auto_recalc=0"};
    return one_name(dice->mem, PICK(dice, options));
}

void my_table_settings(struct dice *dice, struct table *table)
{
    if (dice_chance(dice, 15))
        SAY(table, TABLE, collation, PICK(dice, collations));
    if (dice_chance(dice, 15))
        SAY(table, TABLE, options, table_options(dice));
    if (dice_chance(dice, 15))
        SAY(table, TABLE, engine, "InnoDB");
    if (dice_chance(dice, 8))
        SAY(table, TABLE, autoincrement_start, 100 + dice_below(dice, 100));
    if (dice->engine == ENGINE_MARIA && dice_chance(dice, 12))
        SAY(table, TABLE, versioned, true);
}

static const char *clock_of(struct dice *dice, const struct column *column)
{
    const char *digits = strchr(column->type, '(');
    return arena_printf(dice->mem, "CURRENT_TIMESTAMP%s", digits ? digits : "");
}

/* What of a table is kept has to be something. */
bool my_unversion(struct dice *dice, struct column *column)
{
    const struct table *table = (const struct table *)column->object.parent;
    int kept = 0;
    for (int i = 0; i < table->object.children.n; i++) {
        const struct column *other = table->object.children.item[i];
        kept += other != column && other->object.kind == KIND_COLUMN && !other->unversioned && !other->computed.written;
    }
    if (!table->versioned || kept < 2)
        return false;
    SAY(column, COLUMN, unversioned, !column->unversioned);
    return true;
}

/* MariaDB wants a value for what nobody says, and a server one column that is seen. */
void my_column_settings(struct dice *dice, struct column *column)
{
    if (dice_chance(dice, 8)) {
        SAY(column, COLUMN, type, PICK(dice, shape_types));
        SAY(column, COLUMN, default_value, written(NULL));
        SAY(column, COLUMN, collation, NULL);
    }
    if (is_one_of_types(column, clocks) && dice_chance(dice, 25))
        SAY(column, COLUMN, on_update, written(clock_of(dice, column)));
    if (is_one_of_types(column, texts) && dice_chance(dice, 15))
        SAY(column, COLUMN, collation, PICK(dice, collations));
    if (column->nullable && column->object.parent->children.n > 1 && dice_chance(dice, 8))
        SAY(column, COLUMN, invisible, true);
    if (dice->engine == ENGINE_MY && is_one_of_types(column, shapes) && dice_chance(dice, 50))
        SAY(column, COLUMN, srid, dice_chance(dice, 50) ? "4326" : "0");
    if (column->object.parent->children.n > 2 && dice_chance(dice, 25))
        my_unversion(dice, column);
}

bool my_is_shape(const struct column *column)
{
    return is_one_of_types(column, shapes);
}

bool my_is_shape_indexed(const struct column *column)
{
    const struct object *table = column->object.parent;
    for (int i = 0; i < table->children.n; i++) {
        const struct index *index = table->children.item[i];
        const struct index_part *part =
            index->object.kind == KIND_INDEX && index->object.children.n ? index->object.children.item[0] : NULL;
        if (part && text_equal(index->method, "spatial") && text_equal(part->column, column->object.name))
            return true;
    }
    return false;
}

static bool acts(const char *action)
{
    return action && !text_equal(action, "NO ACTION") && !text_equal(action, "RESTRICT");
}

bool my_is_acted_on(const struct column *column)
{
    const struct object *table = column->object.parent;
    for (int i = 0; i < table->children.n; i++) {
        const struct foreign_key *key = table->children.item[i];
        if (key->object.kind == KIND_FOREIGN_KEY && names_have(&key->columns, column->object.name) &&
            (acts(key->on_delete) || acts(key->on_update)))
            return true;
    }
    return false;
}

const char *my_collation_in_force(const struct column *column)
{
    return column->collation ? column->collation : ((const struct table *)column->object.parent)->collation;
}

/* ---- periods of an application (MariaDB) ---- */

static struct check *period_of(const struct object *table)
{
    for (int i = 0; i < table->children.n; i++) {
        struct check *check = table->children.item[i];
        if (check->object.kind == KIND_CHECK && check->period)
            return check;
    }
    return NULL;
}

static const char *period_column(struct dice *dice, struct object *table, const char *type, const char *value)
{
    struct column *column = (struct column *)object_new(dice->mem, KIND_COLUMN, table, random_name(dice));
    SAY(column, COLUMN, type, type);
    SAY(column, COLUMN, nullable, false);
    SAY(column, COLUMN, default_value, written(value));
    return column->object.name;
}

static void part_of_period(struct dice *dice, struct index *index, const char *column)
{
    struct index_part *part = (struct index_part *)object_new(dice->mem, KIND_INDEX_PART, &index->object, NULL);
    SAY(part, INDEX_PART, column, column);
}

/* A key in which periods do not overlap, which no foreign key may be over: the primary key where there is none, else a unique index. */
static void period_key(struct dice *dice, struct object *table, const char *period, const char *since,
                       const char *until)
{
    const char *column = period_column(dice, table, "int", "1");
    if (!object_only(table, KIND_PRIMARY_KEY) && dice_chance(dice, 50)) {
        struct primary_key *key = (struct primary_key *)object_new(dice->mem, KIND_PRIMARY_KEY, table, NULL);
        struct names columns = one_name(dice->mem, column);
        names_add(dice->mem, &columns, until);
        names_add(dice->mem, &columns, since);
        SAY(key, PRIMARY_KEY, columns, columns);
        SAY(key, PRIMARY_KEY, period, period);
        return;
    }
    struct index *index =
        (struct index *)object_new(dice->mem, KIND_INDEX, table, random_name_in(dice, KIND_INDEX, table));
    SAY(index, INDEX, is_unique, true);
    SAY(index, INDEX, period, period);
    part_of_period(dice, index, column);
    part_of_period(dice, index, until);
    part_of_period(dice, index, since);
}

bool my_random_period(struct dice *dice, struct object *table)
{
    if (dice->engine != ENGINE_MARIA || !table || table->kind != KIND_TABLE || my_is_partitioned(table) ||
        period_of(table))
        return false;
    const char *since = period_column(dice, table, "date", "'2026-01-01'");
    const char *until = period_column(dice, table, "date", "'2027-01-01'");
    struct check *check = (struct check *)object_new(dice->mem, KIND_CHECK, table, random_name(dice));
    SAY(check, CHECK, expr, written(arena_printf(dice->mem, "%s < %s", ticked(dice, since), ticked(dice, until))));
    SAY(check, CHECK, period, true);
    if (dice_chance(dice, 60))
        period_key(dice, table, check->object.name, since, until);
    return true;
}

static bool is_key_of(const struct object *object, const struct check *period)
{
    const char *name = object->kind == KIND_INDEX         ? ((const struct index *)object)->period
                       : object->kind == KIND_PRIMARY_KEY ? ((const struct primary_key *)object)->period
                                                          : NULL;
    return text_equal(name, period->object.name);
}

/* With the keys that it is in; its columns stay. */
bool my_drop_period(struct dice *dice, struct object *check)
{
    struct object *table = check->parent;
    for (int i = table->children.n - 1; i >= 0; i--)
        if (is_key_of(table->children.item[i], (const struct check *)check))
            object_remove(table->children.item[i]);
    object_remove(check);
    return true;
}

bool my_change_period(struct dice *dice)
{
    struct object *table = random_of_kind(dice, KIND_TABLE);
    struct check *period = table ? period_of(table) : NULL;
    if (!period || dice_chance(dice, 30))
        return !period && my_random_period(dice, table);
    if (dice_chance(dice, 40))
        return my_drop_period(dice, &period->object);
    const char *name = random_name(dice);
    for (int i = 0; i < table->children.n; i++) {
        struct object *child = table->children.item[i];
        if (!is_key_of(child, period))
            continue;
        if (child->kind == KIND_INDEX)
            SAY((struct index *)child, INDEX, period, name);
        else
            SAY((struct primary_key *)child, PRIMARY_KEY, period, name);
    }
    period->object.name = name;
    return true;
}

bool my_is_of_period(const struct object *column)
{
    const struct check *period = period_of(column->parent);
    const char *text = period ? period->expr.written ? period->expr.written : period->expr.printed : "";
    size_t length = strlen(column->name);
    for (const char *at = strstr(text, column->name); at; at = strstr(at + 1, column->name))
        if (at > text && at[-1] == '`' && at[length] == '`')
            return true;
    return false;
}

/* ---- indexes ---- */

static const struct column *column_of_types(struct dice *dice, const struct object *table, const char *const *types)
{
    const struct column *found = NULL;
    for (int i = 0, seen = 0; i < table->children.n; i++) {
        const struct column *column = table->children.item[i];
        if (column->object.kind == KIND_COLUMN && !column->computed.written && is_one_of_types(column, types) &&
            !dice_below(dice, ++seen))
            found = column;
    }
    return found;
}

static struct index_part *part_add(struct dice *dice, struct index *index, const struct column *column)
{
    struct index_part *part = (struct index_part *)object_new(dice->mem, KIND_INDEX_PART, &index->object, NULL);
    SAY(part, INDEX_PART, column, column->object.name);
    return part;
}

static bool shape_index(struct dice *dice, struct index *index)
{
    const struct column *column = column_of_types(dice, index->object.parent, shapes);
    if (!column || column->nullable)
        return false;
    SAY(index, INDEX, method, "spatial");
    part_add(dice, index, column);
    return true;
}

bool my_special_index(struct dice *dice, struct index *index)
{
    if (dice_chance(dice, 50) && shape_index(dice, index))
        return true;
    bool search = dice_chance(dice, 50);
    const struct column *column = column_of_types(dice, index->object.parent, search ? searched : large);
    if (!column)
        return false;
    struct index_part *part = part_add(dice, index, column);
    if (search)
        SAY(index, INDEX, method, "fulltext");
    if (search && dice->engine == ENGINE_MY && dice_chance(dice, 25))
        SAY(index, INDEX, options, one_name(dice->mem, "parser=ngram"));
    if (!search)
        SAY(part, INDEX_PART, length, 1 + dice_below(dice, 20));
    return true;
}

void my_part_settings(struct dice *dice, struct index_part *part, const struct column *column)
{
    if (column_family(dice, column) == FAMILY_TEXT && dice_chance(dice, 25))
        SAY(part, INDEX_PART, length, 1 + dice_below(dice, 5));
}

/* What tells rows apart where there is no primary key is one, and seen. */
void my_index_settings(struct dice *dice, struct index *index)
{
    if (!index->is_unique && dice_chance(dice, 12))
        SAY(index, INDEX, invisible, true);
}

/* ---- views ---- */

/* Of one table, so that rows can be written through it. */
const char *my_plain_query(struct dice *dice)
{
    const struct object *table = random_of_kind(dice, KIND_TABLE);
    const char *condition = table && dice_chance(dice, 60) ? random_condition(dice, table) : NULL;
    const struct names columns = table ? relation_columns(dice, table) : (struct names){0};
    struct buf out;
    if (!columns.n)
        return NULL;
    buf_init(&out, dice->mem);
    for (int i = 0, n = 1 + dice_below(dice, columns.n); i < n; i++)
        buf_addf(&out, "%s%s", i ? ", " : "SELECT ", quoted(dice, columns.item[i]));
    buf_addf(&out, " FROM %s", qualified(dice, table));
    if (condition)
        buf_addf(&out, " WHERE %s", condition);
    return out.data;
}

void my_view_settings(struct dice *dice, struct view *view, bool plain)
{
    static const char *const algorithms[] = {"algorithm=merge", "algorithm=temptable"};
    struct names options = {0};
    bool checks = plain && dice_chance(dice, 60);
    if (dice->engine == ENGINE_MARIA && dice_chance(dice, 20))
        names_add(dice->mem, &options, checks ? algorithms[0] : PICK(dice, algorithms));
    if (checks)
        names_add(dice->mem, &options, dice_chance(dice, 50) ? "check_option=cascaded" : "check_option=local");
    if (dice_chance(dice, 20))
        names_add(dice->mem, &options, "security=invoker");
    if (options.n)
        SAY(view, VIEW, options, options);
}

/* ---- triggers ---- */

static const char *other_value(struct dice *dice)
{
    const struct object *table = random_of_kind(dice, KIND_TABLE);
    const struct column *column = table ? pick_column(dice, table, ~0u, false) : NULL;
    if (!column)
        return "1";
    return arena_printf(dice->mem, "(SELECT COUNT(%s) FROM %s)", quoted(dice, column->object.name),
                        qualified(dice, table));
}

/* Rows that go must not leave others in their place, and what a table's own trigger writes there is refused. */
static const char *trigger_body(struct dice *dice, const struct object *table, const char *event, bool before)
{
    bool gone = text_equal(event, "DELETE");
    const struct column *column = pick_column(dice, table, ~0u, true);
    const char *row = gone || (text_equal(event, "UPDATE") && dice_chance(dice, 30)) ? "OLD" : "NEW";
    const char *name = column ? quoted(dice, column->object.name) : NULL;
    if (!name)
        return "SET @seen = 1";
    switch (dice_below(dice, 4)) {
    case 0: return arena_printf(dice->mem, "SET @seen = %s.%s", row, name);
    case 1:
        return arena_printf(dice->mem,
                            "BEGIN DECLARE n int DEFAULT %d; IF %s.%s IS NULL THEN SET n = n + 1; END IF; END",
                            dice_below(dice, 9), row, name);
    case 2:
        if (before && !gone)
            return arena_printf(dice->mem, "SET NEW.%s = NEW.%s", name, name);
        return arena_printf(dice->mem, "SET @seen = %s.%s IS NULL", row, name);
    default: return arena_printf(dice->mem, "SET @seen = %s", other_value(dice));
    }
}

struct object *my_random_trigger(struct dice *dice, struct object *table)
{
    static const char *const events[] = {"INSERT", "UPDATE", "DELETE"};
    if (!table || table->kind != KIND_TABLE)
        return NULL;
    struct trigger *trigger =
        (struct trigger *)object_new(dice->mem, KIND_TRIGGER, table, random_name_in(dice, KIND_TRIGGER, table));
    const char *event = events[dice_below(dice, dice_chance(dice, 60) ? 1 : 3)];
    bool before = dice_chance(dice, 70);
    SAY(trigger, TRIGGER, definition,
        written(arena_printf(dice->mem, "CREATE TRIGGER %s %s %s ON %s FOR EACH ROW\n%s",
                             ticked(dice, trigger->object.name), before ? "BEFORE" : "AFTER", event,
                             ticked(dice, table->name), trigger_body(dice, table, event, before))));
    return &trigger->object;
}

/* Its time and event. */
static int slot_of(const struct trigger *trigger)
{
    static const char *const words[] = {" BEFORE INSERT ON ", " BEFORE UPDATE ON ", " BEFORE DELETE ON ",
                                        " AFTER INSERT ON ",  " AFTER UPDATE ON ",  " AFTER DELETE ON "};
    enum { SLOTS = sizeof words / sizeof *words };
    int slot = 0;
    while (slot < SLOTS && !strstr(trigger->definition.written, words[slot]))
        slot++;
    return slot;
}

static void follow(struct dice *dice, struct trigger *trigger, const struct trigger *previous)
{
    const char *text = trigger->definition.written, *each = " FOR EACH ROW";
    size_t head = (size_t)(strstr(text, each) - text) + strlen(each);
    const char *body = strchr(text + head, '\n');
    const char *name = previous ? arena_printf(dice->mem, " FOLLOWS %s", ticked(dice, previous->object.name)) : "";
    SAY(trigger, TRIGGER, follows, previous ? previous->object.name : NULL);
    SAY(trigger, TRIGGER, definition,
        written(arena_printf(dice->mem, "%s%s%s", text_slice(dice->mem, text, 0, head), name, body)));
}

void my_triggers_chain(struct dice *dice)
{
    for (struct object *o = dice->tree->root; o; o = object_next(dice->tree->root, o)) {
        struct trigger *last[7] = {NULL};
        for (int i = 0; o->kind == KIND_TABLE && i < o->children.n; i++) {
            struct trigger *trigger = o->children.item[i];
            if (trigger->object.kind != KIND_TRIGGER)
                continue;
            struct trigger **previous = &last[slot_of(trigger)];
            follow(dice, trigger, *previous);
            *previous = trigger;
        }
    }
}

bool my_change_trigger(struct dice *dice, struct object *object)
{
    struct trigger *trigger = (struct trigger *)object;
    struct list *siblings = &object->parent->children;
    if (dice_chance(dice, 40)) { /* to the end: another order */
        for (int i = 0; i < siblings->n; i++)
            if (siblings->item[i] == object)
                list_remove(siblings, i);
        list_add(dice->mem, siblings, object);
        return true;
    }
    static const char *const events[] = {"INSERT", "UPDATE", "DELETE"};
    int slot = slot_of(trigger);
    const char *text = trigger->definition.written;
    const char *body = trigger_body(dice, object->parent, events[slot % 3], slot < 3);
    size_t head = (size_t)(strchr(strstr(text, " FOR EACH ROW"), '\n') - text);
    SAY(trigger, TRIGGER, definition,
        written(arena_printf(dice->mem, "%s\n%s", text_slice(dice->mem, text, 0, head), body)));
    return true;
}

/* ---- routines and events ---- */

static void routine_define(struct dice *dice, struct function *routine)
{
    const char *name = ticked(dice, routine->called);
    bool procedure = text_starts(routine->object.name, "CALL ");
    const char *text;
    if (procedure)
        text =
            arena_printf(dice->mem, "CREATE PROCEDURE %s(IN `n` int)%s\nBEGIN SELECT n + %d, %s; END", name,
                         dice_chance(dice, 30) ? " SQL SECURITY INVOKER" : "", dice_below(dice, 9), other_value(dice));
    else if (dice_chance(dice, 50))
        text = arena_printf(dice->mem, "CREATE FUNCTION %s(`n` int) RETURNS int DETERMINISTIC%s\nRETURN n + %d", name,
                            dice_chance(dice, 30) ? " COMMENT 'it\\'s'" : "", dice_below(dice, 9));
    else
        text = arena_printf(dice->mem, "CREATE FUNCTION %s(`n` int) RETURNS bigint READS SQL DATA\nRETURN n + %s", name,
                            other_value(dice));
    SAY(routine, FUNCTION, definition, written(text));
}

struct object *my_random_routine(struct dice *dice)
{
    struct object *schema = random_home(dice);
    const char *called = random_name(dice);
    const char *name = arena_printf(dice->mem, "%s%s()", dice_chance(dice, 40) ? "CALL " : "", called);
    struct function *routine = (struct function *)object_new(dice->mem, KIND_FUNCTION, schema, name);
    SAY(routine, FUNCTION, called, called);
    routine_define(dice, routine);
    return &routine->object;
}

bool my_change_routine(struct dice *dice, struct object *object)
{
    routine_define(dice, (struct function *)object);
    return true;
}

static void event_define(struct dice *dice, struct scheduled_event *event)
{
    static const char *const times[] = {"EVERY 1 DAY", "EVERY 2 HOUR STARTS '2030-01-01 00:00:00'",
                                        "EVERY '1:30' HOUR_MINUTE", "AT '2037-01-01 00:00:00'"};
    const char *keep = dice_chance(dice, 50) ? " ON COMPLETION PRESERVE" : "";
    const char *comment = dice_chance(dice, 30) ? " COMMENT 'it\\'s'" : "";
    SAY(event, EVENT, definition,
        written(arena_printf(dice->mem, "CREATE EVENT %s ON SCHEDULE %s%s DISABLE%s\nDO SET @seen = %s",
                             ticked(dice, event->object.name), PICK(dice, times), keep, comment, other_value(dice))));
}

struct object *my_random_event(struct dice *dice)
{
    struct object *schema = random_home(dice);
    struct scheduled_event *event =
        (struct scheduled_event *)object_new(dice->mem, KIND_EVENT, schema, random_name_in(dice, KIND_EVENT, schema));
    event_define(dice, event);
    return &event->object;
}

bool my_change_event(struct dice *dice, struct object *object)
{
    event_define(dice, (struct scheduled_event *)object);
    return true;
}

/* A call of a function of ours for a view; NULL: there is none. */
const char *my_random_call(struct dice *dice)
{
    const struct function *routine = (const struct function *)random_of_kind(dice, KIND_FUNCTION);
    if (!routine || text_starts(routine->object.name, "CALL "))
        return NULL;
    return arena_printf(dice->mem, "%s(%d)", quoted(dice, routine->called), dice_below(dice, 9));
}
