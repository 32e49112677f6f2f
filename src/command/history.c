/*
 * history: the rows of the migration table in order of application, repeatables last.  Read only; a database without
 * the table has no history, which is no error.
 */
#include "command/commands.h"

static struct json *applied_json(struct arena *mem, const struct applied *row, int order)
{
    struct json *json = json_object(mem);
    json_set_text(mem, json, "version", row->version);
    json_set_int(mem, json, "order_executed", order);
    json_set_text(mem, json, "description", row->description);
    json_set_text(mem, json, "filename", row->filename);
    json_set_text(mem, json, "type", row->type);
    json_set_text(mem, json, "applied_at", row->applied_at);
    json_set_text(mem, json, "checksum", row->checksum);
    return json;
}

static void history_show(struct ctx *ctx, const struct list *rows, const char *database, struct reply *reply)
{
    static const char *const columns[] = {"Version", "Order Executed", "Description", "Applied At", "Type", NULL};
    char *title = arena_printf(ctx->mem, "Migration History - %s", database);
    struct report_block *table = report_table(&reply->report, title, columns);
    struct json *all = json_array(ctx->mem);
    for (int i = 0; i < rows->n; i++) {
        const struct applied *row = rows->item[i];
        const char *cells[] = {row->version ? row->version : "N/A", arena_printf(ctx->mem, "%d", i), row->description,
                               row->applied_at, row->type};
        report_row(&reply->report, table, TONE_PLAIN, cells);
        json_add(ctx->mem, all, applied_json(ctx->mem, row, i));
    }
    json_set(ctx->mem, reply->json, "migrations", all);
}

static void seeds_show(struct ctx *ctx, const struct list *rows, const char *database, struct reply *reply)
{
    static const char *const columns[] = {"Version", "Description", "Applied At", "Type", NULL};
    struct json *all = json_array(ctx->mem);
    struct report_block *table = NULL;
    for (int i = 0; i < rows->n; i++) {
        const struct applied *row = rows->item[i];
        const char *cells[] = {row->version, row->description, row->applied_at, row->type};
        if (!table)
            table = report_table(&reply->report, arena_printf(ctx->mem, "Seed History - %s", database), columns);
        report_row(&reply->report, table, TONE_PLAIN, cells);
        json_add(ctx->mem, all, applied_json(ctx->mem, row, i));
    }
    json_set(ctx->mem, reply->json, "seeds", all);
}

static int history_one(struct ctx *ctx, const struct request *request, struct session *session, struct reply *reply)
{
    (void)request;
    TRY(session_connect(ctx, session, true));
    struct list rows = {0}, seeds = {0};
    TRY(state_applied(ctx, &session->state, &rows));
    TRY(state_seeds(ctx, &session->state, &seeds));
    const char *database = session->database->name;
    json_set_text(ctx->mem, reply->json, "database", database);
    if (!rows.n) {
        json_set(ctx->mem, reply->json, "migrations", json_array(ctx->mem));
        report_line(&reply->report, TONE_PLAIN, "No migrations have been applied to '%s' yet.", database);
    } else {
        history_show(ctx, &rows, database, reply);
        report_line(&reply->report, TONE_PLAIN, "Total migrations applied: %d", rows.n);
    }
    seeds_show(ctx, &seeds, database, reply);
    return 0;
}

static int history_command_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    return each_database(ctx, request, history_one, reply);
}

static const struct option_info history_options[] = {DATABASE_OPTION, ALL_OPTION("show"), NO_MORE_OPTIONS};

const struct command history_command = {
    .name = "history",
    .summary = "Show what was applied, and when",
    .description =
        "Lists the rows of the migration table, and of the seed table if there are any. With --json each has its file name and checksum too.",
    .option = history_options,
    .run = history_command_run,
    .topic = TOPIC_LOOK,
};
