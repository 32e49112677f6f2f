/*
 * From changes to steps that the engine can do: a fixpoint over the dependency graph and the engine's table of effects.
 * A step is looked up once for its object and once for every edge that leads to it; what it brings along is a step again
 * and looked up in its turn.  Everything is replaced at most once, so it ends.
 */
#include <string.h>

#include "dialect/effect.h"
#include "diff/compare.h"
#include "diff/graph.h"
#include "diff/step.h"

struct run {
    struct planner *planner;
    struct list queue;   /* struct change *: steps to look at */
    struct list rebuilt; /* struct object *: tables of the desired tree */
    struct list related; /* struct change *: two at a time, those that are one step */
};

/* ---- the table ---- */

static bool row_fits(const struct planner *planner, const struct effect_row *row, const struct change *change,
                     const struct object *dependent)
{
    const struct effect_case effect = {.mem = planner->mem,
                                       .target = planner->target,
                                       .change = change,
                                       .dependent = dependent,
                                       .changes = planner->source,
                                       .fills = planner->fills,
                                       .rebuild = planner->rebuild};
    struct arena_mark mark = arena_save(planner->mem);
    bool fits = !row->when || row->when(&effect);
    arena_rewind(planner->mem, mark);
    return fits;
}

static bool row_is_about(const struct effect_row *row, const struct change *change, int field)
{
    return row->kind == change->kind && row->on & 1u << change->op && (row->field == ANY_FIELD || row->field == field);
}

const struct effect_row *effect_of_field(const struct planner *planner, const struct change *change, int field)
{
    for (const struct effect_row *row = planner->target->dialect->effects; row->on; row++)
        if (row->dependent == ITSELF && row_is_about(row, change, field) && row_fits(planner, row, change, NULL))
            return row;
    return NULL;
}

static bool row_changes(const struct effect_row *row, const struct change *change)
{
    return row->field == ANY_FIELD || change->op != CHANGE_ALTER || change_has(change, row->field);
}

static const struct effect_row *effect_from(const struct planner *planner, const struct effect_row *row,
                                            const struct change *change, const struct edge *edge)
{
    for (; row->on; row++)
        if (row->dependent == (int)edge->from->kind && row->kind == change->kind && row->on & 1u << change->op &&
            row_changes(row, change) && (row->by == ANY_FIELD || row->on_inherit || row->by == edge->field) &&
            row->on_inherit == (edge->how == EDGE_INHERITS) && row_fits(planner, row, change, edge->from))
            return row;
    return NULL;
}

/* A row TOGETHER is read by related_find() alone. */
static const struct effect_row *effect_beside(const struct planner *planner, const struct effect_row *row,
                                              const struct change *change, const struct edge *edge)
{
    while (row && row->effect == EFFECT_TOGETHER)
        row = effect_from(planner, row + 1, change, edge);
    return row;
}

const struct effect_row *effect_on(const struct planner *planner, const struct change *change, const struct edge *edge)
{
    return effect_from(planner, planner->target->dialect->effects, change, edge);
}

/* ---- steps ---- */

/* Is a step about all that hangs on its object too? */
static bool covers(const struct change *step)
{
    bool alone = kind_table[step->kind].marks & KIND_NAMESPACE; /* what lies in a schema comes and goes by itself */
    return !alone &&
           (step->op == CHANGE_CREATE || step->op == CHANGE_DROP || step->op == CHANGE_REBUILD || step->whole);
}

static struct change *step_add(struct run *run, enum change_op op, struct object *before, struct object *after)
{
    struct planner *planner = run->planner;
    struct change *step = change_add(planner->mem, planner->out, op, before, after);
    if (before)
        before->unmade = step;
    if (after)
        after->made = step;
    list_add(planner->mem, &run->queue, step);
    return step;
}

static bool takes_away(const struct change *step)
{
    return step && step->op == CHANGE_DROP;
}

/* What hangs on a replaced object goes with it and has to be made again. */
static void children_return(struct run *run, struct object *before)
{
    for (int i = 0; i < before->children.n; i++) {
        struct object *child = before->children.item[i];
        if (!child->peer || kind_table[child->kind].marks & KIND_PART)
            continue;
        if (!child->unmade) {
            struct change *step = step_add(run, CHANGE_CREATE, NULL, child->peer);
            step->replaced = step->makes_room = true;
        } else if (!takes_away(child->unmade)) {
            struct change *step = child->unmade;
            *step = (struct change){
                .op = CHANGE_CREATE, .kind = step->kind, .after = step->after, .replaced = true, .makes_room = true};
            child->unmade = NULL;
            list_add(run->planner->mem, &run->queue, step);
        }
        children_return(run, child);
    }
}

/* `before` survives, but not as it is: it goes and comes back. An ALTER of it becomes the DROP. */
static void replace_ensure(struct run *run, struct object *before)
{
    struct object *after = before->peer;
    if (!after || takes_away(step_unmaking(before)))
        return;
    struct change *drop = before->unmade;
    if (drop) {
        *drop = (struct change){.op = CHANGE_DROP, .kind = before->kind, .before = before};
        list_add(run->planner->mem, &run->queue, drop);
    } else
        drop = step_add(run, CHANGE_DROP, before, NULL);
    drop->replaced = true;
    step_add(run, CHANGE_CREATE, NULL, after)->replaced = true;
    children_return(run, before);
}

static void follow_ensure(struct run *run, struct object *before, int field)
{
    struct change *step = before->unmade;
    if (!before->peer || takes_away(step_unmaking(before)) || (step && change_has(step, field)))
        return;
    if (!step)
        step = step_add(run, CHANGE_ALTER, before, before->peer);
    else
        list_add(run->planner->mem, &run->queue, step);
    step->fields[field / 64] |= UINT64_C(1) << (field % 64);
}

/* As replace_ensure(), because another step needs it; that may be so of what is replaced for its own sake too. */
static void room_ensure(struct run *run, struct object *before)
{
    replace_ensure(run, before);
    if (before->unmade)
        before->unmade->makes_room = true;
    if (before->peer && before->peer->made)
        before->peer->made->makes_room = true;
}

static void rebuild_ensure(struct run *run, const struct change *step)
{
    struct object *table = object_whole(step->after ? step->after : step->before);
    while (table && !(kind_table[table->kind].marks & KIND_HOLDS_ROWS))
        table = table->parent;
    if (table && !step->after)
        table = table->peer;
    if (!table || !table->peer)
        return;
    for (int i = 0; i < run->rebuilt.n; i++)
        if (run->rebuilt.item[i] == table)
            return;
    list_add(run->planner->mem, &run->rebuilt, table);
}

/* ---- one step ---- */

static int refuse(const struct run *run, const struct change *step, const struct object *dependent,
                  const struct effect_row *row)
{
    struct ctx *ctx = run->planner->ctx;
    const char *path = object_path(ctx->mem, change_object(step));
    if (dependent)
        path = arena_printf(ctx->mem, "%s: %s", path, object_path(ctx->mem, dependent));
    fail(ctx, ERR_UNSUPPORTED, "%s: %s", path, row->reason);
    return fail_hint(ctx, "%s", row->hint);
}

static enum effect effect_unsaid(const struct run *run, const struct change *step, int field)
{
    const struct render_kind *render = &run->planner->target->dialect->render[step->kind];
    if (step->op != CHANGE_ALTER)
        return EFFECT_NONE;
    bool replaces = field == FIELD_PARTS || kind_table[step->kind].field[field].marks & FIELD_REPLACE;
    return replaces || !render->alter ? EFFECT_REPLACE : EFFECT_NONE;
}

/* The widest effect of the fields that differ; of a CREATE or DROP, of the change as such. */
static int own_effect(const struct run *run, const struct change *step, enum effect *widest)
{
    *widest = EFFECT_NONE;
    for (int i = step->op == CHANGE_ALTER ? 0 : ANY_FIELD; i < FIELD_LIMIT; i++) {
        if (i != ANY_FIELD && !change_has(step, i))
            continue;
        const struct effect_row *row = effect_of_field(run->planner, step, i);
        enum effect effect = row ? row->effect : effect_unsaid(run, step, i);
        if (effect == EFFECT_REFUSE)
            return refuse(run, step, NULL, row);
        if (effect > *widest)
            *widest = effect;
        if (i == ANY_FIELD)
            break;
    }
    return 0;
}

/* Do both tables stand before and after, and the one inherits from the other all the time? */
static bool keeps_inheriting(const struct object *child, const struct object *parent)
{
    const struct object *other = child->parent->peer;
    for (const struct edge *edge = other ? other->needs : NULL; edge; edge = edge->next_need)
        if (edge->to == parent->parent->peer)
            return true;
    return false;
}

static int dependents_apply(struct run *run, const struct change *step, const struct object *object);

/* What rests on a thing that the engine makes again by itself sees it go and come. */
static int remade(struct run *run, struct object *object)
{
    const struct change gone = {.op = CHANGE_DROP, .kind = object->kind, .before = object, .replaced = true};
    return dependents_apply(run, &gone, object);
}

/* The row after one of which something follows: another field may follow another. */
static const struct effect_row *next_followed(const struct planner *planner, const struct effect_row *row,
                                              const struct change *step, const struct edge *edge)
{
    do {
        row = effect_from(planner, row + 1, step, edge);
    } while (row && row->effect != EFFECT_FOLLOW);
    return row;
}

static bool has_origin(const struct object *column)
{
    for (const struct edge *edge = column->needs; edge; edge = edge->next_need)
        if (edge->how == EDGE_INHERITS)
            return true;
    return false;
}

static struct change *rename_of(const struct run *run, const struct object *object)
{
    const struct list *steps = &run->planner->out->list;
    for (int i = 0; i < steps->n; i++) {
        struct change *step = steps->item[i];
        if (step->op == CHANGE_RENAME && step_renamed(run->planner, step) == object)
            return step;
    }
    return NULL;
}

/* The step that does to `object` what `step` does by reason of `row`; NULL: none. */
static struct change *step_like(const struct run *run, const struct change *step, const struct object *object,
                                const struct effect_row *row)
{
    struct change *own = step->op == CHANGE_RENAME ? rename_of(run, object) : object->unmade;
    if (!own || own->op != step->op)
        return NULL;
    bool same = step->op == CHANGE_RENAME
                    ? compare_name(run->planner->mem, run->planner->target, own->after->name, step->after->name)
                    : change_has(own, row->field);
    return same ? own : NULL;
}

/* The other origins of an inherited column change in the same way. */
static int related_find(struct run *run, const struct change *step, const struct edge *edge,
                        const struct effect_row *row)
{
    for (const struct edge *other = edge->from->needs; other; other = other->next_need) {
        if (other->how != EDGE_INHERITS || other->to == edge->to || has_origin(other->to) || has_origin(edge->to))
            continue;
        struct change *own = step_like(run, step, other->to, row);
        if (!own)
            return refuse(run, step, edge->from, row);
        list_add(run->planner->mem, &run->related, (void *)(uintptr_t)step);
        list_add(run->planner->mem, &run->related, own);
    }
    return 0;
}

static int dependent_apply(struct run *run, const struct change *step, const struct edge *edge)
{
    const struct planner *planner = run->planner;
    const struct effect_row *row = effect_on(planner, step, edge);
    if (!row || (row->on_inherit && !keeps_inheriting(edge->from, edge->to)))
        return 0;
    struct object *dependent = object_whole(edge->from);
    if (row->effect == EFFECT_TOGETHER)
        TRY(related_find(run, step, edge, row));
    row = effect_beside(planner, row, step, edge);
    if (!row)
        return 0;
    switch (row->effect) {
    case EFFECT_REPLACE: room_ensure(run, dependent); break;
    case EFFECT_FOLLOW:
        for (; row; row = next_followed(planner, row, step, edge))
            follow_ensure(run, dependent, row->by == ANY_FIELD ? edge->field : row->by);
        break;
    case EFFECT_REMADE: return remade(run, dependent);
    case EFFECT_REFUSE: return dependent->peer ? refuse(run, step, dependent, row) : 0;
    case EFFECT_NONE:
    case EFFECT_LOOSE:
    case EFFECT_ABSORB:
    case EFFECT_TOGETHER:
    case EFFECT_REBUILD: break;
    }
    return 0;
}

static int dependents_apply(struct run *run, const struct change *step, const struct object *object)
{
    for (const struct edge *edge = object->needed; edge; edge = edge->next_needed)
        TRY(dependent_apply(run, step, edge));
    return 0;
}

const struct object *step_renamed(const struct planner *planner, const struct change *step)
{
    const struct object *root = step->renamed;
    while (root && root->parent)
        root = root->parent;
    return root && root != planner->source->before->root ? step->renamed->peer : step->renamed;
}

static int step_apply(struct run *run, struct change *step)
{
    enum effect effect = EFFECT_NONE;
    TRY(own_effect(run, step, &effect));
    if (effect == EFFECT_REBUILD)
        rebuild_ensure(run, step);
    else if (effect == EFFECT_REPLACE && step->op == CHANGE_ALTER) {
        replace_ensure(run, step->before); /* the step is the DROP now, and in the queue again */
        return 0;
    }
    const struct object *before = step->op == CHANGE_RENAME ? step_renamed(run->planner, step) : step->before;
    return before ? dependents_apply(run, step, before) : 0;
}

/* ---- afterwards ---- */

static bool has_fields(const struct change *step)
{
    for (int i = 0; i < SAID_WORDS; i++)
        if (step->fields[i])
            return true;
    return false;
}

static bool row_absorbs(const struct run *run, const struct change *step, const struct edge *edge, int field)
{
    struct change part = *step;
    memset(part.fields, 0, sizeof part.fields);
    if (field != ANY_FIELD)
        part.fields[field / 64] = UINT64_C(1) << (field % 64);
    const struct effect_row *row = effect_beside(run->planner, effect_on(run->planner, &part, edge), &part, edge);
    return row && (row->effect == EFFECT_ABSORB || (row->effect == EFFECT_FOLLOW && row->by != field));
}

/* What the engine does to `edge->from` by itself with the step of `edge->to` is not a step of its own. */
static void absorb(struct run *run, const struct edge *edge, struct change *step, struct change *own)
{
    if (!step || step == own || step->op != own->op || !keeps_inheriting(edge->from, edge->to))
        return;
    if (own->op != CHANGE_ALTER) {
        if (!row_absorbs(run, step, edge, ANY_FIELD))
            return;
        own->phase = STEP_GONE;
        list_add(run->planner->mem, &step->absorbed, own);
        return;
    }
    for (int i = 0; i < kind_table[own->kind].fields; i++)
        if (change_has(step, i) && row_absorbs(run, step, edge, i))
            own->fields[i / 64] &= ~(UINT64_C(1) << (i % 64));
    if (!has_fields(own))
        own->phase = STEP_GONE;
}

static void absorb_all(struct run *run, const struct tree *tree, bool making)
{
    for (struct object *o = tree->root; o; o = object_next(tree->root, o))
        for (const struct edge *edge = o->needs; edge; edge = edge->next_need) {
            struct change *own = making ? o->made : o->unmade;
            struct change *step = making ? edge->to->made : edge->to->unmade;
            if (edge->how == EDGE_INHERITS && own && making == (own->op == CHANGE_CREATE))
                absorb(run, edge, step, own);
        }
}

/* The one step that is left of both does all; who waits for the other waits for it. */
static void steps_unite(struct run *run, struct change *leader, struct change *step)
{
    struct list joining = step->absorbed;
    step->absorbed = (struct list){0};
    list_add(run->planner->mem, &joining, step);
    for (int i = 0; i < joining.n; i++) {
        struct change *one = joining.item[i];
        list_add(run->planner->mem, &leader->absorbed, one);
        one->led = leader;
        if (one->op != CHANGE_RENAME)
            one->before->unmade = one->after->made = leader;
    }
}

static struct change *leader_of(struct change *step)
{
    return step->led ? step->led : step;
}

static void related_unite(struct run *run)
{
    for (int i = 0; i + 1 < run->related.n; i += 2) {
        struct change *leader = leader_of(run->related.item[i]), *other = leader_of(run->related.item[i + 1]);
        if (leader != other)
            steps_unite(run, leader, other);
    }
}

static void step_finish(struct run *run, struct change *step, const struct effect_row *row, int field)
{
    struct planner *planner = run->planner;
    if (!step->finish) {
        step->finish = NEW(planner->mem, struct change);
        *step->finish = (struct change){.op = CHANGE_FINISH,
                                        .kind = step->kind,
                                        .before = step->before,
                                        .after = step->after,
                                        .phase = row->finish};
        list_add(planner->mem, &planner->out->list, step->finish);
    }
    if (field >= 0)
        step->finish->fields[field / 64] |= UINT64_C(1) << (field % 64);
}

/* A field in a phase of its own leaves the step that it was found in. */
static struct change *step_split(struct run *run, struct change *step, const struct effect_row *row, int field)
{
    struct planner *planner = run->planner;
    uint64_t bit = UINT64_C(1) << (field % 64);
    struct change *own = NEW(planner->mem, struct change);
    *own = (struct change){.op = step->op,
                           .kind = step->kind,
                           .before = step->before,
                           .after = step->after,
                           .phase = row->phase,
                           .whole = row->whole,
                           .backwards = row->backwards};
    own->fields[field / 64] = bit;
    step->fields[field / 64] &= ~bit;
    list_add(planner->mem, &planner->out->list, own);
    if (row->whole || !has_fields(step)) {
        step->before->unmade = own;
        step->after->made = own;
    }
    return own;
}

static void step_phase(struct run *run, struct change *step)
{
    bool alters = step->op == CHANGE_ALTER;
    if (!alters && step->op != CHANGE_CREATE)
        return;
    for (int i = 0; i < kind_table[step->kind].fields; i++) {
        if (alters ? !change_has(step, i) : !object_says(step->after, i))
            continue;
        const struct effect_row *row = effect_of_field(run->planner, step, i);
        struct change *own = step;
        if (row && row->phase && alters)
            own = step_split(run, step, row, i);
        else if (row && row->phase)
            step->phase = row->phase;
        if (row && row->finish)
            step_finish(run, own, row, i);
    }
    if (alters && !has_fields(step))
        step->phase = STEP_GONE;
}

static void rebuilds_merge(struct run *run)
{
    struct list *list = &run->planner->out->list;
    for (int i = 0; i < run->rebuilt.n; i++) {
        struct object *table = run->rebuilt.item[i];
        struct object *sides[] = {table, table->peer};
        for (int k = 0; k < list->n; k++) {
            struct change *step = list->item[k];
            if (step->op != CHANGE_RENAME &&
                (object_within(step->before, table->peer) || object_within(step->after, table)))
                step->phase = STEP_GONE;
        }
        for (int side = 0; side < 2; side++)
            for (struct object *o = sides[side]; o; o = object_next(sides[side], o))
                o->made = o->unmade = NULL;
        step_add(run, CHANGE_REBUILD, table->peer, table);
    }
}

/* A DROP of what goes by itself with the thing that holds it. */
static bool is_implied(const struct change *step)
{
    const struct change *around = step->op == CHANGE_DROP ? step_unmaking(step->before->parent) : NULL;
    return takes_away(around) && covers(around);
}

static void gone_remove(struct changes *steps)
{
    int kept = 0;
    for (int i = 0; i < steps->list.n; i++) {
        struct change *step = steps->list.item[i];
        if (step->phase != STEP_GONE && !is_implied(step)) {
            steps->list.item[kept++] = step;
            continue;
        }
        if (step->before && step->before->unmade == step)
            step->before->unmade = NULL;
        if (step->after && step->after->made == step)
            step->after->made = NULL;
    }
    steps->list.n = kept;
}

static void marks_clear(const struct tree *tree)
{
    for (struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        o->made = o->unmade = NULL;
        o->apart = o->renamed = false;
    }
}

/* The name that a RENAME gives, or takes back: the one that the tree has, or `other` the one that it does not have. */
static const char *rename_side(const struct planner *planner, const struct change *rename, bool other)
{
    return (planner->source->reversed != other ? rename->before : rename->after)->name;
}

static void renamed_mark(const struct change *rename, bool renamed)
{
    rename->renamed->renamed = renamed;
    if (rename->renamed->peer)
        rename->renamed->peer->renamed = renamed;
}

static void source_copy(struct run *run, const struct changes *source)
{
    for (int i = 0; i < source->list.n; i++) {
        const struct change *change = source->list.item[i];
        struct change *step = NEW(run->planner->mem, struct change);
        *step = *change;
        list_add(run->planner->mem, &run->planner->out->list, step);
        list_add(run->planner->mem, &run->queue, step);
        if (step->op == CHANGE_RENAME) { /* its sides are names only */
            step->renamed->name = rename_side(run->planner, step, false);
            renamed_mark(step, true);
            continue;
        }
        if (step->before)
            step->before->unmade = step;
        if (step->after)
            step->after->made = step;
    }
}

/* What goes and comes back goes by its old name and comes by the new one; nothing else says the name of such a thing. */
static void renames_absorb(struct run *run)
{
    const struct changes *steps = run->planner->out;
    for (int i = 0; i < steps->list.n; i++) {
        struct change *step = steps->list.item[i];
        if (step->op != CHANGE_RENAME || !kind_is(step->kind, KIND_NAME_MADE | KIND_CONTENT))
            continue;
        const struct object *before = step_renamed(run->planner, step);
        if (!before || !before->peer || !takes_away(step_unmaking(before)) || !step_making(before->peer))
            continue;
        step->renamed->name = rename_side(run->planner, step, true);
        renamed_mark(step, false);
        step->phase = STEP_GONE;
    }
}

int effects_apply(struct planner *planner)
{
    const struct changes *source = planner->source;
    struct run run = {.planner = planner};
    planner->out = NEW(planner->mem, struct changes);
    *planner->out = (struct changes){.before = source->before, .after = source->after, .reversed = source->reversed};
    marks_clear(source->before);
    marks_clear(source->after);
    source_copy(&run, source);
    for (int i = 0; i < run.queue.n; i++)
        TRY(step_apply(&run, run.queue.item[i]));
    rebuilds_merge(&run);
    gone_remove(planner->out);
    absorb_all(&run, source->before, false);
    absorb_all(&run, source->after, true);
    gone_remove(planner->out);
    related_unite(&run);
    renames_absorb(&run);
    for (int i = 0, n = planner->out->list.n; i < n; i++)
        step_phase(&run, planner->out->list.item[i]);
    gone_remove(planner->out);
    return 0;
}

struct change *step_making(const struct object *object)
{
    for (const struct object *o = object; o; o = o->parent)
        if (o->made)
            return o == object || covers(o->made) ? o->made : NULL;
    return NULL;
}

struct change *step_unmaking(const struct object *object)
{
    for (const struct object *o = object; o; o = o->parent)
        if (o->unmade)
            return o == object || covers(o->unmade) ? o->unmade : NULL;
    return NULL;
}
