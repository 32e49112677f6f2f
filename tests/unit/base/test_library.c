/* Libraries that are loaded when they are needed: all of one, or a sentence that says what is missing. */
#include "unit.h"

#include "base/library.h"
#include "base/text.h"

static double (*cosine)(double);
static void (*nothing)(void);

static void functions_are_found_once(void **state)
{
    struct ctx *ctx = *state;
    static const struct library_symbol symbols[] = {{"cos", &cosine}, {NULL, NULL}};
    struct library library = {.file = "libm.so.6", .symbol = symbols};
    assert_works(ctx, library_load(ctx, &library));
    assert_true(library.loaded && cosine(0) == 1);
    library.file = "not looked for again";
    assert_works(ctx, library_load(ctx, &library));
}

static void what_is_missing_is_named_with_the_way_to_get_it(void **state)
{
    struct ctx *ctx = *state;
    static const struct library_symbol symbols[] = {{"cos", &cosine}, {"not_in_libm", &nothing}, {NULL, NULL}};
    struct library library = {.file = "libnobody-has-this.so.9", .hint = "Install it.", .symbol = symbols};
    assert_int_equal(library_load(ctx, &library), ERR_UNSUPPORTED);
    assert_true(text_starts(ctx->error.message, "the client library libnobody-has-this.so.9 cannot be loaded: "));
    assert_string_equal(ctx->error.hint, "Install it.");
    library.file = "libm.so.6";
    assert_int_equal(library_load(ctx, &library), ERR_UNSUPPORTED);
    assert_true(text_starts(ctx->error.message, "the client library libm.so.6 is too old: "));
    assert_true(text_has(ctx->error.message, "not_in_libm"));
    assert_false(library.loaded);
}

UNIT_TESTS(UNIT(functions_are_found_once), UNIT(what_is_missing_is_named_with_the_way_to_get_it))
