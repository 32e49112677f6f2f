/* Settings of a database as people and JSON see them: without secrets. */
#ifndef COMMAND_SETTINGS_H
#define COMMAND_SETTINGS_H

#include "command/commands.h"

struct json *settings_json(struct ctx *ctx, const struct database_config *database);
/* A value of `told` as one line for people. */
char *setting_shown(struct arena *mem, const struct json *value);
/* Databases that cannot be used in this run, and why. */
struct json *left_out_report(struct ctx *ctx, const struct config *config, struct report *report);
/* "settings show": one database, or all; `database list` is the same with all. */
int settings_report(struct ctx *ctx, const struct request *request, const char *name, bool all, struct reply *reply);

#endif
