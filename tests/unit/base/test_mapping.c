/* A large file is read where it stands; whatever is done to it meanwhile is noticed, and ends nobody. */
#include "unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/mapping.h"

enum { LENGTH = MAPPING_SMALLEST + 3 * 4096 }; /* the last page is full */

static char path[64], changed[128];
static int file;

static int open_file(void **state)
{
    unit_open(state);
    struct ctx *ctx = *state;
    char *text = arena_alloc(ctx->mem, LENGTH);
    for (int i = 0; i < LENGTH; i++)
        text[i] = (char)('a' + i % 23);
    snprintf(path, sizeof path, "/tmp/dbwarden-unit-XXXXXX");
    file = mkstemp(path);
    snprintf(changed, sizeof changed, "%s was changed while it was read", path);
    return file >= 0 && write(file, text, LENGTH) == LENGTH ? 0 : -1;
}

static int close_file(void **state)
{
    close(file);
    unlink(path);
    unit_close(state);
    return 0;
}

static struct mapping *mapped(struct ctx *ctx)
{
    struct mapping *mapping;
    assert_works(ctx, mapping_open(ctx, path, &mapping));
    assert_non_null(mapping);
    return mapping;
}

static void holds_the_text_and_a_zero_byte(void **state)
{
    struct ctx *ctx = *state;
    const struct mapping *mapping = mapped(ctx);
    const char *copy;
    assert_int_equal(mapping->length, LENGTH);
    assert_int_equal(mapping->text[LENGTH - 1], 'a' + (LENGTH - 1) % 23);
    assert_int_equal(mapping->text[LENGTH], 0);
    assert_true(mapping_holds(mapping, mapping->text + LENGTH - 1));
    assert_false(mapping_holds(mapping, mapping->text + LENGTH));
    assert_works(ctx, mapping_check(ctx, mapping));
    assert_works(ctx, mapping_copy(ctx, mapping, mapping->text + 70000, LENGTH - 70000, &copy));
    assert_memory_equal(copy, mapping->text + 70000, LENGTH - 70000);
}

static void a_smaller_file_is_none(void **state)
{
    struct ctx *ctx = *state;
    struct mapping *mapping;
    assert_int_equal(ftruncate(file, MAPPING_SMALLEST - 1), 0);
    assert_works(ctx, mapping_open(ctx, path, &mapping));
    assert_null(mapping);
}

/* Each byte of a block counts: the sums are made in lanes. */
static void any_changed_byte_is_noticed(void **state)
{
    struct ctx *ctx = *state;
    const struct mapping *mapping = mapped(ctx);
    const char *copy;
    for (int at = LENGTH - 70; at < LENGTH; at++) {
        char is = mapping->text[at], other = '!';
        assert_int_equal(pwrite(file, &other, 1, at), 1);
        assert_fails(ctx, mapping_copy(ctx, mapping, mapping->text + LENGTH - 100, 10, &copy), ERR_FILE, changed);
        assert_fails(ctx, mapping_check_part(ctx, mapping, mapping->text + LENGTH - 100, 10), ERR_FILE, changed);
        assert_works(ctx, mapping_copy(ctx, mapping, mapping->text, 10, &copy));
        assert_int_equal(pwrite(file, &is, 1, at), 1);
        assert_works(ctx, mapping_copy(ctx, mapping, mapping->text + LENGTH - 100, 10, &copy));
    }
}

static void a_file_that_is_cut_off_is_zeros(void **state)
{
    struct ctx *ctx = *state;
    const struct mapping *mapping = mapped(ctx);
    const char *copy;
    assert_int_equal(ftruncate(file, 8192), 0);
    assert_int_equal(mapping->text[8191], 'a' + 8191 % 23);
    assert_int_equal(mapping->text[8192], 0);
    assert_int_equal(mapping->text[LENGTH - 1], 0);
    assert_fails(ctx, mapping_copy(ctx, mapping, mapping->text + LENGTH - 10, 10, &copy), ERR_FILE, changed);
    assert_fails(ctx, mapping_check(ctx, mapping), ERR_FILE, changed);
}

static void it_ends_with_the_arena(void **state)
{
    struct ctx *ctx = *state;
    for (int i = 0; i < 3; i++) {
        struct arena_mark mark = arena_save(ctx->mem);
        int was = mapped(ctx)->file;
        assert_int_equal(fcntl(was, F_GETFD), FD_CLOEXEC);
        arena_rewind(ctx->mem, mark);
        assert_int_equal(fcntl(was, F_GETFD), -1);
    }
}

#define WITH_FILE(test) cmocka_unit_test_setup_teardown(test, open_file, close_file)

UNIT_TESTS(WITH_FILE(holds_the_text_and_a_zero_byte), WITH_FILE(a_smaller_file_is_none),
           WITH_FILE(any_changed_byte_is_noticed), WITH_FILE(a_file_that_is_cut_off_is_zeros),
           WITH_FILE(it_ends_with_the_arena))
