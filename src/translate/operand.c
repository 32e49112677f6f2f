/*
 * Operands and the operators of arithmetic between them, as the source reads them: where one ends, and of what kind it is as far as that can be
 * told.  What binds in another way on the target, or counts in another way, is seen here.
 */
#include "translate/parts.h"

#include "base/text.h"

static bool is_arithmetic(const struct token *token)
{
    static const char *const operators[] = {"+", "-", "*", "/", "%", NULL};
    return token->kind == TOKEN_OPERATOR && token_is_one_of(token, operators);
}

static bool is_cast(const struct token *token)
{
    return token->length == 2 && !strncmp(token->text, "::", 2);
}

/* After what "(" or "[" at `at` opens. */
static int group_end(const struct scan *scan, int at, int end)
{
    int depth = 0;
    for (; at < end; at++) {
        const struct token *token = &scan->token[at];
        depth += token_is(token, "(") + token_is(token, "[") - token_is(token, ")") - token_is(token, "]");
        if (!depth)
            return at + 1;
    }
    return end;
}

static int case_end(const struct scan *scan, int at, int end)
{
    int depth = 0;
    for (; at < end; at++) {
        depth += token_is(&scan->token[at], "case") - token_is(&scan->token[at], "end");
        if (!depth)
            return at + 1;
    }
    return end;
}

static int type_end(const struct scan *scan, int at, int end)
{
    static const char *const more[] = {"varying", "precision", "with", "without", "time", "zone", ".", NULL};
    bool name = true;
    for (; at < end; at++) {
        const struct token *token = &scan->token[at];
        if (!name && !token_is_one_of(token, more))
            break;
        name = token_is(token, ".");
    }
    while (at < end && (token_is(&scan->token[at], "(") || token_is(&scan->token[at], "[")))
        at = group_end(scan, at, end);
    return at;
}

/* A name with what it stands in, and the parentheses of a call. */
static int name_end(const struct scan *scan, int at, int end)
{
    static const char *const windows[] = {"over", "filter", "within", NULL};
    while (at + 2 < end && token_is(&scan->token[at + 1], "."))
        at += 2;
    at++;
    while (at < end) {
        bool window = token_is_one_of(&scan->token[at], windows);
        if (window && at + 1 < end && token_is(&scan->token[at], "over") && !token_is(&scan->token[at + 1], "("))
            return at + 2; /* OVER w */
        int open = at + window + (window && at + 1 < end && token_is(&scan->token[at + 1], "group"));
        if (open >= end || !token_is(&scan->token[open], "("))
            break;
        at = group_end(scan, open, end);
    }
    return at;
}

/* DATE '2024-01-01' */
static bool introduces(const struct scan *scan, int at, int end)
{
    return at + 1 < end && scan->token[at].kind == TOKEN_WORD && !is_syntax(&scan->token[at]) &&
           scan->token[at + 1].kind == TOKEN_STRING;
}

/* `at` itself: none begins there. */
static int bare_end(const struct scan *scan, int at, int end)
{
    const struct token *first = &scan->token[at];
    bool name = first->kind == TOKEN_QUOTED || (first->kind == TOKEN_WORD && !is_syntax(first));
    if (token_is(first, "("))
        return group_end(scan, at, end);
    if (token_is(first, "case"))
        return case_end(scan, at, end);
    if (introduces(scan, at, end))
        return at + 2;
    if (name)
        return token_is(first, "end") ? at : name_end(scan, at, end);
    return first->kind == TOKEN_NUMBER || first->kind == TOKEN_STRING ? at + 1 : at;
}

/* With its sign and casts. */
static int operand_end(const struct scan *scan, int at, int end)
{
    if (at >= end)
        return at;
    if (token_is(&scan->token[at], "-") || token_is(&scan->token[at], "+"))
        return operand_end(scan, at + 1, end);
    int after = bare_end(scan, at, end);
    while (after > at && after < end && is_cast(&scan->token[after]))
        after = type_end(scan, after + 1, end);
    return after;
}

/* Is what begins at `at` a part of what stands before it? */
static bool is_continued(const struct scan *scan, int from, int at)
{
    const struct token *before = at > from ? &scan->token[at - 1] : NULL;
    if (!before)
        return false;
    if (is_arithmetic(before) || token_is(before, ".") || is_cast(before))
        return true;
    bool operand = token_is(before, ")") || (before->kind != TOKEN_OPERATOR && !is_syntax(before));
    return operand && is_arithmetic(&scan->token[at]);
}

/* Operands and operators in turn; `at`: there is no operator. */
static int arithmetic_end(const struct scan *scan, int at, int end)
{
    int first = operand_end(scan, at, end), to = first;
    while (to > at && to < end && is_arithmetic(&scan->token[to])) {
        int next = operand_end(scan, to + 1, end);
        if (next == to + 1)
            return at;
        to = next;
    }
    return to > first ? to : at;
}

int arithmetic_beside(const struct scan *scan, int from, int at, int end, const char *operator)
{
    if (is_continued(scan, from, at))
        return at;
    int to = arithmetic_end(scan, at, end);
    bool joined =
        (at > from && token_is(&scan->token[at - 1], operator)) || (to < end && token_is(&scan->token[to], operator));
    return joined ? to : at;
}

/* ---- kinds of values */

static bool type_is(const char *type, enum value_kind kind)
{
    static const char *const numbers[] = {"numeric", "decimal", NULL}, *const moments[] = {"date", "timestamp", NULL},
                             *const documents[] = {"json", NULL};
    const char *const *row = kind == VALUE_DECIMAL ? numbers : kind == VALUE_MOMENT ? moments : documents;
    while (*row && !text_starts_nocase(type, *row))
        row++;
    return *row;
}

static bool token_type_is(struct translator *t, const struct token *token, enum value_kind kind)
{
    return token->kind == TOKEN_WORD && type_is(token_copy(t->mem, token), kind);
}

/* Of a table that the statement names; or it makes the column itself. */
static bool column_is(const struct scan *scan, const char *name, enum value_kind kind)
{
    struct translator *t = scan->t;
    struct scan all;
    struct tree *tree;
    scan_open(&all, t, t->piece->text, t->piece->length);
    if (shadow_tree(t, &tree) < 0)
        return false;
    for (int i = 0; i < all.n; i++) {
        const struct token *token = &all.token[i];
        if (token->kind != TOKEN_WORD && token->kind != TOKEN_QUOTED)
            continue;
        const char *word = name_of(t, token);
        const struct object *table = table_find(t, tree, word);
        const struct column *column = table ? column_find(table, name) : NULL;
        bool made = text_equal_nocase(word, name) && token_type_is(t, &all.token[i + 1], kind);
        if (made || (column && column->type && type_is(column->type, kind)))
            return true;
    }
    return false;
}

static bool any_is(const struct scan *scan, int from, int to, enum value_kind kind);

/* CAST(x AS type), or ::type at the end. */
static bool cast_to(const struct scan *scan, int from, int to, const struct token **type)
{
    *type = NULL;
    for (int i = from, depth = 0; i + 1 < to; i++) {
        depth += token_is(&scan->token[i], "(") - token_is(&scan->token[i], ")");
        bool as = depth == 1 && token_is(&scan->token[from], "cast") && token_is(&scan->token[i], "as");
        if (as || (!depth && is_cast(&scan->token[i])))
            *type = &scan->token[i + 1];
    }
    return *type;
}

/* A call has the kind of what is in it, unless it counts or takes out a part. */
static bool call_is(const struct scan *scan, int from, int open, int to, enum value_kind kind)
{
    static const char *const counts[] = {"count",      "length", "char_length", "octet_length", "strpos",
                                         "row_number", "rank",   "extract",     "date_part",    NULL},
                             *const same[] = {"coalesce", "max", "min", "greatest", "least", "date_trunc", NULL};
    const struct token *name = &scan->token[from];
    bool takes = kind == VALUE_DECIMAL ? !token_is_one_of(name, counts) : token_is_one_of(name, same);
    return takes && any_is(scan, open + 1, group_end(scan, open, to) - 1, kind);
}

static bool operand_is(const struct scan *scan, int from, int to, enum value_kind kind)
{
    static const char *const clocks[] = {"now", "current_date", "current_timestamp", "localtimestamp", NULL};
    const struct token *type;
    while (from < to && is_arithmetic(&scan->token[from]))
        from++;
    const struct token *first = &scan->token[from];
    if (cast_to(scan, from, to, &type))
        return token_type_is(scan->t, type, kind);
    if (introduces(scan, from, to))
        return token_type_is(scan->t, first, kind);
    if (token_is(first, "("))
        return any_is(scan, from + 1, to - 1, kind);
    if (token_is(first, "case"))
        return kind == VALUE_DECIMAL && any_is(scan, from + 1, to - 1, kind);
    if (first->kind != TOKEN_WORD && first->kind != TOKEN_QUOTED)
        return false;
    if (kind == VALUE_MOMENT && token_is_one_of(first, clocks))
        return true;
    while (from + 2 < to && token_is(&scan->token[from + 1], "."))
        from += 2;
    if (from + 1 < to)
        return call_is(scan, from, from + 1, to, kind);
    return column_is(scan, name_of(scan->t, &scan->token[from]), kind);
}

static bool any_is(const struct scan *scan, int from, int to, enum value_kind kind)
{
    for (int i = from; i < to;) {
        int after = operand_end(scan, i, to);
        if (after > i && operand_is(scan, i, after, kind))
            return true;
        i = after > i ? after : i + 1;
    }
    return false;
}

bool term_is(const struct scan *scan, int from, int at, int end, enum value_kind kind)
{
    return any_is(scan, from, at, kind) || any_is(scan, at + 1, operand_end(scan, at + 1, end), kind);
}
