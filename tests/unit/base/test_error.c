/* Failures are recorded whole, replace each other, and pass through TRY(). */
#include "unit.h"

#include "base/clock.h"

static void a_failure_is_recorded(void **state)
{
    struct ctx *ctx = *state;
    assert_int_equal(fail(ctx, ERR_SQL, "column \"%s\" is missing", "price"), ERR_SQL);
    assert_int_equal(fail_hint(ctx, "Add %d.", 1), ERR_SQL);
    assert_int_equal(fail_at(ctx, "a.sql", 3, 7), ERR_SQL);
    assert_string_equal(ctx->error.message, "column \"price\" is missing");
    assert_string_equal(ctx->error.hint, "Add 1.");
    assert_string_equal(ctx->error.place.file, "a.sql");
    assert_int_equal(ctx->error.place.line, 3);
    assert_int_equal(ctx->error.place.column, 7);
}

static void a_second_failure_replaces_the_first(void **state)
{
    struct ctx *ctx = *state;
    fail(ctx, ERR_SQL, "first");
    fail_hint(ctx, "Hint.");
    fail_at(ctx, "a.sql", 3, 7);
    ctx->error.sqlstate = "42P01";
    ctx->error.detail = "more";
    fail(ctx, ERR_FILE, "second, not %s", ctx->error.message);
    assert_string_equal(ctx->error.message, "second, not first");
    assert_int_equal((int)ctx->error.code, ERR_FILE);
    assert_null(ctx->error.hint);
    assert_null(ctx->error.sqlstate);
    assert_null(ctx->error.detail);
    assert_null(ctx->error.place.file);
    assert_int_equal(ctx->error.place.line, 0);
}

static int passes_on(int code, int *reached)
{
    TRY(code);
    *reached = 1;
    return 0;
}

static void try_passes_on_failures_only(void **state)
{
    int reached = 0;
    assert_int_equal(passes_on(ERR_LOCKED, &reached), ERR_LOCKED);
    assert_int_equal(reached, 0);
    assert_int_equal(passes_on(5, &reached), 0);
    assert_int_equal(reached, 1);
}

static void every_code_has_a_name_of_its_own(void **state)
{
    for (int code = ERR_STATE; code <= ERR_NONE; code++)
        for (int other = code + 1; other <= ERR_NONE; other++)
            assert_string_not_equal(err_name((enum err)code), err_name((enum err)other));
    assert_string_equal(err_name(ERR_CONFIG), "config");
}

static void checking_sees_a_cancellation(void **state)
{
    struct ctx *ctx = *state;
    assert_int_equal(ctx_check(ctx), 0);
    atomic_store(&ctx->cancel, 1);
    assert_fails(ctx, ctx_check(ctx), ERR_CANCELLED, "cancelled");
}

static void checking_sees_the_memory_limit(void **state)
{
    struct ctx ctx;
    ctx_open(&ctx, 5000);
    assert_int_equal(ctx_check(&ctx), 0);
    arena_alloc(ctx.mem, 6000);
    assert_fails(&ctx, ctx_check(&ctx), ERR_LIMIT, "the operation needs more memory than max_memory allows");
    assert_non_null(ctx.error.hint);
    ctx_close(&ctx);
}

UNIT_TESTS(UNIT(a_failure_is_recorded), UNIT(a_second_failure_replaces_the_first), UNIT(try_passes_on_failures_only),
           UNIT(every_code_has_a_name_of_its_own), UNIT(checking_sees_a_cancellation),
           UNIT(checking_sees_the_memory_limit))
