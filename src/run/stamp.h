/* Files marked as applied, and applied ones forgotten, without anything being run. */
#ifndef RUN_STAMP_H
#define RUN_STAMP_H

#include "run/run.h"

struct stamp_options {
    const char *version; /* the last one that is, or stays, recorded; NULL: stamp all, forget all */
    bool dry_run;
};
/* `report`: as migrate_run() fills it. */
int stamp_run(struct ctx *ctx, struct session *session, const struct stamp_options *options, struct json *report);
/* `report`: database, dry_run, forgotten ([{version, filename}]; of repeatables the version is null). */
int unstamp_run(struct ctx *ctx, struct session *session, const struct stamp_options *options, struct json *report);

/* The same as steps of a batch, which has room for three a file, and for two a row. */
enum { STAMP_STEPS = 5 }; /* at most, for each file or row */
void stamp_steps(struct ctx *ctx, struct session *session, const struct list *versioned, struct batch *batch);
void forget_steps(struct ctx *ctx, struct session *session, const struct list *rows, struct batch *batch);

#endif
