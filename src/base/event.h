/* What a running operation tells the outside while it works: log lines, warnings, progress. Never a result. */
#ifndef BASE_EVENT_H
#define BASE_EVENT_H

#include "base/error.h"

enum event_kind {
    EVENT_DEBUG, /* details, shown with --verbose */
    EVENT_INFO,
    EVENT_WARNING,
    EVENT_PROGRESS, /* `done` of `total` */
    EVENT_PART      /* one of `total` databases that are worked on at once ended, as `done` have by now */
};

struct event {
    enum event_kind kind;
    const char *text;     /* in the arena of the operation: a listener that keeps it copies it */
    const char *database; /* name in the configuration, or NULL */
    const char *engine;   /* its database_type, or NULL */
    struct place place;   /* of a warning about a file */
    bool of_many;         /* others are worked on at the same time */
    int64_t done;
    int64_t total;
    double seconds; /* since the operation began */
};

typedef void event_fn(void *sink, const struct event *event);

void emit_debug(struct ctx *ctx, const char *format, ...) __attribute__((format(printf, 2, 3)));
void emit_info(struct ctx *ctx, const char *format, ...) __attribute__((format(printf, 2, 3)));
void emit_warning(struct ctx *ctx, const char *format, ...) __attribute__((format(printf, 2, 3)));
void emit_warning_at(struct ctx *ctx, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* `text` NULL: what it was told by its events is enough for who reads lines. */
void emit_part(struct ctx *ctx, int64_t done, int64_t total, const char *text);
void emit_progress(struct ctx *ctx, int64_t done, int64_t total, const char *text);

#endif
