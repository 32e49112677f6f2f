/*
 * migrate, from top to bottom: files, lock, rows, choice, each file, repeatables, snapshot.  Everything that can be
 * known before the first statement is checked before it.  A baseline takes the same road and marks instead of running.
 * Not here: what is chosen (choose.c) and how one file runs (execute.c).
 */
#include "run/parts.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "run/check.h"
#include "run/hook.h"
#include "run/stamp.h"

const char *version_shown(const struct migration *migration)
{
    static const char *const mark[] = {NULL, "RA", "ROC"};
    return migration->version ? migration->version : mark[migration->type];
}

static int run_file(struct ctx *ctx, struct session *session, struct migration *migration, struct json *list)
{
    struct arena_mark mark = arena_save(ctx->mem);
    struct tree *strangers = session->conn->strangers;
    double started = clock_monotonic();
    emit_info(ctx, "Starting migration: %s (version: %s)", migration->filename, version_shown(migration));
    TRY(strangers_again(ctx, session, migration, false));
    TRY(hook_file_begin(ctx, session, migration, false));
    TRY(execute_file(ctx, session, migration, false));
    double seconds = clock_monotonic() - started;
    if (!session->conn->whole)
        emit_info(ctx, "[APPLIED] Completed migration: %s (version: %s) in %.2fs", migration->filename,
                  version_shown(migration), seconds);
    hook_file_end(ctx, session, migration, seconds);
    session->conn->strangers = strangers;
    arena_rewind(ctx->mem, mark);
    list_add(ctx->mem, &session->ran, migration);
    session->finished++;
    json_add(ctx->mem, list, report_migration(ctx->mem, migration, seconds, migration->up.n));
    return 0;
}

int migrate_files(struct ctx *ctx, struct session *session, const struct choice *choice, struct json *report)
{
    struct json *applied = json_get(report, "applied"), *repeatables = json_get(report, "repeatables");
    const struct list *lists[] = {&choice->versioned, &choice->always, &choice->on_change};
    int done = 0, total = choice->versioned.n + choice->always.n + choice->on_change.n;
    if (total && !session->conn->whole)
        TRY(session_show_lock(ctx, session, choice_first(choice), false));
    session->files = total;
    for (int l = 0; l < 3; l++) {
        struct json *list = l ? repeatables : applied;
        for (int i = 0, had = list->n; i < lists[l]->n; done += list->n - had, i += list->n - had, had = list->n) {
            struct migration *migration = lists[l]->item[i];
            session->file = done;
            TRY(group_run(ctx, session, lists[l], i, list));
            if (list->n > had)
                continue;
            emit_progress(ctx, done, total, migration->filename);
            TRY(run_file(ctx, session, migration, list));
            emit_progress(ctx, done + 1, total, migration->filename);
            if (!l && session->database->snapshots_each && !session->conn->whole)
                TRY(snapshot_take(ctx, session));
        }
    }
    return 0;
}

/* Marks files as applied that are there already: state and journal rows, nothing of their SQL. */
static int mark_files(struct ctx *ctx, struct session *session, const struct migrate_options *options,
                      const struct choice *choice, struct json *report)
{
    struct json *applied = json_get(report, "applied");
    const struct migration *last = NULL;
    struct batch batch = {.transaction = true};
    batch.step = NEW_ARRAY(ctx->mem, struct batch_step, choice->versioned.n * STAMP_STEPS + choice->halfway.n + 1);
    for (int i = 0; i < choice->halfway.n; i++)
        batch.step[batch.n++] =
            journal_delete(ctx, &session->state, ((const struct journal_row *)choice->halfway.item[i])->filename);
    for (int i = 0; i < choice->versioned.n; i++) {
        last = choice->versioned.item[i];
        json_add(ctx->mem, applied, report_migration(ctx->mem, last, 0, 0));
    }
    stamp_steps(ctx, session, &choice->versioned, &batch);
    if (batch.n)
        TRY(conn_batch(ctx, session->conn, &batch));
    const char *version = options->to_version || !last ? options->to_version : last->version;
    json_set_text(ctx->mem, report, "baseline", version);
    if (version && !session->state.stamps)
        emit_info(ctx, "[APPLIED] Baseline set at version: %s", version);
    return 0;
}

/* Rollbacks that were interrupted, the last version first. */
static struct list halfway_back(struct ctx *ctx, const struct session *session)
{
    struct list files = {0};
    for (int i = session->folder->versioned.n - 1; i >= 0; i--) {
        struct migration *migration = session->folder->versioned.item[i];
        const struct journal_row *row = journal_unfinished(session, migration);
        if (row && text_equal(row->direction, "down") && applied_version(&session->applied, migration->number))
            list_add(ctx->mem, &files, migration);
    }
    return files;
}

/* A rollback that was interrupted leaves its version applied and half undone: it is ended first, and runs again then. */
static int finish_rollbacks(struct ctx *ctx, struct session *session)
{
    const struct list files = halfway_back(ctx, session);
    TRY(choice_check(ctx, session, &files, true));
    for (int i = 0; i < files.n; i++) {
        const struct migration *migration = files.item[i];
        emit_info(ctx, "Rolling back migration: %s (version: %s)", migration->filename, migration->version);
        double started = clock_monotonic();
        TRY(hook_file_begin(ctx, session, migration, true));
        TRY(execute_file(ctx, session, migration, true));
        hook_file_end(ctx, session, migration, clock_monotonic() - started);
    }
    return files.n ? session_reload(ctx, session) : 0;
}

/* Numbers of the statements that commit by themselves: all, where the engine or the file knows no transactions. */
static struct json *outside_json(struct ctx *ctx, const struct session *session, const struct migration *migration,
                                 bool down)
{
    bool all = migration->no_transaction || !session->database->dialect->transactional_ddl;
    const unsigned char *marks = migration->marks[down];
    struct json *outside = json_array(ctx->mem);
    for (int i = 0; i < (down ? &migration->down : &migration->up)->n; i++)
        if (marks && (all ? !(marks[i] & STATEMENT_DATA) : marks[i] & STATEMENT_ALONE))
            json_add(ctx->mem, outside, json_int(ctx->mem, i + 1));
    return outside;
}

static const char *statement_text(const void *of, int i, size_t *length)
{
    const struct split *split = of;
    *length = split->piece[i].length;
    return split->piece[i].text;
}

/* Of a shell script's way back, which is a file of its own; NULL: it cannot be read. */
static const char *back_text(struct ctx *ctx, const struct migration *migration)
{
    struct error before = ctx->error;
    size_t length;
    char *text;
    if (file_read(ctx, migration->back, 0, &text, &length) == 0)
        return text;
    ctx->error = before;
    return NULL;
}

static struct json *texts_json(struct ctx *ctx, const struct session *session, const struct migration *migration,
                               bool down)
{
    const struct split *split = down ? &migration->down : &migration->up;
    struct json *entry = report_migration(ctx->mem, migration, 0, split->n);
    struct json_source *source = NEW(ctx->mem, struct json_source);
    *source = (struct json_source){statement_text, split};
    const struct journal_row *begun = journal_unfinished(session, migration);
    if (begun && begun->done && begun->done <= split->n && down == text_equal(begun->direction, "down"))
        json_set_int(ctx->mem, entry, "done", begun->done);
    if (migration->script) {
        json_set_text(ctx->mem, entry, "language", script_kinds[migration->script].word);
        json_set_text(ctx->mem, entry, "source", down && migration->back ? back_text(ctx, migration) : migration->text);
    }
    json_set(ctx->mem, entry, "statements", json_texts(ctx->mem, source, split->n));
    json_set(ctx->mem, entry, "outside", outside_json(ctx, session, migration, down));
    return entry;
}

static int add_texts(struct ctx *ctx, const struct session *session, const struct list *migrations, struct json *list)
{
    struct json *hazards;
    for (int i = 0; i < migrations->n; i++) {
        const struct migration *migration = migrations->item[i];
        struct json *entry = texts_json(ctx, session, migration, false);
        json_set_text(ctx->mem, entry, "type", migration_type_name(migration->type));
        TRY(file_hazards(ctx, session, migration, &hazards));
        json_set(ctx->mem, entry, "hazards", hazards);
        json_add(ctx->mem, list, entry);
    }
    return 0;
}

static struct list all_chosen(struct ctx *ctx, const struct choice *choice)
{
    const struct list *const lists[] = {&choice->versioned, &choice->always, &choice->on_change};
    struct list files = {0};
    for (int l = 0; l < 3; l++)
        for (int i = 0; i < lists[l]->n; i++)
            list_add(ctx->mem, &files, lists[l]->item[i]);
    return files;
}

static int ceiling_check(struct ctx *ctx, struct session *session, const struct migrate_options *options,
                         const struct choice *choice)
{
    enum severity ceiling = SEVERITY_OFF;
    const struct list files = all_chosen(ctx, choice);
    while (ceiling < SEVERITY_ERROR && !text_equal(severity_names[ceiling], options->max_severity))
        ceiling++;
    return files.n && ceiling < SEVERITY_ERROR ? check_ceiling(ctx, session, &files, ceiling) : 0;
}

static int check_all(struct ctx *ctx, struct session *session, const struct migrate_options *options,
                     struct choice *choice)
{
    if (options->baseline)
        return unfinished_baseline(ctx, session, choice->up_to, &choice->halfway);
    TRY(choice_check(ctx, session, &choice->versioned, false));
    TRY(choice_check(ctx, session, &choice->always, false));
    TRY(choice_check(ctx, session, &choice->on_change, false));
    if (options->max_severity)
        TRY(ceiling_check(ctx, session, options, choice));
    return options->atomic ? atomic_check(ctx, session, choice) : 0;
}

/* What would be rolled back to its end first; after that it is as if it had never been applied. */
static int add_rollbacks(struct ctx *ctx, struct session *session, struct json *list)
{
    const struct list files = halfway_back(ctx, session);
    TRY(choice_check(ctx, session, &files, true));
    for (int i = 0; i < files.n; i++) {
        const struct migration *migration = files.item[i];
        json_add(ctx->mem, list, texts_json(ctx, session, migration, true));
        for (int k = session->applied.n - 1; k >= 0; k--)
            if (((const struct applied *)session->applied.item[k])->number == migration->number)
                list_remove(&session->applied, k);
    }
    return 0;
}

static int dry_run(struct ctx *ctx, struct session *session, const struct migrate_options *options, struct json *report)
{
    struct choice choice;
    TRY(session_connect(ctx, session, true));
    TRY(session_reload(ctx, session));
    TRY(unfinished_check(ctx, session, false, options->baseline));
    struct json *rollbacks = json_array(ctx->mem);
    if (!options->baseline)
        TRY(add_rollbacks(ctx, session, rollbacks));
    json_set(ctx->mem, report, "rollbacks", rollbacks);
    TRY(choice_make(ctx, session, options, &choice));
    TRY(check_all(ctx, session, options, &choice));
    struct json *pending = json_get(report, "pending");
    TRY(add_texts(ctx, session, &choice.versioned, pending));
    TRY(add_texts(ctx, session, &choice.always, pending));
    TRY(add_texts(ctx, session, &choice.on_change, pending));
    json_set_int(ctx->mem, report, "skipped", choice.applied);
    json_set_bool(ctx->mem, report, "up_to_date", !pending->n && !rollbacks->n);
    translation_report(ctx, session, report);
    return 0;
}

static void report_begin(struct ctx *ctx, const struct session *session, const struct migrate_options *options,
                         struct json *report)
{
    struct arena *mem = ctx->mem;
    json_set_text(mem, report, "database", session->database->name);
    json_set_bool(mem, report, "dry_run", options->dry_run);
    json_set_text(mem, report, "baseline", NULL);
    json_set(mem, report, "applied", json_array(mem));
    json_set(mem, report, "repeatables", json_array(mem));
    json_set(mem, report, "pending", json_array(mem));
    json_set_int(mem, report, "skipped", 0);
    json_set_text(mem, report, "backup", NULL);
    json_set_text(mem, report, "snapshot", NULL);
    json_set_bool(mem, report, "up_to_date", false);
}

static void tell_pending(struct ctx *ctx, const struct choice *choice)
{
    if (!choice->versioned.n)
        return;
    emit_info(ctx, "Pending migrations (%d):", choice->versioned.n);
    for (int i = 0; i < choice->versioned.n; i++)
        emit_info(ctx, "  [PENDING] %s", ((const struct migration *)choice->versioned.item[i])->version);
}

/* What the options or a failure left out. */
static void report_left(struct ctx *ctx, const struct session *session, struct json *report)
{
    struct json *pending = json_get(report, "pending"), *applied = json_get(report, "applied");
    struct names now = {0};
    for (int i = 0; i < applied->n; i++)
        names_add(ctx->mem, &now, json_get_text(applied->item[i], "version"));
    int next = 0; /* they were applied in the order of the folder */
    for (int i = 0; i < session->folder->versioned.n; i++) {
        const struct migration *migration = session->folder->versioned.item[i];
        if (next < now.n && text_equal(now.item[next], migration->version)) {
            next++;
            continue;
        }
        if (!applied_version(&session->applied, migration->number))
            json_add(ctx->mem, pending, report_migration(ctx->mem, migration, 0, migration->up.n));
    }
}

/* After a failure too: what was applied before it is what the next diff starts from. */
static int take_snapshot(struct ctx *ctx, struct session *session, struct json *report, int code)
{
    struct error error = ctx->error;
    bool reachable = code != ERR_CANCELLED && code != ERR_CONNECT && code != ERR_LOCKED;
    if (json_get(report, "applied")->n && reachable)
        snapshot_take(ctx, session);
    else if (json_get(report, "repeatables")->n && reachable)
        snapshot_renew(ctx, session);
    else if (!code)
        snapshot_catch_up(ctx, session);
    json_set_text(ctx->mem, report, "snapshot", session->snapshot);
    if (code < 0)
        ctx->error = error;
    return code;
}

static int take_backup(struct ctx *ctx, struct session *session, const struct migrate_options *options,
                       const struct choice *choice, struct json *report)
{
    const char *path;
    if (!options->backup || session->sandbox)
        return 0;
    if (!(choice->versioned.n + choice->always.n + choice->on_change.n))
        return backup_check(ctx, session, options->backup_dir);
    TRY(backup_take(ctx, session, options->backup_dir, &path));
    json_set_text(ctx->mem, report, "backup", path);
    return 0;
}

static int hook_before(struct ctx *ctx, struct session *session, const struct choice *choice)
{
    const struct list files = all_chosen(ctx, choice);
    return hook_begin(ctx, session, &files, false);
}

static int run(struct ctx *ctx, struct session *session, const struct migrate_options *options, struct json *report)
{
    struct choice choice;
    TRY(session_folder(ctx, session));
    if (options->dry_run)
        return dry_run(ctx, session, options, report);
    TRY(session_lock(ctx, session));
    TRY(session_reload(ctx, session));
    TRY(unfinished_check(ctx, session, false, options->baseline));
    TRY(squashed_record(ctx, session));
    if (!options->baseline)
        TRY(finish_rollbacks(ctx, session));
    TRY(choice_make(ctx, session, options, &choice));
    json_set_int(ctx->mem, report, "skipped", choice.applied);
    TRY(check_all(ctx, session, options, &choice));
    if (!options->baseline)
        tell_pending(ctx, &choice);
    if (!options->baseline)
        TRY(hook_before(ctx, session, &choice));
    TRY(take_backup(ctx, session, options, &choice, report));
    if (!options->baseline)
        TRY(strangers_keep(ctx, session, &choice.versioned, false));
    int code = options->baseline ? mark_files(ctx, session, options, &choice, report)
               : options->atomic ? atomic_run(ctx, session, &choice, report)
                                 : migrate_files(ctx, session, &choice, report);
    session->conn->strangers = NULL;
    session_keep_times(ctx, session);
    json_set_bool(ctx->mem, report, "up_to_date",
                  !code && !json_get(report, "applied")->n && !json_get(report, "repeatables")->n);
    report_left(ctx, session, report);
    translation_report(ctx, session, report);
    return take_snapshot(ctx, session, report, code);
}

int migrate_run(struct ctx *ctx, struct session *session, const struct migrate_options *options, struct json *report)
{
    report_begin(ctx, session, options, report);
    int code = run(ctx, session, options, report);
    if (code == ERR_CANCELLED)
        stop_in_run(ctx, session, options->atomic ? "migrate --atomic" : "migrate");
    if (options->dry_run)
        return code;
    struct json *done = json_array(ctx->mem);
    const struct json *const lists[] = {json_get(report, "applied"), json_get(report, "repeatables")};
    for (int l = 0; l < 2; l++)
        for (int i = 0; i < lists[l]->n; i++)
            json_add(ctx->mem, done, lists[l]->item[i]);
    return hook_end(ctx, session, done, false, code);
}
