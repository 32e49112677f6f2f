/*
 * COPY ... FROM stdin with the rows that stand below it, as pg_dump writes it.  The rows are sent from where they are in
 * the file, a piece at a time, so that they may be of any size.  COPY cannot be part of a pipeline, nor of a message with
 * other statements: it is a part of the batch by itself.
 */
#include "base/text.h"
#include "dialect/postgres/batch.h"

struct copy {
    size_t statement; /* length of the statement */
    const char *rows; /* NULL: none come with it */
    const char *end;
    bool client; /* from or to the client */
};

static struct copy copy_read(const struct batch_step *step)
{
    struct copy copy = {.statement = step->length};
    struct lexer lexer;

    lex_open(&lexer, &pg_lex, step->sql, step->length);
    struct token token = lex_next_code(&lexer);
    if (!token_is(&token, "copy"))
        return copy;
    for (; token.kind != TOKEN_END && token.kind != TOKEN_ROWS; token = lex_next_code(&lexer))
        copy.client = copy.client || token_is(&token, "stdin") || token_is(&token, "stdout");
    if (token.kind == TOKEN_END)
        return copy;
    copy.statement = token.offset;
    copy.rows = (const char *)memchr(token.text, '\n', token.length) + 1;
    copy.end = token.text + token.length - strlen("\\.");
    return copy;
}

bool copy_is(const struct batch_step *step)
{
    return !step->params && copy_read(step).rows;
}

int copy_check(struct ctx *ctx, const struct batch_step *step)
{
    struct copy copy = copy_read(step);

    if (copy.rows || !copy.client)
        return 0;
    fail(ctx, ERR_UNSUPPORTED, "COPY from or to the client is not possible here");
    return fail_hint(
        ctx, "Put the rows below it and a line \\. at their end, use INSERT, or COPY with a file of the server.");
}

/* "COPY t, line 3, column n": where that line is in the statement's text; -1 where nothing is said. */
static long row_place(const PGresult *result, const struct batch_step *step, const struct copy *copy)
{
    const char *context = PQresultErrorField(result, PG_DIAG_CONTEXT);
    const char *said = context && text_starts(context, "COPY ") ? strstr(context, ", line ") : NULL;
    const char *at = copy->rows;
    long line = said ? strtol(said + strlen(", line "), NULL, 10) : 0;

    while (--line > 0 && at < copy->end)
        at = (const char *)memchr(at, '\n', (size_t)(copy->end - at)) + 1;
    return line == 0 ? at - step->sql : -1;
}

static int rows_send(struct chunk *chunk, const struct copy *copy)
{
    enum { PIECE = 64 << 10 };
    PGconn *pg = chunk->conn->pg;

    for (const char *at = copy->rows; at < copy->end && !ctx_asked(chunk->ctx);) {
        size_t length = (size_t)(copy->end - at) < PIECE ? (size_t)(copy->end - at) : PIECE;
        int sent = PQputCopyData(pg, at, (int)length);
        if (sent < 0)
            return pg_fail_lost(chunk->ctx, chunk->conn);
        if (sent > 0)
            at += length;
        TRY(pg_flush(chunk->ctx, chunk->conn));
    }
    for (int ended = 0; ended == 0;) {
        ended = PQputCopyEnd(pg, ctx_asked(chunk->ctx) ? "interrupted" : NULL);
        if (ended < 0)
            return pg_fail_lost(chunk->ctx, chunk->conn);
        TRY(pg_flush(chunk->ctx, chunk->conn));
    }
    return 0;
}

int copy_alone(struct chunk *chunk)
{
    const struct batch_step *step = &chunk->batch->step[chunk->first];
    struct copy copy = copy_read(step);
    int outcome = 0;

    if (!PQsendQuery(chunk->conn->pg, arena_copy(chunk->ctx->mem, step->sql, copy.statement)))
        return pg_fail_lost(chunk->ctx, chunk->conn);
    TRY(pg_flush(chunk->ctx, chunk->conn));
    for (;;) {
        __attribute__((cleanup(pg_result_clear))) PGresult *result = NULL;
        TRY(pg_result(chunk->ctx, chunk->conn, &result));
        if (!result)
            return outcome;
        if (PQresultStatus(result) == PGRES_COPY_IN) {
            TRY(rows_send(chunk, &copy));
        } else if (outcome == 0 && pg_failed(result)) {
            outcome = pg_fail(chunk->ctx, chunk->conn, result);
            chunk_failed(chunk, chunk->first, result);
            if (chunk->batch->position < 0)
                chunk->batch->position = row_place(result, step, &copy);
        }
    }
}

int copy_run(struct chunk *chunk)
{
    struct conn *conn = &chunk->conn->conn;

    if (chunk_opens(chunk))
        TRY(pg_exec(chunk->ctx, conn, "BEGIN"));
    chunk->end = chunk->first + 1;
    TRY(copy_alone(chunk));
    chunk_done(chunk, chunk->first);
    if (!chunk_closes(chunk))
        return 0;
    int code = pg_exec(chunk->ctx, conn, "COMMIT");
    if (code < 0)
        chunk->batch->failed = chunk->batch->n;
    return code;
}
