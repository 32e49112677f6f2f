/*
 * The change list: adding to it, and turning it round.
 * The one idea: a change knows both sides, so the way back is the same list read backwards with the sides
 * swapped; nothing is looked up or computed again.
 * Not here: finding changes (diff/diff.c), ordering them (diff/plan.c).
 */
#include "schema/change.h"

struct change *change_add(struct arena *mem, struct changes *changes, enum change_op op, struct object *before,
                          struct object *after)
{
    struct change *change = NEW(mem, struct change);
    change->op = op;
    change->before = before;
    change->after = after;
    change->kind = after ? after->kind : before->kind;
    if (before && after) {
        before->peer = after;
        after->peer = before;
    }
    list_add(mem, &changes->list, change);
    return change;
}

bool change_has(const struct change *change, int field)
{
    return change->fields[field / 64] >> (field % 64) & 1;
}

static enum change_op opposite(enum change_op op)
{
    if (op == CHANGE_CREATE)
        return CHANGE_DROP;
    return op == CHANGE_DROP ? CHANGE_CREATE : op;
}

struct changes *change_reverse(struct arena *mem, const struct changes *changes)
{
    struct changes *back = NEW(mem, struct changes);
    back->before = changes->after;
    back->after = changes->before;
    back->reversed = !changes->reversed;
    for (int i = changes->list.n - 1; i >= 0; i--) {
        struct change *change = NEW(mem, struct change);
        *change = *(const struct change *)changes->list.item[i];
        change->op = opposite(change->op);
        struct object *before = change->before;
        change->before = change->after;
        change->after = before;
        list_add(mem, &back->list, change);
    }
    return back;
}

struct object *change_object(const struct change *change)
{
    return change->after ? change->after : change->before;
}

const char *change_name_before(const struct changes *changes, const struct object *object)
{
    for (int i = 0; i < changes->list.n; i++) {
        const struct change *change = changes->list.item[i];
        if (change->op == CHANGE_RENAME && change->renamed == object)
            return change->before->name;
    }
    return object->name;
}

const char *change_op_name(enum change_op op)
{
    static const char *const names[] = {
        [CHANGE_CREATE] = "create", [CHANGE_DROP] = "drop",       [CHANGE_ALTER] = "alter",
        [CHANGE_RENAME] = "rename", [CHANGE_REBUILD] = "rebuild", [CHANGE_FINISH] = "finish",
    };
    return names[op];
}
