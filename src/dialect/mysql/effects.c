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

static bool is_row_bound(const struct effect_case *effect)
{
    return my_is_row_bound((const struct column *)change_object(effect->change));
}

static bool is_replaced(const struct effect_case *effect)
{
    return effect->change->replaced;
}

/* A key has to hold the columns that partitions go by: it changes while there are none. */
static bool keys_change(const struct effect_case *effect)
{
    const struct list *list = &effect->changes->list;
    for (int i = 0; i < list->n; i++) {
        const struct change *change = list->item[i];
        const struct object *object = change->op == CHANGE_RENAME ? change->renamed : change_object(change);
        bool key = object->kind == KIND_PRIMARY_KEY ||
                   (object->kind == KIND_INDEX && ((const struct index *)object)->is_unique);
        if (key &&
            (object->parent == effect->change->before->parent || object->parent == effect->change->after->parent))
            return true;
    }
    return false;
}

#define REPLACED(kind, on, field, dependent, by, when)                 \
    {                                                                  \
        kind, on, field, dependent, by, when, .effect = EFFECT_REPLACE \
    }
#define WITH_COLUMN(dependent, by) REPLACED(KIND_COLUMN, ON(DROP), ANY_FIELD, dependent, by, is_replaced)

enum { VERSIONING = 49 }; /* as a phase: before columns come, 50, and change, 54 */

const struct effect_row my_effects[] = {
    {.kind = KIND_COLUMN,
     .on = ON(CREATE) | ON(DROP),
     .field = ANY_FIELD,
     .dependent = ITSELF,
     .when = is_row_bound,
     .effect = EFFECT_REFUSE,
     .reason = "a column of the system period comes and goes with the versioning of its table, in one statement",
     .hint =
         "Write that as a migration of your own: ADD or DROP of both columns, the period and the versioning in one ALTER TABLE."},
    REPLACED(KIND_COLUMN, ON(ALTER), ANY_FIELD, ITSELF, ANY_FIELD, column_is_remade),
    /* What is left out of it can only be said of a column while there is something. */
    {.kind = KIND_TABLE,
     .on = ON(ALTER),
     .field = TABLE_versioned,
     .dependent = ITSELF,
     .effect = EFFECT_NONE,
     .phase = VERSIONING},
    /* "Cannot change column: used in a foreign key constraint" */
    REPLACED(KIND_COLUMN, ON(ALTER), COLUMN_type, KIND_FOREIGN_KEY, ANY_FIELD, NULL),
    REPLACED(KIND_COLUMN, ON(ALTER), COLUMN_collation, KIND_FOREIGN_KEY, ANY_FIELD, NULL),
    WITH_COLUMN(KIND_COLUMN, COLUMN_computed),
    WITH_COLUMN(KIND_CHECK, ANY_FIELD),
    WITH_COLUMN(KIND_INDEX, ANY_FIELD),
    WITH_COLUMN(KIND_FOREIGN_KEY, ANY_FIELD),
    WITH_COLUMN(KIND_PRIMARY_KEY, ANY_FIELD),
    WITH_COLUMN(KIND_PARTITIONING, ANY_FIELD),
    REPLACED(KIND_PARTITIONING, ON(ALTER), PARTITIONING_method, ITSELF, ANY_FIELD, keys_change),
    REPLACED(KIND_PARTITIONING, ON(ALTER), PARTITIONING_expr, ITSELF, ANY_FIELD, keys_change),
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
    [KIND_SEQUENCE] = "r", [KIND_TABLE] = "r",    [KIND_VIEW] = "r",  [KIND_COLUMN] = "C",
    [KIND_INDEX] = "I",    [KIND_UNIQUE] = "I",   [KIND_CHECK] = "K", [KIND_FOREIGN_KEY] = "f",
    [KIND_TRIGGER] = "t",  [KIND_FUNCTION] = "p", [KIND_EVENT] = "e",
};
