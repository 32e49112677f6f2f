/*
 * How 0.8.2 read a section: by blank lines, dropping the lines that begin with "--" even inside strings.  Only
 * the checksum that it stored needs this; nothing is ever run that was split this way.
 *
 * It read files as text, where every line end is one newline, and trimmed with Python's idea of white space.
 */
#include "base/buf.h"
#include "base/hash.h"
#include "base/list.h"
#include "legacy/legacy.h"

/* Length of the white space character at the beginning, 0 if there is none: what Python's str.isspace() says. */
static size_t space_length(const char *text, const char *end)
{
    static const char *const wide[] = {"\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
                                       "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
                                       "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
                                       "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80", NULL};
    unsigned char first = (unsigned char)*text;
    if (first < 0x80)
        return first == ' ' || (first >= '\t' && first <= '\r') || (first >= 0x1C && first <= 0x1F);
    for (int i = 0; wide[i]; i++) {
        size_t length = strlen(wide[i]);
        if ((size_t)(end - text) >= length && !memcmp(text, wide[i], length))
            return length;
    }
    return 0;
}

struct span {
    const char *from;
    const char *to;
};

static struct span trim(struct span span)
{
    size_t length;
    while (span.from < span.to && (length = space_length(span.from, span.to)) > 0)
        span.from += length;
    /* Backwards: a last character of one, two or three bytes that is white space. */
    for (bool found = true; found;) {
        found = false;
        for (size_t width = 1; width <= 3 && !found; width++)
            if ((size_t)(span.to - span.from) >= width && space_length(span.to - width, span.to) == width) {
                span.to -= width;
                found = true;
            }
    }
    return span;
}

static bool span_is(struct span span, const char *text)
{
    size_t length = strlen(text);
    return (size_t)(span.to - span.from) == length && !memcmp(span.from, text, length);
}

/* The line at `from`; *next is where the next one begins, NULL after the last. */
static struct span take_line(const char *from, const char *end, const char **next)
{
    const char *newline = memchr(from, '\n', (size_t)(end - from)), *stop = newline ? newline : end;
    const char *carriage = memchr(from, '\r', (size_t)(stop - from)), *at = carriage ? carriage : stop;
    *next = at == end ? NULL : at + 1;
    if (at + 1 < end && at[0] == '\r' && at[1] == '\n')
        (*next)++;
    return (struct span){from, at};
}

/* Where the statements go, in pieces, as they are found. */
struct sink {
    void (*add)(struct sink *sink, const char *text, size_t length);
    void (*end)(struct sink *sink); /* of a statement */
    struct arena *mem;
    struct buf statement;
    struct names statements;
    struct hash hash;
    bool separate; /* a statement has been hashed; the next one is set apart */
};

/*
 * Every line that is kept has something on it, so trimming a statement is trimming its first line on the left and
 * its last on the right: what was trimmed there is held back until another line follows.
 */
static void walk(struct sink *sink, const char *text, size_t length)
{
    struct span held = {0};
    for (const char *at = text, *next; at; at = next) {
        struct span line = take_line(at, text + length, &next);
        struct span code = trim(line);
        bool blank = code.from == code.to || span_is(code, "-- upgrade") || span_is(code, "-- rollback");
        if (blank && held.from) {
            sink->end(sink);
            held.from = NULL;
        }
        if (blank || (code.to - code.from >= 2 && !memcmp(code.from, "--", 2)))
            continue;
        if (held.from) {
            sink->add(sink, held.from, (size_t)(held.to - held.from));
            sink->add(sink, "\n", 1);
            code.from = line.from;
        }
        sink->add(sink, code.from, (size_t)(code.to - code.from));
        held = (struct span){code.to, line.to};
    }
    if (held.from)
        sink->end(sink);
}

static void list_text(struct sink *sink, const char *text, size_t length)
{
    buf_add_n(&sink->statement, text, length);
}

static void list_end(struct sink *sink)
{
    names_add(sink->mem, &sink->statements, sink->statement.data);
    buf_init(&sink->statement, sink->mem);
}

struct names legacy_statements(struct arena *mem, const char *text, size_t length)
{
    struct sink sink = {.add = list_text, .end = list_end, .mem = mem};
    buf_init(&sink.statement, mem);
    walk(&sink, text, length);
    return sink.statements;
}

static void hash_text(struct sink *sink, const char *text, size_t length)
{
    if (sink->separate)
        hash_add(&sink->hash, ";", 1);
    sink->separate = false;
    hash_add(&sink->hash, text, length);
}

static void hash_end(struct sink *sink)
{
    sink->separate = true;
}

char *legacy_checksum_of_text(struct arena *mem, const char *text, size_t length)
{
    struct sink sink = {.add = hash_text, .end = hash_end};
    hash_open(&sink.hash);
    walk(&sink, text, length);
    return hash_close(mem, &sink.hash);
}

char *legacy_checksum(struct arena *mem, const struct names *statements)
{
    struct sink sink = {.add = hash_text, .end = hash_end};
    hash_open(&sink.hash);
    for (int i = 0; i < statements->n; i++) {
        hash_text(&sink, statements->item[i], strlen(statements->item[i]));
        hash_end(&sink);
    }
    return hash_close(mem, &sink.hash);
}

char *legacy_checksum_of_seed(struct arena *mem, const char *text, size_t length)
{
    struct sink sink = {.add = hash_text, .end = hash_end};
    const char *end = text + length;
    hash_open(&sink.hash);
    for (const char *at = text; at < end;) {
        const char *semicolon = memchr(at, ';', (size_t)(end - at));
        const struct span part = trim((struct span){at, semicolon ? semicolon : end});
        for (const char *from = part.from, *next = from; part.from < part.to && next; from = next) {
            struct span line = take_line(from, part.to, &next);
            hash_text(&sink, line.from, (size_t)(line.to - line.from));
            if (next)
                hash_text(&sink, "\n", 1);
        }
        if (part.from < part.to)
            hash_end(&sink);
        at = semicolon ? semicolon + 1 : end;
    }
    return hash_close(mem, &sink.hash);
}
