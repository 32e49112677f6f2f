/*
 * settings show and database list: the settings of one database or of all, as labelled lines.
 * Passwords are masked; with secure_values a URL is not shown at all.
 */
#include "command/settings.h"

#include "base/text.h"

/* With secure_values what the file says stands for the URL: os.environ["DATABASE_URL"]. */
static char *url_shown(struct ctx *ctx, const struct database_config *database, const struct url *url,
                       const char *expression)
{
    if (!database->secure_values)
        return url_show(ctx->mem, url);
    return expression ? url_mask(ctx->mem, expression) : arena_dup(ctx->mem, "(hidden by secure_values)");
}

struct json *settings_json(struct ctx *ctx, const struct database_config *database)
{
    struct arena *mem = ctx->mem;
    struct json *json = json_object(mem);
    json_set_text(mem, json, "database_name", database->name);
    json_set_bool(mem, json, "default", database->is_default);
    json_set_text(mem, json, "database_type", database->dialect->name);
    json_set_text(mem, json, "database_url_sync", url_shown(ctx, database, &database->url, database->url_expression));
    json_set_text(mem, json, "database_url_async",
                  database->has_async ? url_shown(ctx, database, &database->url_async, database->url_async_expression)
                                      : NULL);
    json_set_text(mem, json, "migrations_dir", database->migrations_dir);
    json_set_text(mem, json, "migration_table", database->migration_table);
    json_set_text(mem, json, "seed_table", database->seed_table);
    struct names models = names_copy(mem, &database->model_paths), files = names_copy(mem, &database->schema_files);
    json_set(mem, json, "model_paths", json_names(mem, &models));
    json_set(mem, json, "schema_files", json_names(mem, &files));
    json_set_text(mem, json, "dev_database_type", database->dev_dialect ? database->dev_dialect->name : NULL);
    json_set_text(mem, json, "dev_database_url",
                  database->dev_dialect ? url_shown(ctx, database, &database->dev_url, database->dev_url_expression)
                                        : NULL);
    json_set_bool(mem, json, "overlap_models", database->overlap_models);
    json_set_bool(mem, json, "secure_values", database->secure_values);
    for (int i = 0; database->told && i < database->told->n; i++)
        json_set(mem, json, database->told->key[i], database->told->item[i]);
    return json;
}

static const char *or_none(const char *text)
{
    return text ? text : "None";
}

/* "lock_timeout" to "Lock Timeout" */
static char *label_of(struct arena *mem, const char *key)
{
    struct names words = text_split(mem, key, '_'), titled = {0};
    for (int i = 0; i < words.n; i++) {
        const char *word = words.item[i];
        names_add(mem, &titled, arena_printf(mem, "%s%s", text_upper(mem, text_slice(mem, word, 0, 1)), word + 1));
    }
    return names_join(mem, &titled, " ");
}

char *setting_shown(struct arena *mem, const struct json *value)
{
    if (value->type == JSON_TEXT)
        return arena_dup(mem, value->text);
    bool object = value->type == JSON_OBJECT;
    if (value->type != JSON_ARRAY && !object)
        return json_text(mem, value, JSON_PYTHON);
    struct names parts = {0};
    for (int i = 0; i < value->n; i++)
        names_add(mem, &parts,
                  arena_printf(mem, "%s%s%s", object ? value->key[i] : "", object ? " " : "",
                               setting_shown(mem, value->item[i])));
    return names_join(mem, &parts, ", ");
}

static void settings_lines(struct ctx *ctx, const struct database_config *database, struct report *report)
{
    const struct json *shown = settings_json(ctx, database);
    const char *dev_type = database->dev_dialect ? database->dev_dialect->title : NULL;
    const struct {
        const char *label, *value;
    } line[] = {
        {"Type", database->dialect->title},
        {"URL", json_get_text(shown, "database_url_sync")},
        {"Async URL", json_get_text(shown, "database_url_async")},
        {"Migrations Directory", database->migrations_dir},
        {"Migration Table", database->migration_table},
        {"Seed Table", database->seed_table},
        {"Model Paths", names_shown(ctx->mem, &database->model_paths)},
        {"Schema Files", database->schema_files.n ? names_shown(ctx->mem, &database->schema_files) : NULL},
        {"Dev Database Type", or_none(dev_type)},
        {"Dev Database URL", or_none(json_get_text(shown, "dev_database_url"))},
        {"Overlap Models", database->overlap_models ? "True" : "False"},
    };
    for (size_t i = 0; i < sizeof line / sizeof *line; i++)
        if (line[i].value)
            report_line(report, TONE_PLAIN, "  • %s: %s", line[i].label, line[i].value);
    for (int i = 0; database->told && i < database->told->n; i++)
        report_line(report, TONE_PLAIN, "  • %s: %s", label_of(ctx->mem, database->told->key[i]),
                    setting_shown(ctx->mem, database->told->item[i]));
}

static void show_one(struct ctx *ctx, const struct database_config *database, struct reply *reply)
{
    reply->json = settings_json(ctx, database);
    report_line(&reply->report, TONE_TITLE, "Database: %s", database->name);
    report_line(&reply->report, TONE_PLAIN, "  • Default: %s", database->is_default ? "True" : "False");
    settings_lines(ctx, database, &reply->report);
}

struct json *left_out_report(struct ctx *ctx, const struct config *config, struct report *report)
{
    struct json *all = json_array(ctx->mem);
    for (int i = 0; i < config->left_out.n; i++) {
        const struct left_out *left = config->left_out.item[i];
        struct json *json = json_object(ctx->mem);
        json_set_text(ctx->mem, json, "database_name", left->name);
        json_set_text(ctx->mem, json, "message", left->message);
        json_add(ctx->mem, all, json);
        report_line(report, TONE_WARN, "Not usable now: %s: %s", left->name, left->message);
    }
    return all;
}

static void show_all(struct ctx *ctx, const struct config *config, struct reply *reply)
{
    struct json *all = json_array(ctx->mem);
    json_set(ctx->mem, reply->json, "databases", all);
    for (int i = 0; i < config->databases.n; i++) {
        const struct database_config *database = config->databases.item[i];
        json_add(ctx->mem, all, settings_json(ctx, database));
        if (i)
            report_line(&reply->report, TONE_PLAIN, "%s", "");
        report_line(&reply->report, TONE_TITLE, "Database: %s%s", database->name,
                    database->is_default ? " (default)" : "");
        settings_lines(ctx, database, &reply->report);
    }
    json_set(ctx->mem, reply->json, "left_out", left_out_report(ctx, config, &reply->report));
}

int settings_report(struct ctx *ctx, const struct request *request, const char *name, bool all, struct reply *reply)
{
    struct config *config __attribute__((cleanup(config_close))) = NULL;
    TRY(config_open(ctx, request->where, &config));
    if (all) {
        show_all(ctx, config, reply);
        return 0;
    }
    struct database_config *database;
    TRY(config_database(ctx, config, name, &database));
    show_one(ctx, database, reply);
    return 0;
}

static int settings_show_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    return settings_report(ctx, request, request_text(request, "database"), request_flag(request, "all"), reply);
}

static int database_list_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    return settings_report(ctx, request, NULL, true, reply);
}

static const struct option_info settings_show_options[] = {
    {.name = "DATABASE",
     .type = OPTION_TEXT,
     .marks = OPTION_POSITIONAL,
     .letter = 'd',
     .also = "database",
     .help = "which database of the configuration, also with -d before it; without it the default one"},
    {.name = "all", .letter = 'a', .type = OPTION_FLAG, .help = "every database"},
    NO_MORE_OPTIONS,
};
static const struct option_info database_list_options[] = {NO_MORE_OPTIONS};

const struct command settings_show_command = {
    .group = "settings",
    .name = "show",
    .summary = "Show the settings of a database",
    .description = "Prints the settings of one database, or of all with --all. Passwords are never shown.",
    .option = settings_show_options,
    .run = settings_show_run,
    .topic = TOPIC_SET_UP,
};

const struct command database_list_command = {
    .group = "database",
    .name = "list",
    .summary = "Show the settings of every database",
    .description = "The same as \"settings show --all\".",
    .option = database_list_options,
    .run = database_list_run,
    .topic = TOPIC_SET_UP,
};
