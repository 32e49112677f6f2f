/*
 * The public functions: a handle around one context, a request in, a reply out.  Everything a call makes lives in
 * the handle's memory until the next call; only the reply is the caller's.  dbw_cancel() touches one atomic flag.
 * Nothing is known here of any single command.
 */
#include "dbwarden.h"

#include <pthread.h>

#include "base/text.h"
#include "base/url.h"
#include "command/request.h"

struct dbw {
    struct ctx ctx;  /* of the call that is running; only its arena is changed between calls */
    struct ctx open; /* what dbw_open() was given lives here, and why it was wrong */
    size_t max_memory;
    struct config_options where;
    char *last_error;
    dbw_event_fn *on_event;
    void *sink;
};

static char *text_out(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = arena_outside(size);
    memcpy(copy, text, size);
    return copy;
}

/* max_memory and configuration are of the library alone: the other options are the same as on the command line. */
static int options_read(struct dbw *handle, const char *options)
{
    struct ctx *ctx = &handle->open;
    struct json *values = NULL, *where = json_object(ctx->mem);
    if (!options)
        return 0;
    TRY(json_read(ctx, "options", options, strlen(options), &values));
    if (values->type != JSON_OBJECT)
        return fail(ctx, ERR_USAGE, "the options of dbw_open() are a JSON object");
    int64_t limit = json_get_int(values, "max_memory", 0);
    handle->max_memory = limit > 0 ? (size_t)limit : 0;
    for (int i = 0; i < values->n; i++)
        if (!text_equal(values->key[i], "max_memory") && !text_equal(values->key[i], "configuration"))
            json_set(ctx->mem, where, values->key[i], values->item[i]);
    TRY(where_read(ctx, where, &handle->where));
    handle->where.given = json_get(values, "configuration");
    return 0;
}

dbw *dbw_open(const char *options)
{
    struct dbw *handle = arena_outside(sizeof *handle);
    ctx_open(&handle->open, 0);
    options_read(handle, options);
    ctx_open(&handle->ctx, handle->max_memory);
    return handle;
}

void dbw_close(dbw *handle)
{
    if (!handle)
        return;
    free(handle->last_error);
    ctx_close(&handle->ctx);
    ctx_close(&handle->open);
    free(handle);
}

static void event_out(void *sink, const struct event *event)
{
    static const char *const kinds[] = {[EVENT_DEBUG] = "debug",
                                        [EVENT_INFO] = "info",
                                        [EVENT_WARNING] = "warning",
                                        [EVENT_PROGRESS] = "progress",
                                        [EVENT_PART] = "part"};
    struct dbw *handle = sink;
    struct arena *mem = handle->ctx.mem;
    struct arena_mark mark = arena_save(mem);
    struct json *json = json_object(mem);
    json_set_text(mem, json, "kind", kinds[event->kind]);
    json_set_text(mem, json, "text", event->text);
    json_set_text(mem, json, "database", event->database);
    json_set_text(mem, json, "file", event->place.file);
    json_set_int(mem, json, "line", event->place.line);
    json_set_int(mem, json, "column", event->place.column);
    json_set_int(mem, json, "done", event->done);
    json_set_int(mem, json, "total", event->total);
    json_set(mem, json, "seconds", json_real(mem, event->seconds));
    handle->on_event(handle->sink, json_text(mem, json, JSON_PYTHON));
    arena_rewind(mem, mark);
}

/* "settings show" or "migrate". */
static int command_named(struct ctx *ctx, const char *title, const struct command **command)
{
    struct names titles = {0};
    for (int i = 0; command_table[i]; i++) {
        const char *one = command_title(ctx->mem, command_table[i]);
        names_add(ctx->mem, &titles, one);
        if (text_equal(one, title)) {
            *command = command_table[i];
            return 0;
        }
    }
    fail(ctx, ERR_USAGE, "there is no command \"%s\"", title ? title : "");
    const char *near = title ? text_nearest(&titles, title) : NULL;
    return near ? fail_hint(ctx, "Did you mean \"%s\"?", near) : ERR_USAGE;
}

static int call(struct dbw *handle, const char *title, const char *request, struct reply *reply)
{
    struct ctx *ctx = &handle->ctx;
    const struct command *command = NULL;
    struct json *values = NULL;
    if (handle->open.error.code) {
        ctx->error = handle->open.error;
        return (int)ctx->error.code;
    }
    TRY(command_named(ctx, title, &command));
    if (request)
        TRY(json_read(ctx, "request", request, strlen(request), &values));
    return command_run(ctx, command, &handle->where, values, reply);
}

/* A new arena for each call: one that ran over its limit stays full. */
static void call_begin(struct dbw *handle, dbw_event_fn *on_event, void *sink)
{
    struct ctx *ctx = &handle->ctx;
    arena_close(ctx->mem);
    ctx->mem = arena_open(handle->max_memory);
    free(handle->last_error);
    handle->last_error = NULL;
    handle->on_event = on_event;
    handle->sink = sink;
    ctx->on_event = on_event ? event_out : NULL;
    ctx->sink = handle;
    ctx->database = ctx->engine = NULL;
    memset(&ctx->error, 0, sizeof ctx->error);
    atomic_store(&ctx->cancel, 0);
    ctx->settled = 0;
    ctx->asked = 0;
}

int dbw_call(dbw *handle, const char *command, const char *request, dbw_event_fn *on_event, void *sink, char **reply)
{
    struct ctx *ctx = &handle->ctx;
    struct reply answer = {0};
    call_begin(handle, on_event, sink);
    int result = call(handle, command, request, &answer);
    struct json *json = answer.json ? answer.json : json_object(ctx->mem);
    if (result < 0) {
        struct json *error = error_json(ctx->mem, &ctx->error);
        json_set(ctx->mem, json, "error", error);
        handle->last_error = text_out(json_text(ctx->mem, error, JSON_PYTHON));
    }
    if (reply)
        *reply = text_out(json_text(ctx->mem, json, JSON_INDENTED));
    return result < 0 ? exit_status(ctx->error.code) : answer.status;
}

void dbw_cancel(dbw *handle)
{
    atomic_fetch_add(&handle->ctx.cancel, 1);
}

const char *dbw_last_error(const dbw *handle)
{
    return handle->last_error;
}

void dbw_free(char *text)
{
    free(text);
}

const char *dbw_version(void)
{
    return DBW_VERSION;
}

static const char *commands_text;

/* Made once and kept for the life of the process. */
static void commands_make(void)
{
    struct arena *mem = arena_open(0);
    commands_text = text_out(json_text(mem, commands_json(mem), JSON_INDENTED));
    arena_close(mem);
}

const char *dbw_commands(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, commands_make);
    return commands_text;
}

char *dbw_mask(const char *text)
{
    struct arena *mem = arena_open(0);
    char *masked = text_out(url_mask(mem, text));
    arena_close(mem);
    return masked;
}
