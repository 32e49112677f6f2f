/*
 * A kind whose name alone is not an identity, as functions will be: no kind of today is one, so checks are made one here, by
 * building what matches and compares over a table of kinds of the test's own.
 */
#include "planned.h"

static struct kind_info kinds[KIND_COUNT];

static bool kind_is_here(enum kind kind, unsigned marks)
{
    return kinds[kind].marks & marks;
}

#define kind_table kinds
#define kind_is    kind_is_here
#include "../../../src/diff/compare.c"
#include "../../../src/diff/match.c"
#define expr_same  expr_same_in_trees
#define value_same value_same_in_trees
#include "../../../src/schema/tree_same.c"
#undef expr_same
#undef value_same
#undef kind_table
#undef kind_is

static void checks_overload(void)
{
    memcpy(kinds, kind_table, sizeof kinds);
    kinds[KIND_CHECK].marks = (kinds[KIND_CHECK].marks | KIND_OVERLOADED) & ~(unsigned)KIND_CONTENT;
}

static struct tree *with_checks(struct ctx *ctx, const char *checks)
{
    return tree_read(ctx, "postgresql",
                     arena_printf(ctx->mem,
                                  "{'name': '', 'tables': [{'name': 't', 'columns': [{'name': 'a', 'type': 'integer'}],"
                                  "'checks': [%s]}]}",
                                  checks));
}

static const struct check *check_at(const struct tree *tree, int at)
{
    const struct object *table = tree_find(tree, KIND_TABLE, "", "t");
    for (int i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if (child->kind == KIND_CHECK && !at--)
            return (const struct check *)child;
    }
    return NULL;
}

static void the_same_name_with_another_identity_is_another_object(void **state)
{
    struct ctx *ctx = *state;
    const struct target target = target_offline(dialect_find("postgresql"), NULL);
    checks_overload();
    struct tree *before = with_checks(ctx, "{'name': 'f', 'expr': 'a > 1'}, {'name': 'f', 'expr': 'a > 2'}");
    struct tree *after = with_checks(ctx, "{'name': 'f', 'expr': 'a > 3'}, {'name': 'f', 'expr': '(a>1)'}");
    const struct diff_input input = {.target = &target, .before = before, .after = after};
    struct changes changes = {.before = before, .after = after};
    match_trees(ctx, &input, &changes);
    assert_ptr_equal(check_at(before, 0)->object.peer, check_at(after, 1));
    assert_null(check_at(before, 1)->object.peer);
    assert_null(check_at(after, 0)->object.peer);
    assert_int_equal(changes.list.n, 0);
}

static void another_name_with_the_same_identity_is_another_object_too(void **state)
{
    struct ctx *ctx = *state;
    const struct target target = target_offline(dialect_find("postgresql"), NULL);
    checks_overload();
    struct tree *before = with_checks(ctx, "{'name': 'f', 'expr': 'a > 1'}");
    struct tree *after = with_checks(ctx, "{'name': 'g', 'expr': 'a > 1'}");
    const struct diff_input input = {.target = &target, .before = before, .after = after};
    struct changes changes = {.before = before, .after = after};
    match_trees(ctx, &input, &changes);
    assert_null(check_at(before, 0)->object.peer);
}

static void trees_are_the_same_in_any_order_of_what_is_overloaded(void **state)
{
    struct ctx *ctx = *state;
    checks_overload();
    struct tree *one = with_checks(ctx, "{'name': 'f', 'expr': 'a > 1'}, {'name': 'f', 'expr': 'a > 2'}");
    struct tree *two = with_checks(ctx, "{'name': 'f', 'expr': 'a > 2'}, {'name': 'f', 'expr': 'a > 1'}");
    struct tree *other = with_checks(ctx, "{'name': 'f', 'expr': 'a > 2'}, {'name': 'f', 'expr': 'a > 3'}");
    char *where;
    assert_true(tree_same(ctx->mem, one, two, &where));
    assert_false(tree_same(ctx->mem, one, other, &where));
    assert_non_null(strstr(where, "only in the first"));
}

UNIT_TESTS(UNIT(the_same_name_with_another_identity_is_another_object),
           UNIT(another_name_with_the_same_identity_is_another_object_too),
           UNIT(trees_are_the_same_in_any_order_of_what_is_overloaded))
