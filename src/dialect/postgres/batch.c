/*
 * Statements that belong together.
 *
 * In a transaction they go out as one libpq pipeline: BEGIN, the statements, COMMIT, and a single wait for all the
 * answers, so that a migration costs one round trip.  Long batches are cut into chunks inside the one transaction, and
 * long runs of plain statements go another way (bulk.c).  Without a transaction each statement goes alone through the
 * simple protocol, which opens no implicit block, so that CREATE INDEX CONCURRENTLY and VACUUM work.
 */
#include "dialect/postgres/batch.h"

#include "base/text.h"

bool chunk_opens(const struct chunk *chunk)
{
    return chunk->first == 0 && !chunk->conn->conn.whole;
}

bool chunk_closes(const struct chunk *chunk)
{
    return chunk->end == chunk->batch->n && !chunk->conn->conn.whole;
}

void chunk_failed(struct chunk *chunk, int step, const PGresult *result)
{
    struct batch *batch = chunk->batch;
    long position;

    batch->failed = step;
    if (step < 0 || step >= batch->n)
        return;
    position = pg_position(result, batch->step[step].sql);
    batch->position = position <= (long)batch->step[step].length ? position : -1;
}

void chunk_done(struct chunk *chunk, int step)
{
    if (step >= 0 && step < chunk->batch->n && chunk->batch->done)
        chunk->batch->done(chunk->batch->sink, step);
}

/* Statements of a file end where the next one begins: libpq wants a zero byte there. */
static const char *step_sql(struct arena *mem, const struct batch_step *step)
{
    return step->sql[step->length] == '\0' ? step->sql : arena_copy(mem, step->sql, step->length);
}

static int step_check(struct ctx *ctx, const struct batch_step *step)
{
    TRY(copy_check(ctx, step));
    if (!memchr(step->sql, '\0', step->length))
        return 0;
    fail(ctx, ERR_SYNTAX, "a statement holds a zero byte, which PostgreSQL cannot take");
    return fail_hint(ctx, "Remove it from the file; an editor may show it as ^@.");
}

static int pipeline_send(struct chunk *chunk, const char *sql, const struct names *params)
{
    int n = params ? params->n : 0;

    if (!PQsendQueryParams(chunk->conn->pg, sql, n, NULL, n > 0 ? params->item : NULL, NULL, NULL, 0))
        return pg_fail_lost(chunk->ctx, chunk->conn);
    return 0;
}

static int step_send(struct chunk *chunk, const struct batch_step *step)
{
    struct arena_mark mark = arena_save(chunk->ctx->mem);
    int sent = pipeline_send(chunk, step_sql(chunk->ctx->mem, step), step->params);

    if (sent == 0)
        arena_rewind(chunk->ctx->mem, mark);
    return sent;
}

/*
 * Without being asked the server keeps its answers until the end, and nobody knows how far it is.  Of many statements not each is
 * asked about, nor is the only one, which takes what the file takes.
 */
static int answer_ask(struct chunk *chunk, const struct batch_step *step)
{
    enum { TOLD_SINGLY = 100 };
    const struct batch *batch = chunk->batch;
    bool only = chunk->end == 0 && batch->n > 1 && batch->step[1].params;
    bool told = !only && (batch->n <= TOLD_SINGLY || chunk->end % TOLD_SINGLY == 0);
    if (!batch->done || step->params || !told || PQsendFlushRequest(chunk->conn->pg))
        return 0;
    return pg_fail_lost(chunk->ctx, chunk->conn);
}

/* All of the chunk, but for the end of the pipeline. */
static int chunk_send(struct chunk *chunk)
{
    struct batch *batch = chunk->batch;
    size_t bytes = 0;

    if (chunk_opens(chunk))
        TRY(pipeline_send(chunk, "BEGIN", NULL));
    if (chunk_opens(chunk) && chunk->limits)
        TRY(pipeline_send(chunk, chunk->limits, NULL));
    for (chunk->end = chunk->first; chunk->end < batch->n; chunk->end++) {
        const struct batch_step *step = &batch->step[chunk->end];
        bool full = chunk->end - chunk->first >= CHUNK_STEPS || bytes > CHUNK_BYTES;
        if (full || (chunk->end > chunk->first && bulk_begins(batch, chunk->end)) || copy_is(step))
            break;
        bytes += step->length;
        TRY(step_send(chunk, step));
        TRY(answer_ask(chunk, step));
    }
    return chunk_closes(chunk) ? pipeline_send(chunk, "COMMIT", NULL) : 0;
}

static int pipeline_end(struct ctx *ctx, struct pg_conn *conn)
{
    return PQpipelineSync(conn->pg) ? pg_flush(ctx, conn) : pg_fail_lost(ctx, conn);
}

/* The results of one statement, up to the NULL that ends them. */
static int step_results(struct chunk *chunk, int step, int outcome)
{
    for (bool first = true;; first = false) {
        __attribute__((cleanup(pg_result_clear))) PGresult *result = NULL;
        TRY(pg_result(chunk->ctx, chunk->conn, &result));
        if (!result)
            return outcome;
        if (outcome == 0 && pg_failed(result)) {
            outcome = pg_fail(chunk->ctx, chunk->conn, result);
            chunk_failed(chunk, step, result);
        } else if (outcome == 0 && first) {
            chunk_done(chunk, step);
        }
    }
}

static bool is_connected(const struct chunk *chunk)
{
    return PQstatus(chunk->conn->pg) == CONNECTION_OK;
}

static int chunk_results(struct chunk *chunk, int outcome)
{
    if (chunk_opens(chunk))
        outcome = step_results(chunk, -1, outcome);
    if (chunk_opens(chunk) && chunk->limits && is_connected(chunk))
        outcome = step_results(chunk, -1, outcome);
    for (int i = chunk->first; i < chunk->end && is_connected(chunk); i++)
        outcome = step_results(chunk, i, outcome);
    if (chunk_closes(chunk) && is_connected(chunk))
        outcome = step_results(chunk, chunk->batch->n, outcome);
    return outcome;
}

/* The answer to the end of the pipeline. */
static int sync_result(const struct chunk *chunk, int outcome)
{
    __attribute__((cleanup(pg_result_clear))) PGresult *sync = NULL;
    if (is_connected(chunk))
        TRY(pg_result(chunk->ctx, chunk->conn, &sync));
    return outcome;
}

static int pipeline_run(struct chunk *chunk)
{
    int outcome;

    if (!PQenterPipelineMode(chunk->conn->pg))
        return pg_fail_lost(chunk->ctx, chunk->conn);
    outcome = chunk_send(chunk);
    if (outcome == 0)
        outcome = pipeline_end(chunk->ctx, chunk->conn);
    if (outcome == 0)
        outcome = sync_result(chunk, chunk_results(chunk, 0));
    PQexitPipelineMode(chunk->conn->pg);
    return outcome;
}

static int chunk_run(struct chunk *chunk)
{
    TRY(ctx_check(chunk->ctx));
    if (copy_is(&chunk->batch->step[chunk->first]))
        return copy_run(chunk);
    return bulk_begins(chunk->batch, chunk->first) ? bulk_run(chunk) : pipeline_run(chunk);
}

/* What stands between BEGIN and a COMMIT that will not come. The failure that led here must survive this. */
static void undo(struct ctx *ctx, struct pg_conn *conn)
{
    struct error error = ctx->error;

    if (PQstatus(conn->pg) != CONNECTION_OK || PQtransactionStatus(conn->pg) == PQTRANS_IDLE)
        return;
    conn->shielded = true;
    pg_exec(ctx, &conn->conn, "ROLLBACK");
    conn->shielded = false;
    ctx->error = error;
}

static int batch_transaction(struct ctx *ctx, struct pg_conn *conn, struct batch *batch)
{
    struct chunk chunk = {.ctx = ctx, .conn = conn, .batch = batch, .limits = pg_limits_sql(ctx->mem, conn, "true")};
    int outcome = conn->conn.whole ? pg_limits_within(ctx, conn) : 0;

    TRY(outcome);
    do {
        outcome = chunk_run(&chunk);
        chunk.first = chunk.end;
    } while (outcome == 0 && chunk.end < batch->n);
    if (outcome < 0)
        undo(ctx, conn);
    conn->conn.in_transaction = outcome == 0 && conn->conn.whole;
    return outcome;
}

/* ---- several transactions in one pipeline */

static bool goes_along(struct ctx *ctx, struct batch *batch)
{
    struct error error = ctx->error;
    bool along = true;
    for (int i = 0; along && i < batch->n; i++)
        along = !copy_is(&batch->step[i]) && step_check(ctx, &batch->step[i]) == 0;
    ctx->error = error;
    return along;
}

static void batch_tell(const struct batch *batch, int step)
{
    if (batch->done)
        batch->done(batch->sink, step);
}

/* Answers come as each of them ends, because each asks for that; else they would come with the last. */
static int batches_send(struct chunk *chunk, int n)
{
    for (int i = 0; i < n; i++) {
        TRY(chunk_send(&chunk[i]));
        if (!PQsendFlushRequest(chunk->conn->pg))
            return pg_fail_lost(chunk->ctx, chunk->conn);
    }
    return pipeline_end(chunk->ctx, chunk->conn);
}

static int batches_results(struct chunk *chunk, int n)
{
    int outcome = 0;
    for (int i = 0; i < n && is_connected(chunk); i++) {
        if (outcome == 0)
            batch_tell(chunk[i].batch, -1);
        outcome = chunk_results(&chunk[i], outcome);
        if (outcome == 0)
            batch_tell(chunk[i].batch, chunk[i].batch->n);
    }
    return sync_result(chunk, outcome);
}

int pg_batches(struct ctx *ctx, struct conn *conn, struct batch *const *batch, int n)
{
    struct pg_conn *pg = (struct pg_conn *)conn;
    const char *limits = conn->whole ? NULL : pg_limits_sql(ctx->mem, pg, "true");
    struct chunk *chunk = NEW_ARRAY(ctx->mem, struct chunk, n);
    int along = 0;
    pg->ctx = ctx;
    TRY(ctx_check(ctx));
    for (; along < n && goes_along(ctx, batch[along]); along++) {
        batch[along]->failed = -1;
        batch[along]->position = -1;
        chunk[along] = (struct chunk){.ctx = ctx, .conn = pg, .batch = batch[along], .limits = limits};
    }
    if (!along)
        return 0;
    if (conn->whole)
        TRY(pg_limits_within(ctx, pg));
    if (!PQenterPipelineMode(pg->pg))
        return pg_fail_lost(ctx, pg);
    int outcome = batches_send(chunk, along);
    if (outcome == 0)
        outcome = batches_results(chunk, along);
    PQexitPipelineMode(pg->pg);
    if (outcome < 0)
        undo(ctx, pg);
    conn->in_transaction = outcome == 0 && conn->whole;
    return outcome;
}

/* ---- one transaction over many batches */

int pg_whole_begin(struct ctx *ctx, struct conn *conn, bool look)
{
    (void)look;
    ((struct pg_conn *)conn)->limits_within = false;
    return pg_exec(ctx, conn, "BEGIN");
}

int pg_whole_commit(struct ctx *ctx, struct conn *conn, bool *again)
{
    (void)again;
    return pg_exec(ctx, conn, "COMMIT");
}

void pg_whole_undo(struct ctx *ctx, struct conn *conn)
{
    undo(ctx, (struct pg_conn *)conn);
    conn->in_transaction = false;
}

static int step_alone(struct ctx *ctx, struct pg_conn *conn, struct batch *batch, int step)
{
    if (copy_is(&batch->step[step]))
        return copy_alone(&(struct chunk){.ctx = ctx, .conn = conn, .batch = batch, .first = step, .end = step + 1});
    struct arena_mark mark = arena_save(ctx->mem);
    const char *sql = step_sql(ctx->mem, &batch->step[step]);
    const struct names *params = batch->step[step].params;
    int sent = params ? PQsendQueryParams(conn->pg, sql, params->n, NULL, params->item, NULL, NULL, 0)
                      : PQsendQuery(conn->pg, sql);
    int outcome = 0;

    if (!sent)
        return pg_fail_lost(ctx, conn);
    arena_rewind(ctx->mem, mark);
    TRY(pg_flush(ctx, conn));
    for (;;) {
        __attribute__((cleanup(pg_result_clear))) PGresult *result = NULL;
        TRY(pg_result(ctx, conn, &result));
        if (!result)
            return outcome;
        if (outcome == 0 && pg_failed(result)) {
            outcome = pg_fail(ctx, conn, result);
            chunk_failed(&(struct chunk){.batch = batch}, step, result);
        }
    }
}

/* In a scratch database, may the step be run again, or the whole transaction that it stands in? */
static bool is_helped(struct ctx *ctx, struct pg_conn *conn)
{
    struct error error = ctx->error;

    if (!pg_loans_may_help(conn, &error) || (conn->conn.in_transaction && pg_exec(ctx, &conn->conn, "ROLLBACK") < 0))
        return false;
    if (pg_loans_make(ctx, conn) > 0)
        return true;
    ctx->error = error;
    return false;
}

static int batch_singly(struct ctx *ctx, struct pg_conn *conn, struct batch *batch)
{
    TRY(pg_limits_alone(ctx, conn));
    for (int i = 0, begin = 0; i < batch->n; i++) {
        int outcome = ctx_check_within(ctx);
        if (!conn->conn.in_transaction)
            begin = i;
        if (outcome == 0)
            outcome = step_alone(ctx, conn, batch, i);
        conn->conn.in_transaction = PQtransactionStatus(conn->pg) != PQTRANS_IDLE;
        if (outcome == ERR_SQL && is_helped(ctx, conn)) {
            conn->conn.in_transaction = false;
            i = begin - 1;
            continue;
        }
        if (outcome < 0) {
            batch->failed = i;
            return outcome;
        }
        if (batch->done)
            batch->done(batch->sink, i);
    }
    return 0;
}

int pg_batch(struct ctx *ctx, struct conn *conn, struct batch *batch)
{
    struct pg_conn *pg = (struct pg_conn *)conn;

    batch->failed = -1;
    batch->position = -1;
    pg->ctx = ctx;
    TRY(ctx_check(ctx));
    for (int i = 0; i < batch->n; i++) {
        int checked = step_check(ctx, &batch->step[i]);
        if (checked < 0) {
            batch->failed = i;
            return checked;
        }
    }
    return batch->transaction ? batch_transaction(ctx, pg, batch) : batch_singly(ctx, pg, batch);
}
