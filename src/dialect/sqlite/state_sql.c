/*
 * The state tables as SQL.  Migrations and seeds are 0.8.2's to the letter, so that either tool reads what the
 * other wrote; journal and lock are ours.  Parameters are bound by number; @t is the table.
 */
#include "dialect/sqlite/sqlite.h"

static const struct column_added journal_upgrade[] = {
    {"evidence", "ALTER TABLE @t ADD COLUMN evidence TEXT"},
    {"db_user", "ALTER TABLE @t ADD COLUMN db_user VARCHAR(255)"},
    {"times", "ALTER TABLE @t ADD COLUMN times TEXT"},
    {0},
};

const struct state_sql lite_state = {
    .table_exists = "SELECT 'main', sum(name = ?1) FROM pragma_table_info(?2, 'main')",
    .create_migrations = "CREATE TABLE IF NOT EXISTS @t (version VARCHAR(255), description VARCHAR(500), "
                         "filename VARCHAR(500) UNIQUE, migration_type VARCHAR(50), "
                         "applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, checksum VARCHAR(128))",
    .create_seeds = "CREATE TABLE IF NOT EXISTS @t (version VARCHAR(255), description VARCHAR(500), "
                    "filename VARCHAR(500) UNIQUE, seed_type VARCHAR(10), "
                    "applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, checksum VARCHAR(128))",
    .create_journal = "CREATE TABLE IF NOT EXISTS @t (filename VARCHAR(500) NOT NULL PRIMARY KEY, "
                      "direction VARCHAR(4) NOT NULL, checksum VARCHAR(64) NOT NULL, version VARCHAR(255), "
                      "tool VARCHAR(50), who VARCHAR(255), total INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0, "
                      "outcome VARCHAR(20) NOT NULL DEFAULT 'running', "
                      "started_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, duration_ms INTEGER, evidence TEXT, "
                      "db_user VARCHAR(255), times TEXT)",
    .journal_upgrade = journal_upgrade,
    .create_lock = "CREATE TABLE IF NOT EXISTS @t (id INTEGER PRIMARY KEY CHECK (id = 1), owner VARCHAR(255), "
                   "host VARCHAR(255), pid VARCHAR(20), since TIMESTAMP DEFAULT CURRENT_TIMESTAMP, "
                   "version VARCHAR(255), statement TEXT)",
    .insert_migration = "INSERT INTO @t (version, description, filename, migration_type, checksum) "
                        "VALUES (?1, ?2, ?3, ?4, ?5)",
    .delete_migration = "DELETE FROM @t WHERE version = ?1",
    .delete_repeatable = "DELETE FROM @t WHERE version IS NULL AND filename = ?1",
    .upsert_repeatable = "INSERT OR REPLACE INTO @t (description, filename, migration_type, checksum) "
                         "VALUES (?1, ?2, ?3, ?4)",
    .select_migrations = "SELECT version, description, filename, migration_type, applied_at, checksum FROM @t "
                         "ORDER BY applied_at, rowid",
    .insert_seed = "INSERT INTO @t (version, description, filename, seed_type, checksum) "
                   "VALUES (?1, ?2, ?3, ?4, ?5)",
    .select_seeds = "SELECT version, description, filename, seed_type, applied_at, checksum FROM @t",
    .journal_begin = "INSERT OR REPLACE INTO @t (filename, direction, checksum, version, tool, who, total, evidence) "
                     "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    .journal_step = "UPDATE @t SET done = ?1, checksum = ?2, evidence = NULL WHERE filename = ?3",
    .journal_evidence = "UPDATE @t SET evidence = ?1, outcome = 'running', duration_ms = NULL WHERE filename = ?2",
    .journal_total = "UPDATE @t SET total = ?1 WHERE filename = ?2",
    .journal_rename = "UPDATE @t SET filename = ?1 WHERE filename = ?2",
    .journal_delete = "DELETE FROM @t WHERE filename = ?1",
    .journal_done =
        "UPDATE @t SET done = total, checksum = ?1, evidence = NULL, outcome = 'done', duration_ms = ?2 WHERE filename = ?3",
    .journal_end = "UPDATE @t SET outcome = ?1, duration_ms = ?2 WHERE filename = ?3",
    .journal_whole =
        "INSERT OR REPLACE INTO @t (filename, direction, checksum, version, tool, who, total, done, outcome, "
        "duration_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, 'done', ?8)",
    .journal_times = "UPDATE @t SET times = ?1 WHERE filename = ?2",
    .journal_select = "SELECT *, started_at AS started FROM @t ORDER BY rowid",
    .lock_show = "INSERT OR REPLACE INTO @t (id, owner, host, pid, statement) VALUES (1, ?1, ?2, ?3, ?4)",
    .lock_clear = "DELETE FROM @t",
    .lock_select = "SELECT owner, host, pid, since, version, statement FROM @t WHERE id = 1",
    .lock_statement = "UPDATE @t SET statement = ?1 WHERE id = 1",
};
