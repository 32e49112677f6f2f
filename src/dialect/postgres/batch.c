/*
 * Statements that belong together.
 *
 * In a transaction they go out as one libpq pipeline: BEGIN, the statements, COMMIT, and a single wait for all the
 * answers, so that a migration costs one round trip.  Long batches are cut into chunks inside the one transaction.
 * Without a transaction each statement goes alone through the simple protocol, which opens no implicit block, so that
 * CREATE INDEX CONCURRENTLY and VACUUM work.
 */
#include "base/text.h"
#include "dialect/postgres/pg.h"

enum { CHUNK_STEPS = 1000, CHUNK_BYTES = 4 << 20 };

struct pipeline {
    struct ctx *ctx;
    struct pg_conn *conn;
    struct batch *batch;
    int first; /* step of the chunk's first */
    int end;   /* behind its last */
};

/* Statements of a file end where the next one begins: libpq wants a zero byte there. */
static const char *step_sql(struct arena *mem, const struct batch_step *step)
{
    return step->sql[step->length] == '\0' ? step->sql : arena_copy(mem, step->sql, step->length);
}

static int step_check(struct ctx *ctx, const struct batch_step *step)
{
    if (memchr(step->sql, '\0', step->length) == NULL)
        return 0;
    fail(ctx, ERR_SYNTAX, "a statement holds a zero byte, which PostgreSQL cannot take");
    return fail_hint(ctx, "Remove it from the file; an editor may show it as ^@.");
}

static int pipeline_send(struct pipeline *pipeline, const char *sql, const struct names *params)
{
    int n = params != NULL ? params->n : 0;

    if (!PQsendQueryParams(pipeline->conn->pg, sql, n, NULL, n > 0 ? params->item : NULL, NULL, NULL, 0))
        return pg_fail_lost(pipeline->ctx, pipeline->conn);
    return 0;
}

static int chunk_send(struct pipeline *pipeline)
{
    struct batch *batch = pipeline->batch;
    size_t bytes = 0;

    if (pipeline->first == 0)
        TRY(pipeline_send(pipeline, "BEGIN", NULL));
    for (pipeline->end = pipeline->first; pipeline->end < batch->n; pipeline->end++) {
        const struct batch_step *step = &batch->step[pipeline->end];
        struct arena_mark mark = arena_save(pipeline->ctx->mem);
        int sent;
        if (pipeline->end - pipeline->first >= CHUNK_STEPS || bytes > CHUNK_BYTES)
            break;
        bytes += step->length;
        sent = pipeline_send(pipeline, step_sql(pipeline->ctx->mem, step), step->params);
        if (sent < 0)
            return sent;
        arena_rewind(pipeline->ctx->mem, mark);
    }
    if (pipeline->end == batch->n)
        TRY(pipeline_send(pipeline, "COMMIT", NULL));
    if (!PQpipelineSync(pipeline->conn->pg))
        return pg_fail_lost(pipeline->ctx, pipeline->conn);
    return pg_flush(pipeline->ctx, pipeline->conn);
}

static void step_failed(struct batch *batch, int step, const PGresult *result)
{
    batch->failed = step;
    if (step >= 0 && step < batch->n) {
        const char *text = batch->step[step].sql;
        long position = pg_position(result, text);
        batch->position = position <= (long)batch->step[step].length ? position : -1;
    }
}

/* The results of one statement, up to the NULL that ends them. `step` is -1 for BEGIN and batch->n for COMMIT. */
static int step_results(struct pipeline *pipeline, int step, int outcome)
{
    struct batch *batch = pipeline->batch;

    for (bool first = true;; first = false) {
        __attribute__((cleanup(pg_result_clear))) PGresult *result = NULL;
        TRY(pg_result(pipeline->ctx, pipeline->conn, &result));
        if (result == NULL)
            return outcome;
        if (outcome == 0 && pg_failed(result)) {
            outcome = pg_fail(pipeline->ctx, pipeline->conn, result);
            step_failed(batch, step, result);
        } else if (outcome == 0 && first && step >= 0 && step < batch->n && batch->done != NULL)
            batch->done(batch->sink, step);
    }
}

static int sync_result(struct pipeline *pipeline)
{
    __attribute__((cleanup(pg_result_clear))) PGresult *result = NULL;

    return pg_result(pipeline->ctx, pipeline->conn, &result);
}

static int chunk_run(struct pipeline *pipeline)
{
    int outcome = 0;

    TRY(ctx_check(pipeline->ctx));
    TRY(chunk_send(pipeline));
    if (pipeline->first == 0)
        outcome = step_results(pipeline, -1, outcome);
    for (int i = pipeline->first; i < pipeline->end && PQstatus(pipeline->conn->pg) == CONNECTION_OK; i++)
        outcome = step_results(pipeline, i, outcome);
    if (pipeline->end == pipeline->batch->n && PQstatus(pipeline->conn->pg) == CONNECTION_OK)
        outcome = step_results(pipeline, pipeline->batch->n, outcome);
    if (PQstatus(pipeline->conn->pg) == CONNECTION_OK)
        TRY(sync_result(pipeline));
    return outcome;
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
    struct pipeline pipeline = {.ctx = ctx, .conn = conn, .batch = batch};
    int outcome = 0;

    if (!PQenterPipelineMode(conn->pg))
        return pg_fail_lost(ctx, conn);
    do {
        outcome = chunk_run(&pipeline);
        pipeline.first = pipeline.end;
    } while (outcome == 0 && pipeline.end < batch->n);
    PQexitPipelineMode(conn->pg);
    if (outcome < 0)
        undo(ctx, conn);
    conn->conn.in_transaction = false;
    return outcome;
}

static int step_alone(struct ctx *ctx, struct pg_conn *conn, struct batch *batch, int step)
{
    struct arena_mark mark = arena_save(ctx->mem);
    const char *sql = step_sql(ctx->mem, &batch->step[step]);
    const struct names *params = batch->step[step].params;
    int sent = params != NULL ? PQsendQueryParams(conn->pg, sql, params->n, NULL, params->item, NULL, NULL, 0)
                              : PQsendQuery(conn->pg, sql);
    int outcome = 0;

    if (!sent)
        return pg_fail_lost(ctx, conn);
    arena_rewind(ctx->mem, mark);
    TRY(pg_flush(ctx, conn));
    for (;;) {
        __attribute__((cleanup(pg_result_clear))) PGresult *result = NULL;
        TRY(pg_result(ctx, conn, &result));
        if (result == NULL)
            return outcome;
        if (outcome == 0 && pg_failed(result)) {
            outcome = pg_fail(ctx, conn, result);
            step_failed(batch, step, result);
        }
    }
}

static int batch_singly(struct ctx *ctx, struct pg_conn *conn, struct batch *batch)
{
    for (int i = 0; i < batch->n; i++) {
        int outcome = ctx_check(ctx);
        if (outcome == 0)
            outcome = step_alone(ctx, conn, batch, i);
        conn->conn.in_transaction = PQtransactionStatus(conn->pg) != PQTRANS_IDLE;
        if (outcome < 0) {
            batch->failed = i;
            return outcome;
        }
        if (batch->done != NULL)
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
