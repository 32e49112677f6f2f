/*
 * Behind a pooler in transaction mode: which statements about the session last no longer than their transaction.  All others
 * would reach whoever gets the backend next, and be gone for the statement that needs them.
 */
#include "base/text.h"
#include "dialect/postgres/pg.h"

/* set_config(name, value, true) */
static bool config_is_local(struct lexer *lexer)
{
    struct token last = {0};
    for (struct token token = lex_next_code(lexer); token.kind != TOKEN_END; last = token, token = lex_next_code(lexer))
        if (token_is(&token, ")") && !token_is(&last, "true"))
            return false;
    return true;
}

static bool has_words(struct lexer *lexer, const char *const *word)
{
    int at = 0;
    for (struct token token = lex_next_code(lexer); token.kind != TOKEN_END && word[at]; token = lex_next_code(lexer))
        at = token_is(&token, word[at]) ? at + 1 : token_is(&token, word[0]);
    return !word[at];
}

bool pg_ends_with_transaction(const struct sql_piece *statement)
{
    static const char *const on_commit_drop[] = {"on", "commit", "drop", NULL}, *const with_hold[] = {"with", "hold",
                                                                                                      NULL};
    struct lexer lexer;
    lex_open(&lexer, &pg_lex, statement->text, statement->length);
    struct token first = lex_next_code(&lexer);
    if (token_is(&first, "select"))
        return config_is_local(&lexer);
    if (token_is(&first, "create"))
        return has_words(&lexer, on_commit_drop);
    if (token_is(&first, "declare"))
        return !has_words(&lexer, with_hold);
    if (token_is(&first, "close"))
        return true;
    struct token second = lex_next_code(&lexer);
    return token_is(&first, "set") &&
           (token_is(&second, "local") || token_is(&second, "transaction") || token_is(&second, "constraints"));
}
