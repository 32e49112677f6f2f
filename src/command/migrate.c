/*
 * migrate: the request for run/migrate.c, and what it did told to a person.  The work is not here.
 */
#include "command/metrics.h"

#include "base/text.h"
#include "command/commands.h"

static int options_read(struct ctx *ctx, const struct request *request, struct migrate_options *options)
{
    *options = (struct migrate_options){
        .count = request_int(request, "count", 0),
        .to_version = request_text(request, "to_version"),
        .baseline = request_flag(request, "baseline"),
        .dry_run = request_flag(request, "dry_run"),
        .atomic = request_flag(request, "atomic"),
        .max_severity = request_text(request, "max_severity"),
        .backup = request_flag(request, "with_backup"),
        .backup_dir = request_text(request, "backup_dir"),
    };
    if (options->count && options->to_version) {
        fail(ctx, ERR_USAGE, "--count and --to-version cannot be given together");
        return fail_hint(ctx, "Say how many to apply, or up to which version.");
    }
    bool sandbox = request_flag(request, "sandbox");
    if (!sandbox && (request_flag(request, "keep") || request_text(request, "sandbox_url")))
        return fail(ctx, ERR_USAGE, "--keep and --sandbox-url go with --sandbox");
    if (options->baseline && options->atomic)
        return fail(ctx, ERR_USAGE, "--baseline runs nothing, so --atomic cannot be given with it");
    if (options->baseline && request_flag(request, "apply_seeds"))
        return fail(ctx, ERR_USAGE, "--baseline runs nothing, so --apply-seeds cannot be given with it");
    if (sandbox && request_flag(request, "apply_seeds"))
        return fail(ctx, ERR_USAGE,
                    "--apply-seeds cannot be given with --sandbox: seeds in Python would reach the database itself");
    if (options->baseline && !options->to_version) {
        fail(ctx, ERR_USAGE, "--baseline needs --to-version");
        return fail_hint(ctx, "It marks every migration up to that version as applied, without running it.");
    }
    return 0;
}

/* As they will be run, after those that an interrupted run has done. The numbers of those outside are in their order. */
static void statements_show(const struct json *migration, struct report *report)
{
    const struct json *statements = json_get(migration, "statements"), *outside = json_get(migration, "outside");
    int from = (int)json_get_int(migration, "done", 0);
    const char *source = json_get_text(migration, "source");
    const struct names lines = text_lines(report->mem, source ? source : "");
    for (int i = 0; source && i < lines.n; i++)
        report_line(report, TONE_PLAIN, "    %s", lines.item[i]);
    if (from)
        report_line(report, TONE_DIM, "    -- goes on after statement %d of %d", from, statements->n);
    for (int i = 0; i < outside->n; i++) {
        int next = (int)outside->item[i]->number - 1;
        if (next < from)
            continue;
        if (next > from)
            report_statements(report, statements, from, next - from);
        report_line(report, TONE_DIM, "    -- outside of a transaction:");
        from = next;
    }
    report_statements(report, statements, from, statements->n - from);
}

static void hazards_show(const struct json *hazards, struct report *report)
{
    for (int i = 0; hazards && i < hazards->n; i++) {
        int64_t statement = json_get_int(hazards->item[i], "statement", 0);
        const char *where = statement ? arena_printf(report->mem, "statement %" PRId64 ": ", statement) : "";
        report_line(report, TONE_BAD, "    Hazard: %s%s", where, json_get_text(hazards->item[i], "text"));
    }
}

static int64_t type_count(const struct json *list, const char *type)
{
    int64_t n = 0;
    for (int i = 0; list && i < list->n; i++)
        n += text_equal(json_get_text(list->item[i], "type"), type);
    return n;
}

static void dry_run_show(const struct json *json, struct report *report)
{
    const struct json *pending = json_get(json, "pending"), *rollbacks = json_get(json, "rollbacks");
    report_line(report, TONE_TITLE, "DRY RUN - No changes applied");
    for (int i = 0; rollbacks && i < rollbacks->n; i++) {
        report_line(report, TONE_WARN, "  Would first end the rollback of version %s: %s",
                    json_get_text(rollbacks->item[i], "version"), json_get_text(rollbacks->item[i], "filename"));
        statements_show(rollbacks->item[i], report);
    }
    for (int i = 0; pending && i < pending->n; i++) {
        const char *version = json_get_text(pending->item[i], "version");
        const char *filename = json_get_text(pending->item[i], "filename");
        if (version)
            report_line(report, TONE_WARN, "  Would apply version %s: %s", version, filename);
        else
            report_line(report, TONE_WARN, "  Would apply: %s", filename);
        statements_show(pending->item[i], report);
        hazards_show(json_get(pending->item[i], "hazards"), report);
    }
    report_line(report, TONE_PLAIN,
                "Dry-run summary: %" PRId64 " versioned, %" PRId64 " runs-always, %" PRId64
                " runs-on-change migrations would be applied.",
                type_count(pending, "versioned"), type_count(pending, "runs_always"),
                type_count(pending, "runs_on_change"));
}

static int list_length(const struct json *json, const char *key)
{
    const struct json *list = json_get(json, key);
    return list ? list->n : 0;
}

static void applied_show(const struct json *json, struct report *report)
{
    int n = list_length(json, "applied"), repeatable = list_length(json, "repeatables");
    int left = list_length(json, "pending");
    if (n)
        report_line(report, TONE_GOOD, "Migrations completed successfully: %d migration%s applied.", n,
                    n == 1 ? "" : "s");
    else if (!left)
        report_line(report, TONE_GOOD, "Migrations are up to date.");
    if (repeatable)
        report_line(report, TONE_PLAIN, "%d repeatable migration%s run.", repeatable, repeatable == 1 ? "" : "s");
    if (left)
        report_line(report, TONE_WARN, "%d migration%s still pending.", left, left == 1 ? " is" : "s are");
}

/* They are told under their own key, whatever becomes of them. */
static int apply_seeds(struct ctx *ctx, const struct migrate_options *options, struct session *session,
                       struct reply *reply)
{
    const struct seed_options seeds = {.dry_run = options->dry_run, .if_any = true};
    struct json *json = json_object(ctx->mem);
    json_set(ctx->mem, reply->json, "seeds", json);
    TRY(seed_apply_run(ctx, session, &seeds, json));
    seeds_applied_show(json, &reply->report);
    return 0;
}

static int migrate(struct ctx *ctx, const struct request *request, struct session *session, struct reply *reply)
{
    struct migrate_options options;
    TRY(options_read(ctx, request, &options));
    session->no_snapshot = session->no_snapshot || request_flag(request, "no_snapshot");
    const struct sandbox_options sandbox = {.url = request_text(request, "sandbox_url"),
                                            .keep = request_flag(request, "keep")};
    if (request_flag(request, "sandbox") && !options.dry_run)
        TRY(sandbox_enter(ctx, session, &sandbox, reply->json));
    TRY(migrate_run(ctx, session, &options, reply->json));
    if (options.dry_run)
        dry_run_show(reply->json, &reply->report);
    else if (options.baseline)
        report_line(&reply->report, TONE_GOOD, "Baseline set at version: %s", options.to_version);
    else
        applied_show(reply->json, &reply->report);
    if (session->sandbox)
        report_line(&reply->report, TONE_PLAIN, "This was a sandbox: %s itself is as it was.%s%s",
                    session->database->name, sandbox.keep ? " The copy is kept: " : "",
                    sandbox.keep ? session->conn->target : "");
    return request_flag(request, "apply_seeds") ? apply_seeds(ctx, &options, session, reply) : 0;
}

static int migrate_one(struct ctx *ctx, const struct request *request, struct session *session, struct reply *reply)
{
    int code = migrate(ctx, request, session, reply);
    if (!code && request_flag(request, "legacy_lock") && !session->sandbox && !request_flag(request, "dry_run"))
        code = lock_legacy_make(ctx, &session->state);
    bool baseline = json_get_text(reply->json, "baseline");
    const struct metrics_run run = {.applied = baseline ? NULL : json_get(reply->json, "applied"), .changes = true};
    return metrics_note(ctx, request, session, &run, code);
}

static int migrate_command_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    struct migrate_options options;
    if (request_flag(request, "sql"))
        return sql_text_run(ctx, request, false, reply);
    TRY(sql_range_check(ctx, request));
    TRY(options_read(ctx, request, &options));
    return each_database(ctx, request, migrate_one, reply);
}

static const struct option_info migrate_options[] = {
    SQL_OPTIONS,
    {.name = "count",
     .letter = 'c',
     .type = OPTION_INT,
     .value = "COUNT",
     .help = "apply that many pending migrations at most",
     .least = 1},
    {.name = "to-version",
     .letter = 't',
     .type = OPTION_TEXT,
     .value = "VERSION",
     .help = "apply up to this version, itself included"},
    DATABASE_OPTION,
    ALL_OPTION("migrate"),
    FLEET_OPTIONS,
    {.name = "baseline",
     .type = OPTION_FLAG,
     .help = "with --to-version: mark as applied without running, to take over a database that has the tables already"},
    {.name = "atomic",
     .type = OPTION_FLAG,
     .help = "all pending files in one transaction: a failure leaves nothing of any of them (SQLite, PostgreSQL)"},
    {.name = "max-severity",
     .type = OPTION_CHOICE,
     .value = "LEVEL",
     .choices = "off|info|warning|error",
     .help = "run nothing if a rule of \"check\" says more of one of the files: with \"warning\" no error is let "
             "through, with \"info\" no warning either"},
    {.name = "apply-seeds", .type = OPTION_FLAG, .help = "apply pending seeds after the migrations"},
    TIME_LIMIT_OPTION,
    INTERRUPTED_OPTION,
    BACKUP_OPTIONS,
    {.name = "no-snapshot",
     .type = OPTION_FLAG,
     .help = "write no schema snapshot: for databases that come and go, as those of tests"},
    {.name = "legacy-lock",
     .type = OPTION_FLAG,
     .help = "also make the table dbwarden_lock of DBWarden 0.8.2, for programs that look at it"},
    {.name = "sandbox",
     .type = OPTION_FLAG,
     .help = "run the files on a copy of the database, which is gone afterwards; nothing else is changed"},
    {.name = "sandbox-url",
     .type = OPTION_TEXT,
     .marks = OPTION_SECRET,
     .value = "URL",
     .help = "with --sandbox: a server that the copy may be made on"},
    {.name = "keep", .type = OPTION_FLAG, .help = "with --sandbox: the copy stays, and it is said where"},
    {.name = "dry-run", .type = OPTION_FLAG, .help = "show what would run; change nothing"},
    METRICS_OPTION,
    NO_MORE_OPTIONS,
};

const struct command migrate_command = {
    .name = "migrate",
    .summary = "Apply pending migrations",
    .description =
        "Applies the migrations that the database does not have yet, in the order of their versions, then the "
        "repeatable ones. Each file is one transaction where the database can do that; a run that was "
        "interrupted is continued by the next one. Only one runner works on a database at a time: another one "
        "waits, up to --wait-for-runner seconds.\n"
        "\n"
        "Examples:\n"
        "  dbwarden migrate\n"
        "  dbwarden migrate --dry-run\n"
        "  dbwarden migrate --sql 0003:0005 > change.sql\n"
        "  dbwarden migrate --count 1\n"
        "  dbwarden migrate --atomic\n"
        "  dbwarden migrate --with-backup\n"
        "  dbwarden migrate --sandbox\n"
        "  dbwarden migrate --baseline --to-version 0012",
    .option = migrate_options,
    .run = migrate_command_run,
    .topic = TOPIC_RUN,
};
