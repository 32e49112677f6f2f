/*
 * The lexer.  Each kind of token has one function that measures it: how many bytes from here belong to it.
 * lex_next() asks the first byte which function that is, and keeps count of lines.
 *
 * It allocates nothing, keeps no tokens and knows no grammar; what is a statement is for split.c to say.
 */
#include "sql/lex.h"

#include <limits.h>

#include "base/buf.h"
#include "base/text.h"

void lex_open(struct lexer *lexer, const struct lex_rules *rules, const char *text, size_t length)
{
    *lexer = (struct lexer){.rules = rules, .text = text, .length = length, .line = 1, .column = 1};
}

/* What is left of the text from the token's first byte on. */
struct rest {
    const struct lex_rules *rules;
    const char *text;
    size_t length;
};

static int byte_at(const struct rest *rest, size_t i)
{
    return i < rest->length ? (unsigned char)rest->text[i] : -1;
}

/* What a byte may be; a table, because every byte of a large file is asked about. */
enum { DIGIT = 1, STARTS_WORD = 2, IN_WORD = 4, SPACE = 8, PUNCTUATION = 16 };
enum { D = DIGIT | IN_WORD, W = STARTS_WORD | IN_WORD, I = IN_WORD, S = SPACE, P = PUNCTUATION };

static const unsigned char ascii_class[128] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, S, S, S, S, S, 0, 0, /* 00 */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* 10 */
    S, 0, 0, 0, I, 0, 0, 0, P, P, 0, 0, P, 0, 0, 0, /* 20 */
    D, D, D, D, D, D, D, D, D, D, 0, P, 0, 0, 0, 0, /* 30 */
    0, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, /* 40 */
    W, W, W, W, W, W, W, W, W, W, W, P, 0, P, 0, W, /* 50 */
    0, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, /* 60 */
    W, W, W, W, W, W, W, W, W, W, W, 0, 0, 0, 0, 0, /* 70 */
};

/* Bytes above ASCII are letters: UTF-8 needs no decoding to find where a name ends. */
static bool is_of(int c, int class)
{
    return c >= 0 && (c < 0x80 ? ascii_class[c] : W) & class;
}

static bool is_digit(int c)
{
    return is_of(c, DIGIT);
}

static bool starts_word(int c)
{
    return is_of(c, STARTS_WORD);
}

static bool in_word(int c)
{
    return is_of(c, IN_WORD);
}

static bool is_space(int c)
{
    return is_of(c, SPACE);
}

static bool is_in(int c, const char *set)
{
    return c > 0 && strchr(set, c);
}

static size_t measure_space(const struct rest *rest)
{
    size_t i = 1;
    while (is_space(byte_at(rest, i)))
        i++;
    return i;
}

/* PostgreSQL ends a line comment at a lone carriage return too, the others do not. */
static size_t measure_line_comment(const struct rest *rest)
{
    const char *end = memchr(rest->text, '\n', rest->length);
    size_t length = end ? (size_t)(end - rest->text) : rest->length;
    const char *carriage = rest->rules->escape_strings ? memchr(rest->text, '\r', length) : NULL;
    if (carriage)
        return (size_t)(carriage - rest->text);
    return end && length > 0 && rest->text[length - 1] == '\r' ? length - 1 : length;
}

/* How deep comments may be in one another, the outermost included. */
enum { PLAIN_DEPTH = 1, SKIPPED_DEPTH = 2, ANY_DEPTH = INT_MAX };

static size_t measure_block_comment(const struct rest *rest, int deepest, bool *unfinished)
{
    int depth = 1;
    size_t i = 2;
    for (; i + 1 < rest->length && depth > 0; i++) {
        if (rest->text[i] == '*' && rest->text[i + 1] == '/') {
            depth--;
            i++;
        } else if (depth < deepest && rest->text[i] == '/' && rest->text[i + 1] == '*') {
            depth++;
            i++;
        }
    }
    *unfinished = depth > 0;
    return depth > 0 ? rest->length : i;
}

/* Of the next `c` from `from` on; the length if there is none. */
static size_t offset_of(const struct rest *rest, size_t from, char c)
{
    const char *found = memchr(rest->text + from, c, rest->length - from);
    return found ? (size_t)(found - rest->text) : rest->length;
}

/* From the quote at `start` to after the one that closes it. A doubled quote stands for itself. */
static size_t measure_quoted(const struct rest *rest, size_t start, bool backslash, bool *unfinished)
{
    char quote = rest->text[start] == '[' ? ']' : rest->text[start];
    size_t i = start + 1;
    while (i < rest->length) {
        if (!backslash) /* nothing else matters in it, and it may be long */
            i = offset_of(rest, i, quote);
        char c = (char)byte_at(rest, i);
        if (backslash && c == '\\') {
            i += 2;
        } else if (c != quote) {
            i++;
        } else if (quote != ']' && byte_at(rest, i + 1) == quote) {
            i += 2;
        } else {
            return i + 1;
        }
    }
    *unfinished = true;
    return rest->length;
}

/* Length of "$tag$" at the beginning, 0 if there is none. */
static size_t measure_dollar_tag(const struct rest *rest)
{
    size_t i = 1;
    if (starts_word(byte_at(rest, i)))
        while (in_word(byte_at(rest, i)) && byte_at(rest, i) != '$')
            i++;
    return byte_at(rest, i) == '$' ? i + 1 : 0;
}

static size_t measure_dollar_quoted(const struct rest *rest, size_t tag, bool *unfinished)
{
    const char *end = memmem(rest->text + tag, rest->length - tag, rest->text, tag);
    *unfinished = !end;
    return end ? (size_t)(end - rest->text) + tag : rest->length;
}

static size_t measure_word(const struct rest *rest, size_t from)
{
    while (in_word(byte_at(rest, from)))
        from++;
    return from;
}

static bool is_digit_of(int c, bool hex)
{
    return is_digit(c) || (hex && (unsigned)((c | 32) - 'a') < 6);
}

static size_t measure_digits(const struct rest *rest, size_t from, bool hex)
{
    for (;; from++) {
        int c = byte_at(rest, from);
        bool joint = c == '_' && is_digit_of(byte_at(rest, from + 1), hex);
        if (!is_digit_of(c, hex) && !joint)
            return from;
    }
}

static size_t measure_number(const struct rest *rest)
{
    int second = byte_at(rest, 1) | 32;
    size_t radix = rest->text[0] == '0' && is_in(second, "xob") ? measure_digits(rest, 2, second == 'x') : 0;
    if (radix > 2)
        return radix;
    size_t i = measure_digits(rest, 0, false);
    if (byte_at(rest, i) == '.' && byte_at(rest, i + 1) != '.')
        i = measure_digits(rest, i + 1, false);
    if ((byte_at(rest, i) | 32) == 'e') {
        size_t exponent = i + 1 + (is_in(byte_at(rest, i + 1), "+-") ? 1 : 0);
        if (is_digit(byte_at(rest, exponent)))
            i = measure_digits(rest, exponent, false);
    }
    return i;
}

/* PostgreSQL lets extensions make operators of these characters; see its manual on lexical structure. */
static size_t measure_open_operator(const struct rest *rest)
{
    static const char characters[] = "+-*/<>=~!@#%^&|`?";
    size_t i = 0;
    bool may_end_in_sign = false;
    for (; is_in(byte_at(rest, i), characters); i++) {
        int c = byte_at(rest, i), next = byte_at(rest, i + 1);
        if (i > 0 && ((c == '-' && next == '-') || (c == '/' && next == '*')))
            break;
        may_end_in_sign = may_end_in_sign || is_in(c, "~!@#%^&|`?");
    }
    while (i > 1 && !may_end_in_sign && is_in(byte_at(rest, i - 1), "+-"))
        i--;
    return i;
}

static size_t measure_known_operator(const struct rest *rest)
{
    static const char *const known[] = {
        "<=>", "->>", "->", "||", "&&", "<<", ">>", "<>", "!=", "<=", ">=", "==", ":=", "::", "=>", "..", NULL};
    for (int k = 0; known[k]; k++) {
        size_t length = strlen(known[k]);
        if (length <= rest->length && !memcmp(known[k], rest->text, length))
            return length;
    }
    return 1;
}

static size_t measure_operator(const struct rest *rest)
{
    size_t open = rest->rules->dollar_quotes ? measure_open_operator(rest) : 0;
    return open > 0 ? open : measure_known_operator(rest);
}

/* "?", "?1", "$1", ":name", "@name", "@@name" as the engine has them; 0 if it is none. */
static size_t measure_parameter(const struct rest *rest)
{
    int first = byte_at(rest, 0), second = byte_at(rest, 1);
    bool postgres = rest->rules->dollar_quotes;
    if (first == '$' && (is_digit(second) || (starts_word(second) && !postgres)))
        return measure_word(rest, 1);
    if (postgres)
        return 0;
    if (first == '?')
        return measure_digits(rest, 1, false);
    if (first == '@' && second == '@' && in_word(byte_at(rest, 2)))
        return measure_word(rest, 2);
    if (first == '@' && in_word(second))
        return measure_word(rest, 1);
    /* Only SQLite; a colon before a word is a label's in MySQL ("done:BEGIN") and half an "if" in ClickHouse. */
    return first == ':' && rest->rules->bracket_names && in_word(second) ? measure_word(rest, 1) : 0;
}

/* Length of what opens a conditional comment, with its version: slash-star, M or not, "!", digits. */
static size_t measure_conditional(const struct rest *rest)
{
    size_t i = byte_at(rest, 2) == 'M' ? 3 : 2;
    if (!rest->rules->conditional_comments || byte_at(rest, i) != '!')
        return 0;
    size_t end = ++i;
    while (end < i + 6 && is_digit(byte_at(rest, end)))
        end++;
    return end;
}

/* The version that no server has, as in the first line of MariaDB's dumps. After "M!" five digits are one of the past. */
static bool is_never_run(const struct rest *rest, size_t length)
{
    static const char *const marks[] = {"/*!99999", "/*!999999", "/*M!999999"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (length == strlen(marks[i]) && !memcmp(rest->text, marks[i], length))
            return true;
    return false;
}

/* Letters before a quote that belong to the string: E'..', B'..', X'..', N'..', U&'..'. Where the quote is. */
static size_t find_prefixed_quote(const struct rest *rest)
{
    if (byte_at(rest, 1) == '\'' && is_in(byte_at(rest, 0), "bBxXnNeE"))
        return is_in(byte_at(rest, 0), "eE") && !rest->rules->escape_strings ? 0 : 1;
    bool unicode = rest->rules->escape_strings && (byte_at(rest, 0) | 32) == 'u' && byte_at(rest, 1) == '&';
    return unicode && is_in(byte_at(rest, 2), "'\"") ? 2 : 0;
}

static size_t lex_quote(const struct rest *rest, size_t at, struct token *token)
{
    bool is_string = rest->text[at] == '\'' || (rest->text[at] == '"' && rest->rules->double_quote_strings);
    bool backslash = rest->rules->backslash_escapes || (at > 0 && (rest->text[0] | 32) == 'e');
    token->kind = is_string ? TOKEN_STRING : TOKEN_QUOTED;
    token->escapes = !is_string && rest->rules->names_escape;
    return measure_quoted(rest, at, token->escapes || (backslash && is_string), &token->unfinished);
}

static bool opens_dash_comment(const struct rest *rest)
{
    if (byte_at(rest, 0) != '-' || byte_at(rest, 1) != '-')
        return false;
    return !rest->rules->dash_needs_space || byte_at(rest, 2) <= ' ';
}

static bool opens_quote(const struct rest *rest, int c)
{
    return c == '\'' || c == '"' || (c == '`' && rest->rules->backtick_names) ||
           (c == '[' && rest->rules->bracket_names);
}

static size_t lex_slash_or_star(struct lexer *lexer, const struct rest *rest, struct token *token)
{
    int first = byte_at(rest, 0), second = byte_at(rest, 1);
    token->kind = TOKEN_OPERATOR;
    if (lexer->conditional > 0 && first == '*' && second == '/') {
        lexer->conditional--;
        return 2;
    }
    if (first != '/' || second != '*')
        return measure_operator(rest);
    size_t conditional = measure_conditional(rest);
    bool skipped = conditional > 0 && is_never_run(rest, conditional);
    if (conditional > 0 && !skipped) {
        lexer->conditional++;
        return conditional;
    }
    int deepest = rest->rules->nested_comments ? ANY_DEPTH : skipped ? SKIPPED_DEPTH : PLAIN_DEPTH;
    token->kind = TOKEN_COMMENT;
    return measure_block_comment(rest, deepest, &token->unfinished);
}

static size_t lex_sign(const struct rest *rest, int c, struct token *token)
{
    size_t length = measure_parameter(rest);
    token->kind = TOKEN_PARAMETER;
    if (length > 0)
        return length;
    size_t tag = c == '$' && rest->rules->dollar_quotes ? measure_dollar_tag(rest) : 0;
    token->kind = tag > 0 ? TOKEN_STRING : TOKEN_OPERATOR;
    return tag > 0 ? measure_dollar_quoted(rest, tag, &token->unfinished) : measure_operator(rest);
}

static size_t lex_word(const struct rest *rest, struct token *token)
{
    size_t quote = find_prefixed_quote(rest);
    token->kind = TOKEN_WORD;
    return quote > 0 ? lex_quote(rest, quote, token) : measure_word(rest, 1);
}

/* Sets the token's kind and gives its length. */
static size_t lex_one(struct lexer *lexer, const struct rest *rest, struct token *token)
{
    int c = byte_at(rest, 0);
    if (starts_word(c))
        return lex_word(rest, token);
    if (is_space(c))
        return token->kind = TOKEN_SPACE, measure_space(rest);
    if (opens_quote(rest, c))
        return lex_quote(rest, 0, token);
    if (opens_dash_comment(rest) || (c == '#' && rest->rules->hash_comments))
        return token->kind = TOKEN_COMMENT, measure_line_comment(rest);
    if (is_digit(c) || (c == '.' && is_digit(byte_at(rest, 1))))
        return token->kind = TOKEN_NUMBER, measure_number(rest);
    if (is_of(c, PUNCTUATION) || (c == '.' && byte_at(rest, 1) != '.'))
        return token->kind = TOKEN_PUNCTUATION, 1;
    if (c == '/' || c == '*')
        return lex_slash_or_star(lexer, rest, token);
    return lex_sign(rest, c, token);
}

/* Where a statement stands that psql might read rows for. A new lexer stands before one. */
enum copy { COPY_OUTSIDE, COPY_NOT, COPY_VERB, COPY_FROM, COPY_STDIN, COPY_ROWS };

/* psql takes rows from the next line on, and reads the rest of this one after them: only an empty one is understood. */
static bool line_ends(const struct lexer *lexer)
{
    size_t i = lexer->offset;
    while (i < lexer->length && (lexer->text[i] == ' ' || lexer->text[i] == '\t' || lexer->text[i] == '\r'))
        i++;
    return i < lexer->length && lexer->text[i] == '\n';
}

static int copy_next(const struct lexer *lexer, const struct token *token)
{
    if (token_is(token, ";"))
        return lexer->copy == COPY_STDIN && line_ends(lexer) ? COPY_ROWS : COPY_OUTSIDE;
    switch (lexer->copy) {
    case COPY_OUTSIDE: return token_is(token, "copy") ? COPY_VERB : COPY_NOT;
    case COPY_VERB: return token_is(token, "from") ? COPY_FROM : COPY_VERB;
    case COPY_FROM: return token_is(token, "stdin") ? COPY_STDIN : COPY_VERB;
    default: return lexer->copy;
    }
}

/* To the end of the line "\.", or unfinished. */
static size_t measure_rows(const struct rest *rest, struct token *token)
{
    const char *at = rest->text, *end = rest->text + rest->length;
    token->kind = TOKEN_ROWS;
    while ((at = memchr(at, '\n', (size_t)(end - at)))) {
        at++;
        if (end - at >= 2 && at[0] == '\\' && at[1] == '.' && (end - at == 2 || at[2] == '\n' || at[2] == '\r'))
            return (size_t)(at + 2 - rest->text);
    }
    token->unfinished = true;
    return rest->length;
}

static size_t measure_client_line(const struct rest *rest, struct token *token)
{
    const char *newline = memchr(rest->text, '\n', rest->length);
    size_t length = newline ? (size_t)(newline - rest->text) : rest->length;
    token->kind = TOKEN_CLIENT;
    return length > 0 && rest->text[length - 1] == '\r' ? length - 1 : length;
}

/* What only psql understands, 0 if it is none of that. */
static size_t lex_client(const struct lexer *lexer, const struct rest *rest, struct token *token)
{
    if (lexer->copy == COPY_ROWS)
        return measure_rows(rest, token);
    return lexer->copy == COPY_OUTSIDE && rest->text[0] == '\\' ? measure_client_line(rest, token) : 0;
}

/* Only tokens that may hold a newline are searched for one. */
static void count_lines(struct lexer *lexer, const struct token *token)
{
    bool may_span = token->kind == TOKEN_SPACE || token->kind == TOKEN_COMMENT || token->kind == TOKEN_STRING ||
                    token->kind == TOKEN_QUOTED || token->kind == TOKEN_ROWS;
    const char *at = token->text, *end = token->text + token->length;
    if (token->length == 1 && *at != '\n') /* most spaces */
        may_span = false;
    for (const char *newline; may_span && (newline = memchr(at, '\n', (size_t)(end - at))); at = newline + 1) {
        lexer->line++;
        lexer->column = 1;
    }
    lexer->column += (int)(end - at);
}

/* Where every token of a large file passes, it is written in its place: copied at once, it would wait for its own parts. */
void lex_take(struct lexer *lexer, struct token *token)
{
    *token = (struct token){.kind = TOKEN_END,
                            .text = lexer->text + lexer->offset,
                            .offset = lexer->offset,
                            .line = lexer->line,
                            .column = lexer->column};
    if (lexer->offset >= lexer->length)
        return;
    struct rest rest = {lexer->rules, token->text, lexer->length - lexer->offset};
    token->length = lexer->rules->client_lines ? lex_client(lexer, &rest, token) : 0;
    if (token->length == 0)
        token->length = lex_one(lexer, &rest, token);
    if (token->length > rest.length)
        token->length = rest.length; /* a backslash was the last byte of a string */
    lexer->offset += token->length;
    if (token->kind == TOKEN_ROWS)
        lexer->copy = COPY_OUTSIDE;
    else if (lexer->rules->client_lines && token->kind != TOKEN_SPACE && token->kind != TOKEN_COMMENT &&
             token->kind != TOKEN_CLIENT)
        lexer->copy = copy_next(lexer, token);
    count_lines(lexer, token);
}

void lex_take_code(struct lexer *lexer, struct token *token)
{
    do {
        lex_take(lexer, token);
    } while (token->kind == TOKEN_SPACE || token->kind == TOKEN_COMMENT);
}

void lex_take_bare(struct lexer *lexer, struct token *token)
{
    do {
        lex_take_code(lexer, token);
    } while (token_is_conditional(token));
}

struct token lex_next(struct lexer *lexer)
{
    struct token token;
    lex_take(lexer, &token);
    return token;
}

struct token lex_next_code(struct lexer *lexer)
{
    struct token token;
    lex_take_code(lexer, &token);
    return token;
}

struct token lex_next_bare(struct lexer *lexer)
{
    struct token token;
    lex_take_bare(lexer, &token);
    return token;
}

/* Asked several times for every token of every file, hence the look at the first byte. */
bool token_is(const struct token *token, const char *word)
{
    if (token->length == 0 || (token->text[0] | 32) != (word[0] | 32))
        return false;
    bool plain = token->kind == TOKEN_WORD || token->kind == TOKEN_PUNCTUATION || token->kind == TOKEN_OPERATOR;
    return plain && !strncasecmp(token->text, word, token->length) && word[token->length] == '\0';
}

bool token_is_one_of(const struct token *token, const char *const *words)
{
    for (int i = 0; words[i]; i++)
        if (token_is(token, words[i]))
            return true;
    return false;
}

bool token_is_conditional(const struct token *token)
{
    if (token->kind != TOKEN_OPERATOR || token->length < 2)
        return false;
    return !memcmp(token->text, "/*", 2) || !memcmp(token->text, "*/", 2);
}

char *token_copy(struct arena *mem, const struct token *token)
{
    return arena_copy(mem, token->text, token->length);
}

static unsigned read_hex(const char *text, size_t length, size_t digits)
{
    unsigned value = 0;
    if (digits > length)
        return 0;
    for (size_t i = 0; i < digits; i++) {
        int c = char_lower((unsigned char)text[i]);
        if (!char_is_digit(c) && (c < 'a' || c > 'f'))
            return 0;
        value = value * 16 + (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return value;
}

static void add_code_point(struct buf *out, unsigned code)
{
    if (code < 0x80) {
        buf_add_c(out, (char)code);
    } else if (code < 0x800) {
        buf_add_c(out, (char)(0xC0 | code >> 6));
        buf_add_c(out, (char)(0x80 | (code & 63)));
    } else if (code < 0x10000) {
        buf_add_c(out, (char)(0xE0 | code >> 12));
        buf_add_c(out, (char)(0x80 | (code >> 6 & 63)));
        buf_add_c(out, (char)(0x80 | (code & 63)));
    } else {
        buf_add_c(out, (char)(0xF0 | (code >> 18 & 7)));
        buf_add_c(out, (char)(0x80 | (code >> 12 & 63)));
        buf_add_c(out, (char)(0x80 | (code >> 6 & 63)));
        buf_add_c(out, (char)(0x80 | (code & 63)));
    }
}

/* \0061 or \+000061 of a U&"..." name; gives what it took, 0 if it is not an escape. */
static size_t add_unicode_escape(struct buf *out, const char *text, size_t length)
{
    bool wide = length > 1 && text[1] == '+';
    size_t digits = wide ? 6 : 4, start = wide ? 2 : 1;
    unsigned code = length > start ? read_hex(text + start, length - start, digits) : 0;
    if (code == 0)
        return 0;
    add_code_point(out, code);
    return start + digits;
}

char *token_name(struct arena *mem, const struct token *token)
{
    if (token->kind != TOKEN_QUOTED && token->kind != TOKEN_STRING)
        return token_copy(mem, token);
    bool unicode = token->length > 2 && token->text[1] == '&';
    size_t i = unicode ? 3 : 1;
    size_t end = token->length - (token->unfinished ? 0 : 1);
    char quote = token->text[i - 1] == '[' ? '\0' : token->text[i - 1]; /* brackets are not doubled */
    struct buf name;
    buf_init(&name, mem);
    while (i < end) {
        size_t taken = unicode && token->text[i] == '\\' ? add_unicode_escape(&name, token->text + i, end - i) : 0;
        bool escaped = token->escapes && token->text[i] == '\\' && i + 1 < end;
        i += escaped;
        if (taken == 0) {
            buf_add_c(&name, token->text[i]);
            taken = token->text[i] == quote && !escaped ? 2 : 1;
        }
        i += taken;
    }
    return name.data;
}
