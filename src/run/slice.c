/*
 * A file that is not read whole (base/mapping.h): its statements are copied from it as they are run, some at a time, and each copy
 * is what was read and checked before.  Where they all belong into one transaction, that is begun here and every slice is a
 * part of it, so that memory has to hold a slice and not the file.
 */
#include "run/execution.h"

#include "base/list.h"

/* Larger than a slice is only a statement that is; if it is as large as this it is read from where it stands. */
enum { SLICE_BYTES = 4 << 20, SLICE_STATEMENTS = 10000, COPIED_BYTES = 64 << 20 };

static const char *end_of(const struct sql_piece *piece)
{
    return piece->text + piece->length;
}

int slice_length(const struct execution *execution, int first, int limit)
{
    const struct mapping *mapping = execution->migration->mapping;
    const struct sql_piece *piece = &execution->split->piece[first];
    int n = 1;
    if (!mapping || !mapping_holds(mapping, piece->text))
        return limit;
    limit = limit < SLICE_STATEMENTS ? limit : SLICE_STATEMENTS;
    while (n < limit && piece[n].text > piece[n - 1].text && end_of(&piece[n]) - piece->text <= SLICE_BYTES)
        n++;
    return n;
}

int slice_take(const struct execution *execution, int first, int n, const char **text)
{
    const struct mapping *mapping = execution->migration->mapping;
    const struct sql_piece *piece = &execution->split->piece[first];
    size_t length = n ? (size_t)(end_of(&piece[n - 1]) - piece->text) : 0;
    *text = n ? piece->text : NULL;
    if (!n || !mapping || !mapping_holds(mapping, piece->text) || length > COPIED_BYTES)
        return 0;
    return mapping_copy(execution->ctx, mapping, piece->text, length, text);
}

static bool is_too_large(const struct execution *execution, int i)
{
    const struct mapping *mapping = execution->migration->mapping;
    const struct sql_piece *piece = &execution->split->piece[i];
    return mapping && mapping_holds(mapping, piece->text) && piece->length > COPIED_BYTES;
}

/* What was too large to be copied has been read by now. */
static int check_afterwards(const struct execution *execution)
{
    const struct sql_piece *piece = &execution->split->piece[execution->first];
    if (!execution->count || !is_too_large(execution, execution->first))
        return 0;
    return mapping_check_part(execution->ctx, execution->migration->mapping, piece->text, piece->length);
}

static int run_slices(struct execution *execution, int n, const char *chain)
{
    struct arena *mem = execution->ctx->mem;
    int end = execution->done + n;
    bool begin = end < execution->split->n || execution->done;
    for (int at = execution->done, some; at < end; at += some) {
        struct arena_mark mark = arena_save(mem);
        some = slice_length(execution, at, end - at);
        TRY(execution_fill(execution, at, some, at + some == end ? chain : NULL, begin && at == execution->done));
        TRY(execution_run_batch(execution));
        TRY(check_afterwards(execution));
        execution->batch = (struct batch){0};
        arena_rewind(mem, mark);
    }
    return 0;
}

static int try_slices(struct execution *execution, int n, const char *chain, bool look, bool *again)
{
    struct ctx *ctx = execution->ctx;
    *again = false;
    TRY(conn_begin(ctx, execution->conn, look));
    int code = run_slices(execution, n, chain);
    if (code == 0 && (code = conn_commit(ctx, execution->conn, again)) < 0)
        execution_explain(execution);
    if (code < 0 || *again)
        conn_undo(ctx, execution->conn);
    return code;
}

int execution_slices(struct execution *execution, int n, const char *chain)
{
    bool look = false, again;
    if (execution->conn->whole)
        return run_slices(execution, n, chain);
    for (;;) {
        execution->sliced = true;
        int code = try_slices(execution, n, chain, look, &again);
        execution->sliced = false;
        if (code == 0 && !again)
            return 0;
        if (code < 0 && !execution_retry(execution))
            return execution->ctx->error.code;
        look = look || again;
        execution->ctx->error = (struct error){0};
    }
}

bool execution_is_sliced(const struct execution *execution, int n)
{
    if (!execution->conn->dialect->driver->begin)
        return false;
    return slice_length(execution, execution->done, n) < n || is_too_large(execution, execution->done);
}
