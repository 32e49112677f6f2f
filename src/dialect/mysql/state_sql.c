/* The state tables in the words of both servers: 0.8.2's two as it made them, ours beside them. */
#include "dialect/mysql/parts.h"

static const struct column_added journal_upgrade[] = {
    {"evidence", "ALTER TABLE @t ADD COLUMN evidence TEXT"},
    {"times", "ALTER TABLE @t ADD COLUMN db_user VARCHAR(255), ADD COLUMN times TEXT"},
    {0},
};

#define CREATE_LOCK                                                                                               \
    "CREATE TABLE IF NOT EXISTS @t (id INT PRIMARY KEY, owner VARCHAR(255), host VARCHAR(255), pid VARCHAR(20), " \
    "since TIMESTAMP DEFAULT CURRENT_TIMESTAMP, version VARCHAR(255), statement TEXT)"
/* Of p, the parameters, and l, the row; whatever the collations are. */
#define NOT_MINE      "l.token IS NULL OR CAST(l.token AS BINARY) <> CAST(p.token AS BINARY)"
#define TILL(seconds) "NOW(3) + INTERVAL CAST(" seconds " AS SIGNED) SECOND"

static const char *const lease_lost[] = {"21000", NULL};
static const char *const lease_prepare[] = {
    CREATE_LOCK, "ALTER TABLE @t ADD COLUMN token VARCHAR(64), ADD COLUMN expires DATETIME(3)", NULL};

const struct state_sql my_state = {
    /* In a query that reads a table, Vitess says DATABASE() as the MySQL server calls it, not as the client does. */
    .table_exists = "SELECT DATABASE(), (SELECT SUM(CASE WHEN column_name = ? THEN 1 ELSE 0 END) FROM "
                    "information_schema.columns WHERE table_schema = DATABASE() AND table_name = ?)",
    .create_migrations = "CREATE TABLE IF NOT EXISTS @t (version VARCHAR(255), description "
                         "VARCHAR(500), "
                         "filename VARCHAR(500) UNIQUE, migration_type VARCHAR(50), "
                         "applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, checksum "
                         "VARCHAR(128))",
    .create_seeds = "CREATE TABLE IF NOT EXISTS @t (version VARCHAR(255), "
                    "description VARCHAR(500), "
                    "filename VARCHAR(500) UNIQUE, seed_type VARCHAR(10), "
                    "applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, checksum "
                    "VARCHAR(128))",
    .create_journal = "CREATE TABLE IF NOT EXISTS @t (filename VARCHAR(500) "
                      "NOT NULL PRIMARY KEY, "
                      "direction VARCHAR(4) NOT NULL, checksum VARCHAR(64) NOT "
                      "NULL, version VARCHAR(255), "
                      "tool VARCHAR(50), who VARCHAR(255), total INT NOT NULL, "
                      "done INT NOT NULL DEFAULT 0, "
                      "outcome VARCHAR(20) NOT NULL DEFAULT 'running', "
                      "started_at TIMESTAMP(3) NOT NULL DEFAULT "
                      "CURRENT_TIMESTAMP(3), duration_ms BIGINT, evidence TEXT, "
                      "db_user VARCHAR(255), times TEXT)",
    .journal_upgrade = journal_upgrade,
    .create_lock = CREATE_LOCK,
    .create_restoring = "CREATE TABLE @t (id INTEGER PRIMARY KEY, file TEXT CHARACTER SET utf8mb4 NOT NULL)",
    .restoring_show = "REPLACE INTO @t (id, file) VALUES (1, ?)",
    .insert_migration = "INSERT INTO @t (version, description, filename, "
                        "migration_type, checksum) "
                        "VALUES (?, ?, ?, ?, ?)",
    .delete_migration = "DELETE FROM @t WHERE version = ?",
    .delete_repeatable = "DELETE FROM @t WHERE version IS NULL AND filename = ?",
    .upsert_repeatable = "INSERT INTO @t (description, filename, migration_type, checksum) "
                         "VALUES (?, ?, ?, ?) "
                         "ON DUPLICATE KEY UPDATE description = VALUES(description), "
                         "migration_type = VALUES(migration_type), checksum = VALUES(checksum), "
                         "applied_at = CURRENT_TIMESTAMP",
    .select_migrations = "SELECT version, description, filename, migration_type, "
                         "CAST(applied_at AS CHAR) AS applied_at, "
                         "checksum FROM @t ORDER BY applied_at, version",
    .insert_seed = "INSERT INTO @t (version, description, filename, seed_type, checksum) "
                   "VALUES (?, ?, ?, ?, ?)",
    .select_seeds =
        "SELECT version, description, filename, seed_type, CAST(applied_at AS CHAR) AS applied_at, checksum FROM @t",
    .journal_begin = "REPLACE INTO @t (filename, direction, checksum, version, "
                     "tool, who, total, evidence, db_user) "
                     "VALUES (?, ?, ?, ?, ?, ?, ?, ?, CURRENT_USER())",
    .journal_step = "UPDATE @t SET done = ?, checksum = ?, evidence = NULL WHERE filename = ?",
    .journal_evidence = "UPDATE @t SET evidence = ?, outcome = 'running', duration_ms = NULL WHERE filename = ?",
    .journal_total = "UPDATE @t SET total = ? WHERE filename = ?",
    .journal_rename = "UPDATE @t SET filename = ? WHERE filename = ?",
    .journal_delete = "DELETE FROM @t WHERE filename = ?",
    .journal_done =
        "UPDATE @t SET done = total, checksum = ?, evidence = NULL, outcome = 'done', duration_ms = ? WHERE filename = ?",
    .journal_end = "UPDATE @t SET outcome = ?, duration_ms = ? WHERE filename = ?",
    .journal_whole = "REPLACE INTO @t (filename, direction, checksum, version, "
                     "tool, who, total, duration_ms, done, "
                     "outcome, db_user) VALUES (?, ?, ?, ?, ?, ?, ?, ?, total, 'done', CURRENT_USER())",
    .journal_times = "UPDATE @t SET times = ? WHERE filename = ?",
    .journal_select = "SELECT j.*, CAST(started_at AS CHAR) AS started FROM @t AS j ORDER BY started_at, filename",
    .lock_show = "REPLACE INTO @t (id, owner, host, pid, statement) VALUES (1, "
                 "?, ?, ?, ?)",
    /* The row stays: a lease is fenced by it. */
    .lock_clear = "UPDATE @t SET owner = NULL, host = NULL, pid = NULL, since = NULL, version = NULL, statement = NULL",
    .lock_select = "SELECT owner, host, pid, CAST(since AS CHAR) AS since, "
                   "version, statement FROM @t WHERE id = 1",
    .lock_statement = "UPDATE @t SET statement = ? WHERE id = 1",
    .lease_prepare = lease_prepare,
    .lease_row = "INSERT IGNORE INTO @t (id) VALUES (1)",
    .lease_take =
        "UPDATE @t SET owner = ?, host = ?, pid = ?, since = CURRENT_TIMESTAMP, version = NULL, statement = NULL, token = ?, "
        "expires = " TILL(
            "?") " WHERE id = 1 AND (token IS NULL OR expires < NOW(3)) AND COALESCE(IS_USED_LOCK(" MY_LOCK_NAME
                 "), 0) NOT IN (SELECT id FROM information_schema.processlist)",
    .lease_free = "SELECT id FROM @t WHERE id = 1 AND (token IS NULL OR expires < NOW(3)) FOR UPDATE SKIP LOCKED",
    .lease_mine = "SELECT id FROM @t WHERE CAST(token AS BINARY) = CAST(? AS BINARY)",
    /* Two rows where one is wanted: the one failure that needs no function of our own, in every sql_mode. */
    .lease_fence =
        "UPDATE @t AS l JOIN (SELECT ? AS token, ? AS seconds) AS p SET l.expires = COALESCE((SELECT x.n FROM "
        "(SELECT 1 AS n UNION ALL SELECT 2) AS x WHERE " NOT_MINE "), " TILL("p.seconds") ") WHERE l.id = 1",
    .lease_extend = "UPDATE @t AS l JOIN (SELECT ? AS token, ? AS seconds) AS p SET l.expires = " TILL(
        "p.seconds") " WHERE l.id = 1 AND NOT (" NOT_MINE ")",
    .lease_release =
        "UPDATE @t SET owner = NULL, host = NULL, pid = NULL, since = NULL, version = NULL, statement = NULL, "
        "token = NULL, expires = NULL WHERE id = 1 AND CAST(token AS BINARY) = CAST(? AS BINARY)",
    /* One that ran out goes with lock_show, which writes the row again. */
    .lease_end = "SELECT COUNT(*) FROM @t WHERE token IS NOT NULL AND expires >= NOW(3)",
    /* In a long transaction of the holder's it has run out, but the row is locked. */
    .lease_select = "SELECT owner, host, pid, CAST(since AS CHAR) AS since, version, statement, token IS NOT NULL AND "
                    "(expires > NOW(3) OR NOT EXISTS (SELECT 1 FROM @t WHERE id = 1 FOR UPDATE SKIP LOCKED)) AS live, "
                    "GREATEST(0, CEIL(TIMESTAMPDIFF(MICROSECOND, NOW(3), expires) / 1000000)) AS `left` FROM @t AS t "
                    "WHERE id = 1",
    .lease_lost = lease_lost,
};
