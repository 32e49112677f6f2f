/* Which object of one tree is which of the other: peers. Private to diff/. */
#ifndef DIFF_MATCH_H
#define DIFF_MATCH_H

#include "diff/diff.h"

/* Carries the decided renames out in `before`, names in texts included, and adds them to `changes`; ERR_USAGE if one renames nothing. */
int renames_carry(struct ctx *ctx, const struct diff_input *input, struct changes *changes);
/* `object` of the current tree gets its new name; the change keeps both. */
struct change *rename_add(struct arena *mem, struct changes *changes, struct object *object, const char *to);

/* A name made of this one that nothing in either tree has: for what makes room for a while. */
char *name_aside(struct arena *mem, const struct target *target, const struct changes *changes, const char *name);

/*
 * Sets `peer` on both sides of every pair, top down: by name, by content where a name is not given.  Constraints and
 * indexes that are the same but for their names are renamed as they are found.
 */
void match_trees(struct ctx *ctx, const struct diff_input *input, struct changes *changes);

/* Names that objects kept without having been given them, and that others want by now: those are renamed. */
void room_make(struct arena *mem, const struct target *target, struct changes *changes);

#endif
