/*
 * Behind a pooler in transaction mode: which statements about the session last no longer than their transaction.  All others
 * would reach whoever gets the backend next, and be gone for the statement that needs them.  Where a file is one transaction,
 * SET can be said as SET LOCAL: nobody can tell the difference before the end of the file, which is the end of its settings anyway.
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

/* SET x, SET SESSION x; not what is about transactions to come. */
static const char *set_local(struct arena *mem, struct lexer *lexer, const struct sql_piece *statement)
{
    struct token next = lex_next_code(lexer);
    const char *rest = next.text;
    if (token_is(&next, "session")) {
        struct token third = lex_next_code(lexer);
        if (token_is(&third, "characteristics"))
            return NULL;
        if (!token_is(&third, "authorization"))
            rest = third.text;
    }
    return arena_printf(mem, "SET LOCAL %.*s", (int)(statement->text + statement->length - rest), rest);
}

/* SELECT set_config(..., false), and nothing else in it that has parentheses. */
static const char *config_local(struct arena *mem, struct lexer *lexer, const struct sql_piece *statement)
{
    struct token last = {0};
    for (struct token token = lex_next_code(lexer); token.kind != TOKEN_END;
         last = token, token = lex_next_code(lexer)) {
        if (!token_is(&token, ")") || !token_is(&last, "false"))
            continue;
        int before = (int)(last.text - statement->text);
        const char *after = last.text + last.length;
        const char *text = arena_printf(mem, "%.*strue%.*s", before, statement->text,
                                        (int)(statement->text + statement->length - after), after);
        struct sql_piece local = {.text = text, .length = strlen(text)};
        return pg_ends_with_transaction(&local) ? text : NULL;
    }
    return NULL;
}

const char *pg_within_transaction(struct arena *mem, const struct sql_piece *statement)
{
    struct lexer lexer;
    lex_open(&lexer, &pg_lex, statement->text, statement->length);
    struct token first = lex_next_code(&lexer);
    if (token_is(&first, "set"))
        return set_local(mem, &lexer, statement);
    return token_is(&first, "select") ? config_local(mem, &lexer, statement) : NULL;
}
