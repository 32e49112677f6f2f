/* What another session stands in the way of: tried again within one bound for all that a run waits for. */
#include "run/patience.h"
#include "unit.h"

static void fail_for_now(struct ctx *ctx)
{
    fail(ctx, ERR_SQL, "lock timeout");
    ctx->error.passing = true;
}

static void all_pauses_of_a_run_have_one_bound(void **state)
{
    struct ctx *ctx = *state;
    struct session session = {.retry_for = 0.3};
    struct patience first = {0}, second = {0};
    fail_for_now(ctx);
    assert_true(patience_wait(ctx, &session, &first, "a statement"));
    while (patience_wait(ctx, &session, &first, "a statement"))
        continue;
    assert_true(session.waited >= session.retry_for);
    assert_false(patience_wait(ctx, &session, &second, "another statement"));
}

static void what_time_does_not_cure_is_not_waited_for(void **state)
{
    struct ctx *ctx = *state;
    struct session session = {.retry_for = 3600};
    struct patience patience = {0};
    fail(ctx, ERR_SQL, "syntax error");
    assert_false(patience_wait(ctx, &session, &patience, "a statement"));
    fail_for_now(ctx);
    atomic_fetch_add(&ctx->cancel, 1);
    assert_false(patience_wait(ctx, &session, &patience, "a statement"));
    assert_int_equal(ctx->error.code, ERR_CANCELLED);
}

UNIT_TESTS(UNIT(all_pauses_of_a_run_have_one_bound), UNIT(what_time_does_not_cure_is_not_waited_for))
