/*
 * The state tables in ClickHouse's words.  0.8.2's are as it made them.  Rows are never changed in place: the journal keeps, of
 * all rows of a file, the one with the highest stamp (ReplacingMergeTree, read with FINAL), so that each step is one INSERT,
 * which is there as a whole or not at all.  Nothing ties two steps together, so each may be run twice.
 *
 * The lock is a table that is there or not (lease.c): rows in it belong to its holder if their token is the one that it was
 * made with.
 */
#include "dialect/clickhouse/parts.h"

#define NEXT "(SELECT max(stamp) + 1 FROM @t)"

/* The row of a file, changed: parameters in this order, the name of the file last. */
#define CHANGED(done, checksum, outcome, duration, evidence, total, times, filename, gone)                               \
    "INSERT INTO @t (done, checksum, outcome, duration_ms, evidence, total, times, filename, gone, direction, version, " \
    "tool, who, started_at, db_user, stamp) SELECT " done ", " checksum ", " outcome ", " duration ", " evidence         \
    ", " total ", " times ", " filename ", " gone ", direction, version, tool, who, started_at, db_user, " NEXT          \
    " FROM @t FINAL WHERE gone = 0 AND filename = ?"

static const struct column_added journal_upgrade[] = {
    {"times", "ALTER TABLE @t ADD COLUMN IF NOT EXISTS times Nullable(String)"},
    {0},
};

/* Of who holds the lock, its last one. */
#define LAST " FROM @t WHERE token = holder ORDER BY n DESC LIMIT 1"

static const char *const lease_lost[] = {
    "395", /* throwIf() */
    "60",  /* nobody holds it by now */
    NULL,
};

#define SEED_COLUMNS      "version, description, filename, seed_type, checksum"
#define MIGRATION_COLUMNS "version, description, filename, migration_type, checksum"
#define FIVE              "(SELECT ? AS v, ? AS d, ? AS f, ? AS t, ? AS c)"

const struct state_sql ch_state = {
    .table_exists =
        "SELECT currentDatabase(), if(count() = 0, NULL, countIf(name = ?)) FROM system.columns WHERE database = "
        "currentDatabase() AND table = ?",
    .create_migrations =
        "CREATE TABLE IF NOT EXISTS @t (version String, description String, filename String, "
        "migration_type String, applied_at DateTime DEFAULT now(), checksum String) ENGINE = MergeTree() "
        "ORDER BY filename",
    .create_seeds =
        "CREATE TABLE IF NOT EXISTS @t (version String, description String, filename String, seed_type String, "
        "applied_at DateTime DEFAULT now(), checksum String) ENGINE = MergeTree() ORDER BY version",
    .create_journal =
        "CREATE TABLE IF NOT EXISTS @t (filename String, direction String, checksum String, version Nullable(String), tool "
        "String, who String, total Int32, done Int32 DEFAULT 0, outcome String DEFAULT 'running', started_at DateTime "
        "DEFAULT now(), duration_ms Nullable(Int64), evidence Nullable(String), db_user Nullable(String), times "
        "Nullable(String), gone UInt8 DEFAULT 0, stamp UInt64) ENGINE = ReplacingMergeTree(stamp) ORDER BY filename",
    .journal_upgrade = journal_upgrade,
    .insert_migration = "INSERT INTO @t (" MIGRATION_COLUMNS ") SELECT v, d, f, t, c FROM " FIVE
                        " WHERE v NOT IN (SELECT version FROM @t)",
    .delete_migration = "ALTER TABLE @t DELETE WHERE version = ?",
    .delete_repeatable = "ALTER TABLE @t DELETE WHERE version = '' AND filename = ?",
    /* Later than the one before it, by whole seconds. */
    .upsert_repeatable =
        "INSERT INTO @t (version, description, filename, migration_type, checksum, applied_at) SELECT '', d, f, t, c, "
        "greatest(now(), last + 1) FROM (SELECT ? AS d, ? AS f, ? AS t, ? AS c) AS new ANY LEFT JOIN (SELECT filename AS f, "
        "max(applied_at) AS last FROM @t GROUP BY filename) AS old USING (f)",
    .select_migrations =
        "SELECT nullIf(version, '') AS version, description, filename, migration_type, toString(applied_at) AS applied, "
        "checksum FROM (SELECT * FROM @t ORDER BY applied_at DESC LIMIT 1 BY filename) ORDER BY applied_at, version",
    .insert_seed =
        "INSERT INTO @t (" SEED_COLUMNS ") SELECT v, d, f, t, c FROM " FIVE " WHERE v NOT IN (SELECT version FROM @t)",
    .select_seeds =
        "SELECT version, description, filename, seed_type, toString(applied_at) AS applied, checksum FROM @t",
    .journal_begin =
        "INSERT INTO @t (filename, direction, checksum, version, tool, who, total, evidence, stamp) SELECT ?, ?, "
        "?, ?, ?, ?, ?, ?, " NEXT,
    .journal_step = CHANGED("?", "?", "outcome", "duration_ms", "NULL", "total", "times", "filename", "gone"),
    .journal_evidence = CHANGED("done", "checksum", "'running'", "NULL", "?", "total", "times", "filename", "gone"),
    .journal_total =
        CHANGED("done", "checksum", "outcome", "duration_ms", "evidence", "?", "times", "filename", "gone"),
    /* Two rows of the one: it is there under its new name, and gone under the old one. */
    .journal_rename = CHANGED("done", "checksum", "outcome", "duration_ms", "evidence", "total", "times",
                              "if(arrayJoin([0, 1]) AS old, filename, ?)", "old"),
    .journal_delete =
        CHANGED("done", "checksum", "outcome", "duration_ms", "evidence", "total", "times", "filename", "1"),
    .journal_done = CHANGED("total", "?", "'done'", "?", "NULL", "total", "times", "filename", "gone"),
    .journal_end = CHANGED("done", "checksum", "?", "?", "evidence", "total", "times", "filename", "gone"),
    .journal_whole =
        "INSERT INTO @t (filename, direction, checksum, version, tool, who, total, done, outcome, duration_ms, "
        "stamp) SELECT f, d, c, v, t, w, n, n, 'done', m, " NEXT
        " FROM (SELECT ? AS f, ? AS d, ? AS c, ? AS v, ? AS t, ? AS w, ? AS n, ? AS m)",
    .journal_times =
        CHANGED("done", "checksum", "outcome", "duration_ms", "evidence", "total", "?", "filename", "gone"),
    .journal_select =
        "SELECT *, toString(started_at) AS started FROM @t FINAL WHERE gone = 0 ORDER BY started_at, filename",
    .lock_select = "SELECT NULL, NULL, NULL, NULL, NULL, NULL",
    .lock_statement =
        "INSERT INTO @t (statement, token, expires, owner, host, pid, since, n) SELECT ?, token, expires, owner, "
        "host, pid, since, n + 1" LAST,
    .lease_fence = "SELECT throwIf(count() = 0) FROM @t WHERE token = holder AND token = ? AND "
                   "expires > now() - 0 * toInt32(?)",
    /* Of somebody else's table it is no row that counts. */
    .lease_extend =
        "INSERT INTO @t (token, expires, statement, owner, host, pid, since, n) SELECT ?, now() + toInt32(?), "
        "statement, owner, host, pid, since, n + 1" LAST,
    .lease_select =
        "SELECT owner, host, pid, toString(since) AS since, NULL AS version, statement, expires > now() AS live, "
        "greatest(0, toInt32(expires) - toInt32(now())) AS left" LAST,
    .lease_lost = lease_lost,
};
