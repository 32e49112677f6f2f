/*
 * dump: the live schema as SQL that makes it again in an empty database.  The rows are backup's.
 */
#include "base/file.h"
#include "command/inspect.h"

static int dump_write(struct ctx *ctx, const struct request *request, const struct project *project, const char *text,
                      struct reply *reply)
{
    const char *output = request_text(request, "output");
    const char *path = path_join(ctx->mem, request->where->folder, output);
    const char *lines = arena_printf(ctx->mem, "%s\n", text);
    TRY(file_write(ctx, path, lines, strlen(lines), FILE_SHARED));
    json_set_text(ctx->mem, reply->json, "file", path);
    report_line(&reply->report, TONE_GOOD, "Wrote the schema of %s: %s", project->session.conn->target, output);
    return 0;
}

static int dump_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    struct project project __attribute__((cleanup(project_close))) = {0};
    struct tree *tree;
    const char *text;
    TRY(project_open(ctx, request, &project));
    TRY(database_there(ctx, &project.session));
    TRY(inspect_live(ctx, &project.session, &tree));
    TRY(inspect_dump(ctx, &project.session, tree, &text));
    json_set_text(ctx->mem, reply->json, "database", project.session.database->name);
    json_set_text(ctx->mem, reply->json, "file", NULL);
    json_set_text(ctx->mem, reply->json, "sql", text);
    json_set(ctx->mem, reply->json, "unmodelled", inspect_unmodelled(ctx->mem, tree));
    if (request_text(request, "output"))
        return dump_write(ctx, request, &project, text, reply);
    report_raw(&reply->report, text);
    return 0;
}

static const struct option_info options[] = {
    {.name = "output",
     .letter = 'o',
     .type = OPTION_TEXT,
     .value = "FILE",
     .help = "file to write, replaced if it is there; without it the SQL is printed"},
    DATABASE_OPTION,
    NO_MORE_OPTIONS,
};

const struct command dump_command = {
    .name = "dump",
    .summary = "Write the schema that the database has now as SQL",
    .description =
        "Reads the live database and writes the SQL that makes the same schema in an empty one: applied there, \"diff "
        "--from db --to\" that database finds nothing. dbwarden's own tables and all rows are left out. What is not managed "
        "yet is not in it: it is named in comments, and a warning counts it. The file can be the schema_files of a "
        "project.\n"
        "\n"
        "Examples:\n"
        "  dbwarden dump -o schema.sql\n"
        "  dbwarden --url postgresql://shop@db.example.com/shop dump",
    .option = options,
    .run = dump_run,
    .topic = TOPIC_LOOK,
};
