/* Which object of one tree is which of the other: peers. Private to diff/. */
#ifndef DIFF_MATCH_H
#define DIFF_MATCH_H

#include "diff/diff.h"

/*
 * Sets `peer` on both sides of every pair, top down: by decided renames, by name, by content where a name is not
 * given. Renames are carried out in `before` as they are found and added to `changes`, so that what lies below
 * compares under the new names.
 */
void match_trees(struct ctx *ctx, const struct diff_input *input, struct changes *changes);

#endif
