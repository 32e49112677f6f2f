/* Questions about texts, with their edges: empty texts, missing ones, and the limits of numbers. */
#include "unit.h"

#include "base/text.h"

static void compares(void **state)
{
    assert_true(text_equal("a", "a"));
    assert_true(text_equal(NULL, NULL));
    assert_false(text_equal("a", NULL));
    assert_false(text_equal(NULL, ""));
    assert_true(text_equal_nocase("TeXt_1", "tExT_1"));
    assert_true(text_equal_nocase(NULL, NULL));
    assert_false(text_equal_nocase("abc", "ab"));
    assert_false(text_equal_nocase("[", "{")); /* 32 apart, but no letters */
    assert_true(text_compare("a", "b") < 0);
}

static void finds_starts_ends_and_parts(void **state)
{
    assert_true(text_starts("abc", "ab"));
    assert_true(text_starts("abc", ""));
    assert_false(text_starts("ab", "abc"));
    assert_true(text_starts_nocase("ABc", "aB"));
    assert_false(text_starts_nocase("a", "ab"));
    assert_true(text_ends("a.sql", ".sql"));
    assert_false(text_ends("sql", ".sql"));
    assert_true(text_ends("x", ""));
    assert_true(text_has("abc", "bc"));
    assert_false(text_has("abc", "cb"));
}

static void knows_ascii_only(void **state)
{
    for (int c = -128; c < 256; c++) {
        bool digit = c >= 48 && c <= 57, alpha = (c >= 65 && c <= 90) || (c >= 97 && c <= 122);
        assert_int_equal(char_is_digit(c), digit);
        assert_int_equal(char_is_alpha(c), alpha);
        assert_int_equal(char_is_word(c), digit || alpha || c == 95);
        assert_int_equal(char_is_space(c), c == 32 || (c >= 9 && c <= 13));
        assert_int_equal(char_lower(c), c >= 65 && c <= 90 ? c + 32 : c);
        assert_int_equal(char_upper(c), c >= 97 && c <= 122 ? c - 32 : c);
    }
}

static void changes_case_of_ascii_only(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(text_lower(ctx->mem, "ABC\xC3\x89z"), "abc\xC3\x89z");
    assert_string_equal(text_upper(ctx->mem, "abc\xC3\xA9Z"), "ABC\xC3\xA9Z");
}

static void trims_both_ends(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(text_trim(ctx->mem, " \t a b\r\n\v\f"), "a b");
    assert_string_equal(text_trim(ctx->mem, " \n"), "");
    assert_string_equal(text_trim(ctx->mem, ""), "");
}

static void slices(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(text_slice(ctx->mem, "abcdef", 2, 4), "cd");
    assert_string_equal(text_slice(ctx->mem, "abcdef", 4, 2), "");
}

static void replaces_every_occurrence(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(text_replace(ctx->mem, "a.b.c", ".", "::"), "a::b::c");
    assert_string_equal(text_replace(ctx->mem, "aaa", "aa", "b"), "ba");
    assert_string_equal(text_replace(ctx->mem, "abc", "", "x"), "abc");
    assert_string_equal(text_replace(ctx->mem, "''", "'", "''"), "''''");
}

static void splits(void **state)
{
    struct ctx *ctx = *state;
    struct names pieces = text_split(ctx->mem, "a,,b,", ',');
    assert_int_equal(pieces.n, 4);
    assert_string_equal(names_join(ctx->mem, &pieces, "|"), "a||b|");
    pieces = text_split(ctx->mem, "", ',');
    assert_int_equal(pieces.n, 1);
    assert_string_equal(pieces.item[0], "");
}

static void cuts_lines_whatever_their_ends(void **state)
{
    struct ctx *ctx = *state;
    struct names lines = text_lines(ctx->mem, "a\r\n\nb\rc\n\r\nd");
    assert_string_equal(names_join(ctx->mem, &lines, "|"), "a||b\rc||d");
    assert_int_equal(text_lines(ctx->mem, "").n, 0);
    assert_int_equal(text_lines(ctx->mem, "a\n").n, 1);
    assert_string_equal(text_lines(ctx->mem, "a\r").item[0], "a\r");
}

static void truth_is_read(void **state)
{
    static const char *const yes[] = {"true", "TRUE", "Yes", "on", "1"}, *const no[] = {"false", "no", "OFF", "0"};
    static const char *const neither[] = {"", "2", "t", "yes ", "maybe"};
    bool value = false;
    (void)state;
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        assert_true(text_to_bool(yes[i], &value) && value && text_says_yes(yes[i]));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        assert_true(text_to_bool(no[i], &value) && !value && !text_says_yes(no[i]));
    for (size_t i = 0; i < sizeof neither / sizeof *neither; i++)
        assert_false(text_to_bool(neither[i], &value) || text_says_yes(neither[i]));
    assert_false(text_says_yes(NULL));
}

static void reads_whole_numbers_only(void **state)
{
    int64_t value = 0;
    assert_true(text_to_int("42", &value));
    assert_int_equal(value, 42);
    assert_true(text_to_int("-007", &value));
    assert_int_equal(value, -7);
    assert_true(text_to_int("+1", &value));
    assert_int_equal(value, 1);
    assert_true(text_to_int("9223372036854775807", &value));
    assert_true(value == INT64_MAX);
    assert_true(text_to_int("-9223372036854775808", &value));
    assert_true(value == INT64_MIN);
    const char *wrong[] = {"",
                           "-",
                           "+",
                           "--1",
                           "1 ",
                           " 1",
                           "1.0",
                           "0x1",
                           "1e3",
                           "12a",
                           "9223372036854775808",
                           "-9223372036854775809",
                           "99999999999999999999999"};
    value = 5;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(text_to_int(wrong[i], &value));
    assert_int_equal(value, 5);
}

static void guesses_what_was_meant(void **state)
{
    struct ctx *ctx = *state;
    struct names known = text_split(ctx->mem, "migrate,rollback,make-migrations,status,seed", ',');
    assert_string_equal(text_nearest(&known, "migrat"), "migrate");
    assert_string_equal(text_nearest(&known, "MIGRATE"), "migrate");
    assert_string_equal(text_nearest(&known, "make_migration"), "make-migrations");
    assert_string_equal(text_nearest(&known, "rolback"), "rollback");
    assert_string_equal(text_nearest(&known, "sede"), "seed");
    struct names settings = text_split(ctx->mem, "database_name,database_type,database_url_sync", ',');
    assert_string_equal(text_nearest(&settings, "database_url"), "database_url_sync");
    assert_string_equal(text_nearest(&settings, "database_nam"), "database_name");
    assert_null(text_nearest(&known, "frobnicate"));
    assert_null(text_nearest(&known, "x"));
    assert_null(text_nearest(&known, ""));
    char *endless = arena_alloc(ctx->mem, 5000);
    memset(endless, 'm', 4999);
    assert_null(text_nearest(&known, endless));
}

static void knows_how_alike_names_are(void **state)
{
    assert_int_equal(text_likeness("", ""), 100);
    assert_int_equal(text_likeness("a", ""), 0);
    assert_int_equal(text_likeness("email", "email"), 100);
    assert_int_equal(text_likeness("email", "mail"), 80);
    assert_int_equal(text_likeness("mail", "email"), 80);
    assert_int_equal(text_likeness("abcd", "abce"), 75);
    assert_int_equal(text_likeness("abc", "xyz"), 0);
    assert_int_equal(text_likeness("name", "full_name"), 75);
    assert_int_equal(text_likeness("NAME_of_it", "name"), 75);
    assert_int_equal(text_likeness("it", "do_it_now"), 23); /* too short for a word */
    assert_int_equal(text_likeness("name", "surname_x"), 45);
    assert_int_equal(text_likeness("name", "names_all"), 45);
    char longest[202];
    memset(longest, 'm', 201);
    longest[201] = '\0';
    assert_int_equal(text_likeness(longest, longest), 100);
    assert_int_equal(text_likeness(longest, longest + 1), 0);
}

static void reads_times(void **state)
{
    static const struct {
        const char *text;
        double seconds; /* -1: it is none */
    } cases[] = {{"0", 0},           {"5", 5},      {"2.5", 2.5}, {"500ms", 0.5},  {"250 MS", 0.25},
                 {"2s", 2},          {"5min", 300}, {"1h", 3600}, {"1.5 h", 5400}, {"0.25", 0.25},
                 {"off", 0},         {"OFF", 0},    {"3.", 3},    {"", -1},        {"s", -1},
                 {"-1", -1},         {"1d", -1},    {".5", -1},   {"5 5", -1},     {"999999999", 999999999},
                 {"1234567890", -1}, {"1e3", -1},   {"soon", -1}, {"2ss", -1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double seconds = -1;
        bool read = text_to_seconds(cases[i].text, &seconds);
        if (read != (cases[i].seconds >= 0) || seconds - cases[i].seconds > 1e-9 || cases[i].seconds - seconds > 1e-9)
            fail_msg("\"%s\" is read as %g", cases[i].text, seconds);
    }
}

UNIT_TESTS(UNIT(truth_is_read), UNIT(compares), UNIT(finds_starts_ends_and_parts), UNIT(knows_ascii_only),
           UNIT(changes_case_of_ascii_only), UNIT(trims_both_ends), UNIT(slices), UNIT(replaces_every_occurrence),
           UNIT(splits), UNIT(cuts_lines_whatever_their_ends), UNIT(reads_whole_numbers_only),
           UNIT(guesses_what_was_meant), UNIT(knows_how_alike_names_are), UNIT(reads_times))
