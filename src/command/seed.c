/*
 * seed create, apply, list and rollback: the requests for run/seed.c, and what it did told to a person.  The work is not here.
 */
#include "command/metrics.h"

#include "base/file.h"
#include "base/text.h"
#include "command/commands.h"

static const char *plural(int n)
{
    return n == 1 ? "" : "s";
}

static int length_of(const struct json *json, const char *key)
{
    const struct json *list = json_get(json, key);
    return list ? list->n : 0;
}

/* ---- create */

static const char sql_template[] = "-- %s\n\n"
                                   "INSERT INTO your_table (column1, column2) VALUES ('value1', 'value2');\n\n"
                                   "-- rollback\n\n"
                                   "DELETE FROM your_table WHERE column1 = 'value1';\n";
static const char python_template[] =
    "\"\"\"%s\"\"\"\n\n"
    "from sqlalchemy import text\n\n\n"
    "def seed(connection, session):\n"
    "    connection.execute(text(\"INSERT INTO your_table (column1) VALUES (:value)\"), {\"value\": \"value1\"})\n\n\n"
    "def rollback(connection, session):\n"
    "    connection.execute(text(\"DELETE FROM your_table WHERE column1 = :value\"), {\"value\": \"value1\"})\n";

static char *text_of(struct arena *mem, const char *description, bool python)
{
    struct names lines = text_lines(mem, description);
    const char *line = text_trim(mem, names_join(mem, &lines, " "));
    if (!python)
        return text_replace(mem, sql_template, "%s", line);
    const char *safe = text_replace(mem, text_replace(mem, line, "\\", "\\\\"), "\"", "\\\"");
    return text_replace(mem, python_template, "%s", safe);
}

static int seed_create_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    struct project project __attribute__((cleanup(project_close))) = {0};
    TRY(project_open(ctx, request, &project));
    TRY(session_seeds(ctx, &project.session));
    const struct folder *seeds = project.session.seeds;
    const char *description = request_text(request, "description");
    bool python = text_equal(request_text(request, "type"), "python");
    char *slug = name_slug(ctx->mem, description);
    if (!*slug) {
        fail(ctx, ERR_USAGE, "\"%s\" has no letter or digit to name a file after", description);
        return fail_hint(ctx, "Describe the rows in a few words, such as \"countries\".");
    }
    int64_t number = name_next(seeds);
    char *path = path_join(ctx->mem, seeds->path, seed_file(ctx->mem, number, slug, python));
    char *text = text_of(ctx->mem, description, python);
    TRY(folder_make(ctx, seeds->path));
    TRY(file_write(ctx, path, text, strlen(text), FILE_SHARED));
    json_set_text(ctx->mem, reply->json, "database", project.session.database->name);
    json_set_text(ctx->mem, reply->json, "version", arena_printf(ctx->mem, "%04" PRId64, number));
    json_set_text(ctx->mem, reply->json, "path", path_shown(ctx, path));
    report_line(&reply->report, TONE_GOOD, "Created seed file: %s", path_shown(ctx, path));
    return 0;
}

/* ---- apply */

void seeds_applied_show(const struct json *json, struct report *report)
{
    const struct json *pending = json_get(json, "pending");
    int n = length_of(json, "applied"), left = length_of(json, "pending");
    if (json_get_bool(json, "dry_run", false)) {
        for (int i = 0; i < left; i++)
            report_line(report, TONE_WARN, "  Would apply seed V%s: %s", json_get_text(pending->item[i], "version"),
                        json_get_text(pending->item[i], "filename"));
        report_line(report, TONE_PLAIN, "Dry-run: %d seed%s would be applied.", left, plural(left));
    } else if (n)
        report_line(report, TONE_GOOD, "Seeds applied successfully: %d seed%s.", n, plural(n));
    else
        report_line(report, TONE_GOOD, "All seeds are up to date.");
}

static int apply_one(struct ctx *ctx, const struct request *request, struct session *session, struct reply *reply)
{
    const struct seed_options options = {
        .version = request_text(request, "version"),
        .dry_run = request_flag(request, "dry_run"),
    };
    int code = seed_apply_run(ctx, session, &options, reply->json);
    TRY(metrics_note(ctx, request, session, &(struct metrics_run){.changes = true}, code));
    if (options.version && !length_of(reply->json, "applied") && !length_of(reply->json, "pending"))
        report_line(&reply->report, TONE_GOOD, "Seed %s is applied already.", options.version);
    else
        seeds_applied_show(reply->json, &reply->report);
    return 0;
}

static int seed_apply_command_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    return each_database(ctx, request, apply_one, reply);
}

/* ---- list */

static const struct {
    const char *state;
    enum tone tone;
    const char *note;
} states[] = {
    {"applied", TONE_GOOD, NULL},
    {"pending", TONE_WARN, NULL},
    {"edited", TONE_BAD, "edited: the file is not what was applied; it is not run again."},
    {"missing", TONE_BAD, "missing: applied, but its file is gone."},
    {"unfinished", TONE_BAD, "unfinished: a run was interrupted in it; `dbwarden seed apply` continues there."},
    {"broken", TONE_BAD, "broken: the file cannot be run as it is; `dbwarden seed apply --dry-run` says why."},
};

static int list_one(struct ctx *ctx, const struct request *request, struct session *session, struct reply *reply)
{
    struct report *report = &reply->report;
    (void)request;
    TRY(seed_list_run(ctx, session, reply->json));
    report_line(report, TONE_TITLE, "=== Seeds for database: %s ===", session->database->name);
    const struct json *seeds = json_get(reply->json, "seeds"), *counts = json_get(reply->json, "seed_counts");
    if (!seeds->n)
        report_line(report, TONE_DIM, session->seeds->absent ? "  No seeds directory." : "  No seeds.");
    for (int i = 0; i < seeds->n; i++) {
        const struct json *seed = seeds->item[i];
        const char *status = json_get_text(seed, "status");
        enum tone tone = TONE_PLAIN;
        for (size_t s = 0; s < sizeof states / sizeof *states; s++)
            tone = text_equal(states[s].state, status) ? states[s].tone : tone;
        report_line(report, tone, "  V%s [%s] %s", json_get_text(seed, "version"), status,
                    json_get_text(seed, "filename"));
    }
    for (size_t s = 0; s < sizeof states / sizeof *states; s++)
        if (states[s].note && json_get_int(counts, states[s].state, 0))
            report_line(report, TONE_DIM, "%s", states[s].note);
    return 0;
}

static int seed_list_command_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    return each_database(ctx, request, list_one, reply);
}

/* ---- rollback */

static int seed_rollback_command_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    struct project project __attribute__((cleanup(project_close))) = {0};
    const struct rollback_options options = {
        .count = request_int(request, "count", 0),
        .to_version = request_text(request, "to_version"),
    };
    if (options.count && options.to_version) {
        fail(ctx, ERR_USAGE, "--count and --to-version cannot be given together");
        return fail_hint(ctx, "Say how many to undo, or which version is the first to go.");
    }
    TRY(project_open(ctx, request, &project));
    int code = seed_rollback_run(ctx, &project.session, &options, reply->json);
    TRY(metrics_note(ctx, request, &project.session, &(struct metrics_run){.changes = true}, code));
    int n = length_of(reply->json, "reverted");
    if (n)
        report_line(&reply->report, TONE_GOOD, "Rollback completed: %d seed%s rolled back.", n, plural(n));
    else
        report_line(&reply->report, TONE_PLAIN, "%sNothing to rollback.",
                    project.session.seeds->absent ? "No seeds directory found. " : "");
    return 0;
}

static const struct option_info create_options[] = {
    {.name = "DESCRIPTION",
     .type = OPTION_TEXT,
     .marks = OPTION_POSITIONAL | OPTION_REQUIRED,
     .help = "what it fills in, in a few words"},
    {.name = "type",
     .letter = 't',
     .type = OPTION_CHOICE,
     .value = "TYPE",
     .otherwise = "sql",
     .choices = "sql|python",
     .help = "what it is written in"},
    DATABASE_OPTION,
    NO_MORE_OPTIONS,
};
static const struct option_info apply_options[] = {
    {.name = "version",
     .type = OPTION_TEXT,
     .value = "VERSION",
     .help = "apply this seed only; one that is applied already is left alone"},
    {.name = "dry-run", .type = OPTION_FLAG, .help = "show which seeds would run; change nothing"},
    DATABASE_OPTION,
    ALL_OPTION("seed"),
    FLEET_OPTIONS,
    TIME_LIMIT_OPTION,
    INTERRUPTED_OPTION,
    METRICS_OPTION,
    NO_MORE_OPTIONS,
};
static const struct option_info list_options[] = {DATABASE_OPTION, ALL_OPTION("list the seeds of"), NO_MORE_OPTIONS};
static const struct option_info rollback_options[] = {
    {.name = "count",
     .letter = 'c',
     .type = OPTION_INT,
     .value = "COUNT",
     .help = "undo that many, the highest version first; without it one",
     .least = 1},
    {.name = "to-version",
     .letter = 't',
     .type = OPTION_TEXT,
     .value = "VERSION",
     .help = "undo every seed from the highest down to this one, itself included"},
    DATABASE_OPTION,
    TIME_LIMIT_OPTION,
    INTERRUPTED_OPTION,
    METRICS_OPTION,
    NO_MORE_OPTIONS,
};

const struct command seed_create_command = {
    .group = "seed",
    .name = "create",
    .summary = "Write a seed file to fill in by hand",
    .description =
        "Makes seeds/V0001__description.sql (or .py) with the next number. Where a folder dbwarden/NAME/seeds is "
        "there, the file goes into that, and is for this database alone.\n"
        "\n"
        "Examples:\n"
        "  dbwarden seed create countries\n"
        "  dbwarden seed create \"demo users\" --type python",
    .option = create_options,
    .run = seed_create_run,
    .topic = TOPIC_WRITE,
};

const struct command seed_apply_command = {
    .group = "seed",
    .name = "apply",
    .summary = "Apply pending seeds",
    .description =
        "Runs the seeds that the database does not have yet, in the order of their versions, each in one "
        "transaction with its record where the database can do that. A run that was interrupted is continued "
        "by the next one.\n"
        "\n"
        "Examples:\n"
        "  dbwarden seed apply\n"
        "  dbwarden seed apply --dry-run\n"
        "  dbwarden seed apply --version 0003",
    .option = apply_options,
    .run = seed_apply_command_run,
    .topic = TOPIC_RUN,
};

const struct command seed_list_command = {
    .group = "seed",
    .name = "list",
    .summary = "Show which seeds are applied and which are pending",
    .description =
        "Compares the seed files with what the database remembers. Marked are also files that were edited after "
        "they were applied, and applied ones whose file is gone. Nothing is changed.",
    .option = list_options,
    .run = seed_list_command_run,
    .topic = TOPIC_LOOK,
};

const struct command seed_rollback_command = {
    .group = "seed",
    .name = "rollback",
    .summary = "Undo the last seeds",
    .description =
        "Runs the rollback sections of the seeds with the highest versions, or their rollback() functions, and "
        "forgets them. A seed that says nothing of a way back is only forgotten, with a warning.\n"
        "\n"
        "Examples:\n"
        "  dbwarden seed rollback\n"
        "  dbwarden seed rollback --count 3\n"
        "  dbwarden seed rollback --to-version 0002",
    .option = rollback_options,
    .run = seed_rollback_command_run,
    .topic = TOPIC_RUN,
};
