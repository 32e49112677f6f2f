/*
 * The way back: applied versions, newest first, each undone by its file's rollback section in a transaction with the
 * removal of its row.  Nothing starts unless every file that is needed is there and can be undone.
 * "Newest" follows the order in which files run, so that a file goes before the one that it depends on.
 */
#include "run/parts.h"

#include "base/clock.h"
#include "base/text.h"
#include "run/hook.h"

/* Applied rows in the order in which they were run; a row without a file stands by its number. */
static void order_rows(struct ctx *ctx, const struct session *session, struct list *rows)
{
    for (int i = 0; i < session->folder->versioned.n; i++) {
        const struct migration *migration = session->folder->versioned.item[i];
        struct applied *row = applied_version(&session->applied, migration->number);
        if (row)
            list_add(ctx->mem, rows, row);
    }
    for (int i = 0; i < session->applied.n; i++) {
        struct applied *row = session->applied.item[i];
        if (row->number < 0 || folder_version(session->folder, row->number))
            continue;
        int at = 0;
        while (at < rows->n && ((struct applied *)rows->item[at])->number < row->number)
            at++;
        list_insert(ctx->mem, rows, at, row);
    }
}

/* Which version stays as the last one; 0: none does. */
static int read_target(struct ctx *ctx, struct session *session, const struct rollback_options *options, int64_t *stays)
{
    *stays = 0;
    if (options->to_nothing || text_equal(options->to_version, "base"))
        return 0;
    TRY(version_read(ctx, options->to_version, stays));
    if (!*stays || applied_version(&session->applied, *stays))
        return 0;
    if (!folder_version(session->folder, *stays))
        return version_unknown(ctx, session, options->to_version);
    fail(ctx, ERR_USAGE, "target version %s has not been applied", options->to_version);
    return fail_hint(ctx, "\"dbwarden history\" lists what is applied; 0 stands for nothing.");
}

/* The last one by its number is undone first, because what comes later may rest on it; that is not always the last one applied. */
static void tell_order(struct ctx *ctx, const struct session *session, const struct list *chosen)
{
    const struct applied *last = NULL;
    for (int i = 0; i < session->applied.n; i++) {
        const struct applied *row = session->applied.item[i];
        if (row->number >= 0 && row->applied_at && (!last || strcmp(row->applied_at, last->applied_at) >= 0))
            last = row;
    }
    for (int i = 0; i < chosen->n; i++)
        if (chosen->item[i] == last)
            return;
    if (last && chosen->n)
        emit_warning(ctx,
                     "version %s was applied last, but it comes before %s, which is rolled back first: numbers decide, "
                     "and --to-version says how far",
                     last->version, ((const struct applied *)chosen->item[chosen->n - 1])->version);
}

static int choose_rows(struct ctx *ctx, struct session *session, const struct rollback_options *options,
                       struct list *chosen)
{
    struct list rows = {0};
    int64_t count = options->count ? options->count : 1, stays = 0;
    bool by_version = options->to_version || options->to_nothing;
    if (options->count && by_version)
        return fail(ctx, ERR_USAGE, "cannot specify both 'count' and 'to-version'");
    if (options->count < 0)
        return fail(ctx, ERR_USAGE, "'count' must be a positive integer");
    if (by_version)
        TRY(read_target(ctx, session, options, &stays));
    order_rows(ctx, session, &rows);
    for (int i = rows.n - 1; i >= 0; i--) {
        struct applied *row = rows.item[i];
        if (by_version ? row->number > stays : chosen->n < count)
            list_add(ctx->mem, chosen, row);
    }
    if (!by_version)
        tell_order(ctx, session, chosen);
    return 0;
}

static bool is_chosen(const struct list *chosen, int64_t number)
{
    for (int i = 0; i < chosen->n; i++)
        if (((const struct applied *)chosen->item[i])->number == number)
            return true;
    return false;
}

/* Nothing that stays may need something that goes. */
static int check_needs(struct ctx *ctx, const struct session *session, const struct list *chosen)
{
    for (int i = 0; i < session->folder->versioned.n; i++) {
        const struct migration *migration = session->folder->versioned.item[i];
        if (!migration->needs.n || !applied_version(&session->applied, migration->number) ||
            is_chosen(chosen, migration->number))
            continue;
        for (int n = 0; n < migration->needs.n; n++) {
            const struct migration *needed = migration->needs.item[n];
            if (!is_chosen(chosen, needed->number))
                continue;
            fail(ctx, ERR_STATE, "%s depends on %s, which would be rolled back", migration->filename, needed->filename);
            return fail_hint(ctx, "Roll back %s as well.", migration->version);
        }
    }
    return 0;
}

/* What is missing, and where it is written. */
static const char *const no_way[SCRIPTS][2] = {
    [SCRIPT_NONE] = {"has no SQL in a \"-- rollback\" section", "Write what undoes it below \"-- rollback\""},
    [SCRIPT_PYTHON] = {"has no function rollback(connection)", "Write one that undoes it"},
    [SCRIPT_SHELL] = {"has no script beside it that undoes it", "Write one, of the same name with .rollback.sh"},
};

static int no_way_back(struct ctx *ctx, const struct migration *migration)
{
    if (migration->irreversible)
        fail(ctx, ERR_STATE, "%s cannot be rolled back: %s", migration->filename, migration->irreversible);
    else
        fail(ctx, ERR_STATE, "%s %s", migration->filename, no_way[migration->script][0]);
    if (migration->takes_file)
        fail_hint(ctx, "Nothing has been rolled back. What undoes it is another file, after it.");
    else
        fail_hint(ctx, "Nothing has been rolled back. %s and try again.", no_way[migration->script][1]);
    return fail_at(ctx, migration->path, 0, 0);
}

static int find_files(struct ctx *ctx, struct session *session, const struct list *chosen, struct list *files)
{
    for (int i = 0; i < chosen->n; i++) {
        const struct applied *row = chosen->item[i];
        struct migration *migration = folder_version(session->folder, row->number);
        if (!migration) {
            fail(ctx, ERR_STATE, "the file of version %s is gone: %s", row->version, row->filename);
            return fail_hint(ctx, "Nothing has been rolled back. Restore the file, because it says how to undo it.");
        }
        /* A file that did nothing, as "new" makes it, is undone by nothing. */
        bool back = migration->script ? migration->has_down : migration->down.n || !migration->up.n;
        if (!back && !migration->down_error)
            return no_way_back(ctx, migration);
        if (migration_edited(ctx->mem, session, migration, row))
            emit_warning_at(ctx, (struct place){.file = migration->path},
                            "was changed after it was applied; its rollback section is run as it stands now");
        list_add(ctx->mem, files, migration);
    }
    return choice_check(ctx, session, files, true);
}

static int refuse_unfinished(struct ctx *ctx, const struct session *session)
{
    for (int i = 0; i < session->unfinished.n; i++) {
        const struct journal_row *row = session->unfinished.item[i];
        if (!text_equal(row->direction, "up") || !row->version || !unfinished_holds(row))
            continue;
        fail(ctx, ERR_STATE, "%s was interrupted after statement %d of %d", row->filename, row->done, row->total);
        return fail_hint(ctx, "Run migrate first, which finishes it; then it can be rolled back as a whole.");
    }
    return 0;
}

static int undo_file(struct ctx *ctx, struct session *session, const struct migration *migration, struct json *list)
{
    double started = clock_monotonic();
    emit_info(ctx, "Rolling back migration: %s (version: %s)", migration->filename, migration->version);
    TRY(strangers_again(ctx, session, migration, true));
    TRY(hook_file_begin(ctx, session, migration, true));
    TRY(execute_file(ctx, session, migration, true));
    double seconds = clock_monotonic() - started;
    emit_info(ctx, "Rollback completed: %s (version: %s) in %.2fs", migration->filename, migration->version, seconds);
    hook_file_end(ctx, session, migration, seconds);
    session->finished++;
    json_add(ctx->mem, list, report_migration(ctx->mem, migration, seconds, migration->down.n));
    return 0;
}

static int undo_files(struct ctx *ctx, struct session *session, const struct list *files, struct json *report)
{
    struct json *reverted = json_get(report, "reverted");
    if (files->n)
        TRY(session_show_lock(ctx, session, files->item[0], true));
    for (int i = 0; i < files->n; i++) {
        const struct migration *migration = files->item[i];
        emit_progress(ctx, i, files->n, migration->filename);
        TRY(undo_file(ctx, session, migration, reverted));
        emit_progress(ctx, i + 1, files->n, migration->filename);
    }
    return 0;
}

static int report_end(struct ctx *ctx, struct session *session, struct json *report, int code)
{
    struct error error = ctx->error;
    bool any = json_get(report, "reverted")->n > 0;
    if (!any && !code)
        snapshot_catch_up(ctx, session);
    if (any && code != ERR_CANCELLED && code != ERR_CONNECT) {
        snapshot_take(ctx, session);
        if (!session_reload(ctx, session))
            for (int i = 0; i < session->applied.n; i++) {
                const struct applied *row = session->applied.item[i];
                if (row->number >= 0)
                    json_set_text(ctx->mem, report, "version", row->version);
            }
    }
    json_set_text(ctx->mem, report, "snapshot", session->snapshot);
    if (code < 0)
        ctx->error = error;
    return code;
}

static int run(struct ctx *ctx, struct session *session, const struct rollback_options *options, struct json *report)
{
    struct list chosen = {0}, files = {0};
    TRY(session_folder(ctx, session));
    TRY(session_lock(ctx, session));
    TRY(session_reload(ctx, session));
    TRY(refuse_unfinished(ctx, session));
    TRY(squashed_record(ctx, session));
    twice_warn(ctx, session);
    TRY(choose_rows(ctx, session, options, &chosen));
    TRY(check_needs(ctx, session, &chosen));
    TRY(find_files(ctx, session, &chosen, &files));
    TRY(hook_begin(ctx, session, &files, true));
    if (options->backup && files.n) {
        const char *path;
        TRY(backup_take(ctx, session, options->backup_dir, &path));
        json_set_text(ctx->mem, report, "backup", path);
    }
    TRY(strangers_keep(ctx, session, &files, true));
    int code = undo_files(ctx, session, &files, report);
    session->conn->strangers = NULL;
    session_keep_times(ctx, session);
    translation_report(ctx, session, report);
    return report_end(ctx, session, report, code);
}

int rollback_run(struct ctx *ctx, struct session *session, const struct rollback_options *options, struct json *report)
{
    json_set_text(ctx->mem, report, "database", session->database->name);
    json_set(ctx->mem, report, "reverted", json_array(ctx->mem));
    json_set_text(ctx->mem, report, "version", NULL);
    json_set_text(ctx->mem, report, "backup", NULL);
    json_set_text(ctx->mem, report, "snapshot", NULL);
    int code = run(ctx, session, options, report);
    if (code == ERR_CANCELLED)
        stop_in_run(ctx, session, "rollback");
    return hook_end(ctx, session, json_get(report, "reverted"), true, code);
}
