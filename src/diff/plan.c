/*
 * From changes to statements: effects, order, render.  The way down is the same road with the changes reversed, so that
 * there is no second description of what a statement undoes.
 */
#include "diff/plan.h"

#include "base/text.h"
#include "diff/compare.h"
#include "diff/graph.h"
#include "diff/step.h"

static render_fn *renderer_of(const struct target *target, const struct change *step)
{
    const struct render_kind *render = &target->dialect->render[step->kind];
    switch (step->op) {
    case CHANGE_CREATE: return render->create;
    case CHANGE_DROP: return render->drop;
    case CHANGE_ALTER: return render->alter;
    case CHANGE_RENAME: return render->rename;
    case CHANGE_REBUILD: return render->rebuild;
    case CHANGE_FINISH: return render->finish;
    }
    return NULL;
}

static int step_render(struct render *render, const struct change *step)
{
    render_fn *renderer = renderer_of(render->target, step);
    if (!renderer) {
        const char *path = object_path(render->mem, change_object(step));
        return fail(render->ctx, ERR_UNSUPPORTED, "%s cannot %s %s", render->target->dialect->title,
                    change_op_name(step->op), path);
    }
    render->change = step;
    return renderer(render, step);
}

/* ---- what somebody made by hand: a file runs in other databases too, and there it is not ---- */

/* On both sides: where the project has another in its place, that comes to every database. */
static bool is_by_hand(const struct object *object)
{
    return object && object->stranger && object->peer && object->peer->stranger;
}

/* What goes with its whole and comes back by itself. */
static void parts_note(struct render *render, const struct change *step, struct list *out)
{
    struct object *whole = step->before;
    for (struct object *part = object_next(whole, whole); part; part = object_next(whole, part)) {
        bool comes_back = is_by_hand(part) && part->peer->made;
        const char *sql = comes_back ? render->target->dialect->guarded(render->mem, part, GUARD_DROP, NULL) : NULL;
        if (!sql)
            continue;
        struct statement_out *statement = NEW(render->mem, struct statement_out);
        *statement = (struct statement_out){.sql = sql, .change = step};
        list_add(render->mem, out, statement);
    }
}

/* All that the step does is about one object, and becomes one statement. */
static const char *step_guarded(struct render *render, const struct change *step, int first)
{
    const struct object *object = change_object(step);
    struct names texts = {0};
    if (!is_by_hand(object))
        return NULL;
    for (int i = first; i < render->out.n; i++) {
        const struct statement_out *statement = render->out.item[i];
        if (statement->refuses_transaction)
            return NULL;
        names_add(render->mem, &texts, statement->sql);
    }
    const char *all = names_join(render->mem, &texts, ";\n");
    enum guard kind = step->op == CHANGE_DROP ? GUARD_DROP : step->op == CHANGE_CREATE ? GUARD_AGAIN : GUARD_PRESENT;
    return texts.n ? render->target->dialect->guarded(render->mem, object, kind, all) : NULL;
}

static void guard(struct render *render, const struct change *step, int first)
{
    struct list out = {0};
    if (!render->target->dialect->guarded)
        return;
    if (step->op == CHANGE_DROP && step->replaced)
        parts_note(render, step, &out);
    const char *guarded = step_guarded(render, step, first);
    if (guarded)
        ((struct statement_out *)render->out.item[first])->sql = guarded;
    for (int i = first; i < (guarded ? first + 1 : render->out.n); i++)
        list_add(render->mem, &out, render->out.item[i]);
    render->out.n = first;
    for (int i = 0; i < out.n; i++)
        list_add(render->mem, &render->out, out.item[i]);
}

static void keep_add(struct render *render, const struct change *step, const struct object *object, bool again)
{
    struct statement_out *statement = NEW(render->mem, struct statement_out);
    *statement =
        (struct statement_out){.sql = render->target->dialect->keep(render->mem, object, again), .change = step};
    list_add(render->mem, &render->out, statement);
}

/* What the object would lose is kept in front of the step, or brought back after it. */
static int step_keeping(struct render *render, const struct changes *changes, const struct change *step)
{
    const struct object *object = change_object(step);
    bool again = step->op == CHANGE_ALTER && step->finish && !kind_is(step->kind, KIND_HOLDS_ROWS | KIND_COUNTER);
    bool known = (step->replaced || again) && keeps_attached(render->mem, render->target, changes, object);
    if (known && (again || step->op == CHANGE_DROP))
        keep_add(render, step, object, false);
    const int first = render->out.n;
    TRY(step_render(render, step));
    guard(render, step, first);
    if (known && (again || step->op == CHANGE_CREATE))
        keep_add(render, step, object, true);
    if (render->target->dialect->access)
        render->target->dialect->access(render, step);
    return 0;
}

static bool needs_directly(const struct object *object, const struct object *other)
{
    for (const struct edge *edge = object->needs; edge; edge = edge->next_need)
        if (edge->to == other)
            return true;
    return false;
}

/* What has no statement of its own, as a check that is written with ADD COLUMN, is warned of where that is made. */
static void hazards_carry(const struct plan *plan, const struct change *silent)
{
    for (int i = 0; i < plan->hazards.n; i++) {
        struct hazard *hazard = plan->hazards.item[i];
        for (int k = 0; k < plan->statements.n && hazard->change == silent; k++) {
            const struct change *told = ((const struct statement_out *)plan->statements.item[k])->change;
            if (told && told->op == CHANGE_CREATE && needs_directly(silent->after, told->after))
                hazard->change = told;
        }
    }
}

/* As a clause of the statement before it. */
static bool is_said(const struct render *render, const struct change *step)
{
    const struct statement_out *last = render->out.n ? render->out.item[render->out.n - 1] : NULL;
    return last && last->also.n && last->also.item[last->also.n - 1] == step;
}

static int plan_render(const struct planner *planner, const struct plan_options *options, struct plan *plan)
{
    struct render render = {.ctx = planner->ctx,
                            .mem = planner->mem,
                            .target = planner->target,
                            .before = planner->out->before,
                            .after = planner->out->after,
                            .steps = &planner->out->list,
                            .apart = options->apart,
                            .concurrently = options->concurrently,
                            .back = planner->out->reversed,
                            .fills = options->fills};
    struct list silent = {0};
    for (int i = 0; i < plan->changes->list.n; i++) {
        const int first = render.out.n;
        TRY(step_keeping(&render, plan->changes, plan->changes->list.item[i]));
        struct change *step = plan->changes->list.item[i];
        if (render.out.n == first && step->op == CHANGE_CREATE && !is_said(&render, step))
            list_add(render.mem, &silent, step);
    }
    plan->statements = render.out;
    for (int i = 0; i < silent.n; i++)
        hazards_carry(plan, silent.item[i]);
    return 0;
}

/* Names that were given are said; of the others each engine knows which it would choose by itself. */
static void names_choose(const struct planner *planner)
{
    struct object *root = planner->out->after->root;
    for (struct object *o = root; o; o = object_next(root, o)) {
        const struct change *step = step_making(o);
        o->named = o->name && !o->name_invented;
        if (planner->target->dialect->choose_name && step && step->op != CHANGE_ALTER)
            planner->target->dialect->choose_name(planner->mem, planner->out, o);
    }
}

int plan_make(struct ctx *ctx, const struct target *target, const struct changes *changes,
              const struct plan_options *options, struct plan **plan)
{
    if (!target->dialect->render)
        return fail(ctx, ERR_UNSUPPORTED, "migrations cannot be generated for %s yet", target->dialect->title);
    struct plan *made = NEW(ctx->mem, struct plan);
    struct planner planner = {.ctx = ctx,
                              .mem = ctx->mem,
                              .target = target,
                              .source = changes,
                              .fills = options->fills,
                              .concurrently = options->concurrently,
                              .rebuild = options->rebuild};
    graph_build(ctx->mem, target, changes->before);
    graph_build(ctx->mem, target, changes->after);
    TRY(effects_apply(&planner));
    TRY(since_check(&planner));
    names_choose(&planner);
    TRY(steps_order(&planner));
    made->source = changes;
    made->changes = planner.out;
    hazards_find(ctx->mem, target, made->changes, made->source, &made->hazards);
    hazards_quoted(ctx->mem, target, made->changes, &made->hazards);
    TRY(held_check(ctx, made->changes));
    if (!changes->reversed)
        TRY(attached_check(ctx, target, made->changes, options->lose_attached, &made->hazards));
    for (int i = made->hazards.n - 1; i >= 0; i--) {
        const struct hazard *hazard = made->hazards.item[i];
        if (hazard->column && fill_of(options->fills, hazard->column))
            list_remove(&made->hazards, i);
    }
    TRY(plan_render(&planner, options, made));
    *plan = made;
    return ctx_check(ctx);
}

int plan_from_nothing(struct ctx *ctx, const struct target *target, struct tree *tree, struct plan **plan)
{
    const struct plan_options options = {0};
    struct changes *changes;
    struct tree *nothing = tree_of_nothing(ctx->mem, target->dialect, tree);
    nothing->kinds = tree->kinds;
    tree_settle(ctx->mem, target, nothing);
    TRY(diff_trees(ctx, &(struct diff_input){.target = target, .before = nothing, .after = tree}, &changes));
    return plan_make(ctx, target, changes, &options, plan);
}

int plan_reverse(struct ctx *ctx, const struct target *target, const struct plan *up,
                 const struct plan_options *options, struct plan **down)
{
    return plan_make(ctx, target, change_reverse(ctx->mem, up->source), options, down);
}

char *plan_text(struct arena *mem, const struct plan *plan)
{
    struct buf out;
    buf_init(&out, mem);
    for (int i = 0; i < plan->statements.n; i++) {
        const struct statement_out *statement = plan->statements.item[i];
        buf_addf(&out, "%s%s;", i ? "\n\n" : "", statement->sql);
    }
    return out.data;
}
