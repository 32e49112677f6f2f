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

/* Of one of many targets: not written, but gathered. */
struct metrics_part {
    bool noted, failed;
    double schema_version, seed_version, pending; /* -1: not known */
    const struct json *applied;
};

/* Of all of them: counters together, and gauges of the one that is furthest behind. */
struct metrics_sum;
struct metrics_sum *metrics_gather(struct arena *mem);
void metrics_add(struct metrics_sum *sum, const char *database, const struct metrics_part *part);
/* As metrics_note() does for one database; `entry` is a session on the entry. */
void metrics_write(struct ctx *ctx, const struct request *request, const struct session *entry,
                   const struct metrics_sum *sum);

/* If metrics are wanted at all. Gives `code` back; a file that cannot be written is a warning. */
int metrics_note(struct ctx *ctx, const struct request *request, struct session *session, const struct metrics_run *run,
                 int code);

#endif
