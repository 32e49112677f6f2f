/* What many targets of one entry are told as: a row for each, and for people only what they do not have in common (fleet.c). */
#ifndef COMMAND_FLEET_H
#define COMMAND_FLEET_H

#include "command/request.h"

enum outcome { NOT_BEGUN, DONE, FAILED, STOPPED };

/* What is left of a reply: lists as their lengths. `version` is the last that is applied; NULL: none, or not known. */
struct json *fleet_row(struct arena *mem, const char *target, const struct json *reply, const char *version,
                       const struct error *error);
const char *fleet_line(struct arena *mem,
                       const struct json *row); /* one of them ended: what a person may want to know */
/* `row` of those that were not begun is NULL. */
void fleet_show(const char *database, const struct target_places *places, struct json *const *row,
                const enum outcome *outcome, struct reply *reply);

#endif
