/*
 * How long statements took, for `history`.  They are known only when the file's own row in the journal is on its way, so they are
 * written after the run, all files' in one transaction: a run that is killed has none, which costs nothing but them.
 */
#include "run/execution.h"

#include "base/text.h"

enum { SLOWEST = 100 };

void execution_times_open(struct execution *execution)
{
    if (execution->split->n > 1)
        execution->slowest = NEW_ARRAY(execution->ctx->mem, struct statement_time, SLOWEST);
}

/* In a file of very many the fastest one makes room. */
void execution_timed(struct execution *execution, int number, double seconds)
{
    struct statement_time *slowest = execution->slowest;
    int at = 0;
    if (!slowest)
        return;
    if (execution->timed < SLOWEST) {
        slowest[execution->timed++] = (struct statement_time){number, seconds};
        return;
    }
    for (int i = 1; i < SLOWEST; i++)
        at = slowest[i].seconds < slowest[at].seconds ? i : at;
    if (seconds <= slowest[at].seconds)
        return;
    memmove(&slowest[at], &slowest[at + 1], sizeof *slowest * (size_t)(SLOWEST - 1 - at));
    slowest[SLOWEST - 1] = (struct statement_time){number, seconds};
}

void execution_times_end(struct execution *execution)
{
    struct session *session = execution->session;
    struct buf text;
    if (!execution->timed)
        return;
    if (!session->timed_mem)
        session->timed_mem = arena_open(0);
    buf_init(&text, session->timed_mem);
    for (int i = 0; i < execution->timed; i++)
        buf_addf(&text, "%c[%d,%" PRId64 "]", i ? ',' : '[', execution->slowest[i].number,
                 (int64_t)(execution->slowest[i].seconds * 1e6));
    buf_add_c(&text, ']');
    struct timed *timed = NEW(session->timed_mem, struct timed);
    *timed = (struct timed){arena_dup(session->timed_mem, execution->migration->journal_name), text.data};
    list_add(session->timed_mem, &session->timed, timed);
}

void session_keep_times(struct ctx *ctx, struct session *session)
{
    struct error error = ctx->error;
    struct batch batch = {.transaction = true};
    if (!session->timed.n || error.code == ERR_CONNECT || error.code == ERR_LOCKED || ctx_asked(ctx))
        return;
    batch.step = NEW_ARRAY(ctx->mem, struct batch_step, session->timed.n);
    for (int i = 0; i < session->timed.n; i++) {
        const struct timed *timed = session->timed.item[i];
        batch.step[batch.n++] = journal_times(ctx, &session->state, timed->journal_name, timed->times);
    }
    if (conn_batch(ctx, session->conn, &batch) < 0)
        emit_debug(ctx, "times of statements are not kept: %s", ctx->error.message);
    session->timed = (struct list){0};
    ctx->error = error;
}
