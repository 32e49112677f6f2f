/*
 * config: what the configuration says, all databases at once, as `dbwarden config` of 0.8.2 prints it.
 * Passwords are masked; with secure_values nothing of a URL is shown.  No database is opened.
 */
#include "command/settings.h"

#include "base/text.h"

static void setting_line(struct ctx *ctx, struct report *report, const char *key, const char *value)
{
    if (value)
        report_line(report, TONE_PLAIN, "    %s: %s", key, value);
}

static void database_show(struct ctx *ctx, const struct database_config *database, struct report *report)
{
    report_line(report, TONE_PLAIN, "  - %s%s", database->name, database->is_default ? " (default)" : "");
    struct json *shown = settings_json(ctx, database);
    static const char *const keys[] = {"database_type",     "database_url_sync", "database_url_async",
                                       "migrations_dir",    "migration_table",   "seed_table",
                                       "dev_database_type", "dev_database_url"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        setting_line(ctx, report, keys[i], json_get_text(shown, keys[i]));
    if (database->model_paths.n)
        setting_line(ctx, report, "model_paths", names_shown(ctx->mem, &database->model_paths));
    if (database->schema_files.n)
        setting_line(ctx, report, "schema_files", names_shown(ctx->mem, &database->schema_files));
    for (int i = 0; database->told && i < database->told->n; i++)
        setting_line(ctx, report, database->told->key[i], setting_shown(ctx->mem, database->told->item[i]));
}

static int config_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    struct config *config __attribute__((cleanup(config_close))) = NULL;
    TRY(config_open(ctx, request->where, &config));
    const char *source = path_shown(ctx, config->source);
    const char *fallback = config->fallback ? config->fallback->name : NULL;
    json_set_text(ctx->mem, reply->json, "default", fallback);
    struct json *databases = json_array(ctx->mem);
    report_line(&reply->report, TONE_TITLE, "DBWarden Configuration:");
    report_line(&reply->report, TONE_PLAIN, "default: %s", fallback ? fallback : "none");
    report_line(&reply->report, TONE_PLAIN, "databases:");
    for (int i = 0; i < config->databases.n; i++) {
        const struct database_config *database = config->databases.item[i];
        json_add(ctx->mem, databases, settings_json(ctx, database));
        database_show(ctx, database, &reply->report);
    }
    json_set(ctx->mem, reply->json, "databases", databases);
    json_set(ctx->mem, reply->json, "left_out", left_out_report(ctx, config, &reply->report));
    json_set_text(ctx->mem, reply->json, "source", source);
    json_set_text(ctx->mem, reply->json, "folder", config->folder);
    json_set_text(ctx->mem, reply->json, "python", config->python);
    report_line(&reply->report, TONE_PLAIN, "Config source: %s", source);
    if (config->python)
        report_line(&reply->report, TONE_PLAIN, "Python: %s", config->python);
    return 0;
}

static const struct option_info config_command_options[] = {NO_MORE_OPTIONS};

const struct command config_command = {
    .name = "config",
    .summary = "Show the configuration and where it comes from",
    .description = "Prints every database of the configuration with its settings, the file that they come from and the "
                   "Python interpreter that read it. Passwords are never shown.",
    .option = config_command_options,
    .run = config_run,
    .topic = TOPIC_SET_UP,
};
