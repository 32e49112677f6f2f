/*
 * Literals as values of a type: '2024-1-5' and 't' are what the source makes of them, or nothing that it would take.  What they are is asked
 * of the target, by the rows of its table; a literal that is not plainly a value is not guessed at.
 */
#include "translate/parts.h"

#include "base/text.h"

/* "NUMERIC(10,2)": its name, and its arguments as texts. */
const char *type_split(struct arena *mem, const char *type, struct names *arguments)
{
    size_t length = strcspn(type, "(");
    const char *inside = type[length] ? type + length + 1 : "";
    for (size_t n; *inside && *inside != ')'; inside += n + (inside[n] == ',')) {
        n = strcspn(inside, ",)");
        names_add(mem, arguments, text_trim(mem, arena_copy(mem, inside, n)));
    }
    return text_trim(mem, arena_copy(mem, type, length));
}

static const struct translate_constant *row_find(const struct translator *t, const char *type, int arguments,
                                                 bool stored)
{
    for (const struct translate_constant *row = t->rules->constants; row->type; row++)
        if ((row->engines & t->source->engine) && text_equal_nocase(row->type, type) && (stored || !row->stored) &&
            (row->arguments < 0 || row->arguments == arguments))
            return row;
    return NULL;
}

/* Few digits fit everywhere. */
static bool is_small(const char *literal, const struct names *arguments)
{
    size_t digits = strspn(literal, "0123456789");
    return !arguments->n && digits && digits <= 4 && !literal[digits];
}

static int ask(struct translator *t, const char *type, const char *literal, const char *value, const char **text)
{
    struct rows rows;
    int code = conn_query(t->ctx, t->shadow, arena_printf(t->mem, "SELECT quote(%s)", value), NULL, &rows);
    if (code < 0 && code != ERR_SQL)
        return code;
    *text = code == 0 && rows.row.n ? ((const char **)rows.row.item[0])[0] : "NULL";
    if (text_equal(*text, "NULL"))
        return fail(t->ctx, ERR_UNSUPPORTED, "%s is not plainly a value of the type %s", literal, type);
    return 0;
}

/* `text`: what it is; NULL: nothing is known of the type. */
int constant_value(struct translator *t, const char *type, const char *literal, bool stored, const char **text)
{
    struct names filled = {0}, arguments = {0};
    *text = NULL;
    if (!type)
        return 0;
    const char *name = type_split(t->mem, type, &arguments);
    const struct translate_constant *row = row_find(t, name, arguments.n, stored);
    if (!row || (stored && is_small(literal, &arguments) && !text_equal_nocase(name, "boolean")))
        return 0;
    const char *key = arena_printf(t->mem, "%s %d %s", type, stored, literal);
    *text = map_get(&t->constants, key);
    if (*text)
        return 0;
    names_add(t->mem, &filled, literal);
    for (int i = 0; i < 2; i++)
        names_add(t->mem, &filled, i < arguments.n ? arguments.item[i] : "0");
    TRY(ask(t, type, literal, fill_in(t->mem, row->value, &filled), text));
    map_set(&t->constants, key, arena_dup(t->mem, *text));
    return 0;
}

/* From a sign on. */
static bool is_literal(const struct scan *scan, int from, int to)
{
    const struct token *token = &scan->token[from];
    if (to - from == 2 && (token_is(token, "-") || token_is(token, "+")))
        return token[1].kind == TOKEN_NUMBER;
    return to - from == 1 && (token->kind == TOKEN_STRING || token->kind == TOKEN_NUMBER);
}

/* 0x41 is a number in a column of numbers, else bytes or the text that they are; NULL: it is something else. */
static const char *coded_value(const struct scan *scan, int from, int to, const char *type)
{
    const struct token *token = &scan->token[from];
    bool hex = to == from + 1 && token->kind == TOKEN_NUMBER && token->length > 2 && token->length % 2 == 0 &&
               *token->text == '0' && char_lower(token->text[1]) == 'x';
    int n = (int)token->length;
    if (!hex)
        return NULL;
    if (type_is_integer(scan->t, type))
        return arena_printf(scan->t->mem, "%.*s", n, token->text);
    return arena_printf(scan->t->mem, text_has(type, "BLOB") ? "X'%.*s'" : "CAST(X'%.*s' AS TEXT)", n - 2,
                        token->text + 2);
}

/* 0 as a key that numbers itself is the next number on some engines. */
static int key_check(const struct scan *scan, int from, int to, const struct column *column)
{
    struct translator *t = scan->t;
    const struct object *table = column ? column->object.parent : NULL;
    const struct primary_key *key = table ? (const struct primary_key *)object_only(table, KIND_PRIMARY_KEY) : NULL;
    if (!(t->rules->loose & t->source->engine) || !key || key->columns.n != 1 || to != from + 1 ||
        !token_is(&scan->token[from], "0") || !text_equal_nocase(key->columns.item[0], column->object.name))
        return 0;
    return fail(t->ctx, ERR_UNSUPPORTED, "the key 0 may be the next number there, and is 0 here");
}

/* A label is stored as its type writes it. */
static const char *label_of(struct translator *t, const struct column *column, const char *literal)
{
    struct names labels = {0};
    if (*literal == '\'' && t->rules->nocase_texts & t->source->engine)
        labels = choice_labels(t, column);
    for (int i = 0; i < labels.n; i++)
        if (text_equal_nocase(labels.item[i], literal))
            return labels.item[i];
    return literal;
}

/* Bytes of a fixed length. */
static int filled_value(struct translator *t, const struct column *column, const char **text)
{
    const char *value = NULL;
    if (text_equal(column->type, t->rules->filled))
        TRY(constant_value(t, limit_type(t, column), *text, true, &value));
    *text = value ? value : *text;
    return 0;
}

/* `text` as a value of the column's type: a literal by the rows, anything else as an assignment casts it. */
static int assigned_value(struct scan *scan, int from, int to, const struct column *column, const char **text)
{
    struct translator *t = scan->t;
    const char *value = NULL, *type = column->type;
    if (scan->token[from].kind == TOKEN_STRING && document_is(t, column->object.parent->name, column->object.name))
        type = "JSON";
    if (!is_literal(scan, from, to))
        return assignment_cast(scan, from, to, type, text);
    if (**text != 'X')
        TRY(constant_value(t, type, *text, true, &value));
    if (!value)
        TRY(filled_value(t, column, text));
    *text = value ? value : label_of(t, column, *text);
    return t->rules->loose & t->source->engine && type_is_integer(t, type) ? limit_check(t, column, *text) : 0;
}

/* What goes into a column: a literal by its type, anything else as an expression, rounded where the column's type is one of integers. */
int assigned_add(struct scan *scan, int from, int to, const struct column *column, struct buf *out)
{
    const char *text = column && column->type ? coded_value(scan, from, to, column->type) : NULL;
    if (text) {
        TRY(filled_value(scan->t, column, &text));
        buf_add(out, text);
        return 0;
    }
    TRY(key_check(scan, from, to, column));
    if (column && scan->token[from].kind == TOKEN_NUMBER &&
        labels_check_of(scan->t, column->object.parent, column->object.name))
        return fail(scan->t->ctx, ERR_UNSUPPORTED, "labels of an enum are texts here, and have no numbers");
    struct scan alone = {
        .t = scan->t, .token = scan->token + from, .n = to - from}; /* "=" before it compares nothing */
    TRY(text_translate(&alone, 0, alone.n, &text));
    if (column && column->type)
        TRY(assigned_value(scan, from, to, column, &text));
    buf_add(out, text);
    return 0;
}
