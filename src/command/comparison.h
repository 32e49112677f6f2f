/* Wanted against current, as make-migrations and diff both need it; private to command/. */
#ifndef COMMAND_COMPARISON_H
#define COMMAND_COMPARISON_H

#include "command/command.h"
#include "diff/plan.h"
#include "run/events.h"
#include "run/judge.h"
#include "run/source.h"

struct comparison {
    struct tree *desired;
    struct tree *written; /* the desired schema as the models have it, before diff adds to it */
    struct tree *current;
    struct tree *untouched; /* a copy of `current` from before diff changed it, where that is kept; NULL */
    const char *source;     /* where `current` came from, for messages */
    struct list unseen;     /* see struct current */
    struct list renames;    /* struct rename *, decided */
    struct list guesses;    /* struct rename *, that nobody was there to decide */
    struct changes *changes;
    struct list dangling; /* struct edge *: what stays and names something that goes; see dangling_find() */
    struct names open;    /* desired, but of a kind that is not managed yet: as texts */
    struct list extra;    /* struct unmodelled *: of such kinds, and in the database alone */
    struct event_plan events;
    struct event_losses losses;
};

#define RENAME_OPTIONS                                                                                                          \
    {.name = "rename",                                                                                                          \
     .type = OPTION_LIST,                                                                                                       \
     .value = "TABLE.OLD:NEW",                                                                                                  \
     .help = "a column that was renamed, its table with a schema where that is needed; may be repeated"},                       \
        {.name = "rename-object",                                                                                               \
         .type = OPTION_LIST,                                                                                                   \
         .value = "KIND OLD:NEW",                                                                                               \
         .help =                                                                                                                \
             "a view, function, type, sequence and so on that was renamed, as in \"view old:new\"; what hangs on a table with " \
             "it, as in \"index users.old:new\"; may be repeated"},                                                             \
    {                                                                                                                           \
        .name = "rename-table", .type = OPTION_LIST, .value = "OLD:NEW",                                                        \
        .help = "a table that was renamed, with its schema where that is needed; may be repeated"                               \
    }

#define NORMALISE_OPTION                                                                                              \
    {                                                                                                                 \
        .name = "normalise", .type = OPTION_CHOICE, .value = "MODE", .choices = "auto|server|offline",                \
        .help = "who says whether two expressions are the same: the server where it has to (auto), in all cases, or " \
                "never; else what the setting normalise says, or auto"                                                \
    }

#define OFFLINE_OPTION                                                                                               \
    {                                                                                                                \
        .name = "offline", .type = OPTION_FLAG,                                                                      \
        .help = "do not ask the database: the latest snapshot and the plans of the files after it say what is there" \
    }

enum normalise normalise_read(const struct request *request, const struct database_config *database);
/* Reads both sides, settles renames (flags, then questions or hints), and compares; `keep`: fills `untouched`. */
int comparison_make(struct ctx *ctx, struct session *session, const struct request *request, bool keep,
                    struct comparison *comparison);
/* The same of two schemas that are read, whole: whoever owns what, and whatever migrations hold of DDL elements. */
int comparison_between(struct ctx *ctx, struct sources *sources, const struct request *request,
                       struct comparison *comparison);
/* Names what no kind models: as a warning (unless the caller says it), a line of information, and in `json`. */
void comparison_tell(struct ctx *ctx, const struct request *request, const struct comparison *comparison, bool warn,
                     struct json *json);

/* What may be renames and was not asked, as [{kind, from, to, flag}]. */
struct json *guesses_json(struct arena *mem, const struct list *guesses);

/* {change, kind, object, was, details, fields} of one change. */
struct json *change_json(struct arena *mem, const struct change *change);

/* A table of them under `title`, if there are any; and the same as an array. */
struct json *changes_report(struct arena *mem, const struct changes *changes, const char *title, struct report *report);
/* What a person should know first, [{code, text, irreversible, ...}]; of a plan that is NULL nothing. */
struct json *hazards_json(struct arena *mem, const struct plan *plan);

/* Takes defaults that are computed at import out of what is desired, with a warning. */
int defaults_settle(struct ctx *ctx, struct session *session, struct comparison *comparison);

#endif
