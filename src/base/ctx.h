/* The context of one operation: its memory, its failure, where its events go, and whether it should stop. */
#ifndef BASE_CTX_H
#define BASE_CTX_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/event.h"

/* A statement that ends within that time after the first signal is let to. */
#define GRACE_SECONDS 5.0

struct ctx {
    struct arena *mem;
    struct error error;
    event_fn *on_event; /* NULL: events go nowhere */
    void *sink;
    const char *database; /* put on every event; NULL if none is chosen yet */
    const char *engine;   /* its database_type, likewise */
    double started;       /* clock_monotonic() when the operation began */
    atomic_int cancel;    /* set by another thread or a signal handler, which touch nothing else; 2: at once */
    int settled;          /* of `cancel`: what is known already while something is put in order */
    double grace;         /* how long what runs may take to end by itself once it is asked to stop; seconds */
    double asked;         /* when that was noticed first; 0 */
    /* Asks the user; NULL when nobody is there to answer. The answer is in the arena, NULL at end of input. */
    const char *(*ask)(void *sink, const char *question);
};

void ctx_open(struct ctx *ctx, size_t max_memory); /* 0: no limit */
void ctx_close(struct ctx *ctx);

/* How often it was asked to stop. */
int ctx_asked(struct ctx *ctx);

/*
 * Around what has to be put in order although something asked to stop: only a request that comes meanwhile counts there, and
 * afterwards all of them do.
 */
int ctx_shield(struct ctx *ctx);
void ctx_unshield(struct ctx *ctx, int before);

/* To be called between steps: ERR_CANCELLED if asked to stop, ERR_LIMIT if memory ran over its limit. */
int ctx_check(struct ctx *ctx);

/* The same between steps that belong together: who is asked to stop may still finish them, if that is soon. */
int ctx_check_within(struct ctx *ctx);

/* Waits, but no longer than until it is asked to stop, also in a thread that gets no signals. */
void ctx_sleep(struct ctx *ctx, double seconds);

/* To be asked while something runs that can be cut off: is it time to do so? */
bool ctx_must_stop(struct ctx *ctx);

#endif
