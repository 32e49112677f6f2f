/*
 * A copy of a whole table, part by part, where no transaction holds it: before each part the journal says which it is and how the
 * new table stood, so that a run that was interrupted goes on at that part.  What a part is, and whether one was copied, the
 * dialect knows.  Rows that come in meanwhile are missed: then the copy fails at its end, and begins anew with the next run.
 */
#include "run/execution.h"

#include "base/text.h"

#define MARK "copy "

static struct batch_step note_step(const struct execution *execution, const char *note)
{
    const char *text = arena_printf(execution->ctx->mem, "%s" MARK "%s", execution_evidence_head(execution), note);
    return journal_evidence(execution->ctx, &execution->session->state, execution->migration, text);
}

/* What an earlier run has left of this very statement; NULL: nothing. */
static const char *note_left(struct execution *execution)
{
    const char *said = execution->evidence, *head = execution_evidence_head(execution);
    execution->doubtful = -1;
    execution->evidence = NULL;
    if (!said || !text_starts(said, head) || !text_starts(said + strlen(head), MARK))
        return NULL;
    said += strlen(head) + strlen(MARK);
    return *said ? said : NULL;
}

static int part_run(struct execution *execution, const struct table_copy *copy, const char *part)
{
    struct ctx *ctx = execution->ctx;
    const struct copy_ways *ways = execution->conn->dialect->copy;
    const char *note, *sql = ways->part(ctx->mem, copy, part);
    TRY(ctx_check(ctx));
    TRY(ways->note(ctx, execution->conn, copy, part, &note));
    execution_begin_batch(execution, execution->done, 1, false);
    execution_add(execution, note_step(execution, note));
    execution->offset = 1;
    execution_add(execution, (struct batch_step){sql, strlen(sql), NULL});
    execution->count = 1;
    return execution_run_batch(execution);
}

/* Rows came in meanwhile: nothing of it counts. */
static int begin_anew(struct execution *execution)
{
    struct ctx *ctx = execution->ctx;
    struct error error = ctx->error;
    execution_begin_batch(execution, execution->done, 0, false);
    execution_add(execution, note_step(execution, ""));
    TRY(execution_run_batch(execution));
    const struct sql_piece *piece = &execution->split->piece[execution->done];
    ctx->error = error;
    return fail_at(ctx, execution->migration->path, piece->line, piece->column);
}

static int parts_run(struct execution *execution, const struct table_copy *copy)
{
    struct ctx *ctx = execution->ctx;
    for (int i = 0; i < copy->parts.n; i++) {
        struct arena_mark mark = arena_save(ctx->mem);
        TRY(part_run(execution, copy, copy->parts.item[i]));
        execution->batch = (struct batch){0};
        arena_rewind(ctx->mem, mark);
        emit_debug(ctx, "statement %d of %s: part %d of %d is copied", execution->done + 1,
                   execution->migration->filename, i + 1, copy->parts.n);
    }
    return 0;
}

int execution_copy(struct execution *execution, const struct classified *what, const char *chain)
{
    struct ctx *ctx = execution->ctx;
    const struct copy_ways *ways = execution->conn->dialect->copy;
    struct table_copy copy = {.statement = what};
    TRY(conn_fence(ctx, execution->conn));
    TRY(ways->begin(ctx, execution->conn, note_left(execution), &copy));
    execution->in_batches = true;
    int code = parts_run(execution, &copy);
    execution->in_batches = false;
    TRY(code);
    if (ways->end(ctx, execution->conn, &copy) < 0)
        return ctx->error.code == ERR_FAILED ? begin_anew(execution) : (int)ctx->error.code;
    execution_begin_batch(execution, execution->done + 1, 1, false);
    execution_add_done(execution, execution->done + 1, chain);
    return execution_run_batch(execution);
}
