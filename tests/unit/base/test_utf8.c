/* Valid UTF-8 by RFC 3629, with the classic forgeries. */
#include "unit.h"

#include "base/utf8.h"

static void accepts_the_edges_of_every_length(void **state)
{
    const char *valid[] = {"",
                           "a",
                           "\x7F",
                           "\xC2\x80",
                           "\xDF\xBF",
                           "\xE0\xA0\x80",
                           "\xED\x9F\xBF",
                           "\xEE\x80\x80",
                           "\xEF\xBF\xBF",
                           "\xF0\x90\x80\x80",
                           "\xF4\x8F\xBF\xBF",
                           "a\xC3\xA9z\xE2\x82\xAC"};
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++)
        assert_true(utf8_valid(valid[i], strlen(valid[i]), NULL));
    assert_true(utf8_valid("a\0b", 3, NULL));
}

static void refuses_forgeries_and_says_where(void **state)
{
    const char *wrong[] = {"\x80",
                           "\xBF",
                           "\xC0\x80",
                           "\xC1\xBF",
                           "\xC3",
                           "\xC3(",
                           "\xE0\x9F\xBF",
                           "\xE2\x82",
                           "\xE2(\xAC",
                           "\xED\xA0\x80",
                           "\xED\xBF\xBF",
                           "\xF0\x8F\xBF\xBF",
                           "\xF0\x9F\x98",
                           "\xF4\x90\x80\x80",
                           "\xF5\x80\x80\x80",
                           "\xFE",
                           "\xFF"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char text[16];
        int length = snprintf(text, sizeof text, "\xC3\xA9.%s", wrong[i]);
        size_t at = 99;
        assert_false(utf8_valid(text, (size_t)length, &at));
        assert_int_equal(at, 3);
    }
}

static void a_character_cut_by_the_length_is_invalid(void **state)
{
    size_t at = 99;
    assert_false(utf8_valid("a\xE2\x82\xAC", 3, &at));
    assert_int_equal(at, 1);
}

static void counts_characters(void **state)
{
    assert_int_equal(utf8_count(""), 0);
    assert_int_equal(utf8_count("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), 4);
}

UNIT_TESTS(UNIT(accepts_the_edges_of_every_length), UNIT(refuses_forgeries_and_says_where),
           UNIT(a_character_cut_by_the_length_is_invalid), UNIT(counts_characters))
