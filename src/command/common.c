/*
 * From a request to an opened project, and over all databases of one.  Every command that works on a
 * database starts here, so that they all choose it, and fail, in the same way.
 */
#include "command/commands.h"

#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

void project_close(struct project *project)
{
    if (!project->config)
        return;
    session_close(&project->session);
    config_close(&project->config);
}

static void seconds_take(const struct request *request, const char *key, double *seconds)
{
    int64_t said = request_int(request, key, -1);
    if (said >= 0)
        *seconds = (double)said;
}

int session_begin(struct ctx *ctx, const struct request *request, const struct config *config, const char *database,
                  struct session *session)
{
    memset(session, 0, sizeof *session);
    TRY(session_open(ctx, config, database, session));
    seconds_take(request, "wait_for_runner", &session->wait_for_runner);
    seconds_take(request, "wait_for_db", &session->wait_for_db);
    seconds_take(request, "retry_for", &session->retry_for);
    session->seed_seconds = (double)request_int(request, "time_limit", 600);
    session->interrupted = request_text(request, "interrupted");
    session->verbose = request_flag(request, "verbose");
    return 0;
}

int project_open(struct ctx *ctx, const struct request *request, struct project *project)
{
    memset(project, 0, sizeof *project);
    TRY(config_open(ctx, request->where, &project->config));
    int result = session_begin(ctx, request, project->config, request_text(request, "database"), &project->session);
    if (result < 0)
        config_close(&project->config);
    return result;
}

char *path_shown(struct ctx *ctx, const char *path)
{
    char *here = path_absolute(ctx, ".");
    size_t length = here ? strlen(here) : 0;
    if (length > 1 && text_starts(path, here) && path[length] == '/')
        return arena_dup(ctx->mem, path + length + 1);
    return arena_dup(ctx->mem, path);
}

const char *names_shown(struct arena *mem, const struct names *names)
{
    return names->n ? names_join(mem, names, ", ") : "none";
}

struct json *error_json(struct arena *mem, const struct error *error)
{
    struct json *json = json_object(mem);
    json_set_text(mem, json, "code", err_name(error->code));
    json_set_text(mem, json, "message", error->message);
    json_set_text(mem, json, "hint", error->hint);
    json_set_text(mem, json, "file", error->place.file);
    json_set(mem, json, "line", error->place.line ? json_int(mem, error->place.line) : json_null(mem));
    json_set(mem, json, "column", error->place.column ? json_int(mem, error->place.column) : json_null(mem));
    json_set_text(mem, json, "sqlstate", error->sqlstate);
    json_set_text(mem, json, "detail", error->detail);
    return json;
}

static void failure_show(struct ctx *ctx, const char *database, struct reply *reply)
{
    json_set(ctx->mem, reply->json, "error", error_json(ctx->mem, &ctx->error));
    report_line(&reply->report, TONE_BAD, "%s failed: %s", database, ctx->error.message);
    if (ctx->error.hint)
        report_line(&reply->report, TONE_DIM, "hint: %s", ctx->error.hint);
}

/* What is done, and with which request, to each of the databases. */
struct round {
    const struct request *request;
    const struct config *config;
    one_database_fn *one;
    struct reply *reply;
};

static int run_one(struct ctx *ctx, const struct round *round, const char *database, struct reply *reply)
{
    struct session session __attribute__((cleanup(session_close))) = {0};
    TRY(session_begin(ctx, round->request, round->config, database, &session));
    return round->one(ctx, round->request, &session, reply);
}

/* The reply's part for one of several databases; true if it failed. */
static bool run_part(struct ctx *ctx, const struct round *round, const char *database)
{
    struct reply *reply = round->reply;
    struct reply part = {.json = json_object(ctx->mem), .report = reply->report};
    if (part.report.block.n)
        report_line(&part.report, TONE_PLAIN, "%s", "");
    report_line(&part.report, TONE_TITLE, "=== %s ===", database);
    json_set_text(ctx->mem, part.json, "database", database);
    memset(&ctx->error, 0, sizeof ctx->error);
    bool failed = run_one(ctx, round, database, &part) < 0;
    if (failed)
        failure_show(ctx, database, &part);
    reply->report = part.report;
    reply->status = part.status > reply->status ? part.status : reply->status;
    json_add(ctx->mem, json_get(reply->json, "databases"), part.json);
    return failed;
}

static int every_database(struct ctx *ctx, const struct round *round)
{
    struct names failed = {0};
    const struct list *databases = &round->config->databases, *left_out = &round->config->left_out;
    json_set(ctx->mem, round->reply->json, "databases", json_array(ctx->mem));
    for (int i = 0; i < databases->n; i++) {
        const struct database_config *database = databases->item[i];
        if (run_part(ctx, round, database->name))
            names_add(ctx->mem, &failed, database->name);
        if (ctx->error.code == ERR_CANCELLED)
            return ERR_CANCELLED;
    }
    for (int i = 0; i < left_out->n; i++) {
        const struct left_out *left = left_out->item[i];
        run_part(ctx, round, left->name);
        names_add(ctx->mem, &failed, left->name);
    }
    ctx->database = ctx->engine = NULL;
    if (!failed.n)
        return 0;
    return fail(ctx, ERR_FAILED, "%d of %d databases failed: %s", failed.n, databases->n + left_out->n,
                names_join(ctx->mem, &failed, ", "));
}

int each_database(struct ctx *ctx, const struct request *request, one_database_fn *one, struct reply *reply)
{
    struct config *config __attribute__((cleanup(config_close))) = NULL;
    TRY(config_open(ctx, request->where, &config));
    const struct round round = {request, config, one, reply};
    if (request_flag(request, "all"))
        return every_database(ctx, &round);
    return run_one(ctx, &round, request_text(request, "database"), reply);
}
