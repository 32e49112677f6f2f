/*
 * The session lock: an advisory lock of the database, asked for without waiting; and the proof that a session can hold one.
 *
 * A pooler shows itself by a process id that is not the backend's.  In transaction mode it gives each transaction another
 * backend, so a lock that is taken through one belongs to nobody, and ending that backend would end somebody else's work.
 * Session mode is believed only after a property of our session has survived while a second connection was busy: in doubt
 * the lease decides (state/lease.c), which works everywhere.
 */
#include "base/text.h"
#include "dialect/postgres/pg.h"

/* How often the property has to survive. */
enum { PROOF_ROUNDS = 5 };

/* ERR_SQL of a query that must not fail is passed on; a row is always there. */
static int query_cells(struct ctx *ctx, struct conn *conn, const char *sql, const struct names *params,
                       const char *const **cells)
{
    struct rows rows;
    TRY(pg_query(ctx, conn, sql, params, &rows));
    *cells = rows.row.item[0];
    return 0;
}

static bool same_backend(const char *pid, int number)
{
    int64_t said;
    return pid && text_to_int(pid, &said) && said == number;
}

/* Is the backend still ours, with what we set in it? */
static int session_asked(struct ctx *ctx, struct conn *conn, const char *mark, const char *pid, bool *ours)
{
    const char *const *cell;
    TRY(query_cells(ctx, conn, "SELECT pg_backend_pid(), current_setting('dbwarden.proof', true)", NULL, &cell));
    *ours = text_equal(cell[0], pid) && text_equal(cell[1], mark);
    return 0;
}

/*
 * Round after round the other connection is used more often, so that no pool that hands out its backends in turn gives
 * each of us the same ones by rule.
 */
static int session_survives(struct ctx *ctx, struct conn *conn, struct conn *other, bool *proven)
{
    const char *mark = pg_random_text(ctx->mem), *const * cell;
    struct names params = {0};
    names_add(ctx->mem, &params, mark);
    TRY(query_cells(ctx, conn, "SELECT pg_backend_pid(), set_config('dbwarden.proof', $1, false)", &params, &cell));
    const char *pid = cell[0];
    *proven = true;
    for (int round = 1; *proven && round <= PROOF_ROUNDS; round++) {
        for (int i = 0; *proven && i < round; i++) {
            TRY(query_cells(ctx, other, "SELECT pg_backend_pid()", NULL, &cell));
            *proven = !text_equal(cell[0], pid);
        }
        if (*proven)
            TRY(session_asked(ctx, conn, mark, pid, proven));
    }
    return 0;
}

/* Statement mode refuses every transaction, and ends the connection with it. */
static int transactions_check(struct ctx *ctx, const struct conn *conn, struct conn *other)
{
    int code = pg_exec(ctx, other, "BEGIN");
    if (code == 0)
        return pg_exec(ctx, other, "ROLLBACK");
    if (code == ERR_CANCELLED || !text_has(ctx->error.message, "statement pooling"))
        return code;
    fail(ctx, ERR_UNSUPPORTED, "%s is reached through a pooler that allows no transactions", conn->target);
    return fail_hint(ctx, "Give a URL that leads to the server itself, or to a pooler in transaction or session mode.");
}

static int pooler_asked(struct ctx *ctx, struct pg_conn *conn, bool *proven)
{
    struct conn *other = NULL;
    struct error error = ctx->error;
    *proven = false;
    int code = pg_open(ctx, &conn->url, NULL, &other);
    if (code == ERR_CONNECT) { /* a pool of one: nothing can be proved */
        ctx->error = error;
        return 0;
    }
    if (code == 0)
        code = transactions_check(ctx, &conn->conn, other);
    if (code == 0)
        code = session_survives(ctx, &conn->conn, other, proven);
    pg_close(other);
    return code;
}

int pg_lock_doubt(struct ctx *ctx, struct conn *conn, const char **why)
{
    struct pg_conn *pg = (struct pg_conn *)conn;
    const char *const *cell;
    *why = pg->no_lock;
    if (pg->asked_lock)
        return 0;
    TRY(query_cells(ctx, conn, "SELECT pg_backend_pid(), version()", NULL, &cell));
    bool proven = true;
    pg->one_session = text_has(cell[1], "PGlite");
    if (pg->one_session)
        pg->no_lock = "all connections to it are one session";
    else if (!same_backend(cell[0], PQbackendPID(pg->pg)))
        TRY(pooler_asked(ctx, pg, &proven));
    if (!proven) {
        pg->no_lock = "a pooler in between gives no session a backend of its own";
        conn->pooled = true;
        pg->no_options = true; /* whatever was said at the start, the backends have not heard it */
        pg->startup = (struct limits){0};
    }
    pg->asked_lock = true;
    *why = pg->no_lock;
    return 0;
}

const struct url *pg_reached(const struct conn *conn)
{
    return &((const struct pg_conn *)conn)->url;
}

int pg_twin(struct ctx *ctx, struct conn *conn, const struct conn_options *options, struct conn **twin)
{
    struct pg_conn *pg = (struct pg_conn *)conn;
    TRY(pg_open(ctx, &pg->url, options, twin));
    ((struct pg_conn *)*twin)->one_session = pg->one_session;
    return 0;
}

const char *pg_lock_key(struct arena *mem, const char *schema)
{
    uint64_t key = 14695981039346656037U; /* FNV-1a */
    if (!schema)
        return PG_LOCK_KEY;
    for (; *schema; schema++)
        key = (key ^ (unsigned char)*schema) * 1099511628211U;
    return arena_printf(mem, "%" PRId64, (int64_t)(key >> 1));
}

int pg_lock_try(struct ctx *ctx, struct conn *conn, bool *taken)
{
    const char *const *cell;
    const char *sql = arena_printf(ctx->mem, "SELECT pg_try_advisory_lock(%s)", ((struct pg_conn *)conn)->lock_key);
    TRY(query_cells(ctx, conn, sql, NULL, &cell));
    *taken = ((struct pg_conn *)conn)->locked = text_equal(cell[0], "t");
    return 0;
}

int pg_lock_look(struct ctx *ctx, struct conn *conn, bool *held)
{
    const char *const *cell;
    const char *sql = arena_printf(
        ctx->mem,
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 "
        "AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()) "
        "AND (classid::bigint << 32 | objid::bigint) = %s)",
        ((struct pg_conn *)conn)->lock_key);
    TRY(query_cells(ctx, conn, sql, NULL, &cell));
    *held = text_equal(cell[0], "t");
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
    const char *sql = arena_printf(ctx->mem, "SELECT pg_advisory_unlock(%s)", pg->lock_key);
    result = pg_query(ctx, conn, sql, NULL, &rows);
    pg->shielded = false;
    return result;
}
