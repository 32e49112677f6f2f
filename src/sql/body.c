/*
 * Bodies.  Its one idea: every statement in a body ends in ";", so the END that closes a block stands after a ";" (or
 * right after BEGIN), and the END of a CASE expression never does.  So neither CASE expressions nor inner IFs and
 * loops need counting, and columns may be called "end".
 *
 * A body that is one IF, CASE or loop without BEGIN (MySQL) is followed by counting that word and its END.
 */
#include "sql/body.h"

static struct token peek(const struct lexer *lexer)
{
    struct lexer ahead = *lexer;
    return lex_next_bare(&ahead);
}

bool statement_in_body(const struct statement *statement)
{
    return statement->blocks > 0 || statement->compounds > 0 || (statement->head == HEAD_RULE && statement->parens > 0);
}

/* The words between CREATE and the kind of object are many ("DEFINER = 'x'@'y'"), so the kinds are looked for. */
static void take_head(struct statement *statement, const struct lex_rules *rules, const struct token *token)
{
    enum { HEAD_TOKENS = 24 };
    static const char *const routines[] = {"trigger", "procedure", "function", "event", NULL};
    static const char *const others[] = {"table",  "index",    "view",      "database", "schema",     "user", "role",
                                         "server", "sequence", "extension", "type",     "tablespace", NULL};
    bool first = statement->last.kind == TOKEN_END;
    if (first && !token_is(token, "create") && !token_is(token, "alter"))
        statement->head = HEAD_OTHER;
    if (token->kind != TOKEN_WORD || statement->parens != 0 || token_is(&statement->last, "="))
        return;
    if (token_is_one_of(token, routines))
        statement->head = HEAD_ROUTINE;
    else if (rules->begin_atomic_bodies && token_is(token, "rule"))
        statement->head = HEAD_RULE;
    else if (token_is_one_of(token, others) || statement->tokens > HEAD_TOKENS)
        statement->head = HEAD_OTHER;
}

/* "begin" and "end" are names too where they are not reserved. */
static bool opens_block(const struct statement *statement, const struct lexer *lexer)
{
    static const char *const names_follow[] = {"select",   "set",  "by", "where", "and",  "or", "not",
                                               "distinct", "of",   "on", "into",  "when", "in", "return",
                                               "declare",  "like", ".",  ",",     "(",    NULL};
    static const char *const behind_names[] = {",", ".", ")", ";", "is", "in", "from", "as", NULL};
    const struct lex_rules *rules = lexer->rules;
    struct token next = peek(lexer);
    if (!rules->begin_end_bodies)
        return rules->begin_atomic_bodies && token_is(&next, "atomic");
    if (rules->bracket_names && statement->blocks > 0) /* SQLite's bodies do not nest */
        return false;
    if (statement->last.kind == TOKEN_OPERATOR && !token_is(&statement->last, ":"))
        return false;
    return next.kind != TOKEN_OPERATOR && !token_is_one_of(&statement->last, names_follow) &&
           !token_is_one_of(&next, behind_names);
}

static bool closes_block(const struct statement *statement, const struct lexer *lexer)
{
    static const char *const before[] = {";", "begin", "atomic", NULL};
    static const char *const inner[] = {"if", "case", "loop", "while", "repeat", "for", NULL};
    struct token next = peek(lexer);
    return token_is_one_of(&statement->last, before) && !token_is_one_of(&next, inner);
}

/* IF(a, b, c), the function, has two commas in its parentheses; a condition of IF ... THEN does not. */
static bool is_function_if(const struct lexer *lexer)
{
    struct lexer ahead = *lexer;
    struct token token = lex_next_code(&ahead);
    int depth = 0, commas = 0;
    if (!token_is(&token, "("))
        return false;
    do {
        depth += token_is(&token, "(") - token_is(&token, ")");
        commas += depth == 1 && token_is(&token, ",");
        token = lex_next_code(&ahead);
    } while (depth > 0 && token.kind != TOKEN_END);
    return commas == 2;
}

/* A body's first word where the body is not a block; what stands before it is the end of a routine's head. */
static bool opens_compound(const struct statement *statement, const struct token *token)
{
    static const char *const words[] = {"if", "case", "loop", "while", "repeat", NULL};
    static const char *const before[] = {"row", ")", "deterministic", "sql", "data", "definer", "invoker", "do",
                                         ":",   NULL};
    bool head_ended = token_is_one_of(&statement->last, before) || statement->last.kind == TOKEN_STRING;
    return head_ended && statement->parens == 0 && token_is_one_of(token, words);
}

static bool same_word(const struct token *a, const struct token *b)
{
    return a->length == b->length && !strncasecmp(a->text, b->text, a->length);
}

static bool opens_inner_compound(const struct statement *statement, const struct lexer *lexer,
                                 const struct token *token)
{
    struct token next = peek(lexer);
    if (token_is(token, "case")) /* one that is an expression never stands here */
        return token_is(&statement->last, ";") || token_is(&statement->last, "do");
    return !(token_is(token, "if") && is_function_if(lexer)) && !(token_is(token, "repeat") && token_is(&next, "("));
}

static void take_compound(struct statement *statement, const struct lexer *lexer, const struct token *token)
{
    if (!same_word(token, &statement->compound))
        return;
    bool ends = token_is(&statement->last, "end");
    if (ends && token_is(&statement->previous, ";"))
        statement->compounds--;
    else if (!ends && opens_inner_compound(statement, lexer, token))
        statement->compounds++;
}

static void open_body(struct statement *statement, const struct token *token)
{
    if (!statement_in_body(statement))
        statement->body = *token;
}

static void take_routine_word(struct statement *statement, const struct lexer *lexer, const struct token *token)
{
    if (statement->compounds > 0) {
        take_compound(statement, lexer, token);
    } else if (token_is(token, "begin") && opens_block(statement, lexer)) {
        open_body(statement, token);
        statement->blocks++;
    } else if (statement->blocks > 0) {
        if (token_is(token, "end") && closes_block(statement, lexer))
            statement->blocks--;
    } else if (lexer->rules->delimiter_command && opens_compound(statement, token)) {
        open_body(statement, token);
        statement->compound = *token;
        statement->compounds = 1;
    }
}

/* MariaDB runs blocks outside routines too: BEGIN NOT ATOMIC ... END. */
static bool is_free_block(const struct lexer *lexer, const struct token *token)
{
    struct token next = peek(lexer);
    return lexer->rules->delimiter_command && token_is(token, "begin") && token_is(&next, "not");
}

void statement_take(struct statement *statement, const struct lexer *lexer, const struct token *token)
{
    if (statement->tokens == 0)
        statement->first = *token;
    statement->tokens++;
    statement->end = *token;
    if (token_is_conditional(token))
        return;
    if (token_is(token, "(") && statement->head == HEAD_RULE && statement->parens == 0)
        statement->body = *token;
    if (token->kind == TOKEN_PUNCTUATION)
        statement->parens += token_is(token, "(") - token_is(token, ")");
    if (statement->tokens == 1 && is_free_block(lexer, token))
        statement->head = HEAD_ROUTINE;
    if (statement->head == HEAD_UNKNOWN)
        take_head(statement, lexer->rules, token);
    if (statement->head == HEAD_ROUTINE && token->kind == TOKEN_WORD)
        take_routine_word(statement, lexer, token);
    statement->previous = statement->last;
    statement->last = *token;
}

bool statement_is_bare_alter(const struct statement *statement, const struct lex_rules *rules)
{
    enum { BARE_TOKENS = 10 };
    static const char *const between[] = {"if",           "exists", "only", "foreign", "table",
                                          "materialized", "view",   ".",    NULL};
    struct lexer lexer;
    struct token token;
    int names = 0;
    lex_open(&lexer, rules, statement->first.text,
             statement->end.offset + statement->end.length - statement->first.offset);
    token = lex_next_code(&lexer);
    if (!token_is(&token, "alter") || statement->tokens > BARE_TOKENS)
        return false;
    for (bool dot = false; (token = lex_next_code(&lexer)).kind != TOKEN_END; dot = token_is(&token, "."))
        names += !dot && !token_is_one_of(&token, between);
    return names <= 1;
}
