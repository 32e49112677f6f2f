#include "unit.h"

#include "base/text.h"

static void trims_both_ends(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(text_trim(ctx->mem, " \t a b\r\n"), "a b");
    assert_string_equal(text_trim(ctx->mem, " \n"), "");
}

UNIT_TESTS(UNIT(trims_both_ends))
