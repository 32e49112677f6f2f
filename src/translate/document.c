/*
 * JSON: which columns hold it, though they are plain texts on the target, and operators between documents, which are queries there.
 */
#include "translate/parts.h"

#include "base/text.h"

/* ---- columns */

static const char *key_of(struct translator *t, const char *table, const char *column)
{
    return text_lower(t->mem, arena_printf(t->mem, "%s.%s", table, column));
}

void document_set(struct translator *t, const char *table, const char *column, bool holds)
{
    map_set(&t->documents, key_of(t, table, column), holds ? t : NULL);
}

bool document_is(struct translator *t, const char *table, const char *column)
{
    return map_get(&t->documents, key_of(t, table, column)) != NULL;
}

bool document_anywhere(struct translator *t, const char *column)
{
    for (int i = 0; i < t->documents.n; i++) {
        const struct map_entry *entry = &t->documents.entry[i];
        if (entry->value && text_equal_nocase(strchr(entry->key, '.') + 1, column))
            return true;
    }
    return false;
}

/* What columns of `from` hold, those of `to` hold too. */
void documents_copy(struct translator *t, const char *from, const char *to)
{
    const char *prefix = key_of(t, from, "");
    for (int i = 0, n = t->documents.n; i < n; i++) {
        const char *key = t->documents.entry[i].key;
        if (text_starts(key, prefix))
            document_set(t, to, key + strlen(prefix), t->documents.entry[i].value != NULL);
    }
}

static void documents_forget(struct translator *t, const char *table)
{
    const char *prefix = key_of(t, table, "");
    for (int i = 0; i < t->documents.n; i++)
        if (text_starts(t->documents.entry[i].key, prefix))
            t->documents.entry[i].value = NULL;
}

static bool is_document_type(const struct token *token)
{
    return token_is(token, "json") || token_is(token, "jsonb");
}

/* The name that "TYPE" at `at` gives a type to: name [SET DATA] TYPE. */
static const struct token *retyped_name(const struct token *token, int at)
{
    if (at > 1 && token_is(&token[at - 1], "data"))
        at -= 2;
    return at > 0 ? &token[at - 1] : token;
}

/* Of ALTER TABLE: a column's new type, or its new name. */
static void column_follow(struct scan *scan, const char *table, int i)
{
    struct translator *t = scan->t;
    const struct token *token = &scan->token[i];
    if (token_is(token, "type"))
        document_set(t, table, name_of(t, retyped_name(scan->token, i)), is_document_type(token + 1));
    else if (token_is(token + 1, "to") && document_is(t, table, name_of(t, token)))
        document_set(t, table, name_of(t, token + 2), true);
    else if (token_is(token, "drop") && token_is(token + 1, "column"))
        document_set(t, table, name_of(t, token + 2), false);
    else if (is_document_type(token + 1))
        document_set(t, table, name_of(t, token), true);
}

/* CREATE TABLE: what stands before its type, or, in a query, has the name of such a column. */
static void created_follow(struct scan *scan, const char *table, int at)
{
    struct translator *t = scan->t;
    bool queries = scan_find(scan, at, "as") >= 0 || scan_find(scan, at, "select") >= 0;
    struct names found = {0};
    for (int i = at; i < scan->n; i++) {
        const struct token *token = &scan->token[i];
        bool name = token->kind == TOKEN_WORD || token->kind == TOKEN_QUOTED;
        if (name && (is_document_type(token + 1) || (queries && document_anywhere(t, name_of(t, token)))))
            names_add(t->mem, &found, name_of(t, token));
    }
    documents_forget(t, table);
    for (int i = 0; i < found.n; i++)
        document_set(t, table, found.item[i], true);
}

static void renamed_follow(struct scan *scan, int at)
{
    const char *from, *to;
    for (scan->at = at; !scan_at_end(scan) && scan_qualified(scan, &from) == 0 && scan_accept(scan, "to");) {
        if (scan_qualified(scan, &to) < 0)
            break;
        documents_copy(scan->t, from, to);
        scan_accept(scan, ",");
    }
}

/* At the name of the table that a statement makes or changes? */
static bool table_named(struct scan *scan)
{
    static const char *const before[] = {"create", "alter", "rename",    "drop",     "global",
                                         "local",  "temp",  "temporary", "unlogged", NULL};
    while (token_is_one_of(scan_peek(scan, 0), before))
        scan->at++;
    if (!scan_accept(scan, "table"))
        return false;
    scan_accept(scan, "if not exists");
    scan_accept(scan, "if exists");
    scan_accept(scan, "only");
    return scan_at_name(scan);
}

bool documents_follow(struct scan *statement)
{
    struct scan scan = *statement;
    const char *table, *to;
    if (!table_named(&scan))
        return false;
    int at = scan.at;
    if (token_is(&scan.token[0], "rename")) {
        renamed_follow(&scan, at);
        return true;
    }
    if (scan_qualified(&scan, &table) < 0)
        return false;
    if (token_is(&scan.token[0], "create"))
        created_follow(&scan, table, scan.at);
    else if (scan_accept(&scan, "rename to") && scan_name(&scan, &to) == 0)
        documents_copy(scan.t, table, to);
    else
        for (int i = scan.at; i + 1 < scan.n; i++)
            if (scan.token[i].kind == TOKEN_WORD || scan.token[i].kind == TOKEN_QUOTED)
                column_follow(&scan, table, i);
    return true;
}

/* ---- operators */

static const struct translate_document *row_of(const struct scan *scan, int at, int end)
{
    const struct token *token = &scan->token[at];
    for (const struct translate_document *row = scan->t->rules->documents; at < end && row && row->from; row++)
        if ((row->engines & scan->t->source->engine) && token_is(token, row->from))
            return row;
    return NULL;
}

/* Does the operand at `at` belong to an operator before it? */
static bool is_taken(const struct scan *scan, int from, int at)
{
    static const char *const operators[] = {"->", "->>", "#>", "#>>", "||", "+", "-", "*", "/", "%", "::", ".", NULL};
    return at > from && scan->token[at - 1].kind != TOKEN_STRING && token_is_one_of(&scan->token[at - 1], operators);
}

/* "-" binds closer than the others: it takes a whole operand before it, and nothing may stand after theirs. */
static bool joins(const struct scan *scan, int from, int to, int next, int end)
{
    bool minus = token_is(&scan->token[to], "-"), arrows = false;
    for (int i = from; i < to; i++)
        arrows = arrows || row_of(scan, i, to) || token_is(&scan->token[i], "->");
    if (next == to + 1)
        return false;
    if (minus)
        return operand_after(scan, from, to) == to || !arrows || token_is(&scan->token[to - 2], "-");
    return next == end || !token_is_one_of(&scan->token[next], (const char *const[]){"-", "+", "*", "/", "%", NULL});
}

int document_after(const struct scan *scan, int from, int at, int end, int *last)
{
    const struct translate_document *row;
    int to, next, found = at;
    if (is_taken(scan, from, at))
        return at;
    to = arrows_after(scan, from, at, end, last);
    to = to > at ? to : operand_after(scan, at, end);
    if (to == at || !row_of(scan, to, end) || !value_is(scan, at, to, VALUE_DOCUMENT))
        return at;
    while ((row = row_of(scan, to, end)) && joins(scan, at, to, next = operand_after(scan, to + 1, end), end)) {
        *last = to;
        found = to = next;
        if (!row->changes)
            break;
    }
    return found;
}

/* Constants can be asked about; anything else names what the target does not have here. */
static int right_check(struct scan *scan, const struct translate_document *row, const char *right)
{
    struct translator *t = scan->t;
    struct names one = {0};
    struct rows rows;
    names_add(t->mem, &one, right);
    const char *query = arena_printf(t->mem, "SELECT 1 WHERE %s", fill_in(t->mem, row->asked, &one));
    bool holds = conn_query(t->ctx, t->shadow, query, NULL, &rows) == 0 && rows.row.n;
    return holds ? 0 : fail(t->ctx, ERR_UNSUPPORTED, "%s is not translated with %s after it", row->from, right);
}

int document_translate(struct scan *scan, int at, int last, int to, const char **text)
{
    const struct translate_document *row = row_of(scan, last, to);
    const char *left, *right;
    struct names both = {0};
    TRY(text_translate(scan, at, last, &left));
    TRY(text_translate(scan, last + 1, to, &right));
    if (row->asked && !(row->takes_any && value_is(scan, last + 1, to, VALUE_DOCUMENT)))
        TRY(right_check(scan, row, right));
    names_add(scan->t->mem, &both, left);
    names_add(scan->t->mem, &both, right);
    *text = fill_in(scan->t->mem, row->to, &both);
    return 0;
}
