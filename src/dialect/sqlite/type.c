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

/* The rules are SQLite's, in its order. */
static const char *affinity(struct arena *mem, const char *type)
{
    static const struct {
        const char *part, *affinity;
    } rules[] = {{"INT", "integer"}, {"CHAR", "text"}, {"CLOB", "text"}, {"TEXT", "text"},
                 {"BLOB", "blob"},   {"REAL", "real"}, {"FLOA", "real"}, {"DOUB", "real"}};
    const char *upper = type ? text_upper(mem, type) : "";
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (text_has(upper, rules[i].part))
            return rules[i].affinity;
    return *upper ? "numeric" : "blob";
}

bool lite_is_numeric(struct arena *mem, const char *type)
{
    const char *of = affinity(mem, type);
    return !text_equal(of, "text") && !text_equal(of, "blob");
}

#define TO_NUMBER    "texts that look like numbers are stored as numbers: '01234' becomes 1234"
#define TO_TEXT      "numbers are stored as texts: 5 becomes '5'"
#define TO_REAL      "whole numbers of more than 15 digits are rounded"
#define REAL_TO_TEXT "numbers are stored as texts, with 15 digits"
#define ONLY_WHOLE   "; what is not a whole number stops it"
#define ONLY_NUMBERS "; what is not a number stops it"
#define ONLY_BLOBS   "what is not a blob stops it"
#define NO_BLOBS     "blobs stop it"

static const struct type_caution cautions[] = {
    {.from = "text", .to = "integer", .text = TO_NUMBER, .alters = true},
    {.from = "text", .to = "numeric", .text = TO_NUMBER, .alters = true},
    {.from = "text", .to = "real", .text = TO_NUMBER, .alters = true},
    {.from = "blob", .to = "integer", .text = TO_NUMBER, .alters = true},
    {.from = "blob", .to = "numeric", .text = TO_NUMBER, .alters = true},
    {.from = "blob", .to = "real", .text = TO_NUMBER, .alters = true},
    {.from = "blob", .to = "text", .text = TO_TEXT, .alters = true},
    {.from = "integer", .to = "real", .text = TO_REAL, .alters = true},
    {.from = "numeric", .to = "real", .text = TO_REAL, .alters = true},
    {.from = "real", .to = "text", .text = REAL_TO_TEXT, .alters = true},
    {.from = "only text", .to = "only integer", .text = TO_NUMBER ONLY_WHOLE, .alters = true},
    {.from = "only text", .to = "only real", .text = TO_NUMBER ONLY_NUMBERS, .alters = true},
    {.from = "only text", .to = "only blob", .text = ONLY_BLOBS, .stops = true},
    {.from = "only integer", .to = "only real", .text = TO_REAL, .alters = true},
    {.from = "only integer", .to = "only blob", .text = ONLY_BLOBS, .stops = true},
    {.from = "only real", .to = "only integer", .text = "numbers with a fraction stop it", .stops = true},
    {.from = "only real", .to = "only text", .text = REAL_TO_TEXT, .alters = true},
    {.from = "only real", .to = "only blob", .text = ONLY_BLOBS, .stops = true},
    {.from = "only blob", .to = "only integer", .text = NO_BLOBS, .stops = true},
    {.from = "only blob", .to = "only real", .text = NO_BLOBS, .stops = true},
    {.from = "only blob", .to = "only text", .text = NO_BLOBS, .stops = true},
    {.from = "any", .to = "only integer", .text = TO_NUMBER ONLY_WHOLE, .alters = true},
    {.from = "any", .to = "only real", .text = TO_NUMBER ONLY_NUMBERS, .alters = true},
    {.from = "any", .to = "only text", .text = TO_TEXT "; " NO_BLOBS, .alters = true},
    {.from = "any", .to = "only blob", .text = ONLY_BLOBS, .stops = true},
    {0},
};

static bool is_strict(const struct column *column)
{
    const struct object *table = column->object.parent;
    return table->kind == KIND_TABLE && ((const struct table *)table)->strict;
}

/* A strict table takes only what its types say, and everything as it is where one is ANY. */
static const char *class_of(struct arena *mem, const struct column *column, const struct column *other)
{
    bool any = is_strict(column) && column->type && text_equal_nocase(column->type, "ANY");
    if (!is_strict(column) || !is_strict(other))
        return any ? "blob" : affinity(mem, column->type);
    return any ? "any" : arena_printf(mem, "only %s", affinity(mem, column->type));
}

const struct type_rules lite_types = {.cautions = cautions, .class = class_of};

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
