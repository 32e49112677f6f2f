/* A place in the tokens of a statement: what stands there, names and groups, the values of literals. */
#include "translate/parts.h"

#include "base/text.h"

void scan_open(struct scan *scan, struct translator *t, const char *text, size_t length)
{
    struct lexer lexer;
    int room = 64;
    *scan = (struct scan){.t = t, .token = NEW_ARRAY(t->mem, struct token, room)};
    lex_open(&lexer, t->source->lex, text, length);
    for (;;) {
        struct token token = lex_next_bare(&lexer);
        if (scan->n == room) {
            size_t size = sizeof(struct token) * (size_t)room;
            scan->token = arena_grow(t->mem, scan->token, size, size * 2);
            room *= 2;
        }
        scan->token[scan->n] = token;
        if (token.kind == TOKEN_END)
            break;
        scan->n++;
    }
    while (scan->n && token_is(&scan->token[scan->n - 1], ";"))
        scan->token[--scan->n] = (struct token){.kind = TOKEN_END, .text = text + length};
}

/* DEFINER = user, user@host or CURRENT_USER(); "@host" is a token of its own where it could be a variable. */
static int definer_length(const struct scan *scan, int at)
{
    const struct token *next = &scan->token[at + 3 < scan->n ? at + 3 : scan->n];
    if (token_is(next, "@") || token_is(next, "("))
        return 5;
    return next->length && *next->text == '@' ? 4 : 3;
}

static int clause_length(const struct scan *scan, int at)
{
    if (token_is(&scan->token[at], "definer"))
        return definer_length(scan, at);
    return token_is(&scan->token[at], "algorithm") || token_is(&scan->token[at], "sql") ? 3 : 0;
}

bool scan_drop_clauses(struct scan *scan)
{
    bool definer = false;
    int from = token_is(scan_peek(scan, 1), "or") ? 3 : 1, to = from, length;
    if (!scan_is(scan, "create") && !scan_is(scan, "alter"))
        return false;
    while (to < scan->n && (length = clause_length(scan, to)) > 0) {
        definer = definer || token_is(&scan->token[to], "definer");
        to += length;
    }
    if (to > scan->n)
        return false;
    memmove(&scan->token[from], &scan->token[to], sizeof *scan->token * (size_t)(scan->n - to + 1));
    scan->n -= to - from;
    return definer;
}

const struct token *scan_peek(const struct scan *scan, int ahead)
{
    int at = scan->at + ahead;
    return &scan->token[at < scan->n ? at : scan->n];
}

bool scan_is(const struct scan *scan, const char *word)
{
    return token_is(scan_peek(scan, 0), word);
}

static int count_words(const struct scan *scan, int at, const char *words)
{
    int n = 0;
    for (const char *word = words; *word;) {
        size_t length = strcspn(word, " ");
        const struct token *token = &scan->token[at + n < scan->n ? at + n : scan->n];
        if (token->kind == TOKEN_QUOTED || token->kind == TOKEN_STRING || token->length != length ||
            strncasecmp(token->text, word, length) != 0)
            return 0;
        n++;
        word += length + (word[length] == ' ');
    }
    return n;
}

bool scan_are(const struct scan *scan, const char *words)
{
    return count_words(scan, scan->at, words) > 0;
}

bool scan_accept(struct scan *scan, const char *words)
{
    int n = count_words(scan, scan->at, words);
    scan->at += n;
    return n > 0;
}

int scan_fail(struct scan *scan)
{
    const struct token *token = scan_peek(scan, 0);
    if (token->kind == TOKEN_END)
        return fail(scan->t->ctx, ERR_UNSUPPORTED, "it ends where more was expected");
    return fail(scan->t->ctx, ERR_UNSUPPORTED, "it is not understood at \"%.*s\"",
                token->length < 40 ? (int)token->length : 40, token->text);
}

int scan_expect(struct scan *scan, const char *words)
{
    return scan_accept(scan, words) ? 0 : scan_fail(scan);
}

bool scan_at_name(const struct scan *scan)
{
    enum token_kind kind = scan_peek(scan, 0)->kind;
    return kind == TOKEN_WORD || kind == TOKEN_QUOTED;
}

/* A bare name as the source folds it. */
const char *name_of(struct translator *t, const struct token *token)
{
    const char *name = token_name(t->mem, token);
    return token->kind == TOKEN_WORD && t->source->classify->folds_names ? text_lower(t->mem, name) : name;
}

int scan_name(struct scan *scan, const char **name)
{
    if (!scan_at_name(scan))
        return scan_fail(scan);
    *name = name_of(scan->t, scan_peek(scan, 0));
    scan->at++;
    return 0;
}

int scan_qualified(struct scan *scan, const char **name)
{
    TRY(scan_name(scan, name));
    while (scan_accept(scan, "."))
        TRY(scan_name(scan, name));
    return 0;
}

int scan_skip_group(struct scan *scan)
{
    int depth = 0;
    if (!scan_is(scan, "("))
        return scan_fail(scan);
    do {
        if (scan_at_end(scan))
            return scan_fail(scan);
        depth += scan_is(scan, "(") - scan_is(scan, ")");
        scan->at++;
    } while (depth > 0);
    return 0;
}

int scan_group(struct scan *scan, int *from, int *to)
{
    *from = scan->at + 1;
    TRY(scan_skip_group(scan));
    *to = scan->at - 1;
    return 0;
}

/* MySQL's (a(10) DESC) too: what stands after a name says how it is stored. */
int scan_names(struct scan *scan, struct names *names)
{
    const char *name;
    TRY(scan_expect(scan, "("));
    do {
        TRY(scan_name(scan, &name));
        names_add(scan->t->mem, names, name);
        if (scan_is(scan, "("))
            TRY(scan_skip_group(scan));
        if (!scan_accept(scan, "ASC"))
            scan_accept(scan, "DESC");
    } while (scan_accept(scan, ","));
    return scan_expect(scan, ")");
}

bool scan_at_end(const struct scan *scan)
{
    return scan->at >= scan->n;
}

int scan_end(struct scan *scan)
{
    return scan_at_end(scan) ? 0 : scan_fail(scan);
}

int scan_find(const struct scan *scan, int from, const char *words)
{
    int depth = 0;
    for (int i = from; i < scan->n; i++) {
        const struct token *token = &scan->token[i];
        if (depth == 0 && count_words(scan, i, words))
            return i;
        depth += token_is(token, "(") + token_is(token, "[") - token_is(token, ")") - token_is(token, "]");
    }
    return -1;
}

const char *scan_text(const struct scan *scan, int from, int to)
{
    if (from >= to)
        return "";
    const struct token *last = &scan->token[to - 1];
    return arena_copy(scan->t->mem, scan->token[from].text,
                      (size_t)(last->text + last->length - scan->token[from].text));
}

/* ---- literals */

static int unescape(char c)
{
    static const char from[] = "0ntrbfZ", to[] = "\0\n\t\r\b\f\032";
    const char *found = c ? strchr(from, c) : NULL;
    return found ? to[found - from] : c;
}

/* '\%' keeps its backslash where every literal may have some: it is for LIKE. */
static const char *quoted_value(struct arena *mem, const char *text, size_t length, bool backslash, bool every)
{
    struct buf out;
    char quote = *text;
    buf_init(&out, mem);
    for (size_t i = 1; i + 1 < length; i++) {
        char c = text[i];
        if (c == quote)
            i++;
        else if (backslash && c == '\\') {
            c = text[++i];
            if (c == 'u' || c == 'U' || c == 'x' || char_is_digit(c)) /* codes: none of them is in use */
                return NULL;
            if (every && (c == '%' || c == '_'))
                buf_add_c(&out, '\\');
            c = (char)unescape(c);
        }
        buf_add_c(&out, c);
    }
    return out.data;
}

const char *scan_string(struct scan *scan, const struct token *token)
{
    struct arena *mem = scan->t->mem;
    const char *text = token->text;
    size_t length = token->length;
    if (*text == '$') {
        const char *end = memchr(text + 1, '$', length - 1);
        size_t tag = (size_t)(end - text) + 1;
        return arena_copy(mem, text + tag, length - 2 * tag);
    }
    bool escape = char_lower(*text) == 'e';
    if (escape || char_lower(*text) == 'n' || char_lower(*text) == 'b') {
        text++;
        length--;
    }
    if (*text != '\'' && *text != '"')
        return NULL;
    return quoted_value(mem, text, length, escape || scan->t->source->lex->backslash_escapes, !escape);
}
