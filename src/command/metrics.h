/* What a run leaves for Prometheus in a file (metrics.c). */
#ifndef COMMAND_METRICS_H
#define COMMAND_METRICS_H

#include "command/request.h"

#define METRICS_OPTION                                                                                    \
    {                                                                                                     \
        .name = "metrics-file", .type = OPTION_TEXT, .value = "FILE",                                     \
        .help = "file for Prometheus metrics, which this run adds to; DBWARDEN_METRICS_FILE names it too" \
    }

/* A run as it ended. */
struct metrics_run {
    const struct json *applied; /* versioned migrations that it applied: [{version, seconds}]; NULL */
    bool changes;               /* it was there to change something: a failure counts */
};

/* If metrics are wanted at all. Gives `code` back; a file that cannot be written is a warning. */
int metrics_note(struct ctx *ctx, const struct request *request, struct session *session, const struct metrics_run *run,
                 int code);

#endif
