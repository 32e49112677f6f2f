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
    size_t operand; /* where the operand at hand begins in `out` */
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

static int string_add(struct run *run)
{
    const struct token *token = peek(run, 0);
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
        literal_add(run->out, run->t->target->dialect->ident, value);
    else if (char_lower(*token->text) == 'x')
        buf_add_n(run->out, token->text, token->length);
    else
        return fail(run->t->ctx, ERR_UNSUPPORTED, "the literal %.*s cannot be read",
                    token->length < 40 ? (int)token->length : 40, token->text);
    return 0;
}

/* _utf8mb4'x', DATE '2024-01-01': the word before a literal that is text here too. */
static bool introduces_literal(const struct run *run)
{
    static const char *const words[] = {"date", "time",  "timestamp", "timestamptz", "text",
                                        "uuid", "jsonb", "json",      NULL};
    const struct token *token = peek(run, 0);
    return peek(run, 1)->kind == TOKEN_STRING && token->kind == TOKEN_WORD &&
           (*token->text == '_' || token_is_one_of(token, words));
}

/* ---- casts */

static bool is_number(const char *text)
{
    return *text && strspn(text, "0123456789.") == strlen(text);
}

/* Numbers are rounded, which the target's cast does not do. */
static const char *cast_of(const struct run *run, const struct read_type *type, const char *operand)
{
    bool rounds = type->is_integer && *operand != '\'' && strspn(operand, "0123456789") != strlen(operand);
    return type->array || type->labels.n ? NULL : rounds ? run->t->rules->rounded : type->cast;
}

static int cast_add(struct run *run, const struct read_type *type)
{
    struct names one = {0};
    const char *operand = arena_dup(run->t->mem, run->out->data + run->operand);
    bool literal = *operand == '\'';
    const char *cast = cast_of(run, type, operand);
    bool whole = !type->is_integer || !text_has(operand, ".");
    if (!cast || (literal && !type->is_integer) ||
        (is_number(operand) && whole)) /* a literal is what a column makes of it */
        return 0;
    names_add(run->t->mem, &one, operand);
    buf_cut(run->out, run->operand);
    buf_add(run->out, fill_in(run->t->mem, cast, &one));
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
    TRY(read_type_at(run, run->at + 1, run->end, &type, &run->at));
    return cast_add(run, &type);
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
    TRY(text_add(run->scan, run->at + 2, as, run->out));
    run->at = close + 1;
    return cast_add(run, &type);
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
    buf_add(run->out, "(");
    TRY(text_add(run->scan, run->at + 1, close, run->out));
    buf_add(run->out, ")");
    run->at = close + 1;
    run->operand = operand;
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

static int plain_word(struct run *run)
{
    const struct token *token = peek(run, 0);
    const struct translate_word *row;
    TRY(word_row(run, &row));
    if (!token_is(peek(run, -1), "."))
        begin_operand(run);
    run->at++;
    if (row)
        buf_add(run->out, row->to);
    else if (token->kind == TOKEN_QUOTED)
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

static int word_add(struct run *run)
{
    static const struct {
        const char *word, *next;
        int (*add)(struct run *run);
    } special[] = {
        {"array", "[", array_add}, {"cast", "(", cast_call}, {"at", "time", time_zone}, {"collate", NULL, collate_add}};
    const struct token *token = peek(run, 0);
    if (introduces_literal(run))
        return skip(run, 1);
    if (skips_schema(run))
        return schema_skip(run);
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

static int arithmetic_add(struct run *run, bool *done)
{
    const struct token *token = peek(run, 0);
    bool sum = (token_is(token, "+") || token_is(token, "-")) && !token_is(peek(run, 1), "interval");
    *done = false;
    if (sum && run->at > run->from && term_is(run->scan, run->term, run->at, run->end, VALUE_MOMENT))
        return fail(run->t->ctx, ERR_UNSUPPORTED, "sums and differences of moments are not there");
    if ((token_is(token, "||") || token_is(token, "-")) && run->at > run->from &&
        term_is(run->scan, run->term, run->at, run->end, VALUE_DOCUMENT))
        return fail(run->t->ctx, ERR_UNSUPPORTED, "JSON is not changed by operators here");
    if (!token_is(token, "/") || !term_is(run->scan, run->term, run->at, run->end, VALUE_DECIMAL))
        return 0;
    buf_addf(run->out, "%s", run->t->rules->exact_division);
    run->at++;
    *done = true;
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
    buf_addf(run->out, word ? "%s " : "%s", row->to);
    run->at++;
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
    switch (token->kind) {
    case TOKEN_STRING: return string_add(run);
    case TOKEN_WORD:
    case TOKEN_QUOTED: return word_add(run);
    case TOKEN_OPERATOR: return operator_add(run);
    case TOKEN_PARAMETER:
        return fail(run->t->ctx, ERR_UNSUPPORTED, "%.*s is a variable of another engine's session", (int)token->length,
                    token->text);
    case TOKEN_NUMBER: begin_operand(run); break;
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
