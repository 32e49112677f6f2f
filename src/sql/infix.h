/*
 * The operators of an engine as data, which its dialect fills in: how tightly they bind, what their operands are, and the
 * one spelling that we show.  An operator that is not there is unknown, but in PostgreSQL, where all those bind alike.
 */
#ifndef SQL_INFIX_H
#define SQL_INFIX_H

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

enum role {
    ROLE_AND,
    ROLE_OR,
    ROLE_COMPARE,
    ROLE_TEXT,
    ROLE_CONCAT,
    ROLE_PLAIN,
    ROLE_EXACT,
    ROLE_IS,
    ROLE_MATCH,
    ROLE_CALL /* shown as a call of its spelling, of all operands in a row */
};

struct infix {
    const char *word; /* NULL ends the table */
    enum level level;
    enum role role;
    const char *spelling; /* NULL: as `word` */
};

#endif
