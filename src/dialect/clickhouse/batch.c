/*
 * Batches.  The server has no transactions that hold: what belongs together is run one by one, in an order in which every
 * beginning of it is harmless, and each step of our own may be run twice (state_sql.c).
 */
#include <string.h>

#include "base/text.h"
#include "dialect/clickhouse/parts.h"

/* "Syntax error: failed at position 14 (TABL) ...": from 1, in bytes. */
static long error_position(const struct ctx *ctx, const struct batch_step *step)
{
    static const char words[] = "failed at position ";
    const char *at = ctx->error.message ? strstr(ctx->error.message, words) : NULL;
    int64_t position;
    if (!at || step->params)
        return -1;
    at += strlen(words);
    if (!text_to_int(arena_copy(ctx->mem, at, strspn(at, "0123456789")), &position) || position < 1)
        return -1;
    return (size_t)position <= step->length ? (long)position - 1 : -1;
}

static int step_run(struct ctx *ctx, struct ch_conn *ch, const struct batch_step *step)
{
    struct rows rows;
    if (step->params)
        return ch_query(ctx, &ch->conn, arena_copy(ctx->mem, step->sql, step->length), step->params, &rows);
    return ch_send(ctx, ch, step->sql, step->length);
}

int ch_batch(struct ctx *ctx, struct conn *conn, struct batch *batch)
{
    batch->failed = -1;
    batch->position = -1;
    for (int i = 0; i < batch->n; i++) {
        int code = step_run(ctx, (struct ch_conn *)conn, &batch->step[i]);
        if (code < 0) {
            batch->failed = i;
            batch->position = code == ERR_SQL ? error_position(ctx, &batch->step[i]) : -1;
            return code;
        }
        if (batch->done)
            batch->done(batch->sink, i);
    }
    return 0;
}
