/*
 * What ClickHouse can change in place, what must make room and come back, and what it cannot change at all: an engine, and the keys
 * that files on disk are named and sorted by.  Each row was seen on a server.
 */
#include "base/text.h"
#include "dialect/clickhouse/schema.h"

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

#define REFUSED(kind_, field_, when_, reason_)                                                                         \
    {                                                                                                                  \
        .kind = kind_, .on = ON(ALTER), .field = field_, .dependent = ITSELF, .when = when_, .effect = EFFECT_REFUSE,  \
        .reason = reason_,                                                                                             \
        .hint = "Make a new table, fill it with INSERT SELECT and take its name with EXCHANGE TABLES, in a migration " \
                "of your own."                                                                                         \
    }
#define REPLACED(kind_, on_, field_, dependent_, when_)                                                     \
    {                                                                                                       \
        .kind = kind_, .on = on_, .field = field_, .dependent = dependent_, .by = ANY_FIELD, .when = when_, \
        .effect = EFFECT_REPLACE                                                                            \
    }
#define IN_KEY(on_, field_, by_, reason_)                                                                             \
    {                                                                                                                 \
        .kind = KIND_COLUMN, .on = on_, .field = field_, .dependent = KIND_TABLE, .by = by_, .effect = EFFECT_REFUSE, \
        .reason = reason_, .hint = "Make a new table, and fill it with INSERT SELECT, in a migration of your own."    \
    }
#define IN_KEYS(on, field, reason)                                                          \
    IN_KEY(on, field, TABLE_order_by, reason), IN_KEY(on, field, TABLE_primary_by, reason), \
        IN_KEY(on, field, TABLE_partition_by, reason), IN_KEY(on, field, TABLE_sample_by, reason)

enum { KEY_WITH_COLUMNS = 49 }; /* as a phase: before other columns come, 50 */

const struct effect_row ch_effects[] = {
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
    IN_KEYS(ON(ALTER), COLUMN_type, "its table is sorted or divided by it, so its type cannot change"),
    IN_KEYS(ON(RENAME), ANY_FIELD, "its table is sorted or divided by it, so it cannot get another name"),
    REPLACED(KIND_COLUMN, ON(RENAME), ANY_FIELD, KIND_PROJECTION, NULL),
    REPLACED(KIND_COLUMN, ON(RENAME), ANY_FIELD, KIND_VIEW, NULL),
    REPLACED(KIND_TABLE, ON(RENAME), ANY_FIELD, KIND_VIEW, NULL),
    REPLACED(KIND_VIEW, ON(RENAME), ANY_FIELD, KIND_VIEW, NULL),
    REFUSED(KIND_VIEW, VIEW_storage, has_rows, "the storage of a materialized view cannot change"),
    REFUSED(KIND_VIEW, VIEW_to_table, has_rows, "a materialized view cannot give up the storage that it has"),
    REPLACED(KIND_VIEW, ON(ALTER), VIEW_refresh, ITSELF, gets_or_loses_schedule),
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
