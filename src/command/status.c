/*
 * status: files against rows, without changing anything or taking the lock.  Pending is not a failure; scripts that
 * want to know ask with --exit-code.
 */
#include "command/metrics.h"

#include "base/text.h"
#include "command/commands.h"

static const struct {
    const char *state, *shown;
    enum tone tone;
} states[] = {
    {"applied", "Applied", TONE_GOOD}, {"pending", "Pending", TONE_WARN}, {"edited", "Edited", TONE_BAD},
    {"missing", "Missing", TONE_BAD},  {"broken", "Broken", TONE_BAD},    {"unfinished", "Unfinished", TONE_BAD},
};

static void row_show(const struct json *migration, struct report *report, struct report_block *table)
{
    const char *state = json_get_text(migration, "status"), *shown = state;
    const char *version = json_get_text(migration, "version");
    enum tone tone = TONE_PLAIN;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (text_equal(states[i].state, state)) {
            shown = states[i].shown;
            tone = states[i].tone;
        }
    if (!version)
        version = text_equal(json_get_text(migration, "type"), "runs_always") ? "RA" : "ROC";
    const char *cells[] = {shown, version, json_get_text(migration, "filename")};
    report_row(report, table, tone, cells);
}

static void table_show(const struct json *json, const char *title, struct report *report)
{
    static const char *const columns[] = {"Status", "Version", "Filename", NULL};
    static const char *const lists[] = {"migrations", "repeatables"};
    struct report_block *table = report_table(report, title, columns);
    for (int l = 0; l < 2; l++) {
        const struct json *list = json_get(json, lists[l]);
        for (int i = 0; list && i < list->n; i++)
            row_show(list->item[i], report, table);
    }
}

/* What a person should do about the marks, once each. */
static void explain(const struct json *json, struct report *report)
{
    static const struct {
        const char *key, *text;
    } notes[] = {
        {"edited", "Edited: the file is not what was applied. Restore it, and put the change into a new migration."},
        {"missing", "Missing: applied, but its file is gone."},
        {"broken", "Broken: the file cannot be run as it is; `dbwarden migrate --dry-run` says why."},
        {"unfinished", "Unfinished: a run was interrupted in it; `dbwarden migrate` continues there."},
    };
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
        if (json_get_int(json, notes[i].key, 0))
            report_line(report, TONE_DIM, "%s", notes[i].text);
}

static int64_t count(const struct json *json, const char *const *keys)
{
    int64_t n = 0;
    for (; *keys; keys++)
        n += json_get_int(json, *keys, 0);
    return n;
}

/* Repeatables that run always are no news; changed ones are. */
bool repeatable_due(const struct json *json)
{
    const struct json *list = json_get(json, "repeatables");
    for (int i = 0; list && i < list->n; i++)
        if (text_equal(json_get_text(list->item[i], "status"), "pending") &&
            text_equal(json_get_text(list->item[i], "type"), "runs_on_change"))
            return true;
    return false;
}

static void seeds_show(const struct json *json, struct report *report)
{
    const struct json *counts = json_get(json, "seed_counts");
    struct names said = {0};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        int64_t n = json_get_int(counts, states[i].state, 0);
        if (n)
            names_add(report->mem, &said, arena_printf(report->mem, "%" PRId64 " %s", n, states[i].state));
    }
    if (said.n)
        report_line(report, TONE_PLAIN, "Seeds: %s", names_join(report->mem, &said, ", "));
}

static int lock_report(struct ctx *ctx, struct session *session, struct reply *reply)
{
    struct lock_holder holder = {0};
    struct json *lock = json_object(ctx->mem);
    TRY(lock_read(ctx, &session->state, &holder));
    lock_holder_json(ctx->mem, &holder, lock);
    json_set(ctx->mem, reply->json, "lock", lock);
    report_line(&reply->report, holder.held ? TONE_WARN : TONE_PLAIN, "Migration lock: %s",
                holder.held ? "ACTIVE" : "INACTIVE");
    return 0;
}

static int status_one(struct ctx *ctx, const struct request *request, struct session *session, struct reply *reply)
{
    static const char *const done[] = {"applied", "edited", "missing", NULL};
    static const char *const todo[] = {"pending", "broken", "unfinished", NULL};
    TRY(metrics_note(ctx, request, session, &(struct metrics_run){0}, status_run(ctx, session, reply->json)));
    const char *database = session->database->name;
    int64_t pending = count(reply->json, todo);
    struct report *report = &reply->report;
    table_show(reply->json, arena_printf(ctx->mem, "Migration Status - %s", database), report);
    if (!json_get_int(reply->json, "total", 0))
        report_line(report, TONE_DIM, "%s", "There are no migration files yet: make-migrations or new write one.");
    report_line(report, TONE_PLAIN, "%s", "");
    report_line(report, TONE_GOOD, "Applied: %" PRId64, count(reply->json, done));
    report_line(report, pending ? TONE_WARN : TONE_PLAIN, "Pending: %" PRId64, pending);
    report_line(report, TONE_PLAIN, "Total: %" PRId64, json_get_int(reply->json, "total", 0));
    seeds_show(reply->json, report);
    explain(reply->json, report);
    if (request_flag(request, "lock"))
        TRY(lock_report(ctx, session, reply));
    if (request->exit_code && (pending || json_get_int(reply->json, "edited", 0) || repeatable_due(reply->json)))
        reply->status = 3;
    return 0;
}

static int status_command_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    return each_database(ctx, request, status_one, reply);
}

static const struct option_info status_options[] = {
    DATABASE_OPTION, ALL_OPTION("show"), {.name = "lock", .help = "also say whether somebody is migrating, and who"},
    METRICS_OPTION,  NO_MORE_OPTIONS,
};

const struct command status_command = {
    .name = "status",
    .summary = "Show which migrations are applied and which are pending",
    .description = "Compares the migration files with what the database remembers. Marked are also files that were "
                   "edited after they were applied, and applied ones whose file is gone. Nothing is changed. The exit "
                   "status is 0 also when something is pending, unless --exit-code asks for 3 then.\n"
                   "\n"
                   "Examples:\n"
                   "  dbwarden status\n"
                   "  dbwarden status --all --exit-code",
    .option = status_options,
    .run = status_command_run,
    .topic = TOPIC_LOOK,
};
