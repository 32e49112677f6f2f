/* A text that grows: always terminated, right at every size, cut without a copy. */
#include "unit.h"

#include "base/buf.h"

static void is_empty_at_first(void **state)
{
    struct ctx *ctx = *state;
    struct buf buf;
    buf_init(&buf, ctx->mem);
    assert_string_equal(buf.data, "");
    assert_int_equal(buf.len, 0);
}

static void adds_in_every_way(void **state)
{
    struct ctx *ctx = *state;
    struct buf buf;
    buf_init(&buf, ctx->mem);
    buf_add(&buf, "a");
    buf_add(&buf, NULL);
    buf_add(&buf, "");
    buf_add_n(&buf, "bcd", 2);
    buf_add_c(&buf, '-');
    buf_addf(&buf, "%d%%", 5);
    assert_string_equal(buf.data, "abc-5%");
    assert_int_equal(buf.len, 6);
}

static void stays_whole_while_it_grows(void **state)
{
    struct ctx *ctx = *state;
    struct buf buf;
    buf_init(&buf, ctx->mem);
    for (int i = 0; i < 20000; i++) {
        buf_add_c(&buf, (char)('a' + i % 26));
        if (i % 1000 == 0)
            arena_alloc(ctx->mem, 10); /* a neighbour that must not be run over */
        assert_int_equal(buf.data[buf.len], 0);
    }
    assert_int_equal(strlen(buf.data), 20000);
    for (int i = 0; i < 20000; i++)
        assert_int_equal(buf.data[i], 'a' + i % 26);
}

static void formats_around_the_end_of_its_room(void **state)
{
    struct ctx *ctx = *state;
    for (int width = 1; width < 300; width++) {
        struct buf buf;
        buf_init(&buf, ctx->mem);
        buf_addf(&buf, "%*d", width, 7);
        buf_addf(&buf, "%s", "end");
        assert_int_equal(buf.len, width + 3);
        assert_string_equal(buf.data + width - 1, "7end");
    }
}

static void keeps_zero_bytes(void **state)
{
    struct ctx *ctx = *state;
    struct buf buf;
    buf_init(&buf, ctx->mem);
    buf_add_n(&buf, "a\0b", 3);
    assert_int_equal(buf.len, 3);
    assert_memory_equal(buf.data, "a\0b", 4);
}

static void cuts_but_never_lengthens(void **state)
{
    struct ctx *ctx = *state;
    struct buf buf;
    buf_init(&buf, ctx->mem);
    buf_add(&buf, "abc");
    buf_cut(&buf, 10);
    assert_string_equal(buf.data, "abc");
    buf_cut(&buf, 1);
    assert_string_equal(buf.data, "a");
    buf_add(&buf, "z");
    assert_string_equal(buf.data, "az");
}

static void keep(void *sink, const char *text, size_t length)
{
    struct buf *kept = sink;
    buf_add_n(kept, text, length);
}

static void a_drained_text_is_given_on_in_pieces(void **state)
{
    struct ctx *ctx = *state;
    struct buf kept, drained, whole;
    buf_init(&kept, ctx->mem);
    buf_init(&whole, ctx->mem);
    buf_drain(&drained, ctx->mem, keep, &kept);
    for (int i = 0; i < 50000; i++) {
        buf_addf(&drained, "%d,", i);
        buf_add(&drained, "ä");
        buf_addf(&whole, "%d,ä", i);
        assert_true(drained.room <= 1 << 18);
    }
    buf_add(&drained, whole.data);
    buf_add(&whole, arena_dup(ctx->mem, whole.data));
    assert_true(drained.room <= 1 << 18);
    buf_drained(&drained);
    assert_int_equal(drained.len, 0);
    assert_string_equal(kept.data, whole.data);
}

UNIT_TESTS(UNIT(a_drained_text_is_given_on_in_pieces), UNIT(is_empty_at_first), UNIT(adds_in_every_way),
           UNIT(stays_whole_while_it_grows), UNIT(formats_around_the_end_of_its_room), UNIT(keeps_zero_bytes),
           UNIT(cuts_but_never_lengthens))
