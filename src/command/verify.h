/* What verify does, for make-migrations --prove too; private to command/. */
#ifndef COMMAND_VERIFY_H
#define COMMAND_VERIFY_H

#include "command/command.h"

/*
 * Replays the files of the session's database, tries the ways back of version `since` and of later ones (0: of all), compares with
 * the models, and adds what came of it to the reply: its status is 3 where something differs.
 */
int verification_run(struct ctx *ctx, const struct request *request, struct session *session, int64_t since,
                     struct reply *reply);

#endif
