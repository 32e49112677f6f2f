/* What the renderers of MySQL and MariaDB share. */
#ifndef DIALECT_MYSQL_RENDER_H
#define DIALECT_MYSQL_RENDER_H

#include "dialect/mysql/schema.h"

struct buf my_begin(struct render *render, const char *text); /* a buffer that begins with `text` */
void my_ident_add(struct buf *out, const char *name);
/* As the server reads a text, whose modes say what a backslash is. */
void my_literal_add(const struct render *render, struct buf *out, const char *text);
void my_top(struct buf *out, const struct object *object); /* database.name of a top object */
void my_wrapped(struct buf *out, const char *expr);        /* in parentheses, if it is not already */

/*
 * What a clause does, as far as it matters beside others in one ALTER TABLE: the servers look at a table as it was before,
 * so that what has a name twice, or has another one by then, needs a statement of its own.
 */
enum clause {
    CLAUSE_PLAIN = 1,
    CLAUSE_ADD_FOREIGN_KEY = 1 << 1,
    CLAUSE_RENAME = 1 << 2,
    CLAUSE_ALONE = 1 << 3,
    CLAUSE_ADD_FULLTEXT = 1 << 4
};
/* Takes what is in `sql` as a change of the table that holds `below`. */
void my_clause(struct render *render, const struct object *below, enum clause clause, struct buf *sql);

/* render_column.c */
void my_column_definition(const struct render *render, struct buf *out, const struct column *column);
render_fn my_column_create, my_column_drop, my_column_alter, my_column_rename;

/* render_rename.c: MySQL wants all that names the column to change in the same statement. */
render_fn my_column_rename_with, my_sequence_rename;

/* render_constraint.c */
void my_overlaps_add(struct buf *out, const char *period); /* at the end of a key */
void my_constraint_text(struct buf *out, const struct object *object);
render_fn my_constraint_create, my_constraint_drop;

/* render_index.c */
void my_index_text(const struct render *render, struct buf *out, const struct index *index);
render_fn my_index_create, my_index_drop, my_index_alter, my_index_rename;

/* render_partition.c */
render_fn my_partitioning_create, my_partitioning_drop, my_partitioning_alter, my_partition_change;

/* sequences.c */
render_fn my_sequence_create, my_sequence_drop, my_sequence_alter;

/* render_table.c */
render_fn my_table_create, my_table_drop, my_table_alter, my_table_rename;

/* render_view.c, render_text.c */
render_fn my_view_create, my_view_drop, my_view_alter;
render_fn my_text_create, my_text_drop;

#endif
