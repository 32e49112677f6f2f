/* The words of a command line as a request, by the option tables. */
#ifndef CLI_ARGV_H
#define CLI_ARGV_H

#include "command/request.h"

struct arguments {
    const struct command *command; /* NULL: none was named */
    const char *group;             /* "settings" without a command of it */
    struct json *values;           /* request of the command */
    struct json *where;            /* global options that say which project it is */
    struct json *show;             /* global options of the command line: "json", "quiet", "help" ... */
};

/* ERR_USAGE names the word that is wrong, with the nearest known one in the hint. `parsed` holds what was read until then. */
int argv_read(struct ctx *ctx, int argc, char *const *argv, struct arguments *parsed);

/* Every command there is, those of the command line itself after those of the table; NULL after the last. */
const struct command *command_at(int i);

#endif
