/*
 * Adopted objects are found by the diff that is there already: a stranger that the desired tree describes.  What makes them is
 * the difference between the tree that is without them and with them, each statement guarded by the dialect.
 */
#include "run/adopt.h"

#include "base/text.h"
#include "diff/describe.h"
#include "diff/graph.h"
#include "run/parts.h"

/* It, or what holds it, gets another name in this file. */
static bool is_renamed(const struct changes *changes, const struct object *object)
{
    for (int i = 0; i < changes->list.n; i++) {
        const struct change *change = changes->list.item[i];
        const struct object *renamed = change->op == CHANGE_RENAME ? change->renamed : NULL;
        if (renamed && (renamed == object || renamed == object->peer || renamed == object->parent ||
                        renamed == object->parent->peer))
            return true;
    }
    return false;
}

/* The project replaces it by its own: that has statements which run anywhere. */
static bool is_told(const struct changes *changes, const struct object *object)
{
    for (int i = 0; i < changes->list.n; i++) {
        const struct change *change = changes->list.item[i];
        bool same = change->before == object || change->after == object->peer;
        bool text = change->op == CHANGE_ALTER && kind_is(change->kind, KIND_IS_TEXT);
        if (same && (change->op == CHANGE_DROP || text))
            return true;
    }
    return false;
}

/* It came with the column of a parent. */
static bool is_inherited(const struct object *object)
{
    for (const struct edge *edge = object->needs; edge; edge = edge->next_need)
        if (kind_is(object->kind, KIND_IS_COLUMN) && kind_is(edge->to->kind, KIND_IS_COLUMN) &&
            edge->to->parent != object->parent)
            return true;
    return false;
}

static bool is_described(const struct object *object)
{
    return object->stranger && object->peer && !object->peer->stranger;
}

static bool is_wanted(const struct changes *changes, const struct object *object)
{
    if (!object->parent || kind_is(object->kind, KIND_PART) || !is_described(object) || object->by_element)
        return false;
    return !is_inherited(object) && !is_told(changes, object);
}

static bool is_adopted(const struct changes *changes, const struct object *object)
{
    return is_wanted(changes, object) && !is_renamed(changes, object);
}

/* In what is adopted, and nothing that models describe: that is made nowhere else. */
static bool stays_by_hand(const struct changes *changes, const struct object *object)
{
    if (!object->stranger || kind_is(object->kind, KIND_PART) || !object->peer || !object->peer->stranger)
        return false;
    for (const struct object *above = object->parent; above; above = above->parent)
        if (is_adopted(changes, above))
            return true;
    return false;
}

static void adopted_note(struct ctx *ctx, const struct object *object, struct adoption *adoption)
{
    bool top = kind_is(object->kind, KIND_NAMESPACE) || kind_is(object->parent->kind, KIND_NAMESPACE);
    if (!adoption->first)
        adoption->first = top ? object->name : arena_printf(ctx->mem, "%s_%s", object->parent->name, object->name);
    if (top || !object->parent->stranger) /* else it is told with its whole */
        names_add(ctx->mem, &adoption->objects, object_path(ctx->mem, object));
}

/* Both trees are copies of the one that is; `without` loses what is adopted. */
static void trees_split(struct ctx *ctx, const struct changes *changes, struct tree *with, struct tree *without,
                        struct adoption *adoption)
{
    struct list out = {0}, by_hand = {0};
    struct object *mine = with->root, *theirs = without->root;
    for (const struct object *o = changes->before->root; o; o = object_next(changes->before->root, o)) {
        if (is_adopted(changes, o)) {
            mine->stranger = false;
            if (mine->kind == KIND_INDEX)
                SAY((struct index *)mine, INDEX, concurrently, false);
            list_add(ctx->mem, &out, theirs);
            adopted_note(ctx, o, adoption);
        } else if (stays_by_hand(changes, o)) {
            list_add(ctx->mem, &by_hand, mine);
        } else if (is_wanted(changes, o) && !o->parent->stranger) {
            names_add(ctx->mem, &adoption->left, object_path(ctx->mem, o));
        }
        mine = object_next(with->root, mine);
        theirs = object_next(without->root, theirs);
    }
    for (int i = out.n - 1; i >= 0; i--)
        object_remove(out.item[i]);
    for (int i = by_hand.n - 1; i >= 0; i--)
        object_remove(by_hand.item[i]);
}

/* One for each step; what only completes it (the owner of a sequence) may be said again. */
static void statements_add(struct ctx *ctx, const struct target *target, const struct plan *plan,
                           struct adoption *adoption)
{
    const struct list *all = &plan->statements;
    for (int i = 0, end; i < all->n; i = end) {
        const struct change *step = ((const struct statement_out *)all->item[i])->change;
        struct names texts = {0};
        for (end = i; end < all->n && ((const struct statement_out *)all->item[end])->change == step; end++)
            names_add(ctx->mem, &texts, ((const struct statement_out *)all->item[end])->sql);
        const char *sql = names_join(ctx->mem, &texts, ";\n"), *guarded = NULL;
        const struct object *object = change_object(step);
        if (step->op == CHANGE_CREATE)
            guarded = target->dialect->guarded(ctx->mem, object, GUARD_ABSENT, sql);
        const char *comment = comment_line(ctx->mem, object_path(ctx->mem, object));
        names_add(ctx->mem, &adoption->statements,
                  guarded
                      ? arena_printf(ctx->mem, "-- %s: made by hand so far, and made here where it is not there\n%s",
                                     comment, guarded)
                      : sql);
    }
}

int adoption_plan(struct ctx *ctx, struct session *session, const struct changes *changes, struct adoption *adoption)
{
    const struct target *target = session->target;
    const struct plan_options options = {0};
    *adoption = (struct adoption){0};
    if (!target->dialect->guarded || !session->folder->versioned.n)
        return 0;
    graph_build(ctx->mem, target, changes->before);
    struct tree *with = tree_copy(ctx->mem, changes->before), *without = tree_copy(ctx->mem, changes->before);
    trees_split(ctx, changes, with, without, adoption);
    if (!adoption->objects.n)
        return 0;
    const struct diff_input input = {.target = target, .before = without, .after = with};
    struct changes *made;
    struct plan *plan;
    TRY(diff_trees(ctx, &input, &made));
    TRY(plan_make(ctx, target, made, &options, &plan));
    statements_add(ctx, target, plan, adoption);
    return 0;
}
