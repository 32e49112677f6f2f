/*
 * From changes to statements: widen, order, render.  The way down is the same road with the changes reversed, so that
 * there is no second description of what a statement undoes.
 */
#include "diff/plan.h"

#include "base/text.h"
#include "diff/compare.h"
#include "diff/step.h"

/* What goes with its table: the server drops the indexes and triggers of a table that is dropped. */
static bool is_implied(const struct change *change)
{
    const struct object *table = change->before ? object_ancestor(change->before, KIND_TABLE) : NULL;
    return change->op == CHANGE_DROP && change->kind != KIND_TABLE && table && !table->peer && !change->detached;
}

/* An index of a dropped table whose name another index takes: it goes by itself, and first. */
static bool name_is_taken(const struct dialect *dialect, const struct plan *plan, const struct change *drop,
                          struct arena *mem)
{
    for (int i = 0; drop->kind == KIND_INDEX && i < plan->changes->list.n; i++) {
        const struct change *change = plan->changes->list.item[i];
        if (change->op == CHANGE_CREATE && change->kind == KIND_INDEX &&
            compare_name(mem, dialect, change->after->name, drop->before->name))
            return true;
    }
    return false;
}

static render_fn *renderer_of(const struct dialect *dialect, const struct change *change)
{
    const struct render_kind *render = &dialect->render[change->kind];
    switch (change->op) {
    case CHANGE_CREATE: return render->create;
    case CHANGE_DROP: return render->drop;
    case CHANGE_ALTER: return render->alter;
    case CHANGE_RENAME: return render->rename;
    case CHANGE_REBUILD: return render->rebuild;
    }
    return NULL;
}

static int change_render(struct render *render, const struct change *change)
{
    render_fn *renderer = renderer_of(render->dialect, change);
    if (!renderer) {
        const char *path = object_path(render->mem, change_object(change));
        return fail(render->ctx, ERR_UNSUPPORTED, "%s cannot %s %s", render->dialect->title, change_op_name(change->op),
                    path);
    }
    render->change = change;
    return renderer(render, change);
}

static int plan_render(struct ctx *ctx, const struct dialect *dialect, const struct plan_options *options,
                       struct plan *plan)
{
    struct render render = {.ctx = ctx,
                            .mem = ctx->mem,
                            .dialect = dialect,
                            .version = options->version ? options->version : dialect->minimum_version,
                            .changes = plan->changes,
                            .concurrently = options->concurrently,
                            .fills = options->fills};
    for (int i = 0; i < plan->changes->list.n; i++) {
        const struct change *change = plan->changes->list.item[i];
        if (!is_implied(change) || name_is_taken(dialect, plan, change, ctx->mem))
            TRY(change_render(&render, change));
    }
    plan->statements = render.out;
    return 0;
}

int plan_make(struct ctx *ctx, const struct dialect *dialect, const struct changes *changes,
              const struct plan_options *options, struct plan **plan)
{
    if (!dialect->render)
        return fail(ctx, ERR_UNSUPPORTED, "migrations cannot be generated for %s yet", dialect->title);
    struct plan *made = NEW(ctx->mem, struct plan);
    int version = options->version ? options->version : dialect->minimum_version;
    made->source = changes;
    made->changes = widen(ctx->mem, dialect, changes, version);
    order(ctx->mem, dialect, made->changes);
    hazards_find(ctx->mem, dialect, made->changes, &made->hazards);
    if (!changes->reversed)
        TRY(attached_check(ctx, made->changes, options->lose_attached, &made->hazards));
    for (int i = made->hazards.n - 1; i >= 0; i--) {
        const struct hazard *hazard = made->hazards.item[i];
        if (hazard->column && fill_of(options->fills, hazard->column))
            list_remove(&made->hazards, i);
    }
    TRY(plan_render(ctx, dialect, options, made));
    *plan = made;
    return ctx_check(ctx);
}

int plan_reverse(struct ctx *ctx, const struct dialect *dialect, const struct plan *up,
                 const struct plan_options *options, struct plan **down)
{
    return plan_make(ctx, dialect, change_reverse(ctx->mem, up->source), options, down);
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
