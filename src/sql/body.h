/*
 * A statement while it is being read: enough of its beginning to know whether it has a body, and how deep in
 * that body we are, so that a ";" in there ends nothing.
 */
#ifndef SQL_BODY_H
#define SQL_BODY_H

#include "sql/lex.h"

enum head {
    HEAD_UNKNOWN, /* nothing read yet, or CREATE and ALTER with what may stand before the kind of object */
    HEAD_ROUTINE, /* trigger, procedure, function, event: may have a body */
    HEAD_RULE,    /* PostgreSQL's CREATE RULE ... DO (a; b) */
    HEAD_OTHER
};

struct statement {
    struct token first;    /* code token; what opens and closes a conditional comment counts here, */
    struct token end;      /* the last one so far, */
    struct token last;     /* but not here */
    struct token previous; /* the one before `last` */
    int tokens;
    int parens;
    enum head head;
    int blocks;            /* BEGINs that are open */
    struct token compound; /* a body that is an IF, CASE or loop without BEGIN: that word */
    int compounds;         /* how many of that word are open */
    struct token body;     /* where the body begins */
};

/* The next code token; `lexer` stands after it and is only looked ahead with. */
void statement_take(struct statement *statement, const struct lexer *lexer, const struct token *token);
bool statement_in_body(const struct statement *statement);
/* ALTER TABLE and a name, no more yet. */
bool statement_is_bare_alter(const struct statement *statement, const struct lex_rules *rules);

#endif
