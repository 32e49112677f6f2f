/*
 * The state tables as SQL.  Migrations and seeds are 0.8.2's to the letter, so that either tool reads what the other
 * wrote; journal and lock are ours.  @t is the table.
 */
#include "dialect/postgres/pg.h"

/* Two that make it at once would disturb each other. */
static const char *const lease_prepare[] = {
    "SELECT pg_advisory_xact_lock(" PG_LOCK_KEY " + 1)",
    "CREATE TABLE IF NOT EXISTS @t (id INTEGER PRIMARY KEY CHECK (id = 1), owner VARCHAR(255), host VARCHAR(255), "
    "pid VARCHAR(20), since TIMESTAMP DEFAULT CURRENT_TIMESTAMP, version VARCHAR(255), statement TEXT)",
    "ALTER TABLE @t ADD COLUMN IF NOT EXISTS token VARCHAR(64)",
    "ALTER TABLE @t ADD COLUMN IF NOT EXISTS expires TIMESTAMPTZ",
    NULL,
};

static const struct column_added journal_upgrade[] = {
    {"evidence", "ALTER TABLE @t ADD COLUMN IF NOT EXISTS evidence TEXT"},
    {"times", "ALTER TABLE @t ADD COLUMN IF NOT EXISTS db_user VARCHAR(255), ADD COLUMN IF NOT EXISTS times TEXT"},
    {0},
};

static const char *const lease_lost[] = {"22012", NULL};

const struct state_sql pg_state_sql = {
    .table_exists =
        "SELECT current_schema(), sum(CASE WHEN attname = $1 THEN 1 ELSE 0 END) FROM pg_catalog.pg_attribute "
        "WHERE attrelid = to_regclass(quote_ident(current_schema()) || '.' || quote_ident($2)) AND attnum > 0",
    .homes =
        "SELECT current_setting('search_path'), (SELECT s FROM regexp_split_to_table(current_setting('search_path'), ' *, *') "
        "WITH ORDINALITY AS t(s, n) WHERE s NOT IN ('', '\"\"', '\"$user\"') ORDER BY n LIMIT 1)",
    .create_migrations = "CREATE TABLE IF NOT EXISTS @t (version VARCHAR(255) UNIQUE, description VARCHAR(500), "
                         "filename VARCHAR(500) UNIQUE, migration_type VARCHAR(50), "
                         "applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, checksum VARCHAR(128))",
    .create_seeds = "CREATE TABLE IF NOT EXISTS @t (version VARCHAR(255) UNIQUE, description VARCHAR(500), "
                    "filename VARCHAR(500) UNIQUE, seed_type VARCHAR(10), "
                    "applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, checksum VARCHAR(128))",
    .create_journal = "CREATE TABLE IF NOT EXISTS @t (filename VARCHAR(500) NOT NULL PRIMARY KEY, "
                      "direction VARCHAR(4) NOT NULL, checksum VARCHAR(64) NOT NULL, version VARCHAR(255), "
                      "tool VARCHAR(50), who VARCHAR(255), total INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0, "
                      "outcome VARCHAR(20) NOT NULL DEFAULT 'running', "
                      "started_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, duration_ms BIGINT, evidence TEXT, "
                      "db_user VARCHAR(255), times TEXT)",
    .journal_upgrade = journal_upgrade,
    .create_lock = "CREATE TABLE IF NOT EXISTS @t (id INTEGER PRIMARY KEY CHECK (id = 1), owner VARCHAR(255), "
                   "host VARCHAR(255), pid VARCHAR(20), since TIMESTAMP DEFAULT CURRENT_TIMESTAMP, "
                   "version VARCHAR(255), statement TEXT, token VARCHAR(64), expires TIMESTAMPTZ)",
    .insert_migration = "INSERT INTO @t (version, description, filename, migration_type, checksum) "
                        "VALUES ($1, $2, $3, $4, $5)", /* a second run undoes itself */
    .delete_migration = "DELETE FROM @t WHERE version = $1",
    .delete_repeatable = "DELETE FROM @t WHERE version IS NULL AND filename = $1",
    .upsert_repeatable = "INSERT INTO @t (description, filename, migration_type, checksum) VALUES ($1, $2, $3, $4) "
                         "ON CONFLICT (filename) DO UPDATE SET description = EXCLUDED.description, "
                         "migration_type = EXCLUDED.migration_type, checksum = EXCLUDED.checksum, "
                         "applied_at = CURRENT_TIMESTAMP",
    .select_migrations = "SELECT version, description, filename, migration_type, applied_at, checksum FROM @t "
                         "ORDER BY applied_at",
    .insert_seed = "INSERT INTO @t (version, description, filename, seed_type, checksum) "
                   "VALUES ($1, $2, $3, $4, $5)",
    .select_seeds = "SELECT version, description, filename, seed_type, applied_at, checksum FROM @t",
    .journal_begin =
        "INSERT INTO @t (filename, direction, checksum, version, tool, who, total, evidence, db_user) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, session_user) ON CONFLICT (filename) DO UPDATE SET "
        "direction = EXCLUDED.direction, checksum = EXCLUDED.checksum, version = EXCLUDED.version, "
        "tool = EXCLUDED.tool, who = EXCLUDED.who, total = EXCLUDED.total, done = 0, "
        "outcome = 'running', started_at = CURRENT_TIMESTAMP, duration_ms = NULL, evidence = EXCLUDED.evidence, "
        "db_user = EXCLUDED.db_user, times = NULL",
    .journal_step = "UPDATE @t SET done = $1, checksum = $2, evidence = NULL WHERE filename = $3",
    .journal_evidence = "UPDATE @t SET evidence = $1, outcome = 'running', duration_ms = NULL WHERE filename = $2",
    .journal_total = "UPDATE @t SET total = $1 WHERE filename = $2",
    .journal_rename = "UPDATE @t SET filename = $1 WHERE filename = $2",
    .journal_delete = "DELETE FROM @t WHERE filename = $1",
    .journal_done =
        "UPDATE @t SET done = total, checksum = $1, evidence = NULL, outcome = 'done', duration_ms = $2 WHERE filename = $3",
    .journal_end = "UPDATE @t SET outcome = $1, duration_ms = $2 WHERE filename = $3",
    .journal_whole = "INSERT INTO @t (filename, direction, checksum, version, tool, who, total, done, outcome, "
                     "duration_ms, db_user) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 'done', COALESCE($8, "
                     "((EXTRACT(epoch FROM clock_timestamp()) - greatest(EXTRACT(epoch FROM now()), COALESCE(NULLIF("
                     "current_setting('dbwarden.ended', true), ''), '0')::numeric)) * 1000)::bigint), session_user) "
                     "ON CONFLICT (filename) DO UPDATE SET direction = EXCLUDED.direction, "
                     "checksum = EXCLUDED.checksum, version = EXCLUDED.version, tool = EXCLUDED.tool, "
                     "who = EXCLUDED.who, total = EXCLUDED.total, done = EXCLUDED.done, outcome = EXCLUDED.outcome, "
                     "started_at = CURRENT_TIMESTAMP, duration_ms = EXCLUDED.duration_ms, "
                     "db_user = EXCLUDED.db_user, times = NULL "
                     /* Of several files in one transaction, each begins where the one before it ended. */
                     "RETURNING set_config('dbwarden.ended', EXTRACT(epoch FROM clock_timestamp())::text, true)",
    .journal_times = "UPDATE @t SET times = $1 WHERE filename = $2",
    .journal_select = "SELECT *, started_at AS started FROM @t ORDER BY started_at, filename",
    .lock_show =
        "INSERT INTO @t (id, owner, host, pid, statement) VALUES (1, $1, $2, $3, $4) ON CONFLICT (id) DO UPDATE "
        "SET owner = EXCLUDED.owner, host = EXCLUDED.host, pid = EXCLUDED.pid, since = CURRENT_TIMESTAMP, "
        "statement = EXCLUDED.statement",
    .lock_clear = "DELETE FROM @t",
    .lock_select = "SELECT owner, host, pid, since, version, statement FROM @t WHERE id = 1",
    .lock_statement = "UPDATE @t SET statement = $1 WHERE id IN (SELECT id FROM @t FOR UPDATE SKIP LOCKED)",
    .lease_prepare = lease_prepare,
    .lease_row = "INSERT INTO @t (id) SELECT 1 WHERE NOT EXISTS (SELECT FROM @t WHERE id = 1) ON CONFLICT DO NOTHING",
    .lease_take =
        "WITH free AS (SELECT id FROM @t WHERE id = 1 AND CASE WHEN token IS NULL OR expires < clock_timestamp() "
        "THEN pg_try_advisory_xact_lock(" PG_LOCK_KEY ") ELSE false END FOR UPDATE SKIP LOCKED) UPDATE @t AS l SET "
        "owner = $1, host = $2, pid = $3, since = CURRENT_TIMESTAMP, version = NULL, statement = NULL, token = $4, "
        "expires = clock_timestamp() + make_interval(secs => $5::double precision) FROM free WHERE l.id = free.id "
        "RETURNING l.id",
    /* Division by zero: the one failure that needs no function of our own. */
    .lease_fence =
        "WITH mine AS (UPDATE @t SET expires = clock_timestamp() + make_interval(secs => $2::double precision) "
        "WHERE id = 1 AND token = $1 RETURNING id) SELECT 1 / count(*) FROM mine",
    .lease_extend =
        "WITH mine AS (SELECT id FROM @t WHERE id = 1 AND token = $1 FOR UPDATE SKIP LOCKED) UPDATE @t AS l SET "
        "expires = clock_timestamp() + make_interval(secs => $2::double precision) FROM mine WHERE l.id = mine.id",
    .lease_release = "UPDATE @t SET owner = NULL, host = NULL, pid = NULL, since = NULL, version = NULL, "
                     "statement = NULL, token = NULL, expires = NULL WHERE id = 1 AND token = $1",
    .lease_end =
        "WITH dead AS (SELECT id FROM @t WHERE token IS NOT NULL AND expires < clock_timestamp() FOR UPDATE "
        "SKIP LOCKED), ended AS (UPDATE @t AS l SET token = NULL, expires = NULL FROM dead WHERE l.id = dead.id "
        "RETURNING l.id) SELECT count(*) FROM @t WHERE token IS NOT NULL AND id NOT IN (SELECT id FROM ended)",
    /* In a long transaction of the holder's it has run out, but the row is locked. */
    .lease_select =
        "SELECT owner, host, pid, since, version, statement, token IS NOT NULL AND (expires > clock_timestamp() "
        "OR EXISTS (SELECT FROM pg_catalog.pg_locks WHERE locktype = 'transactionid' AND granted AND "
        "transactionid = t.xmax)) AS live, greatest(0, ceil(extract(epoch FROM expires - "
        "clock_timestamp())))::bigint AS left FROM @t AS t WHERE id = 1",
    .lease_lost = lease_lost,
};
