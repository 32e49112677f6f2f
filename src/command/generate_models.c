/*
 * generate-models: SQLAlchemy models out of a schema that is there.  What models cannot say of it stands beside them as
 * statements, made by the same renderers that write migrations.
 */
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "command/inspect.h"
#include "command/sides.h"
#include "dialect/python.h"
#include "diff/describe.h"
#include "diff/plan.h"
#include "models/generate.h"
#include "schema/unmodelled.h"

/* ---- which tables ---- */

static bool is_named(const struct names *names, const struct object *table, struct arena *mem)
{
    return names_have(names, table->name) || names_have(names, table_title(mem, table));
}

static struct names tables_named(struct arena *mem, const struct request *request, const char *option)
{
    const char *text = request_text(request, option);
    struct names names = {0}, pieces = text_split(mem, text ? text : "", ',');
    for (int i = 0; i < pieces.n; i++)
        if (*text_trim(mem, pieces.item[i]))
            names_add(mem, &names, text_trim(mem, pieces.item[i]));
    return names;
}

static void names_check(struct ctx *ctx, const struct tree *tree, const struct names *names)
{
    for (int i = 0; i < names->n; i++) {
        bool found = false;
        const struct names one = {.item = &names->item[i], .n = 1};
        for (struct object *o = tree->root; o && !found; o = object_next(tree->root, o))
            found = o->kind == KIND_TABLE && is_named(&one, o, ctx->mem);
        if (!found)
            emit_warning(ctx, "there is no table \"%s\"", names->item[i]);
    }
}

/* Takes away what is not asked for. Of some tables alone, what hangs on no table is left out too. */
static void tables_choose(struct ctx *ctx, const struct request *request, struct tree *tree)
{
    const struct names wanted = tables_named(ctx->mem, request, "tables");
    const struct names unwanted = tables_named(ctx->mem, request, "exclude_tables");
    struct list gone = {0};
    names_check(ctx, tree, &wanted);
    names_check(ctx, tree, &unwanted);
    for (struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        bool top = o->parent && o->parent->kind == KIND_SCHEMA;
        bool out = o->kind == KIND_TABLE
                       ? (wanted.n && !is_named(&wanted, o, ctx->mem)) || is_named(&unwanted, o, ctx->mem)
                       : wanted.n && o->kind != KIND_ENUM;
        if (top && out)
            list_add(ctx->mem, &gone, o);
    }
    for (int i = 0; i < gone.n; i++)
        object_remove(gone.item[i]);
}

/* ---- what models do not say ---- */

static bool is_in_model(const struct object *object)
{
    static const enum kind kinds[] = {KIND_TABLE,   KIND_COLUMN, KIND_PRIMARY_KEY, KIND_UNIQUE,     KIND_CHECK,
                                      KIND_EXCLUDE, KIND_INDEX,  KIND_INDEX_PART,  KIND_FOREIGN_KEY};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (object->kind == kinds[i])
            return object_ancestor(object, KIND_TABLE) && !object_is_foreign(object_top(object));
    return false;
}

/* What a statement about it belongs to: the nearest that has a life of its own, of an index its view. */
static const struct object *owner_of(const struct object *object)
{
    while (object->parent && object->parent->kind != KIND_SCHEMA &&
           (object->kind == KIND_INDEX || kind_is(object->kind, KIND_INLINE | KIND_PART)))
        object = object->parent;
    return object;
}

static void text_add(struct ctx *ctx, struct list *texts, const struct object *owner, const char *sql, bool apart)
{
    for (int i = texts->n - 1; i >= 0 && !apart; i--) {
        struct object_text *known = texts->item[i];
        if (known->object != owner)
            continue;
        known->sql = arena_printf(ctx->mem, "%s;\n%s", known->sql, sql);
        return;
    }
    struct object_text *text = NEW(ctx->mem, struct object_text);
    *text = (struct object_text){owner, sql};
    list_add(ctx->mem, texts, text);
}

/* A schema with tables is made for them. */
static bool is_made_anyway(const struct statement_out *statement, const struct object *object)
{
    return object->kind == KIND_SCHEMA && object_only(object, KIND_TABLE) && text_starts(statement->sql, "CREATE");
}

static int texts_make(struct ctx *ctx, const struct target *target, struct tree *tree, struct list *texts)
{
    struct plan *plan;
    TRY(plan_from_nothing(ctx, target, tree, &plan));
    for (int i = 0; i < plan->statements.n; i++) {
        const struct statement_out *statement = plan->statements.item[i];
        const struct object *object = statement->change ? change_object(statement->change) : NULL;
        if (object && !is_in_model(object) && !is_made_anyway(statement, object))
            text_add(ctx, texts, owner_of(object), statement->sql,
                     kind_is(object->kind, KIND_PROMISED) && text_starts(statement->sql, "CREATE"));
    }
    return 0;
}

/* ---- files ---- */

static int file_check(struct ctx *ctx, const char *path, const struct file_new *file, bool force)
{
    char *text;
    size_t length;
    if (force || !file_exists(path))
        return 0;
    TRY(file_read(ctx, path, 0, &text, &length));
    if (text_equal(text, file->text))
        return 0;
    fail(ctx, ERR_FAILED, "%s is there already, and is not what would be written", path);
    return fail_hint(ctx, "Choose another folder with --output, or replace it with --force.");
}

/* All or none: what is there is looked at first. */
static int files_write(struct ctx *ctx, const char *folder, const struct list *files, bool force)
{
    for (int i = 0; i < files->n; i++) {
        const struct file_new *file = files->item[i];
        TRY(file_check(ctx, path_join(ctx->mem, folder, file->name), file, force));
    }
    TRY(folder_make(ctx, folder));
    return folder_write(ctx, folder, files, FILE_SHARED);
}

static int files_report(struct ctx *ctx, const struct request *request, const struct generated *generated,
                        struct reply *reply)
{
    const struct list *files = &generated->files;
    const char *output = request_text(request, "output");
    const char *folder = path_join(ctx->mem, request->where->folder, output);
    struct json *names = json_array(ctx->mem);
    TRY(files_write(ctx, folder, files, request_flag(request, "force")));
    for (int i = 0; i < files->n; i++)
        json_add(ctx->mem, names, json_string(ctx->mem, ((const struct file_new *)files->item[i])->name));
    json_set(ctx->mem, reply->json, "files", names);
    json_set_text(ctx->mem, reply->json, "folder", folder);
    report_line(&reply->report, TONE_GOOD, "Generated %d model(s) in '%s%s'", generated->models, output,
                text_ends(output, "/") ? "" : "/");
    return 0;
}

static struct generate_options options_of(const struct request *request)
{
    const char *style = request_text(request, "style");
    return (struct generate_options){
        .style = text_equal(style, "sqlmodel") ? MODELS_SQLMODEL
                 : text_equal(style, "column") ? MODELS_COLUMN
                                               : MODELS_MAPPED,
        .single_file = request_flag(request, "single_file"),
        .relationships = request_flag(request, "relationships"),
        .base = request_text(request, "base"),
    };
}

static int generate_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    struct sides sides = {0};
    __attribute__((cleanup(sides_close))) struct sides *owner = &sides;
    struct generate_options options = options_of(request);
    struct generated generated = {0};
    struct list texts = {0};
    TRY(sides_read(ctx, request, owner));
    const struct target *target = &sides.sources.target;
    struct tree *tree = sides.sources.side[0].tree;
    const char *unmodelled = unmodelled_counts(ctx->mem, &tree->unmodelled);
    if (*unmodelled)
        emit_warning(ctx, "not in the models, because it is not managed yet: %s", unmodelled);
    tables_choose(ctx, request, tree);
    if (target->dialect->python)
        TRY(texts_make(ctx, target, tree, &texts));
    if (target->dialect->python && target->dialect->python->leave_out)
        target->dialect->python->leave_out(ctx->mem, target, tree);
    options.tree = tree;
    TRY(models_generate(ctx, target, &texts, &options, &generated));
    json_set_int(ctx->mem, reply->json, "models", generated.models);
    if (generated.models || (generated.files.n && !request_text(request, "tables")))
        return files_report(ctx, request, &generated, reply);
    report_line(&reply->report, TONE_DIM, "No tables found matching the given criteria.");
    return 0;
}

static const struct option_info options[] = {
    {.name = "output",
     .letter = 'o',
     .type = OPTION_TEXT,
     .value = "DIR",
     .otherwise = "models",
     .help = "folder that the files are written into"},
    {.name = "tables", .type = OPTION_TEXT, .value = "A,B", .help = "only these tables, and what hangs on them"},
    {.name = "exclude-tables", .type = OPTION_TEXT, .value = "A,B", .help = "all tables but these"},
    {.name = "clickhouse-engines",
     .type = OPTION_FLAG,
     .help = "the engines of ClickHouse's tables; of other databases it asks for nothing"},
    {.name = "relationships", .type = OPTION_FLAG, .help = "relationships for the foreign keys, there and back"},
    {.name = "dialect",
     .type = OPTION_TEXT,
     .value = "NAME",
     .help = "the engine, where the source does not say it: models and files of SQL are read for it"},
    {.name = "single-file", .type = OPTION_FLAG, .help = "one file, models.py; without it one for each table"},
    {.name = "base",
     .type = OPTION_TEXT,
     .value = "MODULE:BASE",
     .help = "base class of the project that the models inherit from, such as app.db:Base; without it they bring one"},
    {.name = "style",
     .type = OPTION_CHOICE,
     .value = "STYLE",
     .otherwise = "mapped",
     .choices = "mapped|column|sqlmodel",
     .help = "mapped: SQLAlchemy 2, Mapped and mapped_column; column: Column, as SQLAlchemy 1.4 has it too; sqlmodel"},
    {.name = "from",
     .type = OPTION_TEXT,
     .marks = OPTION_SECRET,
     .value = "SRC",
     .otherwise = "db",
     .help =
         "the schema to write models for: db, snapshot, migrations, migrations@VERSION, models, a URL, or a file of "
         "SQL or of a snapshot"},
    {.name = "force", .type = OPTION_FLAG, .help = "replace files that are there and differ"},
    DATABASE_OPTION,
    NO_MORE_OPTIONS,
};

const struct command generate_models_command = {
    .name = "generate-models",
    .summary = "Write SQLAlchemy models for a schema that is there",
    .description =
        "Reads the live database, or another source, and writes models that describe it: read back, they differ from it in "
        "nothing. What SQLAlchemy has no word for stands in an inner class Meta; views, functions, triggers and the like "
        "stand beside the models as small classes of dbwarden.schema. Files that are there and differ are only replaced "
        "with --force.\n"
        "\n"
        "Examples:\n"
        "  dbwarden generate-models\n"
        "  dbwarden generate-models -o app/models --relationships\n"
        "  dbwarden generate-models --single-file --base app.db:Base --tables users,orders\n"
        "  dbwarden --url postgresql://shop@db.example.com/shop generate-models -o models",
    .option = options,
    .run = generate_run,
    .topic = TOPIC_LOOK,
};
