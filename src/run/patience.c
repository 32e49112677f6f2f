/*
 * Trying again what another session stood in the way of: a lock that did not come in time, a deadlock, a row that was
 * changed by somebody else.  Nothing is held in the pause, so that whoever queued up after us gets on; pauses grow and
 * are of uneven length, so that two who disturb each other do not meet again.  All pauses, and tries in vain after them, of a run count
 * towards one bound.
 * Not here: whether something may be run again at all, which only those know who ran it.
 */
#include "run/patience.h"

#include <sys/random.h>

#include "base/clock.h"
#include "run/execution.h"

#define PAUSE_FIRST   0.4
#define PAUSE_LONGEST 10.0

/* Between half of it and one and a half. */
static double uneven(double seconds)
{
    unsigned char byte = 128;
    ssize_t ignored = getrandom(&byte, 1, GRND_NONBLOCK);
    (void)ignored;
    return seconds * (0.5 + byte / 255.0);
}

bool patience_wait(struct ctx *ctx, struct session *session, struct patience *patience, const char *what)
{
    double now = clock_monotonic();
    if (!ctx->error.passing || ctx->error.code != ERR_SQL)
        return false;
    if (ctx_check(ctx) < 0)
        return false;
    if (!patience->tries++)
        patience->pause = PAUSE_FIRST;
    else
        session->waited += now - patience->since;
    double left = session->retry_for - session->waited, pause = uneven(patience->pause);
    if (left <= 0)
        return false;
    pause = pause < left ? pause : left;
    patience->pause = patience->pause * 2 < PAUSE_LONGEST ? patience->pause * 2 : PAUSE_LONGEST;
    emit_info(ctx, "%s: %s; try %d in %.1f s, for up to %.0f s more", what, ctx->error.message, patience->tries + 1,
              pause, left);
    ctx_sleep(ctx, pause);
    patience->since = clock_monotonic();
    session->waited += patience->since - now;
    return ctx_check(ctx) == 0;
}

bool execution_retry(struct execution *execution)
{
    struct ctx *ctx = execution->ctx;
    int at = execution->batch.failed - execution->offset;
    const char *what = execution->migration->filename;
    if (ctx->error.passing && at >= 0 && at < execution->count)
        what = arena_printf(ctx->mem, "statement %d of %s", execution->first + at + 1, what);
    return patience_wait(ctx, execution->session, &execution->patience, what);
}

const char *execution_retry_hint(struct execution *execution)
{
    struct arena *mem = execution->ctx->mem;
    double seconds = execution->session->retry_for;
    const char *command = execution->down ? "rollback" : "migrate";
    if (execution->patience.tries < 2)
        return arena_printf(
            mem, "Run %s again once the other session is done, or let it try for longer: --retry-for SECONDS.",
            command);
    return arena_printf(
        mem,
        "Tried %d times within %.0f seconds. Run %s again once the other session is done, or let it try "
        "for longer: --retry-for SECONDS.",
        execution->patience.tries, seconds, command);
}
