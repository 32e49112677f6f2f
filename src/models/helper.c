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

static double seconds_allowed(const struct reader_call *call)
{
    if (call->seconds > 0)
        return call->seconds;
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

/* What a failure is called, and whether what the code prints is meant for the user. */
struct mode {
    const char *name;
    enum err code;
    const char *busy;
    bool speaks;
    const char *more_time;
    const char *died;
};
static const char reader_seconds[] = "DBWARDEN_READER_SECONDS=120 would give it more time.";
static const char on_import[] = "Does code that is executed on import call sys.exit() or os._exit()?";
static const struct mode modes[] = {
    {"config", ERR_CONFIG, "it read the project's configuration", false, reader_seconds, on_import},
    {"edit", ERR_CONFIG, "it read the project's configuration", false, reader_seconds, on_import},
    {"models", ERR_MODELS, "it read the project's models", false, reader_seconds, on_import},
    {"again", ERR_MODELS, "it read the project's models", false, reader_seconds, on_import},
    {"revisions", ERR_FAILED, "it read the revisions", false, "Do env.py or a revision wait for something?",
     "Does env.py or a revision call os._exit()?"},
    {"xml", ERR_FAILED, "it read a file of XML", false, reader_seconds, "Did somebody kill it?"},
    {"seed", ERR_FAILED, "it ran the seed", true, "Nothing of it is kept. --time-limit gives it more seconds.",
     "Does the seed call os._exit(), or did somebody kill it?"},
    {"migration", ERR_FAILED, "it ran the migration", true, "--time-limit gives it more seconds.",
     "Does the migration call os._exit(), or did somebody kill it?"},
};

static const struct mode *mode_of(const char *name)
{
    const struct mode *mode = modes;
    while (!text_equal(mode->name, name))
        mode++;
    return mode;
}

static void emit_prints(struct ctx *ctx, const struct mode *mode, const char *errors)
{
    struct names lines = text_lines(ctx->mem, errors);
    for (int i = 0; i < lines.n; i++) {
        const char *line = url_mask(ctx->mem, lines.item[i]);
        if (*line && mode->speaks)
            emit_info(ctx, "python: %s", line);
        else if (*line)
            emit_debug(ctx, "python: %s", line);
    }
}

static int fail_silent(struct ctx *ctx, const struct reader_call *call, const struct process_result *result)
{
    const struct mode *mode = mode_of(call->mode);
    const char *lines = last_lines(ctx, result->errors);
    if (result->timed_out)
        fail(ctx, mode->code, "%s did not answer within %.0f s while %s", call->python, seconds_allowed(call),
             mode->busy);
    else
        fail(ctx, mode->code, "%s ended with status %d before it answered", call->python, result->status);
    if (result->told)
        return fail_hint(ctx, "The last that was heard of it: %s", url_mask(ctx->mem, result->told));
    if (lines)
        return fail_hint(ctx, "Its last output: %s", lines);
    if (result->timed_out)
        return fail_hint(ctx, "%s", mode->more_time);
    return fail_hint(ctx, "%s", mode->died);
}

static int fail_as_answered(struct ctx *ctx, const struct mode *mode, const struct json *error, const char *errors)
{
    const char *name = json_get_text(error, "code");
    enum err code = text_equal(name, "failed") ? ERR_FAILED : text_equal(name, "config") ? ERR_CONFIG : mode->code;
    const char *message = json_get_text(error, "message");
    const char *hint = json_get_text(error, "hint");
    const char *file = json_get_text(error, "file");
    emit_prints(ctx, mode, errors);
    fail(ctx, code, "%s", url_mask(ctx->mem, message ? message : "the reader failed without a reason"));
    if (file)
        fail_at(ctx, path_near(ctx, file), (int)json_get_int(error, "line", 0), 0);
    return hint ? fail_hint(ctx, "%s", url_mask(ctx->mem, hint)) : (int)code;
}

static int take_reply(struct ctx *ctx, const struct reader_call *call, struct process_result *result,
                      struct json **reply)
{
    if (result->timed_out || !result->reply_length)
        return fail_silent(ctx, call, result);
    int code = json_read(ctx, "the reader's answer", result->reply, result->reply_length, reply);
    explicit_bzero(result->reply, result->reply_length); /* URLs with their passwords */
    TRY(code);
    const struct json *error = json_get(*reply, "error");
    if (error)
        return fail_as_answered(ctx, mode_of(call->mode), error, result->errors);
    emit_prints(ctx, mode_of(call->mode), result->errors);
    return 0;
}

int reader_run(struct ctx *ctx, const struct reader_call *call, struct json **reply)
{
    struct buf input;
    buf_init(&input, ctx->mem);
    buf_add_n(&input, (const char *)reader_text, reader_length);
    json_write(&input, call->request, JSON_PYTHON);
    if (call->secret && call->secret->text) { /* last, so that no buffer that was too small keeps it */
        buf_add_n(&input, "", 1);
        buf_add_n(&input, call->secret->text, call->secret->length);
    }
    const char *length = arena_printf(ctx->mem, "%zu", reader_length);
    const char *argv[] = {call->python, "-c", boot, call->mode, length, NULL};
    struct process_spec spec = {
        .argv = argv,
        .folder = call->folder,
        .input = input.data,
        .input_length = input.len,
        .reply_fd = 3,
        .tells = true,
        .seconds = seconds_allowed(call),
        .limit = LARGEST_REPLY,
    };
    struct process_result result;
    int code = process_run(ctx, &spec, &result);
    explicit_bzero(input.data + reader_length, input.len - reader_length);
    TRY(code);
    return take_reply(ctx, call, &result, reply);
}
