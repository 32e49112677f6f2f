/* One migration file on its way from a comparison to the disk; private to command/. */
#ifndef COMMAND_GENERATION_H
#define COMMAND_GENERATION_H

#include "command/comparison.h"
#include "run/adopt.h"

struct generation {
    struct ctx *ctx;
    const struct request *request;
    struct session *session;
    struct comparison comparison;
    struct adoption adoption;
    struct list fills; /* struct fill * */
    struct plan *up;
    struct plan *down; /* NULL: there is no way back */
    const char *no_way_back;
    int later;           /* which of the files of this run it is; 0: the first, or the only one */
    const char *slug;    /* of those that follow the first: what it adds to the name; NULL */
    struct names header; /* "transaction: none": lines above "-- upgrade" */
    struct names stays;  /* sentences: what the way back does not undo */
    const char *stem;
    const char *path, *plan_path;
    const char *text; /* the file */
    const char *up_text;
    const char *down_text; /* NULL as well */
    struct json *plan;
};

/* After the schemas that come or go with the migration, before all the rest; and at the end. */
void statements_frame(struct ctx *ctx, struct plan *plan, const struct names *before, const struct names *after);
void frames_add(struct generation *generation); /* what is not in the trees: of models' DDL elements, and adopted */
int way_back_plan(struct generation *generation, const struct plan_options *options);
/* Name, text and plan, read back as `migrate` will read them; nothing is written. `words`: struct legacy_operation *. */
int file_compose(struct generation *generation, const struct list *words, struct json *operations);
int file_put(struct generation *generation, struct reply *reply);
void hazards_report(struct generation *generation, struct reply *reply);

/* gradually.c: writes the change in several files; *done is false, and nothing is written, where one is enough. */
int gradually(struct generation *whole, const struct list *words, struct reply *reply, bool *done);

#endif
