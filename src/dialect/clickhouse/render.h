/* What the renderers of ClickHouse share. */
#ifndef DIALECT_CLICKHOUSE_RENDER_H
#define DIALECT_CLICKHOUSE_RENDER_H

#include "dialect/clickhouse/schema.h"

struct buf ch_begin(struct render *render, const char *text); /* a buffer that begins with `text` */
void ch_ident_add(struct buf *out, const char *name);
void ch_literal_add(struct buf *out, const char *text);
void ch_top(struct buf *out, const struct object *object);                /* database.name of a top object */
void ch_key_add(struct buf *out, const char *list);                       /* "a" or "(a, b)" */
void ch_settings_add(struct buf *out, const struct names *settings);      /* "a = 1, b = 2" */
bool ch_settings_have(const struct names *settings, const char *setting); /* with whatever value */
/* Fails where a text would have to be said that the server does not tell. */
int ch_secret_check(struct render *render, const struct object *object, const char *text);

enum clause { CLAUSE_PLAIN = 1, CLAUSE_RENAME = 1 << 1, CLAUSE_ALONE = 1 << 2 };
/* Takes what is in `sql` as a change of the table that holds `below`. */
void ch_clause(struct render *render, const struct object *below, enum clause clause, struct buf *sql);

/* render_column.c */
void ch_column_definition(struct buf *out, const struct column *column);
void ch_column_add(struct render *render, const struct column *column); /* with what that keeps */
render_fn ch_column_create, ch_column_drop, ch_column_alter, ch_column_rename;
/* Is the column new, and does what its table is sorted by end with it from now on? */
bool ch_joins_key(struct arena *mem, const struct object *column);
bool ch_names(struct arena *mem, const char *text, const char *name); /* as a word */

/* render_part.c: what hangs on a table beside its columns. */
void ch_part_text(struct buf *out, const struct object *part);
render_fn ch_part_create, ch_part_drop;

/* render_table.c */
int ch_table_create_as(struct render *render, const struct object *table, const char *name);
render_fn ch_table_create, ch_table_drop, ch_table_alter, ch_top_rename;

render_fn ch_table_rebuild; /* render_rebuild.c */

/* render_view.c, render_dictionary.c */
render_fn ch_view_create, ch_view_drop, ch_view_alter;
render_fn ch_dictionary_create, ch_dictionary_drop, ch_dictionary_alter;
render_fn ch_function_create, ch_function_drop, ch_function_alter;

/* render_access.c */
render_fn ch_access_create, ch_access_drop, ch_access_alter, ch_access_finish;
render_fn ch_collection_create, ch_collection_alter;

#endif
