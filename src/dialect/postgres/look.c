/* What a second session is asked about one that runs a statement: who holds the lock that it waits for, and how far it is. */
#include "dialect/postgres/pg.h"

const char *const pg_blockers[] = {
    "SELECT a.pid, a.usename AS user, a.application_name AS application, a.state, "
    "extract(epoch FROM clock_timestamp() - COALESCE(a.xact_start, a.query_start, a.backend_start))::bigint AS seconds, a.query "
    "FROM (SELECT DISTINCT unnest(pg_catalog.pg_blocking_pids($1::integer)) AS pid) AS b "
    "JOIN pg_catalog.pg_stat_activity AS a ON a.pid = b.pid ORDER BY 5 DESC",
    NULL,
};

const char *const pg_progress[] = {
    "SELECT phase AS what, CASE WHEN tuples_total > 0 THEN tuples_done ELSE blocks_done END AS done, "
    "CASE WHEN tuples_total > 0 THEN tuples_total ELSE blocks_total END AS total "
    "FROM pg_catalog.pg_stat_progress_create_index WHERE pid = $1::integer "
    "UNION ALL SELECT phase, heap_blks_scanned, heap_blks_total FROM pg_catalog.pg_stat_progress_vacuum WHERE pid = $1::integer "
    "UNION ALL SELECT phase, heap_blks_scanned, heap_blks_total FROM pg_catalog.pg_stat_progress_cluster WHERE pid = $1::integer",
    NULL,
};
