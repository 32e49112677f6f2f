/*
 * Commands as data.  One entry per command yields argument parsing, --help, man pages, completion, the reference
 * documentation, the C API and (later) HTTP routes.  The request is one JSON object whose keys are option names with
 * underscores; the same table checks it, wherever it comes from.
 */
#ifndef COMMAND_COMMAND_H
#define COMMAND_COMMAND_H

#include "base/json.h"
#include "command/report.h"
#include "run/run.h"

enum option_type {
    OPTION_FLAG,   /* --verbose */
    OPTION_SWITCH, /* --concurrent / --no-concurrent; true unless said otherwise if `otherwise` is "true" */
    OPTION_TEXT,
    OPTION_INT,
    OPTION_LIST,  /* may be given several times */
    OPTION_CHOICE /* one of `choices` */
};

enum option_mark {
    OPTION_REQUIRED = 1,
    OPTION_POSITIONAL = 2,
    OPTION_SECRET = 4,
    OPTION_WHERE = 8, /* of a global one: says which project it is; dbw_open() takes it */
    OPTION_SHOW = 16  /* of a global one: how the command line shows things; no command sees it */
};

struct option_info {
    const char *name; /* "to-version"; a positional's in capitals for help: "DESCRIPTION" gives key "description" */
    char letter;      /* 't'; 0 */
    enum option_type type;
    unsigned marks;
    const char *value;     /* what stands for the value in help: "VERSION" */
    const char *otherwise; /* default as text; NULL */
    const char *choices;   /* "json|yaml|txt|sql" */
    const char *help;      /* one sentence without a full stop */
    int64_t least;         /* of an INT */
    const char *also;      /* the name that it had before, which stays; of a positional: what it may be given by */
    const char *with;      /* of a positional: the flag before it that makes any word one, and not only FROM:TO; NULL */
};

struct request {
    const struct json *values;          /* checked; defaults filled in */
    const struct config_options *where; /* global options: -C, --config, --url, --dev ... */
    bool exit_code;                     /* --exit-code was given */
};
const char *request_text(const struct request *request, const char *key); /* NULL */
bool request_flag(const struct request *request, const char *key);
int64_t request_int(const struct request *request, const char *key, int64_t otherwise);
struct names request_list(struct arena *mem, const struct request *request, const char *key);

struct reply {
    struct json *json;    /* an object; becomes the --json document */
    struct report report; /* for people */
    int status;           /* exit status if the command itself succeeded: 0, or 3 with --exit-code */
};

struct command {
    const char *group; /* "settings", NULL for top-level commands */
    const char *name;
    const char *summary;              /* one line, no full stop */
    const char *description;          /* paragraphs for help and man, with examples */
    const struct option_info *option; /* ends with a NULL name */
    int (*run)(struct ctx *ctx, const struct request *request, struct reply *reply);
    const char *topic; /* heading it stands under in the overview: TOPIC_WRITE ... */
};

#define TOPIC_SET_UP "Set up"
#define TOPIC_WRITE  "Write migrations"
#define TOPIC_RUN    "Run them"
#define TOPIC_LOOK   "Look around"
#define TOPIC_OTHER  "Other"

extern const struct command *const command_table[]; /* NULL-terminated, in table.c, in the order of help */
extern const struct option_info global_options[];   /* in table.c */

const struct command *command_find(const char *group, const char *name);
/* Checks `values` against the command's options, fills in defaults, runs it. ERR_USAGE names the option. */
int command_run(struct ctx *ctx, const struct command *command, const struct config_options *where,
                const struct json *values, struct reply *reply);
int exit_status(enum err code); /* 1 failed, 2 usage, 4 locked, 5 connect, 6 hook, 130 interrupted */

#endif
