/* The catalog queries of MySQL, parents before their children. */
#include "catalog_mysql.h"
#include "dialect/mysql/schema.h"

const struct catalog_query my_mysql_queries[] = {
    {KIND_SCHEMA, schema_sql},
    {KIND_TABLE, table_sql},
    {KIND_COLUMN, column_sql, my_columns_take},
    {KIND_PRIMARY_KEY, statistics_sql, my_primary_keys_take},
    {KIND_CHECK, check_sql},
    {KIND_INDEX, statistics_sql, my_indexes_take},
    {KIND_INDEX_PART, statistics_sql, my_index_parts_take},
    {KIND_FOREIGN_KEY, foreign_key_sql},
    {KIND_VIEW, view_sql},
    {KIND_FUNCTION, function_sql},
    {KIND_TRIGGER, trigger_sql},
    {KIND_EVENT, event_sql},
    {KIND_PARTITIONING, partitioning_sql}, /* last, because it may be left out */
    {0},
};

const char *const my_mysql_unmodelled = unmodelled_sql;
