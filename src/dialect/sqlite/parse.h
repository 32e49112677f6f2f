/* SQLite's own definition texts, as sqlite_master keeps them, into objects. See parse.c. */
#ifndef DIALECT_SQLITE_PARSE_H
#define DIALECT_SQLITE_PARSE_H

#include "dialect/sqlite/sqlite.h"

/* Code tokens of one statement with a place in them. */
struct lite_parser {
    struct ctx *ctx;
    struct arena *mem;
    const char *text;
    const char *what;    /* "table users", for messages */
    struct token *token; /* n of them and a TOKEN_END */
    int n;
    int at;
};

/* The tokens lie in `tokens`, which may be rewound once the statement is read. */
void parse_open(struct lite_parser *parser, struct ctx *ctx, struct arena *tokens, const char *what, const char *text);
struct token *parse_peek(struct lite_parser *parser, int ahead);
bool parse_is(struct lite_parser *parser, const char *word);
bool parse_accept(struct lite_parser *parser, const char *word);
bool parse_accept_words(struct lite_parser *parser, const char *first, const char *second);
int parse_expect(struct lite_parser *parser, const char *word);
int parse_name(struct lite_parser *parser, const char **name); /* quoted in any of SQLite's ways */
int parse_skip_group(struct lite_parser *parser);              /* from "(" to after its ")" */
int parse_group(struct lite_parser *parser, const char **inside);
char *parse_slice(struct lite_parser *parser, int from, int to); /* source text of tokens from .. to - 1 */
int parse_fail(struct lite_parser *parser);

/* A text of the catalog that is read, and where its tokens may lie. */
struct lite_text {
    const char *name; /* of what it makes */
    const char *sql;
    struct arena *tokens; /* rewound afterwards */
};
/* A new object below `schema` or `table`, with everything said that SQLite can say. */
int lite_parse_table(struct ctx *ctx, struct object *schema, const struct lite_text *text);
int lite_parse_index(struct ctx *ctx, struct object *table, const struct lite_text *text);
int lite_parse_virtual_table(struct ctx *ctx, struct object *schema, const struct lite_text *text);
int lite_parse_view(struct ctx *ctx, struct object *schema, const struct lite_text *text);

void lite_say_all(struct object *object);                                 /* what is not said is absent */
struct column *lite_column(const struct object *table, const char *name); /* by name, ignoring case; NULL */

#endif
