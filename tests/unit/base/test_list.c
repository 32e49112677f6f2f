/* Lists keep their order through adding, inserting, removing and sorting. */
#include "unit.h"

#include "base/list.h"
#include "base/text.h"

static char letter[][2] = {"a", "b", "c", "d", "e"};

static void assert_list(struct ctx *ctx, const struct list *list, const char *expected)
{
    struct names names = {0};
    for (int i = 0; i < list->n; i++)
        names_add(ctx->mem, &names, list->item[i]);
    assert_string_equal(names_join(ctx->mem, &names, " "), expected);
}

static void inserts_and_removes_anywhere(void **state)
{
    struct ctx *ctx = *state;
    struct list list = {0};
    list_insert(ctx->mem, &list, 0, letter[1]);
    list_insert(ctx->mem, &list, 0, letter[0]);
    list_insert(ctx->mem, &list, 2, letter[3]);
    list_insert(ctx->mem, &list, 2, letter[2]);
    list_add(ctx->mem, &list, letter[4]);
    assert_list(ctx, &list, "a b c d e");
    list_remove(&list, 0);
    list_remove(&list, 3);
    list_remove(&list, 1);
    assert_list(ctx, &list, "b d");
}

static void grows_without_losing_anything(void **state)
{
    struct ctx *ctx = *state;
    struct list list = {0};
    for (int i = 0; i < 10000; i++)
        list_add(ctx->mem, &list, arena_printf(ctx->mem, "%d", i));
    assert_int_equal(list.n, 10000);
    for (int i = 0; i < 10000; i++)
        assert_string_equal(list.item[i], arena_printf(ctx->mem, "%d", i));
}

static int compare_first_letters(const void *a, const void *b)
{
    return *(const char *)a - *(const char *)b;
}

static void sorting_is_stable(void **state)
{
    struct ctx *ctx = *state;
    struct list list = {0};
    list_sort(&list, compare_first_letters);
    for (int i = 0; i < 1000; i++)
        list_add(ctx->mem, &list, arena_printf(ctx->mem, "%c%04d", 'a' + i * 7 % 13, i));
    list_sort(&list, compare_first_letters);
    for (int i = 1; i < list.n; i++)
        assert_true(strcmp(list.item[i - 1], list.item[i]) < 0);
}

static void names_are_found_and_compared(void **state)
{
    struct ctx *ctx = *state;
    struct names names = text_split(ctx->mem, "b,a,c", ',');
    struct names same = names_copy(ctx->mem, &names);
    assert_int_equal(names_find(&names, "c"), 2);
    assert_int_equal(names_find(&names, "d"), -1);
    assert_true(names_have(&names, "a"));
    assert_true(names_equal(&names, &same));
    names_sort(&names);
    assert_string_equal(names_join(ctx->mem, &names, ", "), "a, b, c");
    assert_string_equal(names_join(ctx->mem, &same, ", "), "b, a, c");
    assert_false(names_equal(&names, &same));
    names_add(ctx->mem, &same, "d");
    assert_false(names_equal(&names, &same));
}

static void names_sort_by_bytes(void **state)
{
    struct ctx *ctx = *state;
    struct names names = text_split(ctx->mem, "b,B,\xC3\xA9,_,10,9", ',');
    names_sort(&names);
    assert_string_equal(names_join(ctx->mem, &names, " "), "10 9 B _ b \xC3\xA9");
}

static void no_names_are_fine(void **state)
{
    struct ctx *ctx = *state;
    struct names none = {0};
    names_sort(&none);
    assert_string_equal(names_join(ctx->mem, &none, ","), "");
    assert_int_equal(names_copy(ctx->mem, &none).n, 0);
    assert_false(names_have(&none, ""));
}

UNIT_TESTS(UNIT(inserts_and_removes_anywhere), UNIT(grows_without_losing_anything), UNIT(sorting_is_stable),
           UNIT(names_are_found_and_compared), UNIT(names_sort_by_bytes), UNIT(no_names_are_fine))
