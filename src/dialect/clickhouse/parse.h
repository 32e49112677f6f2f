/* Definitions as ClickHouse keeps them, into objects. See parse.c. */
#ifndef DIALECT_CLICKHOUSE_PARSE_H
#define DIALECT_CLICKHOUSE_PARSE_H

#include "dialect/clickhouse/schema.h"
#include "sql/cursor.h"

/* A text of the catalog that is read. */
struct ch_text {
    const char *kind;     /* for messages: "table" */
    const char *name;     /* of what it makes */
    const char *database; /* that it stands in, which texts name */
    const char *user;     /* who reads it */
    const char *sql;
    struct arena *tokens; /* may be rewound afterwards */
};

void ch_cursor_open(struct cursor *cursor, struct ctx *ctx, const struct ch_text *text);
/* CREATE and what follows, up to after the name. */
int ch_head_read(struct cursor *cursor);
/* An expression, to where one of the clauses begins, or "," or ")"; with `list`, commas belong to it. */
struct ch_clause {
    const char *word;
    const char *next; /* the word that must follow it; "" a text; NULL: anything that begins an expression */
};
int ch_expression(struct cursor *cursor, const struct ch_clause *clauses, bool list, const char **text);
int ch_string(struct cursor *cursor, const char **value);
const char *ch_string_value(struct arena *mem, const struct token *token); /* what a literal says */
/* "a = 1, b = 'x'" as a=1 and b='x', sorted. */
int ch_settings(struct cursor *cursor, struct names *settings);

/* What the clauses of a table say of it, up to the end or to AS. */
extern const struct ch_clause ch_table_clauses[];

/* A new object below `schema`, with everything said that ClickHouse can say. */
int ch_parse_table(struct ctx *ctx, struct object *schema, const struct ch_text *text);
int ch_parse_view(struct ctx *ctx, struct object *schema, const struct ch_text *text);
int ch_parse_dictionary(struct ctx *ctx, struct object *schema, const struct ch_text *text);

void ch_say_all(struct object *object); /* what is not said is absent */
/* The items of "(a, b)", "tuple(a, b)" or "a", separated by commas; "tuple()" of none. */
const char *ch_key_list(struct arena *mem, const char *text);
struct names ch_list_parts(struct arena *mem, const char *list); /* between commas outside parentheses */

/* names.c: a text without the name of its own database before those of what is in it. */
const char *ch_unqualified(struct arena *mem, const char *database, const char *text);
/* The database as a text within the arguments of an engine is currentDatabase(). */
const char *ch_own_database(struct arena *mem, const char *database, const char *text);

#endif
