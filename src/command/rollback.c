/*
 * rollback and downgrade: the requests for run/rollback.c, and what it did told to a person.  The work is
 * not here.
 */
#include "command/metrics.h"

#include "base/text.h"
#include "command/commands.h"

static int reverted(const struct json *json)
{
    const struct json *list = json_get(json, "reverted");
    return list ? list->n : 0;
}

static int rollback_options_read(struct ctx *ctx, const struct request *request, struct rollback_options *options)
{
    *options = (struct rollback_options){
        .count = request_int(request, "count", 0),
        .to_version = request_text(request, "to_version"),
        .backup = request_flag(request, "with_backup"),
        .backup_dir = request_text(request, "backup_dir"),
    };
    if (!options->count || !options->to_version)
        return 0;
    fail(ctx, ERR_USAGE, "--count and --to-version cannot be given together");
    return fail_hint(ctx, "Say how many to undo, or which version stays.");
}

static int undo(struct ctx *ctx, const struct request *request, struct session *session,
                const struct rollback_options *options, struct reply *reply)
{
    int code = rollback_run(ctx, session, options, reply->json);
    return metrics_note(ctx, request, session, &(struct metrics_run){.changes = true}, code);
}

static int rollback_one(struct ctx *ctx, const struct request *request, struct session *session, struct reply *reply)
{
    struct rollback_options options;
    TRY(rollback_options_read(ctx, request, &options));
    TRY(undo(ctx, request, session, &options, reply));
    int n = reverted(reply->json);
    if (n)
        report_line(&reply->report, TONE_GOOD, "Rollback completed successfully: %d migration%s reverted.", n,
                    n == 1 ? "" : "s");
    else
        report_line(&reply->report, TONE_PLAIN, "Nothing to rollback.");
    return 0;
}

static int rollback_command_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    struct rollback_options options;
    if (request_flag(request, "sql"))
        return sql_text_run(ctx, request, true, reply);
    TRY(sql_range_check(ctx, request));
    TRY(rollback_options_read(ctx, request, &options));
    return each_database(ctx, request, rollback_one, reply);
}

/* "0", "0000" and "base" mean: nothing applied. */
static bool means_nothing(const char *target)
{
    int64_t number;
    return text_equal_nocase(target, "base") || (text_to_int(target, &number) && number == 0);
}

static int downgrade_one(struct ctx *ctx, const struct request *request, struct session *session, struct reply *reply)
{
    const char *target = request_text(request, "to");
    struct rollback_options options = {
        .to_nothing = means_nothing(target),
        .backup = request_flag(request, "with_backup"),
        .backup_dir = request_text(request, "backup_dir"),
    };
    if (!options.to_nothing)
        options.to_version = target;
    TRY(undo(ctx, request, session, &options, reply));
    int n = reverted(reply->json);
    if (n)
        report_line(&reply->report, TONE_GOOD, "Downgrade completed: %d migration%s reverted%s%s.", n,
                    n == 1 ? "" : "s", options.to_nothing ? "; none is left" : " to version ",
                    options.to_nothing ? "" : target);
    else
        report_line(&reply->report, TONE_PLAIN, "Nothing to downgrade.");
    return 0;
}

static int downgrade_command_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    return each_database(ctx, request, downgrade_one, reply);
}

static const struct option_info rollback_options[] = {
    SQL_OPTIONS,
    {.name = "count",
     .letter = 'c',
     .type = OPTION_INT,
     .value = "COUNT",
     .help = "undo that many, the last one first; without it one",
     .least = 1},
    {.name = "to-version",
     .letter = 't',
     .type = OPTION_TEXT,
     .value = "VERSION",
     .help = "undo everything after this version, which stays"},
    DATABASE_OPTION,
    ALL_OPTION("undo in"),
    FLEET_OPTIONS,
    INTERRUPTED_OPTION,
    BACKUP_OPTIONS,
    METRICS_OPTION,
    NO_MORE_OPTIONS,
};
static const struct option_info downgrade_options[] = {
    {.name = "to",
     .letter = 't',
     .type = OPTION_TEXT,
     .marks = OPTION_REQUIRED,
     .value = "VERSION",
     .help = "version that stays applied; 0 or base undoes everything"},
    DATABASE_OPTION,
    ALL_OPTION("undo in"),
    FLEET_OPTIONS,
    INTERRUPTED_OPTION,
    BACKUP_OPTIONS,
    METRICS_OPTION,
    NO_MORE_OPTIONS,
};

const struct command rollback_command = {
    .name = "rollback",
    .summary = "Undo the last migrations",
    .description =
        "Runs the rollback sections of the migrations applied last, the newest first, and forgets them. All of "
        "them are checked before the first one runs.\n"
        "\n"
        "Examples:\n"
        "  dbwarden rollback\n"
        "  dbwarden rollback --count 3\n"
        "  dbwarden rollback --sql 0005:0003 > back.sql\n"
        "  dbwarden rollback --to-version 0007",
    .option = rollback_options,
    .run = rollback_command_run,
    .topic = TOPIC_RUN,
};

const struct command downgrade_command = {
    .name = "downgrade",
    .summary = "Undo migrations down to a version, or down to nothing",
    .description = "The same as \"rollback --to-version\", and with --to 0 or --to base down to an empty database.\n"
                   "\n"
                   "Examples:\n"
                   "  dbwarden downgrade --to 0007\n"
                   "  dbwarden downgrade --to base",
    .option = downgrade_options,
    .run = downgrade_command_run,
    .topic = TOPIC_RUN,
};
