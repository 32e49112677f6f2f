/*
 * What single tokens of an expression mean: names, strings, numbers, and the names of types, each in one spelling.
 */
#include "base/buf.h"
#include "base/text.h"
#include "sql/term_parser.h"

const struct token *parser_peek(const struct parser *parser, int ahead)
{
    for (int i = 0; i < ahead; i++)
        if (parser->token[parser->at + i].kind == TOKEN_END)
            ahead = i;
    return &parser->token[parser->at + ahead];
}

bool parser_at(const struct parser *parser, const char *word)
{
    return token_is(parser_peek(parser, 0), word);
}

bool parser_accept(struct parser *parser, const char *word)
{
    bool found = parser_at(parser, word);
    parser->at += found;
    return found;
}

bool parser_at_one_of(const struct parser *parser, const char *const *words)
{
    for (int i = 0; words[i]; i++)
        if (parser_at(parser, words[i]))
            return true;
    return false;
}

/* Names and literals. */

/* Unquoted they are values or syntax, so as names they are always shown quoted. */
static const char *const constants[] = {"true",    "false", "current_date", "current_time", "current_timestamp",
                                        "default", NULL};
static const char *const pg_constants[] = {"localtime",       "localtimestamp", "current_user",
                                           "session_user",    "user",           "current_role",
                                           "current_catalog", "current_schema", NULL};
static const char *const syntax[] = {"null", "not",    "case",     "when", "then", "else", "end",    "cast", "array",
                                     "row",  "exists", "interval", "any",  "all",  "some", "select", "from", NULL};

bool parser_at_constant(const struct parser *parser)
{
    return parser_at_one_of(parser, constants) || (parser->postgres && parser_at_one_of(parser, pg_constants));
}

static bool is_listed(const char *name, const char *const *words)
{
    for (int i = 0; words[i]; i++)
        if (text_equal_nocase(name, words[i]))
            return true;
    return false;
}

const char *parser_name(const struct parser *parser, const struct token *token)
{
    const struct normal_rules *rules = parser->rules;
    const char *name = token_name(parser->mem, token);
    bool fold = rules->fold_names && (token->kind == TOKEN_WORD || !rules->ident->upper_needs_quotes);
    if (fold)
        name = text_lower(parser->mem, name);
    bool special = is_listed(name, constants) || is_listed(name, pg_constants) || is_listed(name, syntax);
    if (token->kind == TOKEN_QUOTED && special)
        return arena_printf(parser->mem, "\"%s\"", name);
    return ident_text(parser->mem, rules->ident, name);
}

/* One character after a backslash, as MySQL and PostgreSQL's E'...' read it; -1: not known here. */
static int unescape(char c)
{
    static const char from[] = "ntrb\\'\"", to[] = "\n\t\r\b\\'\"";
    const char *found = c ? strchr(from, c) : NULL;
    return found ? to[found - from] : -1;
}

/* The text of a string literal between its quotes; false if it has an escape that is not known here. */
static bool read_string(struct buf *out, const char *text, size_t length, bool backslash)
{
    char quote = text[0];
    for (size_t i = 1; i + 1 < length; i++) {
        int c = (unsigned char)text[i];
        if (c == quote) {
            i++;
        } else if (backslash && c == '\\') {
            c = unescape(text[++i]);
            if (c < 0)
                return false;
        }
        buf_add_c(out, (char)c);
    }
    return true;
}

static struct term *string_term(const struct parser *parser, const char *value)
{
    struct ident_rules plain = {0};
    struct buf literal;
    buf_init(&literal, parser->mem);
    literal_add(&literal, &plain, value);
    return term_new(parser->mem, TERM_STRING, literal.data);
}

static struct term *parse_dollar_string(struct parser *parser, const struct token *token)
{
    const char *tag_end = memchr(token->text + 1, '$', token->length - 1);
    size_t tag = (size_t)(tag_end - token->text) + 1;
    return string_term(parser, arena_copy(parser->mem, token->text + tag, token->length - 2 * tag));
}

struct term *parser_string(struct parser *parser)
{
    const struct token *token = parser_peek(parser, 0);
    struct buf value;
    buf_init(&value, parser->mem);
    parser->at++;
    if (token->unfinished || memchr(token->text, '\0', token->length))
        return NULL;
    if (token->text[0] == '$')
        return parse_dollar_string(parser, token);
    bool escape = char_lower((unsigned char)token->text[0]) == 'e';
    bool plain = token->text[0] == '\'' || token->text[0] == '"';
    if (!escape && !plain)
        return term_new(parser->mem, TERM_OTHER, token_copy(parser->mem, token));
    bool backslash = escape || parser->rules->lex->backslash_escapes;
    if (!read_string(&value, token->text + escape, token->length - escape, backslash))
        return NULL;
    return string_term(parser, value.data);
}

struct term *parser_number(struct parser *parser)
{
    const char *text = text_lower(parser->mem, token_copy(parser->mem, parser_peek(parser, 0)));
    parser->at++;
    while (text[0] == '0' && char_is_digit((unsigned char)text[1]))
        text++;
    return term_new(parser->mem, TERM_NUMBER, text[0] == '.' ? arena_printf(parser->mem, "0%s", text) : text);
}

/* Types. */

/* "(10, 2)" of a type, added to its name. */
static bool parse_type_length(struct parser *parser, struct buf *type)
{
    if (!parser_accept(parser, "("))
        return true;
    buf_add_c(type, '(');
    while (parser_peek(parser, 0)->kind == TOKEN_NUMBER) {
        buf_add(type, token_copy(parser->mem, parser_peek(parser, 0)));
        parser->at++;
        if (parser_accept(parser, ","))
            buf_add_c(type, ',');
    }
    buf_add_c(type, ')');
    return parser_accept(parser, ")");
}

/* The name of a type of the server in one word or two; the longer one is tried first. */
static char *parse_known_type(struct parser *parser)
{
    for (int words = 2; words > 0; words--) {
        const struct token *first = parser_peek(parser, 0), *second = parser_peek(parser, 1);
        if (first->kind != TOKEN_WORD || (words == 2 && second->kind != TOKEN_WORD))
            continue;
        const char *name = token_copy(parser->mem, first);
        if (words == 2)
            name = arena_printf(parser->mem, "%s %s", name, token_copy(parser->mem, second));
        char *type = type_spelling(parser->mem, text_lower(parser->mem, name));
        if (type) {
            parser->at += words;
            return type;
        }
    }
    return NULL;
}

static const char *parse_named_type(struct parser *parser)
{
    struct buf type;
    buf_init(&type, parser->mem);
    do {
        const struct token *token = parser_peek(parser, 0);
        if (token->kind != TOKEN_WORD && token->kind != TOKEN_QUOTED)
            return NULL;
        buf_add(&type, parser_name(parser, token));
        parser->at++;
        if (parser_at(parser, "."))
            buf_add_c(&type, '.');
    } while (parser_accept(parser, "."));
    return type.data;
}

/* timestamp(3) with time zone: the length stands in the middle. */
static const char *parse_zone(struct parser *parser, const char *known)
{
    bool with = parser_at(parser, "with"), without = parser_at(parser, "without");
    if ((!with && !without) || !token_is(parser_peek(parser, 1), "time") || !token_is(parser_peek(parser, 2), "zone"))
        return known;
    parser->at += 3;
    const char *space = strchr(known, ' ');
    char *stem = space ? arena_copy(parser->mem, known, (size_t)(space - known)) : arena_dup(parser->mem, known);
    return arena_printf(parser->mem, "%s %s time zone", stem, with ? "with" : "without");
}

const char *parser_type(struct parser *parser)
{
    struct buf type, length;
    const char *known = parser->postgres ? parse_known_type(parser) : NULL;
    const char *name = known ? known : parse_named_type(parser);
    buf_init(&type, parser->mem);
    buf_init(&length, parser->mem);
    if (!name || !parse_type_length(parser, &length))
        return NULL;
    if (text_starts(name, "time"))
        name = parse_zone(parser, name);
    buf_addf(&type, "%s%s", name, length.data);
    while (parser_at(parser, "[") && token_is(parser_peek(parser, 1), "]")) {
        buf_add(&type, "[]");
        parser->at += 2;
    }
    return type.data;
}
