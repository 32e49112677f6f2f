/*
 * From a request to an opened project.  Every command that works on a database starts here, so that they all choose it,
 * and fail, in the same way.  Not here: several databases at once (every.c).
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
    session->time_limit = (double)request_int(request, "time_limit", 0);
    session->interrupted = request_text(request, "interrupted");
    session->verbose = request_flag(request, "verbose");
    return 0;
}

int project_open(struct ctx *ctx, const struct request *request, struct project *project)
{
    memset(project, 0, sizeof *project);
    int result = config_open(ctx, request->where, &project->config);
    if (result == 0)
        result = session_begin(ctx, request, project->config, request_text(request, "database"), &project->session);
    if (result < 0)
        config_close(&project->config);
    if (result == ERR_CANCELLED)
        fail(ctx, ERR_CANCELLED, "interrupted before anything was run");
    return result;
}

int database_there(struct ctx *ctx, const struct session *session)
{
    const char *file = session->database->url.database;
    if (!session->database->dialect->is_file || !file || !*file || strchr(file, ':') ||
        file_exists(path_join(ctx->mem, session->config->folder, file)))
        return 0;
    fail(ctx, ERR_FILE, "there is no database %s", file);
    return fail_hint(ctx, "The first migrate makes it; a slip in the URL is likelier.");
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
