/* Renames that somebody says, and those that are asked for; private to command/. */
#ifndef COMMAND_RENAMES_H
#define COMMAND_RENAMES_H

#include "base/json.h"
#include "diff/rename.h"

/*
 * Of what notes say (struct rename *), those that are still to be done, into `renames`.  `strict`: all that was is known, so it is
 * an error, and not only told, if one is about nothing that is there.
 */
int notes_take(struct ctx *ctx, const struct list *notes, const struct diff_input *input, bool strict,
               struct list *renames);

/* Puts guesses that are of one sort to whoever is there (ctx->ask); those that are confirmed go into `renames`. */
int guesses_ask(struct ctx *ctx, const struct list *guesses, struct list *renames);
void guesses_warn(struct ctx *ctx, const struct list *guesses); /* nobody is there */

#endif
