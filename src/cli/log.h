/* Events and errors on standard error: text for people, JSON lines with DBWARDEN_LOG_JSON, progress on a terminal. */
#ifndef CLI_LOG_H
#define CLI_LOG_H

#include "base/ctx.h"
#include "cli/live.h"

struct log {
    struct ctx *ctx;
    struct terminal terminal; /* standard error */
    struct arena *mem;        /* of one line at a time */
    bool json;
    bool quiet;
    bool verbose;
    struct live live; /* the terminal's last rows */
};

void log_open(struct log *log, struct ctx *ctx, FILE *out, bool no_color);
void log_close(struct log *log);
bool log_json_wanted(void); /* DBWARDEN_LOG_JSON is true, 1 or yes */

void log_event(void *log, const struct event *event); /* an event_fn */
void log_error(struct log *log, const struct error *error);
void log_clear(struct log *log); /* takes progress off the terminal */
/* Asks on standard error, reads an answer from standard input; fits ctx->ask. */
const char *log_ask(void *log, const char *question);

#endif
