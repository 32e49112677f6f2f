/*
 * Requests: the JSON object of a command's options, checked against the option table, wherever it comes from.
 */
#ifndef COMMAND_REQUEST_H
#define COMMAND_REQUEST_H

#include "command/command.h"

/* "to-version" and "DESCRIPTION" as keys of a request: "to_version", "description". */
char *option_key(struct arena *mem, const struct option_info *option);
/* The option that has this key in a table that ends with a NULL name; NULL. */
const struct option_info *option_by_key(struct arena *mem, const struct option_info *table, const char *key);
/* How messages call it: "--to-version" or "DESCRIPTION". */
char *option_shown(struct arena *mem, const struct option_info *option);
struct names option_choices(struct arena *mem, const struct option_info *option);
/* "settings show" */
char *command_title(struct arena *mem, const struct command *command);

/* A copy of `values` (NULL: none) with defaults filled in. ERR_USAGE names the option that is wrong. */
int request_check(struct ctx *ctx, const struct command *command, const struct json *values, struct json **checked);
/* The global options that say which project it is. ERR_USAGE for one that is unknown or of the wrong type. */
int where_read(struct ctx *ctx, const struct json *values, struct config_options *where);

/* A command with its options as data; all of them, as dbw_commands() gives them. */
struct json *command_json(struct arena *mem, const struct command *command);
struct json *commands_json(struct arena *mem);

/* {"code", "message", "hint", ...} of a failure. */
struct json *error_json(struct arena *mem, const struct error *error);

#define NO_MORE_OPTIONS                                    \
    {                                                      \
        NULL, 0, OPTION_FLAG, 0, NULL, NULL, NULL, NULL, 0 \
    }

#endif
