/*
 * What the servers of both dialects say of themselves: modes and settings on which names, types and texts depend.
 */
#include "dialect/mysql/parts.h"

#include "base/text.h"
#include "dialect/target.h"

int my_facts(struct ctx *ctx, struct conn *conn, struct facts *facts)
{
    struct rows rows;
    int64_t fold;
    TRY(my_query(ctx, conn,
                 "SELECT DATABASE() AS usual_schema, @@sql_mode AS sql_mode, "
                 "CAST(@@lower_case_table_names AS CHAR) AS fold, @@character_set_database AS charset, "
                 "@@collation_database AS collation, "
                 "IF(@@time_zone = 'SYSTEM', @@system_time_zone, @@time_zone) AS time_zone",
                 NULL, &rows));
    facts->usual_schema = rows_cell(&rows, 0, "usual_schema");
    facts->sql_mode = rows_cell(&rows, 0, "sql_mode");
    facts->charset = rows_cell(&rows, 0, "charset");
    facts->collation = rows_cell(&rows, 0, "collation");
    facts->time_zone = rows_cell(&rows, 0, "time_zone");
    if (text_to_int(rows_cell(&rows, 0, "fold"), &fold))
        facts->lower_case_table_names = (int)fold;
    return 0;
}
