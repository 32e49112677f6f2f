/*
 * A seed or a migration in Python: the reader runs it in the project's own interpreter, in a transaction with the statements that
 * record it.
 */
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "models/models.h"

/* One that comes again is a list. */
static void option_add(struct arena *mem, struct json *options, const char *key, const char *text)
{
    struct json *before = json_get(options, key), *value = json_string(mem, text), *all = before;
    if (before && before->type != JSON_ARRAY) {
        all = json_array(mem);
        json_add(mem, all, before);
    }
    if (before)
        json_add(mem, all, value);
    json_set(mem, options, key, before ? all : value);
}

static struct json *url_json(struct arena *mem, const struct url *url)
{
    struct json *json = json_object(mem), *options = json_object(mem);
    bool several = url->host && strchr(url->host, ',');
    struct names hosts = text_split(mem, several ? url->host : "", ',');
    json_set_text(mem, json, "dialect", url->dialect);
    json_set_text(mem, json, "driver", url->driver);
    json_set_text(mem, json, "user", url->user);
    json_set_text(mem, json, "host", several ? NULL : url->host);
    json_set(mem, json, "port", url->port ? json_int(mem, url->port) : json_null(mem));
    json_set_text(mem, json, "database", url->database);
    for (int i = 0; several && i < hosts.n; i++) /* as SQLAlchemy has them */
        option_add(mem, options, "host", hosts.item[i]);
    for (int i = 0; i < url->keys.n; i++)
        option_add(mem, options, url->keys.item[i], url->values.item[i]);
    json_set(mem, json, "options", options);
    return json;
}

static struct json *step_json(struct arena *mem, const struct batch_step *step)
{
    struct json *json = json_object(mem);
    json_set_text(mem, json, "sql", step->sql);
    json_set(mem, json, "params", step->params ? json_names(mem, step->params) : json_array(mem));
    return json;
}

static struct json *request_json(struct arena *mem, const struct program_source *source)
{
    struct json *request = json_object(mem), *record = json_array(mem);
    for (int i = 0; i < source->records; i++)
        json_add(mem, record, step_json(mem, &source->record[i]));
    json_set_text(mem, request, "folder", source->folder);
    json_set_text(mem, request, "path", source->path);
    json_set(mem, request, "url", url_json(mem, source->url));
    json_set_text(mem, request, "what", source->what);
    json_set_text(mem, request, "function", source->function);
    json_set_int(mem, request, "arguments", source->arguments);
    json_set_bool(mem, request, "optional", source->optional);
    json_set(mem, request, "record", record);
    json_set_bool(mem, request, "record_last", source->record_last);
    json_set(mem, request, "withdraw", source->withdraw ? step_json(mem, source->withdraw) : json_null(mem));
    json_set(mem, request, "lock_timeout", json_real(mem, source->limits.lock));
    json_set(mem, request, "statement_timeout", json_real(mem, source->limits.statement));
    return request;
}

int models_program(struct ctx *ctx, const struct program_source *source, bool *ran)
{
    struct json *reply;
    const struct reader_call call = {
        .python = source->python,
        .folder = source->folder,
        .mode = source->what,
        .request = request_json(ctx->mem, source),
        .secret = &source->url->password,
        .seconds = source->seconds,
    };
    TRY(reader_run(ctx, &call, &reply));
    *ran = json_get_bool(reply, "ran", false);
    const char *warning = json_get_text(reply, "warning");
    if (warning)
        emit_warning_at(ctx, (struct place){.file = path_near(ctx, source->path)}, "%s", warning);
    return 0;
}

int models_revisions(struct ctx *ctx, const struct revisions_source *source, struct json **reply)
{
    enum { REVISIONS_SECONDS = 900 };
    struct json *request = json_object(ctx->mem);
    json_set_text(ctx->mem, request, "revisions", source->folder);
    json_set_text(ctx->mem, request, "tool", source->tool);
    json_set_text(ctx->mem, request, "dialect", source->dialect);
    json_set_bool(ctx->mem, request, "graph", source->graph);
    json_set(ctx->mem, request, "server", source->server ? url_json(ctx->mem, source->server) : json_null(ctx->mem));
    const struct reader_call call = {
        .python = source->python,
        .folder = source->folder,
        .mode = "revisions",
        .request = request,
        .secret = source->server ? &source->server->password : NULL,
        .seconds = REVISIONS_SECONDS,
    };
    return reader_run(ctx, &call, reply);
}

int models_xml(struct ctx *ctx, const char *python, const char *path, struct json **root)
{
    struct json *request = json_object(ctx->mem);
    json_set_text(ctx->mem, request, "xml", path);
    const struct reader_call call = {
        .python = python, .folder = path_folder(ctx->mem, path), .mode = "xml", .request = request};
    return reader_run(ctx, &call, root);
}
