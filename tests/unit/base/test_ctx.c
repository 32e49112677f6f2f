/* Being asked to stop: once, twice, and while something is put in order. */
#include "base/clock.h"
#include "base/ctx.h"
#include "unit.h"

static void asked_once_leaves_some_time(void **state)
{
    struct ctx *ctx = *state;
    assert_false(ctx_must_stop(ctx));
    ctx->grace = 60;
    atomic_fetch_add(&ctx->cancel, 1);
    assert_false(ctx_must_stop(ctx));
    assert_works(ctx, ctx_check_within(ctx));
    assert_int_equal(ctx_check(ctx), ERR_CANCELLED);
    atomic_fetch_add(&ctx->cancel, 1);
    assert_true(ctx_must_stop(ctx));
    assert_int_equal(ctx_check_within(ctx), ERR_CANCELLED);
}

static void what_comes_while_something_is_put_in_order_is_not_lost(void **state)
{
    struct ctx *ctx = *state;
    ctx->grace = 60;
    atomic_fetch_add(&ctx->cancel, 1);
    int before = ctx_shield(ctx);
    assert_works(ctx, ctx_check(ctx));
    int inner = ctx_shield(ctx);
    ctx_unshield(ctx, inner);
    assert_works(ctx, ctx_check(ctx));
    atomic_fetch_add(&ctx->cancel, 1);
    assert_int_equal(ctx_check(ctx), ERR_CANCELLED);
    ctx_unshield(ctx, before);
    assert_true(ctx_must_stop(ctx));
    assert_int_equal(ctx_asked(ctx), 2);
}

static void who_is_asked_to_stop_sleeps_no_longer(void **state)
{
    struct ctx *ctx = *state;
    double began = clock_monotonic();
    ctx_sleep(ctx, 0.01);
    assert_true(clock_monotonic() - began >= 0.01);
    atomic_fetch_add(&ctx->cancel, 1);
    ctx_sleep(ctx, 3600);
}

UNIT_TESTS(UNIT(asked_once_leaves_some_time), UNIT(who_is_asked_to_stop_sleeps_no_longer),
           UNIT(what_comes_while_something_is_put_in_order_is_not_lost))
