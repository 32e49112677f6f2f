/*
 * One file, up or down.  Where the engine's DDL is transactional, a file is cut into segments that each commit with
 * their journal step; most files are one segment, and then state row and journal row are in the same transaction as
 * the statements.  A statement that refuses a transaction is a segment of its own.  Where DDL is not transactional,
 * or the file asks for it, every statement is followed by its journal step.
 * A file that was interrupted goes on after what is done, in a session as the statements done have left it (replay.c).
 * A file leaves nothing of its session behind: own steps run as ourselves, and after it everything is as it was before.
 * Not here: which files run (choose.c), and statements that commit by themselves (alone.c).
 */
#include "run/execution.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/text.h"

/* Rows of data that go with one journal step where every statement would commit by itself. */
#define DATA_GROUP 1000

enum { SUM_ROOM = sizeof((struct execution *)0)->chain };

static double seconds_of(const struct execution *execution)
{
    return clock_monotonic() - execution->started;
}

/* The sum of statement i joins those before it. */
static void chain_add(const struct execution *execution, int i, char chain[SUM_ROOM])
{
    struct arena *mem = execution->ctx->mem;
    struct arena_mark mark = arena_save(mem);
    const char *sum = lex_checksum(mem, execution->conn->dialect->lex, &execution->split->piece[i], 1);
    const char *both = arena_printf(mem, "%s%s", chain, sum);
    snprintf(chain, SUM_ROOM, "%s", hash_sha256(mem, both, strlen(both)));
    arena_rewind(mem, mark);
}

/* Where it failed, in the file: the statement's place, moved on by the server's position in it. */
static void place_of(const struct execution *execution, const struct sql_piece *piece, long position)
{
    int line, column;
    if (execution->in_batches ||
        execution->migration->written[execution->down]) /* the position is one in another text */
        position = 0;
    piece_place(piece, position, &line, &column);
    fail_at(execution->ctx, execution->migration->path, line, column);
}

static const char *repair_hint(const struct execution *execution)
{
    struct arena *mem = execution->ctx->mem;
    bool seed = execution->migration->type == MIGRATION_SEED;
    const char *command = execution->down ? (seed ? "seed rollback" : "rollback") : seed ? "seed apply" : "migrate";
    if (execution->conn->whole && !execution->sliced)
        return "Everything is as it was before, because all files are one transaction. Fix it and run migrate again.";
    if (execution->in_batches)
        return arena_printf(
            mem, "The batches before it are done. Put its rows in order and run %s again, which goes on here.",
            command);
    if (!execution->begun || !execution->kept)
        return arena_printf(mem, "Nothing of this file is recorded as done. Fix it and run %s again.", command);
    return arena_printf(mem,
                        "The statements before it (%d) are done. Fix this one and run %s again, which goes on here.",
                        execution->kept, command);
}

static bool is_there_already(const struct execution *execution)
{
    const struct error *error = &execution->ctx->error;
    for (const char *const *known = execution->conn->dialect->exists; known && *known; known++)
        if (text_equal(error->sqlstate, *known) || (error->message && text_has(error->message, *known)))
            return true;
    return false;
}

/* A database that was filled before its migrations. */
static const char *baseline_hint(const struct execution *execution)
{
    struct arena *mem = execution->ctx->mem;
    const char *mark = arena_printf(
        mem,
        "If the database has had this from before, `dbwarden migrate --baseline --to-version %s` marks the "
        "migrations up to this one as applied without running them",
        execution->migration->version);
    for (int i = 0; i < execution->session->applied.n; i++)
        if (((const struct applied *)execution->session->applied.item[i])->number >= 0)
            return arena_printf(mem, "%s.", mark);
    return arena_printf(mem,
                        "%s; where there are no migration files yet, `dbwarden make-migrations --baseline` writes the "
                        "first one from the database.",
                        mark);
}

/* What is there already may be what an interrupted file has made: then the database was not filled before. */
static bool any_unfinished(const struct session *session)
{
    for (int i = 0; i < session->unfinished.n; i++)
        if (unfinished_holds(session->unfinished.item[i]))
            return true;
    return false;
}

static bool may_be_gone(const struct execution *execution)
{
    const char *const *states = execution->conn->dialect->gone;
    for (int i = 0; states && states[i]; i++)
        if (text_equal(states[i], execution->ctx->error.sqlstate))
            return true;
    return !states;
}

/* A step of our own that failed, because of what the file has done: to its schema, its database or the tables themselves. */
static void explain_own_step(const struct execution *execution)
{
    struct ctx *ctx = execution->ctx;
    fail_at(ctx, execution->migration->path, 0, 0);
    if (execution->session_changed && text_equal(ctx->error.sqlstate, "25006")) {
        ctx->error.message = arena_printf(ctx->mem, "the session is read-only by now, so nothing can be recorded: %s",
                                          ctx->error.message);
        fail_hint(
            ctx,
            "Run it again, in a new session. If it stops again, the file makes its session read-only, and has to leave "
            "that out.");
        return;
    }
    if (ctx->error.passing || !text_has(ctx->error.message, "_dbwarden_") || !may_be_gone(execution))
        return;
    ctx->error.message = arena_printf(
        ctx->mem, "the file takes away dbwarden's own tables, so nothing can be recorded: %s", ctx->error.message);
    fail_hint(
        ctx,
        "Leave the tables _dbwarden_migrations and _dbwarden_journal, and the schema or database that they are in, "
        "where they are: drop what else is in it instead.");
}

void execution_explain(struct execution *execution)
{
    struct ctx *ctx = execution->ctx;
    int at = execution->batch.failed - execution->offset;
    if (ctx->error.code != ERR_SQL)
        return;
    if (at >= 0 && at < execution->count)
        place_of(execution, &execution->split->piece[execution->first + at], execution->batch.position);
    else
        explain_own_step(execution);
    if (ctx->error.passing)
        fail_hint(ctx, "%s", execution_retry_hint(execution));
    if (ctx->error.hint)
        return;
    if (execution_outside_only(execution)) {
        fail_hint(ctx,
                  "It has to run outside a transaction: put it into a file of its own with \"-- transaction: none\" "
                  "above \"-- upgrade\".");
        return;
    }
    bool early = !execution->down && !execution->done && execution->migration->type == MIGRATION_VERSIONED &&
                 !any_unfinished(execution->session);
    fail_hint(ctx, "%s", early && is_there_already(execution) ? baseline_hint(execution) : repair_hint(execution));
}

/* The server's no to a statement of the file. Where a step of our own failed instead, the statement may be done. */
bool execution_refused(const struct execution *execution, enum err code)
{
    int at = execution->batch.failed - execution->offset;
    return code == ERR_SQL && at >= 0 && at < execution->count && !execution->ctx->error.partly;
}

static bool changes_session(unsigned char mark)
{
    return mark & (STATEMENT_SESSION | STATEMENT_OPAQUE);
}

/* Nothing of a file's session reaches the next one, nor our own work after it. */
static int reset_session(struct execution *execution)
{
    const struct driver *driver = execution->conn->dialect->driver;
    if (!execution->session_changed || !driver->session_reset)
        return 0;
    execution->session_changed = false;
    return driver->session_reset(execution->ctx, execution->conn, execution->split->piece, execution->split->n);
}

/* A failure is about to be passed on: what the database and the session are left with must not depend on how it is told. */
static void settle_failure(struct execution *execution)
{
    struct ctx *ctx = execution->ctx;
    const struct stopped_file at = {execution->migration, execution->down, execution->kept, execution->split->n};
    if (ctx->error.code == ERR_CANCELLED)
        stop_in_file(ctx, execution->session, &at);
    struct error error = ctx->error;
    if (error.code == ERR_CONNECT)
        return;
    int asked = ctx_shield(ctx);
    if (execution->conn->in_transaction)
        conn_exec(ctx, execution->conn, "ROLLBACK");
    reset_session(execution);
    if (execution->begun && execution_refused(execution, error.code)) {
        struct batch_step step =
            journal_end(ctx, &execution->session->state, execution->migration, "failed", seconds_of(execution));
        struct batch batch = {.step = &step, .n = 1};
        conn_batch(ctx, execution->conn, &batch);
    }
    ctx_unshield(ctx, asked);
    ctx->error = error;
}

/* ---- a batch */

void execution_begin_batch(struct execution *execution, int first, int room, bool transaction)
{
    enum { OWN_STEPS = 14 };
    execution->batch = (struct batch){.transaction = transaction, .own = &execution->own};
    execution->batch.step = NEW_ARRAY(execution->ctx->mem, struct batch_step, room + OWN_STEPS);
    execution->first = first;
    execution->offset = execution->count = 0;
    execution->whole = -1;
    execution->once = false;
}

void execution_add(struct execution *execution, struct batch_step step)
{
    execution->batch.step[execution->batch.n++] = step;
}

static void add_begin(struct execution *execution)
{
    if (execution->begun)
        return;
    execution_add(execution, journal_begin(execution->ctx, &execution->session->state, execution->migration,
                                           execution->down, NULL));
    execution->offset++;
}

/* Through a pooler a file that is one transaction sets for that alone; choose.c has seen to it that it can. */
static struct batch_step statement_step(const struct execution *execution, const struct sql_piece *piece,
                                        unsigned char mark)
{
    const struct dialect *dialect = execution->conn->dialect;
    const char *local = NULL;
    if (execution->conn->pooled && mark & STATEMENT_SESSION && !dialect->ends_with_transaction(piece))
        local = dialect->within_transaction(execution->ctx->mem, piece);
    return local ? (struct batch_step){local, strlen(local), NULL}
                 : (struct batch_step){piece->text, piece->length, NULL};
}

int execution_add_statements(struct execution *execution, int first, int n)
{
    const char *text;
    const struct sql_piece *piece = &execution->split->piece[first];
    TRY(slice_take(execution, first, n, &text));
    for (int i = 0; i < n; i++) {
        const struct sql_piece taken = {.text = text + (piece[i].text - piece->text), .length = piece[i].length};
        const unsigned char mark = execution->mark[first + i];
        execution_add(execution, statement_step(execution, &taken, mark));
        execution->session_changed = execution->session_changed || changes_session(mark);
    }
    execution->count += n;
    return 0;
}

/* A role of the file's may not write our tables, and its time-outs are not meant for them. */
static void add_ourselves(struct execution *execution)
{
    const struct driver *driver = execution->conn->dialect->driver;
    const char *const *step = execution->conn->pooled ? driver->pooled_steps : driver->session_steps;
    if (!step || !execution->session_changed)
        return;
    for (; *step; step++)
        execution_add(execution, (struct batch_step){*step, strlen(*step), NULL});
    execution->settings_reset = true;
}

static void add_in_step(struct execution *execution)
{
    struct batch_step step[IN_STEP_STEPS];
    int n = in_step_add(execution->ctx, execution->session, execution->migration, execution->down, step);
    for (int i = 0; i < n; i++)
        execution_add(execution, step[i]);
}

/* The state row: this is the step that makes the file applied, or not. */
static int add_state(struct execution *execution)
{
    struct ctx *ctx = execution->ctx;
    struct state *state = &execution->session->state;
    const struct migration *migration = execution->migration;
    if (!execution->down) {
        execution_add(execution, state_record(ctx, state, migration));
        add_in_step(execution);
        return 0;
    }
    const struct session *session = execution->session;
    const struct list *rows = migration->type == MIGRATION_SEED ? &session->seed_rows : &session->applied;
    const struct applied *row = applied_version(rows, migration->number);
    if (!row)
        return fail(ctx, ERR_STATE, "%s is not applied", migration->filename);
    execution_add(execution, state_unrecord(ctx, state, row));
    add_in_step(execution);
    return 0;
}

static int add_end(struct execution *execution)
{
    struct ctx *ctx = execution->ctx;
    struct state *state = &execution->session->state;
    const struct migration *migration = execution->migration;
    add_ourselves(execution);
    TRY(add_state(execution));
    if (!execution->begun && !execution->offset) {
        execution->whole = execution->batch.n;
        execution_add(execution, journal_whole(ctx, state, migration, execution->down, -1));
        return 0;
    }
    execution_add(execution, journal_done(ctx, state, migration, seconds_of(execution)));
    return 0;
}

/* As it was run, but for what is too long to be read. */
static void tell_statement(const struct execution *execution, int at, double seconds)
{
    enum { READABLE = 4000 };
    struct ctx *ctx = execution->ctx;
    struct arena_mark mark = arena_save(ctx->mem);
    const struct sql_piece *piece = &execution->split->piece[at];
    int length = piece->length > READABLE ? READABLE : (int)piece->length;
    emit_debug(ctx, "statement %d of %d (%.3fs): %.*s%s", at + 1, execution->split->n, seconds, length, piece->text,
               piece->length > READABLE ? " ..." : "");
    arena_rewind(ctx->mem, mark);
}

/* Its time is that since the one before it. */
static void statement_done(struct execution *execution, int at)
{
    double now = clock_monotonic(), seconds = now - execution->shown;
    execution->shown = now;
    if (execution->session->verbose)
        tell_statement(execution, at, seconds);
    execution_timed(execution, at + 1, seconds);
    if (at + 1 < execution->first + execution->count)
        watcher_begin(execution->watcher, at + 2);
}

/* A driver that works step by step asks for the journal's parameters late enough to know how long it took. */
void execution_step_done(void *sink, int step)
{
    struct execution *execution = sink;
    int at = step - execution->offset;
    if (at >= 0 && at < execution->count)
        statement_done(execution, execution->first + at);
    if (step + 1 == execution->whole)
        execution->batch.step[step + 1] = journal_whole(execution->ctx, &execution->session->state,
                                                        execution->migration, execution->down, seconds_of(execution));
}

void execution_add_done(struct execution *execution, int done, const char *chain)
{
    struct ctx *ctx = execution->ctx;
    struct state *state = &execution->session->state;
    add_ourselves(execution);
    if (execution->conn->fence && execution->conn->in_transaction) /* of the user's own: no batch begins it */
        execution_add(execution, *execution->conn->fence);
    execution_add(execution, journal_step(ctx, state, execution->migration, done, chain));
    if (execution->refused) /* from here on a kill is an interruption again */
        execution_add(execution, journal_end(ctx, state, execution->migration, "running", -1));
    execution->refused = false;
}

static int batch_watched(struct execution *execution)
{
    if (execution->count)
        watcher_begin(execution->watcher, execution->first + 1);
    int code = conn_batch(execution->ctx, execution->conn, &execution->batch);
    watcher_end(execution->watcher);
    return code;
}

/* After a failure: nothing is left of the batch, or nothing but steps of our own, which say the same again. */
static bool may_repeat(const struct execution *execution)
{
    const struct batch *batch = &execution->batch;
    if (execution->conn->whole)
        return false;
    if ((batch->transaction && !execution->once) || !execution->count)
        return true;
    return batch->failed >= 0 && batch->failed < execution->offset && !execution->conn->in_transaction;
}

int execution_run_batch(struct execution *execution)
{
    struct ctx *ctx = execution->ctx;
    execution->batch.done = execution_step_done;
    execution->shown = clock_monotonic();
    execution->batch.sink = execution;
    int code = batch_watched(execution);
    while (code < 0 && may_repeat(execution) && execution_retry(execution)) {
        ctx->error = (struct error){0};
        code = batch_watched(execution);
    }
    if (code == 0)
        execution->patience.tries = 0;
    else if (ctx->error.code < 0) /* a pause may have ended in a cancel */
        code = ctx->error.code;
    if (code < 0)
        execution_explain(execution);
    return code;
}

int execution_begin_alone(struct execution *execution)
{
    if (execution->begun)
        return 0;
    execution_begin_batch(execution, 0, 0, false);
    add_begin(execution);
    TRY(execution_run_batch(execution));
    execution->begun = true;
    return 0;
}

/* ---- statements that go together */

const char *execution_chain(struct execution *execution, int n)
{
    char *chain = arena_alloc(execution->ctx->mem, SUM_ROOM);
    memcpy(chain, execution->chain, SUM_ROOM);
    for (int i = 0; i < n; i++)
        chain_add(execution, execution->done + i, chain);
    return chain;
}

void execution_keep_chain(struct execution *execution, const char *chain)
{
    snprintf(execution->chain, sizeof execution->chain, "%s", chain);
}

void execution_advance(struct execution *execution, int n, const char *chain)
{
    execution->done += n;
    execution->kept = execution->done;
    execution_keep_chain(execution, chain);
}

void execution_classify(const struct execution *execution, int i, struct classified *what)
{
    const struct dialect *dialect = execution->conn->dialect;
    const struct sql_piece *piece = &execution->split->piece[i];
    classify(execution->ctx->mem, dialect->classify, piece, what);
}

/* One transaction over the statements, or a part of one, with everything that belongs to it. */
int execution_fill(struct execution *execution, int first, int n, const char *chain, bool begin)
{
    bool last = first + n == execution->split->n;
    execution_begin_batch(execution, first, n, true);
    if (begin)
        add_begin(execution);
    TRY(execution_add_statements(execution, first, n));
    if (last)
        return add_end(execution);
    if (chain)
        execution_add_done(execution, first + n, chain);
    return 0;
}

static int run_together(struct execution *execution, int n)
{
    bool last = execution->done + n == execution->split->n;
    const char *chain = last ? "" : execution_chain(execution, n);
    if (execution_is_sliced(execution, n)) {
        TRY(execution_slices(execution, n, chain));
    } else {
        TRY(execution_fill(execution, execution->done, n, chain, !last || execution->done));
        TRY(execution_run_batch(execution));
    }
    execution->begun = true;
    execution_advance(execution, n, chain);
    execution->finished = last;
    return 0;
}

/* Rows and their journal step in one transaction, so that an interruption leaves no doubt about them. */
static int run_data(struct execution *execution, int n)
{
    const char *chain = execution_chain(execution, n);
    TRY(ctx_check(execution->ctx));
    TRY(execution_begin_alone(execution));
    execution_begin_batch(execution, execution->done, n, true);
    TRY(execution_add_statements(execution, execution->done, n));
    execution_add_done(execution, execution->done + n, chain);
    TRY(execution_run_batch(execution));
    execution_advance(execution, n, chain);
    return 0;
}

/* How many of the statements from here on are alike: in one segment, or rows of data. */
static int together(const struct execution *execution)
{
    int n = 0;
    for (int i = execution->done; i < execution->split->n && !(execution->mark[i] & STATEMENT_ALONE); i++) {
        n++;
        if (execution->mark[i] & STATEMENT_ENDS_SEGMENT)
            break;
    }
    return n;
}

static int rows_stay(const struct execution *execution, int i, bool *stay)
{
    const struct dialect *dialect = execution->conn->dialect;
    struct arena_mark mark = arena_save(execution->ctx->mem);
    struct classified what;
    *stay = false;
    if (!dialect->rows_stay)
        return 0;
    execution_classify(execution, i, &what);
    TRY(dialect->rows_stay(execution->ctx, execution->conn, &what, stay));
    arena_rewind(execution->ctx->mem, mark);
    return 0;
}

static bool asks_about_last(const struct execution *execution, int i)
{
    const struct dialect *dialect = execution->conn->dialect;
    const struct session_words *words = dialect->session_words;
    return words && i > 0 && i < execution->split->n &&
           asks_before(dialect, &execution->split->piece[i], &words->about_last);
}

/* Its place was beside the one that it asks about: shared_session.c has seen to that, but not what an interruption does to it. */
static int fail_asking(const struct execution *execution)
{
    struct ctx *ctx = execution->ctx;
    const struct sql_piece *piece = &execution->split->piece[execution->done];
    fail(ctx, ERR_STATE, "this asks about the statement before it, which could not be run together with it");
    fail_hint(ctx, "The statements before it (%d) are done. Write the value itself there, and run it again.",
              execution->kept);
    return fail_at(ctx, execution->migration->path, piece->line, piece->column);
}

/* Rows that no transaction holds end the group, or stand alone. What asks about the statement before it does not begin one. */
static int data_together(struct execution *execution, int *together)
{
    int n = 0, limit = execution->migration->no_transaction ? 1 : DATA_GROUP, first = execution->done;
    bool stay = false;
    *together = 0;
    execution->untied = false;
    if (execution->conn->in_transaction || execution->conn->dialect->transactional_ddl)
        return 0;
    while (n < limit && first + n < execution->split->n && execution->mark[first + n] & STATEMENT_DATA)
        n++;
    n = n ? slice_length(execution, first, n) : 0;
    if (n && asks_about_last(execution, first))
        return fail_asking(execution);
    while (*together < n && !stay) {
        TRY(rows_stay(execution, first + *together, &stay));
        *together += !stay;
    }
    while (*together > 1 && asks_about_last(execution, first + *together))
        *together -= 1;
    execution->untied = stay && !*together;
    return 0;
}

static int run_some(struct execution *execution)
{
    bool segments = execution->conn->dialect->transactional_ddl && !execution->migration->no_transaction;
    TRY(ctx_check(execution->ctx));
    int n = segments ? together(execution) : 0;
    if (!segments)
        TRY(data_together(execution, &n));
    if (execution->settings_reset && !execution->conn->in_transaction)
        TRY(execution_replay(execution, false));
    if (!n)
        return execution_alone(execution);
    return segments ? run_together(execution, n) : run_data(execution, n);
}

/* What is done leaves nothing in memory: a file may have any number of statements. */
static int run_next(struct execution *execution)
{
    struct arena_mark mark = arena_save(execution->ctx->mem);
    TRY(run_some(execution));
    execution->batch = (struct batch){0};
    execution->said = execution->evidence = NULL;
    arena_rewind(execution->ctx->mem, mark);
    return 0;
}

static int run_end(struct execution *execution)
{
    if (execution->conn->in_transaction) {
        fail(execution->ctx, ERR_SYNTAX, "the file leaves a transaction open");
        fail_hint(execution->ctx, "End it with COMMIT; without that its statements are undone.");
        return fail_at(execution->ctx, execution->migration->path, 0, 0);
    }
    execution_begin_batch(execution, 0, 0, true);
    TRY(add_end(execution));
    return execution_run_batch(execution);
}

static int changed_while_unfinished(struct execution *execution, const struct journal_row *row)
{
    struct ctx *ctx = execution->ctx;
    const char *name = execution->migration->journal_name;
    const char *as = text_equal(row->filename, name) ? "" : arena_printf(ctx->mem, " as %s", row->filename);
    fail(ctx, ERR_STATE, "%s was interrupted%s after statement %d, and what comes up to there was changed since",
         execution->migration->filename, as, row->done);
    fail_hint(ctx, "Those statements are done already: restore them as they were. What follows may be changed.");
    return fail_at(ctx, execution->migration->path, 0, 0);
}

/* The journal knows a file that was renamed by its new name from here on. */
static int take_row(struct execution *execution, const char *from)
{
    struct state *state = &execution->session->state;
    const char *to = execution->migration->journal_name;
    if (text_equal(from, to))
        return 0;
    execution_begin_batch(execution, 0, 0, true);
    execution_add(execution, journal_delete(execution->ctx, state, to));
    execution_add(execution, journal_rename(execution->ctx, state, from, to));
    return execution_run_batch(execution);
}

/* What follows the statements done may be other ones by now. */
static int count_again(struct execution *execution, int total)
{
    if (total == execution->split->n)
        return 0;
    execution_begin_batch(execution, 0, 0, false);
    execution_add(execution,
                  journal_total(execution->ctx, &execution->session->state, execution->migration, execution->split->n));
    return execution_run_batch(execution);
}

/* Takes up what an earlier run left, if there is anything. */
static int resume(struct execution *execution)
{
    const struct journal_row *row = journal_unfinished(execution->session, execution->migration);
    if (!row || text_equal(row->direction, "down") != execution->down)
        return 0;
    if (row->done > execution->split->n)
        return changed_while_unfinished(execution, row);
    const char *chain = execution_chain(execution, row->done);
    if (row->done && !text_equal(chain, row->checksum))
        return changed_while_unfinished(execution, row);
    TRY(take_row(execution, row->filename));
    execution->begun = true;
    execution->refused = text_equal(row->outcome, "failed");
    execution->doubtful = row->done;
    execution->evidence = row->evidence;
    execution_advance(execution, row->done, chain);
    emit_info(execution->ctx, "%s was interrupted; it goes on after statement %d of %d", execution->migration->filename,
              row->done, execution->split->n);
    TRY(count_again(execution, row->total));
    return execution_replay(execution, true);
}

static bool any_changes_session(const struct execution *execution)
{
    for (int i = 0; i < execution->split->n; i++)
        if (changes_session(execution->mark[i]))
            return true;
    return false;
}

static int run_all(struct execution *execution)
{
    const struct driver *driver = execution->conn->dialect->driver;
    if (driver->session_save && any_changes_session(execution))
        TRY(driver->session_save(execution->ctx, execution->conn));
    TRY(resume(execution));
    if (!execution->split->n && !execution->down && !execution->migration->written[0])
        emit_warning_at(execution->ctx, (struct place){.file = execution->migration->path},
                        "holds no statements: it is recorded as applied, and does nothing");
    while (execution->done < execution->split->n)
        TRY(run_next(execution));
    if (execution->finished || execution->conn->in_transaction)
        return execution->finished ? reset_session(execution) : run_end(execution);
    TRY(reset_session(execution));
    return run_end(execution);
}

/* The file's own limits, or those of the session again. */
static int limit(const struct execution *execution, bool own)
{
    const struct driver *driver = execution->conn->dialect->driver;
    const struct limits *said = &execution->migration->limits;
    struct limits limits = execution->session->limits;
    if (own && said->lock >= 0)
        limits.lock = said->lock;
    if (own && said->statement >= 0)
        limits.statement = said->statement;
    return driver->limit ? driver->limit(execution->ctx, execution->conn, &limits) : 0;
}

static int run_limited(struct execution *execution)
{
    struct ctx *ctx = execution->ctx;
    TRY(limit(execution, true));
    watcher_open(execution->watcher, execution->session);
    watcher_file(execution->watcher, execution->migration->filename, execution->split->n);
    watcher_show(ctx, execution->watcher);
    ctx->grace = GRACE_SECONDS;
    int code = run_all(execution);
    if (code < 0)
        settle_failure(execution);
    ctx->grace = 0;
    execution_times_end(execution);
    watcher_close(execution->watcher);
    struct error error = execution->ctx->error;
    if (error.code != ERR_CONNECT && limit(execution, false) < 0 && code == 0)
        return execution->ctx->error.code;
    execution->ctx->error = error;
    return code;
}

int execution_open(struct ctx *ctx, struct session *session, const struct migration *migration, bool down,
                   struct execution *execution)
{
    struct migration *running = NEW(ctx->mem, struct migration);
    *running = *migration;
    if (!running->token_checksum)
        running->token_checksum = migration_tokens(ctx->mem, migration);
    *execution = (struct execution){
        .ctx = ctx,
        .session = session,
        .conn = session->conn,
        .migration = running,
        .down = down,
        .split = down ? &running->down : &running->up,
        .mark = migration->marks[down],
        .doubtful = -1,
        .started = clock_monotonic(),
    };
    execution_times_open(execution);
    names_add(ctx->mem, &execution->own, state_journal_name(ctx, &session->state));
    if (execution->mark)
        return 0;
    return migration_marks(ctx, session->database->dialect, running, down, &execution->mark);
}

int execution_take_up(struct execution *execution)
{
    struct ctx *ctx = execution->ctx;
    int code = ctx->error.code;
    watcher_open(execution->watcher, execution->session);
    watcher_file(execution->watcher, execution->migration->filename, execution->split->n);
    if (!execution->conn->whole && execution_retry(execution)) {
        ctx->error = (struct error){0};
        code = execution_run_batch(execution);
    } else {
        code = ctx->error.code;
        execution_explain(execution);
    }
    watcher_close(execution->watcher);
    if (code < 0)
        settle_failure(execution);
    return code;
}

int execute_file(struct ctx *ctx, struct session *session, const struct migration *migration, bool down)
{
    struct execution execution;
    struct watcher watcher;
    TRY(ctx_check(ctx));
    if (migration->script)
        return script_run(ctx, session, migration, down);
    TRY(execution_open(ctx, session, migration, down, &execution));
    execution.watcher = &watcher;
    return run_limited(&execution);
}
