/* One-off values for make-migrations; private to command/. */
#ifndef COMMAND_FILL_H
#define COMMAND_FILL_H

#include "command/command.h"
#include "diff/plan.h"

/* struct fill * for those columns of the plan's hazards that get a value: by --fill, or by asking where one can. */
int fills_settle(struct ctx *ctx, const struct request *request, const struct dialect *dialect, const struct plan *plan,
                 struct list *fills);
char *fill_name(struct arena *mem, const struct object *column); /* "users.state", as --fill takes it */

#endif
