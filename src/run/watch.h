/* Looking after a statement while it runs (watch.c). */
#ifndef RUN_WATCH_H
#define RUN_WATCH_H

#include "run/run.h"

struct watcher {
    struct watch watch; /* first: struct watch * is cast */
    struct session *session;
    struct conn *other;  /* the second session, opened when it is first needed; NULL */
    bool blind;          /* it cannot be had */
    const char *file;    /* whose statements run */
    int at, of;          /* which one, from 1; of how many */
    double since;        /* it began; 0: nothing runs */
    double looked, told; /* when the other session was asked, and progress told */
    char progress[160];  /* what the server said of it */
};

void watcher_open(struct watcher *watcher, struct session *session); /* watches the session's connection */
void watcher_file(struct watcher *watcher, const char *file,
                  int of);                                   /* whose statements run from now on; 0: it is one step */
void watcher_show(struct ctx *ctx, struct watcher *watcher); /* in the lock, if that is due; the connection is idle */
void watcher_begin(struct watcher *watcher, int at);         /* that statement begins now, as far as is known */
void watcher_end(struct watcher *watcher);
void watcher_close(struct watcher *watcher); /* for cleanup */

#endif
