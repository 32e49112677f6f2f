/*
 * The lock, where nothing but the making of a table is all or nothing: who makes _dbwarden_lock holds it, under a token that the
 * table is made with.  Its rows say until when, by the server's clock; one that ran out is given a name of its token's, which
 * only the first who tries can do, and it keeps that name, so that nobody who was slow takes away what came after it.
 */
#include <string.h>

#include "base/text.h"
#include "dialect/clickhouse/parts.h"

/* Codes: a table of that name exists, and none does. */
#define EXISTS "57"
#define ABSENT "60"

/* Claims as lease_try() has them. */
enum { CLAIM_OWNER, CLAIM_HOST, CLAIM_PID, CLAIM_TOKEN, CLAIM_SECONDS };

static const struct names *one(struct arena *mem, const char *param)
{
    struct names *names = NEW(mem, struct names);
    names_add(mem, names, param);
    return names;
}

/* The token of who holds it, alive or not; NULL: nobody does. */
static int holder_read(struct ctx *ctx, struct conn *conn, const char **token)
{
    struct rows rows;
    *token = NULL;
    TRY(ch_query(
        ctx, conn,
        "SELECT replaceAll(default_expression, '''', '') FROM system.columns WHERE database = currentDatabase() AND "
        "table = '" LOCK_TABLE "' AND name = 'holder'",
        NULL, &rows));
    if (rows.row.n)
        *token = ((const char **)rows.row.item[0])[0];
    return 0;
}

/* Who has just made the table has no row in it yet. */
static int is_live(struct ctx *ctx, struct conn *conn, const char *table, const char *seconds, bool *live)
{
    struct rows rows;
    const char *sql = arena_printf(
        ctx->mem,
        "SELECT max(expires) > now() OR (SELECT max(metadata_modification_time) > now() - toInt32(?) FROM system.tables "
        "WHERE database = currentDatabase() AND name = '" LOCK_TABLE "') FROM %s WHERE token = holder",
        table);
    struct error error = ctx->error;
    int code = ch_query(ctx, conn, sql, one(ctx->mem, seconds), &rows);
    *live = code == ERR_SQL && text_equal(ctx->error.sqlstate, ABSENT); /* given back this moment: others may take it */
    if (*live) {
        ctx->error = error;
        return 0;
    }
    TRY(code);
    *live = rows.row.n && !text_equal(((const char **)rows.row.item[0])[0], "0");
    return 0;
}

/* Runs what somebody else may have done before: *first says whether it was us. */
static int try_first(struct ctx *ctx, struct conn *conn, const char *sql, bool *first)
{
    struct error error = ctx->error;
    int code = ch_exec(ctx, conn, sql);
    *first = code == 0;
    if (code != ERR_SQL || (!text_equal(ctx->error.sqlstate, EXISTS) && !text_equal(ctx->error.sqlstate, ABSENT)))
        return code;
    ctx->error = error;
    return 0;
}

static const char *tomb_of(struct arena *mem, const char *table, const char *token)
{
    return arena_printf(mem, "%s_%s", table, token);
}

static int bury(struct ctx *ctx, struct conn *conn, const char *table, const char *token, bool *first)
{
    const char *sql = arena_printf(ctx->mem, "RENAME TABLE %s TO %s", table, tomb_of(ctx->mem, table, token));
    return try_first(ctx, conn, sql, first);
}

/* An hour is longer than anybody takes from looking to renaming; that of `token` has only just come. */
static int tombs_drop(struct ctx *ctx, struct conn *conn, const char *token)
{
    struct rows rows;
    TRY(ch_query(
        ctx, conn,
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND name LIKE '\\\\_dbwarden\\\\_lock\\\\_%' "
        "AND metadata_modification_time < now() - 3600 AND NOT endsWith(name, ?)",
        one(ctx->mem, token ? token : "-"), &rows));
    for (int i = 0; i < rows.row.n; i++)
        TRY(ch_exec(ctx, conn,
                    arena_printf(ctx->mem, "DROP TABLE IF EXISTS %s", ((const char **)rows.row.item[i])[0])));
    return 0;
}

int ch_lease_take(struct ctx *ctx, struct conn *conn, const char *table, const struct names *claim, bool *taken)
{
    const char *dead = NULL;
    bool live = false;
    if (((struct ch_conn *)conn)->cluster)
        return ch_cluster_lease_take(ctx, conn, table, claim, taken);
    *taken = false;
    TRY(holder_read(ctx, conn, &dead));
    if (dead)
        TRY(is_live(ctx, conn, table, claim->item[CLAIM_SECONDS], &live));
    if (live)
        return 0;
    if (dead) {
        TRY(bury(ctx, conn, table, dead, taken));
        if (!*taken)
            return 0;
    }
    const char *create = arena_printf(
        ctx->mem,
        "CREATE TABLE %s (token String, owner String, host String, pid String, since DateTime DEFAULT now(), statement "
        "Nullable(String), expires DateTime, n UInt64, holder String MATERIALIZED '%s') ENGINE = MergeTree() ORDER BY n",
        table, claim->item[CLAIM_TOKEN]);
    TRY(try_first(ctx, conn, create, taken));
    if (!*taken)
        return 0;
    const char *insert = arena_printf(
        ctx->mem,
        "INSERT INTO %s (owner, host, pid, token, expires, since, n) SELECT ?, ?, ?, ?, now() + toInt32(?), now(), 1",
        table);
    TRY(ch_query(ctx, conn, insert, claim, &(struct rows){0}));
    return tombs_drop(ctx, conn, dead);
}

/* One that runs out, or did, is left to who takes it over, for they may be about to. */
int ch_lease_release(struct ctx *ctx, struct conn *conn, const char *table, const char *token)
{
    struct rows rows;
    bool ours = false;
    if (((struct ch_conn *)conn)->cluster)
        return ch_cluster_lease_release(ctx, conn, table, token);
    const char *sql =
        arena_printf(ctx->mem, "SELECT max(expires) > now() + 5 FROM %s WHERE token = holder AND token = ?", table);
    TRY(ch_query(ctx, conn, sql, one(ctx->mem, token), &rows));
    if (!rows.row.n || text_equal(((const char **)rows.row.item[0])[0], "0"))
        return 0;
    TRY(bury(ctx, conn, table, token, &ours));
    return ours ? ch_exec(ctx, conn, arena_printf(ctx->mem, "DROP TABLE %s", tomb_of(ctx->mem, table, token))) : 0;
}

/* The row alone tells. */
int ch_lock_look(struct ctx *ctx, struct conn *conn, bool *held)
{
    *held = false;
    return 0;
}

int ch_lock_doubt(struct ctx *ctx, struct conn *conn, const char **why)
{
    *why = "sessions of ClickHouse have no locks";
    return 0;
}
