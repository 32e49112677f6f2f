/*
 * A run of tokens in the words of the target: expressions, queries, and the parts of statements that both engines have.  It goes
 * from left to right and knows where the operand before a cast begins; what is in parentheses is a run of its own.
 * Not here: what becomes of a call (call.c).
 */
#include "translate/parts.h"

#include "base/text.h"

struct run {
    struct translator *t;
    struct scan *scan;
    int from;
    int at;
    int end;
    struct buf *out;
    int term;       /* where the operands begin that "*" and "/" join */
    size_t operand; /* where the operand at hand begins in `out`, */
    int first;      /* and its first token */
};

static const struct token *peek(const struct run *run, int ahead)
{
    static const struct token none = {.kind = TOKEN_END, .text = ""};
    int at = run->at + ahead;
    return at >= run->from && at < run->end ? &run->scan->token[at] : &none;
}

static const char *lower(const struct run *run, const struct token *token)
{
    return text_lower(run->t->mem, token_copy(run->t->mem, token));
}

void say_name(struct buf *out, const struct translator *t, const char *name)
{
    ident_add(out, t->target->dialect->ident, name);
}

/* As the text had it, but no more than one space, and none where none was. */
static void space_add(struct run *run)
{
    const struct token *token = peek(run, 0), *before = peek(run, -1);
    if (run->at > run->from && before->text + before->length < token->text && run->out->len &&
        run->out->data[run->out->len - 1] != ' ')
        buf_add_c(run->out, ' ');
}

static void begin_operand(struct run *run)
{
    run->operand = run->out->len;
    run->first = run->at;
}

static const struct translate_word *row_find(const struct translator *t, const struct translate_word *rows,
                                             const char *from)
{
    for (const struct translate_word *row = rows; row->from; row++)
        if ((row->engines & t->source->engine) && text_equal(row->from, from))
            return row;
    return NULL;
}

/* ---- literals */

/* '\\xdeadbeef' is how bytes are written where a backslash is nothing special. */
static bool is_bytes(const struct run *run, const char *value)
{
    size_t digits = text_starts(value, "\\x") ? strspn(value + 2, "0123456789abcdefABCDEF") : 0;
    return run->t->source->lex->escape_strings && digits && digits % 2 == 0 && value[2 + digits] == '\0';
}

static int value_add(struct run *run, int at, const char *value)
{
    struct translator *t = run->t;
    struct buf written;
    const char *same;
    buf_init(&written, t->mem);
    literal_add(&written, t->target->dialect->ident, value);
    const char *literal = written.data;
    TRY(constant_value(t, compared_type(run->scan, at), literal, false, &same));
    buf_add(run->out, same ? same : literal);
    if (t->rules->nocase_texts & t->source->engine && compares_texts(run->scan, at))
        buf_addf(run->out, " COLLATE %s", t->rules->nocase);
    return 0;
}

static int string_add(struct run *run)
{
    const struct token *token = peek(run, 0);
    int at = run->at;
    const char *value = scan_string(run->scan, token);
    begin_operand(run);
    run->at++;
    for (; value && peek(run, 0)->kind == TOKEN_STRING; run->at++) { /* 'a' 'b' is one */
        const char *more = scan_string(run->scan, peek(run, 0));
        value = more ? arena_printf(run->t->mem, "%s%s", value, more) : NULL;
    }
    if (value && char_lower(*token->text) == 'b' && run->t->source->lex->backslash_escapes)
        buf_addf(run->out, "%llu", strtoull(value, NULL, 2));
    else if (value && is_bytes(run, value))
        buf_addf(run->out, "X'%s'", value + 2);
    else if (value)
        return value_add(run, at, value);
    else if (char_lower(*token->text) == 'x' && !run->t->source->lex->escape_strings)
        buf_add_n(run->out, token->text, token->length);
    else
        return fail(run->t->ctx, ERR_UNSUPPORTED, "the literal %.*s cannot be read",
                    token->length < 40 ? (int)token->length : 40, token->text);
    return 0;
}

/* _utf8mb4'x', DATE '2024-01-01': the word before a literal, which says its type. */
static bool introduces_literal(const struct run *run)
{
    static const char *const words[] = {"date",  "time", "timestamp", "timestamptz", "text", "uuid",
                                        "jsonb", "json", "bool",      "boolean",     NULL};
    const struct token *token = peek(run, 0);
    return peek(run, 1)->kind == TOKEN_STRING && token->kind == TOKEN_WORD &&
           (*token->text == '_' || token_is_one_of(token, words));
}

/* ---- casts */

static bool is_plain(const struct scan *scan, int from, int to)
{
    return to == from + 1 && (scan->token[from].kind == TOKEN_STRING || scan->token[from].kind == TOKEN_NUMBER);
}

static bool labels_have(struct translator *t, const struct names *labels, const char *literal)
{
    for (int i = 0; i < labels->n; i++) {
        struct buf label;
        buf_init(&label, t->mem);
        literal_add(&label, t->target->dialect->ident, labels->item[i]);
        if (text_equal(label.data, literal))
            return true;
    }
    return false;
}

/* As the source names the type, or else as the target does. */
static int cast_constant(struct translator *t, const struct read_type *type, const char *literal, const char **text)
{
    *text = NULL;
    if (type->labels.n && !labels_have(t, &type->labels, literal))
        return fail(t->ctx, ERR_UNSUPPORTED, "%s is no value of the type %s", literal, type->written);
    if (type->array || type->labels.n || type->fallback)
        return 0;
    TRY(constant_value(t, type->written, literal, false, text));
    return *text ? 0 : constant_value(t, type->name, literal, false, text);
}

/* Numbers are rounded and booleans have a word, which the target's cast does not do. */
static const char *cast_of(const struct scan *scan, int from, int to, const struct read_type *type)
{
    const struct translation *rules = scan->t->rules;
    const struct token *name = &scan->token[from];
    if (type->array || type->labels.n)
        return NULL;
    const struct column *column = to == from + 1 && (name->kind == TOKEN_WORD || name->kind == TOKEN_QUOTED)
                                      ? column_named(scan, name_of(scan->t, name))
                                      : NULL;
    if (type->is_integer && column && type_is_integer(scan->t, column->type))
        return NULL;
    if (type->is_integer && value_is(scan, from, to, VALUE_FLOAT))
        return rules->rounded_even;
    if (type->is_text && scan->t->source->lex->escape_strings && value_is(scan, from, to, VALUE_BOOLEAN))
        return rules->truth;
    return type->cast;
}

void decimals_note(struct translator *t)
{
    note_once(t, NOTE_CHANGED, "the text of a decimal has no zeros at its end in %s: 2.50 is 2.5",
              t->target->dialect->title);
}

/* Of the operand that the tokens from `from` to `to` are. */
static int cast_add(struct run *run, const struct read_type *type, int from, int to)
{
    struct names one = {0};
    const char *operand = arena_dup(run->t->mem, run->out->data + run->operand), *constant = NULL;
    bool plain = is_plain(run->scan, from, to), text = plain && run->scan->token[from].kind == TOKEN_STRING;
    if (plain && *operand != 'X')
        TRY(cast_constant(run->t, type, operand, &constant));
    if (type->is_text && value_is(run->scan, from, to, VALUE_DECIMAL))
        decimals_note(run->t);
    const char *cast = plain && (text ? !type->sized : type->is_integer) ? NULL : cast_of(run->scan, from, to, type);
    if (!constant && !cast)
        return 0;
    names_add(run->t->mem, &one, operand);
    buf_cut(run->out, run->operand);
    buf_add(run->out, constant ? constant : fill_in(run->t->mem, cast, &one));
    return 0;
}

/* MySQL's "/" gives decimals of integers too. */
static bool divides_exactly(const struct scan *scan, int from, int to)
{
    const struct translate_word *row = row_find(scan->t, scan->t->rules->operators, "/");
    for (int i = from; i < to && row && !text_equal(row->to, "/"); i++)
        if (token_is(&scan->token[i], "/"))
            return true;
    return false;
}

static bool is_kind(const struct scan *scan, int from, int to, enum value_kind kind)
{
    return value_is(scan, from, to, kind) ||
           (kind == VALUE_DECIMAL && (value_is(scan, from, to, VALUE_POINT) || divides_exactly(scan, from, to)));
}

bool assigned_fits(struct translator *t, const struct translate_argument *row, const char *type, const char *value,
                   const char **text)
{
    struct names values = {0}, arguments = {0};
    const char *name = type_split(t->mem, type, &arguments);
    if (!(row->engines & t->source->engine) || !text_equal_nocase(row->name, name) ||
        (text_has(row->to, "$3") && !arguments.n))
        return false;
    names_add(t->mem, &values, value);
    for (int i = 0; i < 2; i++)
        names_add(t->mem, &values, i < arguments.n ? arguments.item[i] : "0");
    *text = fill_in(t->mem, row->to, &values);
    return true;
}

int assignment_cast(struct scan *scan, int from, int to, const char *type, const char **text)
{
    const char *cast;
    bool today = to == from + 1 && token_is(&scan->token[from], "current_date");
    for (const struct translate_argument *row = scan->t->rules->assigned; row->name && !today; row++)
        if (assigned_fits(scan->t, row, type, *text, &cast) && is_kind(scan, from, to, row->kind)) {
            *text = cast;
            return 0;
        }
    return 0;
}

static int read_type_at(struct run *run, int at, int end, struct read_type *type, int *after)
{
    struct scan scan = *run->scan;
    scan.at = at;
    scan.n = end;
    int code = type_read(&scan, type);
    *after = scan.at;
    return code;
}

/* ::type */
static int postfix_cast(struct run *run)
{
    struct read_type type;
    int to = run->at;
    TRY(read_type_at(run, to + 1, run->end, &type, &run->at));
    return cast_add(run, &type, run->first, to);
}

static int closing(const struct run *run, int open, const char *opener, const char *closer)
{
    int depth = 0;
    for (int i = open; i < run->end; i++) {
        depth += token_is(&run->scan->token[i], opener) - token_is(&run->scan->token[i], closer);
        if (depth == 0)
            return i;
    }
    return -1;
}

static int unclosed(const struct run *run)
{
    return fail(run->t->ctx, ERR_UNSUPPORTED, "a parenthesis is not closed");
}

/* CAST(x AS type) */
static int cast_call(struct run *run)
{
    int close = closing(run, run->at + 1, "(", ")"), as = -1, after, depth = 0;
    struct read_type type;
    if (close < 0)
        return unclosed(run);
    for (int i = run->at + 2; i < close; i++) {
        depth += token_is(&run->scan->token[i], "(") - token_is(&run->scan->token[i], ")");
        if (!depth && token_is(&run->scan->token[i], "as"))
            as = i;
    }
    if (as < 0)
        return fail(run->t->ctx, ERR_UNSUPPORTED, "a CAST without a type is not understood");
    TRY(read_type_at(run, as + 1, close, &type, &after));
    begin_operand(run);
    int from = run->at + 2;
    TRY(text_add(run->scan, from, as, run->out));
    run->at = close + 1;
    return cast_add(run, &type, from, as);
}

/* ---- lists */

/* ARRAY[a, b] with its parentheses and casts around it: what is in the brackets. */
static bool array_inside(const struct run *run, int from, int to, int *open, int *close)
{
    while (from < to && token_is(&run->scan->token[from], "("))
        from++;
    if (from + 1 >= to || !token_is(&run->scan->token[from], "array") || !token_is(&run->scan->token[from + 1], "["))
        return false;
    *open = from + 1;
    *close = closing(run, *open, "[", "]");
    return *close > 0;
}

/* x = ANY (ARRAY[a, b]) is x IN (a, b) */
static int any_list(struct run *run, bool *done)
{
    bool any = token_is(peek(run, 0), "=") && token_is(peek(run, 1), "any");
    bool none = token_is(peek(run, 0), "<>") && token_is(peek(run, 1), "all");
    int open, close, end;
    *done = false;
    if ((!any && !none) || !token_is(peek(run, 2), "("))
        return 0;
    end = closing(run, run->at + 2, "(", ")");
    if (end < 0)
        return unclosed(run);
    if (!array_inside(run, run->at + 3, end, &open, &close)) {
        if (token_is(peek(run, 3), "select"))
            return fail(run->t->ctx, ERR_UNSUPPORTED, "ANY and ALL of a query cannot be said here");
        return fail(run->t->ctx, ERR_UNSUPPORTED, "an array that is not written out cannot be compared with here");
    }
    buf_add(run->out, any ? "IN (" : "NOT IN (");
    TRY(text_add(run->scan, open + 1, close, run->out));
    buf_add(run->out, ")");
    run->at = end + 1;
    *done = true;
    return 0;
}

static int array_add(struct run *run)
{
    int close = closing(run, run->at + 1, "[", "]");
    if (close < 0)
        return unclosed(run);
    struct names inside = {0};
    const char *text;
    begin_operand(run);
    TRY(text_translate(run->scan, run->at + 2, close, &text));
    names_add(run->t->mem, &inside, text);
    buf_add(run->out, fill_in(run->t->mem, run->t->rules->array, &inside));
    run->at = close + 1;
    return 0;
}

static int group_add(struct run *run)
{
    int close = closing(run, run->at, "(", ")");
    if (close < 0)
        return unclosed(run);
    begin_operand(run);
    size_t operand = run->operand;
    int first = run->first;
    buf_add(run->out, "(");
    TRY(text_add(run->scan, run->at + 1, close, run->out));
    buf_add(run->out, ")");
    run->at = close + 1;
    run->operand = operand;
    run->first = first;
    return 0;
}

/* ---- words */

bool is_syntax(const struct token *token)
{
    static const char *const words[] = {
        "in",        "values", "and",      "or",        "not",    "exists",    "as",        "on",
        "using",     "over",   "filter",   "select",    "from",   "where",     "when",      "then",
        "else",      "case",   "between",  "like",      "by",     "limit",     "union",     "all",
        "except",    "set",    "distinct", "is",        "having", "conflict",  "primary",   "key",
        "unique",    "join",   "offset",   "insert",    "into",   "update",    "delete",    "with",
        "within",    "group",  "window",   "partition", "check",  "returning", "intersect", "materialized",
        "recursive", "escape", "order",    "any",       "some",   "ilike",     NULL};
    return token->kind == TOKEN_WORD && token_is_one_of(token, words);
}

static bool before_table(const struct token *token)
{
    static const char *const words[] = {"from", "join", "into", "update", "table", "only", NULL};
    return token->kind == TOKEN_WORD && token_is_one_of(token, words);
}

static bool is_schema(const struct run *run, const struct token *token)
{
    const char *name = name_of(run->t, token);
    return names_have(&run->t->schemas, name);
}

/* A schema before the name of a table or function; one part of three always is one. */
static bool skips_schema(const struct run *run)
{
    const struct token *token = peek(run, 0);
    if (!token_is(peek(run, 1), ".") || token_is(peek(run, -1), "."))
        return false;
    bool three = token_is(peek(run, 3), ".") && peek(run, 4)->kind != TOKEN_OPERATOR;
    return before_table(peek(run, -1)) || three || token_is(peek(run, 3), "(") || is_schema(run, token);
}

static int call_add(struct run *run)
{
    const char *name = name_of(run->t, peek(run, 0)), *text;
    int close = closing(run, run->at + 1, "(", ")");
    if (close < 0)
        return unclosed(run);
    begin_operand(run);
    TRY(call_translate(run->scan, text_lower(run->t->mem, name), run->at + 1, close, &text));
    buf_add(run->out, text);
    run->at = close + 1;
    return 0;
}

/* AT TIME ZONE 'UTC' changes nothing where all moments are in UTC. */
static int time_zone(struct run *run)
{
    const struct token *zone = peek(run, 3);
    const char *name = zone->kind == TOKEN_STRING ? scan_string(run->scan, zone) : NULL;
    if (!text_equal_nocase(name, "utc"))
        return fail(run->t->ctx, ERR_UNSUPPORTED, "time zones other than UTC are not there");
    run->at += 4;
    return 0;
}

static const struct translate_word *collation_row(const struct translator *t, const char *name)
{
    for (const struct translate_word *row = t->rules->collations; row->from; row++)
        if ((row->engines & t->source->engine) &&
            (*row->from == '*' ? text_ends(name, row->from + 1) : text_equal(name, row->from)))
            return row;
    return NULL;
}

static int collate_add(struct run *run)
{
    const char *name = NULL;
    struct scan scan = *run->scan;
    scan.at = run->at + 1;
    scan.n = run->end;
    TRY(scan_qualified(&scan, &name));
    run->at = scan.at;
    const struct translate_word *row = collation_row(run->t, text_lower(run->t->mem, name));
    if (!row)
        note_once(run->t, NOTE_LEFT_OUT, "COLLATE %s is left out: texts are compared byte by byte here", name);
    else if (*row->to)
        buf_addf(run->out, "COLLATE %s", row->to);
    return 0;
}

static int word_row(const struct run *run, const struct translate_word **row)
{
    const struct token *token = peek(run, 0);
    const struct translate_word *columns = run->t->rules->columns, *words = run->t->rules->words;
    bool word = token->kind == TOKEN_WORD, part = token_is(peek(run, -1), ".");
    *row = word ? row_find(run->t, columns, lower(run, token)) : NULL;
    if (!*row && word && !part)
        *row = row_find(run->t, words, lower(run, token));
    if (*row && !(*row)->to)
        return fail(run->t->ctx, ERR_UNSUPPORTED, "%.*s cannot be said here", (int)token->length, token->text);
    return 0;
}

/* That of the source's own tables is none that could be left away. */
static int schema_skip(struct run *run)
{
    const struct translate_word *row;
    TRY(word_row(run, &row));
    run->at += 2;
    return 0;
}

/* Do the texts before LIKE, which stands at `at`, compare otherwise than those of the source do? */
static bool compares_otherwise(const struct run *run, int at, bool nocase)
{
    const struct scan *scan = run->scan;
    at -= at > 0 && token_is(&scan->token[at], "not");
    bool name = at >= 0 && scan->token[at].kind != TOKEN_STRING && !is_syntax(&scan->token[at]);
    const struct column *column = name ? column_named(scan, name_of(run->t, &scan->token[at])) : NULL;
    return column && nocase == !column->collation;
}

static bool is_pattern_word(const struct translator *t, const char *said)
{
    return text_ends(said, "LIKE") || text_ends(said, t->rules->like.exact);
}

/* After LIKE or an operator like it, which stands at `at`: its pattern, if it is one. */
static int pattern_after(struct run *run, const char *said, int at)
{
    struct translator *t = run->t;
    bool nocase = t->rules->nocase_texts & t->source->engine, exact = text_ends(said, t->rules->like.exact);
    bool binary = nocase && token_is(peek(run, 0), "binary");
    if (!is_pattern_word(t, said))
        return 0;
    if (exact != nocase && (binary || compares_otherwise(run, at - 1, nocase))) {
        exact = !exact;
        buf_cut(run->out, run->out->len - strlen(exact ? "LIKE" : t->rules->like.exact));
        buf_add(run->out, exact ? t->rules->like.exact : "LIKE");
        run->at += binary;
    }
    struct scan rest = *run->scan;
    rest.at = run->at;
    rest.n = run->end;
    TRY(pattern_add(&rest, exact, run->out));
    run->at = rest.at;
    return 0;
}

/* Is one of the operands before and after the operator at hand no integer? */
static bool is_broken(const struct run *run, int from)
{
    return term_is(run->scan, from, run->at, run->end, VALUE_POINT) ||
           term_is(run->scan, from, run->at, run->end, VALUE_DECIMAL) ||
           term_is(run->scan, from, run->at, run->end, VALUE_FLOAT);
}

/* DIV: of integers it is "/" here. */
static int whole_division(const struct run *run)
{
    const struct token *token = peek(run, 0);
    int from = run->at > run->from ? run->at - 1 : run->at;
    if (!is_broken(run, from))
        return 0;
    return fail(run->t->ctx, ERR_UNSUPPORTED, "%.*s divides only integers here", (int)token->length, token->text);
}

static int plain_word(struct run *run)
{
    const struct token *token = peek(run, 0);
    const struct translate_word *row;
    TRY(word_row(run, &row));
    if (row && text_equal(row->to, "/"))
        TRY(whole_division(run));
    if (token_is(token, "between") && value_is(run->scan, run->at - (run->at > run->from), run->at, VALUE_CHOICE))
        return fail(run->t->ctx, ERR_UNSUPPORTED, "labels of an enum are texts here, and in another order");
    if (!token_is(peek(run, -1), "."))
        begin_operand(run);
    run->at++;
    if (row) {
        buf_add(run->out, row->to);
        return pattern_after(run, row->to, run->at - 1);
    }
    if (token->kind == TOKEN_QUOTED)
        say_name(run->out, run->t, name_of(run->t, token));
    else
        buf_add_n(run->out, token->text, token->length);
    return 0;
}

/* ON DUPLICATE KEY UPDATE a = VALUES(a) */
static bool is_values_call(const struct run *run)
{
    return token_is(peek(run, 0), "values") && peek(run, -1)->kind != TOKEN_WORD && call_known(run->t, "values");
}

/* WITH name (a, b) AS (SELECT ...) */
static bool names_query(const struct run *run)
{
    const struct token *token = run->scan->token;
    int at = closing(run, run->at + 1, "(", ")") + 1;
    if (at <= 0 || !token_is(&token[at], "as"))
        return false;
    at += token_is(&token[at + 1], "not") ? 2 : 1;
    return token_is(&token[at], "(") || token_is(&token[at], "materialized");
}

static bool begins_call(const struct run *run)
{
    static const char *const tables[] = {"into", "update", "table", "only", "as", NULL};
    const struct token *token = peek(run, 0);
    return token_is(peek(run, 1), "(") && (!is_syntax(token) || is_values_call(run)) &&
           !token_is_one_of(peek(run, -1), tables) && !names_query(run);
}

static int skip(struct run *run, int tokens)
{
    run->at += tokens;
    return 0;
}

/* DATE '2024-01-05' is '2024-01-05'::date. */
static int introduced_add(struct run *run)
{
    struct read_type type;
    int ignored, at = run->at++;
    if (*run->scan->token[at].text == '_')
        return 0;
    TRY(read_type_at(run, at, at + 1, &type, &ignored));
    TRY(string_add(run));
    return cast_add(run, &type, at + 1, at + 2);
}

/* BINARY x */
static int binary_add(struct run *run)
{
    int to = operand_after(run->scan, run->at + 1, run->end);
    run->at++;
    if (to == run->at)
        return 0;
    begin_operand(run);
    TRY(text_add(run->scan, run->at, to, run->out));
    buf_addf(run->out, " COLLATE %s", run->t->rules->exact);
    run->at = to;
    return 0;
}

static int order_add(struct run *run)
{
    buf_add(run->out, "ORDER BY");
    struct scan at = *run->scan;
    at.at = run->at + 2;
    at.n = run->end;
    TRY(order_items_add(&at, run->out));
    run->at = at.at;
    return 0;
}

static int word_add(struct run *run)
{
    static const struct {
        const char *word, *next;
        int (*add)(struct run *run);
    } special[] = {{"array", "[", array_add},  {"cast", "(", cast_call},       {"at", "time", time_zone},
                   {"order", "by", order_add}, {"collate", NULL, collate_add}, {"binary", NULL, binary_add}};
    const struct token *token = peek(run, 0);
    if (introduces_literal(run))
        return introduced_add(run);
    if (skips_schema(run))
        return schema_skip(run);
    if (token_is(token, "from") && token_is(peek(run, 1), "dual") && run->t->rules->loose & run->t->source->engine)
        return skip(run, 2);
    if (token_is(token, "only") && before_table(peek(run, -1)))
        return skip(run, 1);
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (token_is(token, special[i].word) && (!special[i].next || token_is(peek(run, 1), special[i].next)))
            return special[i].add(run);
    return begins_call(run) ? call_add(run) : plain_word(run);
}

static const struct translate_word *operator_row(const struct run *run, const struct token *token)
{
    return row_find(run->t, run->t->rules->operators, token_copy(run->t->mem, token));
}

/* a || b as texts */
static int joined_check(const struct run *run)
{
    const struct translate_word *row = operator_row(run, peek(run, 0));
    if (!token_is(peek(run, 0), "||") || !row || !text_equal(row->to, "||"))
        return 0;
    if (term_is(run->scan, run->term, run->at, run->end, VALUE_BOOLEAN))
        return fail(run->t->ctx, ERR_UNSUPPORTED, "the text of a boolean is another one here: say ::text");
    if (term_is(run->scan, run->term, run->at, run->end, VALUE_DECIMAL))
        decimals_note(run->t);
    return 0;
}

/* Operators that make something else of such values here. */
static int kinds_check(const struct run *run)
{
    static const struct {
        const char *operators[5];
        enum value_kind kind;
        const char *reason;
    } refused[] = {
        {{"+", "-"}, VALUE_MOMENT, "sums and differences of moments are not there"},
        {{"||", "-"}, VALUE_DOCUMENT, "JSON and arrays are not changed by operators here"},
        {{"+", "-", "*", "/"}, VALUE_CHOICE, "labels of an enum are texts here, and no numbers"},
    };
    const struct token *token = peek(run, 0);
    if (run->at == run->from || token_is(peek(run, 1), "interval"))
        return 0;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (token_is_one_of(token, refused[i].operators) &&
            term_is(run->scan, run->term, run->at, run->end, refused[i].kind))
            return fail(run->t->ctx, ERR_UNSUPPORTED, "%s", refused[i].reason);
    if (token_is(token, "->") && token_is(peek(run, 1), "-"))
        return fail(run->t->ctx, ERR_UNSUPPORTED, "elements are counted only from the beginning here");
    if (token_is(token, "%") && is_broken(run, run->term))
        return fail(run->t->ctx, ERR_UNSUPPORTED, "%% divides only integers here");
    TRY(joined_check(run));
    return comparison_check(run->scan, run->at, run->end, run->term);
}

static int arithmetic_add(struct run *run, bool *done)
{
    TRY(kinds_check(run));
    *done = token_is(peek(run, 0), "/") && term_is(run->scan, run->term, run->at, run->end, VALUE_DECIMAL);
    if (!*done)
        return 0;
    buf_add(run->out, run->t->rules->exact_division);
    run->at++;
    return 0;
}

static int operator_add(struct run *run)
{
    const struct token *token = peek(run, 0);
    bool done;
    if (token_is(token, "::") || (token->length == 2 && !strncmp(token->text, "::", 2)))
        return postfix_cast(run);
    TRY(any_list(run, &done));
    if (!done)
        TRY(arithmetic_add(run, &done));
    if (done)
        return 0;
    const struct translate_word *row = operator_row(run, token);
    if (!row || !row->to)
        return fail(run->t->ctx, ERR_UNSUPPORTED, "the operator %.*s is not there", (int)token->length, token->text);
    bool word = char_is_alpha(*row->to); /* !a is NOT a */
    if (word && run->out->len && !char_is_space(run->out->data[run->out->len - 1]))
        buf_add_c(run->out, ' ');
    run->at++;
    buf_add(run->out, row->to);
    if (is_pattern_word(run->t, row->to))
        return pattern_after(run, row->to, run->at - 1);
    buf_add(run->out, word ? " " : "");
    return 0;
}

static void term_note(struct run *run)
{
    static const char *const joins[] = {"*", "/", "%", ".", "over", "filter", "within", NULL};
    static const char *const goes_on[] = {"end", "over", "filter", "within", NULL};
    const struct token *before = peek(run, -1);
    bool cast = peek(run, 0)->length == 2 && !strncmp(peek(run, 0)->text, "::", 2);
    bool begins = peek(run, 0)->kind != TOKEN_OPERATOR || token_is(peek(run, 0), "(");
    bool introduced = before->kind == TOKEN_WORD && peek(run, 0)->kind == TOKEN_STRING && !is_syntax(before);
    if (!cast && begins && !introduced && !token_is_one_of(peek(run, 0), goes_on) && !token_is_one_of(before, joins))
        run->term = run->at;
}

/* Arithmetic beside what binds closer here than there, 'a' || 1 + 2: after it; where it stands: there is none. */
static int wrapped_end(const struct run *run)
{
    static const struct token joined = {.kind = TOKEN_OPERATOR, .text = "||", .length = 2};
    const struct translate_word *row = operator_row(run, &joined);
    bool joins = row && text_equal(row->to, "||");
    return joins ? arithmetic_beside(run->scan, run->from, run->at, run->end, "||") : run->at;
}

static int wrapped_add(struct run *run, int end)
{
    begin_operand(run);
    buf_add(run->out, "(");
    TRY(text_add(run->scan, run->at, end, run->out));
    buf_add(run->out, ")");
    run->at = end;
    return 0;
}

/* 0x41 is a text where nothing makes a number of it. */
static bool is_coded(const struct run *run, const struct token *token)
{
    static const char *const arithmetic[] = {"+", "-", "*", "/", "%", "&", "|", "<<", ">>", NULL};
    bool hex = token->length > 2 && *token->text == '0' && strchr("xXbB", token->text[1]);
    return hex && !token_is_one_of(peek(run, 1), arithmetic) && !token_is_one_of(peek(run, -1), arithmetic);
}

static int number_add(struct run *run)
{
    const struct token *token = peek(run, 0);
    const char *type = compared_type(run->scan, run->at), *value = NULL, *number = token_copy(run->t->mem, token);
    begin_operand(run);
    if (is_coded(run, token))
        return fail(run->t->ctx, ERR_UNSUPPORTED, "%s may be a text, and is a number here", number);
    if (type && (text_starts_nocase(type, "date") || text_starts_nocase(type, "timestamp")))
        TRY(constant_value(run->t, type, number, false, &value));
    buf_add(run->out, value ? value : number);
    run->at++;
    return 0;
}

/* a -> b ->> c; where it stands: the last arrow is none that gives a text, or there is none. */
static int arrows_end(const struct run *run, int *last)
{
    int to = run->t->rules->document_text ? arrows_after(run->scan, run->from, run->at, run->end, last) : run->at;
    return to > run->at && token_is(&run->scan->token[*last], "->>") ? to : run->at;
}

/* What "->" gives is a document, and a number or a boolean one of its own; its text is wanted. */
static int arrows_add(struct run *run, int last, int to)
{
    struct names one = {0};
    const char *document, *key;
    if (token_is(&run->scan->token[last + 1], "-"))
        return fail(run->t->ctx, ERR_UNSUPPORTED, "elements are counted only from the beginning here");
    begin_operand(run);
    TRY(text_translate(run->scan, run->at, last, &document));
    TRY(text_translate(run->scan, last + 1, to, &key));
    names_add(run->t->mem, &one, arena_printf(run->t->mem, "%s -> %s", document, key));
    buf_add(run->out, fill_in(run->t->mem, run->t->rules->document_text, &one));
    run->at = to;
    return 0;
}

static int documents_add(struct run *run, int last, int to)
{
    const char *text;
    begin_operand(run);
    TRY(document_translate(run->scan, run->at, last, to, &text));
    buf_add(run->out, text);
    run->at = to;
    return 0;
}

static int one_add(struct run *run)
{
    const struct token *token = peek(run, 0);
    bool cast = token->length == 2 && !strncmp(token->text, "::", 2);
    if (!cast)
        space_add(run);
    term_note(run);
    int wrapped = wrapped_end(run);
    if (wrapped > run->at)
        return wrapped_add(run, wrapped);
    int last, arrows = arrows_end(run, &last);
    if (arrows > run->at)
        return arrows_add(run, last, arrows);
    int documents = document_after(run->scan, run->from, run->at, run->end, &last);
    if (documents > run->at)
        return documents_add(run, last, documents);
    switch (token->kind) {
    case TOKEN_STRING: return string_add(run);
    case TOKEN_WORD:
    case TOKEN_QUOTED: return word_add(run);
    case TOKEN_OPERATOR: return operator_add(run);
    case TOKEN_PARAMETER:
        return fail(run->t->ctx, ERR_UNSUPPORTED, "%.*s is a variable of another engine's session", (int)token->length,
                    token->text);
    case TOKEN_NUMBER: return number_add(run);
    default: break;
    }
    if (token_is(token, "("))
        return group_add(run);
    if (token_is(token, "["))
        return fail(run->t->ctx, ERR_UNSUPPORTED, "there are no arrays whose elements could be taken");
    buf_add_n(run->out, token->text, token->length);
    run->at++;
    return 0;
}

int text_add(struct scan *scan, int from, int to, struct buf *out)
{
    struct run run = {
        .t = scan->t, .scan = scan, .from = from, .at = from, .end = to, .out = out, .term = from, .operand = out->len};
    while (run.at < run.end)
        TRY(one_add(&run));
    return 0;
}

int text_translate(struct scan *scan, int from, int to, const char **text)
{
    struct buf out;
    buf_init(&out, scan->t->mem);
    TRY(text_add(scan, from, to, &out));
    *text = text_trim(scan->t->mem, out.data);
    return 0;
}

bool translate_names(struct translator *t, const char *text, const char *name)
{
    struct lexer lexer;
    lex_open(&lexer, t->target->dialect->lex, text, strlen(text));
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer))
        if ((token.kind == TOKEN_WORD || token.kind == TOKEN_QUOTED) &&
            text_equal_nocase(token_name(t->mem, &token), name))
            return true;
    return false;
}
