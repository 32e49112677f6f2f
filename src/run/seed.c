/*
 * Seeds: which of them run, forwards and back.  A seed of SQL is run like a migration (execute.c), one of Python by the project's own
 * interpreter, in one transaction with its row.  An applied seed is never run again by itself: if its file was edited since, that is said.
 * They lie in seeds/, for every database, and in dbwarden/NAME/seeds/, for one.
 */
#include "run/parts.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "run/hook.h"

#define SHARED_FOLDER "seeds"
#define SEED_SECONDS  600.0
#define STAYS         "it is forgotten, but its rows stay"

int session_seeds(struct ctx *ctx, struct session *session)
{
    if (session->seeds)
        return 0;
    struct names paths = {0};
    const char *own = arena_printf(ctx->mem, "dbwarden/%s/seeds", session->database->name);
    const char *const usual[] = {own, SHARED_FOLDER};
    for (int i = 0; i < 2; i++) {
        const char *path = session_path(ctx, session, usual[i]);
        if (folder_exists(path))
            names_add(ctx->mem, &paths, path);
    }
    TRY(seeds_read(ctx, session->database->source, &paths, &session->seeds));
    session->seeds->path = paths.n ? paths.item[0] : session_path(ctx, session, SHARED_FOLDER);
    session->seeds->absent = !paths.n;
    return 0;
}

int session_seed_rows(struct ctx *ctx, struct session *session)
{
    TRY(session_reload(ctx, session));
    TRY(state_seeds(ctx, &session->state, &session->seed_rows));
    unfinished_find(ctx, session);
    return 0;
}

/* ---- what there is */

enum { APPLIED, PENDING, EDITED, MISSING, UNFINISHED, BROKEN, STATUSES };
static const char *const status_name[STATUSES] = {"applied", "pending", "edited", "missing", "unfinished", "broken"};

static int status_of(struct ctx *ctx, const struct session *session, const struct migration *seed,
                     const struct applied *row)
{
    if (!seed)
        return MISSING;
    if (journal_unfinished(session, seed))
        return UNFINISHED;
    if (row)
        return migration_edited(ctx->mem, session, seed, row) ? EDITED : APPLIED;
    return seed->up_error ? BROKEN : PENDING;
}

static struct json *entry_of(struct arena *mem, const struct migration *seed, const struct applied *row)
{
    struct json *entry = json_object(mem);
    json_set_text(mem, entry, "version", seed ? seed->version : row->version);
    json_set_text(mem, entry, "filename", seed ? seed->filename : row->filename);
    json_set_text(mem, entry, "type", seed ? script_kinds[seed->script].word : row->type);
    return entry;
}

/* Interrupted ones whose file is gone. */
static int add_gone(struct arena *mem, const struct session *session, struct json *list)
{
    int n = 0;
    for (int i = 0; i < session->unfinished.n; i++) {
        const struct journal_row *row = session->unfinished.item[i];
        if (!row->seed || !unfinished_holds(row) || !unfinished_gone(session, row) ||
            applied_version(&session->seed_rows, row->number))
            continue;
        const struct applied seed = {.version = arena_printf(mem, "%04lld", (long long)row->number),
                                     .filename = path_name(row->filename),
                                     .type = "sql"};
        struct json *entry = entry_of(mem, NULL, &seed);
        json_set_text(mem, entry, "status", status_name[UNFINISHED]);
        json_set_text(mem, entry, "applied_at", NULL);
        json_add(mem, list, entry);
        n++;
    }
    return n;
}

int seeds_report(struct ctx *ctx, struct session *session, struct json *report)
{
    struct arena *mem = ctx->mem;
    struct json *list = json_array(mem), *count = json_object(mem);
    const struct list *seeds = &session->seeds->versioned, *rows = &session->seed_rows;
    int n[STATUSES] = {0};
    for (int s = 0, r = 0; s < seeds->n || r < rows->n;) {
        const struct migration *seed = s < seeds->n ? seeds->item[s] : NULL;
        const struct applied *row = r < rows->n ? rows->item[r] : NULL;
        if (seed && row && seed->number < row->number)
            row = NULL;
        else if (seed && row && seed->number > row->number)
            seed = NULL;
        s += seed != NULL;
        r += row != NULL;
        int status = status_of(ctx, session, seed, row);
        struct json *entry = entry_of(mem, seed, row);
        json_set_text(mem, entry, "status", status_name[status]);
        json_set_text(mem, entry, "applied_at", row ? row->applied_at : NULL);
        json_add(mem, list, entry);
        n[status]++;
    }
    n[UNFINISHED] += add_gone(mem, session, list);
    for (int i = 0; i < STATUSES; i++)
        json_set_int(mem, count, status_name[i], n[i]);
    json_set(mem, report, "seeds", list);
    json_set(mem, report, "seed_counts", count);
    return 0;
}

int seed_list_run(struct ctx *ctx, struct session *session, struct json *report)
{
    json_set_text(ctx->mem, report, "database", session->database->name);
    TRY(session_seeds(ctx, session));
    TRY(session_connect(ctx, session, true));
    TRY(session_seed_rows(ctx, session));
    json_set_text(ctx->mem, report, "folder", session->seeds->absent ? NULL : session->seeds->path);
    return seeds_report(ctx, session, report);
}

/* "0002", "2" or "V0002". */
static int seed_version_read(struct ctx *ctx, const struct session *session, const char *text, int64_t *number)
{
    TRY(version_read(ctx, text + (*text == 'V' || *text == 'v'), number));
    if (folder_version(session->seeds, *number) || applied_version(&session->seed_rows, *number))
        return 0;
    fail(ctx, ERR_USAGE, "there is no seed of version %s", text);
    return fail_hint(ctx, "\"dbwarden seed list\" lists them.");
}

/* ---- one seed */

static int run_python(struct ctx *ctx, struct session *session, const struct migration *seed, bool down)
{
    const struct applied *row = applied_version(&session->seed_rows, seed->number);
    const struct batch_step step =
        down ? state_unrecord(ctx, &session->state, row) : state_record(ctx, &session->state, seed);
    const struct applied made = {.version = seed->version, .seed = true};
    const struct batch_step withdraw = state_unrecord(ctx, &session->state, &made);
    bool ran = true;
    struct program_source source = {
        .path = path_absolute(ctx, seed->path),
        .what = "seed",
        .function = down ? "rollback" : "seed",
        .arguments = 2,
        .optional = down,
        .record = &step,
        .records = 1,
        .withdraw = down ? NULL : &withdraw,
        .limits = session->limits,
        .seconds = session->time_limit ? session->time_limit : SEED_SECONDS,
    };
    TRY(config_program(ctx, session->config, session->database, &source, &ran));
    if (!ran)
        emit_warning_at(ctx, (struct place){.file = seed->path}, "has no function rollback(): " STAYS);
    return 0;
}

static int run_seed(struct ctx *ctx, struct session *session, const struct migration *seed, bool down,
                    struct json *list)
{
    struct arena_mark mark = arena_save(ctx->mem);
    double started = clock_monotonic();
    emit_info(ctx, down ? "Rolling back seed V%s: %s" : "Applying seed V%s: %s", seed->version, seed->filename);
    TRY(hook_file_begin(ctx, session, seed, down));
    TRY(seed->script ? run_python(ctx, session, seed, down) : execute_file(ctx, session, seed, down));
    double seconds = clock_monotonic() - started;
    emit_info(ctx, down ? "Rolled back seed V%s: %s" : "Applied seed V%s: %s", seed->version, seed->filename);
    hook_file_end(ctx, session, seed, seconds);
    arena_rewind(ctx->mem, mark);
    session->finished++;
    struct json *entry = entry_of(ctx->mem, seed, NULL);
    json_set(ctx->mem, entry, "seconds", json_real(ctx->mem, seconds));
    json_add(ctx->mem, list, entry);
    return 0;
}

static int run_each(struct ctx *ctx, struct session *session, const struct list *seeds, bool down, struct json *list)
{
    if (seeds->n)
        TRY(session_show_lock(ctx, session, seeds->item[0], down));
    for (int i = 0; i < seeds->n; i++) {
        const struct migration *seed = seeds->item[i];
        emit_progress(ctx, i, seeds->n, seed->filename);
        TRY(run_seed(ctx, session, seed, down, list));
        emit_progress(ctx, i + 1, seeds->n, seed->filename);
    }
    return 0;
}

static int run_seeds(struct ctx *ctx, struct session *session, const struct list *seeds, bool down, struct json *list)
{
    int code = run_each(ctx, session, seeds, down, list);
    session_keep_times(ctx, session);
    return code;
}

/* ---- forwards */

/* A way back that was interrupted is ended first; then it runs again. */
static int finish_rollbacks(struct ctx *ctx, struct session *session)
{
    struct list halfway = {0};
    for (int i = session->seeds->versioned.n - 1; i >= 0; i--) {
        struct migration *seed = session->seeds->versioned.item[i];
        const struct journal_row *row = journal_unfinished(session, seed);
        if (row && text_equal(row->direction, "down") && applied_version(&session->seed_rows, seed->number))
            list_add(ctx->mem, &halfway, seed);
    }
    TRY(choice_check(ctx, session, &halfway, true));
    TRY(run_seeds(ctx, session, &halfway, true, json_array(ctx->mem)));
    return halfway.n ? session_seed_rows(ctx, session) : 0;
}

static int choose_pending(struct ctx *ctx, struct session *session, const struct seed_options *options,
                          struct list *chosen)
{
    int64_t only = -1;
    if (options->version)
        TRY(seed_version_read(ctx, session, options->version, &only));
    for (int i = 0; i < session->seeds->versioned.n; i++) {
        struct migration *seed = session->seeds->versioned.item[i];
        const struct applied *row = applied_version(&session->seed_rows, seed->number);
        if (only >= 0 && seed->number != only)
            continue;
        if (!row)
            list_add(ctx->mem, chosen, seed);
        else if (migration_edited(ctx->mem, session, seed, row))
            emit_warning_at(
                ctx, (struct place){.file = seed->path},
                "was changed after it was applied, and is not run again; \"dbwarden seed rollback\" takes it back first");
    }
    return 0;
}

static int apply_begin(struct ctx *ctx, struct session *session, const struct seed_options *options,
                       struct json *report)
{
    json_set_text(ctx->mem, report, "database", session->database->name);
    json_set_bool(ctx->mem, report, "dry_run", options->dry_run);
    json_set(ctx->mem, report, "applied", json_array(ctx->mem));
    json_set(ctx->mem, report, "pending", json_array(ctx->mem));
    TRY(session_seeds(ctx, session));
    if (!session->seeds->absent || options->if_any)
        return 0;
    fail(ctx, ERR_FILE, "seeds directory not found: %s", session->seeds->path);
    return fail_hint(ctx, "\"dbwarden seed create\" makes it, with a first seed.");
}

static void report_pending(struct ctx *ctx, const struct list *chosen, int from, struct json *report)
{
    struct json *pending = json_get(report, "pending");
    for (int i = from; i < chosen->n; i++)
        json_add(ctx->mem, pending, entry_of(ctx->mem, chosen->item[i], NULL));
}

static int apply(struct ctx *ctx, struct session *session, const struct seed_options *options, struct json *report)
{
    struct list chosen = {0};
    TRY(apply_begin(ctx, session, options, report));
    TRY(options->dry_run ? session_connect(ctx, session, true) : session_hold(ctx, session));
    TRY(session_seed_rows(ctx, session));
    TRY(unfinished_check(ctx, session, true, false));
    if (!options->dry_run)
        TRY(finish_rollbacks(ctx, session));
    TRY(choose_pending(ctx, session, options, &chosen));
    TRY(choice_check(ctx, session, &chosen, false));
    if (options->dry_run) {
        report_pending(ctx, &chosen, 0, report);
        return 0;
    }
    if (chosen.n) {
        emit_info(ctx, "Applying %d pending seed%s...", chosen.n, chosen.n == 1 ? "" : "s");
        TRY(session_prepare_seeds(ctx, session));
    }
    struct json *applied = json_get(report, "applied");
    TRY(hook_begin(ctx, session, &chosen, false));
    int code = run_seeds(ctx, session, &chosen, false, applied);
    report_pending(ctx, &chosen, applied->n, report);
    return code;
}

int seed_apply_run(struct ctx *ctx, struct session *session, const struct seed_options *options, struct json *report)
{
    int code = apply(ctx, session, options, report);
    if (code == ERR_CANCELLED)
        stop_in_run(ctx, session, options->if_any ? "migrate --apply-seeds" : "seed apply");
    if (!options->if_any) /* else migrate has told of its files already */
        translation_report(ctx, session, report);
    return options->dry_run ? code : hook_end(ctx, session, json_get(report, "applied"), false, code);
}

/* ---- back */

static int choose_applied(struct ctx *ctx, struct session *session, const struct rollback_options *options,
                          struct list *chosen)
{
    int64_t count = options->count ? options->count : 1, lowest = 0;
    if (options->to_version)
        TRY(seed_version_read(ctx, session, options->to_version, &lowest));
    const struct list *rows = &session->seed_rows;
    for (int i = rows->n - 1; i >= 0; i--) {
        const struct applied *row = rows->item[i];
        if (options->to_version ? row->number < lowest : chosen->n >= count)
            break;
        struct migration *seed = folder_version(session->seeds, row->number);
        if (!seed) {
            fail(ctx, ERR_STATE, "the file of seed V%s is gone: %s", row->version, row->filename);
            return fail_hint(ctx, "Nothing has been rolled back. Restore the file, because it says how to undo it.");
        }
        const struct journal_row *begun = journal_unfinished(session, seed);
        if (begun && text_equal(begun->direction, "up")) {
            fail(ctx, ERR_STATE, "%s was interrupted after statement %d of %d", seed->filename, begun->done,
                 begun->total);
            return fail_hint(ctx, "Run seed apply first, which finishes it; then it can be rolled back as a whole.");
        }
        list_add(ctx->mem, chosen, seed);
    }
    return 0;
}

static void warn_without_way_back(struct ctx *ctx, const struct list *chosen)
{
    for (int i = 0; i < chosen->n; i++) {
        const struct migration *seed = chosen->item[i];
        if (!seed->script && !seed->down.n && seed->up.n)
            emit_warning_at(ctx, (struct place){.file = seed->path}, "has no SQL in a \"-- rollback\" section: " STAYS);
    }
}

static int roll_back(struct ctx *ctx, struct session *session, const struct rollback_options *options,
                     struct json *report)
{
    struct list chosen = {0};
    TRY(session_seeds(ctx, session));
    json_set_text(ctx->mem, report, "folder", session->seeds->absent ? NULL : session->seeds->path);
    if (session->seeds->absent)
        return 0;
    TRY(session_hold(ctx, session));
    TRY(session_seed_rows(ctx, session));
    TRY(choose_applied(ctx, session, options, &chosen));
    TRY(choice_check(ctx, session, &chosen, true));
    warn_without_way_back(ctx, &chosen);
    if (chosen.n)
        TRY(session_prepare_seeds(ctx, session));
    TRY(hook_begin(ctx, session, &chosen, true));
    return run_seeds(ctx, session, &chosen, true, json_get(report, "reverted"));
}

int seed_rollback_run(struct ctx *ctx, struct session *session, const struct rollback_options *options,
                      struct json *report)
{
    json_set_text(ctx->mem, report, "database", session->database->name);
    json_set(ctx->mem, report, "reverted", json_array(ctx->mem));
    int code = roll_back(ctx, session, options, report);
    if (code == ERR_CANCELLED)
        stop_in_run(ctx, session, "seed rollback");
    translation_report(ctx, session, report);
    return hook_end(ctx, session, json_get(report, "reverted"), true, code);
}
