/*
 * What came with which version of the servers, or never: a plan that asks for it is refused with a sentence.
 *
 * What the server itself made of a text is not asked again: what stands here is what models, snapshots and other servers may say.
 */
#include "base/text.h"
#include "dialect/mysql/schema.h"

static bool has_expression(struct arena *mem, const struct object *before, const struct object *after)
{
    for (int i = 0; i < after->children.n; i++) {
        const struct object *part = after->children.item[i];
        if (part->kind == KIND_INDEX_PART && expr_text(&((const struct index_part *)part)->expr))
            return true;
    }
    return false;
}

/* MariaDB before 10.8 takes the word and sorts upwards. */
static bool has_descending(struct arena *mem, const struct object *before, const struct object *after)
{
    for (int i = 0; i < after->children.n; i++) {
        const struct object *part = after->children.item[i];
        if (part->kind == KIND_INDEX_PART && ((const struct index_part *)part)->descending)
            return true;
    }
    return false;
}

static bool is_vector(struct arena *mem, const struct object *before, const struct object *after)
{
    return my_type_is(mem, ((const struct column *)after)->type, "vector");
}

static bool is_uuid(struct arena *mem, const struct object *before, const struct object *after)
{
    return my_type_is(mem, ((const struct column *)after)->type, "uuid");
}

static bool is_inet4(struct arena *mem, const struct object *before, const struct object *after)
{
    return my_type_is(mem, ((const struct column *)after)->type, "inet4");
}

static bool is_vector_index(struct arena *mem, const struct object *before, const struct object *after)
{
    return text_equal(((const struct index *)after)->method, "vector");
}

/* Anything but a constant or the time. */
static bool has_computed_default(struct arena *mem, const struct object *before, const struct object *after)
{
    const char *text = expr_text(&((const struct column *)after)->default_value);
    return text && *text == '(';
}

static bool is_other_sequence(struct arena *mem, const struct object *before, const struct object *after)
{
    return !my_type_is(mem, ((const struct sequence *)after)->type, "bigint");
}

static bool is_fulltext(struct arena *mem, const struct object *before, const struct object *after)
{
    return text_equal(((const struct index *)after)->method, "fulltext");
}

static bool is_spatial_index(struct arena *mem, const struct object *before, const struct object *after)
{
    return text_equal(((const struct index *)after)->method, "spatial");
}

static bool is_spatial(struct arena *mem, const struct object *before, const struct object *after)
{
    static const char *const types[] = {"geometry",   "point",           "linestring",   "polygon",
                                        "multipoint", "multilinestring", "multipolygon", "geometrycollection",
                                        NULL};
    return my_type_is_of(mem, ((const struct column *)after)->type, types);
}

const struct since my_since[] = {
    {80013, KIND_INDEX, INDEX_method, "indexes on expressions", "index a generated column instead in", has_expression},
    {80013, KIND_COLUMN, COLUMN_default_value, "expressions as defaults", "take it out of", has_computed_default},
    {80016, KIND_CHECK, CHECK_expr, "CHECK constraints that it keeps"},
    {80023, KIND_COLUMN, COLUMN_invisible, "invisible columns"},
    {90000, KIND_COLUMN, COLUMN_type, "type VECTOR", "change the type of", is_vector},
    {SINCE_NEVER, KIND_COLUMN, COLUMN_type, "type UUID", "use CHAR(36) or BINARY(16) for", is_uuid},
    {SINCE_NEVER, KIND_INDEX, INDEX_method, "VECTOR indexes", NULL, is_vector_index},
    {0},
};

const struct since my_mariadb_since[] = {
    {SINCE_NEVER, KIND_INDEX, INDEX_method, "indexes on expressions", "index a generated column instead in",
     has_expression},
    {100700, KIND_COLUMN, COLUMN_type, "type UUID", "change the type of", is_uuid},
    {100800, KIND_INDEX, INDEX_method, "indexes that are sorted downwards", "take DESC out of", has_descending},
    {101000, KIND_COLUMN, COLUMN_type, "type INET4", "change the type of", is_inet4},
    {110500, KIND_SEQUENCE, SEQUENCE_type, "sequences of another type than BIGINT", "change the type of",
     is_other_sequence},
    {110701, KIND_COLUMN, COLUMN_type, "type VECTOR", "change the type of", is_vector},
    {110701, KIND_INDEX, INDEX_method, "VECTOR indexes", NULL, is_vector_index},
    {0},
};

/* Much of it TiDB takes without a word, and then has not. */
#define TIDB                                                                                                            \
    {60600, KIND_FOREIGN_KEY, FOREIGN_KEY_columns, "foreign keys that it looks after"},                                 \
        {80400, KIND_COLUMN, COLUMN_type, "type VECTOR", "change the type of", is_vector},                              \
        {SINCE_NEVER, KIND_COLUMN, COLUMN_type, "type UUID", "use CHAR(36) or BINARY(16) for", is_uuid},                \
        {SINCE_NEVER, KIND_COLUMN, COLUMN_type, "spatial types", "change the type of", is_spatial},                     \
        {SINCE_NEVER, KIND_COLUMN, COLUMN_invisible, "invisible columns"},                                              \
        {SINCE_NEVER, KIND_INDEX, INDEX_method, "FULLTEXT indexes", NULL, is_fulltext},                                 \
        {SINCE_NEVER, KIND_INDEX, INDEX_method, "SPATIAL indexes", NULL, is_spatial_index},                             \
        {SINCE_NEVER, KIND_INDEX, INDEX_method, "VECTOR indexes of MySQL's and MariaDB's form", NULL, is_vector_index}, \
        {SINCE_NEVER,        KIND_INDEX,    INDEX_method, "indexes that are sorted downwards",                          \
         "take DESC out of", has_descending},                                                                           \
        {SINCE_NEVER, KIND_PARTITIONING, PARTITIONING_sub_method, "subpartitions", "take them out of"},                 \
        {SINCE_NEVER, KIND_TRIGGER, TRIGGER_definition, "triggers", .words = "create trigger"},                         \
        {SINCE_NEVER, KIND_FUNCTION, FUNCTION_definition, "functions and procedures",                                   \
         .words = "create procedure|create function"},                                                                  \
        {SINCE_NEVER, KIND_EVENT, EVENT_definition, "events", .words = "create event"},                                 \
    {                                                                                                                   \
        0                                                                                                               \
    }

const struct since my_tidb_checked_since[] = {TIDB};

const struct since my_tidb_since[] = {{SINCE_NEVER, KIND_CHECK, CHECK_expr,
                                       "CHECK constraints that it keeps while tidb_enable_check_constraint is off",
                                       "set that on the server, or take out"},
                                      TIDB};
