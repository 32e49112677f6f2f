/*
 * Hooks: commands of the user's before and after a run, before and after a file, and on a failure.  Each gets one JSON object on
 * standard input, runs without a shell in the project's folder, and has a time limit, after which it is ended with all that it
 * started.  One that comes before something can stop it; one that comes after can change nothing any more, so whatever
 * goes wrong with it is a warning.
 */
#include "run/hook.h"

#include "base/clock.h"
#include "base/process.h"
#include "base/text.h"

/* Hints where one says no; NULL: what it is about has happened. */
static const char *const stopped[HOOKS] = {
    [HOOK_BEFORE_RUN] = "Nothing was run. The hook says why; once it agrees, run the same command again.",
    [HOOK_BEFORE_FILE] = "Nothing of that file was run, and what was done before it stays; once the hook "
                         "agrees, run the same command again.",
};

static struct json *event_json(struct ctx *ctx, const struct session *session, enum hook hook, bool down)
{
    struct arena *mem = ctx->mem;
    struct json *json = json_object(mem);
    json_set_text(mem, json, "event", hook_names[hook]);
    json_set_text(mem, json, "time", clock_iso_ms(mem, clock_now_ms()));
    json_set_text(mem, json, "tool", "dbwarden " DBW_VERSION);
    json_set_text(mem, json, "database", session->database->name);
    if (session->place)
        json_set_text(mem, json, "target", session->place->label);
    json_set_text(mem, json, "database_type", session->database->dialect->name);
    json_set_text(mem, json, "direction", down ? "down" : "up");
    return json;
}

static void set_file(struct arena *mem, struct json *json, const struct migration *migration, bool down)
{
    json_set_text(mem, json, "kind", migration->type == MIGRATION_SEED ? "seed" : "migration");
    json_set_text(mem, json, "file", migration->filename);
    json_set_text(mem, json, "version", migration->version);
    json_set_int(mem, json, "statements", down ? migration->down.n : migration->up.n);
}

enum { LAST_WORDS = 300 };

/* The last line that says something, without what a terminal would obey. */
static const char *last_words(struct arena *mem, const char *text)
{
    struct names lines = text_lines(mem, text ? text : "");
    for (int i = lines.n - 1; i >= 0; i--) {
        char *line = arena_printf(mem, "%.*s", LAST_WORDS, text_trim(mem, lines.item[i]));
        for (char *at = line; *at; at++)
            if ((unsigned char)*at < ' ' || *at == 127)
                *at = ' ';
        if (*line)
            return line;
    }
    return NULL;
}

static int judge(struct ctx *ctx, const struct session *session, enum hook hook, const struct process_result *result)
{
    const char *name = hook_names[hook];
    if (result->timed_out)
        return fail(ctx, ERR_HOOK, "the hook %s took longer than %g s and was ended", name,
                    session->database->hook_timeout);
    if (!result->status)
        return 0;
    const char *said = last_words(ctx->mem, result->errors);
    return fail(ctx, ERR_HOOK, "the hook %s ended with status %d%s%s", name, result->status, said ? ": " : "",
                said ? said : "");
}

static int call(struct ctx *ctx, const struct session *session, enum hook hook, const struct json *json)
{
    const struct names *command = &session->database->hook[hook];
    const char **argv = NEW_ARRAY(ctx->mem, const char *, command->n + 1);
    for (int i = 0; i < command->n; i++)
        argv[i] = command->item[i];
    const char *text = arena_printf(ctx->mem, "%s\n", json_text(ctx->mem, json, JSON_PYTHON));
    const struct process_spec spec = {
        .argv = argv,
        .folder = session->config->folder,
        .input = text,
        .input_length = strlen(text),
        .seconds = session->database->hook_timeout,
        .tells = true,
        .limit = 1 << 20,
    };
    struct process_result result;
    emit_debug(ctx, "hook %s: %s", hook_names[hook], argv[0]);
    int code = process_run(ctx, &spec, &result);
    if (code == 0)
        return judge(ctx, session, hook, &result);
    if (code == ERR_CANCELLED)
        return code;
    return fail(ctx, ERR_HOOK, "the hook %s failed: %s", hook_names[hook], ctx->error.message);
}

static bool wanted(const struct session *session, enum hook hook)
{
    return session->database->hook[hook].n && !session->sandbox;
}

static int call_before(struct ctx *ctx, const struct session *session, enum hook hook, const struct json *json)
{
    int code = call(ctx, session, hook, json);
    return code == ERR_HOOK ? fail_hint(ctx, "%s", stopped[hook]) : code;
}

static void call_after(struct ctx *ctx, const struct session *session, enum hook hook, const struct json *json)
{
    struct error error = ctx->error;
    int code = call(ctx, session, hook, json);
    if (code == ERR_CANCELLED)
        emit_warning(ctx, "the hook %s was interrupted", hook_names[hook]);
    else if (code < 0)
        emit_warning(ctx, "%s", ctx->error.message);
    ctx->error = error;
}

int hook_begin(struct ctx *ctx, struct session *session, const struct list *files, bool down)
{
    struct arena *mem = ctx->mem;
    session->hooked = files->n;
    session->hooked_since = clock_monotonic();
    if (!files->n || !wanted(session, HOOK_BEFORE_RUN))
        return 0;
    struct json *json = event_json(ctx, session, HOOK_BEFORE_RUN, down), *list = json_array(mem);
    for (int i = 0; i < files->n; i++) {
        struct json *file = json_object(mem);
        set_file(mem, file, files->item[i], down);
        json_add(mem, list, file);
    }
    json_set(mem, json, "files", list);
    return call_before(ctx, session, HOOK_BEFORE_RUN, json);
}

int hook_file_begin(struct ctx *ctx, struct session *session, const struct migration *migration, bool down)
{
    session->hooked_file = migration;
    session->hooked_down = down;
    if (!wanted(session, HOOK_BEFORE_FILE))
        return 0;
    struct json *json = event_json(ctx, session, HOOK_BEFORE_FILE, down);
    set_file(ctx->mem, json, migration, down);
    return call_before(ctx, session, HOOK_BEFORE_FILE, json);
}

void hook_file_end(struct ctx *ctx, struct session *session, const struct migration *migration, double seconds)
{
    session->hooked_file = NULL;
    if (!wanted(session, HOOK_AFTER_FILE))
        return;
    struct json *json = event_json(ctx, session, HOOK_AFTER_FILE, session->hooked_down);
    set_file(ctx->mem, json, migration, session->hooked_down);
    json_set(ctx->mem, json, "seconds", json_real(ctx->mem, seconds));
    call_after(ctx, session, HOOK_AFTER_FILE, json);
}

/* Without what the server says of rows. */
static struct json *failure_json(struct arena *mem, const struct error *error)
{
    struct json *json = json_object(mem);
    json_set_text(mem, json, "code", err_name(error->code));
    json_set_text(mem, json, "message", error->message);
    json_set_text(mem, json, "hint", error->hint);
    json_set_text(mem, json, "sqlstate", error->sqlstate);
    json_set_text(mem, json, "file", error->place.file);
    json_set(mem, json, "line", error->place.line ? json_int(mem, error->place.line) : json_null(mem));
    return json;
}

int hook_end(struct ctx *ctx, struct session *session, const struct json *done, bool down, int code)
{
    enum hook hook = code < 0 ? HOOK_ON_FAILURE : HOOK_AFTER_RUN;
    bool told = code < 0 ? code != ERR_USAGE && code != ERR_CANCELLED : session->hooked;
    if (!told || !wanted(session, hook))
        return code;
    struct arena *mem = ctx->mem;
    struct json *json = event_json(ctx, session, hook, down);
    json_set(mem, json, "seconds", json_real(mem, session->hooked ? clock_monotonic() - session->hooked_since : 0));
    json_set(mem, json, "files", done ? (struct json *)(uintptr_t)done : json_array(mem));
    if (code < 0) {
        if (session->hooked_file)
            set_file(mem, json, session->hooked_file, session->hooked_down);
        json_set(mem, json, "error", failure_json(mem, &ctx->error));
    }
    session->hooked = false;
    session->hooked_file = NULL;
    call_after(ctx, session, hook, json);
    return code;
}

bool hook_of_files(const struct session *session)
{
    return wanted(session, HOOK_BEFORE_FILE) || wanted(session, HOOK_AFTER_FILE);
}
