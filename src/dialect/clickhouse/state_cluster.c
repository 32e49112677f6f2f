/*
 * The state tables of a cluster: each server of it, of whatever shard, has a replica of the same table, so any of them tells
 * the same.  Rows go to a majority before they count, and are read where that is known to have come (ch_cluster_find()).
 * A mutation would wait for each replica, so a row that goes is a row that says so.
 */
#include "base/text.h"
#include "dialect/clickhouse/parts.h"

#define NEXT  "(SELECT max(stamp) + 1 FROM @t)"
#define FIVE  "(SELECT ? AS v, ? AS d, ? AS f, ? AS t, ? AS c)"
#define THERE "(SELECT * FROM @t FINAL WHERE gone = 0)"

#define RECORD(type) "version, description, filename, " type ", checksum"
#define INSERT(type)                                                                     \
    "INSERT INTO @t (" RECORD(type) ", stamp) SELECT v, d, f, t, c, " NEXT " FROM " FIVE \
                                    " WHERE v NOT IN (SELECT version FROM @t FINAL WHERE gone = 0)"
#define CREATE(type)                                                                                        \
    "CREATE TABLE IF NOT EXISTS @t (version String, description String, filename String, " type " String, " \
    "applied_at DateTime DEFAULT now(), checksum String, gone UInt8 DEFAULT 0, stamp UInt64) "              \
    "ENGINE = ReplacingMergeTree(stamp) ORDER BY (version, filename)"

/* One row counts, the one with the highest stamp: that of the latest epoch, and the last of that. */
#define LEASE   "epoch, n, stamp, token, owner, host, pid, since, statement, expires"
#define CURRENT "(SELECT * FROM @t FINAL)"

/* "CREATE TABLE ... @t (...) ENGINE = ReplacingMergeTree(stamp)" on all of the cluster, as one. */
static const char *replicated(const struct ch_conn *ch, const char *replica, const char *sql)
{
    const char *engine =
        arena_printf(ch->mem, "ENGINE = ReplicatedReplacingMergeTree('/clickhouse/dbwarden/%s/@t', '%s', stamp)",
                     ch->cluster, replica);
    sql = text_replace(ch->mem, sql, "EXISTS @t (", arena_printf(ch->mem, "EXISTS @t ON CLUSTER `%s` (", ch->cluster));
    return text_replace(ch->mem, sql, "ENGINE = ReplacingMergeTree(stamp)", engine);
}

void ch_state_of_cluster(struct ch_conn *ch, const char *replica, struct state_sql *state)
{
    static const struct column_added journal_upgrade[] = {{0}, {0}};
    *state = ch_state;
    state->create_migrations = replicated(ch, replica, CREATE("migration_type"));
    state->create_seeds = replicated(ch, replica, CREATE("seed_type"));
    state->create_journal = replicated(ch, replica, ch_state.create_journal);
    state->create_lock = replicated(
        ch, replica,
        "CREATE TABLE IF NOT EXISTS @t (slot UInt8 DEFAULT 0, epoch UInt64, n UInt64, stamp UInt64, token String, "
        "owner String, host String, pid String, since DateTime, statement Nullable(String), expires DateTime) "
        "ENGINE = ReplacingMergeTree(stamp) ORDER BY slot");
    state->journal_upgrade = journal_upgrade;
    state->insert_migration = INSERT("migration_type");
    state->insert_seed = INSERT("seed_type");
    state->delete_migration = "INSERT INTO @t (version, filename, gone, stamp) SELECT version, filename, 1, " NEXT
                              " FROM " THERE " WHERE version = ?";
    state->delete_repeatable = "INSERT INTO @t (version, filename, gone, stamp) SELECT '', filename, 1, " NEXT
                               " FROM " THERE " WHERE version = '' AND filename = ?";
    state->upsert_repeatable =
        "INSERT INTO @t (description, filename, migration_type, checksum, stamp) SELECT ?, ?, ?, ?, " NEXT;
    state->select_migrations =
        "SELECT nullIf(version, '') AS version, description, filename, migration_type, toString(applied_at) AS applied, "
        "checksum FROM " THERE " ORDER BY applied_at, version";
    state->select_seeds =
        "SELECT version, description, filename, seed_type, toString(applied_at) AS applied, checksum FROM " THERE;
    state->lock_statement =
        "INSERT INTO @t (" LEASE
        ") SELECT epoch, n + 1, stamp + 1, token, owner, host, pid, since, ?, expires FROM " CURRENT;
    state->lease_fence =
        "SELECT throwIf(count() = 0) FROM " CURRENT " WHERE token = ? AND expires > now() - 0 * toInt32(?)";
    state->lease_extend = "INSERT INTO @t (" LEASE ") SELECT epoch, n + 1, stamp + 1, token, owner, host, pid, since, "
                          "statement, now() + toInt32(seconds) FROM " CURRENT
                          " ANY INNER JOIN (SELECT ? AS token, ? AS seconds) USING (token)";
    state->lease_select =
        "SELECT owner, host, pid, toString(since) AS since, NULL AS version, statement, expires > now() AS live, "
        "greatest(0, toInt32(expires) - toInt32(now())) AS left FROM " CURRENT " WHERE expires > toDateTime(0)";
}
