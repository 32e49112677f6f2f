/*
 * Waiting for the server, the only place that does: in slices of 200 ms, so that a cancelled operation is noticed.
 * A cancellation is sent to the server and its answer is awaited, because only then is it known what happened.
 */
#include <poll.h>

#include "base/clock.h"
#include "base/text.h"
#include "dialect/postgres/pg.h"

enum { SLICE_MS = 200 };

void pg_result_clear(PGresult **result)
{
    PQclear(*result);
    *result = NULL;
}

/* A cancel that arrives between two statements is lost: it is repeated with every slice. */
static void cancel_if_asked(struct ctx *ctx, struct pg_conn *conn)
{
    if (!conn->shielded && ctx_must_stop(ctx))
        pg_cancel(&conn->conn);
}

static int wait_slice(struct ctx *ctx, struct pg_conn *conn, bool writing)
{
    struct pollfd fd = {.fd = PQsocket(conn->pg), .events = POLLIN};

    if (writing)
        fd.events |= POLLOUT;
    cancel_if_asked(ctx, conn);
    conn_tick(ctx, &conn->conn);
    if (fd.fd < 0)
        return pg_fail_lost(ctx, conn);
    if (poll(&fd, 1, SLICE_MS) > 0 && (fd.revents & (POLLIN | POLLERR | POLLHUP)) && PQconsumeInput(conn->pg) == 0)
        return pg_fail_lost(ctx, conn);
    return 0;
}

int pg_flush(struct ctx *ctx, struct pg_conn *conn)
{
    for (;;) {
        int rest = PQflush(conn->pg);
        if (rest == 0)
            return 0;
        if (rest < 0)
            return pg_fail_lost(ctx, conn);
        TRY(wait_slice(ctx, conn, true));
    }
}

int pg_result(struct ctx *ctx, struct pg_conn *conn, PGresult **result)
{
    while (PQisBusy(conn->pg))
        TRY(wait_slice(ctx, conn, false));
    *result = PQgetResult(conn->pg);
    if (!*result && PQstatus(conn->pg) == CONNECTION_BAD)
        return pg_fail_lost(ctx, conn);
    return 0;
}

int pg_drain(struct ctx *ctx, struct pg_conn *conn)
{
    for (;;) {
        __attribute__((cleanup(pg_result_clear))) PGresult *result = NULL;
        TRY(pg_result(ctx, conn, &result));
        if (!result)
            return 0;
    }
}

static int poll_connecting(struct ctx *ctx, PGconn *pg, PostgresPollingStatusType state)
{
    struct pollfd fd = {.fd = PQsocket(pg), .events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT};

    TRY(ctx_check(ctx));
    if (fd.fd < 0)
        return 0;
    return poll(&fd, 1, SLICE_MS) > 0 ? 1 : 0;
}

int pg_connect_wait(struct ctx *ctx, PGconn *pg, double seconds, const char *target)
{
    double end = clock_monotonic() + seconds;
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;

    while (PQstatus(pg) != CONNECTION_BAD) {
        int ready = poll_connecting(ctx, pg, state);
        TRY(ready);
        if (ready == 0 && clock_monotonic() > end) {
            fail(ctx, ERR_CONNECT, "cannot connect to %s: no answer within %g seconds", target, seconds);
            ctx->error.passing = true;
            return ERR_CONNECT;
        }
        if (ready == 0)
            continue;
        state = PQconnectPoll(pg);
        if (state == PGRES_POLLING_OK || state == PGRES_POLLING_FAILED)
            break;
    }
    return 0;
}
