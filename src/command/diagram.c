/*
 * diagram: a picture of a schema, or of the change from one to another; both are named as `diff --from --to` names them, and
 * compared by its code.  Nothing is changed.
 */
#include "diagram/diagram.h"

#include "base/file.h"
#include "base/text.h"
#include "command/comparison.h"
#include "command/sides.h"

struct drawing {
    struct ctx *ctx;
    const struct request *request;
    struct sides sides;
    struct comparison comparison;
    const struct diagram_format *format;
    struct names tables;
    struct list history; /* struct diagram_migration * */
};

/* ---- what is given ---- */

static int format_choose(struct drawing *drawing)
{
    struct ctx *ctx = drawing->ctx;
    const char *given = request_text(drawing->request, "format"), *output = request_text(drawing->request, "output");
    drawing->format = given    ? diagram_format_find(given)
                      : output ? diagram_format_of(output)
                               : diagram_format_find("mermaid");
    if (drawing->format)
        return 0;
    fail(ctx, ERR_USAGE, "--output: the name %s does not say what to write", output);
    return fail_hint(ctx, "Say it with --format, or let the name end with .svg, .mmd, .dot or .html.");
}

static int sources_check(struct drawing *drawing)
{
    struct ctx *ctx = drawing->ctx;
    const char *from = request_text(drawing->request, "from"), *to = request_text(drawing->request, "to");
    const char *given = request_text(drawing->request, "src");
    if (given && (from || to))
        return fail(ctx, ERR_USAGE, "SRC is drawn alone, and --from and --to together: give one or the other");
    if (!from != !to) {
        fail(ctx, ERR_USAGE, "--from and --to go together");
        return fail_hint(ctx, "For example: dbwarden diagram --from db --to models");
    }
    if (!from)
        drawing->sides.given = given ? given : "models";
    return 0;
}

/* ---- what belongs to it ---- */

static bool is_hit(const char *pattern, const struct target *target, const struct tree *tree)
{
    struct names one = {.item = &pattern, .n = 1};
    const struct filter filter = {.include = one};
    for (const struct object *o = tree->root; o; o = object_next(tree->root, o))
        if ((o->kind == KIND_TABLE || o->kind == KIND_VIEW) &&
            filter_takes(&filter, target_usual(target), o->parent->name, o->name))
            return true;
    return false;
}

static void tables_read(struct drawing *drawing)
{
    struct ctx *ctx = drawing->ctx;
    const struct source *side = drawing->sides.sources.side;
    const struct target *target = &drawing->sides.sources.target;
    const struct names given = request_list(ctx->mem, drawing->request, "tables");
    for (int i = 0; i < given.n; i++) {
        const struct names pieces = text_split(ctx->mem, given.item[i], ',');
        for (int j = 0; j < pieces.n; j++) {
            const char *pattern = text_trim(ctx->mem, pieces.item[j]);
            if (!*pattern)
                continue;
            names_add(ctx->mem, &drawing->tables, pattern);
            if (!is_hit(pattern, target, side[0].tree) && !is_hit(pattern, target, side[1].tree))
                emit_warning(ctx, "--tables: no table or view is called \"%s\"", pattern);
        }
    }
}

static void migration_add(struct drawing *drawing, const struct migration *file, const struct applied *row, bool asked)
{
    struct diagram_migration *one = NEW(drawing->ctx->mem, struct diagram_migration);
    const char *description = file ? file->description : row->description;
    *one = (struct diagram_migration){.version = file ? file->version : row->version,
                                      .filename = file ? file->filename : row->filename,
                                      .description = file && file->title ? file->title : description,
                                      .applied_at = row ? row->applied_at : NULL,
                                      .state = !asked  ? ""
                                               : !file ? "file gone"
                                               : row   ? "applied"
                                                       : "pending"};
    list_add(drawing->ctx->mem, &drawing->history, one);
}

/* The files of a project, and what a database that was read anyway says of them; neither has to be there. */
static int history_read(struct drawing *drawing, struct session *session, bool project)
{
    struct ctx *ctx = drawing->ctx;
    const struct list none = {0}, *files = &none;
    struct list applied = {0};
    if (project && session_folder(ctx, session) == 0)
        files = &session->folder->versioned;
    ctx->error = (struct error){0};
    if (session->conn)
        TRY(session_applied(ctx, session, &applied));
    int row = 0;
    for (int i = 0; i <= files->n; i++) {
        const struct migration *file = i < files->n ? files->item[i] : NULL;
        for (; row < applied.n; row++) {
            const struct applied *gone = applied.item[row];
            if (file && gone->number >= file->number)
                break;
            if (gone->version && (!session->folder || !folder_version(session->folder, gone->number)))
                migration_add(drawing, NULL, gone, project);
        }
        if (file)
            migration_add(drawing, file, applied_version(&applied, file->number), session->conn);
    }
    return 0;
}

static int history_find(struct drawing *drawing)
{
    struct sides *sides = &drawing->sides;
    for (int i = 1; i >= 0; i--)
        if (sides->session[i].database && !drawing->history.n)
            TRY(history_read(drawing, &sides->session[i], sides->session[i].config == sides->project));
    return 0;
}

/* ---- what comes of it ---- */

static int drawing_read(struct drawing *drawing, struct diagram_input *input)
{
    struct ctx *ctx = drawing->ctx;
    struct sides *sides = &drawing->sides;
    const struct source *side = sides->sources.side;
    bool change = !sides->given;
    TRY(sides_read(ctx, drawing->request, sides));
    tables_read(drawing);
    if (change)
        TRY(comparison_between(ctx, &sides->sources, drawing->request, &drawing->comparison));
    if (text_equal(drawing->format->name, "html"))
        TRY(history_find(drawing));
    *input = (struct diagram_input){
        .target = &sides->sources.target,
        .tree = side[0].tree,
        .changes = change ? drawing->comparison.changes : NULL,
        .title = change ? arena_printf(ctx->mem, "%s → %s", side[0].title, side[1].title) : side[0].title,
        .tables = &drawing->tables,
        .history = &drawing->history,
    };
    return 0;
}

static int text_write(struct drawing *drawing, const char *text, struct reply *reply)
{
    struct ctx *ctx = drawing->ctx;
    const char *output = request_text(drawing->request, "output");
    const char *path = path_join(ctx->mem, drawing->request->where->folder, output);
    TRY(file_write(ctx, path, text, strlen(text), FILE_SHARED));
    json_set_text(ctx->mem, reply->json, "file", path);
    report_line(&reply->report, TONE_GOOD, "Wrote a picture of %s: %s",
                drawing->sides.given ? drawing->sides.sources.side[0].title : "the change", output);
    return 0;
}

static int drawing_show(struct drawing *drawing, const struct diagram_input *input, struct reply *reply)
{
    struct ctx *ctx = drawing->ctx;
    struct diagram *diagram;
    const char *text;
    TRY(diagram_draw(ctx, input, &diagram));
    TRY(drawing->format->render(ctx, diagram, &text));
    json_set_text(ctx->mem, reply->json, "title", input->title);
    json_set_text(ctx->mem, reply->json, "format", drawing->format->name);
    json_set_int(ctx->mem, reply->json, "objects", diagram_count(diagram));
    json_set(ctx->mem, reply->json, "differences",
             input->changes ? json_int(ctx->mem, input->changes->list.n) : json_null(ctx->mem));
    json_set_text(ctx->mem, reply->json, "file", NULL);
    json_set_text(ctx->mem, reply->json, "diagram", text);
    if (request_text(drawing->request, "output"))
        return text_write(drawing, text, reply);
    report_raw(&reply->report, text_slice(ctx->mem, text, 0, strlen(text) - 1)); /* it ends the line itself */
    return 0;
}

static int diagram_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    struct drawing drawing = {.ctx = ctx, .request = request};
    __attribute__((cleanup(sides_close))) struct sides *sides = &drawing.sides;
    struct diagram_input input;
    (void)sides;
    ctx->ask = NULL; /* looking never asks */
    TRY(format_choose(&drawing));
    TRY(sources_check(&drawing));
    TRY(drawing_read(&drawing, &input));
    return drawing_show(&drawing, &input, reply);
}

static const struct option_info options[] = {
    {.name = "SRC",
     .type = OPTION_TEXT,
     .marks = OPTION_POSITIONAL | OPTION_SECRET,
     .help =
         "the schema to draw: models (as without it), db, snapshot, migrations, migrations@VERSION, a URL, a file of "
         "SQL or of a snapshot"},
    {.name = "from",
     .type = OPTION_TEXT,
     .marks = OPTION_SECRET,
     .value = "SRC",
     .help = "draw a change: the schema before it; with --to"},
    {.name = "to",
     .type = OPTION_TEXT,
     .marks = OPTION_SECRET,
     .value = "SRC",
     .help = "the schema after it; with --from"},
    {.name = "format",
     .type = OPTION_CHOICE,
     .value = "FORMAT",
     .choices = "svg|mermaid|dot|html",
     .help =
         "svg and the picture in html need Graphviz's library; without it as the name of the output ends, or mermaid"},
    {.name = "output",
     .letter = 'o',
     .type = OPTION_TEXT,
     .value = "FILE",
     .help = "file to write, replaced if it is there; without it the text is printed"},
    {.name = "tables",
     .type = OPTION_LIST,
     .value = "PATTERN",
     .help = "only tables and views of this name, * and ? in it, its schema before a dot; may be repeated"},
    {.name = "dialect",
     .type = OPTION_TEXT,
     .value = "NAME",
     .help = "the engine, where the source does not say it: models and files of SQL are read for it"},
    SANDBOX_OPTION,
    RENAME_OPTIONS,
    NORMALISE_OPTION,
    OFFLINE_OPTION,
    DATABASE_OPTION,
    NO_MORE_OPTIONS,
};

const struct command diagram_command = {
    .name = "diagram",
    .summary = "Draw a schema, or a change of it",
    .description =
        "Draws tables with their columns, views and types, and what refers to what. With --from and --to it draws a change: "
        "what is added, changed and removed has colors and signs. mermaid is what many pages draw by themselves; dot is for "
        "Graphviz; svg is a picture; html is one page with the picture, all that is known of the objects, the migrations, "
        "and a search.\n"
        "\n"
        "Examples:\n"
        "  dbwarden diagram -o schema.svg\n"
        "  dbwarden diagram db -o schema.html\n"
        "  dbwarden diagram --from db --to models --format mermaid\n"
        "  dbwarden diagram --tables \"order*\" -o orders.svg",
    .option = options,
    .run = diagram_run,
    .topic = TOPIC_LOOK,
};
