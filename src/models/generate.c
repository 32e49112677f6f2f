/*
 * Models out of a schema: which files there are, what everything is called, and what stands around the tables.  How a table
 * is said is in generate_table.c.
 *
 * Names come first: whatever a class calls its attributes, nothing that is imported may be called so, or the second line of
 * a class would mean another thing than the first.
 */
#include "models/generate.h"

#include "base/text.h"
#include "models/parts.h"

/* ---- names ---- */

static const char *attribute_for(struct generator *generator, struct model *model, const struct object *column)
{
    struct arena *mem = generator->mem;
    const char *name = python_identifier(mem, column->name);
    if (!*name)
        name = "column";
    if (*name == '_' && (name[1] == '_' || generator->options->style == MODELS_SQLMODEL))
        name = arena_printf(mem, "column%s", name);
    if (python_reserved(name) || text_starts(name, "_sa_"))
        name = arena_printf(mem, "%s_", name);
    if (generator->options->style == MODELS_SQLMODEL && text_starts(name, "model_"))
        name = arena_printf(mem, "%s_", name);
    return python_unique(mem, &model->taken, name);
}

static void attributes_name(struct generator *generator, struct model *model)
{
    struct arena *mem = generator->mem;
    map_init(&model->attribute, mem);
    map_init(&model->taken, mem);
    map_init(&model->column_meta, mem);
    map_init(&model->inlined, mem);
    model->meta = json_object(mem);
    for (int i = 0; i < model->table->children.n; i++) {
        const struct object *child = model->table->children.item[i];
        if (child->kind != KIND_COLUMN)
            continue;
        const char *name = attribute_for(generator, model, child);
        map_set(&model->attribute, child->name, (void *)(uintptr_t)name);
        map_set(&model->column_meta, name, json_object(mem));
        map_set(&generator->hidden, name, model);
    }
}

static const char *file_for(struct arena *mem, struct map *taken, const char *table)
{
    const char *name = text_lower(mem, python_identifier(mem, table));
    if (!*name)
        name = "table";
    return python_unique(mem, taken, python_reserved(name) ? arena_printf(mem, "%s_", name) : name);
}

static void model_add(struct generator *generator, struct map *files, struct map *names, const struct object *table)
{
    struct arena *mem = generator->mem;
    struct model *model = NEW(mem, struct model);
    const char *name = python_class_name(mem, table->name);
    model->table = table;
    model->is_class = object_only(table, KIND_PRIMARY_KEY);
    if (python_reserved(name))
        name = arena_printf(mem, "%s_", name);
    model->name = python_unique(mem, names, name);
    model->file = generator->options->single_file ? "models" : file_for(mem, files, table->name);
    map_set(&generator->hidden, model->name, model);
    attributes_name(generator, model);
    list_add(mem, &generator->models, model);
    map_set(&generator->tables, arena_printf(mem, "%s.%s", object_schema(table), table->name), model);
}

static void enum_note(struct generator *generator, const struct object *object)
{
    struct arena *mem = generator->mem;
    const struct ident_rules *ident = generator->target->dialect->ident;
    struct buf name;
    buf_init(&name, mem);
    if (*object_schema(object))
        ident_add_qualified(&name, ident, object_schema(object), object->name);
    else
        ident_add(&name, ident, object->name);
    map_set(&generator->enums, type_normal(mem, generator->target, name.data), (void *)(uintptr_t)object);
}

/* The enums that columns are of say themselves there, but for a comment. */
static struct list texts_needed(struct generator *generator, const struct list *texts)
{
    struct arena *mem = generator->mem;
    struct list needed = {0};
    struct map said;
    map_init(&said, mem);
    const struct object *root = generator->tree->root;
    for (const struct object *o = root; o; o = object_next(root, o)) {
        const struct enum_type *found =
            o->kind == KIND_COLUMN ? model_enum_of(generator, (const struct column *)o) : NULL;
        if (found && !found->comment)
            map_set(&said, arena_printf(mem, "%s.%s", object_schema(&found->object), found->object.name), generator);
    }
    for (int i = 0; i < texts->n; i++) {
        const struct object *object = ((const struct object_text *)texts->item[i])->object;
        const char *name = arena_printf(mem, "%s.%s", object_schema(object), object->name ? object->name : "");
        if (object->kind != KIND_ENUM || !map_get(&said, name))
            list_add(mem, &needed, texts->item[i]);
    }
    return needed;
}

static void names_choose(struct generator *generator)
{
    struct arena *mem = generator->mem;
    struct map files, names;
    static const char *const own[] = {"Base", "DatabaseType", "base", "objects", "__init__"};
    map_init(&files, mem);
    map_init(&names, mem);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        map_set(&files, own[i], generator);
        map_set(&names, own[i], generator);
    }
    map_set(&names, generator->base, generator);
    const struct object *root = generator->tree->root;
    for (const struct object *o = root; o; o = object_next(root, o)) {
        if (o->kind == KIND_TABLE && !object_is_foreign(o))
            model_add(generator, &files, &names, o);
        else if (o->kind == KIND_ENUM)
            enum_note(generator, o);
    }
}

/* ---- what stands around them ---- */

static void type_class_write(struct python_module *module)
{
    const char *any = python_use(module, "typing", "Any");
    buf_addf(&module->body,
             "\n\nclass DatabaseType(%s):\n"
             "    \"\"\"A type of the database that SQLAlchemy has no class for, by its name.\"\"\"\n"
             "\n"
             "    cache_ok = True\n"
             "\n"
             "    def __init__(self, name: str) -> None:\n"
             "        self.name = name\n"
             "\n"
             "    def get_col_spec(self, **kw: %s) -> str:\n"
             "        return self.name\n",
             python_use(module, "sqlalchemy.types", "UserDefinedType"), any);
}

static void base_class_write(struct generator *generator, struct python_module *module)
{
    if (generator->options->style == MODELS_COLUMN)
        buf_addf(&module->body, "\n%s = %s()\n", generator->base,
                 python_use(module, "sqlalchemy.orm", "declarative_base"));
    else if (generator->options->style == MODELS_MAPPED)
        buf_addf(&module->body, "\n\nclass %s(%s):\n    pass\n", generator->base,
                 python_use(module, "sqlalchemy.orm", "DeclarativeBase"));
}

/* SQL as it is, in the quotes of a text of several lines. */
static struct python_doc *sql_doc(struct arena *mem, const char *sql)
{
    bool raw = strchr(sql, '\n') && !strchr(sql, '\\') && !text_has(sql, "\"\"\"") && !text_ends(sql, "\"") &&
               !strchr(sql, '\r') && !strchr(sql, '\t');
    for (const char *c = sql; *c; c++)
        raw &= *c == '\n' || (unsigned char)*c >= ' ';
    const struct names lines = text_lines(mem, sql);
    for (int i = 0; i < lines.n; i++)
        raw &= !text_ends(lines.item[i], " ");
    return python_atom(mem, raw ? arena_printf(mem, "\"\"\"%s\"\"\"", sql) : python_string(mem, sql));
}

static const char *object_class(struct arena *mem, const struct object *object)
{
    if (object->kind == KIND_ENUM)
        return "EnumType";
    if (object->kind == KIND_VIEW && ((const struct view *)object)->materialized)
        return "MaterializedView";
    if (object_is_foreign(object))
        return "ForeignTable";
    return python_class_name(mem, kind_table[object->kind].name);
}

static void objects_write(struct generator *generator, struct python_module *module, const struct list *texts)
{
    struct arena *mem = generator->mem;
    for (int i = 0; i < texts->n; i++) {
        const struct object_text *text = texts->item[i];
        const char *class = python_use(module, "dbwarden.schema", object_class(mem, text->object));
        buf_add(&module->body, "\n");
        python_line(&module->body, 0, "", python_add(mem, python_call(mem, class), NULL, sql_doc(mem, text->sql)));
    }
}

static void file_add(struct arena *mem, struct list *files, const char *name, const char *text)
{
    struct file_new *file = NEW(mem, struct file_new);
    *file = (struct file_new){arena_printf(mem, "%s.py", name), text};
    list_add(mem, files, file);
}

/* ---- files ---- */

static void single_write(struct generator *generator, const struct list *texts, const char *intro, struct list *files)
{
    struct arena *mem = generator->mem;
    struct python_module module;
    python_open(&module, mem, "models", &generator->hidden);
    for (int i = 0; i < generator->models.n; i++) {
        struct model *model = generator->models.item[i];
        model->module = &module;
        model_write(generator, model);
    }
    struct buf body = module.body;
    buf_init(&module.body, mem);
    if (!generator->base_from)
        base_class_write(generator, &module);
    if (generator->needs_type)
        type_class_write(&module);
    buf_add(&module.body, body.data);
    if (texts->n)
        buf_add(&module.body, "\n");
    objects_write(generator, &module, texts);
    file_add(mem, files, "models", python_text(&module, intro));
}

static void base_write(struct generator *generator, bool own_base, const char *intro, struct list *files)
{
    struct python_module module;
    python_open(&module, generator->mem, "base", &generator->hidden);
    if (own_base)
        base_class_write(generator, &module);
    if (generator->needs_type)
        type_class_write(&module);
    if (module.body.len)
        file_add(generator->mem, files, "base", python_text(&module, intro));
}

/* Names that other modules import, so that one import brings all of them. */
static void package_write(struct generator *generator, bool objects, const char *intro, struct list *files)
{
    struct arena *mem = generator->mem;
    struct names shown = {0};
    struct python_module module;
    struct map nothing;
    map_init(&nothing, mem);
    python_open(&module, mem, "__init__", &nothing);
    for (int i = 0; i < generator->models.n; i++) {
        const struct model *model = generator->models.item[i];
        python_use(&module, arena_printf(mem, ".%s", model->file), model->name);
        names_add(mem, &shown, model->name);
    }
    if (objects)
        python_use(&module, ".", "objects");
    if (objects)
        names_add(mem, &shown, "objects");
    names_sort(&shown);
    if (shown.n) {
        buf_add(&module.body, "\n");
        python_line(&module.body, 0, "__all__ = ", python_value(mem, json_names(mem, &shown)));
    }
    file_add(mem, files, "__init__", python_text(&module, intro));
}

static void package_files_write(struct generator *generator, const struct list *texts, bool own_base, const char *intro,
                                struct list *files)
{
    struct arena *mem = generator->mem;
    for (int i = 0; i < generator->models.n; i++) {
        struct model *model = generator->models.item[i];
        struct python_module module;
        python_open(&module, mem, model->file, &generator->hidden);
        model->module = &module;
        model_write(generator, model);
        file_add(mem, files, model->file, python_text(&module, intro));
    }
    base_write(generator, own_base, intro, files);
    if (texts->n) {
        struct python_module module;
        struct map nothing;
        map_init(&nothing, mem);
        python_open(&module, mem, "objects", &nothing);
        objects_write(generator, &module, texts);
        file_add(mem, files, "objects", python_text(&module, intro));
    }
    package_write(generator, texts->n, intro, files);
}

static int base_choose(struct ctx *ctx, struct generator *generator)
{
    const char *given = generator->options->base, *colon = given ? strrchr(given, ':') : NULL;
    generator->base = "Base";
    if (given && (!colon || colon == given || !colon[1])) {
        fail(ctx, ERR_USAGE, "--base: \"%s\" is not a module and a name", given);
        return fail_hint(ctx, "For example: --base app.db:Base");
    }
    if (given) {
        generator->base = arena_dup(ctx->mem, colon + 1);
        generator->base_from = text_slice(ctx->mem, given, 0, (size_t)(colon - given));
    } else if (generator->options->style == MODELS_SQLMODEL) {
        generator->base = "SQLModel";
        generator->base_from = "sqlmodel";
    } else if (!generator->options->single_file)
        generator->base_from = ".base";
    return 0;
}

int models_generate(struct ctx *ctx, const struct target *target, const struct list *texts,
                    const struct generate_options *options, struct generated *generated)
{
    static const char intro[] = "Models of a database, written by dbwarden generate-models.";
    struct generator generator = {
        .mem = ctx->mem, .target = target, .words = target->dialect->python, .options = options, .tree = options->tree};
    if (!generator.words) {
        fail(ctx, ERR_UNSUPPORTED, "models of %s are not generated yet", target->dialect->title);
        return fail_hint(ctx,
                         "\"dbwarden dump\" writes the schema as SQL, which can be the schema_files of a project.");
    }
    TRY(base_choose(ctx, &generator));
    map_init(&generator.tables, ctx->mem);
    map_init(&generator.hidden, ctx->mem);
    map_init(&generator.enums, ctx->mem);
    names_choose(&generator);
    relations_find(&generator);
    const struct list needed = texts_needed(&generator, texts);
    if (!generator.models.n && !needed.n)
        return 0;
    if (options->single_file)
        single_write(&generator, &needed, intro, &generated->files);
    else
        package_files_write(&generator, &needed, text_equal(generator.base_from, ".base"), intro, &generated->files);
    generated->models = generator.models.n;
    return 0;
}
