/*
 * Threads that do one thing to each of many items.  Each has a context of its own, so that nothing that works with a
 * context has to know of it; what it tells is told by the thread that called, one event at a time.
 */
#ifndef BASE_CREW_H
#define BASE_CREW_H

#include "base/ctx.h"

struct crew {
    int jobs; /* threads at most */
    void *sink;
    /* In a thread, on memory that is gone after end(); it leaves a failure in `own`. The result is for end(). */
    void *(*work)(struct ctx *own, void *sink, int item);
    /*
     * In the same thread, but never two at a time, and not while an event is told: keeps in the caller's memory what is worth
     * it. False: nothing more is begun; what runs is ended.
     */
    bool (*end)(struct ctx *own, void *sink, int item, void *result);
    void (*tell)(struct ctx *own, void *sink, int item, void *result); /* that it ended */
    bool quiet; /* many are alike: nothing but warnings, each once, and what tell() says */
};

/*
 * The items first .. first + n - 1, in that order as far as there are threads. Returns when all of them ended, or those that had
 * begun when it was asked to stop; ERR_CANCELLED then. The threads are asked to stop as often as the caller's context is.
 */
int crew_run(struct ctx *ctx, const struct crew *crew, int first, int n);

#endif
