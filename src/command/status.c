/*
 * status: files against rows, without changing anything or taking the lock.  Pending is no failure; scripts that
 * want to know ask with --exit-code.
 */
#include "command/commands.h"

#include "base/text.h"

static const struct {
    const char *state, *shown;
    enum tone tone;
} states[] = {
    {"applied", "Applied", TONE_GOOD},      {"pending", "Pending", TONE_WARN}, {"edited", "Edited", TONE_BAD},
    {"missing", "Missing", TONE_BAD},       {"changed", "Changed", TONE_WARN}, {"always", "Always", TONE_DIM},
    {"unfinished", "Unfinished", TONE_BAD},
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

static int status_one(struct ctx *ctx, const struct request *request, struct session *session, struct reply *reply)
{
    static const char *const columns[] = {"Status", "Version", "Filename", NULL};
    static const struct {
        const char *key, *label;
        enum tone tone;
    } counts[] = {{"applied", "Applied", TONE_GOOD}, {"pending", "Pending", TONE_WARN}, {"total", "Total", TONE_PLAIN}};
    json_set_text(ctx->mem, reply->json, "database", session->database->name);
    TRY(session_folder(ctx, session));
    TRY(session_connect(ctx, session, true));
    TRY(status_run(ctx, session, reply->json));
    const struct json *migrations = json_get(reply->json, "migrations");
    char *title = arena_printf(ctx->mem, "Migration Status - %s", session->database->name);
    struct report_block *table = report_table(&reply->report, title, columns);
    for (int i = 0; migrations && i < migrations->n; i++)
        row_show(migrations->item[i], &reply->report, table);
    report_line(&reply->report, TONE_PLAIN, "%s", "");
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        report_line(&reply->report, counts[i].tone, "%s: %" PRId64, counts[i].label,
                    json_get_int(reply->json, counts[i].key, 0));
    if (request->exit_code && json_get_int(reply->json, "pending", 0) > 0)
        reply->status = 3;
    return 0;
}

static int status_command_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    return each_database(ctx, request, status_one, reply);
}

static const struct option_info status_options[] = {
    DATABASE_OPTION,
    ALL_OPTION("show"),
    NO_MORE_OPTIONS,
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
