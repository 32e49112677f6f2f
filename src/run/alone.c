/*
 * A statement that is not in one transaction with its step in the journal could be done without the journal's knowing.  So
 * each is run in the way that leaves the least doubt:
 *   TIED      where a transaction can hold it, with its step in one of its own;
 *   WITNESSED the same where the statement may commit by itself, like CALL: a row that is written within the transaction
 *             before it is there after an interruption only if something was committed;
 *   WATCHED   what the catalog says of all that it names is written into the journal first, and compared afterwards;
 *   INSIDE    within a transaction of the user's own nothing is written until his COMMIT, which the step goes before, as it does
 *             before RELEASE: that of the first SAVEPOINT commits on SQLite; nor after what is said of the next transaction;
 *   PLAIN     where running it again is harmless.
 */
#include "run/execution.h"

#include "base/text.h"

enum way { WAY_PLAIN, WAY_INSIDE, WAY_COMMIT, WAY_TIED, WAY_WITNESSED, WAY_WATCHED };

/* Written for a statement whose doing the catalog cannot prove. */
#define NO_EVIDENCE "?"

bool execution_outside_only(const struct execution *execution)
{
    const struct error *error = &execution->ctx->error;
    for (const char *const *known = execution->conn->dialect->outside_only; known && *known; known++)
        if (error->code == ERR_SQL && text_equal(error->sqlstate, *known))
            return true;
    return false;
}

static enum way way_of_control(const struct execution *execution, const struct classified *what)
{
    bool may_commit = what->verb == VERB_COMMIT || what->verb == VERB_RELEASE;
    if (may_commit && execution->conn->in_transaction)
        return WAY_COMMIT;
    bool ends = what->verb == VERB_COMMIT || what->verb == VERB_ROLLBACK;
    return execution->conn->dialect->transactional_ddl && !ends ? WAY_INSIDE : WAY_PLAIN;
}

/* Where DDL commits by itself, within a transaction of the user's own too. */
static enum way way_of_committing(const struct execution *execution, const struct classified *what)
{
    if (what->touches == TOUCHES_CATALOG || execution->untied)
        return WAY_WATCHED;
    if (!execution->conn->in_transaction)
        return WAY_WITNESSED;
    return what->touches == TOUCHES_ROWS ? WAY_PLAIN : WAY_WATCHED;
}

static enum way way_of(const struct execution *execution, const struct classified *what)
{
    bool transactional = execution->conn->dialect->transactional_ddl;
    if (what->touches == TOUCHES_TRANSACTION)
        return way_of_control(execution, what);
    if (execution->conn->in_transaction && transactional)
        return WAY_INSIDE;
    if (is_for_next_transaction(execution->conn->dialect, &what->piece)) /* a step of ours would be that */
        return WAY_INSIDE;
    if (what->touches == TOUCHES_SESSION || what->touches == TOUCHES_NOTHING)
        return WAY_PLAIN;
    if (execution->mark[execution->done] & STATEMENT_ALONE)
        return WAY_WATCHED;
    return transactional ? WAY_TIED : way_of_committing(execution, what);
}

static const char *sum_of(const struct execution *execution, const struct sql_piece *piece)
{
    return lex_checksum(execution->ctx->mem, execution->conn->dialect->lex, piece, 1);
}

/* "STATEMENT:SUM:WHAT THE CATALOG SAYS" */
const char *execution_evidence_head(const struct execution *execution)
{
    int at = execution->done;
    return arena_printf(execution->ctx->mem, "%d:%.16s:", at, sum_of(execution, &execution->split->piece[at]));
}

/* Before that, of an EXECUTE, the sum of its text; else nothing. */
static const char *text_head(const struct execution *execution, const struct classified *what)
{
    bool itself = what->piece.text == execution->split->piece[execution->done].text;
    return itself ? "" : arena_printf(execution->ctx->mem, "%.16s:", sum_of(execution, &what->piece));
}

/* Looking may have to wait for the same session as the statement. */
static int look_before(struct execution *execution, const struct classified *what, const char **said)
{
    struct ctx *ctx = execution->ctx;
    const struct dialect *dialect = execution->conn->dialect;
    *said = NULL;
    if (!dialect->statement_evidence)
        return 0;
    int code = dialect->statement_evidence(ctx, execution->conn, what, said);
    while (code < 0 && execution_retry(execution)) {
        ctx->error = (struct error){0};
        code = dialect->statement_evidence(ctx, execution->conn, what, said);
    }
    if (code < 0)
        execution_explain(execution);
    return code < 0 ? (int)ctx->error.code : 0;
}

static int add_evidence(struct execution *execution, const struct classified *what, bool look)
{
    struct ctx *ctx = execution->ctx;
    const char *said = NULL;
    if (look)
        TRY(look_before(execution, what, &said));
    execution->said = said;
    const char *text = arena_printf(ctx->mem, "%s%s%s", execution_evidence_head(execution), text_head(execution, what),
                                    said ? said : NO_EVIDENCE);
    struct state *state = &execution->session->state;
    const struct migration *migration = execution->migration;
    execution_add(execution, execution->begun ? journal_evidence(ctx, state, migration, text)
                                              : journal_begin(ctx, state, migration, execution->down, text));
    execution->begun = true;
    execution->offset++;
    return 0;
}

static int run_watched(struct execution *execution, const struct classified *what, const char *chain)
{
    int at = execution->done;
    execution_begin_batch(execution, at, 2, false);
    TRY(add_evidence(execution, what, true));
    TRY(execution_add_statements(execution, at, 1));
    execution_add_done(execution, at + 1, chain);
    return execution_run_batch(execution);
}

static int run_tied(struct execution *execution, const struct classified *what, const char *chain, bool witnessed)
{
    struct ctx *ctx = execution->ctx;
    int at = execution->done;
    const char *begin = execution->conn->dialect->begin_plain;
    execution_begin_batch(execution, at, 4, !begin);
    if (begin) {
        execution_add(execution, (struct batch_step){begin, strlen(begin), NULL});
        execution->offset++;
    }
    execution->once = witnessed; /* what it committed by itself stays */
    if (witnessed)
        TRY(add_evidence(execution, what, false));
    TRY(execution_add_statements(execution, at, 1));
    execution_add_done(execution, at + 1, chain);
    if (begin)
        execution_add(execution, (struct batch_step){"COMMIT", strlen("COMMIT"), NULL});
    int code = execution_run_batch(execution);
    if (code == 0 || !execution_outside_only(execution))
        return code;
    ctx->error = (struct error){0};
    return run_watched(execution, what, chain);
}

static int run_commit(struct execution *execution, const char *chain)
{
    int at = execution->done;
    execution_begin_batch(execution, at, 1, false);
    execution_add_done(execution, at + 1, chain);
    execution->offset = execution->batch.n;
    TRY(execution_add_statements(execution, at, 1));
    return execution_run_batch(execution);
}

static int run_plain(struct execution *execution, const char *chain)
{
    int at = execution->done;
    execution_begin_batch(execution, at, 1, false);
    TRY(execution_add_statements(execution, at, 1));
    execution_add_done(execution, at + 1, chain);
    return execution_run_batch(execution);
}

static int run_inside(struct execution *execution)
{
    execution_begin_batch(execution, execution->done, 1, false);
    TRY(execution_add_statements(execution, execution->done, 1));
    return execution_run_batch(execution);
}

static int run_in_way(struct execution *execution, const struct classified *what, const char *chain)
{
    switch (way_of(execution, what)) {
    case WAY_INSIDE: return run_inside(execution);
    case WAY_COMMIT: return run_commit(execution, chain);
    case WAY_TIED: return run_tied(execution, what, chain, false);
    case WAY_WITNESSED: return run_tied(execution, what, chain, true);
    case WAY_WATCHED: return run_watched(execution, what, chain);
    case WAY_PLAIN: break;
    }
    return run_plain(execution, chain);
}

/* ---- for another session's sake */

static int run_step_only(struct execution *execution, const char *chain)
{
    execution_begin_batch(execution, execution->done + 1, 1, false);
    execution_add_done(execution, execution->done + 1, chain);
    return execution_run_batch(execution);
}

/* ROLLBACK of a transaction that we began, where the driver did not do so itself. */
static int undo_tied(struct execution *execution)
{
    struct ctx *ctx = execution->ctx;
    struct error error = ctx->error;
    int code = execution->conn->in_transaction ? conn_exec(ctx, execution->conn, "ROLLBACK") : 0;
    if (code == 0)
        ctx->error = error;
    return code;
}

/* Taking away what is left half-done may have to wait for the same session as the statement. */
static int ask_doubt(struct execution *execution, const struct classified *what, const char *before, enum doubt *doubt)
{
    struct ctx *ctx = execution->ctx;
    const struct dialect *dialect = execution->conn->dialect;
    if (!dialect->statement_doubt)
        return 0;
    int code = dialect->statement_doubt(ctx, execution->conn, what, before, doubt);
    while (code < 0 && execution_retry(execution)) {
        ctx->error = (struct error){0};
        code = dialect->statement_doubt(ctx, execution->conn, what, before, doubt);
    }
    return code < 0 ? (int)ctx->error.code : 0;
}

/* What a statement that waited in vain has left behind is taken away; only the catalog can say that it did nothing. */
static int look_after_watched(struct execution *execution, const struct classified *what, enum doubt *doubt)
{
    struct ctx *ctx = execution->ctx;
    struct error error = ctx->error;
    *doubt = DOUBT_OPEN;
    if (execution->said && execution_refused(execution, ctx->error.code))
        TRY(ask_doubt(execution, what, execution->said, doubt));
    ctx->error = error;
    return 0;
}

/* Under a lease nothing waits for what the server still does for a run that was killed: it may come first after all. */
static bool may_be_overtaken(const struct execution *execution, enum way way)
{
    return way == WAY_WATCHED && execution->in_doubt && execution->conn->fence;
}

/* Several servers do it: where none of them did, it was refused like any other. */
static int look_after_partly(struct execution *execution, const struct classified *what, enum doubt *doubt)
{
    struct ctx *ctx = execution->ctx;
    struct error error = ctx->error;
    int code = execution->said ? ask_doubt(execution, what, execution->said, doubt) : 0;
    if (code < 0 || !execution->said)
        *doubt = DOUBT_OPEN;
    if (ctx->error.code == ERR_CANCELLED)
        return ERR_CANCELLED;
    error.partly = *doubt != DOUBT_NOT_DONE;
    ctx->error = error;
    if (error.partly && *doubt == DOUBT_OPEN && code == 0)
        fail_hint(ctx,
                  "Make all servers alike; then `dbwarden %s --interrupted done` goes on after it, and `--interrupted "
                  "again` runs it.",
                  execution->down ? "rollback" : "migrate");
    *doubt = *doubt == DOUBT_DONE ? DOUBT_DONE : DOUBT_OPEN;
    return 0;
}

/* After a failure: may the statement be run again, or is it done after all? */
static int look_after(struct execution *execution, const struct classified *what, enum way way, enum doubt *doubt)
{
    *doubt = DOUBT_OPEN;
    if (execution->ctx->error.partly)
        return look_after_partly(execution, what, doubt);
    if (!execution->ctx->error.passing && !may_be_overtaken(execution, way))
        return 0;
    if (way == WAY_WATCHED)
        return look_after_watched(execution, what, doubt);
    if (way == WAY_TIED)
        TRY(undo_tied(execution));
    if ((way == WAY_TIED || way == WAY_PLAIN) && !execution->conn->in_transaction)
        *doubt = DOUBT_NOT_DONE;
    return 0;
}

static int run_patiently(struct execution *execution, const struct classified *what, const char *chain)
{
    for (;;) {
        enum doubt doubt;
        enum way way = way_of(execution, what);
        execution->said = NULL;
        int code = run_in_way(execution, what, chain);
        if (code == 0)
            return 0;
        TRY(look_after(execution, what, way, &doubt));
        if (doubt == DOUBT_DONE)
            return run_step_only(execution, chain);
        if (doubt == DOUBT_OPEN || !execution_retry(execution))
            return execution->ctx->error.code;
        execution->ctx->error = (struct error){0};
    }
}

/* ---- after an interruption */

static int fail_at_statement(struct execution *execution)
{
    const struct sql_piece *piece = &execution->split->piece[execution->done];
    return fail_at(execution->ctx, execution->migration->path, piece->line, piece->column);
}

int interrupted_ask(struct ctx *ctx, bool down)
{
    const char *command = down ? "rollback" : "migrate";
    return fail_hint(
        ctx,
        "Look whether its effect is there: if it is, `dbwarden %s --interrupted done` goes on after it; if "
        "it is not, `dbwarden %s --interrupted again` runs it.",
        command, command);
}

static int fail_open(struct execution *execution)
{
    struct ctx *ctx = execution->ctx;
    fail(ctx, ERR_STATE,
         "%s was interrupted at its statement %d, and the database cannot tell whether that was done or not",
         execution->migration->filename, execution->done + 1);
    interrupted_ask(ctx, execution->down);
    return fail_at_statement(execution);
}

static int fail_changed(struct execution *execution)
{
    struct ctx *ctx = execution->ctx;
    fail(ctx, ERR_STATE, "%s was interrupted at its statement %d, which was changed since",
         execution->migration->filename, execution->done + 1);
    fail_hint(ctx, "Restore the statement as it was, so that it can be found out whether it was done.");
    return fail_at_statement(execution);
}

/* An EXECUTE of what was computed from rows: it can be neither compared nor run again. */
static int settle_blind(struct execution *execution, bool *skip)
{
    *skip = text_equal(execution->session->interrupted, "done");
    if (*skip)
        return 0;
    fail_open(execution);
    return fail_hint(
        execution->ctx,
        "Look whether its effect is there, and if not, run by hand what it would have run, which was computed from "
        "rows and is not known any more; then `dbwarden %s --interrupted done` goes on after it.",
        execution->down ? "rollback" : "migrate");
}

static enum doubt doubt_answered(const struct execution *execution, enum doubt doubt)
{
    const char *said = execution->session->interrupted;
    if (doubt != DOUBT_OPEN || !said)
        return doubt;
    return text_equal(said, "done") ? DOUBT_DONE : DOUBT_NOT_DONE;
}

/* The statement at which an earlier run ended may have been done. Without evidence it was not reached. */
static int settle_doubt(struct execution *execution, const struct classified *what, bool *skip)
{
    const char *head = execution_evidence_head(execution), *said = execution->evidence;
    enum doubt doubt = DOUBT_OPEN;
    *skip = false;
    execution->doubtful = -1;
    if (!said)
        return 0;
    if (!text_starts(said, head))
        return execution->refused ? 0 : fail_changed(execution);
    if (execution->blind)
        return settle_blind(execution, skip);
    const char *of_text = text_head(execution, what), *before = said + strlen(head);
    if (!text_starts(before, of_text)) /* the catalog decides otherwise by now what it executes: that is what to do */
        return 0;
    before += strlen(of_text);
    TRY(conn_fence(execution->ctx, execution->conn));
    TRY(ask_doubt(execution, what, text_equal(before, NO_EVIDENCE) ? NULL : before, &doubt));
    if (execution->refused && !execution->untied)
        return 0; /* the server said no: what may be there now is somebody else's */
    doubt = doubt_answered(execution, doubt);
    if (doubt == DOUBT_OPEN)
        return fail_open(execution);
    *skip = doubt == DOUBT_DONE;
    execution->in_doubt = !*skip;
    if (*skip)
        emit_info(execution->ctx, "statement %d of %s was done before the interruption", execution->done + 1,
                  execution->migration->filename);
    return 0;
}

static int run_batches(struct execution *execution, const char *chain)
{
    TRY(execution_begin_alone(execution));
    TRY(execution_batches(execution, chain));
    execution_advance(execution, 1, chain);
    return 0;
}

static bool is_copy(const struct execution *execution, const struct classified *what)
{
    const struct copy_ways *copy = execution->conn->dialect->copy;
    return copy && copy->is(execution->ctx->mem, what);
}

static int run_copy(struct execution *execution, const struct classified *what, const char *chain)
{
    TRY(execution_begin_alone(execution));
    TRY(execution_copy(execution, what, chain));
    execution_advance(execution, 1, chain);
    return 0;
}

int execution_alone(struct execution *execution)
{
    const char *chain = execution_chain(execution, 1);
    struct classified what;
    bool skip = false;
    TRY(ctx_check(execution->ctx));
    if (execution->mark[execution->done] & STATEMENT_BATCHES)
        return run_batches(execution, chain);
    execution_classify(execution, execution->done, &what);
    TRY(execution_stands_for(execution, &what));
    if (is_copy(execution, &what))
        return run_copy(execution, &what, chain);
    enum way way = way_of(execution, &what);
    if (way != WAY_WATCHED) /* there it begins with what the catalog says */
        TRY(execution_begin_alone(execution));
    if (execution->done == execution->doubtful)
        TRY(settle_doubt(execution, &what, &skip));
    TRY(skip ? run_step_only(execution, chain) : run_patiently(execution, &what, chain));
    execution->in_doubt = false;
    execution->patience.tries = 0;
    if (execution->conn->in_transaction || (!skip && way == WAY_INSIDE)) {
        execution->done++;
        execution_keep_chain(execution, chain);
    } else {
        execution_advance(execution, 1, chain);
    }
    return 0;
}
