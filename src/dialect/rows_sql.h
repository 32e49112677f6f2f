/* Rows of a database as the INSERT statements that make them again. */
#ifndef DIALECT_ROWS_SQL_H
#define DIALECT_ROWS_SQL_H

#include "dialect/dialect.h"

/* How an engine spells them. */
struct rows_sql {
    const char *literal, *literal_end; /* around a column: its value as a literal that the column takes; NULL as NULL */
    const char *overriding;            /* before VALUES, where counters are given values; NULL */
    const char *counter; /* sets the counter of @column of @rows, as literals @name of @table; NULL: none is needed */
};

/* Statements for all rows of the tables of `tree`, in its order; and the paths of the tables that have any. */
int rows_to_sql(struct ctx *ctx, struct conn *conn, const struct tree *tree, struct names *statements,
                struct names *paths);

#endif
