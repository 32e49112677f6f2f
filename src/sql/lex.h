/*
 * SQL as tokens.  One lexer for all engines; what differs (quotes, comments, dollar quotes, escapes) is a
 * table of rules that each dialect names.  It never fails on odd input: an unfinished string or comment is a
 * token that reaches to the end and says so.
 */
#ifndef SQL_LEX_H
#define SQL_LEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum token_kind {
    TOKEN_END,
    TOKEN_SPACE,   /* white space, newlines too */
    TOKEN_COMMENT, /* with its delimiters; a line comment without its newline */
    TOKEN_WORD,    /* unquoted identifier or keyword */
    TOKEN_QUOTED,  /* quoted identifier, with its quotes */
    TOKEN_STRING,  /* string literal of any form, with quotes and prefix */
    TOKEN_NUMBER,
    TOKEN_PARAMETER,   /* $1, ?, :name, @name as the engine has it */
    TOKEN_OPERATOR,    /* one or more operator characters, longest known */
    TOKEN_PUNCTUATION, /* one of ( ) [ ] , . ; */
    TOKEN_CLIENT,      /* a line for psql, from its backslash to before its end */
    TOKEN_ROWS         /* what follows "COPY ... FROM stdin;", from its line end to the line "\\." */
};

struct lex_rules {
    bool backslash_escapes;    /* in '...': MySQL, MariaDB, ClickHouse */
    bool names_escape;         /* in quoted names too: ClickHouse */
    bool escape_strings;       /* E'...': PostgreSQL */
    bool dollar_quotes;        /* $tag$...$tag$; $1 is a parameter, ? and @ belong to operators: PostgreSQL */
    bool nested_comments;      /* PostgreSQL */
    bool hash_comments;        /* # to end of line: MySQL */
    bool dash_needs_space;     /* "--" opens a comment only before white space: MySQL */
    bool backtick_names;       /* `name` */
    bool bracket_names;        /* [name]: SQLite */
    bool double_quote_strings; /* "..." is a string: MySQL without ANSI_QUOTES */
    bool conditional_comments; /* slash-star-bang and slash-star-M-bang hold code, versions of no server aside: MySQL */
    bool delimiter_command;    /* DELIMITER lines: MySQL */
    bool client_lines;         /* lines for psql and the rows of COPY FROM stdin, as dumps have them: PostgreSQL */
    bool begin_end_bodies;     /* CREATE TRIGGER|PROCEDURE|FUNCTION|EVENT ... BEGIN ... END holds semicolons */
    bool begin_atomic_bodies;  /* BEGIN ATOMIC ... END: PostgreSQL 14 */
};

struct token {
    enum token_kind kind;
    const char *text; /* points into the source, not zero-terminated */
    size_t length;
    size_t offset;
    int line;        /* from 1 */
    int column;      /* from 1, in bytes */
    bool unfinished; /* a string, quoted name or comment that the text ends in */
    bool escapes;    /* a quoted name in which a backslash stands before what it means */
};

struct lexer {
    const struct lex_rules *rules;
    const char *text;
    size_t length;
    size_t offset;
    int line;
    int column;
    int conditional; /* conditional comments that are open */
    int copy;        /* how much of "COPY ... FROM stdin;" has been seen */
};

void lex_open(struct lexer *lexer, const struct lex_rules *rules, const char *text, size_t length);
struct token lex_next(struct lexer *lexer);              /* every byte is in exactly one token; TOKEN_END at the end */
struct token lex_next_code(struct lexer *lexer);         /* the same without white space and comments */
void lex_take(struct lexer *lexer, struct token *token); /* the same two, into a place */
void lex_take_code(struct lexer *lexer, struct token *token);
/* Without the marks of conditional comments too, so that the first one is the verb wherever it is written. */
struct token lex_next_bare(struct lexer *lexer);
void lex_take_bare(struct lexer *lexer, struct token *token);

bool token_is(const struct token *token, const char *word); /* unquoted word or punctuation, ignoring case */
bool token_is_one_of(const struct token *token, const char *const *words); /* up to NULL */
char *token_name(struct arena *mem, const struct token *token); /* WORD or QUOTED as the name it means, unquoted */
char *token_copy(struct arena *mem, const struct token *token);

/* Opens or closes a conditional comment: an operator, so that what is inside counts as code. */
bool token_is_conditional(const struct token *token);

/*
 * SHA-256 over the code tokens of all statements, each token's kind and text, so that comments, white space
 * and line ends do not matter; statements are separated.
 */
struct sql_piece {
    const char *text; /* points into the file */
    size_t length;
    int line;
    int column;
};
char *lex_checksum(struct arena *mem, const struct lex_rules *rules, const struct sql_piece *piece, int n);

#endif
