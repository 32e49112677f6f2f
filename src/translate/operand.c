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
    if (token_is(first, "array") && at + 1 < end && token_is(first + 1, "["))
        return group_end(scan, at + 1, end);
    if (introduces(scan, at, end))
        return at + 2;
    if (name)
        return token_is(first, "end") ? at : name_end(scan, at, end);
    return first->kind == TOKEN_NUMBER || first->kind == TOKEN_STRING ? at + 1 : at;
}

int operand_after(const struct scan *scan, int at, int end)
{
    if (at >= end)
        return at;
    if (token_is(&scan->token[at], "-") || token_is(&scan->token[at], "+"))
        return operand_after(scan, at + 1, end);
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
    int first = operand_after(scan, at, end), to = first;
    while (to > at && to < end && is_arithmetic(&scan->token[to])) {
        int next = operand_after(scan, to + 1, end);
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

bool type_is(const char *type, enum value_kind kind)
{
    static const char *const types[][5] = {
        [VALUE_DECIMAL] = {"numeric", "decimal", NULL},
        [VALUE_FLOAT] = {"real", "float", "double", NULL},
        [VALUE_BOOLEAN] = {"bool", NULL},
        [VALUE_MOMENT] = {"date", "timestamp", NULL},
        [VALUE_DOCUMENT] = {"json", NULL},
        [VALUE_CHOICE] = {NULL},
        [VALUE_POINT] = {NULL},
    };
    const char *const *row = types[kind];
    while (*row && !text_starts_nocase(type, *row))
        row++;
    return *row;
}

static bool token_type_is(struct translator *t, const struct token *token, enum value_kind kind)
{
    return token->kind == TOKEN_WORD && type_is(token_copy(t->mem, token), kind);
}

static bool is_name(const struct token *token)
{
    return token->kind == TOKEN_WORD || token->kind == TOKEN_QUOTED;
}

/* The tokens of the statement at hand, of which the scan at hand may be a part. */
static const struct scan *statement_of(struct translator *t)
{
    if (t->whole_of != t->piece) {
        struct scan *whole = NEW(t->mem, struct scan);
        scan_open(whole, t, t->piece->text, t->piece->length);
        t->whole = whole;
        t->whole_of = t->piece;
        t->named_in = NULL;
    }
    return t->whole;
}

/* The tables that it names. */
static const struct list *tables_named(struct translator *t)
{
    static const char *const places[] = {"from", "join",  "into",   "update", "table",      "only",
                                         "on",   "using", "exists", "like",   "references", "delete",
                                         ",",    ".",     "(",      "ignore", NULL};
    const struct scan *whole = statement_of(t);
    struct tree *tree;
    if (shadow_tree(t, &tree) < 0 || t->named_in == tree)
        return &t->named;
    t->named = (struct list){0};
    t->named_in = tree;
    for (int i = 1; i < whole->n; i++) {
        bool place = is_name(&whole->token[i]) && token_is_one_of(&whole->token[i - 1], places);
        struct object *table = place ? table_find(t, tree, name_of(t, &whole->token[i])) : NULL;
        bool known = false;
        for (int k = 0; k < t->named.n; k++)
            known = known || t->named.item[k] == table;
        if (table && !known)
            list_add(t->mem, &t->named, table);
    }
    return &t->named;
}

const struct column *column_named(const struct scan *scan, const char *name)
{
    const struct list *tables = tables_named(scan->t);
    const struct column *found = NULL;
    for (int i = 0; i < tables->n; i++) {
        const struct column *column = column_find(tables->item[i], name);
        if (column && found && !text_equal(column->type, found->type))
            return NULL;
        found = column ? column : found;
    }
    return found;
}

static bool any_column_is(const struct scan *scan, const char *name, enum value_kind kind)
{
    const struct list *tables = tables_named(scan->t);
    for (int i = 0; i < tables->n; i++) {
        const struct column *column = column_find(tables->item[i], name);
        if (column && (kind == VALUE_CHOICE ? labels_check_of(scan->t, tables->item[i], name) != NULL
                                            : column->type && type_is(column->type, kind)))
            return true;
    }
    return false;
}

/* By the statement itself: its name, and a type after it. */
static bool made_is(const struct scan *scan, const char *name, enum value_kind kind)
{
    const struct scan *whole = statement_of(scan->t);
    bool makes = token_is(&whole->token[0], "create") || token_is(&whole->token[0], "alter");
    for (int i = 0; i < whole->n && makes; i++)
        if (is_name(&whole->token[i]) && token_type_is(scan->t, &whole->token[i + 1], kind) &&
            text_equal_nocase(name_of(scan->t, &whole->token[i]), name))
            return true;
    return false;
}

/* In a table that the statement names, or else, through a view or a query, in any. */
bool holds_document(const struct scan *scan, const char *name)
{
    const struct list *tables = tables_named(scan->t);
    bool named = false;
    for (int i = 0; i < tables->n; i++) {
        const struct object *table = tables->item[i];
        if (document_is(scan->t, table->name, name))
            return true;
        named = named || column_find(table, name);
    }
    return !named && document_anywhere(scan->t, name);
}

static bool column_is(const struct scan *scan, const char *name, enum value_kind kind)
{
    if (kind == VALUE_DOCUMENT && holds_document(scan, name))
        return true;
    return any_column_is(scan, name, kind) || made_is(scan, name, kind);
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
                             *const same[] = {"coalesce", "max", "min", "greatest", "least", "date_trunc", NULL},
                             *const truths[] = {"bool_and", "bool_or", "every", "exists", "starts_with", NULL},
                             *const documents[] = {"jsonb_build_object", "jsonb_build_array", "jsonb_agg",
                                                   "jsonb_object_agg", NULL};
    const struct token *name = &scan->token[from];
    bool number = kind == VALUE_DECIMAL || kind == VALUE_FLOAT;
    bool takes = number ? !token_is_one_of(name, counts) : token_is_one_of(name, same);
    if ((kind == VALUE_BOOLEAN && token_is_one_of(name, truths)) ||
        (kind == VALUE_DOCUMENT && token_is_one_of(name, documents)))
        return true;
    return takes && any_is(scan, open + 1, group_end(scan, open, to) - 1, kind);
}

/* (a > b), but not a query with such a thing in it. */
static bool compares(const struct scan *scan, int from, int to)
{
    static const char *const words[] = {"=",  "<>",  "!=", "<",  ">",    "<=",    ">=",      "and",
                                        "or", "not", "is", "in", "like", "ilike", "between", NULL};
    int depth = 0;
    bool found = false;
    for (int i = from; i < to && !token_is(&scan->token[from], "select");) {
        const struct token *token = &scan->token[i];
        if (!depth && token_is(token, "case")) {
            i = case_end(scan, i, to);
            continue;
        }
        depth += token_is(token, "(") - token_is(token, ")");
        found = found || (!depth && token->kind != TOKEN_STRING && token_is_one_of(token, words));
        i++;
    }
    return found;
}

/* A word that is such a value by itself. */
static bool word_is(const struct token *word, enum value_kind kind)
{
    static const struct {
        enum value_kind kind;
        const char *words[5];
    } rows[] = {
        {VALUE_MOMENT, {"now", "current_date", "current_timestamp", "localtimestamp"}},
        {VALUE_BOOLEAN, {"true", "false"}},
        {VALUE_DOCUMENT, {"array"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].kind == kind && token_is_one_of(word, rows[i].words))
            return true;
    return false;
}

/* A name with what it stands in, or a call. */
static bool name_is(const struct scan *scan, int from, int to, enum value_kind kind)
{
    while (from + 2 < to && token_is(&scan->token[from + 1], "."))
        from += 2;
    if (from + 1 < to)
        return call_is(scan, from, from + 1, to, kind);
    return column_is(scan, name_of(scan->t, &scan->token[from]), kind);
}

static bool operand_is(const struct scan *scan, int from, int to, enum value_kind kind)
{
    const struct token *type;
    while (from < to && is_arithmetic(&scan->token[from]))
        from++;
    const struct token *first = &scan->token[from];
    if (cast_to(scan, from, to, &type))
        return token_type_is(scan->t, type, kind);
    if (introduces(scan, from, to))
        return token_type_is(scan->t, first, kind);
    if (kind == VALUE_POINT && first->kind == TOKEN_NUMBER)
        return memchr(first->text, '.', first->length) != NULL;
    if (token_is(first, "("))
        return (kind == VALUE_BOOLEAN && compares(scan, from + 1, to - 1)) || any_is(scan, from + 1, to - 1, kind);
    if (token_is(first, "case"))
        return (kind == VALUE_DECIMAL || kind == VALUE_FLOAT) && any_is(scan, from + 1, to - 1, kind);
    return word_is(first, kind) || (is_name(first) && name_is(scan, from, to, kind));
}

static bool any_is(const struct scan *scan, int from, int to, enum value_kind kind)
{
    for (int i = from; i < to;) {
        int after = operand_after(scan, i, to);
        if (after > i && operand_is(scan, i, after, kind))
            return true;
        i = after > i ? after : i + 1;
    }
    return false;
}

/* "->>" makes a text of a document. */
static bool is_text_of(const struct scan *scan, int from, int to)
{
    for (int i = from; i < to; i++)
        if (token_is(&scan->token[i], "->>"))
            return true;
    return false;
}

bool term_is(const struct scan *scan, int from, int at, int end, enum value_kind kind)
{
    if (kind == VALUE_DOCUMENT && is_text_of(scan, from, at))
        return false;
    return any_is(scan, from, at, kind) || any_is(scan, at + 1, operand_after(scan, at + 1, end), kind);
}

bool value_is(const struct scan *scan, int from, int to, enum value_kind kind)
{
    return !(kind == VALUE_DOCUMENT && is_text_of(scan, from, to)) && any_is(scan, from, to, kind);
}

/* Its check says them in their order: column IN ('a', 'b'). */
struct names choice_labels(struct translator *t, const struct column *column)
{
    struct names labels = {0};
    struct lexer lexer;
    const struct object *check = column ? labels_check_of(t, column->object.parent, column->object.name) : NULL;
    const char *text = check ? expr_text(&((const struct check *)check)->expr) : "";
    lex_open(&lexer, t->target->dialect->lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer))
        if (token.kind == TOKEN_STRING)
            names_add(t->mem, &labels, token_copy(t->mem, &token));
    return labels;
}

const char *choice_place(const struct scan *scan, int from, int to)
{
    struct translator *t = scan->t;
    struct buf out;
    while (from + 2 < to && token_is(&scan->token[from + 1], "."))
        from += 2;
    bool name = from + 1 == to && is_name(&scan->token[from]);
    struct names labels = choice_labels(t, name ? column_named(scan, name_of(t, &scan->token[from])) : NULL);
    buf_init(&out, t->mem);
    buf_add(&out, "CASE $1");
    for (int i = 0; i < labels.n; i++)
        buf_addf(&out, " WHEN %s THEN %d", labels.item[i], i + 1);
    buf_add(&out, " END");
    return labels.n ? out.data : NULL;
}

static bool is_arrow(const struct token *token)
{
    return token_is(token, "->") || token_is(token, "->>");
}

int arrows_after(const struct scan *scan, int from, int at, int end, int *last)
{
    int to = at > from && is_arrow(&scan->token[at - 1]) ? at : operand_after(scan, at, end), next;
    *last = at;
    for (; to > at && to < end && is_arrow(&scan->token[to]); to = next) {
        next = operand_after(scan, to + 1, end);
        if (next == to + 1)
            break;
        *last = to;
    }
    return *last > at ? to : at;
}
