/*
 * Statements that change columns, indexes and constraints of one table and nothing else of it, and the lines of SHOW CREATE
 * TABLE that such a statement can be seen by: those with a name that it holds.  Where it is not certain that a statement is of
 * that kind, it is not.
 */
#include <string.h>

#include "base/text.h"
#include "dialect/mysql/parts.h"

void my_action_skip(struct lexer *lexer, struct token *token)
{
    int depth = 0;
    for (; token->kind != TOKEN_END && (depth || !token_is(token, ",")); *token = lex_next_code(lexer))
        depth += token_is(token, "(") - token_is(token, ")");
}

/* ADD PARTITION and RENAME TO are seen elsewhere. */
static bool is_of_part(struct lexer *lexer, struct token *token)
{
    static const char *const first[] = {"add", "drop", "modify", "change", "alter", "rename", NULL};
    /* How it is to be done, and options of the table: to set these again is harmless. */
    static const char *const plain[] = {"algorithm",        "lock",    "comment",  "engine",   "row_format",
                                        "auto_increment",   "default", "charset",  "collate",  "convert",
                                        "character",        "force",   "max_rows", "min_rows", "checksum",
                                        "stats_persistent", NULL};
    static const char *const others[] = {"partition", "system", "period", "tablespace", NULL};
    static const char *const renamed[] = {"column", "index", "key", NULL};
    if (token_is_one_of(token, plain))
        return true;
    if (!token_is_one_of(token, first))
        return false;
    bool renames = token_is(token, "rename");
    *token = lex_next_code(lexer);
    if (renames)
        return token_is_one_of(token, renamed);
    return !token_is_one_of(token, others);
}

struct token my_actions_begin(struct lexer *lexer)
{
    static const char *const before[] = {"alter", "table", "if", "exists", NULL};
    struct token token = lex_next_code(lexer);
    while (token_is_one_of(&token, before))
        token = lex_next_code(lexer);
    for (token = lex_next_code(lexer); token_is(&token, "."); token = lex_next_code(lexer))
        lex_next_code(lexer);
    return token;
}

static bool alters_parts(struct lexer *lexer)
{
    bool any = false;
    for (struct token token = my_actions_begin(lexer); token.kind != TOKEN_END; token = lex_next_code(lexer)) {
        if (!is_of_part(lexer, &token))
            return false;
        any = true;
        my_action_skip(lexer, &token);
    }
    return any;
}

bool my_changes_parts(const struct classified *statement)
{
    struct lexer lexer;
    if (statement->kind == KIND_INDEX)
        return statement->table && !text_equal_nocase(statement->name, "primary");
    if (statement->kind != KIND_TABLE || statement->verb != VERB_ALTER)
        return false;
    lex_open(&lexer, my_dialect.lex, statement->piece.text, statement->piece.length);
    return alters_parts(&lexer);
}

/* With sql_mode ANSI a name in quotes is what is a text otherwise. */
static void words_of(struct arena *mem, const char *text, size_t length, bool quoted, struct names *words)
{
    struct lexer lexer;
    lex_open(&lexer, my_dialect.lex, text, length);
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer))
        if (token.kind == TOKEN_STRING)
            names_add(mem, words, text_lower(mem, text_slice(mem, token.text, 1, token.length - 1)));
        else if (token.kind == TOKEN_QUOTED || (!quoted && token.kind == TOKEN_WORD))
            names_add(mem, words, text_lower(mem, token_name(mem, &token)));
}

/* SHOW CREATE quotes names, unless it was told not to. */
static bool is_about(struct arena *mem, const char *line, size_t length, const struct names *named)
{
    struct names words = {0};
    words_of(mem, line, length, true, &words);
    if (!words.n)
        words_of(mem, line, length, false, &words);
    for (int i = 0; i < words.n; i++)
        if (names_find(named, words.item[i]) >= 0)
            return true;
    return false;
}

const char *my_lines_about(struct arena *mem, const char *said, const struct classified *statement)
{
    struct names named = {0};
    struct buf out;
    buf_init(&out, mem);
    words_of(mem, statement->piece.text, statement->piece.length, false, &named);
    for (size_t length; *said; said += length + (said[length] != '\0')) {
        length = strcspn(said, "\n");
        if (!text_starts(said, "  ")) /* columns, indexes, constraints begin so */
            continue;
        if (!text_starts(said, "  PRIMARY KEY") && !is_about(mem, said, length, &named))
            continue;
        buf_add_n(&out, said, length && said[length - 1] == ',' ? length - 1 : length);
        buf_add(&out, "\n");
    }
    return out.data;
}
