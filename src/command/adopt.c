/*
 * adopt and eject: from another tool to this one, and back.  Both are told what they would do by --dry-run, and do all or nothing.
 */
#include "base/text.h"
#include "command/commands.h"
#include "run/takeover.h"

/* The working folder of a project, and what the user names in it. */
static int place_find(struct ctx *ctx, const struct request *request, const struct session *session,
                      const struct format **format, const char **folder)
{
    const char *tool = request_text(request, "from"), *named = request_text(request, "folder");
    if (tool)
        TRY(format_find(ctx, tool, format));
    *folder = named ? session_path(ctx, session, named) : NULL;
    if (*folder && !folder_exists(*folder))
        return fail(ctx, ERR_FILE, "there is no folder %s", named);
    return format_recognise(ctx, session_path(ctx, session, "."), folder, format);
}

static int server_read(struct ctx *ctx, const struct request *request, struct url *url, const struct url **server)
{
    const char *given = request_text(request, "sandbox_url");
    if (!given)
        return 0;
    TRY(url_read(ctx, given, url));
    *server = url;
    return 0;
}

static void adoption_show(struct ctx *ctx, const struct takeover *takeover, struct reply *reply)
{
    struct json *files = json_array(ctx->mem);
    const char *const columns[] = {"File", "New name", "", "", NULL};
    struct report_block *table = report_table(&reply->report, NULL, columns);
    for (int i = 0; i < takeover->foreign.n; i++) {
        const struct foreign *foreign = takeover->foreign.item[i];
        const char *state = foreign->applied ? "applied" : "pending";
        const char *why = foreign->why ? arena_printf(ctx->mem, "stays Python: %s", foreign->why) : "";
        const char *const cells[] = {path_name(foreign->path), takeover->files.item[i], state, why, NULL};
        struct json *file = json_object(ctx->mem);
        json_set_text(ctx->mem, file, "from", foreign->path);
        json_set_text(ctx->mem, file, "id", foreign->id);
        json_set_text(ctx->mem, file, "file", takeover->files.item[i]);
        json_set_text(ctx->mem, file, "status", state);
        json_set_text(ctx->mem, file, "python", foreign->why);
        json_add(ctx->mem, files, file);
        report_row(&reply->report, table, TONE_PLAIN, cells);
    }
    json_set_text(ctx->mem, reply->json, "tool", takeover->format->name);
    json_set_text(ctx->mem, reply->json, "folder", takeover->folder);
    json_set_text(ctx->mem, reply->json, "migrations_dir", takeover->target);
    json_set_bool(ctx->mem, reply->json, "dry_run", takeover->dry_run);
    json_set(ctx->mem, reply->json, "files", files);
    json_set_int(ctx->mem, reply->json, "applied", takeover->applied);
    json_set(ctx->mem, reply->json, "differences", json_names(ctx->mem, &takeover->differences));
    for (int i = 0; i < takeover->differences.n; i++)
        report_line(&reply->report, TONE_WARN, "Differs: %s", takeover->differences.item[i]);
    report_line(&reply->report, TONE_GOOD, "%s %d migrations of %s into %s; %d of them are recorded as applied%s",
                takeover->dry_run ? "Would take" : "Took", takeover->foreign.n, takeover->format->title,
                path_shown(ctx, takeover->target), takeover->applied, takeover->dry_run ? "" : ", and nothing was run");
}

static int adopt_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    __attribute__((cleanup(project_close))) struct project project = {0};
    __attribute__((cleanup(url_close))) struct url sandbox = {0};
    struct takeover takeover = {.session = &project.session,
                                .up_to = request_text(request, "to_version"),
                                .dry_run = request_flag(request, "dry_run"),
                                .as_it_stands = request_flag(request, "as_it_stands"),
                                .force = request_flag(request, "force")};
    TRY(project_open(ctx, request, &project));
    TRY(config_database(ctx, project.config, project.session.database->name, &takeover.database));
    TRY(place_find(ctx, request, &project.session, &takeover.format, &takeover.folder));
    TRY(server_read(ctx, request, &sandbox, &takeover.server));
    TRY(database_there(ctx, &project.session));
    if (takeover.as_it_stands && takeover.format->history != HISTORY_HEADS)
        return fail(ctx, ERR_USAGE, "--as-it-stands is for revisions of Alembic, and not for %s",
                    takeover.format->title);
    if (takeover.up_to && takeover.format->history != HISTORY_NONE)
        return fail(ctx, ERR_USAGE, "--to-version is for files without a history, and %s keeps one",
                    takeover.format->title);
    TRY(takeover_run(ctx, &takeover));
    adoption_show(ctx, &takeover, reply);
    return 0;
}

static int eject_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    __attribute__((cleanup(project_close))) struct project project = {0};
    struct leaving leaving = {.session = &project.session,
                              .dry_run = request_flag(request, "dry_run"),
                              .drop = request_flag(request, "drop_records")};
    TRY(project_open(ctx, request, &project));
    TRY(format_find(ctx, request_text(request, "to"), &leaving.format));
    leaving.folder = session_path(ctx, &project.session, request_text(request, "folder"));
    TRY(database_there(ctx, &project.session));
    TRY(leaving_run(ctx, &leaving));
    json_set_text(ctx->mem, reply->json, "tool", leaving.format->name);
    json_set_text(ctx->mem, reply->json, "folder", leaving.folder);
    json_set_bool(ctx->mem, reply->json, "dry_run", leaving.dry_run);
    json_set(ctx->mem, reply->json, "files", json_names(ctx->mem, &leaving.written));
    json_set(ctx->mem, reply->json, "recorded", json_names(ctx->mem, &leaving.recorded));
    json_set(ctx->mem, reply->json, "forgotten", json_names(ctx->mem, &leaving.forgotten));
    for (int i = 0; i < leaving.written.n; i++)
        report_line(&reply->report, TONE_PLAIN, "%s %s", leaving.dry_run ? "Would write" : "Wrote",
                    path_shown(ctx, path_join(ctx->mem, leaving.folder, leaving.written.item[i])));
    report_line(&reply->report, TONE_GOOD,
                "%s can go on in %s: %d files were there, %d are new, and its history %s what is applied",
                leaving.format->title, path_shown(ctx, leaving.folder), leaving.kept, leaving.written.n,
                leaving.dry_run ? "would say" : "says");
    if (!leaving.drop)
        report_line(&reply->report, TONE_DIM, "dbwarden's own records are still there; --drop-records drops them");
    return 0;
}

static const struct option_info adopt_options[] = {
    {.name = "FOLDER",
     .type = OPTION_TEXT,
     .marks = OPTION_POSITIONAL,
     .help = "where the files of the other tool are; without it the usual folders are looked into"},
    {.name = "from", .type = OPTION_TEXT, .value = "TOOL", .help = "whose they are, where the files do not say it"},
    {.name = "to-version",
     .letter = 't',
     .type = OPTION_TEXT,
     .value = "VERSION",
     .help = "of plain files, which have no history: the last one that has run"},
    {.name = "dry-run", .type = OPTION_FLAG, .help = "try everything in a scratch database, and write nothing"},
    {.name = "as-it-stands",
     .type = OPTION_FLAG,
     .help =
         "where the first revisions of Alembic need what was made by hand: one migration out of the live schema, in place of all "
         "that has run"},
    {.name = "force", .type = OPTION_FLAG, .help = "differences between the files and the live schema are no failure"},
    SANDBOX_OPTION,
    DATABASE_OPTION,
    {0},
};

const struct command adopt_command = {
    .name = "adopt",
    .summary = "Take over the migrations and the history of another tool",
    .description =
        "Converts the files of Alembic, Django, Liquibase, dbmate, goose, golang-migrate, Flyway, Drizzle, Prisma, fastmigrate, yoyo or plain numbered files of SQL into migrations of this "
        "project, and records as applied what the history of that tool says has run; nothing is run again. First all of it is "
        "tried in a scratch database (a revision of Alembic that reads rows stays Python, and is not run there): what the applied files lead to has to be what the live database is, and those that wait "
        "have to run. Where that is not so, or where files, history and database contradict each other, nothing is written. "
        "The files and the history of the other tool stay as they are, and \"eject\" leads back to them. Another database of "
        "the same project is adopted by the same command: its history is recorded for the files that are there.\n"
        "\n"
        "Examples:\n"
        "  dbwarden adopt --dry-run\n"
        "  dbwarden adopt db/migrations --from dbmate",
    .option = adopt_options,
    .run = adopt_run,
    .topic = TOPIC_SET_UP,
};

static const struct option_info eject_options[] = {
    {.name = "FOLDER",
     .type = OPTION_TEXT,
     .marks = OPTION_POSITIONAL | OPTION_REQUIRED,
     .help =
         "where the tool has its files; for Alembic the folder of alembic.ini, for Django that of an app's migrations"},
    {.name = "to",
     .type = OPTION_TEXT,
     .marks = OPTION_REQUIRED,
     .value = "TOOL",
     .help =
         "for which tool: alembic, django, liquibase, dbmate, goose, golang-migrate, flyway, drizzle, prisma, fastmigrate, yoyo, plain"},
    {.name = "dry-run", .type = OPTION_FLAG, .help = "say what would be written, and write nothing"},
    {.name = "drop-records",
     .type = OPTION_FLAG,
     .help = "drop the tables in which dbwarden keeps what is applied, so that only the tool's history is left"},
    DATABASE_OPTION,
    {0},
};

const struct command eject_command = {
    .name = "eject",
    .summary = "Give the migrations and their history back to another tool",
    .description =
        "Writes each migration that the other tool does not have yet as a file of its own, and brings its history to "
        "what is applied. Files that it has are left as they are. What it has no words for (repeatable files, code) is an "
        "error, and then nothing is written.\n"
        "\n"
        "Examples:\n"
        "  dbwarden eject db/migrations --to dbmate --dry-run\n"
        "  dbwarden eject db/migrations --to dbmate",
    .option = eject_options,
    .run = eject_run,
    .topic = TOPIC_SET_UP,
};
