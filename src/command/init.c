/*
 * init: a folder for migrations and a configuration to start from, in Python or (--yaml) in YAML.
 * A configuration that is already complete is left alone; one that is extended is kept as .bak first.
 * It opens no database.
 */
#include "command/commands.h"

#include "base/file.h"
#include "base/text.h"

struct scaffold {
    const char *file; /* name of the configuration */
    const char *done; /* text that a complete one holds */
    const char *text; /* @d is the database's name */
};

static const struct scaffold python_scaffold = {
    .file = "dbwarden.py",
    .done = "database_config(",
    .text = "from dbwarden import database_config\n"
            "\n"
            "database_config(\n"
            "    database_name=\"@d\",\n"
            "    default=True,\n"
            "    database_type=\"sqlite\",\n"
            "    database_url_sync=\"sqlite:///./app.db\",\n"
            "    migrations_dir=\"migrations/@d\",\n"
            ")\n",
};

static const struct scaffold yaml_scaffold = {
    .file = "dbwarden.yaml",
    .done = "databases:",
    .text = "databases:\n"
            "  @d:\n"
            "    default: true\n"
            "    database_type: sqlite\n"
            "    database_url_sync: sqlite:///./app.db\n"
            "    migrations_dir: migrations/@d\n"
            "    schema_files: []\n",
};

static bool name_valid(const char *name)
{
    for (const char *c = name; *c; c++)
        if (!char_is_word(*c))
            return false;
    return char_is_alpha(*name);
}

static int keep_backup(struct ctx *ctx, const char *path, const char *text, size_t length, struct reply *reply)
{
    char *backup = arena_printf(ctx->mem, "%s.bak", path);
    TRY(file_write(ctx, backup, text, length, 0600));
    report_line(&reply->report, TONE_PLAIN, "Kept the old file as %s", path_shown(ctx, backup));
    return 0;
}

static int config_left(struct ctx *ctx, const char *path, struct reply *reply)
{
    json_set_text(ctx->mem, reply->json, "config", path);
    json_set_bool(ctx->mem, reply->json, "config_created", false);
    report_line(&reply->report, TONE_PLAIN, "%s is already there and was left as it is", path);
    return 0;
}

static int config_make(struct ctx *ctx, const struct scaffold *scaffold, const char *path, const char *database,
                       struct reply *reply)
{
    char *old = NULL;
    size_t length = 0;
    if (file_exists(path))
        TRY(file_read(ctx, path, 0, &old, &length));
    if (old && text_has(old, scaffold->done))
        return config_left(ctx, path_shown(ctx, path), reply);
    json_set_text(ctx->mem, reply->json, "config", path_shown(ctx, path));
    json_set_bool(ctx->mem, reply->json, "config_created", true);
    if (old && *text_trim(ctx->mem, old))
        TRY(keep_backup(ctx, path, old, length, reply));
    struct buf text;
    buf_init(&text, ctx->mem);
    buf_add(&text, old);
    if (length)
        buf_add(&text, old[length - 1] == '\n' ? "\n" : "\n\n");
    buf_add(&text, text_replace(ctx->mem, scaffold->text, "@d", database));
    TRY(file_write(ctx, path, text.data, text.len, 0600));
    report_line(&reply->report, TONE_GOOD, "%s %s", old ? "Extended" : "Created", path_shown(ctx, path));
    return 0;
}

/*
 * A project has one configuration: the one that is there, else the one that is asked for.  *elsewhere: it is in a
 * Python file of another name, which a scaffold would hide.
 */
static int scaffold_choose(struct ctx *ctx, const struct request *request, const char *root,
                           const struct scaffold **scaffold, const char **elsewhere)
{
    bool has_yaml = file_exists(path_join(ctx->mem, root, yaml_scaffold.file));
    bool has_python = file_exists(path_join(ctx->mem, root, python_scaffold.file));
    *scaffold = has_yaml || (!has_python && request_flag(request, "yaml")) ? &yaml_scaffold : &python_scaffold;
    return has_yaml || has_python ? 0 : config_elsewhere(ctx, request->where, elsewhere);
}

static int init_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    const char *database = request_text(request, "database");
    if (!name_valid(database)) {
        fail(ctx, ERR_USAGE, "\"%s\" cannot name a database of the configuration", database);
        return fail_hint(ctx, "A name begins with a letter; letters, digits and underscores follow.");
    }
    const char *root = request->where->folder ? request->where->folder : ".";
    if (!folder_exists(root))
        return fail(ctx, ERR_FILE, "there is no folder %s", root);
    const struct scaffold *scaffold;
    const char *elsewhere = NULL;
    TRY(scaffold_choose(ctx, request, root, &scaffold, &elsewhere));
    const char *migrations = request->where->migrations_dir;
    if (!migrations)
        migrations = arena_printf(ctx->mem, "migrations/%s", database);
    char *folder = path_absolute(ctx, path_join(ctx->mem, root, migrations));
    bool there = folder_exists(folder);
    TRY(folder_make(ctx, folder));
    json_set_text(ctx->mem, reply->json, "database", database);
    json_set_text(ctx->mem, reply->json, "migrations_dir", path_shown(ctx, folder));
    json_set_bool(ctx->mem, reply->json, "migrations_dir_created", !there);
    report_line(&reply->report, there ? TONE_PLAIN : TONE_GOOD, there ? "%s is already there" : "Created %s",
                path_shown(ctx, folder));
    if (elsewhere)
        return config_left(ctx, elsewhere, reply);
    char *path = path_absolute(ctx, path_join(ctx->mem, root, scaffold->file));
    return config_make(ctx, scaffold, path, database, reply);
}

static const struct option_info init_options[] = {
    {.name = "database",
     .letter = 'd',
     .type = OPTION_TEXT,
     .value = "NAME",
     .otherwise = "primary",
     .help = "name of the database in the configuration"},
    {.name = "yaml", .type = OPTION_FLAG, .help = "write dbwarden.yaml, for a project without Python"},
    NO_MORE_OPTIONS,
};

const struct command init_command = {
    .name = "init",
    .summary = "Begin a project: a migrations folder and a configuration",
    .description = "Makes the folder migrations/NAME and a dbwarden.py (or dbwarden.yaml) to fill in. What is already "
                   "complete is left as it is; an incomplete file is kept as .bak before it is extended.\n"
                   "\n"
                   "Examples:\n"
                   "  dbwarden init\n"
                   "  dbwarden init --yaml -d shop",
    .option = init_options,
    .run = init_run,
    .topic = TOPIC_SET_UP,
};
