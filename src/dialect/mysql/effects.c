/*
 * What both servers can change in place, and what must make room and come back.  Each row that is not plain from the
 * documentation was seen on a server.
 */
#include "base/text.h"
#include "dialect/mysql/schema.h"

static bool is_computed(const struct column *column)
{
    return expr_text(&column->computed);
}

/* A virtual column has no values to keep, and an ordinary one cannot become virtual; MODIFY does the rest. */
static bool column_is_remade(const struct effect_case *effect)
{
    const struct column *before = (const struct column *)effect->change->before;
    const struct column *after = (const struct column *)effect->change->after;
    bool was = is_computed(before), is = is_computed(after);
    if (!was && !is)
        return false;
    if (was && is)
        return before->computed_stored != after->computed_stored;
    return !(was ? before : after)->computed_stored;
}

static bool is_replaced(const struct effect_case *effect)
{
    return effect->change->replaced;
}

#define REPLACED(kind, on, field, dependent, by, when)                 \
    {                                                                  \
        kind, on, field, dependent, by, when, .effect = EFFECT_REPLACE \
    }
#define WITH_COLUMN(dependent, by) REPLACED(KIND_COLUMN, ON(DROP), ANY_FIELD, dependent, by, is_replaced)

const struct effect_row my_effects[] = {
    REPLACED(KIND_COLUMN, ON(ALTER), ANY_FIELD, ITSELF, ANY_FIELD, column_is_remade),
    /* "Cannot change column: used in a foreign key constraint" */
    REPLACED(KIND_COLUMN, ON(ALTER), COLUMN_type, KIND_FOREIGN_KEY, ANY_FIELD, NULL),
    REPLACED(KIND_COLUMN, ON(ALTER), COLUMN_collation, KIND_FOREIGN_KEY, ANY_FIELD, NULL),
    WITH_COLUMN(KIND_COLUMN, COLUMN_computed),
    WITH_COLUMN(KIND_CHECK, ANY_FIELD),
    WITH_COLUMN(KIND_INDEX, ANY_FIELD),
    WITH_COLUMN(KIND_FOREIGN_KEY, ANY_FIELD),
    WITH_COLUMN(KIND_PRIMARY_KEY, ANY_FIELD),
    REPLACED(KIND_INDEX, ON(ALTER), INDEX_comment, ITSELF, ANY_FIELD, NULL),
    REPLACED(KIND_INDEX, ON(ALTER), INDEX_options, ITSELF, ANY_FIELD, NULL),
    REPLACED(KIND_FUNCTION, ON(ALTER), FUNCTION_definition, ITSELF, ANY_FIELD, NULL),
    /* The one that is made again would run last. */
    REPLACED(KIND_TRIGGER, ON(DROP), ANY_FIELD, KIND_TRIGGER, TRIGGER_follows, is_replaced),
    {0},
};

/* r: tables and views, f: foreign keys, k: checks, C: columns, I: indexes */
const char *const my_name_spaces[KIND_COUNT] = {
    [KIND_TABLE] = "r", [KIND_VIEW] = "r",        [KIND_COLUMN] = "C",  [KIND_INDEX] = "I",    [KIND_UNIQUE] = "I",
    [KIND_CHECK] = "k", [KIND_FOREIGN_KEY] = "f", [KIND_TRIGGER] = "t", [KIND_FUNCTION] = "p", [KIND_EVENT] = "e",
};

/* Checks are called as nothing else in their table is. */
const char *const my_mariadb_name_spaces[KIND_COUNT] = {
    [KIND_TABLE] = "r", [KIND_VIEW] = "r",        [KIND_COLUMN] = "C",  [KIND_INDEX] = "I",    [KIND_UNIQUE] = "I",
    [KIND_CHECK] = "K", [KIND_FOREIGN_KEY] = "f", [KIND_TRIGGER] = "t", [KIND_FUNCTION] = "p", [KIND_EVENT] = "e",
};
