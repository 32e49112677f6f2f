/* diff --from --to; private to command/. */
#ifndef COMMAND_BETWEEN_H
#define COMMAND_BETWEEN_H

#include "command/commands.h"

/* Needs no configuration if neither side does. */
int between_run(struct ctx *ctx, const struct request *request, struct reply *reply);

#define BETWEEN_OPTIONS                                                                                               \
    {.name = "from",                                                                                                  \
     .type = OPTION_TEXT,                                                                                             \
     .marks = OPTION_SECRET,                                                                                          \
     .value = "SRC",                                                                                                  \
     .help = "with --to: the schema to begin with: models, db, snapshot, migrations, migrations@VERSION, empty, a "   \
             "URL, or a file of SQL or of a snapshot"},                                                               \
        {.name = "to",                                                                                                \
         .type = OPTION_TEXT,                                                                                         \
         .marks = OPTION_SECRET,                                                                                      \
         .value = "SRC",                                                                                              \
         .help = "with --from: the schema to get to"},                                                                \
        {.name = "dialect",                                                                                           \
         .type = OPTION_TEXT,                                                                                         \
         .value = "NAME",                                                                                             \
         .help = "with --from and --to: the engine, where neither side says it; models are read for it"},             \
        {.name = "format",                                                                                            \
         .type = OPTION_CHOICE,                                                                                       \
         .value = "FORMAT",                                                                                           \
         .choices = "text|sql|json",                                                                                  \
         .help = "with --from and --to: a table of changes (text), the SQL that makes one schema the other, or both " \
                 "as JSON"},                                                                                          \
        {.name = "reverse", .type = OPTION_FLAG, .help = "with --format sql: the way back, as a rollback has it"},    \
    {                                                                                                                 \
        .name = "sandbox-url", .type = OPTION_TEXT, .marks = OPTION_SECRET, .value = "URL",                           \
        .help = "with --from and --to: a server on which files may be tried out"                                      \
    }

#endif
