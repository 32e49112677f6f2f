/*
 * make-migrations --safe and --safe-type-change: one difference in several files.  run/gradual.h says which schemas lie between
 * what is and what is desired; here each leads to a file of its own, with its way back and its plan, as if somebody had changed the
 * models that many times.  All are composed before the first is written.
 */
#include <unistd.h>

#include "base/text.h"
#include "command/generation.h"
#include "run/gradual.h"

struct series {
    struct generation *whole;
    const struct list *words;
    struct gradual gradual;
    struct list files;   /* struct generation * */
    struct list replies; /* struct json *: of each */
};

/* What the project does not own is in the trees, but described by nobody. */
static struct tree *described(struct arena *mem, const struct tree *tree, struct kind_set kinds)
{
    struct tree *copy = tree_copy(mem, tree);
    struct list out = {0};
    copy->kinds = kinds;
    for (struct object *o = copy->root; o; o = object_next(copy->root, o))
        if (o->parent && (o->stranger || !kind_set_has(&kinds, o->kind)))
            list_add(mem, &out, o);
    for (int i = out.n - 1; i >= 0; i--)
        object_remove(out.item[i]);
    return copy;
}

static int changes_find(struct series *series, struct generation *file, const struct gradual_step *step,
                        struct tree *before)
{
    const struct diff_input input = {.target = file->session->target,
                                     .before = before,
                                     .after = step->tree,
                                     .renames = series->files.n ? &step->renames : &file->comparison.renames};
    if (series->files.n)
        before->kinds = step->tree->kinds = kind_set_all();
    return diff_trees(file->ctx, &input, &file->comparison.changes);
}

/* A swap is one transaction there and back; what is cleaned up needs no more than a moment, and is made again beside writers. */
static int plans_make(struct series *series, struct generation *file, const struct gradual_step *step, int stage)
{
    struct ctx *ctx = file->ctx;
    struct plan_options options = {.concurrently = request_flag(file->request, "concurrent") && stage < GRADUAL_SWAP,
                                   .lose_attached = request_flag(file->request, "lose_attached"),
                                   .fills = series->files.n ? NULL : &series->gradual.fills};
    TRY(plan_make(ctx, file->session->target, file->comparison.changes, &options, &file->up));
    options.fills = NULL;
    options.concurrently = request_flag(file->request, "concurrent") && stage != GRADUAL_SWAP;
    TRY(way_back_plan(file, &options));
    statements_frame(ctx, file->up, &step->before, &step->after);
    if (file->down)
        statements_frame(ctx, file->down, &step->down_before, &step->down_after);
    return 0;
}

/* Nothing to undo is not the same as what cannot be undone. */
static void nothing_add(struct generation *file)
{
    struct names nothing = {0};
    names_add(file->ctx->mem, &nothing, "SELECT 1");
    if (file->down && !file->down->statements.n)
        statements_frame(file->ctx, file->down, &nothing, &(const struct names){0});
}

static bool all_stand_alone(const struct plan *plan)
{
    for (int i = 0; i < plan->statements.n; i++)
        if (!((const struct statement_out *)plan->statements.item[i])->refuses_transaction)
            return false;
    return plan->statements.n;
}

/* *file is NULL where nothing differs. */
static int file_make(struct series *series, int stage, struct tree *before, struct generation **made)
{
    const struct gradual_step *step = &series->gradual.step[stage];
    struct ctx *ctx = series->whole->ctx;
    struct generation *file = NEW(ctx->mem, struct generation);
    *file = *series->whole;
    *made = NULL;
    file->fills = series->files.n ? (struct list){0} : series->gradual.fills;
    if (series->files.n) {
        file->comparison.events = (struct event_plan){0};
        file->adoption = (struct adoption){0};
    }
    TRY(changes_find(series, file, step, before));
    TRY(plans_make(series, file, step, stage));
    if (!series->files.n)
        frames_add(file);
    if (!file->up->statements.n)
        return 0;
    nothing_add(file);
    file->later = series->files.n;
    file->slug = series->files.n ? step->slug : NULL;
    file->header = names_copy(ctx->mem, &step->header);
    file->stays = step->stays;
    if (stage == GRADUAL_BUILD && all_stand_alone(file->up))
        names_add(ctx->mem, &file->header, "transaction: none");
    *made = file;
    return 0;
}

static int files_make(struct series *series)
{
    struct arena *mem = series->whole->ctx->mem;
    struct tree *before = series->whole->comparison.untouched;
    for (int stage = 0; stage < GRADUAL_STAGES; stage++) {
        struct generation *file;
        struct tree *tree = series->gradual.step[stage].tree, *next = tree_copy(mem, tree);
        TRY(file_make(series, stage, before, &file));
        if (file) {
            file->comparison.written = described(mem, next, series->whole->comparison.written->kinds);
            list_add(mem, &series->files, file);
        }
        before = next;
    }
    if (series->files.n)
        ((struct generation *)series->files.item[series->files.n - 1])->comparison.written =
            series->whole->comparison.written;
    return 0;
}

static int files_compose(struct series *series, struct reply *reply)
{
    struct arena *mem = series->whole->ctx->mem;
    for (int i = 0; i < series->files.n; i++) {
        struct generation *file = series->files.item[i];
        struct list unused = {0};
        struct json *operations = json_array(mem);
        legacy_operations(mem, file->comparison.changes, &unused, operations);
        TRY(file_compose(file, series->words, operations));
        struct reply one = {.json = json_object(mem), .report = reply->report};
        hazards_report(file, &one);
        json_set(mem, one.json, "operations", operations);
        json_set_text(mem, one.json, "upgrade", file->up_text);
        json_set_text(mem, one.json, "rollback", file->down_text);
        reply->report = one.report;
        list_add(mem, &series->replies, one.json);
    }
    return 0;
}

static void files_take_back(const struct series *series, int n)
{
    for (int i = 0; i < n; i++) {
        const struct generation *file = series->files.item[i];
        unlink(file->path);
        unlink(file->plan_path);
    }
}

static int files_put(struct series *series, struct reply *reply)
{
    struct arena *mem = series->whole->ctx->mem;
    struct json *steps = json_array(mem);
    for (int i = 0; i < series->files.n; i++) {
        struct generation *file = series->files.item[i];
        int code = file_put(file, reply);
        if (code < 0) {
            files_take_back(series, i + 1);
            return code;
        }
        json_set_text(mem, series->replies.item[i], "file", file->path);
        json_set_text(mem, series->replies.item[i], "plan_file", file->plan_path);
        json_add(mem, steps, series->replies.item[i]);
    }
    json_set(mem, reply->json, "steps", steps);
    return 0;
}

static void tell(const struct series *series)
{
    struct ctx *ctx = series->whole->ctx;
    const struct gradual *gradual = &series->gradual;
    for (int i = 0; i < gradual->direct.n; i++)
        emit_warning(ctx, "changed in one step: %s", gradual->direct.item[i]);
    for (int i = 0; i < gradual->told.n; i++)
        emit_warning(ctx, "%s", gradual->told.item[i]);
}

static int plans_show(const struct series *series, struct reply *reply)
{
    struct arena *mem = series->whole->ctx->mem;
    struct json *steps = json_array(mem), *all = json_object(mem);
    for (int i = 0; i < series->files.n; i++)
        json_add(mem, steps, ((const struct generation *)series->files.item[i])->plan);
    json_set(mem, all, "steps", steps);
    reply->json = all;
    report_raw(&reply->report, json_text(mem, all, JSON_INDENTED));
    return 0;
}

int gradually(struct generation *whole, const struct list *words, struct reply *reply, bool *done)
{
    struct series series = {.whole = whole, .words = words};
    const struct target *target = whole->session->target;
    const struct gradual_wish wish = {.types_only = !request_flag(whole->request, "safe"), .fills = &whole->fills};
    *done = false;
    if (!target->dialect->gradual) {
        emit_info(
            whole->ctx, "%s",
            target->dialect->transactional_ddl
                ? "on this engine a file is one transaction that nobody sees half done, so it is not written in steps"
                : "changes in steps are written for PostgreSQL only, so far: this is the change as it is");
        return 0;
    }
    TRY(gradual_make(whole->ctx, target, whole->comparison.changes, &wish, &series.gradual));
    tell(&series);
    if (!series.gradual.eased)
        return 0;
    *done = true;
    TRY(files_make(&series));
    TRY(files_compose(&series, reply));
    return request_flag(whole->request, "plan") ? plans_show(&series, reply) : files_put(&series, reply);
}
