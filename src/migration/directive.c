/*
 * Comments that were meant for us and missed: `-- transacton: none`, `-- rolback`, `-- sett lock_timeout = 2s`.  Passed over in
 * silence they would run what undoes a file along with it, or without the limits that it asks for.  A comment has to have the
 * whole shape of what it is taken for, since most comments are prose: a word near one of ours is not enough.
 */
#include "migration/parts.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"

enum { WORD = 24 };

/* "UPGRADE", "roll", "depends_on"; empty if it is longer than anything that could be meant. */
static size_t first_word(const char *text, size_t length, char word[WORD])
{
    size_t n = 0;
    while (n < length && (char_is_alpha((unsigned char)text[n]) || text[n] == '_' || text[n] == '-'))
        n++;
    *word = 0;
    for (size_t i = 0; n < WORD && i <= n; i++)
        word[i] = i < n ? (char)char_lower((unsigned char)text[i]) : 0;
    return n;
}

/* One that only goes on after the word, "upgrades", is a word of its own. */
static bool is_near(const char *word, const char *meant)
{
    struct names one = {.item = (const char *[]){meant}, .n = 1};
    return *word == *meant && !text_equal(word, meant) && !text_starts(word, meant) && strlen(word) > 3 &&
           text_nearest(&one, word);
}

const char *marker_meant(const char *text, size_t length)
{
    char word[WORD];
    if (length < 5 || first_word(text, length, word) != length)
        return NULL;
    return is_near(word, "upgrade") ? "upgrade" : is_near(word, "rollback") ? "rollback" : NULL;
}

static bool has_shape(const char *name, const char *value)
{
    if (text_equal(name, "transaction"))
        return text_equal_nocase(value, "none");
    if (text_equal(name, "batches"))
        return char_is_digit((unsigned char)*value) && text_has(value, "row");
    return *value == '[' && text_ends(value, "]"); /* depends_on */
}

static const char *header_meant(const char *word, const char *rest)
{
    static const struct {
        const char *name, *like; /* another word, or the beginning of one, that means it */
    } known[] = {{"transaction", "transactions"}, {"depends_on", "depend"}, {"batches", "batch"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (has_shape(known[i].name, rest) &&
            (text_equal(word, known[i].name) || is_near(word, known[i].name) || text_starts(word, known[i].like)))
            return known[i].name;
    return NULL;
}

/* NAME, "=" or nothing or ":", and a time. */
static const char *limit_meant(struct arena *mem, const char *text)
{
    static const char *const known[] = {"lock_timeout", "statement_timeout"};
    char word[WORD];
    double seconds;
    size_t n = first_word(text, strlen(text), word);
    const char *value = text_trim(mem, text + n + strspn(text + n, " \t:="));
    for (int i = 0; i < 2; i++)
        if ((text_equal(word, known[i]) || is_near(word, known[i])) && text_to_seconds(value, &seconds))
            return arena_printf(mem, "-- set %s = %s", known[i], value);
    return NULL;
}

static bool is_batching(struct arena *mem, const char *value, struct batching *batching)
{
    enum { MOST = 1000000 };
    const struct names parts = text_split(mem, value, ',');
    const char *rows = text_lower(mem, text_trim(mem, parts.item[0]));
    size_t digits = strspn(rows, "0123456789");
    int64_t number;
    *batching = (struct batching){0};
    if (!text_to_int(text_slice(mem, rows, 0, digits), &number) || number < 1 || number > MOST || parts.n > 2 ||
        !text_equal(text_trim(mem, rows + digits), "rows"))
        return false;
    batching->rows = (int)number;
    const char *pause = parts.n == 2 ? text_trim(mem, parts.item[1]) : "pause 0";
    return text_starts_nocase(pause, "pause ") && text_to_seconds(text_trim(mem, pause + 6), &batching->pause);
}

int batching_read(struct ctx *ctx, const char *value, struct batching *batching)
{
    if (is_batching(ctx->mem, value, batching))
        return 0;
    fail(ctx, ERR_SYNTAX, "unknown value of the header \"batches\": %s", value);
    return fail_hint(ctx, "Write it as: -- batches: 5000 rows, pause 50ms");
}

const char *directive_meant(struct arena *mem, const char *text, size_t length)
{
    char word[WORD];
    size_t n = first_word(text, length, word);
    const char *rest = text_trim(mem, arena_copy(mem, text + n, length - n));
    const char *limit = limit_meant(mem, text_trim(mem, arena_copy(mem, text, length)));
    if (limit)
        return limit;
    if (n <= 5 && *word == 's' && (limit = limit_meant(mem, rest)))
        return limit;
    rest = text_trim(mem, rest + strspn(rest, ":="));
    const char *name = header_meant(word, rest);
    return name ? arena_printf(mem, "-- %s: %s", name, rest) : NULL;
}

int versions_read(struct ctx *ctx, const struct versions_line *line, struct names *versions)
{
    struct json *json;
    bool right = json_read(ctx, line->path, line->value, strlen(line->value), &json) >= 0 && json->type == JSON_ARRAY;
    for (int i = 0; right && i < json->n; i++)
        right = json->item[i]->type == JSON_TEXT;
    if (right) {
        for (int i = 0; i < json->n; i++)
            names_add(ctx->mem, versions, json->item[i]->text);
        return 0;
    }
    fail(ctx, ERR_SYNTAX, "%s is not a list of versions: %s", line->name, line->value);
    fail_hint(ctx, "Write it as: %s %s: [\"0002\"]", line->comment, line->name);
    return fail_at(ctx, line->path, line->number, 1);
}
