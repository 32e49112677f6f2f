/* Looking after a statement while it runs (watch.c). */
#ifndef RUN_WATCH_H
#define RUN_WATCH_H

#include "run/run.h"

struct watcher {
    struct watch watch; /* first: struct watch * is cast */
    struct session *session;
    struct conn *other;  /* the second session, opened when it is first needed; NULL */
    bool blind;          /* it cannot be had */
    const char *what;    /* runs: "statement 3 of 7 of x.sql" */
    double since;        /* it began; 0: nothing runs */
    double looked, told; /* when the other session was asked, and progress told */
    char progress[160];  /* what the server said of it */
};

void watcher_open(struct watcher *watcher, struct session *session); /* watches the session's connection */
void watcher_begin(struct watcher *watcher, const char *what);
void watcher_end(struct watcher *watcher);
void watcher_close(struct watcher *watcher); /* for cleanup */

#endif
