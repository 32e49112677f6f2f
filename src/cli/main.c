/*
 * The program: words in, a request through command_run(), and a report, a JSON document or an error out.
 * Everything that only a whole process may do is here: signals, standard streams, the exit status.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/argv.h"
#include "cli/log.h"
#include "cli/manual.h"
#include "cli/terminal.h"
#include "dialect/dialect.h"

enum { STREAM_BYTES = 64 << 10 };

static struct ctx *running; /* what a signal cancels */
static atomic_int asking;   /* a question is open: nothing runs that has to end first */
static bool by_machine;     /* standard error has lines of JSON only */

/*
 * The first signal asks to stop safely, the second cuts off the statement at hand, the third ends the process; its locks go
 * with it.  Where no statement of a file runs, the second does so already.
 */
static void stop(int number)
{
    static const char *const text[] = {
        "\nstopping after the statement at hand, if that ends soon; once more to cancel it\n",
        "\ncancelling the statement; once more to end at once\n"};
    int number_of_error = errno; /* of whatever was interrupted */
    int before = atomic_fetch_add(&running->cancel, 1);
    if (before > 1 || (before && running->grace <= 0))
        _exit(130);
    if (number == SIGINT && !by_machine && !atomic_load(&asking) && isatty(STDERR_FILENO)) {
        ssize_t ignored = write(STDERR_FILENO, text[before], strlen(text[before]));
        (void)ignored;
    }
    errno = number_of_error;
}

static const char *ask(void *sink, const char *question)
{
    atomic_store(&asking, 1);
    const char *answer = log_ask(sink, question);
    atomic_store(&asking, 0);
    return answer;
}

/* SIGPIPE is ignored: a reader that goes away must not stop a migration in the middle. */
static void signals_install(struct ctx *ctx)
{
    running = ctx;
    struct sigaction action = {.sa_handler = stop};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
}

/* The result goes through one stream, so that whatever goes wrong with standard output is seen at one place. */
struct output {
    struct terminal terminal; /* draws as standard output allows, into that */
    FILE *stream;
    int failed; /* errno of the first failure; nothing is written after it */
    struct log log;
    bool json;
};

static bool word_given(int argc, char *const *argv, const char *word)
{
    for (int i = 1; i < argc && !text_equal(argv[i], "--"); i++)
        if (text_equal(argv[i], word))
            return true;
    return false;
}

static ssize_t text_take(void *sink, const char *text, size_t length)
{
    struct output *output = sink;
    for (size_t written = 0; written < length && !output->failed;) {
        ssize_t n = write(STDOUT_FILENO, text + written, length - written);
        if (n < 0 && errno != EINTR)
            output->failed = errno;
        written += n > 0 ? (size_t)n : 0;
    }
    return (ssize_t)length;
}

/* 0, or errno. */
static int text_write(struct output *output)
{
    fflush(output->stream);
    return output->failed;
}

/* A result that could not be written is a failure, but a reader that has seen enough is none. */
static int text_finish(struct output *output, int status)
{
    int code = text_write(output);
    if (code == 0 || code == EPIPE || status != 0)
        return status;
    struct ctx *ctx = output->log.ctx;
    ctx->error = (struct error){0};
    fail(ctx, ERR_FILE, "the result cannot be written: %s", strerror(code));
    log_error(&output->log, &ctx->error);
    return 1;
}

static void text_drain(void *sink, const char *text, size_t length)
{
    fwrite(text, 1, length, sink);
}

static void json_show(struct output *output, struct arena *mem, const struct json *json)
{
    struct buf text;
    buf_drain(&text, mem, text_drain, output->stream);
    json_write(&text, json, JSON_INDENTED);
    buf_add_c(&text, '\n');
    buf_drained(&text);
}

static void error_show(struct output *output, struct ctx *ctx, struct json *json)
{
    json_set(ctx->mem, json, "error", error_json(ctx->mem, &ctx->error));
    json_show(output, ctx->mem, json);
}

static int finish_failed(struct output *output, struct ctx *ctx, struct reply *reply)
{
    log_clear(&output->log);
    if (!output->json)
        terminal_report(&output->terminal, ctx->mem, &reply->report);
    text_write(output);
    log_error(&output->log, &ctx->error);
    if (output->json)
        error_show(output, ctx, reply->json ? reply->json : json_object(ctx->mem));
    return text_finish(output, exit_status(ctx->error.code));
}

static int finish(struct output *output, struct ctx *ctx, struct reply *reply)
{
    log_clear(&output->log);
    if (output->json)
        json_show(output, ctx->mem, reply->json);
    else
        terminal_report(&output->terminal, ctx->mem, &reply->report);
    return text_finish(output, reply->status);
}

/* What was asked for without a command: help, or the version; else a short reminder and status 2. */
static int without_command(struct output *output, struct ctx *ctx, const struct arguments *parsed)
{
    struct reply reply = {.json = commands_json(ctx->mem), .report.mem = ctx->mem};
    bool asked = json_get_bool(parsed->show, "help", false);
    if (parsed->group)
        manual_group(&reply.report, parsed->group);
    else
        manual_overview(&reply.report, asked);
    if (asked)
        return finish(output, ctx, &reply);
    fail(ctx, ERR_USAGE, "no command was given");
    fail_hint(ctx, "`dbwarden --help` lists them.");
    if (output->log.json)
        log_error(&output->log, &ctx->error);
    else
        terminal_report(&output->log.terminal, ctx->mem, &reply.report);
    if (output->json)
        error_show(output, ctx, json_object(ctx->mem));
    return text_finish(output, 2);
}

static int run(struct output *output, struct ctx *ctx, const struct arguments *parsed)
{
    struct reply reply = {.json = json_object(ctx->mem), .report.mem = ctx->mem};
    struct config_options where;
    if (json_get_bool(parsed->show, "help", false)) {
        manual_command(&reply.report, parsed->command);
        reply.json = command_json(ctx->mem, parsed->command);
        return finish(output, ctx, &reply);
    }
    if (where_read(ctx, parsed->where, &where) < 0)
        return finish_failed(output, ctx, &reply);
    if (command_run(ctx, parsed->command, &where, parsed->values, &reply) < 0)
        return finish_failed(output, ctx, &reply);
    return finish(output, ctx, &reply);
}

static void output_open(struct output *output, struct ctx *ctx, const struct arguments *parsed)
{
    bool no_color = json_get_bool(parsed->show, "no_color", false);
    output->terminal = terminal_open(stdout, no_color);
    output->terminal.out = output->stream;
    output->log.quiet = json_get_bool(parsed->show, "quiet", false);
    output->log.verbose = json_get_bool(parsed->values, "verbose", false);
    if (no_color)
        output->log.terminal.colors = false;
    if (isatty(STDIN_FILENO) && isatty(STDERR_FILENO) && !output->json && !output->log.json)
        ctx->ask = ask;
}

static int version_show(struct output *output, struct ctx *ctx)
{
    struct reply reply;
    if (command_run(ctx, command_find(NULL, "version"), NULL, NULL, &reply) < 0)
        return finish_failed(output, ctx, &reply);
    return finish(output, ctx, &reply);
}

static int with_context(struct ctx *ctx, int argc, char *const *argv, struct output *output)
{
    struct arguments parsed;
    output->json = word_given(argc, argv, "--json");
    int result = argv_read(ctx, argc, argv, &parsed);
    output_open(output, ctx, &parsed);
    if (result < 0) {
        struct reply nothing = {.json = json_object(ctx->mem), .report.mem = ctx->mem};
        return finish_failed(output, ctx, &nothing);
    }
    if (json_get_bool(parsed.show, "version", false))
        return version_show(output, ctx);
    return parsed.command ? run(output, ctx, &parsed) : without_command(output, ctx, &parsed);
}

/* A standard stream that is closed would be the next file that is opened: a result must not land in a database. */
static void streams_fill(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
            _exit(1);
}

int main(int argc, char **argv)
{
    streams_fill();
    struct ctx ctx;
    struct output output = {0};
    dialects_own_process();
    ctx_open(&ctx, 0);
    signals_install(&ctx);
    output.stream = fopencookie(&output, "w", (cookie_io_functions_t){.write = text_take});
    if (!output.stream)
        abort();
    setvbuf(output.stream, NULL, _IOFBF, STREAM_BYTES);
    log_open(&output.log, &ctx, stderr, word_given(argc, argv, "--no-color"));
    by_machine = output.log.json;
    ctx.on_event = log_event;
    ctx.sink = &output.log;
    int status = with_context(&ctx, argc, argv, &output);
    log_close(&output.log);
    fclose(output.stream);
    ctx_close(&ctx);
    return status;
}
