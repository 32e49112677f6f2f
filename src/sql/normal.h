/*
 * Expressions in a comparable form: tokens with one space or none between them, keywords upper case, names
 * without needless quotes, and the engine's own habits (casts that a server adds, double parentheses, spelling
 * of operators) undone by a table of rewrite steps that the dialect chooses.
 */
#ifndef SQL_NORMAL_H
#define SQL_NORMAL_H

#include "sql/ident.h"
#include "sql/infix.h"
#include "sql/lex.h"

struct normal_rules {
    const struct lex_rules *lex;
    const struct ident_rules *ident;
    const struct infix *infix; /* the operators, up to one without a word */
    bool is_compares;          /* x IS y holds for any y, and is not a test for NULL only: SQLite */
    bool strip_casts;          /* ::type and CAST(x AS type) of a literal or column: PostgreSQL prints them */
    bool any_array_to_in;      /* x = ANY (ARRAY[a, b]) is x IN (a, b) */
    bool like_operators;       /* ~~ is LIKE, !~~ NOT LIKE, ~~* ILIKE */
    bool fold_names;           /* unquoted names to lower case */
    bool unquote;              /* texts are kept as they were written, with names in quotes or not */
    bool splits_between;       /* x BETWEEN a AND b is x >= a AND x <= b: ClickHouse prints it */
    bool strip_charset;        /* _utf8mb4'x' is 'x': MySQL prints it */
};

/* NULL gives NULL. Two expressions whose normal forms are equal mean the same; the reverse need not hold. */
char *normal_expr(struct arena *mem, const struct normal_rules *rules, const char *text);
/* The same for text that must keep its meaning exactly (view queries): white space and keyword case only. */
char *normal_space(struct arena *mem, const struct normal_rules *rules, const char *text);

#endif
