/*
 * The log: what goes to standard error while a command runs.  For people a line is its text; machines that set
 * DBWARDEN_LOG_JSON get one JSON object per line and nothing else, errors and progress included.  For people progress is one
 * line that is drawn over, on a terminal only.
 */
#include "cli/log.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

bool log_json_wanted(void)
{
    return text_says_yes(getenv("DBWARDEN_LOG_JSON"));
}

void log_open(struct log *log, struct ctx *ctx, FILE *out, bool no_color)
{
    memset(log, 0, sizeof *log);
    log->ctx = ctx;
    log->terminal = terminal_open(out, no_color);
    log->mem = arena_open(0);
    log->json = log_json_wanted();
}

void log_close(struct log *log)
{
    log_clear(log);
    arena_close(log->mem);
    log->mem = NULL;
}

void log_clear(struct log *log)
{
    live_erase(&log->live, &log->terminal);
    fflush(log->terminal.out);
}

static void set_if(struct log *log, struct json *line, const char *key, const char *text)
{
    if (text)
        json_set_text(log->mem, line, key, text);
}

/* The first four keys are on every line. */
static struct json *line_begin(struct log *log, const char *level, const char *message, const char *database,
                               const char *engine)
{
    struct json *line = json_object(log->mem);
    json_set_text(log->mem, line, "timestamp", clock_iso_ms(log->mem, clock_now_ms()));
    json_set_text(log->mem, line, "level", level);
    json_set_text(log->mem, line, "logger", "dbwarden");
    json_set_text(log->mem, line, "message", message ? message : "failed without saying why");
    set_if(log, line, "db_name", database);
    set_if(log, line, "db_type", engine);
    return line;
}

static void place_json(struct log *log, struct json *line, const struct place *place)
{
    set_if(log, line, "file", place->file);
    if (place->line)
        json_set_int(log->mem, line, "line", place->line);
    if (place->column)
        json_set_int(log->mem, line, "column", place->column);
}

static void line_end(struct log *log, const struct json *line)
{
    fprintf(log->terminal.out, "%s\n", json_text(log->mem, line, JSON_PYTHON));
    fflush(log->terminal.out);
}

static char *place_text(struct log *log, const struct place *place)
{
    if (!place->file)
        return arena_dup(log->mem, "");
    if (!place->line)
        return arena_printf(log->mem, "%s: ", place->file);
    if (!place->column)
        return arena_printf(log->mem, "%s:%d: ", place->file, place->line);
    return arena_printf(log->mem, "%s:%d:%d: ", place->file, place->line, place->column);
}

static void text_line(struct log *log, enum tone tone, const char *label, const char *text)
{
    const struct terminal *terminal = &log->terminal;
    fputs(terminal_tone(terminal, tone), terminal->out);
    terminal_write(terminal->out, label);
    fputs(terminal_reset(terminal, tone), terminal->out);
    terminal_write(terminal->out, text);
    fputc('\n', terminal->out);
}

/* At most 20 times a second: drawing must not slow down what it reports on. */
static void progress_draw(struct log *log, const struct event *event)
{
    char text[256];
    bool part = event->kind == EVENT_PART, over = event->done >= event->total && (part || !event->of_many);
    snprintf(text, sizeof text, "[%" PRId64 "/%" PRId64 "] %.1f s  %s", event->done, event->total, event->seconds,
             !part && event->text ? event->text : "");
    if (event->of_many && event->database)
        live_set(&log->live, event->database, part ? NULL : text);
    if (part || !event->of_many)
        memcpy(log->live.last, text, sizeof text);
    if (!log->live.shown || over || clock_monotonic() - log->live.drawn >= 0.05)
        live_draw(&log->live, &log->terminal);
    if (over)
        *log->live.last = 0;
}

static void event_json(struct log *log, const struct event *event)
{
    static const char *const level[] = {[EVENT_DEBUG] = "DEBUG",
                                        [EVENT_INFO] = "INFO",
                                        [EVENT_WARNING] = "WARNING",
                                        [EVENT_PROGRESS] = "INFO",
                                        [EVENT_PART] = "INFO"};
    struct json *line = line_begin(log, level[event->kind], event->text, event->database, event->engine);
    place_json(log, line, &event->place);
    if (event->kind == EVENT_PROGRESS || event->kind == EVENT_PART) {
        json_set_int(log->mem, line, "done", event->done);
        json_set_int(log->mem, line, "total", event->total);
        json_set(log->mem, line, "seconds", json_real(log->mem, (double)(int64_t)(event->seconds * 1000) / 1000));
    }
    line_end(log, line);
}

/* The first, one a second and the last: what reads lines keeps them all. */
static void progress_json(struct log *log, const struct event *event)
{
    double now = clock_monotonic();
    bool over = event->done >= event->total;
    if (log->quiet || (log->live.drawn > 0 && now - log->live.drawn < 1 && !over))
        return;
    event_json(log, event);
    log->live.drawn = over ? 0 : now;
}

static void event_text(struct log *log, const struct event *event)
{
    char *name =
        event->of_many && event->database ? arena_printf(log->mem, "[%s] ", event->database) : arena_dup(log->mem, "");
    char *text = arena_printf(log->mem, "%s%s%s", place_text(log, &event->place), name, event->text);
    log_clear(log);
    if (event->kind == EVENT_WARNING)
        text_line(log, TONE_WARN, "warning: ", text);
    else if (event->kind == EVENT_DEBUG)
        text_line(log, TONE_DIM, text, "");
    else
        text_line(log, TONE_PLAIN, "", text);
    live_draw(&log->live, &log->terminal);
}

/* One of many ended: the terminal's rows say it, else a line does. */
static void part_tell(struct log *log, const struct event *event)
{
    if (log->quiet)
        return;
    if (log->terminal.tables && !log->json)
        progress_draw(log, event);
    else if (event->text && log->json)
        event_json(log, event);
    else if (event->text) {
        fprintf(log->terminal.out, "[%" PRId64 "/%" PRId64 "] ", event->done, event->total);
        terminal_write(log->terminal.out, event->database);
        fputs(": ", log->terminal.out);
        terminal_write(log->terminal.out, event->text);
        fputc('\n', log->terminal.out);
    }
}

void log_event(void *sink, const struct event *event)
{
    struct log *log = sink;
    struct arena_mark mark = arena_save(log->mem);
    if (event->kind == EVENT_PROGRESS && log->json)
        progress_json(log, event);
    else if (event->kind == EVENT_PROGRESS && log->terminal.tables && !log->quiet)
        progress_draw(log, event);
    else if (event->kind == EVENT_PART)
        part_tell(log, event);
    else if (event->kind == EVENT_PROGRESS)
        return;
    else if (log->quiet || (event->kind == EVENT_DEBUG && !log->verbose))
        return;
    else if (log->json)
        event_json(log, event);
    else
        event_text(log, event);
    arena_rewind(log->mem, mark);
}

static void error_json_line(struct log *log, const struct error *error)
{
    struct json *line = line_begin(log, "ERROR", error->message, log->ctx->database, log->ctx->engine);
    json_set_text(log->mem, line, "code", err_name(error->code));
    set_if(log, line, "hint", error->hint);
    set_if(log, line, "sqlstate", error->sqlstate);
    set_if(log, line, "detail", error->detail);
    place_json(log, line, &error->place);
    line_end(log, line);
}

static void error_text(struct log *log, const struct error *error)
{
    log_clear(log);
    const char *message = error->message ? error->message : "failed without saying why";
    text_line(log, TONE_BAD,
              "dbwarden: error: ", arena_printf(log->mem, "%s%s", place_text(log, &error->place), message));
    if (error->detail)
        text_line(log, TONE_PLAIN, "detail: ", error->detail);
    if (error->hint)
        text_line(log, TONE_TITLE, "hint: ", error->hint);
    fflush(log->terminal.out);
}

void log_error(struct log *log, const struct error *error)
{
    struct arena_mark mark = arena_save(log->mem);
    if (log->json)
        error_json_line(log, error);
    else
        error_text(log, error);
    arena_rewind(log->mem, mark);
}

const char *log_ask(void *sink, const char *question)
{
    struct log *log = sink;
    log_clear(log);
    fprintf(log->terminal.out, "%s ", question);
    fflush(log->terminal.out);
    char *line = NULL;
    size_t room = 0;
    ssize_t length = getline(&line, &room, stdin);
    const char *answer = length < 0 ? NULL : text_trim(log->ctx->mem, line);
    free(line);
    if (!answer)
        fputc('\n', log->terminal.out); /* the message stands on a line of its own */
    return answer;
}
