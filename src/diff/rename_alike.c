/*
 * Guesses at renames of schemas that hold the same names, and of what is neither a table nor a column: of two that are the same but for the name, one would be dropped and
 * one made.  Only where exactly one goes and one comes that are alike, and where the engine can rename: what it makes anew loses
 * nothing, or it is renamed without asking (match.c).
 */
#include "base/text.h"
#include "diff/compare.h"
#include "diff/rename.h"
#include "diff/rename_carry.h"
#include "diff/rename_object.h"

struct guesser {
    struct arena *mem;
    const struct diff_input *input;
    struct list *guesses;
    const struct object *before; /* the holders whose children are looked at */
    const struct object *after;
    const char *table; /* what the desired one is called, if it is no schema */
    enum kind kind;
};

/* Does a decided rename say what becomes of this name, or where it comes from? */
static bool is_decided(const struct guesser *guesser, const char *name, bool old)
{
    const struct list *renames = guesser->input->renames;
    const char *schema = guesser->table ? object_schema(guesser->after) : guesser->after->name;
    for (int i = 0; renames && i < renames->n; i++) {
        const struct rename *rename = renames->item[i];
        if (rename->kind == guesser->kind && text_equal(rename->schema, schema) &&
            text_equal(rename->table, guesser->table) && text_equal(old ? rename->from : rename->to, name))
            return true;
    }
    return false;
}

/* What only this side has, and would come, or be dropped. */
static struct list only_in(const struct guesser *guesser, bool old)
{
    const struct object *own = old ? guesser->before : guesser->after, *other = old ? guesser->after : guesser->before;
    struct list found = {0};
    for (int i = 0; i < own->children.n; i++) {
        struct object *child = own->children.item[i];
        bool same = child->kind == guesser->kind && child->name && object_child(other, child->kind, child->name) &&
                    !is_decided(guesser, child->name, !old);
        if (child->kind == guesser->kind && child->name && !child->name_invented && !same &&
            !(old && child->stranger) && !is_decided(guesser, child->name, old))
            list_add(guesser->mem, &found, child);
    }
    return found;
}

static bool has_alike(const struct guesser *guesser, const struct object *parent, const struct object *child)
{
    for (int i = 0; i < parent->children.n; i++) {
        const struct object *other = parent->children.item[i];
        bool named = kind_is(child->kind, KIND_CONTENT | KIND_NAME_MADE | KIND_PART) ||
                     compare_name(guesser->mem, guesser->input->target, other->name, child->name);
        if (other->kind == child->kind && named && diff_equal(guesser->mem, guesser->input->target, other, child, NULL))
            return true;
    }
    return false;
}

/* As the old one would read under the new name. */
static bool is_alike(const struct guesser *guesser, const struct object *old, const struct object *new)
{
    const struct carrier carrier = {.mem = guesser->mem, .target = guesser->input->target};
    struct object *copy = object_copy(guesser->mem, old, NULL);
    const struct renamed renamed = {copy, new->name, NULL};
    if (!rename_takes_same(old->name, new->name) || old->children.n != new->children.n)
        return false;
    own_name_carry(&carrier, &renamed);
    if (!diff_equal(guesser->mem, guesser->input->target, copy, new, NULL))
        return false;
    for (int i = 0; i < new->children.n; i++)
        if (!has_alike(guesser, old, new->children.item[i]))
            return false;
    return true;
}

/* The only one of those that is like it; NULL. */
static struct object *alike_in(const struct guesser *guesser, const struct list *list, const struct object *object,
                               bool old)
{
    struct object *found = NULL;
    for (int i = 0; i < list->n; i++) {
        struct object *other = list->item[i];
        if (!(old ? is_alike(guesser, other, object) : is_alike(guesser, object, other)))
            continue;
        if (found)
            return NULL;
        found = other;
    }
    return found;
}

static void guess_add(const struct guesser *guesser, const char *from, const char *to)
{
    const char *schema = guesser->table ? object_schema(guesser->after) : guesser->after->name;
    struct rename *rename = NEW(guesser->mem, struct rename);
    *rename = (struct rename){.kind = guesser->kind,
                              .schema = schema,
                              .title = *schema ? schema : NULL,
                              .table = guesser->table,
                              .from = from,
                              .to = to,
                              .percent = 100};
    list_add(guesser->mem, guesser->guesses, rename);
}

static void alike_guess(const struct guesser *guesser)
{
    const struct list gone = only_in(guesser, true), come = only_in(guesser, false);
    for (int i = 0; i < gone.n; i++) {
        const struct object *old = gone.item[i], *new = alike_in(guesser, &come, old, false);
        if (new &&alike_in(guesser, &gone, new, true) == old)
            guess_add(guesser, old->name, new->name);
    }
}

/* One of a list that stands where another stood. */
static void entry_guess(const struct guesser *guesser)
{
    const struct names *before = object_entries(guesser->before), *after = object_entries(guesser->after);
    int at = -1;
    for (int i = 0; before && after && before->n == after->n && i < before->n; i++) {
        if (text_equal(before->item[i], after->item[i]))
            continue;
        if (at >= 0)
            return;
        at = i;
    }
    if (at < 0 || names_have(after, before->item[at]) || names_have(before, after->item[at]))
        return;
    if (!is_decided(guesser, before->item[at], true) && !is_decided(guesser, after->item[at], false))
        guess_add(guesser, before->item[at], after->item[at]);
}

/* Where a decided rename gave it its name; else by its name. */
static const struct object *holder_before(const struct guesser *guesser, const struct object *after)
{
    const struct list *renames = guesser->input->renames;
    for (int i = 0; renames && i < renames->n; i++) {
        const struct rename *rename = renames->item[i];
        bool kind = rename->kind ? rename->kind == after->kind : kind_is(after->kind, KIND_HOLDS_ROWS);
        if (kind && !rename->table && text_equal(rename->schema, guesser->after->name) &&
            text_equal(rename->to, after->name))
            return object_child(guesser->before, after->kind, rename->from);
    }
    return after->name ? object_child(guesser->before, after->kind, after->name) : NULL;
}

static void children_guess(struct guesser guesser)
{
    const struct render_kind *render = guesser.input->target->dialect->render;
    for (int kind = 1; render && kind < KIND_COUNT; kind++) {
        unsigned unasked =
            KIND_HOLDS_ROWS | KIND_IS_COLUMN | KIND_NAMESPACE | KIND_NAME_MADE | KIND_CONTENT | KIND_SINGLE;
        guesser.kind = (enum kind)kind;
        if (!render[kind].rename || !kind_fits(guesser.kind, guesser.after->kind) || kind_is(guesser.kind, unasked))
            continue;
        if (kind_is(guesser.kind, KIND_LISTED))
            entry_guess(&guesser);
        else
            alike_guess(&guesser);
    }
}

void objects_guess(struct ctx *ctx, const struct diff_input *input, const struct object *before,
                   const struct object *after, struct list *guesses)
{
    const struct guesser guesser = {
        .mem = ctx->mem, .input = input, .guesses = guesses, .before = before, .after = after};
    children_guess(guesser);
    for (int i = 0; i < after->children.n; i++) {
        struct guesser inner = guesser;
        inner.after = after->children.item[i];
        inner.before = holder_before(&guesser, inner.after);
        inner.table = inner.after->name;
        if (inner.before && inner.table && !inner.before->stranger)
            children_guess(inner);
    }
}

/* How many of the objects in the one are in the other, in per cent of the larger one. */
static int schemas_alike(const struct object *old, const struct object *new)
{
    int same = 0, most = old->children.n > new->children.n ? old->children.n : new->children.n;
    for (int i = 0; i < new->children.n; i++) {
        const struct object *child = new->children.item[i];
        same += child->name && object_child(old, child->kind, child->name);
    }
    return most ? same * 100 / most : 0;
}

static bool is_guessed(const struct list *guesses, const struct object *new)
{
    for (int i = 0; i < guesses->n; i++) {
        const struct rename *guess = guesses->item[i];
        if (guess->kind == new->kind && text_equal(guess->to, new->name))
            return true;
    }
    return false;
}

void schemas_guess(struct ctx *ctx, const struct diff_input *input, struct list *guesses)
{
    enum { LIKENESS = 60 };
    const struct object *before = input->before->root, *after = input->after->root;
    const struct render_kind *render = input->target->dialect->render;
    for (int i = 0; i < before->children.n; i++) {
        const struct object *old = before->children.item[i], *found = NULL;
        int best = LIKENESS - 1;
        bool goes = *old->name && !old->stranger && !object_child(after, old->kind, old->name);
        for (int k = 0; goes && render && render[old->kind].rename && k < after->children.n; k++) {
            const struct object *new = after->children.item[k];
            bool comes = *new->name && !object_child(before, new->kind, new->name) && !is_guessed(guesses, new);
            if (!comes || schemas_alike(old, new) <= best)
                continue;
            best = schemas_alike(old, new);
            found = new;
        }
        if (!found)
            continue;
        struct rename *rename = NEW(ctx->mem, struct rename);
        *rename = (struct rename){.kind = old->kind, .from = old->name, .to = found->name, .percent = best};
        list_add(ctx->mem, guesses, rename);
    }
}
