/*
 * migrate --atomic: all files that are to run in one transaction, so that a failure, a kill or Ctrl-C leaves what was there
 * before, and what the disk costs is paid once.  Each file runs as ever (execute.c), with its rows of state and its session
 * of its own; only nothing is committed between them.  What cannot be part of such a transaction is refused before
 * the first statement.  Not here: which files run (choose.c).
 */
#include "run/parts.h"

#include "base/text.h"
#include "run/patience.h"

static int refuse(struct ctx *ctx, const struct migration *migration, int statement, const char *why)
{
    const struct sql_piece *piece = statement < 0 ? NULL : &migration->up.piece[statement];
    fail(ctx, ERR_UNSUPPORTED, "%s cannot be part of one transaction: %s", migration->filename, why);
    fail_hint(ctx,
              "Nothing was run. Without --atomic each file is done by itself; --to-version and --count choose files.");
    return fail_at(ctx, migration->path, piece ? piece->line : 0, piece ? piece->column : 0);
}

static int check_statement(struct ctx *ctx, const struct session *session, const struct migration *migration, int i)
{
    unsigned char mark = migration->marks[false][i];
    if (mark & STATEMENT_ALONE)
        return refuse(ctx, migration, i, "this statement has to run outside of any");
    if (mark & STATEMENT_ENDS_SEGMENT && i + 1 < migration->up.n)
        return refuse(ctx, migration, i, "what follows this statement may need that it is committed");
    if (mark & STATEMENT_SESSION && session->conn->pooled)
        return refuse(ctx, migration, i,
                      "through the pooler in between, what this statement sets would reach the next file");
    return 0;
}

static int check_file(struct ctx *ctx, const struct session *session, const struct migration *migration)
{
    const struct dialect *dialect = session->database->dialect;
    if (!dialect->driver->begin)
        return refuse(ctx, migration, -1,
                      arena_printf(ctx->mem, "changes of a schema commit by themselves on %s", dialect->title));
    if (migration->script)
        return refuse(ctx, migration, -1, "it is a program");
    if (migration->no_transaction)
        return refuse(ctx, migration, -1, "it says \"-- transaction: none\"");
    for (int i = 0; i < migration->up.n; i++)
        TRY(check_statement(ctx, session, migration, i));
    return 0;
}

int atomic_check(struct ctx *ctx, const struct session *session, const struct choice *choice)
{
    const struct list *const lists[] = {&choice->versioned, &choice->always, &choice->on_change};
    for (int l = 0; l < 3; l++)
        for (int i = 0; i < lists[l]->n; i++)
            TRY(check_file(ctx, session, lists[l]->item[i]));
    return 0;
}

static int explain_stop(struct ctx *ctx, const struct session *session)
{
    ctx->error.hint = NULL;
    if (session->sandbox)
        return stop_in_sandbox(ctx, session);
    fail(ctx, ERR_CANCELLED, "interrupted: nothing is kept, because all files are one transaction");
    return fail_hint(ctx, "`dbwarden migrate --atomic` begins with the first of them.");
}

struct attempt {
    const struct choice *choice;
    struct json *done; /* as migrate_files() reports it */
    bool look;         /* see the driver's begin() */
    bool again;        /* out: it has to be begun with `look`, and nothing was committed */
};

static int try_files(struct ctx *ctx, struct session *session, struct attempt *attempt)
{
    int before = session->ran.n, finished = session->finished, timed = session->timed.n;
    attempt->again = false;
    attempt->done = json_object(ctx->mem);
    json_set(ctx->mem, attempt->done, "applied", json_array(ctx->mem));
    json_set(ctx->mem, attempt->done, "repeatables", json_array(ctx->mem));
    TRY(conn_begin(ctx, session->conn, attempt->look));
    int code = migrate_files(ctx, session, attempt->choice, attempt->done);
    if (code == 0)
        code = conn_commit(ctx, session->conn, &attempt->again);
    if (code == 0 && !attempt->again)
        return 0;
    conn_undo(ctx, session->conn);
    session->ran.n = before;
    session->finished = finished;
    session->timed.n = timed;
    return code == ERR_CANCELLED ? explain_stop(ctx, session) : code;
}

static void tell_applied(struct ctx *ctx, const struct session *session)
{
    for (int i = 0; i < session->ran.n; i++) {
        const struct migration *migration = session->ran.item[i];
        emit_info(ctx, "[APPLIED] Completed migration: %s (version: %s)", migration->filename,
                  version_shown(migration));
    }
}

/* A lock that does not come, or a deadlock, undoes everything, so everything is tried again. */
int atomic_run(struct ctx *ctx, struct session *session, const struct choice *choice, struct json *report)
{
    struct patience patience = {0};
    struct attempt attempt = {.choice = choice};
    if (!choice_first(choice))
        return 0;
    TRY(session_show_lock(ctx, session, choice_first(choice), false));
    for (;;) {
        int code = try_files(ctx, session, &attempt);
        if (code == 0 && !attempt.again)
            break;
        attempt.look = attempt.look || attempt.again;
        if (code < 0 && !patience_wait(ctx, session, &patience, "all of --atomic is undone"))
            return ctx->error.code;
        ctx->error = (struct error){0};
    }
    json_set(ctx->mem, report, "applied", json_get(attempt.done, "applied"));
    json_set(ctx->mem, report, "repeatables", json_get(attempt.done, "repeatables"));
    tell_applied(ctx, session);
    return 0;
}
