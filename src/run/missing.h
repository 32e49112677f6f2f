/* What a migration needs and neither it nor the database has. */
#ifndef RUN_MISSING_H
#define RUN_MISSING_H

#include "run/events.h"

/*
 * ERR_UNSUPPORTED, with the object, where it stands in a schema file, and what to do, if what is created or altered names
 * something that no kind models, and that neither the database has nor a pending migration or one of `events` makes.
 * Nothing is refused where it cannot be told.  Needs session_folder() and session_reload().
 */
int missing_check(struct ctx *ctx, const struct session *session, const struct changes *changes,
                  const struct event_plan *events);

#endif
