/* What is written reads back as it was, and what is cut or damaged is broken and gives nothing. */
#include "unit.h"

#include "base/flat.h"

struct values {
    int64_t number;
    const char *text;
    struct names names;
    bool flag;
};

static void values_flat(struct flat *flat, struct values *values)
{
    flat_number(flat, &values->number);
    flat_text(flat, &values->text);
    flat_names(flat, &values->names);
    flat_flag(flat, &values->flag);
}

static struct buf written(struct arena *mem, struct values *values)
{
    struct flat flat;
    flat_write(&flat, mem);
    values_flat(&flat, values);
    return flat.out;
}

static void what_is_written_reads_back(void **state)
{
    struct ctx *ctx = *state;
    static const int64_t numbers[] = {0, 1, -1, 63, 64, -64, -65, 1000000, INT64_MAX, INT64_MIN};
    static const char *const texts[] = {NULL, "", "a", "\xC3\xA9\n"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
            struct values values = {numbers[i], texts[k], {0}, i % 2}, read = {0};
            struct flat flat;
            for (size_t n = 0; n < k; n++)
                names_add(ctx->mem, &values.names, "name");
            const struct buf out = written(ctx->mem, &values);
            flat_read(&flat, ctx->mem, out.data, out.len);
            values_flat(&flat, &read);
            assert_true(flat_ended(&flat));
            assert_int_equal(read.number, numbers[i]);
            assert_true(texts[k] ? read.text && !strcmp(read.text, texts[k]) : !read.text);
            assert_true(names_equal(&read.names, &values.names));
            assert_int_equal(read.flag, i % 2);
        }
}

static void what_is_small_is_short(void **state)
{
    struct ctx *ctx = *state;
    struct values values = {-64, NULL, {0}, false};
    assert_int_equal(written(ctx->mem, &values).len, 4);
}

static void what_is_cut_is_broken(void **state)
{
    struct ctx *ctx = *state;
    struct values values = {1000, "text", {0}, true};
    names_add(ctx->mem, &values.names, "name");
    const struct buf out = written(ctx->mem, &values);
    for (size_t length = 0; length < out.len; length++) {
        struct values read = {0};
        struct flat flat;
        flat_read(&flat, ctx->mem, out.data, length);
        values_flat(&flat, &read);
        assert_false(flat_ended(&flat));
        assert_false(read.flag);
    }
}

static void what_cannot_be_is_broken(void **state)
{
    struct ctx *ctx = *state;
    static const struct {
        const char *data;
        size_t length;
    } wrong[] = {
        {"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80", 12}, /* a number without an end */
        {"\0\x03"
         "ab",
         4}, /* a text without its zero */
        {"\0\x04"
         "a\0b\0\0\0",
         8},                                                /* one with a zero in it */
        {"\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 11}, /* one longer than all */
        {"\0\0\x05\0\0\0\0\0\0", 9},                        /* names that are none */
        {"\0\0\0\0\0", 5},                                  /* something left over */
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct values read = {0};
        struct flat flat;
        flat_read(&flat, ctx->mem, wrong[i].data, wrong[i].length);
        values_flat(&flat, &read);
        assert_false(flat_ended(&flat));
    }
}

static void items_are_those_of_the_list_or_new(void **state)
{
    struct ctx *ctx = *state;
    struct list list = {0};
    struct flat flat;
    int one = 1;
    list_add(ctx->mem, &list, &one);
    flat_write(&flat, ctx->mem);
    assert_ptr_equal(flat_item(&flat, &list, 0, sizeof one), &one);
    flat_read(&flat, ctx->mem, "", 0);
    int *fresh = flat_item(&flat, &list, 1, sizeof one);
    assert_ptr_equal(list.item[1], fresh);
    assert_int_equal(*fresh, 0);
}

UNIT_TESTS(UNIT(what_is_written_reads_back), UNIT(what_is_small_is_short), UNIT(what_is_cut_is_broken),
           UNIT(what_cannot_be_is_broken), UNIT(items_are_those_of_the_list_or_new))
