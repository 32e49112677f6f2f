/*
 * Whether the server that is planned for has what the steps ask of it: by the engine's table of what came with which
 * version.  A version that nobody knows is not a reason to refuse: what is asked for is written.
 */
#include "base/text.h"
#include "diff/step.h"

static bool is_asked(struct arena *mem, const struct since *since, const struct change *step,
                     const struct object *object)
{
    const struct object *before = step->op == CHANGE_ALTER ? object->peer : NULL;
    if (step->op == CHANGE_ALTER && (step->after != object || !change_has(step, since->field)))
        return false;
    if (since->when)
        return since->when(mem, before, object);
    return object_says(object, since->field) && !field_is_none(object, since->field);
}

static int lack_tell(const struct planner *planner, const struct since *since, const struct object *object)
{
    struct arena *mem = planner->mem;
    const struct dialect *dialect = planner->target->dialect;
    const char *instead = since->instead ? since->instead : "take it out of", *path = object_path(mem, object);
    if (since->version == SINCE_NEVER) {
        fail(planner->ctx, ERR_UNSUPPORTED, "%s has no %s", dialect->title, since->what);
        return fail_hint(planner->ctx, "%c%s %s.", char_upper(*instead), instead + 1, path);
    }
    fail(planner->ctx, ERR_UNSUPPORTED, "%s %s has no %s, which came with %s", dialect->title,
         version_text(mem, dialect, planner->target->version), since->what, version_text(mem, dialect, since->version));
    return fail_hint(planner->ctx, "Upgrade the server, or %s %s.", instead, path);
}

int since_check(const struct planner *planner)
{
    const struct object *root = planner->out->after->root;
    for (const struct since *row = planner->target->dialect->since; row && row->version; row++) {
        if (!target_lacks(planner->target, row->version))
            continue;
        for (const struct object *o = root; o; o = object_next(root, o)) {
            const struct change *step = o->kind == row->kind ? step_making(o) : NULL;
            if (step && is_asked(planner->mem, row, step, o))
                return lack_tell(planner, row, o);
        }
    }
    return 0;
}
