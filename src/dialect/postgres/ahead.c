/*
 * Queries that are sent in one go, before the first of them is read: the server works while we take in what it has said
 * already, and a far server costs one round trip.  pg_query() then takes the answers in the order in which they were sent.
 */
#include "base/text.h"
#include "dialect/postgres/pg.h"

int pg_ahead_send(struct ctx *ctx, struct pg_conn *conn, const struct names *queries)
{
    conn->ctx = ctx;
    if (!PQenterPipelineMode(conn->pg))
        return pg_fail_lost(ctx, conn);
    conn->ahead = queries;
    conn->answered = 0;
    for (int i = 0; i < queries->n; i++)
        if (!PQsendQueryParams(conn->pg, queries->item[i], 0, NULL, NULL, NULL, NULL, 0))
            return pg_fail_lost(ctx, conn);
    if (!PQpipelineSync(conn->pg))
        return pg_fail_lost(ctx, conn);
    return pg_flush(ctx, conn);
}

static int rest_drain(struct ctx *ctx, struct pg_conn *conn)
{
    for (; conn->answered < conn->ahead->n; conn->answered++)
        TRY(pg_drain(ctx, conn));
    __attribute__((cleanup(pg_result_clear))) PGresult *sync = NULL;
    return pg_result(ctx, conn, &sync);
}

void pg_ahead_end(struct ctx *ctx, struct pg_conn *conn)
{
    if (!conn->ahead)
        return;
    struct error error = ctx->error;
    if (PQstatus(conn->pg) == CONNECTION_OK && rest_drain(ctx, conn) == 0)
        PQexitPipelineMode(conn->pg);
    conn->ahead = NULL;
    ctx->error = error;
}
