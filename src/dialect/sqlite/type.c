/*
 * Comparable forms of types, expressions and defaults.  A type is its words and numbers, whatever the case and the
 * spaces: VARCHAR(50) and VARCHAR(100) differ, though SQLite itself treats them alike.
 */
#include "dialect/sqlite/sqlite.h"

#include "base/text.h"

char *lite_type_normal(struct arena *mem, const struct target *target, const char *type)
{
    struct lexer lexer;
    struct buf out;
    bool word_before = false;
    if (!type)
        return NULL;
    buf_init(&out, mem);
    lex_open(&lexer, &lite_lex, type, strlen(type));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        bool word = token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED;
        if (word && word_before)
            buf_add(&out, " ");
        buf_add(&out, text_upper(mem, token.kind == TOKEN_QUOTED ? token_name(mem, &token) : token_copy(mem, &token)));
        word_before = word;
    }
    return out.len > 0 ? out.data : NULL;
}

/* True if the first parenthesis closes at the very end. */
static bool is_wrapped(const char *text, size_t length)
{
    struct lexer lexer;
    int depth = 0;
    lex_open(&lexer, &lite_lex, text, length);
    for (;;) {
        struct token token = lex_next_code(&lexer);
        depth += token_is(&token, "(");
        depth -= token_is(&token, ")");
        if (token.kind == TOKEN_END || depth == 0)
            return token_is(&token, ")") && token.offset + token.length == length;
    }
}

/* A RENAME leaves the new name quoted in the texts of views and triggers, needed or not. */
static char *quotes_strip(struct arena *mem, const char *text)
{
    struct lexer lexer;
    struct buf out;
    buf_init(&out, mem);
    lex_open(&lexer, &lite_lex, text, strlen(text));
    for (struct token token = lex_next(&lexer); token.kind != TOKEN_END; token = lex_next(&lexer)) {
        if (token.kind == TOKEN_QUOTED)
            ident_add(&out, &lite_ident, text_lower(mem, token_name(mem, &token)));
        else
            buf_add_n(&out, token.text, token.length);
    }
    return out.data;
}

char *lite_expr_normal(struct arena *mem, const struct target *target, const char *expr)
{
    if (!expr)
        return NULL;
    char *normal = normal_expr(mem, &lite_normal, quotes_strip(mem, expr));
    size_t length = normal ? strlen(normal) : 0;
    while (length > 2 && is_wrapped(normal, length)) {
        normal = text_trim(mem, text_slice(mem, normal, 1, length - 1));
        length = strlen(normal);
    }
    return normal;
}

/* Is the affinity of this type one that turns '1' into 1? The rules are SQLite's, in its order. */
bool lite_is_numeric(struct arena *mem, const char *type)
{
    const char *upper = type ? text_upper(mem, type) : "";
    if (text_has(upper, "INT"))
        return true;
    if (text_has(upper, "CHAR") || text_has(upper, "CLOB") || text_has(upper, "TEXT"))
        return false;
    return *upper != '\0' && !text_has(upper, "BLOB");
}

static bool looks_numeric(const char *text)
{
    const char *c = text + (*text == '-' || *text == '+');
    bool digits = false;
    for (; char_is_digit(*c) || *c == '.'; c++)
        digits = digits || char_is_digit(*c);
    return digits && *c == '\0';
}

/* What a default puts into a column of that type, where that can be told. */
static const char *default_value(struct arena *mem, const char *type, const char *normal)
{
    size_t length = strlen(normal);
    bool numeric = lite_is_numeric(mem, type);
    if (text_equal_nocase(normal, "TRUE"))
        return "1";
    if (text_equal_nocase(normal, "FALSE"))
        return "0";
    if (numeric && length > 2 && *normal == '\'' && looks_numeric(text_slice(mem, normal, 1, length - 1)))
        normal = text_slice(mem, normal, 1, length - 1);
    if (numeric && *normal == '+' && looks_numeric(normal))
        normal++;
    return normal;
}

bool lite_default_same(struct arena *mem, const struct target *target, const char *type, const char *a, const char *b)
{
    char *x = lite_expr_normal(mem, target, a), *y = lite_expr_normal(mem, target, b);
    if (!x || !y || text_equal(x, y))
        return text_equal(x, y);
    return text_equal(default_value(mem, type, text_replace(mem, x, "- ", "-")),
                      default_value(mem, type, text_replace(mem, y, "- ", "-")));
}

char *lite_name_fold(struct arena *mem, const struct target *target, const char *name)
{
    return name ? text_lower(mem, name) : NULL;
}
