/* The comments of a migration file: blocks, phrases, warnings; and that they say nothing that is run. */
#include "dialect/lite.h"

#include "diff/describe.h"
#include "legacy/legacy.h"

static const char *commented(struct ctx *ctx, const char *before, const char *after, const struct list *renames)
{
    struct changes *changes = lite_diff(ctx, lite_tree_of(ctx, before), lite_tree_of(ctx, after), renames);
    const struct target target = lite_target(34001);
    return plan_commented(ctx->mem, &target, lite_plan(ctx, changes, 34001));
}

/* The comment lines alone. */
static const char *comments(struct ctx *ctx, const char *text)
{
    struct names lines = text_lines(ctx->mem, text), found = {0};
    for (int i = 0; i < lines.n; i++)
        if (text_starts(lines.item[i], "--"))
            names_add(ctx->mem, &found, lines.item[i]);
    return names_join(ctx->mem, &found, "\n");
}

static void a_rebuild_says_what_differs(void **state)
{
    struct ctx *ctx = *state;
    const char *text = commented(ctx,
                                 "CREATE TABLE a (id INTEGER PRIMARY KEY);"
                                 "CREATE TABLE books (id INTEGER PRIMARY KEY, title VARCHAR(100), note TEXT NOT NULL,"
                                 " author_id INTEGER, FOREIGN KEY (author_id) REFERENCES a (id));",
                                 "CREATE TABLE a (id INTEGER PRIMARY KEY);"
                                 "CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT, pages INTEGER,"
                                 " author_id INTEGER, FOREIGN KEY (author_id) REFERENCES a (id) ON DELETE CASCADE);",
                                 NULL);
    assert_string_equal(comments(ctx, text), "-- table books: title VARCHAR(100) -> TEXT, + pages, "
                                             "foreign key (author_id) on delete NO ACTION -> CASCADE, - note\n"
                                             "-- warning: the values of table books / column note are lost");
    assert_true(text_starts(text, "-- table books"));
}

static void neighbours_share_a_comment(void **state)
{
    struct ctx *ctx = *state;
    const char *text = commented(ctx, "CREATE TABLE t (a INTEGER);",
                                 "CREATE TABLE t (a INTEGER, b INTEGER); CREATE INDEX i ON t (b);"
                                 "CREATE VIEW v AS SELECT a FROM t;",
                                 NULL);
    assert_string_equal(comments(ctx, text), "-- table t: + b, + index i\n-- view v: created");
}

static void renames_name_both(void **state)
{
    struct ctx *ctx = *state;
    struct rename table = {.schema = "", .from = "t", .to = "u"},
                  column = {.schema = "", .table = "u", .from = "a", .to = "b"};
    struct list renames = {0};
    list_add(ctx->mem, &renames, &table);
    list_add(ctx->mem, &renames, &column);
    const char *text = commented(ctx, "CREATE TABLE t (a INTEGER);", "CREATE TABLE u (b INTEGER);", &renames);
    assert_string_equal(comments(ctx, text), "-- table u: renamed from t, a renamed to b");
}

/* Neither 0.8.2's checksum nor the tokens see a comment. */
static void comments_are_not_run(void **state)
{
    struct ctx *ctx = *state;
    const char *after = "CREATE TABLE \"upgrade\" (a TEXT DEFAULT 'it''s; -- rollback');";
    struct changes *changes = lite_diff(ctx, lite_tree_of(ctx, ""), lite_tree_of(ctx, after), NULL);
    const struct plan *plan = lite_plan(ctx, changes, 34001);
    const struct target target = lite_target(34001);
    const char *with = plan_commented(ctx->mem, &target, plan), *without = plan_text(ctx->mem, plan);
    assert_string_equal(comments(ctx, with), "-- table upgrade: created");
    assert_string_equal(legacy_checksum_of_text(ctx->mem, with, strlen(with)),
                        legacy_checksum_of_text(ctx->mem, without, strlen(without)));
}

UNIT_TESTS(UNIT(a_rebuild_says_what_differs), UNIT(neighbours_share_a_comment), UNIT(renames_name_both),
           UNIT(comments_are_not_run))
