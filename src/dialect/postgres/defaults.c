/*
 * Are two default expressions of a column of one type the same?
 *
 * The server prints a default with the types that it resolved ('x'::character varying), people write it without.
 * A constant is compared by its value in the column's type; anything else by the normal form of expressions.
 * Two that differ here may still mean the same; two that are equal never differ.
 */
#include "base/text.h"
#include "dialect/postgres/pg.h"

/* Where a cast goes after the items of an array, and where the one of the whole array stood. */
struct spread {
    size_t end[64]; /* of the items */
    int n;
    size_t after; /* the whole, cast and all; 0: it has none */
    const char *cast;
};

/* The lexer is after ARRAY; what is not ARRAY[a, b]::type[] has no `after`. */
static void spread_read(struct arena *mem, struct lexer lexer, const char *text, struct spread *spread)
{
    int depth = 0;
    struct token token;
    *spread = (struct spread){.n = 0};
    do {
        token = lex_next_code(&lexer);
        depth += token_is(&token, "[") + token_is(&token, "(") - token_is(&token, "]") - token_is(&token, ")");
        bool ends = depth == 0 || (depth == 1 && token_is(&token, ","));
        if (ends && spread->n == (int)(sizeof spread->end / sizeof *spread->end))
            return;
        if (ends)
            spread->end[spread->n++] = (size_t)(token.text - text);
    } while (depth > 0 && token.kind != TOKEN_END);
    struct token colons = lex_next_code(&lexer), open = colons;
    if (!token_is(&token, "]") || !token_is(&colons, "::"))
        return;
    while (open.kind != TOKEN_END && !token_is(&open, "["))
        open = lex_next_code(&lexer);
    struct token close = lex_next_code(&lexer);
    if (!token_is(&close, "]"))
        return;
    spread->cast = text_trim(mem, text_slice(mem, colons.text, 0, (size_t)(open.text - colons.text)));
    spread->after = (size_t)(close.text - text) + close.length;
}

/* ARRAY[a, b]::t[] as ARRAY[a::t, b::t]: the server prints the first, and the second once it has read that. */
static const char *casts_spread(struct arena *mem, const char *text)
{
    struct lexer lexer;
    struct spread spread;
    struct buf out;
    size_t at = 0;
    buf_init(&out, mem);
    lex_open(&lexer, &pg_lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        if (!token_is(&token, "array") || (size_t)(token.text - text) < at)
            continue;
        spread_read(mem, lexer, text, &spread);
        for (int i = 0; spread.after && i < spread.n; i++) {
            buf_add_n(&out, text + at, spread.end[i] - at);
            buf_add(&out, spread.cast);
            at = spread.end[i];
        }
        if (spread.after) {
            buf_add_c(&out, ']');
            at = spread.after;
        }
    }
    buf_add(&out, text + at);
    return out.data;
}

const char *pg_without_in(struct arena *mem, const char *text)
{
    struct lexer lexer;
    struct buf out;
    int depth = 0;
    bool first = false;
    if (!text_starts(text, "CREATE PROCEDURE "))
        return text;
    buf_init(&out, mem);
    lex_open(&lexer, &pg_lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        if (first && token_is(&token, "in")) {
            buf_add_n(&out, text, (size_t)(token.text - text));
            text = token.text + token.length;
            text += *text == ' ';
        }
        depth += token_is(&token, "(") - token_is(&token, ")");
        if (!depth && token_is(&token, ")"))
            break;
        first = depth == 1 && (token_is(&token, "(") || token_is(&token, ","));
    }
    buf_add(&out, text);
    return out.data;
}

char *pg_expr_normal(struct arena *mem, const struct target *target, const char *expr)
{
    expr = expr ? pg_without_in(mem, expr) : NULL;
    return normal_expr(mem, &pg_normal, expr && text_has(expr, "]::") ? casts_spread(mem, expr) : expr);
}

/* The code tokens of an expression. */
struct tokens {
    struct token *token;
    int n;
};

static struct tokens tokens_read(struct arena *mem, const char *text)
{
    struct tokens tokens = {NULL, 0};
    struct lexer lexer;
    int room = 0;

    lex_open(&lexer, &pg_lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        if (tokens.n == room) {
            size_t size = sizeof(struct token) * (size_t)room;
            room = room * 2 + 8;
            tokens.token = arena_grow(mem, tokens.token, size, sizeof(struct token) * (size_t)room);
        }
        tokens.token[tokens.n++] = token;
    }
    return tokens;
}

/* Does the parenthesis that opens first close last? */
static bool is_wrapped(const struct tokens *tokens)
{
    int depth = 0;

    if (tokens->n < 2 || !token_is(&tokens->token[0], "("))
        return false;
    for (int i = 0; i < tokens->n; i++) {
        depth += token_is(&tokens->token[i], "(") - token_is(&tokens->token[i], ")");
        if (depth == 0)
            return i == tokens->n - 1;
    }
    return false;
}

/* Where a trailing ::type begins, looking from the end; n if there is none. */
static int cast_start(const struct tokens *tokens)
{
    for (int i = tokens->n - 1, depth = 0; i > 0; i--) {
        const struct token *token = &tokens->token[i];
        bool closes = token_is(token, ")") || token_is(token, "]"),
             opens = token_is(token, "(") || token_is(token, "[");
        depth += closes - opens;
        if (depth > 0 || closes || opens)
            continue;
        if (token->kind == TOKEN_OPERATOR && token->length == 2 && memcmp(token->text, "::", 2) == 0)
            return i;
        if (token->kind != TOKEN_WORD && token->kind != TOKEN_QUOTED && !token_is(token, "."))
            break;
    }
    return tokens->n;
}

/* CAST ( x AS type ): x. */
static bool strip_cast_call(struct tokens *tokens)
{
    int depth = 0;

    if (tokens->n < 6 || !token_is(&tokens->token[0], "cast") || !token_is(&tokens->token[1], "("))
        return false;
    for (int i = 1; i < tokens->n; i++) {
        depth += token_is(&tokens->token[i], "(") - token_is(&tokens->token[i], ")");
        if (depth == 0)
            return false;
        if (depth == 1 && token_is(&tokens->token[i], "as")) {
            *tokens = (struct tokens){tokens->token + 2, i - 2};
            return true;
        }
    }
    return false;
}

static void strip(struct tokens *tokens)
{
    for (;;) {
        int cast;
        if (is_wrapped(tokens)) {
            *tokens = (struct tokens){tokens->token + 1, tokens->n - 2};
            continue;
        }
        if (strip_cast_call(tokens))
            continue;
        cast = cast_start(tokens);
        if (cast == tokens->n)
            return;
        tokens->n = cast;
    }
}

/* 'it''s' as it's; NULL for the forms with escapes. */
static char *string_value(struct arena *mem, const struct token *token)
{
    if (token->unfinished || token->length < 2 || token->text[0] != '\'')
        return NULL;
    return text_replace(mem, text_slice(mem, token_copy(mem, token), 1, token->length - 1), "''", "'");
}

/* The text of a constant that is one token; NULL if this is none. */
static const char *token_constant(struct arena *mem, const struct token *token)
{
    if (token->kind == TOKEN_NUMBER)
        return token_copy(mem, token);
    if (token->kind == TOKEN_STRING)
        return string_value(mem, token);
    if (token_is(token, "true") || token_is(token, "false"))
        return text_lower(mem, token_copy(mem, token));
    return NULL;
}

static bool is_sign(const struct token *token)
{
    return token->kind == TOKEN_OPERATOR && token->length == 1 && (*token->text == '-' || *token->text == '+');
}

/* The text of a constant, before its type is looked at; NULL if this is not a constant. */
static const char *constant_text(struct arena *mem, const struct tokens *tokens)
{
    const struct token *first = tokens->token, *last;

    if (tokens->n == 0)
        return NULL;
    last = first + tokens->n - 1;
    if (tokens->n == 1)
        return token_constant(mem, first);
    if (tokens->n == 2 && is_sign(first) && last->kind == TOKEN_NUMBER)
        return arena_printf(mem, "%s%s", *first->text == '-' ? "-" : "", token_copy(mem, last));
    if (tokens->n == 3 && token_is(first, "array") && token_is(first + 1, "[") && token_is(last, "]"))
        return "{}";
    return NULL;
}

/* A value that two spellings of one constant share; NULL if the expression is not a constant. */
static const char *constant_value(struct arena *mem, const char *type, const char *expr)
{
    struct tokens tokens = tokens_read(mem, expr);
    const char *text;

    strip(&tokens);
    text = constant_text(mem, &tokens);
    if (!text)
        return NULL;
    if (type)
        return pg_value(mem, type, text);
    /* A constant of an unknown type that is a number on both sides is compared as one. */
    return tokens.token[0].kind != TOKEN_STRING ? pg_number_value(mem, text) : text;
}

static bool is_null(const char *expr, struct arena *mem)
{
    struct tokens tokens = tokens_read(mem, expr);

    strip(&tokens);
    return tokens.n == 1 && token_is(&tokens.token[0], "null");
}

char *pg_nextval(struct arena *mem, const char *schema, const char *sequence)
{
    struct buf name, out;
    buf_init(&name, mem);
    buf_init(&out, mem);
    ident_add_qualified(&name, &pg_ident, schema, sequence);
    buf_add(&out, "nextval(");
    literal_add(&out, &pg_ident, name.data);
    buf_add(&out, "::regclass)");
    return out.data;
}

/* nextval('app."s"'::regclass): s where app is the usual schema, as a name; NULL for anything else. */
static const char *nextval_of(struct arena *mem, const char *usual, const char *expr)
{
    struct tokens tokens = tokens_read(mem, expr), inner;
    const char *literal;
    struct names names = {0};

    strip(&tokens);
    if (tokens.n < 4 || !token_is(&tokens.token[0], "nextval") || !token_is(&tokens.token[1], "("))
        return NULL;
    inner = (struct tokens){tokens.token + 2, tokens.n - 3};
    strip(&inner);
    if (inner.n != 1 || inner.token[0].kind != TOKEN_STRING || (literal = string_value(mem, &inner.token[0])) == NULL)
        return NULL;
    tokens = tokens_read(mem, literal);
    for (int i = 0; i < tokens.n; i++) {
        const struct token *token = &tokens.token[i];
        const char *name = token_name(mem, token);
        if (token->kind == TOKEN_WORD || token->kind == TOKEN_QUOTED)
            names_add(mem, &names, token->kind == TOKEN_WORD ? text_lower(mem, name) : name);
    }
    if (names.n == 2 && text_equal(names.item[0], usual))
        return names.item[1];
    return names.n ? names_join(mem, &names, ".") : NULL;
}

/* now() and its SQL spellings are one function: the start of the transaction. */
static const char *spelled_alike(const char *normal)
{
    static const char *const same[] = {"current_timestamp", "now()", "transaction_timestamp()", "pg_catalog.now()"};

    for (size_t i = 0; normal && i < sizeof same / sizeof *same; i++)
        if (text_equal_nocase(normal, same[i]))
            return "now()";
    return normal;
}

bool pg_default_same(struct arena *mem, const struct target *target, const char *type, const char *a, const char *b)
{
    const char *x, *y, *usual = target_usual(target);

    if (!a || !b)
        return a == b || (!a ? is_null(b, mem) : is_null(a, mem));
    x = constant_value(mem, type, a);
    y = constant_value(mem, type, b);
    if (x && y)
        return text_equal(x, y);
    if (x || y)
        return false;
    x = nextval_of(mem, usual, a);
    y = nextval_of(mem, usual, b);
    if (x && y)
        return text_equal(x, y);
    return text_equal(spelled_alike(pg_expr_normal(mem, target, a)), spelled_alike(pg_expr_normal(mem, target, b)));
}
