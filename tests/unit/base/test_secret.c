/* Secrets are copies of their own and can be replaced, copied and closed in any state. */
#include "unit.h"

#include "base/secret.h"

static void holds_a_copy(void **state)
{
    struct secret secret = {0};
    char text[] = "canary";
    secret_set(&secret, text, 6);
    text[0] = 'x';
    assert_string_equal(secret.text, "canary");
    assert_int_equal(secret.length, 6);
    secret_close(&secret);
    assert_null(secret.text);
    assert_int_equal(secret.length, 0);
}

static void an_empty_secret_is_not_an_absent_one(void **state)
{
    struct secret secret = {0};
    secret_set(&secret, "", 0);
    assert_string_equal(secret.text, "");
    secret_close(&secret);
    secret_close(&secret);
}

static void is_replaced_even_by_a_part_of_itself(void **state)
{
    struct secret secret = {0};
    secret_set(&secret, "long secret", 11);
    secret_set(&secret, secret.text + 5, 6);
    assert_string_equal(secret.text, "secret");
    secret_close(&secret);
}

static void copies_are_independent(void **state)
{
    struct secret first = {0}, second = {0};
    secret_set(&first, "one", 3);
    secret_copy(&second, &first);
    secret_copy(&second, &second);
    secret_close(&first);
    assert_string_equal(second.text, "one");
    secret_copy(&second, &first);
    assert_null(second.text);
}

UNIT_TESTS(UNIT(holds_a_copy), UNIT(an_empty_secret_is_not_an_absent_one), UNIT(is_replaced_even_by_a_part_of_itself),
           UNIT(copies_are_independent))
