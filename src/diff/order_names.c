/* Names in the order of a plan: one is free once the step is done that frees it, and is taken after that. */
#include "base/map.h"
#include "base/text.h"
#include "diff/match.h"
#include "diff/order.h"
#include "diff/spaces.h"

/* How a name becomes free, and what had it. */
struct freed {
    const struct change *step;
    struct object *object; /* that has it; NULL: it gets another */
    enum kind kind;
};

/* Is what the engine made along with `object` gone, or called otherwise, when it is `other`? */
static bool implied_ends(struct orderer *orderer, const struct object *object, const struct object *other)
{
    const struct target *target = orderer->planner->target;
    const struct list was = implied_by(orderer->mem, target, object);
    const struct list is = other ? implied_by(orderer->mem, target, other) : (struct list){0};
    return was.n && (!is.n || !text_equal(((struct object *)was.item[0])->name, ((struct object *)is.item[0])->name));
}

static void keys_free(struct orderer *orderer, struct map *freed, const struct object *object, struct freed how)
{
    const struct names keys = spaces_of(orderer->mem, orderer->planner->target, object);
    struct freed *kept = NEW(orderer->mem, struct freed);
    *kept = how;
    kept->kind = object->kind;
    for (int i = 0; i < keys.n; i++)
        map_set(freed, keys.item[i], kept);
}

static void implied_free(struct orderer *orderer, struct map *freed, const struct object *object,
                         const struct change *step)
{
    const struct list implied = implied_by(orderer->mem, orderer->planner->target, object);
    for (int i = 0; i < implied.n; i++)
        keys_free(orderer, freed, implied.item[i], (struct freed){.step = step});
}

static void names_freed(struct orderer *orderer, struct map *freed, const struct tree *tree)
{
    for (struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        struct change *step = step_unmaking(o);
        bool stays = step && step->op == CHANGE_ALTER;
        if (!step || (stays && !implied_ends(orderer, o, o->peer)))
            continue;
        implied_free(orderer, freed, o, step);
        if (!o->renamed && !stays)
            keys_free(orderer, freed, o, (struct freed){.step = step, .object = o});
    }
}

static void renames_free(struct orderer *orderer, struct map *freed)
{
    for (int i = 0; i < orderer->node.n; i++) {
        struct change *step = step_at(orderer, i);
        if (step->op != CHANGE_RENAME)
            continue;
        implied_free(orderer, freed, step->before, step);
        keys_free(orderer, freed, step->before, (struct freed){.step = step});
    }
}

/*
 * What an ALTER begins or ends with takes over, or leaves behind, a thing of its kind that has the name already; where one ends with
 * it and another begins with it, the one makes its own.
 */
static bool is_taken_over(const struct freed *how, const struct change *step, enum kind kind)
{
    return how->kind == kind && (how->step->op == CHANGE_ALTER) != (step->op == CHANGE_ALTER);
}

static void keys_take(struct orderer *orderer, const struct map *freed, const struct object *object,
                      const struct change *step)
{
    const struct names keys = spaces_of(orderer->mem, orderer->planner->target, object);
    for (int i = 0; i < keys.n; i++) {
        const struct freed *how = map_get(freed, keys.item[i]);
        struct arc *arc =
            how && !is_taken_over(how, step, object->kind) ? arc_add(orderer, how->step, step, NULL) : NULL;
        if (arc)
            arc->frees = how->object;
    }
}

static void implied_take(struct orderer *orderer, const struct map *freed, const struct object *object,
                         const struct change *step)
{
    const struct list implied = implied_by(orderer->mem, orderer->planner->target, object);
    for (int i = 0; i < implied.n; i++)
        keys_take(orderer, freed, implied.item[i], step);
}

void arcs_of_names(struct orderer *orderer)
{
    struct map freed;
    const struct tree *after = orderer->planner->out->after;
    map_init(&freed, orderer->mem);
    names_freed(orderer, &freed, orderer->planner->out->before);
    renames_free(orderer, &freed);
    if (!freed.n)
        return;
    for (struct object *o = after->root; o; o = object_next(after->root, o)) {
        struct change *step = step_making(o);
        bool stays = step && step->op == CHANGE_ALTER;
        if (!step || (stays && !implied_ends(orderer, o, o->peer)))
            continue;
        implied_take(orderer, &freed, o, step);
        if (!o->renamed && !stays)
            keys_take(orderer, &freed, o, step);
    }
    for (int i = 0; i < orderer->node.n; i++) {
        struct change *step = step_at(orderer, i);
        if (step->op != CHANGE_RENAME)
            continue;
        implied_take(orderer, &freed, step->after, step);
        keys_take(orderer, &freed, step->after, step);
    }
}
