/*
 * new: an empty migration file with the next version, to be filled in by hand.  It never overwrites a file
 * and refuses a version that is taken.  No database is opened.
 */
#include "command/commands.h"

#include "base/file.h"
#include "base/text.h"

static int version_choose(struct ctx *ctx, const struct request *request, const struct folder *folder, int64_t *number)
{
    const char *text = request_text(request, "version");
    if (!text) {
        *number = name_next(folder);
        return 0;
    }
    TRY(version_read(ctx, text, number));
    const struct migration *taken = folder_version(folder, *number);
    if (!taken)
        return 0;
    fail(ctx, ERR_FAILED, "version %s is taken by %s", text, taken->filename);
    return fail_hint(ctx, "The next free one is %04" PRId64 "; leave --version out to take it.", name_next(folder));
}

/* What a new file holds, around its description. */
static const char *const templates[SCRIPTS] = {
    [SCRIPT_NONE] = "-- upgrade\n\n-- @\n\n-- rollback\n\n-- @\n",
    [SCRIPT_PYTHON] =
        "from sqlalchemy import text\n\n\ndef upgrade(connection):\n    # @\n    connection.execute(text(\"SELECT 1\"))\n"
        "\n\ndef rollback(connection):\n    # @\n    connection.execute(text(\"SELECT 1\"))\n",
    [SCRIPT_SHELL] = "# @\nset -eu\n",
};

/* fastmigrate's, of which the whole file runs. */
static const char *const foreign_templates[SCRIPTS] = {
    [SCRIPT_NONE] = "-- @\n",
    [SCRIPT_PYTHON] = "# @\nimport sqlite3\nimport sys\n\nconnection = sqlite3.connect(sys.argv[1])\n",
    [SCRIPT_SHELL] = "# @\nset -eu\n",
};

static int file_make(struct ctx *ctx, const char *path, const char *description, const char *template)
{
    if (file_exists(path))
        return fail(ctx, ERR_FILE, "%s exists already", path_shown(ctx, path));
    struct names lines = text_lines(ctx->mem, description);
    const char *line = text_trim(ctx->mem, names_join(ctx->mem, &lines, " "));
    if (text_equal_nocase(line, "upgrade") || text_equal_nocase(line, "rollback")) /* it would begin a section */
        line = arena_printf(ctx->mem, "\"%s\"", line);
    char *text = text_replace(ctx->mem, template, "@", line);
    return file_write(ctx, path, text, strlen(text), FILE_SHARED);
}

static enum script script_of(const char *word)
{
    enum script script = SCRIPT_NONE;
    while (!text_equal(script_kinds[script].word, word))
        script++;
    return script;
}

static int new_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    struct project project __attribute__((cleanup(project_close))) = {0};
    TRY(project_open(ctx, request, &project));
    TRY(session_folder(ctx, &project.session));
    const struct folder *folder = project.session.folder;
    const char *description = request_text(request, "description");
    char *slug = name_slug(ctx->mem, description);
    if (!*slug) {
        fail(ctx, ERR_USAGE, "\"%s\" has no letter or digit to name a file after", description);
        return fail_hint(ctx, "Describe the change in a few words, such as \"add users\".");
    }
    int64_t number;
    TRY(version_choose(ctx, request, folder, &number));
    enum script script = script_of(request_text(request, "type"));
    const struct database_config *database = project.session.database;
    bool ours = database->layout == LAYOUT_DBWARDEN;
    char *name = ours ? name_file(ctx->mem, database->name, number, slug) : fastmigrate_file(ctx->mem, number, slug);
    name = arena_printf(ctx->mem, "%.*s%s", (int)(strlen(name) - strlen(script_kinds[SCRIPT_NONE].suffix)), name,
                        script_kinds[script].suffix);
    char *path = path_join(ctx->mem, folder->path, name);
    TRY(file_make(ctx, path, description, ours ? templates[script] : foreign_templates[script]));
    json_set_text(ctx->mem, reply->json, "database", project.session.database->name);
    json_set_text(ctx->mem, reply->json, "version", arena_printf(ctx->mem, "%04" PRId64, number));
    json_set_text(ctx->mem, reply->json, "path", path_shown(ctx, path));
    report_line(&reply->report, TONE_GOOD, "Created migration file: %s", path_shown(ctx, path));
    return 0;
}

static const struct option_info new_options[] = {
    {.name = "DESCRIPTION",
     .type = OPTION_TEXT,
     .marks = OPTION_POSITIONAL | OPTION_REQUIRED,
     .letter = 'm',
     .also = "message",
     .help = "what the migration does, in a few words; also with -m before it"},
    {.name = "version",
     .type = OPTION_TEXT,
     .value = "VERSION",
     .help = "its version, digits only; without it the next one"},
    {.name = "type",
     .letter = 't',
     .type = OPTION_CHOICE,
     .value = "TYPE",
     .choices = "sql|python|shell",
     .otherwise = "sql",
     .help = "what it is written in"},
    DATABASE_OPTION,
    NO_MORE_OPTIONS,
};

const struct command new_command = {
    .name = "new",
    .summary = "Write an empty migration file to fill in by hand",
    .description =
        "Makes a file NAME__VERSION_description.sql with an upgrade and a rollback section in the database's "
        "migrations folder, or with --type python one that has the functions upgrade(connection) and "
        "rollback(connection). An existing file is never overwritten.\n"
        "\n"
        "Examples:\n"
        "  dbwarden new \"add users\"\n"
        "  dbwarden new \"fill prices\" --version 0042 -d shop",
    .option = new_options,
    .run = new_run,
    .topic = TOPIC_WRITE,
};
