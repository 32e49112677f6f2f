/*
 * Opens a configuration: a file's settings, or without a file one database "primary" from options and
 * DATABASE_URL.  With --dev the development database stands in the place of the real one, so that nobody who
 * uses a database_config can reach the real one by mistake.
 */
#include "config/config.h"

#include "base/file.h"
#include "base/text.h"
#include "config/setting.h"
#include "models/models.h"

#define ONLY_DATABASE "primary"

static int fail_nothing(struct ctx *ctx)
{
    fail(ctx, ERR_CONFIG, "No configuration found: there is neither dbwarden.py nor dbwarden.yaml");
    return fail_hint(ctx, "Run \"dbwarden init\" to make one, or give --url or DATABASE_URL.");
}

/* Options that describe a database belong to --url and DATABASE_URL; beside a file they would be ignored. */
static int check_options(struct ctx *ctx, const struct config_options *options, const struct config_place *place)
{
    bool has_file = place->path || place->module;
    const char *option = options->migrations_dir ? "--migrations-dir" : options->schema_file ? "--schema-file" : NULL;
    if (options->url && options->file)
        return fail(ctx, ERR_USAGE, "--url and --config exclude each other");
    if (!has_file || !option)
        return 0;
    fail(ctx, ERR_USAGE, "%s has no effect beside the configuration %s", option,
         place->path ? path_near(ctx, place->path) : place->module);
    return fail_hint(ctx, "Set it there, or describe the database with --url.");
}

static bool has_migrations(struct ctx *ctx, const char *folder)
{
    struct names files = {0};
    if (!folder_exists(folder) || folder_list(ctx, folder, &files) < 0)
        return false;
    for (int i = 0; i < files.n; i++)
        if (text_ends(files.item[i], ".sql") || file_name_is_ours(files.item[i]))
            return true;
    return fastmigrate_is_like(&files);
}

/* migrations/primary, unless the files lie in migrations/ itself. */
static const char *default_folder(struct ctx *ctx, const char *folder)
{
    const char *own = "migrations/" ONLY_DATABASE;
    bool is_flat = !folder_exists(path_join(ctx->mem, folder, own)) &&
                   has_migrations(ctx, path_join(ctx->mem, folder, "migrations"));
    return is_flat ? "migrations" : own;
}

static void add_value(struct ctx *ctx, struct setting_entry *entry, const char *key, const char *shown,
                      struct json *json)
{
    struct setting_value *value = NEW(ctx->mem, struct setting_value);
    *value = (struct setting_value){.key = key, .shown = shown, .value = json};
    list_add(ctx->mem, &entry->values, value);
}

/* Without a configuration the names of the files say whose they are. */
static int layout_look(struct ctx *ctx, const char *folder, struct database_config *database)
{
    struct names files = {0};
    const char *path = path_join(ctx->mem, folder, database->migrations_dir);
    if (!database->dialect->is_file || !folder_exists(path))
        return 0;
    TRY(folder_list(ctx, path, &files));
    if (!fastmigrate_is_like(&files))
        return 0;
    for (int i = 0; i < files.n; i++)
        if (file_name_is_ours(files.item[i])) {
            fail(ctx, ERR_CONFIG, "some files in %s are named as ours and some as fastmigrate's: %s",
                 database->migrations_dir, files.item[i]);
            return fail_hint(ctx,
                             "A configuration says whose they are, with `format: fastmigrate` or `format: dbwarden`.");
        }
    settings_layout(ctx, database, LAYOUT_FASTMIGRATE);
    return 0;
}

static int open_options(struct ctx *ctx, const struct config_options *options, const char *folder, const char *url,
                        struct config *config)
{
    struct arena *mem = ctx->mem;
    struct setting_file *file = NEW(mem, struct setting_file);
    struct setting_entry *entry = NEW(mem, struct setting_entry);
    *file = (struct setting_file){.source = "options", .folder = folder, .call = "options"};
    list_add(mem, &file->entries, entry);
    add_value(ctx, entry, "database_name", NULL, json_string(mem, ONLY_DATABASE));
    add_value(ctx, entry, "database_url_sync", options->url ? "--url" : "DATABASE_URL",
              json_string(mem, arena_dup(mem, url)));
    add_value(ctx, entry, "default", NULL, json_bool(mem, true));
    if (options->schema_file) {
        struct names files = {0};
        names_add(mem, &files, options->schema_file);
        add_value(ctx, entry, "schema_files", "--schema-file", json_names(mem, &files));
    }
    config->source = file->source;
    config->folder = folder;
    TRY(settings_take(ctx, file, config));
    struct database_config *database = config->databases.item[0];
    database->migrations_dir = options->migrations_dir ? options->migrations_dir : default_folder(ctx, folder);
    return layout_look(ctx, folder, database);
}

static int take_file(struct ctx *ctx, const struct setting_file *file, struct config *config)
{
    config->source = file->source;
    config->folder = file->folder;
    TRY(settings_take(ctx, file, config));
    return settings_compare(ctx, file, config);
}

static int open_place(struct ctx *ctx, const struct config_options *options, struct config_place *place,
                      struct config *config)
{
    struct setting_file *file = NULL;
    const char *url = options->url ? options->url : getenv("DATABASE_URL");
    if (options->python)
        TRY(python_find(ctx, options->python, place->root, &place->python));
    if (place->path && path_is_yaml(place->path)) {
        TRY(yaml_settings(ctx, place, NULL, &file));
    } else if (place->path || place->module || place->candidates.n) {
        TRY(python_settings(ctx, place, NULL, &file));
    }
    config->python = place->python;
    if (file)
        return take_file(ctx, file, config);
    if (url && *url)
        return open_options(ctx, options, place->root, url, config);
    struct config_options found = *options;
    TRY(fastmigrate_ini(ctx, place->root, &found));
    return found.url ? open_options(ctx, &found, place->root, found.url, config) : fail_nothing(ctx);
}

static void swap_urls(struct database_config *database)
{
    database->targets = (struct targets_config){0}; /* one database stands in for all of them */
    url_close(&database->url);
    database->url = database->dev_url;
    database->dialect = database->dev_dialect;
    if (database->dialect != database->source) /* one stands in for all of them */
        database->targets = (struct targets_config){0};
    database->dev_url.password = (struct secret){0}; /* moved; a copy of its own, since each is closed */
    secret_copy(&database->dev_url.password, &database->url.password);
}

static void leave_without_dev(struct ctx *ctx, struct config *config, struct database_config *database)
{
    struct left_out *left = NEW(ctx->mem, struct left_out);
    left->name = database->name;
    left->is_default = database->is_default;
    left->message = arena_printf(
        ctx->mem, "--dev mode is enabled, but database '%s' has no dev_database_url configured.", database->name);
    left->hint = "Set one: dbwarden settings database-set-dev NAME --type sqlite --url sqlite:///./dev.db";
    list_add(ctx->mem, &config->left_out, left);
}

/* Keeps what can be used in this run, and finds the default one among it. */
static void choose(struct ctx *ctx, const struct config_options *options, struct config *config)
{
    config->dev = options->dev;
    config->strict_translation = options->strict_translation;
    for (int i = 0; i < config->databases.n; i++) {
        struct database_config *database = config->databases.item[i];
        bool usable = database->dialect;
        database->source = database->dialect;
        database->source_name = database->url.database;
        if (usable && options->dev && !database->dev_dialect) {
            leave_without_dev(ctx, config, database);
            usable = false;
        }
        if (usable && options->dev)
            swap_urls(database);
        if (usable && database->is_default)
            config->fallback = database;
        if (!usable) {
            url_close(&database->url);
            url_close(&database->url_async);
            url_close(&database->dev_url);
            list_remove(&config->databases, i--);
        }
    }
}

/* What a program recorded when it executed the file itself; no file is looked for, no Python started. */
static int open_given(struct ctx *ctx, const struct config_options *options, struct config *config)
{
    /* A copy, since the texts of URLs are overwritten. */
    struct setting_file *file = answered_settings(ctx, json_clone(ctx->mem, options->given));
    if (!file || !file->folder)
        return fail(ctx, ERR_USAGE, "a configuration that is given has a source, a folder and entries");
    if (options->python)
        TRY(python_find(ctx, options->python, file->folder, &config->python));
    return take_file(ctx, file, config);
}

static int open_found(struct ctx *ctx, const struct config_options *options, struct config *config)
{
    struct config_place place;
    TRY(place_find(ctx, options, &place));
    TRY(check_options(ctx, options, &place));
    return open_place(ctx, options, &place, config);
}

int config_open(struct ctx *ctx, const struct config_options *options, struct config **config)
{
    *config = NEW(ctx->mem, struct config);
    int code = options->given ? open_given(ctx, options, *config) : open_found(ctx, options, *config);
    if (code < 0) {
        config_close(config);
        return code;
    }
    choose(ctx, options, *config);
    return 0;
}

int config_elsewhere(struct ctx *ctx, const struct config_options *options, const char **path)
{
    struct config_place place;
    struct setting_file *file = NULL;
    struct error before = ctx->error;
    *path = NULL;
    if (place_find(ctx, options, &place) < 0) { /* several below: one that is made here settles it */
        ctx->error = before;
        return 0;
    }
    if (!place.path && (place.module || place.candidates.n))
        TRY(python_settings(ctx, &place, NULL, &file));
    *path = file ? file->source : NULL;
    return 0;
}

void config_close(struct config **config)
{
    if (!*config)
        return;
    for (int i = 0; i < (*config)->databases.n; i++) {
        struct database_config *database = (*config)->databases.item[i];
        url_close(&database->url);
        url_close(&database->url_async);
        url_close(&database->dev_url);
    }
    *config = NULL;
}

static int models_source(struct ctx *ctx, const struct config *config, const struct database_config *database,
                         struct models_source *source)
{
    if (config->databases.n + config->left_out.n > 1 && !database->model_paths.n) {
        fail(ctx, ERR_MODELS, "model_paths is required when more than one database is configured. Missing for: %s",
             database->name);
        return fail_hint(ctx,
                         "Give it its model_paths, or schema_files; without them its migrations are written by hand.");
    }
    *source = (struct models_source){
        .python = config->python,
        .folder = config->folder,
        .dialect = database->dialect->name,
        .database = database->url.database,
        .name = database->name,
        .paths = database->model_paths,
    };
    for (int i = 0; i < config->databases.n; i++)
        names_add(ctx->mem, &source->databases, ((const struct database_config *)config->databases.item[i])->name);
    for (int i = 0; i < config->left_out.n; i++)
        names_add(ctx->mem, &source->databases, ((const struct left_out *)config->left_out.item[i])->name);
    return source->python ? 0 : python_find(ctx, NULL, config->folder, &source->python);
}

int config_models(struct ctx *ctx, const struct config *config, const struct database_config *database,
                  struct models_said *said)
{
    struct models_source source;
    TRY(models_source(ctx, config, database, &source));
    source.places = database->schema_files.n;
    return models_read(ctx, &source, said);
}

int config_models_again(struct ctx *ctx, const struct config *config, const struct database_config *database,
                        struct json *columns, struct tree **tree)
{
    struct models_source source;
    TRY(models_source(ctx, config, database, &source));
    return models_read_again(ctx, &source, columns, tree);
}

int config_program(struct ctx *ctx, const struct config *config, const struct database_config *database,
                   struct program_source *program, bool *ran)
{
    program->folder = config->folder;
    if (!program->url)
        program->url = &database->url;
    TRY(config_python(ctx, config, &program->python));
    return models_program(ctx, program, ran);
}

int config_python(struct ctx *ctx, const struct config *config, const char **python)
{
    *python = config->python;
    return *python ? 0 : python_find(ctx, NULL, config->folder, python);
}

static int fail_left_out(struct ctx *ctx, const struct left_out *left)
{
    fail(ctx, ERR_CONFIG, "%s", left->message);
    return fail_hint(ctx, "%s", left->hint);
}

int config_database(struct ctx *ctx, const struct config *config, const char *name, struct database_config **database)
{
    struct names known = {0};
    *database = name ? NULL : config->fallback;
    for (int i = 0; i < config->databases.n && !*database; i++) {
        struct database_config *each = config->databases.item[i];
        names_add(ctx->mem, &known, each->name);
        if (name && text_equal(each->name, name))
            *database = each;
    }
    for (int i = 0; i < config->left_out.n && !*database; i++) {
        const struct left_out *left = config->left_out.item[i];
        if (name ? text_equal(left->name, name) : left->is_default)
            return fail_left_out(ctx, left);
        names_add(ctx->mem, &known, left->name);
    }
    if (*database)
        return 0;
    const char *meant = text_nearest(&known, name);
    fail(ctx, ERR_CONFIG, "Database '%s' not found in settings config. Available databases: [%s]", name,
         names_join(ctx->mem, &known, ", "));
    return meant ? fail_hint(ctx, "Did you mean %s?", meant) : ERR_CONFIG;
}
