/* SHA-256 by the examples of FIPS 180-2, zero bytes included. */
#include "unit.h"

#include "base/hash.h"

static void agrees_with_known_sums(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(hash_sha256(ctx->mem, "", 0),
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_string_equal(hash_sha256(ctx->mem, "abc", 3),
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_string_equal(hash_sha256(ctx->mem, "\0", 1),
                        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

UNIT_TESTS(UNIT(agrees_with_known_sums))
