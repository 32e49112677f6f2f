/* Time as text, and that time goes forward. */
#include "unit.h"

#include "base/clock.h"

static void writes_iso_times(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(clock_iso(ctx->mem, 0), "1970-01-01T00:00:00Z");
    assert_string_equal(clock_iso(ctx->mem, 1795231533123), "2026-11-21T03:25:33Z");
    assert_string_equal(clock_iso_ms(ctx->mem, 1795231533123), "2026-11-21T03:25:33.123Z");
    assert_string_equal(clock_iso_ms(ctx->mem, 1582934400007), "2020-02-29T00:00:00.007Z");
    assert_string_equal(clock_iso_ms(ctx->mem, -1), "1969-12-31T23:59:59.999Z");
}

static void local_time_does_not_matter(void **state)
{
    struct ctx *ctx = *state;
    setenv("TZ", "America/New_York", 1);
    tzset();
    assert_string_equal(clock_iso(ctx->mem, 0), "1970-01-01T00:00:00Z");
    unsetenv("TZ");
    tzset();
}

static void sleeps_about_as_long_as_told(void **state)
{
    double before = clock_monotonic();
    clock_sleep(0.02);
    clock_sleep(-1);
    double passed = clock_monotonic() - before;
    assert_true(passed >= 0.02 && passed < 5);
}

static void now_is_now(void **state)
{
    assert_true(clock_now_ms() > 1700000000000);
    assert_true(llabs((long long)(clock_now_ms() / 1000 - time(NULL))) <= 2);
}

UNIT_TESTS(UNIT(writes_iso_times), UNIT(local_time_does_not_matter), UNIT(sleeps_about_as_long_as_told),
           UNIT(now_is_now))
