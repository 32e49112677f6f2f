/*
 * Many statements without parameters, as one message of the simple protocol.
 *
 * The extended protocol costs the server half as much again for each small statement.  The price of the simple one is
 * that a failure says only where in the whole message it is: the statement is found by that place, or by counting the
 * answers before it, one per statement.
 */
#include "base/text.h"
#include "dialect/postgres/batch.h"

/* A statement that is only a comment has no answer, and would throw the count out. */
static bool is_plain(const struct batch_step *step)
{
    struct lexer lexer;

    if (step->params || copy_is(step))
        return false;
    lex_open(&lexer, &pg_lex, step->sql, step->length);
    return lex_next_code(&lexer).kind != TOKEN_END;
}

bool bulk_begins(const struct batch *batch, int step)
{
    if (batch->n - step < BULK_STEPS)
        return false;
    for (int i = step; i < step + BULK_STEPS; i++)
        if (batch->step[i].params)
            return false;
    return is_plain(&batch->step[step]);
}

struct bulk {
    struct chunk *chunk;
    struct buf text;
    size_t *start; /* of each step in the text */
};

static void bulk_add(struct bulk *bulk, const char *sql, size_t length)
{
    buf_add_n(&bulk->text, sql, length);
    buf_add(&bulk->text, "\n;"); /* a new line, because the statement may end in a comment */
}

static void bulk_collect(struct bulk *bulk)
{
    struct chunk *chunk = bulk->chunk;
    const struct batch *batch = chunk->batch;

    buf_init(&bulk->text, chunk->ctx->mem);
    bulk->start = NEW_ARRAY(chunk->ctx->mem, size_t, CHUNK_STEPS);
    if (chunk_opens(chunk))
        bulk_add(bulk, "BEGIN", strlen("BEGIN"));
    if (chunk_opens(chunk) && chunk->limits)
        bulk_add(bulk, chunk->limits, strlen(chunk->limits));
    for (chunk->end = chunk->first; chunk->end < batch->n; chunk->end++) {
        const struct batch_step *step = &batch->step[chunk->end];
        if (chunk->end - chunk->first == CHUNK_STEPS || bulk->text.len > CHUNK_BYTES || !is_plain(step))
            break;
        bulk->start[chunk->end - chunk->first] = bulk->text.len;
        bulk_add(bulk, step->sql, step->length);
    }
    if (chunk_closes(chunk))
        bulk_add(bulk, "COMMIT", strlen("COMMIT"));
}

/* Statements of our own before the first step. */
static int opening(const struct chunk *chunk)
{
    return chunk_opens(chunk) ? 1 + (chunk->limits ? 1 : 0) : 0;
}

/* `answered` statements have succeeded; a place in the text is surer, because a syntax error comes before all of them. */
static int failed_step(const struct bulk *bulk, const PGresult *result, int answered)
{
    const struct chunk *chunk = bulk->chunk;
    long position = pg_position(result, bulk->text.data);
    int step = chunk->first + answered - opening(chunk);

    if (position < 0)
        return step;
    for (step = chunk->end - 1; step > chunk->first; step--)
        if (bulk->start[step - chunk->first] <= (size_t)position)
            break;
    return step;
}

static void bulk_failed(const struct bulk *bulk, const PGresult *result, int answered)
{
    struct batch *batch = bulk->chunk->batch;
    int step = failed_step(bulk, result, answered);
    long position = pg_position(result, bulk->text.data);

    batch->failed = step;
    if (position >= 0 && step >= 0 && step < batch->n)
        batch->position = position - (long)bulk->start[step - bulk->chunk->first];
}

static int bulk_results(struct bulk *bulk)
{
    struct chunk *chunk = bulk->chunk;
    int outcome = 0, step = chunk->first - opening(chunk);

    for (int answered = 0;; answered++) {
        __attribute__((cleanup(pg_result_clear))) PGresult *result = NULL;
        TRY(pg_result(chunk->ctx, chunk->conn, &result));
        if (!result)
            return outcome;
        if (outcome == 0 && pg_failed(result)) {
            outcome = pg_fail(chunk->ctx, chunk->conn, result);
            bulk_failed(bulk, result, answered);
        } else if (outcome == 0) {
            chunk_done(chunk, step);
        }
        step++;
    }
}

int bulk_run(struct chunk *chunk)
{
    struct bulk bulk = {.chunk = chunk};
    struct arena_mark mark = arena_save(chunk->ctx->mem);
    int outcome;

    bulk_collect(&bulk);
    if (!PQsendQuery(chunk->conn->pg, bulk.text.data))
        return pg_fail_lost(chunk->ctx, chunk->conn);
    outcome = pg_flush(chunk->ctx, chunk->conn);
    if (outcome == 0)
        outcome = bulk_results(&bulk);
    if (outcome == 0) /* an error's texts live after the mark */
        arena_rewind(chunk->ctx->mem, mark);
    return outcome;
}
