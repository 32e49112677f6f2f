/*
 * The lock of a cluster.  Who holds it is the row with the highest epoch in _dbwarden_lock, which every server has.  An epoch
 * begins by the making of a replicated table under a path of its own, with a replica whose name is always the same: only the
 * first who tries can do that, on whatever server.  That table is the holder's and holds nothing; if its server is gone, the
 * next epoch begins elsewhere once the row has run out.
 */
#include <string.h>

#include "base/text.h"
#include "dialect/clickhouse/parts.h"

#define EXISTS         "57"
#define REPLICA_EXISTS "253"

enum { CLAIM_SECONDS = 4, EPOCH = 1000000000 };

struct epoch {
    int64_t number;
    bool live;
    const char *token;
};

static int epoch_read(struct ctx *ctx, struct conn *conn, const char *table, struct epoch *epoch)
{
    struct rows rows;
    *epoch = (struct epoch){0};
    TRY(ch_query(ctx, conn,
                 arena_printf(ctx->mem, "SELECT epoch, expires > now(), token FROM (SELECT * FROM %s FINAL)", table),
                 NULL, &rows));
    if (!rows.row.n)
        return 0;
    const char *const *cell = rows.row.item[0];
    if (!text_to_int(cell[0], &epoch->number))
        return fail(ctx, ERR_STATE, "the row of %s makes no sense: its epoch is %s", table, cell[0]);
    epoch->live = text_equal(cell[1], "1");
    epoch->token = cell[2];
    return 0;
}

static const char *mark_of(struct arena *mem, const char *table, int64_t number)
{
    return arena_printf(mem, "%s_%lld", table, (long long)number);
}

static int mark_make(struct ctx *ctx, struct ch_conn *ch, const char *table, int64_t number, bool *first)
{
    struct error error = ctx->error;
    int code = ch_exec(ctx, &ch->conn,
                       arena_printf(ctx->mem,
                                    "CREATE TABLE %s (n UInt8) ENGINE = "
                                    "ReplicatedMergeTree('/clickhouse/dbwarden/%s/%s/%lld', 'lock') ORDER BY n",
                                    mark_of(ctx->mem, table, number), ch->cluster, mark_of(ctx->mem, table, 0),
                                    (long long)number));
    *first = code == 0;
    if (code != ERR_SQL ||
        (!text_equal(ctx->error.sqlstate, EXISTS) && !text_equal(ctx->error.sqlstate, REPLICA_EXISTS)))
        return code;
    ctx->error = error;
    return 0;
}

/* The first of an epoch is of who made its mark; the one before that of somebody who found it made, which may be all that comes of it. */
static int row_add(struct ctx *ctx, struct conn *conn, const char *table, const struct names *claim, int64_t stamp)
{
    const char *sql = arena_printf(
        ctx->mem,
        "INSERT INTO %s (owner, host, pid, token, expires, since, epoch, n, stamp) SELECT ?, ?, ?, ?, now() + "
        "toInt32(?), now(), %lld, %lld, %lld",
        table, (long long)(stamp / EPOCH), (long long)(stamp % EPOCH), (long long)stamp);
    return ch_query(ctx, conn, sql, claim, &(struct rows){0});
}

static int somebody(struct ctx *ctx, struct conn *conn, const char *table, const struct names *claim, int64_t number)
{
    struct names unknown = {0};
    for (int i = 0; i < CLAIM_SECONDS; i++)
        names_add(ctx->mem, &unknown, "");
    unknown.item[0] = "a runner that has not said who it is";
    names_add(ctx->mem, &unknown, claim->item[CLAIM_SECONDS]);
    return row_add(ctx, conn, table, &unknown, number * EPOCH);
}

/* Marks of this server that are over. */
static int marks_drop(struct ctx *ctx, struct conn *conn, const char *table, int64_t number)
{
    struct rows rows;
    const char *sql =
        arena_printf(ctx->mem,
                     "SELECT toInt64OrZero(substring(name, %d)) AS n FROM system.tables WHERE database = "
                     "currentDatabase() AND name LIKE '\\\\_dbwarden\\\\_lock\\\\_%%' AND n > 0 AND n < %lld",
                     (int)sizeof LOCK_TABLE + 1, (long long)number);
    TRY(ch_query(ctx, conn, sql, NULL, &rows));
    for (int i = 0; i < rows.row.n; i++)
        TRY(ch_exec(ctx, conn,
                    arena_printf(ctx->mem, "DROP TABLE IF EXISTS %s_%s", table, ((const char **)rows.row.item[i])[0])));
    return 0;
}

static int table_make(struct ctx *ctx, struct ch_conn *ch)
{
    struct rows rows;
    TRY(ch_query(ctx, &ch->conn,
                 "SELECT count() FROM system.tables WHERE database = currentDatabase() AND name = '" LOCK_TABLE "'",
                 NULL, &rows));
    if (text_equal(((const char **)rows.row.item[0])[0], "1"))
        return 0;
    TRY(ch_cluster_whole(ctx, ch));
    return ch_cluster_settle(ctx, ch);
}

/* What was begun by somebody before has to end everywhere before we look at anything. */
static int settled(struct ctx *ctx, struct ch_conn *ch, const char *table, const struct names *claim)
{
    int code = ch_cluster_whole(ctx, ch);
    if (code == 0)
        code = ch_cluster_settle(ctx, ch);
    if (code == 0)
        return 0;
    struct error error = ctx->error;
    ch_cluster_lease_release(ctx, &ch->conn, table, claim->item[3]);
    ctx->error = error;
    return code;
}

int ch_cluster_lease_take(struct ctx *ctx, struct conn *conn, const char *table, const struct names *claim, bool *taken)
{
    struct ch_conn *ch = (struct ch_conn *)conn;
    struct epoch before, now;
    bool first;
    *taken = false;
    TRY(table_make(ctx, ch));
    TRY(epoch_read(ctx, conn, table, &before));
    if (before.live)
        return 0;
    int64_t number = before.number + 1;
    TRY(mark_make(ctx, ch, table, number, &first));
    if (!first)
        return somebody(ctx, conn, table, claim, number);
    TRY(epoch_read(ctx, conn, table, &now));
    if (now.number == before.number) { /* else it had come and gone before we made it */
        TRY(row_add(ctx, conn, table, claim, number * EPOCH + 1));
        TRY(epoch_read(ctx, conn, table, &now));
    }
    *taken = now.number == number && text_equal(now.token, claim->item[3]);
    TRY(marks_drop(ctx, conn, table, *taken ? number : number + 1));
    return *taken ? settled(ctx, ch, table, claim) : 0;
}

int ch_cluster_lease_release(struct ctx *ctx, struct conn *conn, const char *table, const char *token)
{
    struct epoch epoch;
    TRY(epoch_read(ctx, conn, table, &epoch));
    if (!text_equal(epoch.token, token))
        return 0;
    TRY(ch_exec(
        ctx, conn,
        arena_printf(ctx->mem,
                     "INSERT INTO %s (epoch, n, stamp, token, owner, expires) SELECT epoch, n + %d, stamp + %d, token, "
                     "owner, toDateTime(0) FROM (SELECT * FROM %s FINAL) WHERE epoch = %lld",
                     table, EPOCH / 2, EPOCH / 2, table, (long long)epoch.number)));
    return ch_exec(ctx, conn,
                   arena_printf(ctx->mem, "DROP TABLE IF EXISTS %s", mark_of(ctx->mem, table, epoch.number)));
}
