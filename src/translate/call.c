/*
 * A call in the words of the target, by the rows of its table: the arguments one by one, then the form they are put into.
 */
#include "translate/parts.h"

#include "base/text.h"

static const char *pattern_joined(struct arena *mem, const struct names *arguments, const char *each, const char *join)
{
    struct names texts = {0};
    for (int i = 0; i < arguments->n; i++) {
        struct names one = {0};
        names_add(mem, &one, arguments->item[i]);
        names_add(mem, &one, names_join(mem, arguments, ", "));
        names_add(mem, &texts, each ? fill_in(mem, each, &one) : arguments->item[i]);
    }
    return names_join(mem, &texts, join ? join : ", ");
}

/* What a call becomes: `pattern` with its arguments, `order` for those of an aggregate. */
struct filling {
    const char *pattern, *each, *join, *order;
};

static const char *fill(struct arena *mem, const struct filling *filling, const struct names *arguments)
{
    struct buf out;
    buf_init(&out, mem);
    for (const char *c = filling->pattern; *c; c++) {
        int at = *c == '$' ? c[1] - '1' : -1;
        if (*c == '$' && c[1] == '*')
            buf_add(&out, pattern_joined(mem, arguments, filling->each, filling->join));
        else if (*c == '$' && c[1] == 'o' && filling->order)
            buf_add(&out, filling->order);
        else if (at >= 0 && at < arguments->n)
            buf_add(&out, arguments->item[at]);
        else {
            buf_add_c(&out, *c);
            continue;
        }
        c++;
    }
    return out.data;
}

const char *fill_in(struct arena *mem, const char *pattern, const struct names *arguments)
{
    return fill(mem, &(struct filling){.pattern = pattern}, arguments);
}

static const struct translate_divider *divides(const struct translator *t, const char *name, const struct token *token)
{
    for (const struct translate_divider *row = t->rules->dividers; row->name; row++)
        if (text_equal(row->name, name) && token_is(token, row->word))
            return row;
    return NULL;
}

/* As they are written: from[i] to to[i]; the ORDER BY of an aggregate is none of them. */
struct arguments {
    int n;
    int from[64], to[64];
    int order, order_to; /* 0: none */
    bool divided;        /* by a word, */
    const char *as;      /* and the name by the first one; NULL */
};

static int depth_change(const struct token *token)
{
    return token_is(token, "(") + token_is(token, "[") - token_is(token, ")") - token_is(token, "]");
}

/* To what follows the ORDER BY at `at`: the end, or MySQL's SEPARATOR. */
static int order_end(const struct scan *scan, const char *name, int at, int close)
{
    for (int depth = 0; at < close; at++) {
        if (!depth && divides(scan->t, name, &scan->token[at]))
            return at;
        depth += depth_change(&scan->token[at]);
    }
    return close;
}

/* The next one ends at `to`. */
static int argument_add(const struct scan *scan, const char *name, struct arguments *arguments, int from, int to)
{
    const struct translate_divider *divider = divides(scan->t, name, &scan->token[to]);
    if (arguments->n == 64)
        return fail(scan->t->ctx, ERR_UNSUPPORTED, "%s() has too many arguments", name);
    if (divider && !arguments->divided)
        arguments->as = divider->as;
    arguments->divided = arguments->divided || divider;
    arguments->from[arguments->n] = from;
    arguments->to[arguments->n++] = to;
    return 0;
}

/* The name of the row for DISTINCT, where there is one. */
static const char *distinct_name(const struct scan *scan, const char *name, int at)
{
    const char *row = arena_printf(scan->t->mem, "%s distinct", name);
    return token_is(&scan->token[at], "distinct") && call_known(scan->t, row) ? row : NULL;
}

static int arguments_find(struct scan *scan, const char *name, int open, int close, struct arguments *arguments)
{
    int depth = 0, from = open + 1;
    *arguments = (struct arguments){0};
    arguments->as = distinct_name(scan, name, open + 1);
    from += arguments->as != NULL;
    for (int i = from; i <= close && open + 1 < close; i++) {
        const struct token *token = &scan->token[i];
        bool orders = !depth && i > from && token_is(token, "order") && token_is(token + 1, "by");
        bool ends = i == close || orders || (!depth && (token_is(token, ",") || divides(scan->t, name, token)));
        if (ends)
            TRY(argument_add(scan, name, arguments, from, i));
        if (orders) {
            arguments->order = i;
            i = arguments->order_to = order_end(scan, name, i, close);
        }
        if (ends)
            from = i + 1;
        depth += depth_change(&scan->token[i]);
    }
    return 0;
}

static bool is_count(const struct scan *scan, int from, int to)
{
    const struct token *token = &scan->token[from];
    return to == from + 1 && token->kind == TOKEN_NUMBER && *token->text > '0' && *token->text <= '9' &&
           !memchr(token->text, '.', token->length);
}

static bool row_fits(const struct scan *scan, const struct translate_function *row, const char *name,
                     const struct arguments *arguments)
{
    if (!(row->engines & scan->t->source->engine) || !text_equal(row->name, name) ||
        (row->arguments >= 0 && row->arguments != arguments->n))
        return false;
    for (int i = 0; i < arguments->n; i++)
        if (((row->counts & 1U << i) && !is_count(scan, arguments->from[i], arguments->to[i])) ||
            ((row->no_texts & 1U << i) && scan->token[arguments->from[i]].kind == TOKEN_STRING))
            return false;
    return !row->first ||
           (arguments->n && text_equal_nocase(scan_text(scan, arguments->from[0], arguments->to[0]), row->first));
}

bool call_known(const struct translator *t, const char *name)
{
    for (const struct translate_function *row = t->rules->functions; row->name; row++)
        if ((row->engines & t->source->engine) && text_equal(row->name, name))
            return true;
    return false;
}

static const struct translate_function *row_find(const struct scan *scan, const char *name,
                                                 const struct arguments *arguments)
{
    for (const struct translate_function *row = scan->t->rules->functions; row->name; row++)
        if (row_fits(scan, row, name, arguments))
            return row;
    return NULL;
}

/* What a value of its kind is to this function first. */
static int argument_adapt(struct scan *scan, const char *name, int from, int to, const char **text)
{
    struct translator *t = scan->t;
    struct names one = {0};
    for (const struct translate_argument *row = t->rules->arguments; row->name; row++) {
        if (!(row->engines & t->source->engine) || !text_equal(row->name, name) || !value_is(scan, from, to, row->kind))
            continue;
        if (!row->to)
            return fail(t->ctx, ERR_UNSUPPORTED, "%s() makes another thing of it here", name);
        names_add(t->mem, &one, *text);
        *text = fill_in(t->mem, row->to, &one);
        return 0;
    }
    return 0;
}

/* The name stays, and with it what only looks like an argument: count(DISTINCT x). */
static int call_kept(struct scan *scan, const char *name, int open, int close, const char **text)
{
    const char *inside;
    TRY(text_translate(scan, open + 1, close, &inside));
    TRY(argument_adapt(scan, name, open + 1, close, &inside));
    *text = arena_printf(scan->t->mem, "%s(%s)", name, inside);
    return 0;
}

/* What the target says of arguments that are constants. */
static int asked_add(struct scan *scan, const char *name, const struct translate_function *row, struct names *texts)
{
    struct translator *t = scan->t;
    const struct names arguments = *texts;
    for (int i = 0; row->asked && row->asked[i]; i++) {
        struct rows rows;
        const char *query = arena_printf(t->mem, "SELECT quote(%s)", fill_in(t->mem, row->asked[i], &arguments));
        int code = conn_query(t->ctx, t->shadow, query, NULL, &rows);
        const char *value = code == 0 && rows.row.n ? ((const char **)rows.row.item[0])[0] : "NULL";
        if (text_equal(value, "NULL"))
            return fail(t->ctx, ERR_UNSUPPORTED, "%s() is not translated with %s", name, arguments.item[1]);
        names_add(t->mem, texts, value);
    }
    return 0;
}

/* string_agg(x, ',' ORDER BY y), where the target can. Those of DISTINCT are sorted. */
static int order_text(struct scan *scan, const char *name, const struct arguments *arguments, const char *first,
                      const char **text)
{
    struct translator *t = scan->t;
    *text = "";
    if (!orders_aggregates(t)) {
        note_once(t, NOTE_CHANGED, "the order of the rows within %s() is left to this version of %s", name,
                  t->target->dialect->title);
        return 0;
    }
    *text = arena_printf(t->mem, "ORDER BY %s", first);
    if (arguments->order)
        TRY(text_translate(scan, arguments->order, arguments->order_to, text));
    *text = arena_printf(t->mem, " %s", *text);
    return 0;
}

static int call_filled(struct scan *scan, const char *name, const struct translate_function *row,
                       const struct arguments *arguments, const char **text)
{
    struct filling filling = {.pattern = row->to, .each = row->each, .join = row->join};
    struct names texts = {0};
    for (int i = row->first ? 1 : 0; i < arguments->n; i++) {
        const char *argument;
        if (row->first && !texts.n)
            names_add(scan->t->mem, &texts, row->first);
        TRY(text_translate(scan, arguments->from[i], arguments->to[i], &argument));
        TRY(argument_adapt(scan, name, arguments->from[i], arguments->to[i], &argument));
        if (row->join && (value_is(scan, arguments->from[i], arguments->to[i], VALUE_DECIMAL) ||
                          value_is(scan, arguments->from[i], arguments->to[i], VALUE_POINT)))
            decimals_note(scan->t);
        names_add(scan->t->mem, &texts, argument);
    }
    TRY(asked_add(scan, name, row, &texts));
    if (text_has(row->to, "$o"))
        TRY(order_text(scan, name, arguments, texts.item[0], &filling.order));
    *text = fill(scan->t->mem, &filling, &texts);
    return 0;
}

/* At the end of the call. */
static int order_add(struct scan *scan, const char *name, const struct arguments *arguments, const char **text)
{
    const char *order;
    TRY(order_text(scan, name, arguments, NULL, &order));
    *text = arena_printf(scan->t->mem, "%.*s%s)", (int)strlen(*text) - 1, *text, order);
    return 0;
}

/* LAST_INSERT_ID(): what that is here is known after some statements only. */
static const char *last_key_of(const struct translator *t, const char *name)
{
    for (const struct translate_word *row = t->rules->last_key; row && row->from; row++)
        if ((row->engines & t->source->engine) && text_equal(row->from, name))
            return row->to;
    return NULL;
}

static int last_key_add(struct scan *scan, const char *name, const char *function, const char **text)
{
    struct translator *t = scan->t;
    if (!t->numbered)
        return fail(t->ctx, ERR_UNSUPPORTED,
                    "%s() is known here only where the last rows that went into any table got their keys by it", name);
    *text = t->numbered == 1 ? function : arena_printf(t->mem, "(%s - %d)", function, t->numbered - 1);
    return 0;
}

int call_translate(struct scan *scan, const char *name, int open, int close, const char **text)
{
    struct arguments arguments;
    const char *last_key = close == open + 1 ? last_key_of(scan->t, name) : NULL;
    if (last_key)
        return last_key_add(scan, name, last_key, text);
    TRY(arguments_find(scan, name, open, close, &arguments));
    const struct translate_function *row = row_find(scan, arguments.as ? arguments.as : name, &arguments);
    if (!row)
        return fail(scan->t->ctx, ERR_UNSUPPORTED, "%s has no function like %s()", scan->t->target->dialect->title,
                    name);
    if (row->to)
        TRY(call_filled(scan, name, row, &arguments, text));
    else
        TRY(call_kept(scan, name, open, arguments.order ? arguments.order : close, text));
    bool placed = row->to && text_has(row->to, "$o");
    return arguments.order && !placed ? order_add(scan, name, &arguments, text) : 0;
}
