/* How far a statement is that takes long, asked over another connection: mutations that are not done, else rows that were read. */
#include "dialect/clickhouse/parts.h"

const char *const ch_progress[] = {
    "SELECT concat('mutation of ', any(table), ', parts to do: ', toString(sum(parts_to_do))) AS what, NULL AS done, NULL AS "
    "total FROM system.mutations WHERE is_done = 0 AND database = currentDatabase() HAVING count() > 0",
    "SELECT 'rows read' AS what, sum(read_rows) AS done, sum(total_rows_approx) AS total FROM system.processes WHERE "
    "startsWith(query_id, ?) HAVING total > 0",
    NULL,
};
