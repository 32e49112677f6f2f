/*
 * The session lock: an advisory lock of the database, asked for without waiting.
 *
 * A transaction pooler gives each statement another backend, so a lock taken through one belongs to nobody.  A pooler
 * shows itself by a process id that is not the backend's; whether it gives backends away between statements is found
 * out with a second connection, which in that mode gets the very backend that ours just used.
 */
#include "base/text.h"
#include "dialect/postgres/pg.h"

/* "dbwarden" as eight bytes: one lock per database, whatever its tables are called. */
#define LOCK_KEY "7233475211925153134"

static int fail_pooler(struct ctx *ctx, const struct pg_conn *conn)
{
    fail(ctx, ERR_UNSUPPORTED, "%s is reached through a transaction pooler, which cannot hold the migration lock",
         conn->conn.target);
    return fail_hint(ctx, "Give a URL that leads to the server itself, or to a pooler in session mode.");
}

/* ERR_SQL of a query that must not fail is passed on; a row is always there. */
static int query_text(struct ctx *ctx, struct conn *conn, const char *sql, const char **text)
{
    struct rows rows;

    TRY(pg_query(ctx, conn, sql, NULL, &rows));
    *text = rows.row.n > 0 ? ((const char **)rows.row.item[0])[0] : NULL;
    return 0;
}

static bool same_backend(const char *pid, int number)
{
    int64_t said;

    return pid && text_to_int(pid, &said) && said == number;
}

/* With our connection idle, does another one land on the same backend? */
static int pooler_check(struct ctx *ctx, struct pg_conn *conn, const char *pid)
{
    struct conn *other = NULL;
    const char *its = NULL;
    int result = pg_open(ctx, &conn->url, NULL, &other);

    if (result == 0)
        result = query_text(ctx, other, "SELECT pg_backend_pid()", &its);
    pg_close(other);
    TRY(result);
    return text_equal(pid, its) ? fail_pooler(ctx, conn) : 0;
}

/* The backend that took the lock is not ours any more: only its end gives the lock back. */
static void lock_abandon(struct ctx *ctx, struct pg_conn *conn, const char *pid)
{
    struct names params = {0};
    struct rows rows;

    names_add(ctx->mem, &params, pid);
    pg_query(ctx, &conn->conn, "SELECT pg_terminate_backend($1)", &params, &rows);
}

static int lock_verify(struct ctx *ctx, struct pg_conn *conn, const char *pid)
{
    const char *held = NULL;
    struct names params = {0};
    struct rows rows;

    names_add(ctx->mem, &params, pid);
    TRY(pg_query(ctx, &conn->conn,
                 "SELECT pg_backend_pid() = $1::integer AND EXISTS (SELECT FROM pg_catalog.pg_locks WHERE pid = "
                 "pg_backend_pid() AND locktype = 'advisory' AND granted AND objsubid = 1 AND "
                 "(classid::bigint << 32 | objid::bigint) = " LOCK_KEY ")",
                 &params, &rows));
    held = rows.row.n > 0 ? ((const char **)rows.row.item[0])[0] : NULL;
    if (text_equal(held, "t"))
        return 0;
    lock_abandon(ctx, conn, pid);
    return fail_pooler(ctx, conn);
}

int pg_lock_try(struct ctx *ctx, struct conn *conn, bool *taken)
{
    struct pg_conn *pg = (struct pg_conn *)conn;
    struct rows rows;
    const char *const *cell;

    *taken = false;
    if (!pg->asked_pooler) {
        const char *pid = NULL;
        TRY(query_text(ctx, conn, "SELECT pg_backend_pid()", &pid));
        if (!same_backend(pid, PQbackendPID(pg->pg)))
            TRY(pooler_check(ctx, pg, pid));
        pg->asked_pooler = true;
    }
    TRY(pg_query(ctx, conn, "SELECT pg_try_advisory_lock(" LOCK_KEY "), pg_backend_pid()", NULL, &rows));
    cell = rows.row.item[0];
    if (!text_equal(cell[0], "t"))
        return 0;
    TRY(lock_verify(ctx, pg, cell[1]));
    *taken = pg->locked = true;
    return 0;
}

int pg_lock_look(struct ctx *ctx, struct conn *conn, bool *held)
{
    const char *said = NULL;
    TRY(query_text(
        ctx, conn,
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 "
        "AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()) "
        "AND (classid::bigint << 32 | objid::bigint) = " LOCK_KEY ")",
        &said));
    *held = text_equal(said, "t");
    return 0;
}

/* Also after a cancellation: the lock must go. */
int pg_lock_release(struct ctx *ctx, struct conn *conn)
{
    struct pg_conn *pg = (struct pg_conn *)conn;
    struct rows rows;
    int result = 0;

    if (!pg->locked)
        return 0;
    pg->locked = false;
    if (PQstatus(pg->pg) != CONNECTION_OK)
        return 0; /* gone with the connection */
    pg->shielded = true;
    result = pg_query(ctx, conn, "SELECT pg_advisory_unlock(" LOCK_KEY ")", NULL, &rows);
    pg->shielded = false;
    return result;
}
