/* Rows for the laws: put into a random schema as far as it takes them, and looked at again after the way back. */
#ifndef PROPERTY_ROWS_H
#define PROPERTY_ROWS_H

#include "dialect/dialect.h"

struct rows_kept;

/* Tries to put rows into every table; what a constraint refuses stays out. Never NULL. */
struct rows_kept *rows_put(struct ctx *ctx, struct conn *conn, const struct tree *tree, uint64_t seed);
/* Was the failure just recorded one that rows can cause (a constraint, a value that does not fit)? */
bool rows_forbid(struct ctx *ctx, const struct rows_kept *rows);
int rows_remove(struct ctx *ctx, struct conn *conn, const struct tree *tree);
int rows_check(struct ctx *ctx, struct conn *conn,
               const struct rows_kept *rows); /* ERR_FAILED if any is lost or changed */

#endif
