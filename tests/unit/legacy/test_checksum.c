/* 0.8.2's statements and its checksum of them. */
#include "unit.h"

#include "legacy/legacy.h"

static const char *checksum(struct ctx *ctx, const char *text)
{
    struct names statements = legacy_statements(ctx->mem, text, strlen(text));
    const char *sum = legacy_checksum(ctx->mem, &statements);
    assert_string_equal(legacy_checksum_of_text(ctx->mem, text, strlen(text)), sum);
    return sum;
}

static void checksums_are_those_recorded(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(checksum(ctx, "\nCREATE TABLE users (id INTEGER PRIMARY KEY, email VARCHAR(255))\n\n"),
                        "d5ba12e9348570a79a94de5ea75f05cc3e853a471c1a651cbbd35e13bb7181c0");
    assert_string_equal(
        checksum(ctx, "\nCREATE TABLE a (id INTEGER);\n\n-- a note\nINSERT INTO a\n-- dropped line\nVALUES (1);  \n\n"),
        "da715b880ce5dbcd31e633436bb589839d3c24e8c487ba0291767bcd0bc81190");
    assert_string_equal(checksum(ctx, "\n-- a note\n\n"),
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_string_equal(checksum(ctx, ""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void statements_end_at_blank_lines(void **state)
{
    struct ctx *ctx = *state;
    const char *text = "  SELECT 1;\n  -- x\n  SELECT 2\n \t\nSELECT 'a\n\n-- b\n';\r\nc\r\n\r\nd \xC2\xA0";
    struct names statements = legacy_statements(ctx->mem, text, strlen(text));
    assert_string_equal(names_join(ctx->mem, &statements, "|"), "SELECT 1;\n  SELECT 2|SELECT 'a|';\nc|d");
}

UNIT_TESTS(UNIT(checksums_are_those_recorded), UNIT(statements_end_at_blank_lines))
