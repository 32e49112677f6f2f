/*
 * 0.8.2's canonical types: the word for a type's raw text.
 * The one idea: a table of words, asked three times with ever less of the text (its arguments gone, then
 * everything but letters and digits, then everything but letters); what it does not know stays raw.
 * Not here: how an engine spells its types (type_spelling.c).
 */
#include "base/buf.h"
#include "base/text.h"
#include "legacy/parts.h"

static const struct {
    const char *raw, *canonical;
} words[] = {
    {"int", "integer"},
    {"integer", "integer"},
    {"int4", "integer"},
    {"tinyint", "integer"},
    {"smallint", "integer"},
    {"int2", "integer"},
    {"serial", "integer"},
    {"smallserial", "integer"},
    {"bigint", "biginteger"},
    {"int8", "biginteger"},
    {"bigserial", "biginteger"},
    {"varchar", "varchar"},
    {"character varying", "varchar"},
    {"text", "text"},
    {"longtext", "text"},
    {"mediumtext", "text"},
    {"clob", "text"},
    {"boolean", "boolean"},
    {"bool", "boolean"},
    {"timestamp", "timestamp"},
    {"datetime", "timestamp"},
    {"timestamptz", "timestamp"},
    {"timestamp with time zone", "timestamp"},
    {"date", "date"},
    {"float", "float"},
    {"double", "float"},
    {"double precision", "float"},
    {"real", "float"},
    {"float32", "float"},
    {"numeric", "numeric"},
    {"decimal", "numeric"},
    {"json", "json"},
    {"jsonb", "json"},
    {"uuid", "uuid"},
    {"enum", "enum"},
    {"tsvector", "tsvector"},
    {"tstzrange", "tstzrange"},
    {"tsrange", "tsrange"},
    {"daterange", "daterange"},
    {"int4range", "int4range"},
    {"int8range", "int8range"},
    {"numrange", "numrange"},
    {"bytea", "bytes"},
    {"blob", "bytes"},
    {"binary", "bytes"},
    {"varbinary", "bytes"},
};

static const char *word_find(const char *name)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (text_equal(words[i].raw, name))
            return words[i].canonical;
    return NULL;
}

/* Without ` COLLATE "..."`. */
static char *without_collation(struct arena *mem, const char *raw)
{
    static const char clause[] = " collate \"";
    struct buf out;
    buf_init(&out, mem);
    while (*raw) {
        const char *end = text_starts_nocase(raw, clause) ? strchr(raw + sizeof clause - 1, '"') : NULL;
        if (end)
            raw = end + 1;
        else
            buf_add_c(&out, *raw++);
    }
    return out.data;
}

char *type_bare_name(struct arena *mem, const char *text)
{
    struct buf out;
    buf_init(&out, mem);
    while (*text) {
        const char *end = *text == '(' ? strchr(text, ')') : NULL;
        if (end) {
            text = end + 1;
            continue;
        }
        if (!char_is_space(*text))
            buf_add_c(&out, *text);
        else if (out.len && out.data[out.len - 1] != ' ')
            buf_add_c(&out, ' ');
        text++;
    }
    return text_trim(mem, out.data);
}

static char *only_letters(struct arena *mem, const char *text, bool digits)
{
    struct buf out;
    buf_init(&out, mem);
    for (; *text; text++)
        if ((*text >= 'a' && *text <= 'z') || (digits && char_is_digit(*text)))
            buf_add_c(&out, *text);
    return out.data;
}

int type_arguments(struct arena *mem, const char *text, int64_t number[2])
{
    const char *open = strchr(text, '(');
    const char *close = open ? strchr(open, ')') : NULL;
    if (!close)
        return 0;
    struct names parts = text_split(mem, arena_copy(mem, open + 1, (size_t)(close - open - 1)), ',');
    if (parts.n > 2)
        return 0;
    for (int i = 0; i < parts.n; i++)
        if (!text_to_int(text_trim(mem, parts.item[i]), &number[i]))
            return 0;
    return parts.n;
}

struct legacy_type legacy_type_of(struct arena *mem, const char *raw)
{
    struct legacy_type type = {NULL, false, -1, -1, -1};
    char *lower = text_lower(mem, without_collation(mem, raw));
    char *name = type_bare_name(mem, lower);
    type.type = word_find(name);
    if (!type.type)
        type.type = word_find(only_letters(mem, name, true));
    if (!type.type)
        type.type = word_find(only_letters(mem, name, false));
    if (!type.type) {
        type.type = text_trim(mem, raw);
        type.raw = true;
        return type;
    }
    int64_t number[2];
    int n = type_arguments(mem, lower, number);
    if (text_equal(type.type, "varchar") && n == 1)
        type.length = number[0];
    if (text_equal(type.type, "numeric") && n == 2) {
        type.precision = number[0];
        type.scale = number[1];
    }
    return type;
}
