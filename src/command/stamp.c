/*
 * stamp, unstamp and current: what is recorded, changed without running anything, and told in a line.  The work is run/stamp.c's
 * and run/status.c's.
 */
#include "run/stamp.h"

#include "base/file.h"
#include "base/text.h"
#include "command/commands.h"

static int count_of(const struct json *json, const char *key)
{
    const struct json *list = json_get(json, key);
    return list ? list->n : 0;
}

static void files_show(const struct json *list, const char *what, struct report *report)
{
    for (int i = 0; list && i < list->n; i++)
        report_line(report, TONE_WARN, "  Would %s: %s", what, json_get_text(list->item[i], "filename"));
}

static int stamp_one(struct ctx *ctx, const struct request *request, struct session *session, struct reply *reply)
{
    const struct stamp_options options = {request_text(request, "version"), request_flag(request, "dry_run")};
    struct report *report = &reply->report;
    TRY(stamp_run(ctx, session, &options, reply->json));
    if (options.dry_run) {
        report_line(report, TONE_TITLE, "DRY RUN - No changes applied");
        files_show(json_get(reply->json, "pending"), "mark as applied", report);
    }
    int n = count_of(reply->json, options.dry_run ? "pending" : "applied");
    report_line(report, TONE_GOOD, "%d migration%s %smarked as applied, and not run.", n, n == 1 ? "" : "s",
                options.dry_run ? "would be " : "");
    return 0;
}

static int unstamp_one(struct ctx *ctx, const struct request *request, struct session *session, struct reply *reply)
{
    const struct stamp_options options = {request_text(request, "to"), request_flag(request, "dry_run")};
    struct report *report = &reply->report;
    TRY(unstamp_run(ctx, session, &options, reply->json));
    if (options.dry_run) {
        report_line(report, TONE_TITLE, "DRY RUN - No changes applied");
        files_show(json_get(reply->json, "forgotten"), "forget", report);
    }
    int n = count_of(reply->json, "forgotten");
    report_line(report, TONE_GOOD, "%d migration%s %sno longer recorded as applied; what %s made stays.", n,
                n == 1 ? "" : "s",
                options.dry_run ? "would be "
                : n == 1        ? "is "
                                : "are ",
                n == 1 ? "it" : "they");
    return 0;
}

static int stamp_command_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    return each_database(ctx, request, stamp_one, reply);
}

static int unstamp_command_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    return each_database(ctx, request, unstamp_one, reply);
}

/* ---- current */

/* What speaks against the database being as the files say, "2 pending, 1 edited"; NULL: nothing does. */
static const char *differences(struct arena *mem, const struct json *status)
{
    static const char *const keys[] = {"pending", "missing", "edited", "unfinished", "broken", NULL};
    struct names said = {0};
    for (int i = 0; keys[i]; i++) {
        int64_t n = json_get_int(status, keys[i], 0);
        if (n)
            names_add(mem, &said, arena_printf(mem, "%" PRId64 " %s", n, keys[i]));
    }
    if (repeatable_due(status))
        names_add(mem, &said, "a repeatable file that changed");
    return said.n ? names_join(mem, &said, ", ") : NULL;
}

static const char *last_version(const struct json *status)
{
    static const char *const there[] = {"applied", "edited", "missing", NULL};
    const struct json *list = json_get(status, "migrations");
    for (int i = list->n - 1; i >= 0; i--)
        for (int k = 0; there[k]; k++)
            if (text_equal(json_get_text(list->item[i], "status"), there[k]))
                return json_get_text(list->item[i], "version");
    return NULL;
}

/* What the database would have to say, for whoever asks it himself. */
static int files_tell(struct ctx *ctx, const struct session *session, struct reply *reply)
{
    struct arena *mem = ctx->mem;
    struct json *versions = json_array(mem), *on_change = json_array(mem);
    const struct folder *folder = session->folder;
    for (int i = 0; i < folder->versioned.n; i++)
        json_add(mem, versions, json_string(mem, ((const struct migration *)folder->versioned.item[i])->version));
    for (int i = 0; i < folder->on_change.n; i++) {
        const struct migration *migration = folder->on_change.item[i];
        struct json *entry = json_object(mem);
        json_set_text(mem, entry, "filename", migration->filename);
        json_set_text(mem, entry, "checksum", migration->checksum);
        json_add(mem, on_change, entry);
    }
    json_set_text(mem, reply->json, "database", session->database->name);
    json_set_text(mem, reply->json, "table", session->database->migration_table);
    json_set_text(mem, reply->json, "format", layout_names[session->database->layout]);
    json_set_text(mem, reply->json, "engine", session->database->dialect->name);
    json_set_text(mem, reply->json, "folder", session->config->folder);
    json_set_text(mem, reply->json, "migrations_dir", path_absolute(ctx, folder->path));
    json_set(mem, reply->json, "versions", versions);
    json_set(mem, reply->json, "on_change", on_change);
    const struct migration *last = folder->versioned.n ? folder->versioned.item[folder->versioned.n - 1] : NULL;
    json_set_text(mem, reply->json, "version", last ? last->version : NULL);
    report_line(&reply->report, TONE_PLAIN, "%s: %s", session->database->name,
                last ? last->version : "no migration files");
    return 0;
}

static int current_one(struct ctx *ctx, const struct request *request, struct session *session, struct reply *reply)
{
    struct json *status = json_object(ctx->mem);
    TRY(session_folder(ctx, session));
    if (request_flag(request, "files"))
        return files_tell(ctx, session, reply);
    TRY(status_run(ctx, session, status));
    const char *differs = differences(ctx->mem, status), *version = last_version(status);
    json_set_text(ctx->mem, reply->json, "database", session->database->name);
    json_set_text(ctx->mem, reply->json, "version", version);
    json_set_bool(ctx->mem, reply->json, "current", !differs);
    json_set_text(ctx->mem, reply->json, "differs", differs);
    report_line(&reply->report, differs ? TONE_WARN : TONE_GOOD, "%s: %s (%s)", session->database->name,
                version ? version : "nothing applied", differs ? differs : "current");
    if (differs && (request_flag(request, "check") || request->exit_code))
        reply->status = 3;
    return 0;
}

static int current_command_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    return each_database(ctx, request, current_one, reply);
}

/* ---- the entries */

#define STAMP_DRY_RUN_OPTION                                                                          \
    {                                                                                                 \
        .name = "dry-run", .type = OPTION_FLAG, .help = "show what would be recorded; change nothing" \
    }

static const struct option_info stamp_options[] = {
    {.name = "VERSION",
     .type = OPTION_TEXT,
     .marks = OPTION_POSITIONAL,
     .value = "VERSION",
     .help = "the last version that is marked; without it all are"},
    DATABASE_OPTION,
    ALL_OPTION("mark in"),
    FLEET_OPTIONS,
    INTERRUPTED_OPTION,
    STAMP_DRY_RUN_OPTION,
    NO_MORE_OPTIONS,
};

static const struct option_info unstamp_options[] = {
    {.name = "to",
     .letter = 't',
     .type = OPTION_TEXT,
     .value = "VERSION",
     .help = "forget what is after this version, which stays; without it all is forgotten"},
    DATABASE_OPTION,
    ALL_OPTION("forget in"),
    FLEET_OPTIONS,
    STAMP_DRY_RUN_OPTION,
    NO_MORE_OPTIONS,
};

static const struct option_info current_options[] = {
    {.name = "check", .type = OPTION_FLAG, .help = "exit with 3 if the database is not exactly what the files say"},
    {.name = "files", .type = OPTION_FLAG, .help = "say which version the files lead to, and leave the database alone"},
    DATABASE_OPTION,
    ALL_OPTION("show"),
    NO_MORE_OPTIONS,
};

const struct command stamp_command = {
    .name = "stamp",
    .summary = "Record migrations as applied without running them",
    .description = "Marks the migrations up to a version, or all, as applied: for a database that has what they make "
                   "from elsewhere. Repeatable files are not marked; the next migrate runs them. Nothing that is "
                   "recorded beyond that version is forgotten: `unstamp` does that.\n"
                   "\n"
                   "Examples:\n"
                   "  dbwarden stamp\n"
                   "  dbwarden stamp 0012 --dry-run",
    .option = stamp_options,
    .run = stamp_command_run,
    .topic = TOPIC_RUN,
};

const struct command unstamp_command = {
    .name = "unstamp",
    .summary = "Forget that migrations are applied, and leave what they made",
    .description = "The opposite of stamp: the next migrate would run these files again. Nothing of them is undone.\n"
                   "\n"
                   "Examples:\n"
                   "  dbwarden unstamp --to 0007\n"
                   "  dbwarden unstamp",
    .option = unstamp_options,
    .run = unstamp_command_run,
    .topic = TOPIC_RUN,
};

const struct command current_command = {
    .name = "current",
    .summary = "Say in one line at which version a database is",
    .description = "With --check the exit status is 3 unless the database has exactly what the files say: every file "
                   "applied, none edited since, none gone, none interrupted. For scripts and jobs that wait for a "
                   "migration; `status` shows file by file.\n"
                   "\n"
                   "Examples:\n"
                   "  dbwarden current\n"
                   "  dbwarden current --check",
    .option = current_options,
    .run = current_command_run,
    .topic = TOPIC_LOOK,
};
