/* Private to command/: the last look at a migration file that is about to be written. */
#ifndef COMMAND_READ_BACK_H
#define COMMAND_READ_BACK_H

#include "command/command.h"
#include "diff/plan.h"

/* `plans`: up and down, of which the latter may be NULL. ERR_FAILED where it would be read in another way. */
int read_back(struct ctx *ctx, const struct dialect *dialect, const char *path, const char *text,
              const struct plan *const plans[2]);

#endif
