/* A map finds what was put in, replaces by key, and walks in the order of insertion. */
#include "unit.h"

#include "base/map.h"

static char one[] = "1", two[] = "2", three[] = "3";

static void an_empty_map_has_nothing(void **state)
{
    struct ctx *ctx = *state;
    struct map map;
    map_init(&map, ctx->mem);
    assert_null(map_get(&map, "a"));
}

static void finds_by_text_not_by_pointer(void **state)
{
    struct ctx *ctx = *state;
    struct map map;
    map_init(&map, ctx->mem);
    map_set(&map, "key", one);
    assert_string_equal(map_get(&map, arena_dup(ctx->mem, "key")), "1");
    assert_null(map_get(&map, "kez"));
    assert_null(map_get(&map, ""));
}

static void replacing_keeps_the_place(void **state)
{
    struct ctx *ctx = *state;
    struct map map;
    map_init(&map, ctx->mem);
    map_set(&map, "a", one);
    map_set(&map, "b", two);
    map_set(&map, "a", three);
    assert_int_equal(map.n, 2);
    assert_string_equal(map.entry[0].key, "a");
    assert_string_equal(map.entry[0].value, "3");
}

static void many_keys_are_all_found_in_order(void **state)
{
    struct ctx *ctx = *state;
    struct map map;
    map_init(&map, ctx->mem);
    for (int i = 0; i < 20000; i++) {
        char *key = arena_printf(ctx->mem, "key%d", i);
        map_set(&map, key, key);
    }
    assert_int_equal(map.n, 20000);
    for (int i = 0; i < 20000; i++) {
        const char *key = arena_printf(ctx->mem, "key%d", i);
        assert_string_equal(map_get(&map, key), key);
        assert_string_equal(map.entry[i].key, key);
    }
    assert_null(map_get(&map, "key20000"));
}

UNIT_TESTS(UNIT(an_empty_map_has_nothing), UNIT(finds_by_text_not_by_pointer), UNIT(replacing_keeps_the_place),
           UNIT(many_keys_are_all_found_in_order))
