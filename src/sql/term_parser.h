/*
 * Between the files of the expression parser: its state, and what reads words, literals and types.
 */
#ifndef SQL_TERM_PARSER_H
#define SQL_TERM_PARSER_H

#include "sql/term.h"

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
