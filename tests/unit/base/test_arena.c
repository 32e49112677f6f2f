/* What users of an arena rely on: zeroed and aligned memory, rewinding, the limit, and the failure handler. */
#include "unit.h"

#include <stdalign.h>

static void memory_is_zeroed_and_aligned(void **state)
{
    struct ctx *ctx = *state;
    for (size_t size = 1; size < 5000; size += 97) {
        char *memory = arena_alloc(ctx->mem, size);
        assert_int_equal((uintptr_t)memory % alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(memory[i], 0);
        memset(memory, 0xAA, size);
    }
}

static void memory_is_zeroed_again_after_rewinding(void **state)
{
    struct ctx *ctx = *state;
    arena_alloc(ctx->mem, 1);
    struct arena_mark mark = arena_save(ctx->mem);
    memset(arena_alloc(ctx->mem, 100), 0xAA, 100);
    arena_rewind(ctx->mem, mark);
    char *memory = arena_alloc(ctx->mem, 100);
    for (int i = 0; i < 100; i++)
        assert_int_equal(memory[i], 0);
}

static void rewinding_keeps_what_was_before(void **state)
{
    struct ctx *ctx = *state;
    char *before = arena_dup(ctx->mem, "before");
    struct arena_mark mark = arena_save(ctx->mem);
    size_t used = arena_used(ctx->mem);
    for (int i = 0; i < 1000; i++)
        arena_alloc(ctx->mem, 10000);
    assert_true(arena_used(ctx->mem) >= used + 10000000);
    arena_rewind(ctx->mem, mark);
    assert_int_equal(arena_used(ctx->mem), used);
    assert_string_equal(before, "before");
}

static void rewinding_to_the_very_start_works(void **state)
{
    struct arena *arena = arena_open(0);
    struct arena_mark mark = arena_save(arena);
    arena_alloc(arena, 100000);
    arena_rewind(arena, mark);
    assert_int_equal(arena_used(arena), 0);
    assert_string_equal(arena_dup(arena, "again"), "again");
    arena_close(arena);
}

static void marks_nest(void **state)
{
    struct ctx *ctx = *state;
    struct arena_mark outer = arena_save(ctx->mem);
    char *kept = arena_dup(ctx->mem, "kept");
    struct arena_mark inner = arena_save(ctx->mem);
    arena_alloc(ctx->mem, 70000);
    arena_rewind(ctx->mem, inner);
    assert_string_equal(kept, "kept");
    arena_rewind(ctx->mem, outer);
    assert_int_equal(arena_used(ctx->mem), outer.total);
}

static void the_limit_marks_full_but_still_gives_memory(void **state)
{
    struct arena *arena = arena_open(1000);
    arena_alloc(arena, 900);
    assert_false(arena_full(arena));
    struct arena_mark mark = arena_save(arena);
    assert_non_null(arena_alloc(arena, 900));
    assert_true(arena_full(arena));
    arena_rewind(arena, mark);
    assert_true(arena_full(arena));
    arena_close(arena);
}

static void what_grows_where_it_stands_counts_too(void **state)
{
    struct arena *arena = arena_open(1000);
    char *text = arena_alloc(arena, 16);
    size_t used = arena_used(arena);
    text = arena_grow(arena, text, 16, 64);
    assert_true(arena_used(arena) >= used + 48);
    arena_grow(arena, text, 64, 2000);
    assert_true(arena_full(arena));
    arena_close(arena);
}

static void growing_copies_and_zeroes_the_rest(void **state)
{
    struct ctx *ctx = *state;
    char *text = arena_copy(ctx->mem, "abc", 3);
    for (size_t size = 4; size < 100000; size *= 3) {
        text = arena_grow(ctx->mem, text, size, size * 3);
        assert_memory_equal(text, "abc", 4);
        for (size_t i = 4; i < size * 3; i++)
            assert_int_equal(text[i], 0);
    }
}

static void growing_never_reaches_into_a_neighbour(void **state)
{
    struct ctx *ctx = *state;
    char *first = arena_copy(ctx->mem, "first", 5);
    char *second = arena_copy(ctx->mem, "second", 6);
    char *wider = arena_grow(ctx->mem, first, 6, 64);
    memset(wider + 6, 'x', 58);
    assert_string_equal(second, "second");
    assert_memory_equal(wider, "first", 6);
}

static void growing_nothing_allocates(void **state)
{
    struct ctx *ctx = *state;
    char *memory = arena_grow(ctx->mem, NULL, 0, 10);
    assert_int_equal(memory[9], 0);
}

static void texts_are_copied(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(arena_copy(ctx->mem, "abcdef", 3), "abc");
    assert_string_equal(arena_copy(ctx->mem, NULL, 0), "");
    assert_null(arena_dup(ctx->mem, NULL));
    assert_string_equal(arena_printf(ctx->mem, "%s-%d", "a", 5), "a-5");
    char *wide = arena_printf(ctx->mem, "%50000d", 1);
    assert_int_equal(strlen(wide), 50000);
}

static void closing_nothing_is_fine(void **state)
{
    arena_close(NULL);
}

static jmp_buf out_of_memory;
static size_t memory_wanted;

static void take_note(size_t wanted)
{
    memory_wanted = wanted;
    longjmp(out_of_memory, 1);
}

static void the_handler_is_called_without_memory(void **state)
{
    struct ctx *ctx = *state;
    arena_on_failure(take_note);
    if (!setjmp(out_of_memory))
        arena_alloc(ctx->mem, SIZE_MAX - 5);
    arena_on_failure(NULL);
    assert_true(memory_wanted == SIZE_MAX - 5);
}

UNIT_TESTS(UNIT(memory_is_zeroed_and_aligned), UNIT(memory_is_zeroed_again_after_rewinding),
           UNIT(rewinding_keeps_what_was_before), UNIT(rewinding_to_the_very_start_works), UNIT(marks_nest),
           UNIT(the_limit_marks_full_but_still_gives_memory), UNIT(what_grows_where_it_stands_counts_too),
           UNIT(growing_copies_and_zeroes_the_rest), UNIT(growing_never_reaches_into_a_neighbour),
           UNIT(growing_nothing_allocates), UNIT(texts_are_copied), UNIT(closing_nothing_is_fine),
           UNIT(the_handler_is_called_without_memory))
