/*
 * The DROP that undoes a CREATE, as far as its text says.
 */
#ifndef RUN_INVERSE_H
#define RUN_INVERSE_H

#include "dialect/dialect.h"

/* It may have taken the place of another: CREATE OR REPLACE. */
bool create_replaces(const struct dialect *dialect, const struct sql_piece *piece);

/* It may have been there before: CREATE ... IF NOT EXISTS. */
bool create_tolerates(const struct dialect *dialect, const struct sql_piece *piece);

/* Adds it, without a semicolon; false: it is no CREATE, or of something that its text alone does not undo. */
bool create_invert(struct arena *mem, const struct dialect *dialect, const struct sql_piece *piece, struct buf *out);

#endif
