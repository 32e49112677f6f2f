/*
 * Between the files of the expression parser: its state, its operators, and what reads words, literals and types.
 */
#ifndef SQL_TERM_PARSER_H
#define SQL_TERM_PARSER_H

#include "sql/term.h"

/* How tightly things bind, loosest first. */
enum level {
    LEVEL_ANY,
    LEVEL_OR,
    LEVEL_XOR,
    LEVEL_AND,
    LEVEL_NOT,
    LEVEL_IS,
    LEVEL_COMPARE,
    LEVEL_MATCH,
    LEVEL_OTHER,
    LEVEL_BITS,
    LEVEL_SHIFT,
    LEVEL_ADD,
    LEVEL_MULTIPLY,
    LEVEL_POWER,
    LEVEL_ZONE,
    LEVEL_COLLATE,
    LEVEL_UNARY,
    LEVEL_CAST
};

enum role { ROLE_AND, ROLE_OR, ROLE_COMPARE, ROLE_TEXT, ROLE_CONCAT, ROLE_PLAIN, ROLE_EXACT, ROLE_IS, ROLE_MATCH };

struct infix {
    const char *word;
    enum level level;
    enum role role;
    const char *spelling; /* NULL: as `word` */
};

extern const struct infix pg_infix[]; /* up to one without a word */
extern const struct infix lite_infix[];
extern const struct infix my_infix[];

struct parser {
    struct arena *mem;
    const struct normal_rules *rules;
    const struct infix *infix;
    bool postgres;
    struct token *token; /* code tokens, TOKEN_END last */
    int at;
    int depth;
};

/* term_literal.c: tokens at hand, and what one or a few of them mean. NULL: nothing that is known here. */
const struct token *parser_peek(const struct parser *parser, int ahead);
bool parser_at(const struct parser *parser, const char *word);
bool parser_accept(struct parser *parser, const char *word);
bool parser_at_one_of(const struct parser *parser, const char *const *words);
bool parser_at_constant(const struct parser *parser); /* TRUE, CURRENT_DATE: a word that is a value */
const char *parser_name(const struct parser *parser, const struct token *token);
struct term *parser_string(struct parser *parser);
struct term *parser_number(struct parser *parser);
const char *parser_type(struct parser *parser);

#endif
