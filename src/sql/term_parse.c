/*
 * Reads an expression by precedence climbing.  What the engines differ in is a table of operators with how tightly
 * they bind (infix.h).  The parser knows the expressions that people write into checks, defaults and indexes; at anything
 * else (subqueries, windows, odd syntax) it gives up, and the caller compares tokens instead.
 */
#include "base/buf.h"
#include "base/text.h"
#include "sql/term_parser.h"

enum { MAX_DEPTH = 100, MAX_TOKENS = 20000 };

static struct term *parse(struct parser *parser, enum level level);

/* Lists, functions and the forms that have a syntax of their own. */

static bool parse_items(struct parser *parser, struct list *items, const char *close)
{
    if (parser_accept(parser, close))
        return true;
    do {
        struct term *item = parse(parser, LEVEL_ANY);
        if (!item)
            return false;
        list_add(parser->mem, items, item);
    } while (parser_accept(parser, ","));
    return parser_accept(parser, close);
}

static struct term *parse_parentheses(struct parser *parser)
{
    struct list items = {0};
    if (!parse_items(parser, &items, ")") || items.n == 0)
        return NULL;
    if (items.n == 1)
        return items.item[0];
    struct term *row = term_new(parser->mem, TERM_ROW, NULL);
    row->items = items;
    return row;
}

static struct term *parse_array(struct parser *parser)
{
    struct term *array = term_new(parser->mem, TERM_ARRAY, NULL);
    if (!parser_accept(parser, "[") || !parse_items(parser, &array->items, "]"))
        return NULL;
    for (int i = 0; i < array->items.n; i++)
        array->items.item[i] = term_settle(array->items.item[i], PLACE_OPERAND);
    return array;
}

static struct term *cast(struct parser *parser, struct term *inner, const char *type)
{
    if (parser->rules->strip_casts)
        return term_cast(parser->mem, inner, type);
    return term_new(parser->mem, TERM_OTHER,
                    arena_printf(parser->mem, "CAST(%s AS %s)", term_text(parser->mem, inner), type));
}

static struct term *parse_cast_function(struct parser *parser)
{
    struct term *inner = parser_accept(parser, "(") ? parse(parser, LEVEL_ANY) : NULL;
    const char *type = inner && parser_accept(parser, "as") ? parser_type(parser) : NULL;
    return type && parser_accept(parser, ")") ? cast(parser, inner, type) : NULL;
}

/* The word, then an expression; false if either is missing. */
static bool parse_clause(struct parser *parser, struct buf *out, const char *word, enum place place)
{
    struct term *term = parser_accept(parser, word) ? parse(parser, LEVEL_ANY) : NULL;
    if (term)
        buf_addf(out, " %s %s", text_upper(parser->mem, word), term_text(parser->mem, term_settle(term, place)));
    return term;
}

/* PostgreSQL prints the ELSE NULL that nobody wrote. */
static bool parse_else(struct parser *parser, struct buf *out)
{
    struct term *term = parse(parser, LEVEL_ANY);
    if (!term)
        return false;
    term = term_settle(term, PLACE_OPERAND);
    bool null = term->kind == TERM_NULL || (term->kind == TERM_CAST && term->inner->kind == TERM_NULL);
    if (!null)
        buf_addf(out, " ELSE %s", term_text(parser->mem, term));
    return true;
}

static struct term *parse_case(struct parser *parser)
{
    struct buf out;
    buf_init(&out, parser->mem);
    buf_add(&out, "CASE");
    if (!parser_at(parser, "when")) {
        struct term *operand = parse(parser, LEVEL_ANY);
        if (!operand)
            return NULL;
        buf_addf(&out, " %s", term_text(parser->mem, operand));
    }
    while (parser_at(parser, "when"))
        if (!parse_clause(parser, &out, "when", PLACE_OPERAND) || !parse_clause(parser, &out, "then", PLACE_OPERAND))
            return NULL;
    if (parser_accept(parser, "else") && !parse_else(parser, &out))
        return NULL;
    buf_add(&out, " END");
    return parser_accept(parser, "end") ? term_new(parser->mem, TERM_OTHER, out.data) : NULL;
}

/* TRIM(BOTH FROM a) has words and maybe nothing before the FROM; trim(a) is printed like that too. */
static void parse_trim_start(struct parser *parser, struct buf *out)
{
    static const char *const sides[] = {"both", "leading", "trailing", NULL};
    if (!parser_at_one_of(parser, sides)) {
        buf_add(out, parser->postgres && !token_is(parser_peek(parser, 1), ",") ? "BOTH FROM " : "");
        return;
    }
    buf_addf(out, "%s ", text_upper(parser->mem, token_copy(parser->mem, parser_peek(parser, 0))));
    parser->at++;
    if (parser_accept(parser, "from"))
        buf_add(out, "FROM ");
}

/* What sets arguments apart: a comma, or a word as in SUBSTRING(a FROM 1 FOR 2) and POSITION(a IN b). */
static bool parse_separator(struct parser *parser, struct buf *out)
{
    static const char *const words[] = {"from", "for", "placing", "in", NULL};
    if (parser_accept(parser, ",")) {
        buf_add(out, ", ");
        return true;
    }
    if (!parser_at_one_of(parser, words))
        return false;
    buf_addf(out, " %s ", text_upper(parser->mem, token_copy(parser->mem, parser_peek(parser, 0))));
    parser->at++;
    return true;
}

static bool parse_arguments(struct parser *parser, struct buf *out, const char *function)
{
    enum level level = text_equal(function, "position") ? LEVEL_OTHER : LEVEL_ANY;
    enum place place = term_is_text_function(function) ? PLACE_TEXT : PLACE_OPERAND;
    if (text_equal(function, "trim"))
        parse_trim_start(parser, out);
    do {
        struct term *argument = parse(parser, level);
        if (!argument)
            return false;
        buf_add(out, term_text(parser->mem, term_settle(argument, place)));
    } while (parse_separator(parser, out));
    return parser_at(parser, ")");
}

static struct term *parse_function(struct parser *parser, const char *name, bool plain_word)
{
    struct buf out;
    buf_init(&out, parser->mem);
    buf_addf(&out, "%s(", name);
    if (parser_at(parser, "*") && token_is(parser_peek(parser, 1), ")")) {
        parser->at++;
        buf_add_c(&out, '*');
    } else if (!parser_at(parser, ")") && !parse_arguments(parser, &out, name)) {
        return NULL;
    }
    buf_add_c(&out, ')');
    struct term *term = term_new(parser->mem, TERM_OTHER, out.data);
    term->textual = plain_word && term_is_text_function(name);
    return parser_accept(parser, ")") ? term : NULL;
}

/* CURRENT_TIMESTAMP, CURRENT_TIMESTAMP(3), TRUE. */
static struct term *parse_constant(struct parser *parser)
{
    const char *word = text_upper(parser->mem, token_copy(parser->mem, parser_peek(parser, 0)));
    parser->at++;
    if (!parser_accept(parser, "("))
        return term_new(parser->mem, TERM_OTHER, word);
    if (parser_accept(parser, ")"))
        return term_new(parser->mem, TERM_OTHER, word);
    return parse_function(parser, word, false);
}

static struct term *parse_name(struct parser *parser)
{
    struct buf out;
    buf_init(&out, parser->mem);
    const struct token *token;
    const char *name;
    bool qualified = false;
    for (;;) {
        token = parser_peek(parser, 0);
        if (token->kind != TOKEN_WORD && token->kind != TOKEN_QUOTED)
            return NULL;
        name = parser_name(parser, token);
        parser->at++;
        if (!parser_at(parser, "."))
            break;
        buf_addf(&out, "%s.", name);
        parser->at++;
        qualified = true;
    }
    bool call = parser_accept(parser, "(");
    bool word = token->kind == TOKEN_WORD;
    if (call && word) /* functions are case-insensitive everywhere, and many are reserved words */
        name = text_lower(parser->mem, token_copy(parser->mem, token));
    buf_add(&out, name);
    if (call)
        return parse_function(parser, out.data, word && !qualified);
    return term_new(parser->mem, TERM_NAME, out.data);
}

/* PostgreSQL: DATE '2020-01-01', interval '1 day'. */
static struct term *parse_typed_literal(struct parser *parser)
{
    int start = parser->at;
    bool word = parser_peek(parser, 0)->kind == TOKEN_WORD && !parser_at(parser, "case");
    const char *type = parser->postgres && word ? parser_type(parser) : NULL;
    bool literal = type && parser_peek(parser, 0)->kind == TOKEN_STRING;
    struct term *string = literal ? parser_string(parser) : NULL;
    if (string)
        return cast(parser, string, type);
    parser->at = start;
    return NULL;
}

/* MySQL prints the character set of every string: _utf8mb4'x'. */
static void skip_charset(struct parser *parser)
{
    const struct token *token = parser_peek(parser, 0);
    if (parser->rules->strip_charset && token->kind == TOKEN_WORD && token->text[0] == '_' &&
        parser_peek(parser, 1)->kind == TOKEN_STRING)
        parser->at++;
}

static struct term *parse_word(struct parser *parser)
{
    static const char *const unknown[] = {"exists",   "any",    "all",       "some",     "select",
                                          "with",     "values", "binary",    "distinct", "variadic",
                                          "interval", "row",    "collation", "unique",   NULL};
    bool quoted = parser_peek(parser, 0)->kind == TOKEN_QUOTED;
    struct term *literal = quoted ? NULL : parse_typed_literal(parser);
    if (literal)
        return literal;
    if (quoted || token_is(parser_peek(parser, 1), "."))
        return parse_name(parser);
    if (parser_accept(parser, "null"))
        return term_new(parser->mem, TERM_NULL, "NULL");
    if (parser_accept(parser, "case"))
        return parse_case(parser);
    if (parser_accept(parser, "cast"))
        return parse_cast_function(parser);
    if (parser->postgres && parser_accept(parser, "array"))
        return parse_array(parser);
    if (parser_at_constant(parser))
        return parse_constant(parser);
    return parser_at_one_of(parser, unknown) ? NULL : parse_name(parser);
}

static struct term *parse_primary(struct parser *parser)
{
    skip_charset(parser);
    switch (parser_peek(parser, 0)->kind) {
    case TOKEN_NUMBER: return parser_number(parser);
    case TOKEN_STRING: return parser_string(parser);
    case TOKEN_WORD:
    case TOKEN_QUOTED: return parse_word(parser);
    default: return parser_accept(parser, "(") ? parse_parentheses(parser) : NULL;
    }
}

static struct term *parse_not(struct parser *parser)
{
    struct term *operand = parse(parser, LEVEL_NOT);
    return operand ? term_compound(parser->mem, "NOT %s", term_operand(parser->mem, operand)) : NULL;
}

static struct term *parse_sign(struct parser *parser, char sign)
{
    struct term *operand = parse(parser, LEVEL_UNARY);
    if (!operand)
        return NULL;
    if (sign == '-' && operand->kind == TERM_NUMBER && operand->text[0] != '-')
        return term_new(parser->mem, TERM_NUMBER, arena_printf(parser->mem, "-%s", operand->text));
    return term_compound(parser->mem, "%c %s", sign, term_operand(parser->mem, operand));
}

static struct term *parse_prefix(struct parser *parser)
{
    if (parser_accept(parser, "not"))
        return parse_not(parser);
    if (parser_accept(parser, "-"))
        return parse_sign(parser, '-');
    if (parser_accept(parser, "+"))
        return parse_sign(parser, '+');
    if (!parser->postgres && parser_accept(parser, "~"))
        return parse_sign(parser, '~');
    return parse_primary(parser);
}

/* What stands after an operand. */

static struct list one(struct parser *parser, struct term *term)
{
    struct list list = {0};
    list_add(parser->mem, &list, term);
    return list;
}

static struct term *compare(struct parser *parser, struct term *left, const char *operator, struct term * right)
{
    bool equality = text_equal(operator, "=") || text_equal(operator, "<>");
    struct list lefts = one(parser, left), rights = one(parser, right);
    struct term *a = equality ? term_settle_equal(left, &rights) : term_settle(left, PLACE_COMPARED);
    struct term *b = equality ? term_settle_equal(right, &lefts) : term_settle(right, PLACE_COMPARED);
    return term_compound(parser->mem, "%s %s %s", term_operand(parser->mem, a), operator, term_operand(parser->mem, b));
}

/* Several values, or one: x IN (a) is x = a. */
static struct term *within(struct parser *parser, struct term *left, struct list *values, bool negated)
{
    if (values->n == 1 && parser->postgres)
        return compare(parser, left, negated ? "<>" : "=", values->item[0]);
    left = term_settle_equal(left, values);
    for (int i = 0; i < values->n; i++)
        values->item[i] = term_settle(values->item[i], PLACE_COMPARED);
    return term_compound(parser->mem, "%s %sIN (%s)", term_operand(parser->mem, left), negated ? "NOT " : "",
                         term_list(parser->mem, values));
}

/* The array may have been cast as a whole: (ARRAY['a'::character varying])::text[]. */
static struct term *constant_array(struct term *term)
{
    struct term *array = term->kind == TERM_CAST ? term->inner : term;
    bool strings = term->kind != TERM_CAST || text_equal(term->type, "text[]");
    for (int i = 0; array->kind == TERM_ARRAY && term->kind == TERM_CAST && i < array->items.n; i++)
        strings = strings && ((struct term *)array->items.item[i])->kind == TERM_STRING;
    return array->kind == TERM_ARRAY && array->items.n > 0 && strings ? array : NULL;
}

/* x = ANY (ARRAY[a, b]) is x IN (a, b); x <> ALL (...) is NOT IN. */
static struct term *parse_quantified(struct parser *parser, struct term *left, const char *operator)
{
    bool any = !parser_at(parser, "all");
    parser->at++;
    struct term *right = parser_accept(parser, "(") ? parse(parser, LEVEL_ANY) : NULL;
    if (!right || !parser_accept(parser, ")"))
        return NULL;
    struct term *array = parser->rules->any_array_to_in ? constant_array(right) : NULL;
    if (array && text_equal(operator, any ? "=" : "<>"))
        return within(parser, left, &array->items, !any);
    return term_compound(parser->mem, "%s %s %s (%s)", term_operand(parser->mem, left), operator, any ? "ANY" : "ALL",
                         term_text(parser->mem, right));
}

static struct term *parse_comparison(struct parser *parser, struct term *left, const struct infix *infix)
{
    static const char *const quantifiers[] = {"any", "some", "all", NULL};
    const char *operator= infix->spelling ? infix->spelling : infix->word;
    if (parser_at_one_of(parser, quantifiers) && token_is(parser_peek(parser, 1), "("))
        return parse_quantified(parser, left, operator);
    struct term *right = parse(parser, infix->level + 1);
    return right ? compare(parser, left, operator, right) : NULL;
}

static struct term *is_null(struct parser *parser, struct term *left, bool negated)
{
    left = term_settle(left, PLACE_OPERAND);
    return term_compound(parser->mem, "%s IS %sNULL", term_operand(parser->mem, left), negated ? "NOT " : "");
}

static struct term *parse_distinct(struct parser *parser, struct term *left, bool negated)
{
    struct term *right = parser_accept(parser, "from") ? parse(parser, LEVEL_COMPARE + 1) : NULL;
    if (!right)
        return NULL;
    struct term *distinct = compare(parser, left, "IS DISTINCT FROM", right);
    return negated ? term_compound(parser->mem, "NOT %s", term_operand(parser->mem, distinct)) : distinct;
}

/* Behind IS, ISNULL or NOTNULL. SQLite's IS takes any operand. */
static struct term *parse_is(struct parser *parser, struct term *left, const struct infix *infix)
{
    static const char *const truths[] = {"true", "false", "unknown", NULL};
    if (!text_equal(infix->word, "is"))
        return is_null(parser, left, text_equal(infix->word, "notnull"));
    bool negated = parser_accept(parser, "not");
    if (parser_accept(parser, "null"))
        return is_null(parser, left, negated);
    if (parser_accept(parser, "distinct"))
        return parse_distinct(parser, left, negated);
    const char *operator= negated ? "IS NOT" : "IS";
    if (parser_at_one_of(parser, truths)) {
        const char *truth = text_upper(parser->mem, token_copy(parser->mem, parser_peek(parser, 0)));
        parser->at++;
        return term_compound(parser->mem, "%s %s %s", term_operand(parser->mem, left), operator, truth);
    }
    struct term *right = parser->rules->is_compares ? parse(parser, infix->level + 1) : NULL;
    return right ? compare(parser, left, operator, right) : NULL;
}

static struct term *text_operation(struct parser *parser, struct term *left, const char *operator, struct term * right)
{
    left = term_settle(left, PLACE_TEXT);
    right = term_settle(right, PLACE_TEXT);
    return term_compound(parser->mem, "%s %s %s", term_operand(parser->mem, left), operator,
                         term_operand(parser->mem, right));
}

/* BETWEEN of PostgreSQL and ClickHouse is two comparisons, and is printed so. */
static struct term *between(struct parser *parser, struct term *left, struct term *low, struct term *high, bool negated)
{
    if (parser->postgres || parser->rules->splits_between)
        return term_join(parser->mem, negated ? TERM_OR : TERM_AND, compare(parser, left, negated ? "<" : ">=", low),
                         compare(parser, left, negated ? ">" : "<=", high));
    return term_compound(parser->mem, "%s %sBETWEEN %s AND %s", term_operand(parser->mem, left), negated ? "NOT " : "",
                         term_operand(parser->mem, low), term_operand(parser->mem, high));
}

static struct term *parse_between(struct parser *parser, struct term *left, enum level level, bool negated)
{
    if (parser_at(parser, "symmetric"))
        return NULL;
    struct term *low = parse(parser, level + 1);
    struct term *high = low && parser_accept(parser, "and") ? parse(parser, level + 1) : NULL;
    return high ? between(parser, left, low, high, negated) : NULL;
}

/* LIKE and its kin. PostgreSQL prints an ESCAPE as a function of the pattern. */
static struct term *parse_like(struct parser *parser, struct term *left, const char *word, enum level level,
                               bool negated)
{
    const char *operator= arena_printf(parser->mem, "%s%s", negated ? "NOT " : "", word);
    struct term *pattern = parse(parser, level + 1);
    if (!pattern || !parser_accept(parser, "escape"))
        return pattern ? text_operation(parser, left, operator, pattern) : NULL;
    struct term *escape = parse(parser, level + 1);
    if (!escape)
        return NULL;
    const char *a = term_text(parser->mem, term_settle(pattern, PLACE_TEXT));
    const char *b = term_text(parser->mem, term_settle(escape, PLACE_TEXT));
    if (parser->postgres)
        return text_operation(parser, left, operator, term_new(parser->mem, TERM_OTHER,
                                                               arena_printf(parser->mem, "like_escape(%s, %s)", a, b)));
    return term_compound(parser->mem, "%s %s %s ESCAPE %s", term_operand(parser->mem, left), operator, a, b);
}

static struct term *parse_similar(struct parser *parser, struct term *left, enum level level, bool negated)
{
    struct term *pattern = parser_accept(parser, "to") ? parse(parser, level + 1) : NULL;
    if (!pattern || parser_at(parser, "escape"))
        return NULL;
    const char *text = term_text(parser->mem, term_settle(pattern, PLACE_TEXT));
    return text_operation(parser, left, negated ? "!~" : "~",
                          term_new(parser->mem, TERM_OTHER, arena_printf(parser->mem, "similar_to_escape(%s)", text)));
}

static struct term *parse_in(struct parser *parser, struct term *left, bool negated)
{
    struct list values = {0};
    if (!parser_accept(parser, "(") || !parse_items(parser, &values, ")") || values.n == 0)
        return NULL;
    return within(parser, left, &values, negated);
}

static struct term *parse_zone_of(struct parser *parser, struct term *left)
{
    if (!parser_accept(parser, "time") || !parser_accept(parser, "zone"))
        return NULL;
    struct term *zone = parse(parser, LEVEL_ZONE + 1);
    return zone ? term_compound(parser->mem, "%s AT TIME ZONE %s", term_operand(parser->mem, left),
                                term_operand(parser->mem, term_settle(zone, PLACE_TEXT)))
                : NULL;
}

static struct term *parse_collation(struct parser *parser, struct term *left)
{
    struct term *name = parse_name(parser);
    return name ? term_compound(parser->mem, "%s COLLATE %s", term_operand(parser->mem, left), name->text) : NULL;
}

/* The word after NOT: NOT LIKE, NOT IN, NOT BETWEEN; its entry has no word if it is none that can be negated. */
static const struct infix *take_negated(struct parser *parser)
{
    const struct infix *infix = parser->infix;
    while (infix->word &&
           (infix->role != ROLE_MATCH || infix->level > LEVEL_MATCH || !parser_accept(parser, infix->word)))
        infix++;
    return infix;
}

/* Behind one of the words that are operators. */
static struct term *parse_match(struct parser *parser, struct term *left, const struct infix *infix)
{
    bool negated = text_equal(infix->word, "not");
    if (negated && parser_accept(parser, "null")) /* SQLite: x NOT NULL */
        return is_null(parser, left, true);
    const struct infix *word = negated ? take_negated(parser) : infix;
    if (!word->word)
        return NULL;
    if (text_equal(word->word, "between"))
        return parse_between(parser, left, word->level, negated);
    if (text_equal(word->word, "in"))
        return parse_in(parser, left, negated);
    if (text_equal(word->word, "similar"))
        return parse_similar(parser, left, word->level, negated);
    if (text_equal(word->word, "at"))
        return parse_zone_of(parser, left);
    if (text_equal(word->word, "collate"))
        return parse_collation(parser, left);
    const char *spelling = word->spelling ? word->spelling : text_upper(parser->mem, word->word);
    return parse_like(parser, left, spelling, word->level, negated);
}

/* a || b || c as concat(a, b, c): what a call is given needs no parentheses. */
static struct term *parse_called(struct parser *parser, struct term *left, const struct infix *infix)
{
    struct buf out;
    buf_init(&out, parser->mem);
    buf_addf(&out, "%s(%s", infix->spelling, term_text(parser->mem, left));
    do {
        struct term *operand = parse(parser, infix->level + 1);
        if (!operand)
            return NULL;
        buf_addf(&out, ", %s", term_text(parser->mem, operand));
    } while (parser_accept(parser, infix->word));
    buf_add_c(&out, ')');
    return term_new(parser->mem, TERM_OTHER, out.data);
}

static struct term *parse_binary(struct parser *parser, struct term *left, const struct infix *infix)
{
    static const char *const quantifiers[] = {"any", "some", "all", NULL};
    const char *operator= infix->spelling ? infix->spelling : infix->word;
    if (parser_at_one_of(parser, quantifiers) && token_is(parser_peek(parser, 1), "("))
        return parse_quantified(parser, left, operator);
    if (infix->role == ROLE_CALL)
        return parse_called(parser, left, infix);
    struct term *right = parse(parser, infix->level + 1);
    if (!right)
        return NULL;
    if (infix->role == ROLE_AND || infix->role == ROLE_OR)
        return term_join(parser->mem, infix->role == ROLE_AND ? TERM_AND : TERM_OR, left, right);
    if (infix->role == ROLE_TEXT || infix->role == ROLE_CONCAT) {
        struct term *term = text_operation(parser, left, operator, right);
        term->textual = infix->role == ROLE_CONCAT;
        return term;
    }
    enum place place = infix->role == ROLE_EXACT ? PLACE_EXACT : PLACE_OPERAND;
    struct term *term =
        term_compound(parser->mem, "%s %s %s", term_operand(parser->mem, term_settle(left, place)), operator,
                      term_operand(parser->mem, term_settle(right, place)));
    term->textual = text_equal(operator, "->>") || text_equal(operator, "#>>");
    return term;
}

/* a[1]; only of what needs no parentheses of its own. */
static struct term *parse_subscript(struct parser *parser, struct term *left)
{
    struct term *index = parse(parser, LEVEL_ANY);
    if (!index || !parser_accept(parser, "]"))
        return NULL;
    return term_new(
        parser->mem, TERM_OTHER,
        arena_printf(parser->mem, "%s[%s]", term_operand(parser->mem, left), term_text(parser->mem, index)));
}

/* The operator at hand; PostgreSQL's that are not in the table all bind alike. */
static bool find_infix(struct parser *parser, struct infix *found)
{
    const struct token *token = parser_peek(parser, 0);
    for (const struct infix *infix = parser->infix; infix->word; infix++)
        if (token_is(token, infix->word)) {
            *found = *infix;
            if (infix->role == ROLE_TEXT && !parser->rules->like_operators)
                found->spelling = NULL;
            return true;
        }
    if (!parser->postgres || token->kind != TOKEN_OPERATOR || token_is(token, ":") || token_is(token, ".."))
        return false;
    *found = (struct infix){token_copy(parser->mem, token), LEVEL_OTHER, ROLE_PLAIN, NULL};
    return true;
}

static struct term *parse_infix(struct parser *parser, struct term *left, const struct infix *infix)
{
    switch (infix->role) {
    case ROLE_COMPARE: return parse_comparison(parser, left, infix);
    case ROLE_IS: return parse_is(parser, left, infix);
    case ROLE_MATCH: return parse_match(parser, left, infix);
    default: return parse_binary(parser, left, infix);
    }
}

static struct term *parse_postfix(struct parser *parser, struct term *left)
{
    for (;;) {
        if (parser->postgres && parser_accept(parser, "::")) {
            const char *type = parser_type(parser);
            if (!type)
                return NULL;
            left = cast(parser, left, type);
        } else if (parser->postgres && parser_accept(parser, "[")) {
            left = parse_subscript(parser, left);
            if (!left)
                return NULL;
        } else {
            return left;
        }
    }
}

static struct term *parse_climbing(struct parser *parser, enum level level)
{
    struct infix infix;
    bool prefix = parser_at(parser, "not") || parser_at(parser, "-") || parser_at(parser, "+");
    struct term *left = parse_prefix(parser);
    if (left && !prefix)
        left = parse_postfix(parser, left);
    while (left && find_infix(parser, &infix) && infix.level >= level) {
        parser->at++;
        left = parse_infix(parser, left, &infix);
    }
    return left;
}

static struct term *parse(struct parser *parser, enum level level)
{
    if (++parser->depth > MAX_DEPTH)
        return NULL;
    struct term *term = parse_climbing(parser, level);
    parser->depth--;
    return term;
}

static bool read_tokens(struct parser *parser, const char *text, size_t length)
{
    struct lexer lexer;
    int n = 0, room = 64;
    parser->token = NEW_ARRAY(parser->mem, struct token, room);
    lex_open(&lexer, parser->rules->lex, text, length);
    do {
        if (n == room) {
            parser->token = arena_grow(parser->mem, parser->token, sizeof *parser->token * (size_t)room,
                                       sizeof *parser->token * (size_t)room * 2);
            room *= 2;
        }
        parser->token[n] = lex_next_code(&lexer);
    } while (parser->token[n].kind != TOKEN_END && ++n < MAX_TOKENS);
    return n < MAX_TOKENS;
}

struct term *term_parse(struct arena *mem, const struct normal_rules *rules, const char *text, size_t length)
{
    const struct lex_rules *lex = rules->lex;
    struct parser parser = {.mem = mem, .rules = rules, .infix = rules->infix, .postgres = lex->dollar_quotes};
    if (!read_tokens(&parser, text, length))
        return NULL;
    struct term *term = parse(&parser, LEVEL_ANY);
    return term && parser_peek(&parser, 0)->kind == TOKEN_END ? term_settle(term, PLACE_WHOLE) : NULL;
}
