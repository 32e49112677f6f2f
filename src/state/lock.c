/*
 * Only one runner at a time.  The lock itself is the engine's and dies with its holder; the row in _dbwarden_lock
 * only shows who that is, so a row without a lock is what a killed holder left behind and means nothing.  Only where sessions
 * cannot lock the row decides, as a lease (lease.c).
 * 0.8.2's dbwarden_lock is not obeyed, and made only where somebody asks for it: that tool never took it either.
 */
#include "state/parts.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"

#define POLL_FIRST   0.1
#define POLL_LONGEST 1.0

struct lock {
    struct ctx *ctx;
    struct state *state;
    bool shown;
    struct lease *lease; /* NULL: the lock is the session's */
};

char *lock_at(struct arena *mem, const char *file, int number, int of)
{
    return arena_printf(mem, "%d/%d %s", number, of, file);
}

/* What is not as lock_at() writes it says nothing. */
static void at_read(struct arena *mem, const char *at, struct lock_holder *holder)
{
    const char *slash = at ? strchr(at, '/') : NULL, *blank = slash ? strchr(slash, ' ') : NULL;
    int64_t number, of;
    if (!blank || !text_to_int(text_slice(mem, at, 0, (size_t)(slash - at)), &number) || number < 0 ||
        !text_to_int(text_slice(mem, slash, 1, (size_t)(blank - slash)), &of) || of < number)
        return;
    holder->file = blank + 1;
    holder->statement = number;
    holder->statements = of;
}

static int read_row(struct ctx *ctx, struct state *state, struct lock_holder *holder)
{
    struct look look;
    const struct state_sql *known = conn_state(state->conn);
    TRY(state_look(ctx, state, LOCK_TABLE, "token", &look));
    if (!look.table)
        return 0;
    struct rows rows;
    const char *sql = state_sql(ctx, state, look.column ? known->lease_select : known->lock_select, LOCK_TABLE);
    int code = conn_query(ctx, state->conn, sql, NULL, &rows);
    if (code == ERR_SQL &&
        state->conn->dialect->driver->lease_take) { /* the table is the lock: it may be gone by now */
        struct error error = ctx->error;
        TRY(state_look(ctx, state, LOCK_TABLE, "token", &look));
        ctx->error = look.table ? error : (struct error){0};
        return look.table ? code : 0;
    }
    TRY(code);
    if (!rows.row.n)
        return 0;
    const char **cell = rows.row.item[0];
    holder->owner = cell[0];
    holder->host = cell[1];
    holder->pid = cell[2];
    holder->since = cell[3];
    at_read(ctx->mem, cell[5], holder);
    const char *live = rows_cell(&rows, 0, "live");
    if (live && (*live == 't' || *live == '1'))
        holder->left = rows_cell(&rows, 0, "left");
    return 0;
}

static char *describe(struct arena *mem, const struct lock_holder *holder)
{
    if (!holder->owner)
        return arena_dup(mem, "somebody who does not say");
    const char *at = holder->file ? arena_printf(mem, " (%s)", holder->file) : "";
    return arena_printf(mem, "%s on %s, process %s, since %s%s", holder->owner, holder->host ? holder->host : "?",
                        holder->pid ? holder->pid : "?", holder->since ? holder->since : "?", at);
}

static int lock_try(struct ctx *ctx, struct state *state, const char *why, struct lease **lease, bool *taken)
{
    const struct driver *driver = state->conn->dialect->driver;
    if (why) {
        TRY(lease_try(ctx, state, lease));
        *taken = *lease != NULL;
        return 0;
    }
    TRY(driver->lock_try(ctx, state->conn, taken));
    if (!*taken)
        return 0;
    bool live = false;
    int code = lease_end(ctx, state, &live);
    *taken = code == 0 && !live;
    if (!*taken) {
        struct error error = ctx->error;
        driver->lock_release(ctx, state->conn);
        ctx->error = error;
    }
    return code;
}

/* What decides here, and so what has to be there for it. */
static int lock_doubt(struct ctx *ctx, struct state *state, const char **why)
{
    const struct driver *driver = state->conn->dialect->driver;
    bool known = *why;
    if (driver->lock_doubt)
        TRY(driver->lock_doubt(ctx, state->conn, why));
    if (!*why || known)
        return 0;
    emit_debug(ctx, "the lock is a lease, because %s", *why);
    return lease_prepare(ctx, state);
}

static int fail_held(struct ctx *ctx, const struct conn *conn, const struct lock_holder *holder)
{
    fail(ctx, ERR_LOCKED, "the migration lock of %s is held by %s", conn->target, describe(ctx->mem, holder));
    if (holder->left)
        return fail_hint(
            ctx,
            "Wait until that runner is done, or give --wait-for-runner more seconds; if it died, its lease "
            "runs out in %s seconds.",
            holder->left);
    return fail_hint(
        ctx, "Wait until that runner is done, or give --wait-for-runner more seconds; the lock of a runner that "
             "died is free.");
}

static int wait_for_lock(struct ctx *ctx, struct state *state, double seconds, struct lease **lease)
{
    struct conn *conn = state->conn;
    struct lock_holder holder = {0};
    bool taken = false;
    const char *why = NULL;
    double began = clock_monotonic(), pause = POLL_FIRST;
    for (int tries = 0;; tries++) {
        TRY(ctx_check(ctx));
        TRY(lock_doubt(ctx, state, &why));
        TRY(lock_try(ctx, state, why, lease, &taken));
        if (taken)
            return 0;
        double left = seconds - (clock_monotonic() - began);
        if (!tries || left <= 0)
            TRY(read_row(ctx, state, &holder));
        if (left <= 0)
            break;
        if (!tries)
            emit_info(ctx, "waiting for the migration lock of %s, held by %s%s%s", conn->target,
                      describe(ctx->mem, &holder), why ? "; it is a lease, because " : "", why ? why : "");
        ctx_sleep(ctx, pause < left ? pause : left);
        pause = pause * 2 < POLL_LONGEST ? pause * 2 : POLL_LONGEST;
    }
    return fail_held(ctx, conn, &holder);
}

int lock_show(struct lock *lock, const char *at)
{
    struct ctx *ctx = lock->ctx;
    struct state *state = lock->state;
    if (lock->shown) {
        lock_note(lock, state->conn, at);
        return 0;
    }
    const struct state_sql *sql = conn_state(state->conn);
    TRY(state_create(ctx, state, sql->create_lock, LOCK_TABLE));
    const char *pid = arena_printf(ctx->mem, "%d", (int)getpid());
    const struct names *params = PARAMS(ctx->mem, state_user(ctx->mem), state_host(ctx->mem), pid, at);
    struct batch_step step = state_step(state_sql(ctx, state, sql->lock_show, LOCK_TABLE), params);
    struct batch batch = {.step = &step, .n = 1};
    TRY(conn_batch(ctx, state->conn, &batch));
    lock->shown = true;
    return 0;
}

int lock_acquire(struct ctx *ctx, struct state *state, double seconds, struct lock **lock)
{
    *lock = NULL;
    struct lease *lease = NULL;
    TRY(wait_for_lock(ctx, state, seconds, &lease));
    struct lock *new = arena_outside(sizeof *new);
    *new = (struct lock){.ctx = ctx, .state = state, .shown = lease, .lease = lease};
    *lock = new;
    return 0;
}

/* Runs when something may have failed or been cancelled already: neither is disturbed, and neither disturbs. */
void lock_release(struct lock **lock)
{
    struct lock *gone = *lock;
    *lock = NULL;
    if (!gone)
        return;
    struct ctx *ctx = gone->ctx;
    struct error error = ctx->error;
    int asked = ctx_shield(ctx);
    struct conn *conn = gone->state->conn;
    if (gone->lease) {
        lease_release(ctx, gone->state, gone->lease);
    } else {
        if (gone->shown)
            conn_exec(ctx, conn, state_sql(ctx, gone->state, conn_state(conn)->lock_clear, LOCK_TABLE));
        conn->dialect->driver->lock_release(ctx, conn);
    }
    ctx_unshield(ctx, asked);
    ctx->error = error;
    free(gone);
}

void lock_note(struct lock *lock, struct conn *conn, const char *at)
{
    if (!lock || !lock->shown)
        return;
    struct ctx *ctx = lock->ctx;
    struct error error = ctx->error;
    const struct driver *driver = lock->state->conn->dialect->driver;
    if (driver->lock_note) {
        driver->lock_note(lock->state->conn, at);
    } else if (conn) {
        const char *text = state_sql(ctx, lock->state, conn_state(conn)->lock_statement, LOCK_TABLE);
        struct batch_step step = state_step(text, PARAMS(ctx->mem, at));
        struct batch batch = {.step = &step, .n = 1};
        conn_batch(ctx, conn, &batch);
    }
    ctx->error = error;
}

static int read_legacy(struct ctx *ctx, struct state *state, bool *locked)
{
    bool exists;
    *locked = false;
    TRY(state_has(ctx, state, LEGACY_LOCK_TABLE, &exists));
    if (!exists)
        return 0;
    struct rows rows;
    const char *sql = state_sql(ctx, state, "SELECT locked FROM @t WHERE id = 1", LEGACY_LOCK_TABLE);
    TRY(conn_query(ctx, state->conn, sql, NULL, &rows));
    const char *value = rows.row.n ? ((const char **)rows.row.item[0])[0] : NULL;
    *locked = value && (*value == '1' || *value == 't' || *value == 'T');
    return 0;
}

int lock_legacy_make(struct ctx *ctx, struct state *state)
{
    static const char sql[] =
        "CREATE TABLE @t (id INTEGER PRIMARY KEY, locked BOOLEAN NOT NULL DEFAULT FALSE, acquired_at TIMESTAMP NULL)";
    bool exists;
    TRY(state_has(ctx, state, LEGACY_LOCK_TABLE, &exists));
    return exists ? 0 : conn_exec(ctx, state->conn, state_sql(ctx, state, sql, LEGACY_LOCK_TABLE));
}

int lock_read(struct ctx *ctx, struct state *state, struct lock_holder *holder)
{
    *holder = (struct lock_holder){0};
    int code = state->conn->dialect->driver->lock_look(ctx, state->conn, &holder->held);
    if (code == ERR_CANCELLED || code == ERR_CONNECT)
        return code;
    const struct driver *driver = state->conn->dialect->driver;
    const char *at = NULL;
    TRY(read_row(ctx, state, holder));
    if (holder->held && driver->lock_said)
        TRY(driver->lock_said(ctx, state->conn, &at));
    at_read(ctx->mem, at, holder);
    if (code < 0) /* whoever may not even look has only the row to go by */
        holder->held = holder->owner != NULL;
    holder->held = holder->held || holder->left;
    ctx->error = (struct error){0};
    return read_legacy(ctx, state, &holder->legacy);
}

int lock_forget(struct ctx *ctx, struct state *state)
{
    struct lock *lock;
    TRY(lock_acquire(ctx, state, 0, &lock));
    bool exists = false, legacy;
    int code = lock->lease ? 0 : state_has(ctx, state, LOCK_TABLE, &exists); /* a lease takes its row with it */
    if (!code && exists)
        code = conn_exec(ctx, state->conn, state_sql(ctx, state, conn_state(state->conn)->lock_clear, LOCK_TABLE));
    lock_release(&lock);
    TRY(code);
    TRY(read_legacy(ctx, state, &legacy));
    if (!legacy)
        return 0;
    const char *sql = "UPDATE @t SET locked = FALSE, acquired_at = NULL WHERE id = 1";
    return conn_exec(ctx, state->conn, state_sql(ctx, state, sql, LEGACY_LOCK_TABLE));
}
