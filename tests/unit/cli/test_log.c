/* Log lines: text for people, valid JSON for machines, nothing where quiet was asked for. */
#include "unit.h"

#include "base/json.h"
#include "base/text.h"
#include "cli/log.h"

struct capture {
    struct log log;
    char *text;
    size_t size;
};

static void capture_open(struct capture *capture, struct ctx *ctx)
{
    FILE *out = open_memstream(&capture->text, &capture->size);
    memset(&capture->log, 0, sizeof capture->log);
    capture->log.ctx = ctx;
    capture->log.terminal.out = out;
    capture->log.mem = arena_open(0);
    ctx->on_event = log_event;
    ctx->sink = &capture->log;
}

static char *capture_close(struct capture *capture, struct ctx *ctx)
{
    log_close(&capture->log);
    fclose(capture->log.terminal.out);
    char *copy = arena_dup(ctx->mem, capture->text);
    free(capture->text);
    ctx->on_event = NULL;
    return copy;
}

static void say_everything(struct ctx *ctx, struct log *log)
{
    ctx->database = "primary";
    emit_debug(ctx, "SELECT 1");
    emit_info(ctx, "applied \"0001\"\nand more");
    emit_warning_at(ctx, (struct place){.file = "a.sql", .line = 3}, "odd");
    emit_progress(ctx, 1, 2, "half");
    fail(ctx, ERR_SQL, "no such table: x");
    fail_hint(ctx, "Make it first.");
    fail_at(ctx, "b.sql", 4, 5);
    log_error(log, &ctx->error);
}

static void people_get_text(void **state)
{
    struct ctx *ctx = *state;
    struct capture capture;
    capture_open(&capture, ctx);
    say_everything(ctx, &capture.log);
    assert_string_equal(capture_close(&capture, ctx), "applied \"0001\"\nand more\n"
                                                      "warning: a.sql:3: odd\n"
                                                      "dbwarden: error: b.sql:4:5: no such table: x\n"
                                                      "hint: Make it first.\n");
}

static void verbose_and_quiet(void **state)
{
    struct ctx *ctx = *state;
    struct capture capture;
    capture_open(&capture, ctx);
    capture.log.verbose = true;
    say_everything(ctx, &capture.log);
    assert_true(text_has(capture_close(&capture, ctx), "SELECT 1\n"));
    capture_open(&capture, ctx);
    capture.log.quiet = true;
    say_everything(ctx, &capture.log);
    assert_string_equal(capture_close(&capture, ctx),
                        "dbwarden: error: b.sql:4:5: no such table: x\nhint: Make it first.\n");
}

static void machines_get_one_object_per_line(void **state)
{
    static const char *const levels[] = {"INFO", "WARNING", "INFO", "ERROR"};
    struct ctx *ctx = *state;
    struct capture capture;
    ctx->engine = "sqlite";
    capture_open(&capture, ctx);
    capture.log.json = true;
    say_everything(ctx, &capture.log);
    struct names lines = text_lines(ctx->mem, text_trim(ctx->mem, capture_close(&capture, ctx)));
    assert_int_equal(lines.n, 4);
    for (int i = 0; i < lines.n; i++) {
        struct json *line;
        assert_works(ctx, json_read(ctx, "log", lines.item[i], strlen(lines.item[i]), &line));
        const char *time = json_get_text(line, "timestamp");
        assert_int_equal(strlen(time), strlen("2026-11-21T03:25:33.123Z"));
        assert_int_equal(time[19], '.');
        assert_int_equal(time[23], 'Z');
        assert_string_equal(json_get_text(line, "level"), levels[i]);
        assert_string_equal(json_get_text(line, "logger"), "dbwarden");
        assert_string_equal(json_get_text(line, "db_name"), "primary");
        assert_string_equal(json_get_text(line, "db_type"), "sqlite");
        assert_int_equal(json_get_int(line, "done", -1), i == 2 ? 1 : -1);
        assert_non_null(json_get_text(line, "message"));
    }
}

static void progress_only_on_a_terminal(void **state)
{
    struct ctx *ctx = *state;
    struct capture capture;
    capture_open(&capture, ctx);
    capture.log.terminal.tables = true;
    capture.log.terminal.width = 40;
    emit_progress(ctx, 1, 2, "a text that is much longer than the terminal is wide, so it is cut");
    emit_info(ctx, "done");
    char *text = capture_close(&capture, ctx);
    assert_true(text_starts(text, "\r\033[K[1/2] "));
    assert_true(text_has(text, "\r\033[Kdone\n\r\033[K[1/2] ")); /* below the line it is drawn again */
    assert_true(text_ends(text, "\r\033[K"));
}

UNIT_TESTS(UNIT(people_get_text), UNIT(verbose_and_quiet), UNIT(machines_get_one_object_per_line),
           UNIT(progress_only_on_a_terminal))
