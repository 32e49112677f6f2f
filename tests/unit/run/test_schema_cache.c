/* The memory of schema files: what was put is what is got, and only the youngest stay. */
#include "dialect/lite.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "project.h"
#include "run/schema_cache.h"
#include "run/schema_said.h"
#include "schema/tree.h"

enum { KEPT = 40 };

#define HASH "0123456789abcdef0123456789abcdef"

struct shelf {
    struct ctx ctx;
    char folder[40];
};

static int shelf_open(void **state)
{
    struct shelf *shelf = arena_outside(sizeof *shelf);
    ctx_open(&shelf->ctx, 0);
    snprintf(shelf->folder, sizeof shelf->folder, "/tmp/dbwarden-unit-XXXXXX");
    *state = shelf;
    return mkdtemp(shelf->folder) ? setenv("XDG_CACHE_HOME", shelf->folder, 1) : -1;
}

static int shelf_close(void **state)
{
    struct shelf *shelf = *state;
    project_remove(shelf->folder);
    ctx_close(&shelf->ctx);
    free(shelf);
    return 0;
}

static const char *file_of(struct shelf *shelf, const char *name)
{
    return arena_printf(shelf->ctx.mem, "%s/dbwarden/%s", shelf->folder, name);
}

static struct schema_cache cache_of(const char *key)
{
    return (struct schema_cache){.key = key, .last = "folder", .engine = ENGINE_LITE};
}

static void put(struct shelf *shelf, const char *key, const char *sql, const char *owner)
{
    struct ctx *ctx = &shelf->ctx;
    const struct schema_cache cache = cache_of(key);
    struct said *said = NEW(ctx->mem, struct said);
    struct list all = {0};
    *said = (struct said){.hash = HASH, .owner = owner};
    list_add(ctx->mem, &all, said);
    schema_cache_put(ctx, &cache, &all, lite_tree_of(ctx, sql));
}

static bool get(struct shelf *shelf, const char *key)
{
    struct tree *tree;
    const struct schema_cache cache = cache_of(key);
    return schema_cache_get(&shelf->ctx, &cache, &tree);
}

static void what_was_put_is_got(void **state)
{
    struct shelf *shelf = *state;
    struct ctx *ctx = &shelf->ctx;
    const struct schema_cache cache = cache_of("one");
    struct list said = {0}, none = {0};
    struct tree *tree = lite_tree_of(ctx, "CREATE TABLE a (x INT DEFAULT 1);"), *got = NULL;
    struct dependency dependency = {.from = {"", "v", NULL}, .to = {"", "a", "x"}};
    struct held held = {.what = {"", "a", "x"}, .by = "view v of another", .goes_along = true};
    list_add(ctx->mem, &tree->dependencies, &dependency);
    list_add(ctx->mem, &tree->held, &held);
    assert_false(schema_cache_get(ctx, &cache, &got));
    schema_cache_put(ctx, &cache, &none, tree);
    assert_true(schema_cache_get(ctx, &cache, &got));
    assert_no_difference(ctx, got, tree);
    assert_int_equal(got->dependencies.n, 1);
    const struct dependency *found = got->dependencies.item[0];
    assert_string_equal(ref_text(ctx->mem, &found->from), "v");
    assert_string_equal(ref_text(ctx->mem, &found->to), "a.x");
    assert_int_equal(got->held.n, 1);
    const struct held *kept = got->held.item[0];
    assert_string_equal(ref_text(ctx->mem, &kept->what), "a.x");
    assert_string_equal(kept->by, "view v of another");
    assert_true(kept->goes_along);
    assert_true(schema_cache_get_last(ctx, &cache, &said, &got));
    assert_int_equal(said.n, 0);
    assert_false(get(shelf, "other"));
}

static void the_last_is_the_one_that_was_used_last(void **state)
{
    struct shelf *shelf = *state;
    struct ctx *ctx = &shelf->ctx;
    struct list said = {0};
    struct tree *tree;
    const struct schema_cache any = cache_of("any"),
                              unknown = {.key = "any", .last = "elsewhere", .engine = ENGINE_LITE}, off = {0};
    put(shelf, "one", "CREATE TABLE a (x INT);", NULL);
    put(shelf, "two", "CREATE TABLE b (x INT);", "b");
    assert_true(schema_cache_get_last(ctx, &any, &said, &tree));
    assert_non_null(tree_find(tree, KIND_TABLE, "", "b"));
    assert_string_equal(((const struct said *)said.item[0])->hash, HASH);
    assert_string_equal(((const struct said *)said.item[0])->owner, "b");
    assert_true(get(shelf, "one"));
    said.n = 0;
    assert_true(schema_cache_get_last(ctx, &any, &said, &tree));
    assert_non_null(tree_find(tree, KIND_TABLE, "", "a"));
    assert_null(((const struct said *)said.item[0])->owner);
    assert_false(schema_cache_get_last(ctx, &unknown, &said, &tree));
    assert_false(schema_cache_get_last(ctx, &off, &said, &tree));
    assert_false(schema_cache_get(ctx, &off, &tree));
}

static void what_others_may_write_or_is_broken_is_not_believed(void **state)
{
    struct shelf *shelf = *state;
    struct ctx *ctx = &shelf->ctx;
    const char *path = file_of(shelf, "schema-one");
    put(shelf, "one", "CREATE TABLE a (x INT);", NULL);
    chmod(path, 0620);
    assert_false(get(shelf, "one"));
    chmod(path, 0602);
    assert_false(get(shelf, "one"));
    chmod(path, 0644);
    assert_true(get(shelf, "one"));
    assert_int_equal(rename(path, file_of(shelf, "schema-two")), 0);
    assert_false(get(shelf, "two"));
    assert_int_equal(symlink("schema-two", path), 0);
    assert_false(get(shelf, "one"));
    unlink(path);
    assert_works(ctx, file_write(ctx, path, "{", 1, 0600));
    assert_false(get(shelf, "one"));
    assert_int_equal(ctx->error.code, 0);
    assert_true(file_exists(path));
}

static void the_oldest_go(void **state)
{
    struct shelf *shelf = *state;
    struct arena *mem = shelf->ctx.mem;
    for (int i = 0; i < KEPT; i++) {
        const char *key = arena_printf(mem, "%02d", i);
        put(shelf, key, "CREATE TABLE a (x INT);", NULL);
        const struct timespec used = {.tv_sec = 1000 + i / 10, .tv_nsec = i % 10}, times[2] = {used, used};
        assert_int_equal(utimensat(AT_FDCWD, file_of(shelf, arena_printf(mem, "schema-%s", key)), times, 0), 0);
    }
    assert_true(get(shelf, "00")); /* young again */
    put(shelf, "new", "CREATE TABLE a (x INT);", NULL);
    put(shelf, "newer", "CREATE TABLE a (x INT);", NULL);
    assert_true(file_exists(file_of(shelf, "schema-00")));
    assert_false(file_exists(file_of(shelf, "schema-01")));
    assert_false(file_exists(file_of(shelf, "schema-02")));
    assert_true(file_exists(file_of(shelf, "schema-03")));
    assert_true(get(shelf, "new"));
    assert_true(file_exists(file_of(shelf, "last-folder")));
}

#define SHELF(test) cmocka_unit_test_setup_teardown(test, shelf_open, shelf_close)

UNIT_TESTS(SHELF(what_was_put_is_got), SHELF(the_last_is_the_one_that_was_used_last),
           SHELF(what_others_may_write_or_is_broken_is_not_believed), SHELF(the_oldest_go))
