/* Guesses at renames, and the flags that decide them. Nothing here asks anybody: the command does. */
#ifndef DIFF_RENAME_H
#define DIFF_RENAME_H

#include "diff/diff.h"

/*
 * struct rename * for dropped and added tables and columns that may be the same, and for what else is the same but for its name,
 * without those in input->renames: the likeliest pairs, and every name in one pair at most.
 */
int rename_guess(struct ctx *ctx, const struct diff_input *input, struct list *guesses);

/* --rename [s.]t.a:b and --rename-table [s.]a:b, names with . or : in double quotes; ERR_USAGE if malformed. */
int rename_read_column(struct ctx *ctx, const char *flag, struct list *decided);
int rename_read_table(struct ctx *ctx, const char *flag, struct list *decided);
/* --rename-object "view [s.]a:b", "index [s.]t.a:b": of anything, its kind first. */
int rename_read_object(struct ctx *ctx, const char *flag, struct list *decided);
/*
 * Finds the schema of each, and spells the names as the trees do; ERR_USAGE if one fits neither side, or several
 * schemas. What is not a rename on this engine (another case where names fold) is told and taken out.
 */
int rename_check(struct ctx *ctx, const struct diff_input *input, struct list *decided);

/* Adds those whose names differ only in case, where that tells relations apart though they are compared as one. */
void rename_cases(struct ctx *ctx, const struct diff_input *input, struct list *decided);

/*
 * Of those decided, the schemas, which are carried out in the current tree at once: what stands in them is found by the new name
 * from then on. As rename_check(), which begins with it.
 */
int rename_schemas(struct ctx *ctx, const struct diff_input *input, const struct list *decided);

/*
 * Of a note that may be done by now: is the old name there, and the new one wanted, as it stands beside those others?
 * `strict`: and does nothing have the new name that they leave where it is?
 */
bool rename_is_open(struct ctx *ctx, const struct diff_input *input, const struct list *beside, bool strict,
                    const struct rename *note);

/* The current name of the table of a rename of a column, which names it as it will be. */
const char *rename_table_before(const struct list *renames, const struct rename *column);
/* The name that a table of the current tree has in the desired one. */
const char *rename_after(const struct list *renames, const struct object *table);

char *rename_what(struct arena *mem, const struct rename *rename);  /* "table", "column", "range type" */
char *rename_title(struct arena *mem, const struct rename *rename); /* "users.mail → users.email" */
char *rename_flag(struct arena *mem, const struct rename *rename);  /* "--rename users.mail:email" */

#endif
