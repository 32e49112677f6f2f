/* What a literal is held against: the type of a column beside a comparison, before IN or BETWEEN. */
#include "translate/parts.h"

#include "base/text.h"

static const struct token *token_at(const struct scan *scan, int at)
{
    static const struct token none = {.kind = TOKEN_END, .text = ""};
    return at >= 0 && at < scan->n ? &scan->token[at] : &none;
}

static bool is_comparison(const struct token *token)
{
    static const char *const operators[] = {"=", "<>", "!=", "<", ">", "<=", ">=", "<=>", NULL};
    return token->kind == TOKEN_OPERATOR && token_is_one_of(token, operators);
}

static bool is_name(const struct token *token)
{
    return token->kind == TOKEN_QUOTED || (token->kind == TOKEN_WORD && !is_syntax(token));
}

/* Where the operand ends that the literal at `at` is held against, if it stands before it; -1. */
static int compared_before(const struct scan *scan, int at)
{
    const struct token *before = token_at(scan, at - 1);
    int operand = -1, depth = 0;
    if (is_comparison(before) || token_is(before, "between"))
        operand = at - 2;
    else if (token_is(before, "and") && token_is(token_at(scan, at - 3), "between"))
        operand = at - 4;
    else if (token_is(before, "from") && token_is(token_at(scan, at - 2), "distinct"))
        operand = at - 4 - token_is(token_at(scan, at - 3), "not");
    for (int i = at - 1; operand < 0 && i > 0 && (token_is(before, "(") || token_is(before, ",")); i--) {
        depth += token_is(&scan->token[i], ")") - token_is(&scan->token[i], "(");
        if (depth >= 0)
            continue;
        if (!token_is(&scan->token[i - 1], "in"))
            return -1;
        operand = i - 2;
    }
    return token_is(token_at(scan, operand), "not") ? operand - 1 : operand;
}

static const char *type_of(const struct scan *scan, const struct token *name)
{
    const struct column *column = is_name(name) ? column_named(scan, name_of(scan->t, name)) : NULL;
    return column ? column->type : NULL;
}

static bool is_cast(const struct token *token)
{
    return token->length == 2 && !strncmp(token->text, "::", 2);
}

/* Of the name at `at`, after what it stands in. */
static const char *compared_name(const struct scan *scan, int at)
{
    while (token_is(token_at(scan, at + 1), "."))
        at += 2;
    return token_is(token_at(scan, at + 1), "(") ? NULL : type_of(scan, token_at(scan, at));
}

/* max(a), or date_trunc('month', a), of which the last column counts. */
static const char *type_of_call(const struct scan *scan, int at)
{
    static const char *const same[] = {"max", "min", "coalesce", "date_trunc", NULL};
    int depth = 0, open = at;
    for (; open > 0; open--) {
        depth += token_is(&scan->token[open], ")") - token_is(&scan->token[open], "(");
        if (!depth)
            break;
    }
    const struct token *name = token_at(scan, open - 1);
    const char *type = token_is_one_of(name, same) ? type_of(scan, token_at(scan, at - 1)) : NULL;
    return type && token_is(name, "date_trunc") ? "TIMESTAMP" : type;
}

/* Of the operand that ends at `at`: of arithmetic, or as its last part is. */
static const char *type_before(const struct scan *scan, int at)
{
    static const char *const arithmetic[] = {"+", "-", "*", "/", "%", NULL};
    const struct token *operand = token_at(scan, at);
    bool number = operand->kind == TOKEN_NUMBER;
    if (is_cast(token_at(scan, at - 1)))
        return text_upper(scan->t->mem, token_copy(scan->t->mem, operand));
    if (token_is(operand, ")"))
        return type_of_call(scan, at);
    for (;; at -= 2) {
        const struct token *before = token_at(scan, at - 1);
        bool counts = token_is_one_of(before, arithmetic);
        if (token_is(before, "||"))
            return NULL;
        if (!counts && !token_is(before, "."))
            return number ? "NUMERIC" : type_of(scan, operand);
        number = number || counts;
    }
}

const char *compared_type(const struct scan *scan, int at)
{
    const int before = compared_before(scan, at), after = at + 2;
    if (before >= 0)
        return type_before(scan, before);
    if (!is_comparison(token_at(scan, at + 1)))
        return NULL;
    return token_at(scan, after)->kind == TOKEN_NUMBER ? "NUMERIC" : compared_name(scan, after);
}

bool compares_texts(const struct scan *scan, int at)
{
    static const char *const goes_on[] = {"in", "between", "not", NULL};
    const struct token *after = token_at(scan, at + 1);
    bool begins = token_is(token_at(scan, at - 1), "case") || token_is_one_of(after, goes_on);
    if (is_comparison(token_at(scan, at - 1)))
        return !type_of(scan, token_at(scan, at - 2));
    if (!is_comparison(after))
        return begins;
    for (at += 2; token_is(token_at(scan, at + 1), ".");)
        at += 2;
    return token_is(token_at(scan, at + 1), "(") || !type_of(scan, token_at(scan, at));
}

/* Does "a -> b ->> c" begin after `at`? It is a text. */
static bool is_arrow_text(const struct scan *scan, int at, int end)
{
    int last;
    return arrows_after(scan, at + 1, at + 1, end, &last) > at + 1 && token_is(&scan->token[last], "->>");
}

static bool is_day(const char *type)
{
    return text_equal_nocase(type, "date");
}

int comparison_check(const struct scan *scan, int at, int end, int term)
{
    struct ctx *ctx = scan->t->ctx;
    bool equal =
        token_is(&scan->token[at], "=") || token_is(&scan->token[at], "<>") || token_is(&scan->token[at], "!=");
    if (!is_comparison(&scan->token[at]))
        return 0;
    if (term_is(scan, term, at, end, VALUE_DOCUMENT) && !is_arrow_text(scan, at, end))
        return fail(ctx, ERR_UNSUPPORTED,
                    "documents are texts here, and equal only if they are written in the same way");
    bool number = token_at(scan, at - 1)->kind == TOKEN_NUMBER || token_at(scan, at + 1)->kind == TOKEN_NUMBER;
    if ((!equal || number) && term_is(scan, term, at, end, VALUE_CHOICE))
        return fail(ctx, ERR_UNSUPPORTED, "labels of an enum are texts here, in another order and without numbers");
    const struct token *right = token_at(scan, at + 1);
    const char *left_type = type_of(scan, token_at(scan, at - 1)),
               *right_type = is_name(right) ? compared_name(scan, at + 1) : NULL;
    bool moments = left_type && right_type && term_is(scan, term, at, end, VALUE_MOMENT);
    if (moments && is_day(left_type) != is_day(right_type))
        return fail(ctx, ERR_UNSUPPORTED, "a day and a moment are texts of other lengths here");
    return 0;
}
