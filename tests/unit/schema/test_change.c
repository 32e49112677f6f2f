#include "unit.h"

#include "schema/change.h"

static void reverse_of_the_reverse_is_the_list(void **state)
{
    struct ctx *ctx = *state;
    struct tree *before = tree_new(ctx->mem, ENGINE_LITE);
    struct tree *after = tree_new(ctx->mem, ENGINE_LITE);
    struct object *old = object_new(ctx->mem, KIND_TABLE, tree_schema(ctx->mem, before, NULL), "old");
    struct object *kept = object_new(ctx->mem, KIND_TABLE, old->parent, "kept");
    struct object *made = object_new(ctx->mem, KIND_TABLE, tree_schema(ctx->mem, after, NULL), "made");
    struct object *same = object_new(ctx->mem, KIND_TABLE, made->parent, "kept");
    struct changes changes = {.before = before, .after = after};
    change_add(ctx->mem, &changes, CHANGE_DROP, old, NULL)->replaced = true;
    change_add(ctx->mem, &changes, CHANGE_CREATE, NULL, made);
    struct change *alter = change_add(ctx->mem, &changes, CHANGE_ALTER, kept, same);
    alter->fields[0] = 1u << TABLE_comment;

    struct changes *back = change_reverse(ctx->mem, &changes);
    assert_ptr_equal(back->before, after);
    assert_ptr_equal(back->after, before);
    assert_true(back->reversed);
    assert_int_equal(back->list.n, 3);
    struct change *first = back->list.item[0];
    assert_int_equal(first->op, CHANGE_ALTER);
    assert_ptr_equal(first->before, same);
    assert_ptr_equal(first->after, kept);
    assert_true(change_has(first, TABLE_comment));
    assert_false(change_has(first, TABLE_strict));
    struct change *second = back->list.item[1];
    assert_int_equal(second->op, CHANGE_DROP);
    assert_ptr_equal(change_object(second), made);
    struct change *third = back->list.item[2];
    assert_int_equal(third->op, CHANGE_CREATE);
    assert_true(third->replaced);
    assert_ptr_equal(change_object(third), old);

    struct changes *again = change_reverse(ctx->mem, back);
    assert_false(again->reversed);
    for (int i = 0; i < 3; i++)
        assert_memory_equal(again->list.item[i], changes.list.item[i], sizeof(struct change));
}

static void both_sides_of_a_change_know_each_other(void **state)
{
    struct ctx *ctx = *state;
    struct object *a = object_new(ctx->mem, KIND_COLUMN, NULL, "a");
    struct object *b = object_new(ctx->mem, KIND_COLUMN, NULL, "b");
    struct changes changes = {0};
    struct change *change = change_add(ctx->mem, &changes, CHANGE_RENAME, a, b);
    assert_int_equal(change->kind, KIND_COLUMN);
    assert_ptr_equal(a->peer, b);
    assert_ptr_equal(b->peer, a);
    assert_string_equal(change_op_name(change->op), "rename");
}

UNIT_TESTS(UNIT(reverse_of_the_reverse_is_the_list), UNIT(both_sides_of_a_change_know_each_other))
