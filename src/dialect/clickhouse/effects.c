/*
 * What ClickHouse can change in place, what must make room and come back, and what it cannot change at all: an engine, and the keys
 * that files on disk are named and sorted by.  Each row was seen on a server.
 */
#include "base/text.h"
#include "dialect/clickhouse/access.h"
#include "dialect/clickhouse/render.h"

static bool is_alias(const struct column *column)
{
    return column->ephemeral || (expr_text(&column->computed) && !column->computed_stored);
}

/* What has no values cannot come to have some, nor the other way. */
static bool column_is_remade(const struct effect_case *effect)
{
    const struct column *before = (const struct column *)effect->change->before;
    const struct column *after = (const struct column *)effect->change->after;
    return is_alias(before) != is_alias(after) || before->ephemeral != after->ephemeral;
}

/* Of old rows, which may then not be sorted. */
static bool has_value(const struct column *column)
{
    return expr_text(&column->default_value) || expr_text(&column->computed);
}

/* "c, d" of new columns of the table, without values for rows that are there. */
static bool are_new_columns(struct arena *mem, const struct object *table, const char *list)
{
    struct lexer lexer;
    lex_open(&lexer, &ch_lex, list, strlen(list));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        bool name = token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED;
        const struct object *column = name ? object_child(table, KIND_COLUMN, token_name(mem, &token)) : NULL;
        if (!token_is(&token, ",") && (!column || column->peer || has_value((const struct column *)column)))
            return false;
    }
    return true;
}

static bool begins_with(const char *longer, const char *shorter)
{
    return text_starts(longer, shorter) && longer[strlen(shorter)] == ',';
}

/* A key may go on with columns that are made now, and may end earlier. */
static bool key_is_other(const struct effect_case *effect)
{
    const struct table *before = (const struct table *)effect->change->before;
    const struct table *after = (const struct table *)effect->change->after;
    const char *was = ch_expr_normal(effect->mem, effect->target, expr_text(&before->order_by));
    const char *is = ch_expr_normal(effect->mem, effect->target, expr_text(&after->order_by));
    if (!was || !is)
        return true;
    if (begins_with(is, was))
        return !are_new_columns(effect->mem, &after->object, is + strlen(was));
    return !begins_with(was, is);
}

/* ---- columns that a table cannot do without ---- */

static const struct object *subject(const struct change *change)
{
    const struct object *object = change->before ? change->before : change->after;
    return change->op == CHANGE_RENAME ? change->renamed : object;
}

/* As it is; of a rename its keys may say either name by now. */
static bool is_key(const struct effect_case *effect)
{
    const struct change *change = effect->change;
    const struct table *table = (const struct table *)subject(change)->parent;
    const char *engine = table->engine ? strchr(table->engine, '(') : NULL;
    const char *const texts[] = {expr_text(&table->order_by), expr_text(&table->primary_by),
                                 expr_text(&table->partition_by), expr_text(&table->sample_by),
                                 change->op == CHANGE_RENAME ? engine : NULL};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (ch_names(effect->mem, texts[i], change->before->name) ||
            ch_names(effect->mem, texts[i], subject(change)->name))
            return true;
    return false;
}

/* An enum may get more members, and how texts are kept is not what they are sorted by. */
static bool is_key_of_other_type(const struct effect_case *effect)
{
    const char *before = ((const struct column *)effect->change->before)->type;
    const char *after = ((const struct column *)effect->change->after)->type;
    const char *was = ch_types.inside(effect->mem, before), *is = ch_types.inside(effect->mem, after);
    bool nulls = ch_type_is_nullable(before) != ch_type_is_nullable(after);
    bool more = text_starts(was, "Enum") && strncmp(was, is, strlen("Enum16(") - 1) == 0;
    return (nulls || !(text_equal(was, is) || more)) && is_key(effect);
}

/* A text that cannot be read as one of these stops the mutation, and then nobody reads the table. */
static bool is_text_taken_apart(const struct effect_case *effect)
{
    static const char *const composite[] = {"Tuple",        "Array",           "Map",      "JSON",    "Object",
                                            "Variant",      "Point",           "Ring",     "Polygon", "LineString",
                                            "MultiPolygon", "MultiLineString", "Geometry", NULL};
    const struct column *before = (const struct column *)effect->change->before;
    const struct column *after = (const struct column *)effect->change->after;
    bool text = !is_alias(before) && ch_type_is_text(ch_types.inside(effect->mem, before->type));
    for (int i = 0; text && composite[i]; i++)
        if (text_starts(after->type, composite[i]))
            return true;
    return false;
}

/* ---- engines that take no ALTER but of comments ---- */

static bool is_of(const struct effect_case *effect, const char *const *engines)
{
    const struct object *table = object_ancestor(subject(effect->change), KIND_TABLE);
    const char *engine = table ? ((const struct table *)table)->engine : NULL;
    size_t length = engine ? strcspn(engine, "( ") : 0;
    for (int i = 0; engine && engines[i]; i++)
        if (strlen(engines[i]) == length && strncmp(engine, engines[i], length) == 0)
            return true;
    return !engine || ch_is_merge_tree((const struct table *)table);
}

static bool keeps_columns(const struct effect_case *effect)
{
    static const char *const engines[] = {"Memory", "Null", "Merge", "Buffer", "Distributed", NULL};
    return !is_of(effect, engines);
}

static bool keeps_names(const struct effect_case *effect)
{
    static const char *const engines[] = {"Memory", NULL};
    return !is_of(effect, engines);
}

static bool is_materialized(const struct effect_case *effect)
{
    return ((const struct view *)effect->change->before)->materialized;
}

/* Rows of its own would go with it, where it is meant to go on. */
static bool has_rows(const struct effect_case *effect)
{
    const struct view *before = (const struct view *)effect->change->before;
    const struct view *after = (const struct view *)effect->change->after;
    return before->materialized && after->materialized && expr_text(&before->storage);
}

static bool gets_or_loses_schedule(const struct effect_case *effect)
{
    const struct view *before = (const struct view *)effect->change->before;
    const struct view *after = (const struct view *)effect->change->after;
    return !before->refresh != !after->refresh;
}

/* Its storage would have to change along. Where nobody knows the columns of one of the two, the server tells. */
static bool gives_other_columns(const struct effect_case *effect)
{
    const struct view *before = (const struct view *)effect->change->before;
    const struct view *after = (const struct view *)effect->change->after;
    const char *was = ch_expr_normal(effect->mem, effect->target, expr_text(&before->structure));
    const char *is = ch_expr_normal(effect->mem, effect->target, expr_text(&after->structure));
    return has_rows(effect) && expr_text(&after->storage) && was && is && !text_equal(was, is);
}

/* Of the table that changes, or whose column does: was it asked for, and do both sides keep rows of their own? */
static bool is_rebuilt(const struct effect_case *effect)
{
    const struct object *table = object_ancestor(subject(effect->change), KIND_TABLE);
    return effect->rebuild && table && table->peer && ch_keeps_rows(((const struct table *)table)->engine) &&
           ch_keeps_rows(((const struct table *)table->peer)->engine);
}

static bool other_key_rebuilt(const struct effect_case *effect)
{
    return key_is_other(effect) && is_rebuilt(effect);
}

static bool key_column_rebuilt(const struct effect_case *effect)
{
    return is_key_of_other_type(effect) && is_rebuilt(effect);
}

static bool column_rebuilt(const struct effect_case *effect)
{
    return keeps_columns(effect) && is_rebuilt(effect);
}

static bool is_for_somebody(const struct effect_case *effect)
{
    return ((const struct settings_profile *)effect->change->after)->roles.n;
}

static bool has_rights(const struct effect_case *effect)
{
    return ch_grants_of(effect->change->after)->n;
}

#define REBUILT(kind_, on_, field_, when_)                                                              \
    {                                                                                                   \
        .kind = kind_, .on = on_, .field = field_, .dependent = ITSELF, .by = ANY_FIELD, .when = when_, \
        .effect = EFFECT_REBUILD                                                                        \
    }
#define REFUSED(kind_, field_, when_, reason_)                                                                         \
    {                                                                                                                  \
        .kind = kind_, .on = ON(ALTER), .field = field_, .dependent = ITSELF, .when = when_, .effect = EFFECT_REFUSE,  \
        .reason = reason_,                                                                                             \
        .hint = "make-migrations --rebuild makes a table that keeps rows of its own again; else make a new one, fill " \
                "it with INSERT SELECT and take its name with EXCHANGE TABLES, in a migration of your own."            \
    }
#define REPLACED(kind_, on_, field_, dependent_, when_)                                                     \
    {                                                                                                       \
        .kind = kind_, .on = on_, .field = field_, .dependent = dependent_, .by = ANY_FIELD, .when = when_, \
        .effect = EFFECT_REPLACE                                                                            \
    }
#define COLUMN_REFUSED(kind_, on_, field_, when_, reason_)                                                         \
    {                                                                                                              \
        .kind = kind_, .on = on_, .field = field_, .dependent = ITSELF, .when = when_, .effect = EFFECT_REFUSE,    \
        .reason = reason_,                                                                                         \
        .hint = "Make a new table, and fill it with INSERT SELECT, in a migration of your own; or let "            \
                "make-migrations --rebuild do so, if it is not about a name and the engine keeps rows of its own." \
    }

enum { KEY_WITH_COLUMNS = 49 }; /* as a phase: before other columns come, 50 */

const struct effect_row ch_effects[] = {
    REBUILT(KIND_TABLE, ON(ALTER), TABLE_engine, is_rebuilt),
    REBUILT(KIND_TABLE, ON(ALTER), TABLE_partition_by, is_rebuilt),
    REBUILT(KIND_TABLE, ON(ALTER), TABLE_primary_by, is_rebuilt),
    REBUILT(KIND_TABLE, ON(ALTER), TABLE_order_by, other_key_rebuilt),
    REBUILT(KIND_COLUMN, ON(ALTER), COLUMN_type, key_column_rebuilt),
    REFUSED(KIND_TABLE, TABLE_engine, NULL, "the engine of a table cannot change"),
    REFUSED(KIND_TABLE, TABLE_partition_by, NULL, "what a table is partitioned by cannot change"),
    REFUSED(KIND_TABLE, TABLE_primary_by, NULL, "the primary key of a table cannot change"),
    REFUSED(KIND_TABLE, TABLE_order_by, key_is_other,
            "what a table is sorted by can only get new columns without a default at its end"),
    {.kind = KIND_TABLE,
     .on = ON(ALTER),
     .field = TABLE_order_by,
     .dependent = ITSELF,
     .effect = EFFECT_NONE,
     .phase = KEY_WITH_COLUMNS},
    REPLACED(KIND_COLUMN, ON(ALTER), ANY_FIELD, ITSELF, column_is_remade),
    COLUMN_REFUSED(KIND_COLUMN, ON(ALTER), COLUMN_type, is_key_of_other_type,
                   "its table is sorted or divided by it, so its type cannot change"),
    COLUMN_REFUSED(KIND_COLUMN, ON(RENAME), ANY_FIELD, is_key,
                   "its table is sorted, divided or merged by it, so it cannot get another name"),
    COLUMN_REFUSED(KIND_COLUMN, ON(RENAME), ANY_FIELD, keeps_names, "columns of this engine cannot get another name"),
    {.kind = KIND_COLUMN,
     .on = ON(ALTER),
     .field = COLUMN_type,
     .dependent = ITSELF,
     .when = is_text_taken_apart,
     .effect = EFFECT_REFUSE,
     .reason =
         "one text that cannot be read as a value of its new type would stop the change halfway, and the table with it",
     .hint =
         "Add another column of that type, fill it from this one (ALTER TABLE ... UPDATE), drop this one and rename that, in a "
         "migration of your own."},
    {.kind = KIND_COLUMN, .on = ON(ALTER), .field = COLUMN_comment, .dependent = ITSELF, .effect = EFFECT_NONE},
    REBUILT(KIND_COLUMN, ON(CREATE) | ON(DROP) | ON(ALTER), ANY_FIELD, column_rebuilt),
    COLUMN_REFUSED(KIND_COLUMN, ON(CREATE) | ON(DROP) | ON(ALTER), ANY_FIELD, keeps_columns,
                   "columns of a table of this engine cannot change"),
    REPLACED(KIND_COLUMN, ON(RENAME), ANY_FIELD, KIND_PROJECTION, NULL),
    REPLACED(KIND_COLUMN, ON(RENAME), ANY_FIELD, KIND_VIEW, NULL),
    REPLACED(KIND_TABLE, ON(RENAME), ANY_FIELD, KIND_VIEW, NULL),
    REPLACED(KIND_VIEW, ON(RENAME), ANY_FIELD, KIND_VIEW, NULL),
    REPLACED(KIND_TABLE, ON(RENAME), ANY_FIELD, KIND_KEYED, NULL), /* the server lets nothing go that one reads */
    REPLACED(KIND_VIEW, ON(RENAME) | ON(DROP), ANY_FIELD, KIND_KEYED, NULL),
    REFUSED(KIND_VIEW, VIEW_storage, has_rows, "the storage of a materialized view cannot change"),
    REFUSED(KIND_VIEW, VIEW_to_table, has_rows, "a materialized view cannot give up the storage that it has"),
    {.kind = KIND_VIEW,
     .on = ON(ALTER),
     .field = VIEW_query,
     .dependent = ITSELF,
     .when = gives_other_columns,
     .effect = EFFECT_REFUSE,
     .reason = "its query would give other columns than its own storage has",
     .hint =
         "Make a table of your own with these columns and a view that writes into it (TO), fill the table with INSERT SELECT from "
         "the old view, and drop that, in a migration of your own."},
    REPLACED(KIND_VIEW, ON(ALTER), VIEW_refresh, ITSELF, gets_or_loses_schedule),
    {KIND_PROFILE, ON(CREATE), PROFILE_roles, ITSELF, ANY_FIELD, is_for_somebody, .finish = 98},
    {KIND_PROFILE, ON(ALTER), PROFILE_roles, ITSELF, ANY_FIELD, NULL, .phase = 98},
    {KIND_ROLE, ON(CREATE), ROLE_grants, ITSELF, ANY_FIELD, has_rights, .finish = 97},
    {KIND_ROLE, ON(ALTER), ROLE_grants, ITSELF, ANY_FIELD, NULL, .phase = 97},
    {KIND_USER, ON(CREATE), USER_grants, ITSELF, ANY_FIELD, has_rights, .finish = 97},
    {KIND_USER, ON(ALTER), USER_grants, ITSELF, ANY_FIELD, NULL, .phase = 97},
    {KIND_USER, ON(ALTER), USER_default_roles, ITSELF, ANY_FIELD, NULL, .phase = 98},
    {.kind = KIND_VIEW,
     .on = ON(ALTER),
     .field = VIEW_query,
     .dependent = ITSELF,
     .when = is_materialized,
     .effect = EFFECT_NONE},
    {0},
};

/* r: tables, views and dictionaries; C: columns; I, P, k: what hangs on a table */
const char *const ch_name_spaces[KIND_COUNT] = {
    [KIND_TABLE] = "r", [KIND_VIEW] = "r",       [KIND_KEYED] = "r", [KIND_COLUMN] = "C",
    [KIND_INDEX] = "I", [KIND_PROJECTION] = "P", [KIND_CHECK] = "k", [KIND_FUNCTION] = "f",
};
