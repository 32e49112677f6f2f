/*
 * Comparable forms.  An expression that can be read (term_parse.c) is printed from its tree; any other text is
 * compared token by token, where only white space, comments and the case of keywords do not count.
 */
#include "sql/normal.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "sql/term.h"

static bool is_reserved(const struct ident_rules *rules, const char *word)
{
    for (int i = 0; i < rules->n_reserved; i++)
        if (text_equal_nocase(rules->reserved[i], word))
            return true;
    return false;
}

/* Keywords in upper case, other words as the engine folds them. */
static const char *word_text(struct arena *mem, const struct normal_rules *rules, const struct token *token)
{
    const char *word = token_copy(mem, token);
    if (is_reserved(rules->ident, word))
        return text_upper(mem, word);
    return rules->fold_names ? text_lower(mem, word) : word;
}

static bool no_space_behind(const struct token *token)
{
    return token_is(token, "(") || token_is(token, "[") || token_is(token, ".") || token_is(token, "::");
}

static bool no_space_before(const struct token *token)
{
    static const char *const tight[] = {")", "]", "[", ",", ".", ";", "::", NULL};
    for (int i = 0; tight[i]; i++)
        if (token_is(token, tight[i]))
            return true;
    return false;
}

/* f(x), but IN (x): a name before a parenthesis is a function's. */
static bool is_call(const struct normal_rules *rules, struct arena *mem, const struct token *before,
                    const struct token *token)
{
    bool name = before->kind == TOKEN_QUOTED ||
                (before->kind == TOKEN_WORD && !is_reserved(rules->ident, token_copy(mem, before)));
    return name && token_is(token, "(");
}

/* What names columns and relations as they stand: x AS x says nothing more. Types and collations may end an item, too. */
static bool begins_item(const struct token *token)
{
    static const char *const words[] = {"select", "distinct", ",", "from", "join", NULL};
    for (int i = 0; words[i]; i++)
        if (token_is(token, words[i]))
            return true;
    return false;
}

static bool is_name(const struct token *token)
{
    return token->kind == TOKEN_WORD || token->kind == TOKEN_QUOTED;
}

static bool stays_item(const struct token *before, const struct token *token, bool item)
{
    if (is_name(token))
        return begins_item(before) || (item && token_is(before, "."));
    return item && token_is(token, ".");
}

static const char *name_text(struct arena *mem, const struct normal_rules *rules, const struct token *token)
{
    const char *name = token_name(mem, token);
    return rules->fold_names && token->kind == TOKEN_WORD ? text_lower(mem, name) : name;
}

/* AS and the name that `before` has anyway, in quotes or not; the lexer is at the first of them: passed over. */
static bool alias_skip(struct arena *mem, const struct normal_rules *rules, struct lexer *lexer,
                       const struct token *token, const struct token *before)
{
    struct lexer ahead = *lexer;
    struct token alias = token_is(token, "as") ? lex_next_code(&ahead) : (struct token){.kind = TOKEN_END};
    if (!is_name(&alias) || !is_name(before) ||
        !text_equal(name_text(mem, rules, &alias), name_text(mem, rules, before)))
        return false;
    *lexer = ahead;
    return true;
}

char *normal_space(struct arena *mem, const struct normal_rules *rules, const char *text)
{
    struct lexer lexer;
    struct token token, before = {.kind = TOKEN_END};
    struct buf out;
    size_t end = 0;    /* after the last token that is not ";" */
    bool item = false; /* nothing but a name with what qualifies it stands since the last begin */
    if (!text)
        return NULL;
    buf_init(&out, mem);
    lex_open(&lexer, rules->lex, text, strlen(text));
    while ((token = lex_next_code(&lexer)).kind != TOKEN_END) {
        if (item && alias_skip(mem, rules, &lexer, &token, &before))
            continue;
        item = stays_item(&before, &token, item);
        bool tight = before.kind == TOKEN_END || no_space_behind(&before) || no_space_before(&token) ||
                     is_call(rules, mem, &before, &token);
        if (!tight)
            buf_add_c(&out, ' ');
        if (token.kind == TOKEN_WORD)
            buf_add(&out, word_text(mem, rules, &token));
        else if (token.kind == TOKEN_QUOTED && rules->unquote)
            ident_add(&out, rules->ident, token_name(mem, &token));
        else
            buf_add_n(&out, token.text, token.length);
        if (!token_is(&token, ";"))
            end = out.len;
        before = token;
    }
    buf_cut(&out, end);
    return out.data;
}

char *normal_expr(struct arena *mem, const struct normal_rules *rules, const char *text)
{
    if (!text)
        return NULL;
    const struct term *term = term_parse(mem, rules, text, strlen(text));
    return term ? arena_dup(mem, term_text(mem, term)) : normal_space(mem, rules, text);
}
