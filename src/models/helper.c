/*
 * Starts the project's Python with the reader and takes its answer.  The reader's own text and the request go
 * through standard input, so that nothing of the project stands in the argument list; the answer comes through
 * descriptor 3, because standard output belongs to the user's code.
 * What the user's code prints becomes debug events, or the hint of the failure.
 */
#include "base/file.h"
#include "base/json.h"
#include "base/process.h"
#include "base/text.h"
#include "base/url.h"
#include "models/models.h"
#include "models/reader.h"

#define DEFAULT_SECONDS 60
#define LARGEST_REPLY   ((size_t)512 << 20)
#define LINES_SHOWN     5

/* "" is the working folder, which must not come before the standard library. */
static const char boot[] = "import sys\n"
                           "if sys.path[:1] == ['']: del sys.path[0]\n"
                           "exec(compile(sys.stdin.buffer.read(int(sys.argv[2])), '<dbwarden reader>', 'exec'))";

const char *path_near(struct ctx *ctx, const char *path)
{
    const char *folder = path_absolute(ctx, ".");
    size_t length = folder ? strlen(folder) : 0;
    if (!path || !length || !text_starts(path, folder) || path[length] != '/')
        return path;
    return path + length + 1;
}

static double seconds_allowed(void)
{
    const char *text = getenv("DBWARDEN_READER_SECONDS");
    int64_t seconds;
    return text && text_to_int(text, &seconds) && seconds > 0 ? (double)seconds : DEFAULT_SECONDS;
}

/* The last lines of what the child printed, without passwords, on one line; NULL if there are none. */
static const char *last_lines(struct ctx *ctx, const char *errors)
{
    struct names lines = text_lines(ctx->mem, text_trim(ctx->mem, errors));
    struct names kept = {0};
    for (int i = lines.n > LINES_SHOWN ? lines.n - LINES_SHOWN : 0; i < lines.n; i++)
        names_add(ctx->mem, &kept, text_trim(ctx->mem, lines.item[i]));
    const char *text = names_join(ctx->mem, &kept, " / ");
    return *text ? url_mask(ctx->mem, text) : NULL;
}

static void emit_prints(struct ctx *ctx, const char *errors)
{
    struct names lines = text_lines(ctx->mem, errors);
    for (int i = 0; i < lines.n; i++)
        if (*lines.item[i])
            emit_debug(ctx, "python: %s", url_mask(ctx->mem, lines.item[i]));
}

static bool reads_models(const char *mode)
{
    return text_equal(mode, "models") || text_equal(mode, "again");
}

static enum err code_for(const char *mode)
{
    return reads_models(mode) ? ERR_MODELS : ERR_CONFIG;
}

static int fail_silent(struct ctx *ctx, const char *python, const char *mode, const struct process_result *result)
{
    const char *lines = last_lines(ctx, result->errors);
    if (result->timed_out)
        fail(ctx, code_for(mode), "%s did not answer within %.0f s while it read the project's %s", python,
             seconds_allowed(), reads_models(mode) ? "models" : "configuration");
    else
        fail(ctx, code_for(mode), "%s ended with status %d before it answered", python, result->status);
    if (result->told)
        return fail_hint(ctx, "The last that was heard of it: %s", url_mask(ctx->mem, result->told));
    if (lines)
        return fail_hint(ctx, "Its last output: %s", lines);
    if (result->timed_out)
        return fail_hint(ctx, "DBWARDEN_READER_SECONDS=120 would give it more time.");
    return fail_hint(ctx, "Does code that is executed on import call sys.exit() or os._exit()?");
}

static int fail_as_answered(struct ctx *ctx, const char *mode, const struct json *error, const char *errors)
{
    const char *name = json_get_text(error, "code");
    enum err code = text_equal(name, "failed") ? ERR_FAILED : text_equal(name, "config") ? ERR_CONFIG : code_for(mode);
    const char *message = json_get_text(error, "message");
    const char *hint = json_get_text(error, "hint");
    const char *file = json_get_text(error, "file");
    emit_prints(ctx, errors);
    fail(ctx, code, "%s", url_mask(ctx->mem, message ? message : "the reader failed without a reason"));
    if (file)
        fail_at(ctx, path_near(ctx, file), (int)json_get_int(error, "line", 0), 0);
    return hint ? fail_hint(ctx, "%s", url_mask(ctx->mem, hint)) : (int)code;
}

static int take_reply(struct ctx *ctx, const struct reader_call *call, struct process_result *result,
                      struct json **reply)
{
    if (result->timed_out || !result->reply_length)
        return fail_silent(ctx, call->python, call->mode, result);
    int code = json_read(ctx, "the reader's answer", result->reply, result->reply_length, reply);
    explicit_bzero(result->reply, result->reply_length); /* URLs with their passwords */
    TRY(code);
    const struct json *error = json_get(*reply, "error");
    if (error)
        return fail_as_answered(ctx, call->mode, error, result->errors);
    emit_prints(ctx, result->errors);
    return 0;
}

int reader_run(struct ctx *ctx, const struct reader_call *call, struct json **reply)
{
    struct buf input;
    buf_init(&input, ctx->mem);
    buf_add_n(&input, (const char *)reader_text, reader_length);
    json_write(&input, call->request, JSON_PYTHON);
    const char *length = arena_printf(ctx->mem, "%zu", reader_length);
    const char *argv[] = {call->python, "-c", boot, call->mode, length, NULL};
    struct process_spec spec = {
        .argv = argv,
        .folder = call->folder,
        .input = input.data,
        .input_length = input.len,
        .reply_fd = 3,
        .tells = true,
        .seconds = seconds_allowed(),
        .limit = LARGEST_REPLY,
    };
    struct process_result result;
    int code = process_run(ctx, &spec, &result);
    explicit_bzero(input.data + reader_length, input.len - reader_length);
    TRY(code);
    return take_reply(ctx, call, &result, reply);
}
