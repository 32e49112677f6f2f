/* The context of one operation, opened and closed with it. */
#include "base/ctx.h"

#include "base/clock.h"

/* How late a request to stop may be noticed. */
#define LOOK_SECONDS 0.2

void ctx_open(struct ctx *ctx, size_t max_memory)
{
    *ctx = (struct ctx){.mem = arena_open(max_memory), .started = clock_monotonic()};
    atomic_init(&ctx->cancel, 0);
}

void ctx_close(struct ctx *ctx)
{
    arena_close(ctx->mem);
    ctx->mem = NULL;
    ctx->error = (struct error){0};
}

int ctx_asked(struct ctx *ctx)
{
    return atomic_load(&ctx->cancel) - ctx->settled;
}

int ctx_shield(struct ctx *ctx)
{
    int before = ctx->settled;
    ctx->settled = atomic_load(&ctx->cancel);
    return before;
}

void ctx_unshield(struct ctx *ctx, int before)
{
    ctx->settled = before;
}

int ctx_check(struct ctx *ctx)
{
    if (ctx_asked(ctx))
        return fail(ctx, ERR_CANCELLED, "cancelled");
    if (!arena_full(ctx->mem))
        return 0;
    fail(ctx, ERR_LIMIT, "the operation needs more memory than max_memory allows");
    return fail_hint(ctx, "Raise max_memory, or work on less at once.");
}

void ctx_sleep(struct ctx *ctx, double seconds)
{
    double until = clock_monotonic() + seconds, left = seconds;
    for (; left > 0 && !ctx_asked(ctx); left = until - clock_monotonic())
        clock_sleep(left < LOOK_SECONDS ? left : LOOK_SECONDS);
}

bool ctx_must_stop(struct ctx *ctx)
{
    int asked = ctx_asked(ctx);
    if (asked != 1 || ctx->grace <= 0)
        return asked != 0;
    if (ctx->asked <= 0)
        ctx->asked = clock_monotonic();
    return clock_monotonic() - ctx->asked > ctx->grace;
}

int ctx_check_within(struct ctx *ctx)
{
    return ctx_asked(ctx) && !ctx_must_stop(ctx) ? 0 : ctx_check(ctx);
}
