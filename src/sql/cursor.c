/* See cursor.h. */
#include "sql/cursor.h"

#include "base/text.h"

void cursor_open(struct cursor *cursor, struct ctx *ctx, struct arena *tokens, const char *text)
{
    struct lexer lexer;
    int room = 64;
    *cursor = (struct cursor){.ctx = ctx, .mem = ctx->mem, .rules = cursor->rules, .text = text, .what = cursor->what};
    cursor->token = NEW_ARRAY(tokens, struct token, room);
    lex_open(&lexer, cursor->rules->lex, text, strlen(text));
    for (;;) {
        if (cursor->n == room) {
            cursor->token = arena_grow(tokens, cursor->token, sizeof(struct token) * (size_t)room,
                                       sizeof(struct token) * (size_t)room * 2);
            room *= 2;
        }
        cursor->token[cursor->n] = lex_next_code(&lexer);
        if (cursor->token[cursor->n].kind == TOKEN_END)
            return;
        cursor->n++;
    }
}

struct token *cursor_peek(struct cursor *cursor, int ahead)
{
    int at = cursor->at + ahead;
    return &cursor->token[at < cursor->n ? at : cursor->n];
}

bool cursor_is(struct cursor *cursor, const char *word)
{
    return token_is(cursor_peek(cursor, 0), word);
}

bool cursor_is_one_of(struct cursor *cursor, const char *const *words)
{
    return token_is_one_of(cursor_peek(cursor, 0), words);
}

bool cursor_accept(struct cursor *cursor, const char *word)
{
    if (!cursor_is(cursor, word))
        return false;
    cursor->at++;
    return true;
}

bool cursor_accept_words(struct cursor *cursor, const char *first, const char *second)
{
    if (!cursor_is(cursor, first) || !token_is(cursor_peek(cursor, 1), second))
        return false;
    cursor->at += 2;
    return true;
}

int cursor_fail(struct cursor *cursor)
{
    const struct token *token = cursor_peek(cursor, 0);
    if (token->kind == TOKEN_END)
        fail(cursor->ctx, ERR_FAILED, "cannot understand the stored definition of %s: it ends too early", cursor->what);
    else
        fail(cursor->ctx, ERR_FAILED, "cannot understand the stored definition of %s at \"%.*s\" in line %d",
             cursor->what, token->length < 40 ? (int)token->length : 40, token->text, token->line);
    return fail_hint(cursor->ctx, "%s shows it; please report it as a bug.", cursor->rules->hint);
}

int cursor_expect(struct cursor *cursor, const char *word)
{
    return cursor_accept(cursor, word) ? 0 : cursor_fail(cursor);
}

static char *string_name(struct arena *mem, const struct token *token)
{
    char *inside = arena_copy(mem, token->text + 1, token->length - 2);
    return text_replace(mem, inside, "''", "'");
}

int cursor_name(struct cursor *cursor, const char **name)
{
    const struct token *token = cursor_peek(cursor, 0);
    bool quoted = token->kind == TOKEN_STRING && token->length >= 2 && *token->text == '\'';
    if (quoted && cursor->rules->string_names)
        *name = string_name(cursor->mem, token);
    else if (token->kind == TOKEN_WORD || token->kind == TOKEN_QUOTED)
        *name = token_name(cursor->mem, token);
    else
        return cursor_fail(cursor);
    cursor->at++;
    return 0;
}

int cursor_skip_group(struct cursor *cursor)
{
    int depth = 0;
    TRY(cursor_is(cursor, "(") ? 0 : cursor_fail(cursor));
    do {
        if (cursor_is(cursor, "("))
            depth++;
        else if (cursor_is(cursor, ")"))
            depth--;
        else if (cursor_peek(cursor, 0)->kind == TOKEN_END)
            return cursor_fail(cursor);
        cursor->at++;
    } while (depth > 0);
    return 0;
}

int cursor_until(struct cursor *cursor, const char *const *words, const char **text)
{
    int from = cursor->at;
    while (!cursor_is(cursor, ",") && !cursor_is(cursor, ")") && cursor_peek(cursor, 0)->kind != TOKEN_END) {
        if (words && cursor->at > from && cursor_peek(cursor, 0)->kind == TOKEN_WORD && cursor_is_one_of(cursor, words))
            break;
        if (cursor_is(cursor, "("))
            TRY(cursor_skip_group(cursor));
        else
            cursor->at++;
    }
    *text = cursor_slice(cursor, from, cursor->at);
    return cursor->at > from ? 0 : cursor_fail(cursor);
}

char *cursor_slice(struct cursor *cursor, int from, int to)
{
    if (from >= to)
        return arena_dup(cursor->mem, "");
    size_t begin = cursor->token[from].offset;
    size_t end = cursor->token[to - 1].offset + cursor->token[to - 1].length;
    return arena_copy(cursor->mem, cursor->text + begin, end - begin);
}

int cursor_group(struct cursor *cursor, const char **inside)
{
    int from = cursor->at + 1;
    TRY(cursor_skip_group(cursor));
    *inside = cursor_slice(cursor, from, cursor->at - 1);
    return 0;
}
