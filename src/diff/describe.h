/* Changes in words, for people: the comments of a migration file, the table of `diff`. */
#ifndef DIFF_DESCRIBE_H
#define DIFF_DESCRIBE_H

#include "diff/plan.h"

/* What differs in an object that stays, or what it was called: "type INTEGER → BIGINT, no longer nullable"; "" else. */
char *change_details(struct arena *mem, const struct change *change);

/*
 * The statements with ";", a blank line between, in blocks that are about one table, view and so on.  Above each block
 * a comment says what it does, and what a person should know first.
 */
char *plan_commented(struct arena *mem, const struct target *target, const struct plan *plan);
/* Fit to stand after "--": names and texts may hold line ends. */
char *comment_line(struct arena *mem, const char *text);

#endif
