/*
 * The lease: who works on the database where sessions cannot lock, because a transaction pooler gives them a new backend each
 * time, or because all of them are one.  A row with a random token and a time at which it runs out, by the server's clock.
 *
 * Its one idea is the fence: each transaction of ours begins by extending the row under our token, which fails if that is
 * not there any more, and so holds the row until COMMIT: nobody can take over what is being done (conn_batch()).  What runs
 * outside a transaction has the fence before it, and a thread with a connection of its own extends the lease meanwhile.
 * Who holds the session lock looks here too, and who takes the lease looks at the session lock, so that both can be at work
 * on one database.  Not here: when which of them is used (lock.c).
 */
#include "state/parts.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/text.h"

/* A holder that is not heard of for so long has lost the lease; it says something four times as often. */
enum { LEASE_SECONDS = 60, LEASE_BEATS = 4 };

struct lease {
    struct arena *mem;
    struct conn *conn;
    struct batch_step fence;
    struct batch_step extend;
    double pause; /* between two beats */
    pthread_t thread;
    bool beating;
    pthread_mutex_t mutex;
    pthread_cond_t ended;
    bool end;       /* under the mutex */
    struct ctx ctx; /* the thread's own; others touch its `cancel` alone */
};

static double lease_seconds(void)
{
    const char *text = getenv("DBWARDEN_LEASE_SECONDS");
    int64_t said;
    return text && text_to_int(text, &said) && said > 0 ? (double)said : LEASE_SECONDS;
}

/* ---- the heart */

static bool wait_for_end(struct lease *lease)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    double at = (double)until.tv_sec + (double)until.tv_nsec / 1e9 + lease->pause;
    until.tv_sec = (time_t)at;
    until.tv_nsec = (long)((at - (double)until.tv_sec) * 1e9);
    pthread_mutex_lock(&lease->mutex);
    int code = 0;
    while (!lease->end && !code)
        code = pthread_cond_timedwait(&lease->ended, &lease->mutex, &until);
    bool end = lease->end;
    pthread_mutex_unlock(&lease->mutex);
    return end;
}

/* Whatever fails is tried again at the next beat; that it failed for too long is what the fence says. */
static void *heart_run(void *argument)
{
    struct lease *lease = argument;
    struct conn *twin __attribute__((cleanup(conn_close))) = NULL;
    while (!wait_for_end(lease)) {
        struct ctx *ctx = &lease->ctx;
        struct arena_mark mark = arena_save(ctx->mem);
        if (!twin && conn_twin(ctx, lease->conn, NULL, &twin) < 0)
            twin = NULL;
        struct batch_step step = lease->extend;
        struct batch batch = {.step = &step, .n = 1};
        if (twin && conn_batch(ctx, twin, &batch) < 0)
            conn_close(&twin);
        ctx->error = (struct error){0};
        arena_rewind(ctx->mem, mark);
    }
    return NULL;
}

/* Signals are for the thread that works. */
static void heart_start(struct lease *lease)
{
    pthread_condattr_t monotonic;
    sigset_t all, before;
    ctx_open(&lease->ctx, 0);
    pthread_mutex_init(&lease->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&lease->ended, &monotonic);
    pthread_condattr_destroy(&monotonic);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    lease->beating = !pthread_create(&lease->thread, NULL, heart_run, lease);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void heart_stop(struct lease *lease)
{
    pthread_mutex_lock(&lease->mutex);
    lease->end = true;
    pthread_cond_signal(&lease->ended);
    pthread_mutex_unlock(&lease->mutex);
    atomic_store(&lease->ctx.cancel, 1);
    if (lease->beating)
        pthread_join(lease->thread, NULL);
    pthread_cond_destroy(&lease->ended);
    pthread_mutex_destroy(&lease->mutex);
    ctx_close(&lease->ctx);
}

/* ---- the row */

int lease_prepare(struct ctx *ctx, struct state *state)
{
    const struct state_sql *sql = conn_state(state->conn);
    struct look look;
    TRY(state_look(ctx, state, LOCK_TABLE, "token", &look));
    if (look.column || !sql->lease_prepare)
        return 0;
    struct batch batch = {.transaction = true};
    batch.step = NEW_ARRAY(ctx->mem, struct batch_step, 8);
    for (const char *const *text = sql->lease_prepare; *text; text++)
        batch.step[batch.n++] = state_step(state_sql(ctx, state, *text, LOCK_TABLE), NULL);
    return conn_batch(ctx, state->conn, &batch);
}

/* Texts and parameters that live as long as the lease. */
static struct batch_step kept_step(struct ctx *ctx, struct arena *mem, const struct state *state, const char *text,
                                   const struct names *params)
{
    return state_step(arena_dup(mem, state_sql(ctx, state, text, LOCK_TABLE)), params);
}

static struct lease *lease_new(struct ctx *ctx, struct state *state, const char *token, const char *seconds)
{
    struct arena *mem = arena_open(0);
    struct lease *lease = NEW(mem, struct lease);
    const struct state_sql *sql = conn_state(state->conn);
    const struct names *params = PARAMS(mem, arena_dup(mem, token), arena_dup(mem, seconds));
    lease->mem = mem;
    lease->conn = state->conn;
    lease->pause = lease_seconds() / LEASE_BEATS;
    lease->fence = kept_step(ctx, mem, state, sql->lease_fence, params);
    lease->extend = kept_step(ctx, mem, state, sql->lease_extend, params);
    return lease;
}

static int token_make(struct ctx *ctx, const char **token)
{
    unsigned char bytes[24];
    if (getentropy(bytes, sizeof bytes) < 0)
        return fail(ctx, ERR_FAILED, "the system has no random numbers");
    *token = arena_printf(ctx->mem, "%.32s", hash_sha256(ctx->mem, (const char *)bytes, sizeof bytes));
    return 0;
}

/* An INSERT would wait for who holds the row. */
static int row_make(struct ctx *ctx, struct state *state)
{
    const struct state_sql *sql = conn_state(state->conn);
    struct rows rows;
    TRY(conn_query(ctx, state->conn, state_sql(ctx, state, sql->lease_select, LOCK_TABLE), NULL, &rows));
    return rows.row.n ? 0 : conn_exec(ctx, state->conn, state_sql(ctx, state, sql->lease_row, LOCK_TABLE));
}

static int row_take(struct ctx *ctx, struct state *state, const struct names *claim, const char *token, bool *taken)
{
    const struct state_sql *sql = conn_state(state->conn);
    struct rows rows;
    TRY(row_make(ctx, state));
    if (sql->lease_free)
        TRY(conn_query(ctx, state->conn, state_sql(ctx, state, sql->lease_free, LOCK_TABLE), NULL, &rows));
    if (sql->lease_free && !rows.row.n)
        return 0;
    TRY(conn_query(ctx, state->conn, state_sql(ctx, state, sql->lease_take, LOCK_TABLE), claim, &rows));
    if (sql->lease_mine)
        TRY(conn_query(ctx, state->conn, state_sql(ctx, state, sql->lease_mine, LOCK_TABLE), PARAMS(ctx->mem, token),
                       &rows));
    *taken = rows.row.n > 0;
    return 0;
}

int lease_try(struct ctx *ctx, struct state *state, struct lease **lease)
{
    const struct driver *driver = state->conn->dialect->driver;
    const char *token = NULL, *seconds = arena_printf(ctx->mem, "%.0f", lease_seconds());
    const char *pid = arena_printf(ctx->mem, "%d", (int)getpid());
    bool taken = false;
    TRY(token_make(ctx, &token));
    const struct names *claim = PARAMS(ctx->mem, state_user(ctx->mem), state_host(ctx->mem), pid, token, seconds);
    if (driver->lease_take)
        TRY(driver->lease_take(ctx, state->conn, state_sql(ctx, state, "@t", LOCK_TABLE), claim, &taken));
    else
        TRY(row_take(ctx, state, claim, token, &taken));
    if (!taken)
        return 0;
    *lease = lease_new(ctx, state, token, seconds);
    state->conn->fence = &(*lease)->fence;
    heart_start(*lease);
    return 0;
}

static int give_back(struct ctx *ctx, struct state *state, struct conn *conn, const struct lease *lease)
{
    const struct dialect *dialect = conn->dialect;
    const char *token = lease->fence.params->item[0];
    if (dialect->driver->lease_release)
        return dialect->driver->lease_release(ctx, conn, state_sql(ctx, state, "@t", LOCK_TABLE), token);
    const char *text = state_sql(ctx, state, dialect->state->lease_release, LOCK_TABLE);
    return conn_query(ctx, conn, text, PARAMS(ctx->mem, token), NULL);
}

void lease_release(struct ctx *ctx, struct state *state, struct lease *lease)
{
    struct conn *twin __attribute__((cleanup(conn_close))) = NULL;
    heart_stop(lease);
    state->conn->fence = NULL;
    if (give_back(ctx, state, state->conn, lease) == ERR_CONNECT &&
        conn_twin(ctx, state->conn, NULL, &twin) == 0) /* others need not wait for its end */
        give_back(ctx, state, twin, lease);
    arena_close(lease->mem);
}

int lease_end(struct ctx *ctx, struct state *state, bool *live)
{
    const char *text = conn_state(state->conn)->lease_end;
    struct look look = {0};
    struct rows rows;
    *live = false;
    if (text)
        TRY(state_look(ctx, state, LOCK_TABLE, "token", &look));
    if (!look.column)
        return 0;
    TRY(conn_query(ctx, state->conn, state_sql(ctx, state, text, LOCK_TABLE), NULL, &rows));
    *live = !text_equal(((const char **)rows.row.item[0])[0], "0");
    return 0;
}
