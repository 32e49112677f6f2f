/*
 * The state tables in the words of both servers: 0.8.2's two as it made them, ours beside them. The lock's name fits
 * GET_LOCK's 64 characters for a database of any name.
 */
#include "dialect/mysql/parts.h"

static const struct column_added journal_upgrade[] = {
    {"evidence", "ALTER TABLE @t ADD COLUMN evidence TEXT"},
    {"times", "ALTER TABLE @t ADD COLUMN db_user VARCHAR(255), ADD COLUMN times TEXT"},
    {0},
};

const struct state_sql my_state = {
    .table_exists = "SELECT DATABASE(), COUNT(*), COUNT(CASE WHEN column_name = ? THEN 1 END) FROM "
                    "information_schema.columns WHERE table_schema = DATABASE() AND table_name = ?",
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
    .create_lock = "CREATE TABLE IF NOT EXISTS @t (id INT PRIMARY KEY, owner "
                   "VARCHAR(255), host VARCHAR(255), "
                   "pid VARCHAR(20), since TIMESTAMP DEFAULT "
                   "CURRENT_TIMESTAMP, version VARCHAR(255), statement TEXT)",
    .insert_migration = "INSERT INTO @t (version, description, filename, "
                        "migration_type, checksum) "
                        "VALUES (?, ?, ?, ?, ?)",
    .delete_migration = "DELETE FROM @t WHERE version = ?",
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
                     "tool, who, total, db_user) "
                     "VALUES (?, ?, ?, ?, ?, ?, ?, CURRENT_USER())",
    .journal_step = "UPDATE @t SET done = ?, checksum = ?, evidence = NULL WHERE filename = ?",
    .journal_evidence = "UPDATE @t SET evidence = ? WHERE filename = ?",
    .journal_end = "UPDATE @t SET outcome = ?, duration_ms = ? WHERE filename = ?",
    .journal_whole = "REPLACE INTO @t (filename, direction, checksum, version, "
                     "tool, who, total, duration_ms, done, "
                     "outcome, db_user) VALUES (?, ?, ?, ?, ?, ?, ?, ?, total, 'done', CURRENT_USER())",
    .journal_times = "UPDATE @t SET times = ? WHERE filename = ?",
    .journal_select = "SELECT j.*, CAST(started_at AS CHAR) AS started FROM @t AS j ORDER BY started_at, filename",
    .lock_show = "REPLACE INTO @t (id, owner, host, pid, statement) VALUES (1, "
                 "?, ?, ?, ?)",
    .lock_clear = "DELETE FROM @t",
    .lock_select = "SELECT owner, host, pid, CAST(since AS CHAR) AS since, "
                   "version, statement FROM @t WHERE id = 1",
    .lock_statement = "UPDATE @t SET statement = ? WHERE id = 1",
};
