/*
 * A cursor over the code tokens of one statement that a server keeps, for those who read such texts into objects.  What it does
 * not understand is an error that says where, never passed over.
 */
#ifndef SQL_CURSOR_H
#define SQL_CURSOR_H

#include "base/ctx.h"
#include "sql/lex.h"

struct cursor_rules {
    const struct lex_rules *lex;
    bool string_names; /* 'name' is a name where only a name can stand: SQLite */
    const char *hint;  /* how people see such a text */
};

/* Texts that are handed out lie in ctx->mem. */
struct cursor {
    struct ctx *ctx;
    struct arena *mem;
    const struct cursor_rules *rules;
    const char *text;
    const char *what;    /* "table users", for messages */
    struct token *token; /* n of them and a TOKEN_END */
    int n;
    int at;
};

/* The tokens lie in `tokens`, which may be rewound once the statement is read; `rules` and `what` are set by the caller before. */
void cursor_open(struct cursor *cursor, struct ctx *ctx, struct arena *tokens, const char *text);
struct token *cursor_peek(struct cursor *cursor, int ahead);
bool cursor_is(struct cursor *cursor, const char *word);
bool cursor_is_one_of(struct cursor *cursor, const char *const *words); /* up to NULL */
bool cursor_accept(struct cursor *cursor, const char *word);
bool cursor_accept_words(struct cursor *cursor, const char *first, const char *second);
int cursor_expect(struct cursor *cursor, const char *word);
int cursor_name(struct cursor *cursor, const char **name);  /* quoted in any of the engine's ways */
int cursor_skip_group(struct cursor *cursor);               /* from "(" to after its ")" */
int cursor_group(struct cursor *cursor, const char **text); /* the same; `text` is what is inside */
/* To the first of these words, or to "," or ")", outside parentheses; `text` is what was skipped. NULL: no words. */
int cursor_until(struct cursor *cursor, const char *const *words, const char **text);
char *cursor_slice(struct cursor *cursor, int from, int to); /* source text of tokens from .. to - 1 */
int cursor_fail(struct cursor *cursor);

#endif
