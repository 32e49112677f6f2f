/* SHA-256 by the examples of FIPS 180-2, zero bytes included. */
#include "unit.h"

#include <sha256.h>

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

/* Whatever computes it here, and however the text comes. */
static void agrees_with_libmd(void **state)
{
    struct ctx *ctx = *state;
    static char text[20000];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(i * 31 + i / 251);
    for (size_t length = 0; length <= sizeof text; length += length < 300 ? 1 : 977) {
        char expected[SHA256_DIGEST_STRING_LENGTH];
        SHA256Data((const uint8_t *)text, length, expected);
        assert_string_equal(hash_sha256(ctx->mem, text, length), expected);
        for (size_t piece = 1; piece < 9000; piece = piece * 5 + 2) {
            struct hash hash;
            hash_open(&hash);
            for (size_t at = 0; at < length; at += piece)
                hash_add(&hash, text + at, length - at < piece ? length - at : piece);
            assert_string_equal(hash_close(ctx->mem, &hash), expected);
        }
    }
}

UNIT_TESTS(UNIT(agrees_with_known_sums), UNIT(agrees_with_libmd))
