/*
 * Files that go to the server together: each is one transaction with its rows of state as ever, but nothing waits for the answer
 * to one before the next is sent, so that many files over a slow link cost few round trips.  What is told of a file is told
 * as its answers come.  The first failure makes the server skip what follows; what was committed before it stays, and the
 * file that failed is taken up by itself.  A file that needs anything special does not come here.
 */
#include "run/execution.h"

#include "base/clock.h"
#include "run/hook.h"

enum { GROUP_FILES = 64, GROUP_STATEMENTS = 50, GROUP_BYTES = 64 << 10 };

struct group {
    struct ctx *ctx;
    struct session *session;
    const struct list *migrations;
    int first; /* of these */
    struct watcher watcher;
    struct execution execution[GROUP_FILES];
    struct batch *batch[GROUP_FILES];
    double seconds[GROUP_FILES]; /* that each took */
    int n;
    int at; /* whose answers are coming */
    int before;
    double since;
};

/* Nothing has to be set or read before it, and nothing of the session put back after it. */
static bool is_plain(const struct session *session, const struct migration *migration)
{
    const unsigned char special = STATEMENT_ALONE | STATEMENT_ENDS_SEGMENT | STATEMENT_SESSION | STATEMENT_OPAQUE;
    int n = migration->up.n;
    if (migration->no_transaction || migration->limits.lock >= 0 || migration->limits.statement >= 0 || !n ||
        n > GROUP_STATEMENTS || migration->length > GROUP_BYTES || !migration->marks[false] ||
        journal_unfinished(session, migration))
        return false;
    for (int i = 0; i < n; i++)
        if (migration->marks[false][i] & special)
            return false;
    return true;
}

static int group_length(const struct session *session, const struct list *migrations, int first)
{
    int n = 0;
    if (!session->conn->dialect->driver->batches || session->conn->fence || session->database->snapshots_each ||
        hook_of_files(session))
        return 0;
    while (first + n < migrations->n && n < GROUP_FILES && is_plain(session, migrations->item[first + n]))
        n++;
    return n;
}

static void file_begins(struct group *group)
{
    struct ctx *ctx = group->ctx;
    struct session *session = group->session;
    struct execution *execution = &group->execution[group->at];
    const struct migration *migration = execution->migration;
    session->file = group->before + group->at;
    emit_progress(ctx, session->file, session->files, migration->filename);
    emit_info(ctx, "Starting migration: %s (version: %s)", migration->filename, version_shown(migration));
    watcher_file(&group->watcher, migration->filename, execution->split->n);
    watcher_begin(&group->watcher, 1);
    group->since = execution->shown = clock_monotonic();
}

static void file_ended(struct group *group)
{
    struct ctx *ctx = group->ctx;
    struct session *session = group->session;
    const struct migration *migration = group->execution[group->at].migration;
    double seconds = group->seconds[group->at] = clock_monotonic() - group->since;
    watcher_end(&group->watcher);
    execution_times_end(&group->execution[group->at]);
    if (!session->conn->whole)
        emit_info(ctx, "[APPLIED] Completed migration: %s (version: %s) in %.2fs", migration->filename,
                  version_shown(migration), seconds);
    emit_progress(ctx, group->before + ++group->at, session->files, migration->filename);
}

/* Of the batch whose answers are coming: -1 is its BEGIN, the step after its last one its COMMIT. */
static void step_done(void *sink, int step)
{
    struct group *group = sink;
    struct execution *execution = &group->execution[group->at];
    if (step < 0)
        file_begins(group);
    else if (step < execution->batch.n)
        execution_step_done(execution, step);
    else
        file_ended(group);
}

static int group_fill(struct group *group)
{
    for (int i = 0; i < group->n; i++) {
        struct execution *execution = &group->execution[i];
        TRY(execution_open(group->ctx, group->session, group->migrations->item[group->first + i], false, execution));
        TRY(execution_fill(execution, 0, execution->split->n, "", false));
        execution->batch.done = step_done;
        execution->batch.sink = group;
        execution->watcher = &group->watcher;
        group->batch[i] = &execution->batch;
    }
    return 0;
}

static void report(struct group *group, int i, struct json *list)
{
    struct ctx *ctx = group->ctx;
    struct migration *migration = group->migrations->item[group->first + i];
    list_add(ctx->mem, &group->session->ran, migration);
    group->session->finished++;
    json_add(ctx->mem, list, report_migration(ctx->mem, migration, group->seconds[i], migration->up.n));
}

static int group_send(struct group *group)
{
    TRY(group_fill(group));
    watcher_open(&group->watcher, group->session);
    int code = conn_batches(group->ctx, group->session->conn, group->batch, group->n);
    watcher_close(&group->watcher);
    return code;
}

int group_run(struct ctx *ctx, struct session *session, const struct list *migrations, int first, struct json *list)
{
    struct group group = {.ctx = ctx, .session = session, .migrations = migrations, .first = first};
    struct arena_mark mark = arena_save(ctx->mem);
    group.before = session->file;
    group.n = group_length(session, migrations, first);
    if (group.n < 2)
        return 0;
    ctx->grace = GRACE_SECONDS;
    int code = group_send(&group), failed = group.at;
    if (code == 0)
        arena_rewind(ctx->mem, mark);
    for (int i = 0; i < failed; i++)
        report(&group, i, list);
    if (code < 0 && failed < group.n) {
        code = execution_take_up(&group.execution[failed]);
        if (code == 0) {
            file_ended(&group);
            report(&group, failed, list);
        }
    }
    ctx->grace = 0;
    return code;
}
