/*
 * Comparable forms of expressions and defaults.  Both servers take several spellings of the time that it is, and print
 * strings, numbers and truth in their own way.
 */
#include "base/text.h"
#include "dialect/mysql/schema.h"

/* "now(3)", "LOCALTIME", "current_timestamp()": one word, and the digits if there are any. */
static char *clock_normal(struct arena *mem, const char *normal)
{
    static const char *const words[] = {"current_timestamp", "now", "localtime", "localtimestamp", NULL};
    for (int i = 0; words[i]; i++) {
        size_t length = strlen(words[i]);
        if (!text_starts_nocase(normal, words[i]) || (normal[length] != '\0' && normal[length] != '('))
            continue;
        const char *rest = normal + length;
        bool bare = *rest == '\0' || text_equal(rest, "()") || text_equal(rest, "(0)");
        if (!bare && strchr(rest, ')') != rest + strlen(rest) - 1)
            return NULL;
        return bare ? arena_dup(mem, "CURRENT_TIMESTAMP") : arena_printf(mem, "CURRENT_TIMESTAMP%s", rest);
    }
    return NULL;
}

/* "NEXT VALUE FOR s" as nextval(s), which is printed of it. */
static const char *counter_normal(struct arena *mem, const char *expr)
{
    static const char *const words[] = {"next", "value", "for", NULL};
    struct lexer lexer;
    lex_open(&lexer, &my_lex, expr, strlen(expr));
    for (int i = 0; words[i]; i++) {
        struct token token = lex_next_code(&lexer);
        if (!token_is(&token, words[i]))
            return expr;
    }
    return arena_printf(mem, "nextval(%s)", text_trim(mem, expr + lexer.offset));
}

static bool begins_relation(const struct token *token)
{
    static const char *const words[] = {"from", "join", NULL};
    return token->kind == TOKEN_WORD && token_is_one_of(token, words);
}

static bool begins_query(const struct token *token)
{
    static const char *const words[] = {"select", "with", "values", "table", NULL};
    return token->kind == TOKEN_WORD && token_is_one_of(token, words);
}

/* Relations without the parentheses around joins, which MySQL prints where it was told JOIN and not where it was told a comma. */
static const char *joins_bare(struct arena *mem, const char *text)
{
    enum { DEEPEST = 64 };
    bool left_out[DEEPEST] = {false};
    int depth = 0;
    struct lexer lexer;
    struct buf out;
    buf_init(&out, mem);
    lex_open(&lexer, &my_lex, text, strlen(text));
    struct token before = {.kind = TOKEN_END}, token = lex_next_code(&lexer), next;
    for (bool relation = false; token.kind != TOKEN_END; before = token, token = next) {
        next = lex_next_code(&lexer);
        bool open = token_is(&token, "("), close = token_is(&token, ")");
        if (open && ++depth >= DEEPEST)
            return text;
        if (open)
            left_out[depth] = (begins_relation(&before) || relation) && !begins_query(&next);
        relation = open && left_out[depth];
        bool leave = (open || close) && depth >= 0 && left_out[depth];
        depth -= close && depth > 0;
        if (!leave)
            buf_addf(&out, "%.*s ", (int)token.length, token.text);
    }
    return out.data;
}

char *my_expr_normal(struct arena *mem, const struct target *target, const char *expr)
{
    if (!expr)
        return NULL;
    bool query = text_starts_nocase(expr, "select ");
    char *normal = normal_expr(mem, &my_normal, query ? joins_bare(mem, expr) : counter_normal(mem, expr));
    char *clock = clock_normal(mem, normal);
    return clock ? clock : normal;
}

static bool looks_numeric(const char *text)
{
    const char *at = text + (*text == '-' || *text == '+');
    bool digits = false;
    for (; char_is_digit(*at) || *at == '.'; at++)
        digits = digits || char_is_digit(*at);
    return digits && !*at;
}

/* "+01.50" as 1.5, so that the two sides may say more or fewer digits. */
static const char *number_plain(struct arena *mem, const char *text)
{
    bool negative = *text == '-';
    text += *text == '-' || *text == '+';
    while (*text == '0' && char_is_digit(text[1]))
        text++;
    char *plain = arena_printf(mem, "%s%s", *text == '.' ? "0" : "", text);
    if (strchr(plain, '.')) {
        size_t length = strlen(plain);
        while (plain[length - 1] == '0')
            plain[--length] = '\0';
        if (plain[length - 1] == '.')
            plain[--length] = '\0';
    }
    return negative && !text_equal(plain, "0") ? arena_printf(mem, "-%s", plain) : plain;
}

/* What a default puts into a column of that type, where that can be told. */
static const char *default_value(struct arena *mem, const char *type, const char *normal)
{
    size_t length = strlen(normal);
    bool quoted = length > 1 && *normal == '\'';
    if (text_equal_nocase(normal, "TRUE") || text_equal_nocase(normal, "FALSE"))
        return text_equal_nocase(normal, "TRUE") ? "1" : "0";
    const char *inner = quoted ? text_slice(mem, normal, 1, length - 1) : text_replace(mem, normal, "- ", "-");
    if (my_type_is_numeric(mem, type) && looks_numeric(inner))
        return number_plain(mem, inner);
    if (!quoted && looks_numeric(inner)) /* a number for a text */
        return arena_printf(mem, "'%s'", inner);
    return normal;
}

/* "b'101'" and "0x05" as the number that they are. */
static const char *bits_plain(struct arena *mem, const char *text)
{
    uint64_t value = 0;
    if (char_lower(*text) != 'b' || text[1] != '\'')
        return text;
    for (const char *at = text + 2; *at == '0' || *at == '1'; at++)
        value = value * 2 + (*at == '1');
    return arena_printf(mem, "%llu", (unsigned long long)value);
}

/* "'x'", "x'78'" and "0x7800" as bytes: MySQL prints a number, and fills a BINARY with zeros. */
static const char *bytes_plain(struct arena *mem, const char *text)
{
    struct buf out;
    size_t length = strlen(text), from = 0;
    buf_init(&out, mem);
    if (text_starts_nocase(text, "0x") || text_starts_nocase(text, "x'"))
        buf_add(&out, text_lower(mem, text_slice(mem, text, 2, length - (text[1] == '\''))));
    else if (*text != '\'' || strchr(text, '\\'))
        return text;
    for (from = out.len ? length : 1; from + 1 < length; from++) {
        buf_addf(&out, "%02x", (unsigned char)text[from]);
        from += text[from] == '\'';
    }
    while (out.len >= 2 && text_ends(out.data, "00"))
        buf_cut(&out, out.len - 2);
    return arena_printf(mem, "0x%s", out.data ? out.data : "");
}

static const char *plain(struct arena *mem, const struct target *target, const char *type, const char *text)
{
    const char *normal = my_expr_normal(mem, target, text);
    if (!normal || text_equal_nocase(normal, "NULL"))
        return NULL;
    if (my_type_is_of(mem, type, (const char *const[]){"binary", "varbinary", NULL}))
        return bytes_plain(mem, normal);
    return my_type_is(mem, type, "bit") ? bits_plain(mem, normal) : default_value(mem, type, normal);
}

bool my_default_same(struct arena *mem, const struct target *target, const char *type, const char *a, const char *b)
{
    return text_equal(plain(mem, target, type, a), plain(mem, target, type, b));
}
