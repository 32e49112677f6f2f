/*
 * What the server answers: rows as TabSeparatedWithNames, or "Code: 60. DB::Exception: Table x does not exist. (UNKNOWN_TABLE)
 * (version 26.7.2.1 (official build))", with a status of HTTP that says so, or, once an answer has begun, at its end.
 */
#include <string.h>

#include "base/text.h"
#include "dialect/clickhouse/parts.h"

#define OWNER     "DB::Exception: "
#define HTTP_ONLY "You must use port "

/* The last line of an answer; in rows a line never begins so, but by a text of somebody who wants to be misunderstood. */
static const char *late_exception(const struct ch_answer *answer)
{
    const char *body = answer->body.data, *end = body + answer->body.len;
    while (end > body && end[-1] == '\n')
        end--;
    const char *line = end;
    while (line > body && line[-1] != '\n')
        line--;
    return text_starts(line, "Code: ") && strstr(line, OWNER) ? line : NULL;
}

/* "Code: 62. DB::..."; older ones write "Code: 62, e.displayText() = DB::...". */
static const char *code_of(struct arena *mem, const char *said)
{
    const char *digits = said + strlen("Code: ");
    return text_starts(said, "Code: ") ? arena_copy(mem, digits, strspn(digits, "0123456789")) : NULL;
}

static const char *message_of(struct arena *mem, const char *said)
{
    const char *start = strstr(said, OWNER);
    start = start ? start + strlen(OWNER) : said;
    const char *end = start + strlen(start), *version = strstr(start, " (version "),
               *what = strstr(start, ", e.what() = ");
    if (version)
        end = version;
    if (what && what < end)
        end = what;
    const char *trace = strstr(start, ", Stack trace"), *frames = strstr(start, "\n\n0. ");
    if (trace && trace < end)
        end = trace;
    if (frames && frames < end)
        end = frames;
    while (end > start && strchr("\r\n ", end[-1]))
        end--;
    return arena_copy(mem, start, (size_t)(end - start));
}

static int fail_said(struct ctx *ctx, const char *said)
{
    const char *code = code_of(ctx->mem, said);
    if (ctx_must_stop(ctx))
        return fail(ctx, ERR_CANCELLED, "interrupted");
    fail(ctx, text_equal(code, "516") || text_equal(code, "193") ? ERR_CONNECT : ERR_SQL, "%s",
         message_of(ctx->mem, said));
    ctx->error.sqlstate = code;
    ctx->error.passing = ch_is_passing(&ctx->error);
    ctx->error.partly = text_equal(code, CH_UNFINISHED); /* it was begun, and goes on without us */
    const char *hint = ch_hint_for(&ctx->error);
    if (hint)
        fail_hint(ctx, "%s", hint);
    return (int)ctx->error.code;
}

int ch_answer_check(struct ctx *ctx, struct ch_answer *answer)
{
    const char *late = answer->status == 200 ? late_exception(answer) : NULL;
    if (answer->status == 200)
        return late ? fail_said(ctx, late) : 0;
    if (text_starts(answer->body.data, "Code: "))
        return fail_said(ctx, answer->body.data);
    const char *text = message_of(ctx->mem, answer->body.data);
    if (text_has(text, HTTP_ONLY)) {
        fail(ctx, ERR_CONNECT, "that is the port of ClickHouse's own protocol, and HTTP is spoken here");
        return fail_hint(ctx, "Give the port of HTTP in the database URL: 8123, or 8443 with ?secure=true.");
    }
    fail(ctx, ERR_CONNECT, "the server answered with HTTP status %ld%s%.200s", answer->status, *text ? ": " : "", text);
    return fail_hint(ctx, "Is that ClickHouse? HTTP is at port 8123, HTTPS at 8443 (?secure=true).");
}

/* ---- rows */

static char unescaped(char c)
{
    static const char from[] = "bfnrt0", to[] = "\b\f\n\r\t";
    const char *at = c ? strchr(from, c) : NULL;
    return at ? to[at - from] : c;
}

/* From `text` to `end`; "\N" is NULL. */
static const char *cell_of(struct arena *mem, const char *text, const char *end)
{
    size_t length = (size_t)(end - text), n = 0;
    if (length == 2 && text[0] == '\\' && text[1] == 'N')
        return NULL;
    char *cell = arena_alloc(mem, length + 1);
    for (const char *at = text; at < end; at++)
        cell[n++] = *at == '\\' && at + 1 < end ? unescaped(*++at) : *at;
    cell[n] = 0;
    return cell;
}

static void line_read(struct arena *mem, const char *line, const char *end, struct names *cells)
{
    for (const char *at = line;; at++) {
        const char *tab = memchr(at, '\t', (size_t)(end - at));
        const char *stop = tab ? tab : end;
        names_add(mem, cells, cell_of(mem, at, stop));
        if (!tab)
            return;
        at = tab;
    }
}

void ch_answer_rows(struct arena *mem, const struct ch_answer *answer, struct rows *rows)
{
    const char *at = answer->body.data, *end = at + answer->body.len;
    *rows = (struct rows){0};
    for (bool first = true; at < end; first = false) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        struct names cells = {0};
        stop = stop ? stop : end;
        line_read(mem, at, stop, &cells);
        if (first)
            rows->columns = cells;
        else
            list_add(mem, &rows->row, cells.item);
        at = stop + 1;
    }
}
