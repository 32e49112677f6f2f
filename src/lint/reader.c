/* Questions that readers of clauses ask of a statement's tokens. */
#include <string.h>

#include "base/text.h"
#include "lint/reader.h"

enum { TOKENS_OF_VALUES = 64 }; /* what follows in a list of VALUES changes nothing */

void reader_open(struct reader *reader, const struct sql_piece *piece, bool values)
{
    struct lexer lexer;
    int n = 0, room = 64;
    struct token *token = NEW_ARRAY(reader->mem, struct token, room);
    lex_open(&lexer, reader->rules->lex, piece->text, piece->length);
    for (lex_take_bare(&lexer, &token[0]); token[n].kind != TOKEN_END; lex_take_bare(&lexer, &token[n])) {
        if (values && n >= TOKENS_OF_VALUES && !token_is(&token[n], "select"))
            n--;
        if (++n + 1 >= room) {
            token = arena_grow(reader->mem, token, sizeof *token * (size_t)room, sizeof *token * (size_t)room * 2);
            room *= 2;
        }
    }
    while (n && token_is(&token[n - 1], ";"))
        token[--n].kind = TOKEN_END;
    reader->token = token;
    reader->n = n;
}

bool reader_is(const struct reader *reader, int at, const char *word)
{
    return at < reader->n && token_is(&reader->token[at], word);
}

bool reader_take(struct reader *reader, const char *words)
{
    int at = reader->at;
    while (*words) {
        char word[24];
        size_t length = strcspn(words, " ");
        if (length >= sizeof word)
            return false;
        memcpy(word, words, length);
        word[length] = 0;
        if (!reader_is(reader, at++, word))
            return false;
        words += length + strspn(words + length, " ");
    }
    reader->at = at;
    return true;
}

static bool is_name(const struct token *token)
{
    return token->kind == TOKEN_WORD || token->kind == TOKEN_QUOTED;
}

const char *reader_name(struct reader *reader)
{
    const struct token *token = reader->at < reader->n ? &reader->token[reader->at] : NULL;
    if (!token || !is_name(token))
        return NULL;
    reader->at++;
    char *name = token_name(reader->mem, token);
    return token->kind == TOKEN_WORD && reader->rules->folds_names ? text_lower(reader->mem, name) : name;
}

const char *reader_word(struct reader *reader)
{
    const char *word = reader_source(reader, reader->at, reader->at + 1);
    reader->at += word != NULL;
    return word ? text_lower(reader->mem, word) : "";
}

const char *reader_path(struct reader *reader)
{
    const char *schema = NULL, *name = reader_name(reader);
    while (name && reader_is(reader, reader->at, ".") && is_name(&reader->token[reader->at + 1])) {
        reader->at++;
        schema = name;
        name = reader_name(reader);
    }
    if (!name || !schema || text_equal(schema, reader->lint->usual))
        return name;
    return arena_printf(reader->mem, "%s.%s", schema, name);
}

static int depth_of(const struct token *token)
{
    if (token->kind != TOKEN_PUNCTUATION)
        return 0;
    return *token->text == '(' || *token->text == '[' ? 1 : *token->text == ')' || *token->text == ']' ? -1 : 0;
}

int reader_end(const struct reader *reader)
{
    int depth = 0, at = reader->at;
    for (; at < reader->n && depth >= 0; at++) {
        depth += depth_of(&reader->token[at]);
        if (depth < 0 || (!depth && reader_is(reader, at, ",")))
            return at;
    }
    return at;
}

int reader_close(const struct reader *reader, int open)
{
    int depth = 0, at = open;
    for (; at < reader->n; at++) {
        depth += depth_of(&reader->token[at]);
        if (depth <= 0)
            return at;
    }
    return at;
}

int reader_find(const struct reader *reader, int from, int to, const char *word)
{
    int depth = 0;
    for (int at = from; at < to && at < reader->n; at++) {
        depth += depth_of(&reader->token[at]);
        if (!depth && reader_is(reader, at, word))
            return at;
    }
    return -1;
}

const char *reader_source(const struct reader *reader, int from, int to)
{
    struct buf text;
    if (from >= to || from >= reader->n)
        return NULL;
    buf_init(&text, reader->mem);
    for (int at = from; at < to && at < reader->n; at++) {
        const struct token *token = &reader->token[at], *before = token - 1;
        if (at > from && before->offset + before->length < token->offset)
            buf_add_c(&text, ' ');
        buf_add_n(&text, token->text, token->length);
    }
    return text.data;
}

struct act *reader_add(struct reader *reader, enum act_kind kind, int at)
{
    struct act act = reader->base;
    act.kind = kind;
    act.offset = reader->token[at < reader->n ? at : reader->n].offset;
    return act_add(reader->lint, &act);
}

struct names reader_keys(struct reader *reader)
{
    struct names keys = {0};
    if (!reader_is(reader, reader->at, "("))
        return keys;
    int close = reader_close(reader, reader->at);
    reader->at++;
    while (reader->at < close) {
        int end = reader_end(reader);
        static const char *const more[] = {"(", "[", ".", NULL}; /* f(a), a[1], a.b */
        bool plain = is_name(&reader->token[reader->at]) && !token_is_one_of(&reader->token[reader->at + 1], more);
        names_add(reader->mem, &keys, plain ? reader_name(reader) : NULL);
        reader->at = end + 1;
    }
    reader->at = close + 1;
    return keys;
}
