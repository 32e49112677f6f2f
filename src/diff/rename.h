/* Guesses at renames, and the flags that decide them. Nothing here asks anybody: the command does. */
#ifndef DIFF_RENAME_H
#define DIFF_RENAME_H

#include "diff/diff.h"

/* struct rename * for each likely pair of dropped and added tables and columns, without those in input->renames. */
int rename_guess(struct ctx *ctx, const struct diff_input *input, struct list *guesses);
/* --rename t.a:b and --rename-table a:b; ERR_USAGE with 0.8.2's words if malformed, or if it fits neither side. */
int rename_read_column(struct ctx *ctx, const char *flag, struct list *decided);
int rename_read_table(struct ctx *ctx, const char *flag, struct list *decided);
int rename_check(struct ctx *ctx, const struct tree *before, const struct tree *after, const struct list *decided);

#endif
