/*
 * Comparable forms of expressions.  The server prints what it has parsed: intervals as calls, casts with the type as a text.
 * What it does not tell, a password, is left out on both sides.
 */
#include "base/text.h"
#include "dialect/clickhouse/access.h"

bool ch_has_secret(const char *text)
{
    return text && text_has(text, PASSWORD_HIDDEN);
}

/* "toIntervalDay" of DAY and of days; NULL: it is not a unit. */
static const char *interval_of(struct arena *mem, const struct token *token)
{
    static const char *const units[][2] = {
        {"second", "Second"},
        {"minute", "Minute"},
        {"hour", "Hour"},
        {"day", "Day"},
        {"week", "Week"},
        {"month", "Month"},
        {"quarter", "Quarter"},
        {"year", "Year"},
        {"millisecond", "Millisecond"},
        {"microsecond", "Microsecond"},
        {"nanosecond", "Nanosecond"},
    };
    char *unit = text_lower(mem, token_copy(mem, token));
    size_t length = strlen(unit);
    if (length && unit[length - 1] == 's')
        unit[length - 1] = '\0';
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (text_equal(units[i][0], unit))
            return arena_printf(mem, "toInterval%s", units[i][1]);
    return NULL;
}

/* INTERVAL 1 DAY as toIntervalDay(1). */
static const char *rewritten(struct arena *mem, const char *text)
{
    struct lexer lexer;
    struct buf out;
    buf_init(&out, mem);
    lex_open(&lexer, &ch_lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        struct lexer ahead = lexer;
        struct token number = lex_next_code(&ahead), unit = lex_next_code(&ahead);
        const char *call = token_is(&token, "interval") && number.kind == TOKEN_NUMBER ? interval_of(mem, &unit) : NULL;
        if (call) {
            buf_addf(&out, "%s(%s) ", call, token_copy(mem, &number));
            lexer = ahead;
        } else {
            buf_addf(&out, "%s ", token_copy(mem, &token));
        }
    }
    return out.data;
}

/* CREATE FUNCTION f AS (x) -> x + 1, but for OR REPLACE and IF NOT EXISTS. */
static char *function_normal(struct arena *mem, const char *text)
{
    static const char *const left_out[] = {"or", "replace", "if", "not", "exists", NULL};
    struct lexer lexer;
    struct buf out;
    buf_init(&out, mem);
    lex_open(&lexer, &ch_lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        if (text_equal(token_copy(mem, &token), "->"))
            return arena_printf(mem, "%s -> %s", text_lower(mem, out.data),
                                normal_expr(mem, &ch_normal, rewritten(mem, text + lexer.offset)));
        if (!token_is_one_of(&token, left_out))
            buf_addf(&out, "%s ", token.kind == TOKEN_QUOTED ? token_name(mem, &token) : token_copy(mem, &token));
    }
    return NULL;
}

char *ch_expr_normal(struct arena *mem, const struct target *target, const char *expr)
{
    if (!expr)
        return NULL;
    char *function = text_starts_nocase(expr, "create ") ? function_normal(mem, expr) : NULL;
    return function ? function : normal_expr(mem, &ch_normal, rewritten(mem, passwords_hidden(mem, expr)));
}

/* ---- with the pairs found ---- */

/* A key that got columns at its end left its beginning in memory: nothing can change that, and nobody asked for it. */
static void primary_key_let_be(struct arena *mem, const struct target *target, struct table *before,
                               const struct table *after)
{
    const char *primary = ch_expr_normal(mem, target, expr_text(&before->primary_by));
    const char *order = ch_expr_normal(mem, target, expr_text(&after->order_by));
    if (primary && !expr_text(&after->primary_by) && order && text_starts(order, primary))
        before->primary_by = (struct expr){0};
}

void ch_reconcile(struct arena *mem, const struct target *target, struct changes *changes)
{
    for (struct object *o = changes->before->root; o; o = object_next(changes->before->root, o)) {
        if (o->kind == KIND_TABLE && o->peer)
            primary_key_let_be(mem, target, (struct table *)o, (const struct table *)o->peer);
        if ((o->kind == KIND_USER || o->kind == KIND_ROLE) && o->peer)
            ch_access_reconcile(mem, o);
    }
}
