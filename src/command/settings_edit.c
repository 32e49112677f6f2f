/*
 * The commands that change the configuration: settings database-add and its kin, database add and remove.
 * Each turns its options into the keys of the configuration and hands them to config_edit(), which rewrites
 * the file atomically, and only if the result is valid.
 */
#include "command/settings.h"

#include "base/text.h"

/* Option of the command line, key of the configuration. */
static const struct {
    const char *option, *key;
} edit_keys[] = {
    {"name", "database_name"},
    {"old", "database_name"},
    {"new", "new_name"},
    {"type", "database_type"},
    {"url", "database_url_sync"},
    {"migrations_dir", "migrations_dir"},
    {"migration_table", "migration_table"},
    {"seed_table", "seed_table"},
    {"model_path", "model_paths"},
    {"model_paths", "model_paths"},
    {"schema_file", "schema_files"},
    {"dev_type", "dev_database_type"},
    {"dev_url", "dev_database_url"},
    {"overlap_models", "overlap_models"},
    {"default", "default"},
};

static struct json *edit_values(struct ctx *ctx, const struct request *request)
{
    struct json *values = json_object(ctx->mem);
    for (size_t i = 0; i < sizeof edit_keys / sizeof *edit_keys; i++) {
        struct json *value = json_get(request->values, edit_keys[i].option);
        if (value && !(value->type == JSON_ARRAY && !value->n))
            json_set(ctx->mem, values, edit_keys[i].key, value);
    }
    return values;
}

static int edit(struct ctx *ctx, const struct request *request, enum setting_edit what, struct json *values,
                struct reply *reply)
{
    TRY(config_edit(ctx, request->where, what, values));
    json_set_text(ctx->mem, reply->json, "database", json_get_text(values, "database_name"));
    json_set_bool(ctx->mem, reply->json, "changed", true);
    return 0;
}

static int add_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    TRY(edit(ctx, request, EDIT_DATABASE_ADD, edit_values(ctx, request), reply));
    report_line(&reply->report, TONE_GOOD, "Added database %s", request_text(request, "name"));
    return 0;
}

static int remove_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    TRY(edit(ctx, request, EDIT_DATABASE_REMOVE, edit_values(ctx, request), reply));
    report_line(&reply->report, TONE_GOOD,
                "Removed database %s from the configuration; the database itself and its files are untouched",
                request_text(request, "name"));
    return 0;
}

static int rename_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    TRY(edit(ctx, request, EDIT_DATABASE_RENAME, edit_values(ctx, request), reply));
    report_line(&reply->report, TONE_GOOD, "Renamed database %s to %s", request_text(request, "old"),
                request_text(request, "new"));
    return 0;
}

static int default_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    TRY(edit(ctx, request, EDIT_DEFAULT, edit_values(ctx, request), reply));
    report_line(&reply->report, TONE_GOOD, "%s is now the default database", request_text(request, "name"));
    return 0;
}

static int set_dev_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    struct json *values = json_object(ctx->mem);
    json_set_text(ctx->mem, values, "database_name", request_text(request, "name"));
    json_set_text(ctx->mem, values, "dev_database_type", request_text(request, "type"));
    json_set_text(ctx->mem, values, "dev_database_url", request_text(request, "url"));
    TRY(edit(ctx, request, EDIT_DEV_SET, values, reply));
    report_line(&reply->report, TONE_GOOD, "Set the development database of %s", request_text(request, "name"));
    return 0;
}

static int clear_dev_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    TRY(edit(ctx, request, EDIT_DEV_CLEAR, edit_values(ctx, request), reply));
    report_line(&reply->report, TONE_GOOD, "%s has no development database any more", request_text(request, "name"));
    return 0;
}

#define TYPES "sqlite|postgresql|mysql|mariadb|clickhouse"
#define NAME_ARGUMENT                                                                  \
    {                                                                                  \
        "NAME", 0, OPTION_TEXT, OPTION_POSITIONAL | OPTION_REQUIRED, NULL, NULL, NULL, \
            "name of the database in the configuration", 0                             \
    }
#define TYPE_OPTION                                                                             \
    {                                                                                           \
        "type", 't', OPTION_CHOICE, OPTION_REQUIRED, "TYPE", NULL, TYPES, "kind of database", 0 \
    }
#define URL_OPTION                                                                                \
    {                                                                                             \
        "url", 'u', OPTION_TEXT, OPTION_REQUIRED | OPTION_SECRET, "URL", NULL, NULL,              \
            "where it is, as SQLAlchemy spells it: dialect://user:password@host:port/database", 0 \
    }
#define MIGRATIONS_OPTION                                                \
    {                                                                    \
        "migrations-dir", 0, OPTION_TEXT, 0, "DIR", NULL, NULL,          \
            "where its migration files are; default: migrations/NAME", 0 \
    }
#define SEED_TABLE_OPTION                                                                                             \
    {                                                                                                                 \
        "seed-table", 0, OPTION_TEXT, 0, "TABLE", NULL, NULL, "table that remembers seeds; default: _dbwarden_seeds", \
            0                                                                                                         \
    }
#define SCHEMA_FILE_OPTION                                                                                          \
    {                                                                                                               \
        "schema-file", 0, OPTION_LIST, 0, "FILE", NULL, NULL, "file with the SQL of its schema; may be repeated", 0 \
    }
#define DEFAULT_OPTION                                                                    \
    {                                                                                     \
        "default", 0, OPTION_FLAG, 0, NULL, NULL, NULL, "make it the default database", 0 \
    }

static const struct option_info settings_add_options[] = {
    NAME_ARGUMENT,
    TYPE_OPTION,
    URL_OPTION,
    MIGRATIONS_OPTION,
    {.name = "migration-table",
     .type = OPTION_TEXT,
     .value = "TABLE",
     .help = "table that remembers migrations; default: _dbwarden_migrations"},
    SEED_TABLE_OPTION,
    {.name = "model-path",
     .type = OPTION_LIST,
     .value = "PATH",
     .help = "file, folder or module with its models; may be repeated"},
    {.name = "dev-type",
     .type = OPTION_CHOICE,
     .value = "TYPE",
     .choices = TYPES,
     .help = "kind of its development database"},
    {.name = "dev-url",
     .type = OPTION_TEXT,
     .marks = OPTION_SECRET,
     .value = "URL",
     .help = "where its development database is"},
    {.name = "overlap-models", .type = OPTION_FLAG, .help = "allow models that another database has too"},
    SCHEMA_FILE_OPTION,
    DEFAULT_OPTION,
    NO_MORE_OPTIONS,
};
static const struct option_info database_add_options[] = {
    NAME_ARGUMENT,
    TYPE_OPTION,
    URL_OPTION,
    {.name = "model-paths",
     .letter = 'm',
     .type = OPTION_LIST,
     .value = "PATH",
     .help = "file, folder or module with its models; may be repeated"},
    MIGRATIONS_OPTION,
    SEED_TABLE_OPTION,
    SCHEMA_FILE_OPTION,
    DEFAULT_OPTION,
    NO_MORE_OPTIONS,
};
static const struct option_info name_options[] = {NAME_ARGUMENT, NO_MORE_OPTIONS};
static const struct option_info database_remove_options[] = {
    NAME_ARGUMENT,
    {.name = "force", .type = OPTION_FLAG, .help = "accepted for compatibility; nothing asks for confirmation"},
    NO_MORE_OPTIONS,
};
static const struct option_info rename_options[] = {
    {.name = "OLD", .type = OPTION_TEXT, .marks = OPTION_POSITIONAL | OPTION_REQUIRED, .help = "its name now"},
    {.name = "NEW", .type = OPTION_TEXT, .marks = OPTION_POSITIONAL | OPTION_REQUIRED, .help = "its new name"},
    NO_MORE_OPTIONS,
};
static const struct option_info set_dev_options[] = {
    NAME_ARGUMENT,
    TYPE_OPTION,
    URL_OPTION,
    NO_MORE_OPTIONS,
};

#define REWRITES \
    "The configuration file is rewritten in one step, and only if the result is valid; otherwise it stays as it is."

const struct command settings_default_command = {
    .group = "settings",
    .name = "default-database",
    .summary = "Choose the default database",
    .description = "Commands without --database work on it. " REWRITES,
    .option = name_options,
    .run = default_run,
    .topic = TOPIC_SET_UP,
};
const struct command settings_add_command = {
    .group = "settings",
    .name = "database-add",
    .summary = "Add a database to the configuration",
    .description =
        REWRITES "\n\nExamples:\n"
                 "  dbwarden settings database-add logs -t sqlite -u sqlite:///./logs.db --model-path app/logs.py",
    .option = settings_add_options,
    .run = add_run,
    .topic = TOPIC_SET_UP,
};
const struct command settings_remove_command = {
    .group = "settings",
    .name = "database-remove",
    .summary = "Remove a database from the configuration",
    .description = "The database itself and its files stay. If it was the default, the first of the others becomes it. "
                   "The last one cannot be removed. " REWRITES,
    .option = name_options,
    .run = remove_run,
    .topic = TOPIC_SET_UP,
};
const struct command settings_rename_command = {
    .group = "settings",
    .name = "database-rename",
    .summary = "Rename a database in the configuration",
    .description = REWRITES,
    .option = rename_options,
    .run = rename_run,
    .topic = TOPIC_SET_UP,
};
const struct command settings_set_dev_command = {
    .group = "settings",
    .name = "database-set-dev",
    .summary = "Set the development database that --dev works on",
    .description = REWRITES,
    .option = set_dev_options,
    .run = set_dev_run,
    .topic = TOPIC_SET_UP,
};
const struct command settings_clear_dev_command = {
    .group = "settings",
    .name = "database-clear-dev",
    .summary = "Forget the development database",
    .description = REWRITES,
    .option = name_options,
    .run = clear_dev_run,
    .topic = TOPIC_SET_UP,
};
const struct command database_add_command = {
    .group = "database",
    .name = "add",
    .summary = "Add a database to the configuration",
    .description = "A shorter \"settings database-add\". " REWRITES,
    .option = database_add_options,
    .run = add_run,
    .topic = TOPIC_SET_UP,
};
const struct command database_remove_command = {
    .group = "database",
    .name = "remove",
    .summary = "Remove a database from the configuration",
    .description = "The same as \"settings database-remove\".",
    .option = database_remove_options,
    .run = remove_run,
    .topic = TOPIC_SET_UP,
};
