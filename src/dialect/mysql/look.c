/*
 * What a second session is asked about one that runs a statement.  Who holds rows is always known, who holds tables only with the
 * performance schema, which MariaDB and small servers are without: there those are named that have a transaction open, oldest first.
 */
#include "dialect/mysql/parts.h"

#define OF_PROCESS                                                             \
    "p.ID AS pid, p.USER AS user, p.HOST AS application, p.COMMAND AS state, " \
    "COALESCE(TIMESTAMPDIFF(SECOND, x.trx_started, NOW()), p.TIME) AS seconds, COALESCE(p.INFO, x.trx_query) AS query "
#define LOCKED_TABLES                                                                                                      \
    "FROM performance_schema.metadata_locks w JOIN performance_schema.threads wt ON wt.THREAD_ID = w.OWNER_THREAD_ID AND " \
    "wt.PROCESSLIST_ID = ? JOIN performance_schema.metadata_locks g ON g.OBJECT_TYPE = w.OBJECT_TYPE AND "                 \
    "g.OBJECT_SCHEMA = w.OBJECT_SCHEMA AND g.OBJECT_NAME = w.OBJECT_NAME AND g.LOCK_STATUS = 'GRANTED' AND "               \
    "g.OWNER_THREAD_ID <> w.OWNER_THREAD_ID JOIN performance_schema.threads t ON t.THREAD_ID = g.OWNER_THREAD_ID "

static const char tables[] =
    "SELECT DISTINCT t.PROCESSLIST_ID AS pid, t.PROCESSLIST_USER AS user, t.PROCESSLIST_HOST AS application, "
    "t.PROCESSLIST_COMMAND AS state, COALESCE(TIMESTAMPDIFF(SECOND, x.trx_started, NOW()), t.PROCESSLIST_TIME) AS seconds, "
    "COALESCE(t.PROCESSLIST_INFO, (SELECT MAX(e.SQL_TEXT) FROM performance_schema.events_statements_current e WHERE "
    "e.THREAD_ID = t.THREAD_ID)) AS query " LOCKED_TABLES
    "LEFT JOIN information_schema.innodb_trx x ON x.trx_mysql_thread_id = t.PROCESSLIST_ID "
    "WHERE w.LOCK_STATUS = 'PENDING' ORDER BY 5 DESC";

static const char transactions[] =
    "SELECT " OF_PROCESS "FROM information_schema.PROCESSLIST w "
    "JOIN information_schema.innodb_trx x ON x.trx_mysql_thread_id <> w.ID "
    "JOIN information_schema.PROCESSLIST p ON p.ID = x.trx_mysql_thread_id AND p.DB <=> w.DB "
    "WHERE w.ID = ? AND w.STATE LIKE 'Waiting for %lock' ORDER BY 5 DESC";

const char *const my_blockers[] = {
    tables,
    "SELECT DISTINCT " OF_PROCESS "FROM performance_schema.data_lock_waits l "
    "JOIN performance_schema.threads r ON r.THREAD_ID = l.REQUESTING_THREAD_ID AND r.PROCESSLIST_ID = ? "
    "JOIN performance_schema.threads b ON b.THREAD_ID = l.BLOCKING_THREAD_ID "
    "JOIN information_schema.PROCESSLIST p ON p.ID = b.PROCESSLIST_ID "
    "LEFT JOIN information_schema.innodb_trx x ON x.trx_mysql_thread_id = p.ID ORDER BY 5 DESC",
    transactions,
    NULL,
};

const char *const my_mariadb_blockers[] = {
    tables,
    "SELECT DISTINCT " OF_PROCESS "FROM information_schema.innodb_lock_waits l "
    "JOIN information_schema.innodb_trx r ON r.trx_id = l.requesting_trx_id AND r.trx_mysql_thread_id = ? "
    "JOIN information_schema.innodb_trx x ON x.trx_id = l.blocking_trx_id "
    "JOIN information_schema.PROCESSLIST p ON p.ID = x.trx_mysql_thread_id ORDER BY 5 DESC",
    transactions,
    NULL,
};

const char *const my_mariadb_progress[] = {
    "SELECT CONCAT(STATE, ', stage ', STAGE, ' of ', MAX_STAGE) AS what, CAST(PROGRESS AS SIGNED) AS done, 100 AS total "
    "FROM information_schema.PROCESSLIST WHERE ID = ? AND MAX_STAGE > 0",
    NULL,
};
