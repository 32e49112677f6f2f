/* SQLite's own definition texts, as sqlite_master keeps them, into objects. See parse.c. */
#ifndef DIALECT_SQLITE_PARSE_H
#define DIALECT_SQLITE_PARSE_H

#include "dialect/sqlite/sqlite.h"
#include "sql/cursor.h"

/* A text of the catalog that is read, and where its tokens may lie. */
struct lite_text {
    const char *name; /* of what it makes; NULL */
    const char *sql;
    struct arena *tokens; /* rewound afterwards */
};
void lite_cursor_open(struct cursor *cursor, struct ctx *ctx, const struct lite_text *text, const char *kind);
/* A new object below `schema` or `table`, with everything said that SQLite can say. */
int lite_parse_table(struct ctx *ctx, struct object *schema, const struct lite_text *text);
int lite_parse_index(struct ctx *ctx, struct object *table, const struct lite_text *text);
int lite_parse_virtual_table(struct ctx *ctx, struct object *schema, const struct lite_text *text);
int lite_parse_view(struct ctx *ctx, struct object *schema, const struct lite_text *text);

void lite_say_all(struct object *object);                                 /* what is not said is absent */
struct column *lite_column(const struct object *table, const char *name); /* by name, ignoring case; NULL */

#endif
