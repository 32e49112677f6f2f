/*
 * SET @s = IF(EXISTS (SELECT ... FROM information_schema ...), 'SELECT 1', 'ALTER TABLE ...'); PREPARE p FROM @s; EXECUTE p: how MySQL's
 * files say IF NOT EXISTS.  Variables hold texts and numbers that can be known here; a statement that is put together from them is
 * translated where it is executed.  Whatever else they hold is not known, and neither is what is made of it.
 */
#include "translate/parts.h"

#include "base/text.h"

struct variable {
    const char *text; /* NULL: it is a number */
    long number;
};

static int value_unknown(const struct scan *scan)
{
    return fail(scan->t->ctx, ERR_UNSUPPORTED, "what its variables hold is not known here");
}

static int value_read(struct scan *scan, struct variable *value);

static bool is_variable(const struct token *token)
{
    return token->kind == TOKEN_PARAMETER && token->length > 1 && token->text[0] == '@' && token->text[1] != '@';
}

static const char *variable_key(struct translator *t, const struct token *token)
{
    return text_lower(t->mem, arena_copy(t->mem, token->text, token->length));
}

const char *variable_text(struct scan *scan, const struct token *token)
{
    const struct variable *value =
        is_variable(token) ? map_get(&scan->t->variables, variable_key(scan->t, token)) : NULL;
    return value ? value->text : NULL;
}

/* (SELECT COUNT(*) FROM information_schema...), EXISTS (...) */
static int count_read(struct scan *scan, struct variable *value)
{
    int from, to;
    bool counts = !scan_accept(scan, "exists");
    TRY(scan_group(scan, &from, &to));
    struct scan inside = *scan;
    inside.at = from;
    *value = (struct variable){0};
    bool counted = scan_are(&inside, "select count (");
    if (counts && !counted)
        return value_unknown(scan);
    TRY(catalog_count(&inside, to, &value->number));
    value->number = counts || !value->number ? value->number : 1;
    return 0;
}

static const char *const comparisons[] = {"=", ">", "<", ">=", "<=", "<>", "!=", NULL};

static bool compare(const struct token *operator, long a, long b)
{
    const bool results[] = {a == b, a > b, a < b, a >= b, a <= b, a != b, a != b};
    for (int i = 0; comparisons[i]; i++)
        if (token_is(operator, comparisons[i]))
            return results[i];
    return false;
}

/* How many there are may be another number here: several rows for one index. That there are none is the same. */
static bool tells_none(const struct token *operator, long number)
{
    return (number == 0 && !token_is(operator, "<") && !token_is(operator, ">=")) ||
           (number == 1 && (token_is(operator, "<") || token_is(operator, ">=")));
}

/* EXISTS (...), a = 0, a > 0, IS NULL of a variable. */
static int condition_read(struct scan *scan, bool *holds)
{
    struct variable left, right;
    bool wanted = !scan_accept(scan, "not");
    TRY(value_read(scan, &left));
    const struct token *operator= scan_peek(scan, 0);
    if (left.text)
        return value_unknown(scan);
    if (!token_is_one_of(operator, comparisons)) {
        *holds = (left.number != 0) == wanted;
        return 0;
    }
    scan->at++;
    TRY(value_read(scan, &right));
    if (right.text || !tells_none(operator, right.number))
        return value_unknown(scan);
    *holds = compare(operator, left.number, right.number) == wanted;
    return 0;
}

/* After IF ( */
static int if_read(struct scan *scan, struct variable *value)
{
    bool holds = false;
    struct variable yes, no;
    TRY(condition_read(scan, &holds));
    TRY(scan_expect(scan, ","));
    TRY(value_read(scan, &yes));
    TRY(scan_expect(scan, ","));
    TRY(value_read(scan, &no));
    *value = holds ? yes : no;
    return scan_expect(scan, ")");
}

/* After CONCAT ( */
static int concat_read(struct scan *scan, struct variable *value)
{
    struct buf out;
    buf_init(&out, scan->t->mem);
    do {
        struct variable one;
        TRY(value_read(scan, &one));
        if (!one.text)
            return value_unknown(scan);
        buf_add(&out, one.text);
    } while (scan_accept(scan, ","));
    *value = (struct variable){.text = out.data};
    return scan_expect(scan, ")");
}

/* ( SELECT value ), ( value ) */
static int group_read(struct scan *scan, struct variable *value)
{
    struct scan counted = *scan;
    if (count_read(&counted, value) == 0) {
        scan->at = counted.at;
        return 0;
    }
    scan->t->ctx->error = (struct error){0};
    scan->at++;
    scan_accept(scan, "select");
    TRY(value_read(scan, value));
    scan_accept(scan, "from dual");
    return scan_expect(scan, ")");
}

static int value_read(struct scan *scan, struct variable *value)
{
    const struct token *token = scan_peek(scan, 0);
    if (scan_accept(scan, "if ("))
        return if_read(scan, value);
    if (scan_accept(scan, "concat ("))
        return concat_read(scan, value);
    if (scan_is(scan, "exists"))
        return count_read(scan, value);
    if (scan_is(scan, "("))
        return group_read(scan, value);
    scan->at++;
    if (token->kind == TOKEN_STRING) {
        *value = (struct variable){.text = scan_string(scan, token)};
        return value->text ? 0 : value_unknown(scan);
    }
    if (token->kind == TOKEN_NUMBER) {
        *value = (struct variable){.number = strtol(token->text, NULL, 10)};
        return 0;
    }
    const struct variable *known =
        is_variable(token) ? map_get(&scan->t->variables, variable_key(scan->t, token)) : NULL;
    if (!known)
        return value_unknown(scan);
    *value = *known;
    return 0;
}

/* ---- statements */

/* SET @a = ..., @b = ...: what cannot be known is forgotten. */
void variables_follow(struct scan *scan)
{
    struct scan at = *scan;
    struct translator *t = scan->t;
    if (!scan_accept(&at, "set"))
        return;
    do {
        const struct token *name = scan_peek(&at, 0);
        struct variable *value = NEW(t->mem, struct variable);
        at.at++;
        if (!is_variable(name) || (!scan_accept(&at, "=") && !scan_accept(&at, ":=") && !scan_accept(&at, ": =")))
            return;
        bool known = value_read(&at, value) == 0 && (scan_at_end(&at) || scan_is(&at, ","));
        t->ctx->error = (struct error){0};
        map_set(&t->variables, variable_key(t, name), known ? value : NULL);
        if (!known)
            return;
    } while (scan_accept(&at, ","));
}

int prepared_make(struct scan *scan)
{
    struct translator *t = scan->t;
    const char *name;
    struct variable value;
    scan->at++;
    TRY(scan_name(scan, &name));
    map_set(&t->prepared, text_lower(t->mem, name), NULL);
    TRY(scan_expect(scan, "from"));
    TRY(value_read(scan, &value));
    TRY(scan_end(scan));
    if (!value.text)
        return value_unknown(scan);
    map_set(&t->prepared, text_lower(t->mem, name), (void *)(uintptr_t)value.text);
    return 0;
}

int prepared_execute(struct scan *scan)
{
    struct translator *t = scan->t;
    const char *name;
    scan->at++;
    TRY(scan_name(scan, &name));
    const char *text = map_get(&t->prepared, text_lower(t->mem, name));
    if (!text || !scan_at_end(scan))
        return value_unknown(scan);
    const struct sql_piece *whole = t->piece;
    struct sql_piece *piece = NEW(t->mem, struct sql_piece);
    *piece = (struct sql_piece){text, strlen(text), whole->line, whole->column};
    t->piece = piece;
    int code = statement_try(t);
    t->piece = whole;
    return code;
}

int prepared_drop(struct scan *scan)
{
    const char *name;
    scan->at += 2;
    TRY(scan_name(scan, &name));
    map_set(&scan->t->prepared, text_lower(scan->t->mem, name), NULL);
    return 0;
}
