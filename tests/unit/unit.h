/*
 * What every unit test includes: cmocka, and a context that each test gets fresh.
 *
 *     static void trims_both_ends(void **state)
 *     {
 *         struct ctx *ctx = *state;
 *         assert_string_equal(text_trim(ctx->mem, " a "), "a");
 *     }
 *     UNIT_TESTS(UNIT(trims_both_ends))
 */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* cmocka's fail() would hide ours. */
#undef fail
#undef fail_msg
#define fail_msg(...)              \
    do {                           \
        print_error(__VA_ARGS__);  \
        print_error("\n");         \
        _fail(__FILE__, __LINE__); \
    } while (0)

#include "base/ctx.h"

static inline int unit_open(void **state)
{
    struct ctx *ctx = arena_outside(sizeof *ctx);
    ctx_open(ctx, 0);
    *state = ctx;
    return 0;
}

static inline int unit_close(void **state)
{
    ctx_close(*state);
    free(*state);
    return 0;
}

#define UNIT(test) cmocka_unit_test_setup_teardown(test, unit_open, unit_close)

#define UNIT_TESTS(...)                                   \
    int main(void)                                        \
    {                                                     \
        const struct CMUnitTest tests[] = {__VA_ARGS__};  \
        return cmocka_run_group_tests(tests, NULL, NULL); \
    }

/* The call gave 0, and nothing else; if not, the message says why. */
#define assert_works(ctx, call)                                                                            \
    do {                                                                                                   \
        int assert_code_ = (call);                                                                         \
        if (assert_code_ != 0)                                                                             \
            fail_msg("%s: %d: %s", #call, assert_code_, (ctx)->error.message ? (ctx)->error.message : ""); \
    } while (0)

/* The call failed with this code, and its message is this text. */
#define assert_fails(ctx, call, expected_code, expected_message)       \
    do {                                                               \
        assert_int_equal((call), (expected_code));                     \
        assert_int_equal((int)(ctx)->error.code, (expected_code));     \
        assert_string_equal((ctx)->error.message, (expected_message)); \
    } while (0)

#endif
