/*
 * history: the rows of the migration table in order of application, repeatables last, and what the journal knows of them: who,
 * how long, with which tool.  Read only; a database without the tables has no history, which is not an error, and rows that 0.8.2
 * wrote have nothing in the journal.
 */
#include "command/commands.h"

#include "base/map.h"
#include "base/text.h"

struct history {
    const char *database;
    struct list migrations, seeds; /* struct applied * */
    struct map journal;            /* struct journal_row * by name */
};

/* How it came to be applied; NULL: nobody wrote that down. */
static const struct journal_row *journal_of(struct arena *mem, const struct history *history, const struct applied *row)
{
    const char *name = row->seed ? arena_printf(mem, "seeds/%s", row->filename) : row->filename;
    const struct journal_row *journal = name ? map_get(&history->journal, name) : NULL;
    bool of_it = journal && text_equal(journal->direction, "up") && text_equal(journal->outcome, "done");
    return of_it ? journal : NULL;
}

static int history_read(struct ctx *ctx, struct session *session, struct history *history)
{
    struct list journal;
    struct state *state = &session->state;
    TRY(session_applied(ctx, session, &history->migrations));
    TRY(state_seeds(ctx, state, &history->seeds));
    TRY(state_journal(ctx, state, &journal));
    map_init(&history->journal, ctx->mem);
    for (int i = 0; i < journal.n; i++) {
        struct journal_row *row = journal.item[i];
        map_set(&history->journal, row->filename, row);
    }
    return 0;
}

static struct json *seconds_json(struct arena *mem, double seconds)
{
    return seconds < 0 ? json_null(mem) : json_real(mem, seconds);
}

static struct json *statement_json(struct arena *mem, int64_t number, double seconds)
{
    struct json *json = json_object(mem);
    json_set_int(mem, json, "statement", number);
    json_set(mem, json, "seconds", seconds_json(mem, seconds));
    return json;
}

/* What is not as execution_times_end() writes it is for show only, and so left out. */
static struct json *statements_json(struct ctx *ctx, const struct journal_row *journal)
{
    struct arena *mem = ctx->mem;
    struct json *all = json_array(mem), *times = NULL;
    struct error error = ctx->error;
    double seconds = journal->duration_ms < 0 ? -1 : (double)journal->duration_ms / 1e3;
    if (journal->total == 1)
        json_add(mem, all, statement_json(mem, 1, seconds));
    if (!journal->times || journal->total == 1)
        return all;
    if (json_read(ctx, "times", journal->times, strlen(journal->times), &times) < 0 || times->type != JSON_ARRAY)
        times = NULL;
    ctx->error = error;
    for (int i = 0; times && i < times->n; i++) {
        const struct json *one = times->item[i];
        if (one->type == JSON_ARRAY && one->n == 2 && one->item[0]->type == JSON_INT && one->item[1]->type == JSON_INT)
            json_add(mem, all, statement_json(mem, one->item[0]->number, (double)one->item[1]->number / 1e6));
    }
    return all;
}

static struct json *applied_json(struct ctx *ctx, const struct history *history, const struct applied *row, int order)
{
    static const struct journal_row unknown = {.duration_ms = -1};
    const struct journal_row *journal = journal_of(ctx->mem, history, row);
    struct arena *mem = ctx->mem;
    struct json *json = json_object(mem);
    json_set_text(mem, json, "version", row->version);
    json_set_int(mem, json, "order_executed", order);
    json_set_text(mem, json, "description", row->description);
    json_set_text(mem, json, "filename", row->filename);
    json_set_text(mem, json, "type", row->type);
    json_set_text(mem, json, "applied_at", row->applied_at);
    json_set_text(mem, json, "checksum", row->checksum);
    json_set(mem, json, "statements", journal ? json_int(mem, journal->total) : json_null(mem));
    json_set(mem, json, "statement_seconds", journal ? statements_json(ctx, journal) : json_array(mem));
    journal = journal ? journal : &unknown;
    json_set(mem, json, "seconds",
             seconds_json(mem, journal->duration_ms < 0 ? -1 : (double)journal->duration_ms / 1e3));
    json_set_text(mem, json, "started_at", journal->started_at);
    json_set_text(mem, json, "who", journal->who);
    json_set_text(mem, json, "db_user", journal->db_user);
    json_set_text(mem, json, "tool", journal->tool);
    return json;
}

static const char *duration_shown(struct arena *mem, const struct history *history, const struct applied *row)
{
    const struct journal_row *journal = journal_of(mem, history, row);
    bool known = journal && journal->duration_ms >= 0;
    return known ? arena_printf(mem, "%.2fs", (double)journal->duration_ms / 1e3) : "-";
}

static void migrations_show(struct ctx *ctx, const struct history *history, struct reply *reply)
{
    static const char *const columns[] = {"Version",  "Order Executed", "Description", "Applied At",
                                          "Duration", "Type",           NULL};
    char *title = arena_printf(ctx->mem, "Migration History - %s", history->database);
    struct report_block *table = history->migrations.n ? report_table(&reply->report, title, columns) : NULL;
    struct json *all = json_array(ctx->mem);
    for (int i = 0; i < history->migrations.n; i++) {
        const struct applied *row = history->migrations.item[i];
        const char *cells[] = {row->version ? row->version : "N/A",
                               arena_printf(ctx->mem, "%d", i),
                               row->description,
                               row->applied_at,
                               duration_shown(ctx->mem, history, row),
                               row->type};
        report_row(&reply->report, table, TONE_PLAIN, cells);
        json_add(ctx->mem, all, applied_json(ctx, history, row, i));
    }
    json_set(ctx->mem, reply->json, "migrations", all);
    if (table)
        report_line(&reply->report, TONE_PLAIN, "Total migrations applied: %d", all->n);
    else
        report_line(&reply->report, TONE_PLAIN, "No migrations have been applied to '%s' yet.", history->database);
}

static void seeds_show(struct ctx *ctx, const struct history *history, struct reply *reply)
{
    static const char *const columns[] = {"Version", "Description", "Applied At", "Duration", "Type", NULL};
    char *title = arena_printf(ctx->mem, "Seed History - %s", history->database);
    struct report_block *table = history->seeds.n ? report_table(&reply->report, title, columns) : NULL;
    struct json *all = json_array(ctx->mem);
    for (int i = 0; i < history->seeds.n; i++) {
        const struct applied *row = history->seeds.item[i];
        const char *cells[] = {row->version, row->description, row->applied_at, duration_shown(ctx->mem, history, row),
                               row->type};
        report_row(&reply->report, table, TONE_PLAIN, cells);
        json_add(ctx->mem, all, applied_json(ctx, history, row, i));
    }
    json_set(ctx->mem, reply->json, "seeds", all);
}

static int history_one(struct ctx *ctx, const struct request *request, struct session *session, struct reply *reply)
{
    struct history history = {.database = session->database->name};
    (void)request;
    TRY(session_connect(ctx, session, true));
    TRY(history_read(ctx, session, &history));
    json_set_text(ctx->mem, reply->json, "database", history.database);
    migrations_show(ctx, &history, reply);
    seeds_show(ctx, &history, reply);
    return 0;
}

static int history_command_run(struct ctx *ctx, const struct request *request, struct reply *reply)
{
    return each_database(ctx, request, history_one, reply);
}

static const struct option_info history_options[] = {DATABASE_OPTION, ALL_OPTION("show"), NO_MORE_OPTIONS};

const struct command history_command = {
    .name = "history",
    .summary = "Show what was applied, when, and how long it took",
    .description =
        "Lists the rows of the migration table, and of the seed table if there are any. With --json each has its file "
        "name and checksum too, and what the journal knows: who applied it (user and host, and the user of the database), "
        "with which version of the tool, and how long each statement took.",
    .option = history_options,
    .run = history_command_run,
    .topic = TOPIC_LOOK,
};
