/*
 * Changes that would go wrong because of something that no kind models: an object that only changes its kind must not
 * be dropped, and one that cannot be written whole must not be written as something else.  One sentence, and nothing
 * is planned.
 */
#include "schema/unmodelled.h"
#include "base/map.h"
#include "base/text.h"
#include "diff/spaces.h"
#include "diff/step.h"

static const char by_hand[] =
    "Write this change by hand (\"dbwarden new\" makes the file); afterwards both sides agree.";

static const char *hint_for(const struct unmodelled *one)
{
    return !unmodelled_has_secrets(one)
               ? by_hand
               : "An option of it looks like a secret, so it stays yours: make or change it by hand, and describe it here "
                 "either with that option or not at all.";
}

const char lose_attached_hint[] =
    "With --lose-attached the migration is written all the same; add to it by hand what has to come back.";

static int drop_check(struct ctx *ctx, const struct changes *changes, const struct object *object)
{
    const struct unmodelled *instead = unmodelled_instead(changes->after, object);
    if (instead) {
        fail(ctx, ERR_UNSUPPORTED, "%s would be dropped, but it is wanted as %s, which is not managed yet",
             object_path(ctx->mem, object), unmodelled_text(ctx->mem, instead));
        return fail_hint(ctx, "%s", hint_for(instead));
    }
    const struct list lost = unmodelled_on(ctx->mem, changes->before, object);
    for (int i = 0; i < lost.n; i++) {
        const struct unmodelled *one = lost.item[i];
        if (!one->on || text_equal(one->kind, "partition")) {
            fail(ctx, ERR_UNSUPPORTED, "%s cannot be dropped: %s would go with it, and is not managed yet",
                 object_path(ctx->mem, object), unmodelled_text(ctx->mem, one));
            return fail_hint(ctx, by_hand);
        }
    }
    return 0;
}

static int name_check(struct ctx *ctx, const struct changes *changes, const struct object *object)
{
    const struct unmodelled *instead = unmodelled_instead(changes->before, object);
    if (!instead)
        return 0;
    fail(ctx, ERR_UNSUPPORTED, "%s cannot be created: the database has its name as %s, which is not managed yet",
         object_path(ctx->mem, object), unmodelled_text(ctx->mem, instead));
    return fail_hint(ctx, "%s", hint_for(instead));
}

static int whole_check(struct ctx *ctx, const struct changes *changes, const struct object *object)
{
    const struct unmodelled *property = unmodelled_in_create(changes->after, object);
    if (!property)
        return 0;
    fail(ctx, ERR_UNSUPPORTED, "%s cannot be written as it is wanted: %s is not managed yet",
         object_path(ctx->mem, object), unmodelled_text(ctx->mem, property));
    return fail_hint(ctx, by_hand);
}

static void hazard_add(struct ctx *ctx, const struct change *change, const char *text, struct list *hazards)
{
    struct hazard *hazard = NEW(ctx->mem, struct hazard);
    *hazard = (struct hazard){.code = "loses-attached", .text = text, .change = change};
    list_add(ctx->mem, hazards, hazard);
}

static bool is_of(const struct held *held, const struct object *object)
{
    const struct object *top = object;
    if (kind_is(object->kind, KIND_IS_COLUMN))
        top = object->parent;
    bool whole = top == object, named = kind_is(top->kind, KIND_IS_TYPE | KIND_RELATION | KIND_WIDE);
    return named && text_equal(held->what.name, top->name) && text_equal(held->what.schema, object_schema(top)) &&
           top->parent && kind_is(top->parent->kind, KIND_NAMESPACE) &&
           (whole ? !held->goes_along : text_equal(held->what.part, object->name));
}

/* What refuses, or what falls. */
static struct names holders_of(struct arena *mem, const struct tree *live, const struct object *object, bool falls)
{
    struct names holders = {0};
    for (int i = 0; i < live->held.n; i++) {
        const struct held *held = live->held.item[i];
        if (held->falls == falls && is_of(held, object) && !names_have(&holders, held->by))
            names_add(mem, &holders, held->by);
    }
    return holders;
}

/* What hangs on a part of something that is dropped is named with the whole. */
static bool is_dropped_itself(const struct change *change)
{
    return change->op == CHANGE_DROP && change->before->parent && change->before->parent->peer;
}

/* ---- what hangs on what the engine made along with an object: the grants on a serial's sequence ---- */

static bool has_value(const struct object *object, int field)
{
    enum field_type type = kind_table[object->kind].field[field].type;
    const void *value = object_field(object, field);
    return type == FIELD_FLAG ? *(const bool *)value : *(const char *const *)value != NULL;
}

/* Did a field make something before that it does not make afterwards? */
static bool unmakes(const struct change *change)
{
    const struct kind_info *info = &kind_table[change->kind];
    for (int i = 0; i < info->fields; i++)
        if ((info->field[i].marks & FIELD_MAKES) && change_has(change, i) && has_value(change->before, i))
            return !has_value(change->after, i);
    return false;
}

static void made_lost(struct ctx *ctx, const struct target *target, const struct changes *changes,
                      const struct object *object, struct names *texts)
{
    const struct list made = implied_by(ctx->mem, target, object);
    for (int i = 0; i < made.n; i++) {
        const struct object *card = made.item[i];
        if (tree_find(changes->after, card->kind, card->parent->name, card->name))
            continue; /* it stays, as an object of its own */
        const struct list lost = unmodelled_on(ctx->mem, changes->before, card);
        const struct names more = unmodelled_texts(ctx->mem, &lost);
        for (int k = 0; k < more.n; k++)
            names_add(ctx->mem, texts, more.item[k]);
    }
}

static bool is_kept(const struct target *target, const struct object *object, const struct unmodelled *one)
{
    return target->dialect->keeps && target->dialect->keeps(object, one);
}

/* Rights are compared, on both sides: then those that only another database gives are not in anybody's tree. */
static bool says_access(const struct object *object)
{
    const struct kind_info *info = &kind_table[object->kind];
    for (int i = 0; i < info->fields; i++)
        if (info->field[i].marks & (FIELD_GRANTS | FIELD_OWNER) && object->peer && object_says(object, i) &&
            object_says(object->peer, i))
            return true;
    return false;
}

bool keeps_attached(struct arena *mem, const struct target *target, const struct changes *changes,
                    const struct object *object)
{
    const struct list there = unmodelled_on(mem, changes->reversed ? changes->after : changes->before, object);
    const struct unmodelled right = {.kind = "grant"};
    if (says_access(object) && is_kept(target, object, &right))
        return true;
    for (int i = 0; i < there.n; i++)
        if (is_kept(target, object, there.item[i]))
            return true;
    return false;
}

static struct list lost_with(struct arena *mem, const struct target *target, const struct changes *changes,
                             const struct change *change)
{
    struct list lost = unmodelled_on(mem, changes->before, change->before);
    for (int i = lost.n - 1; i >= 0; i--)
        if (unmodelled_comes_along(lost.item[i]) || (change->replaced && is_kept(target, change->before, lost.item[i])))
            list_remove(&lost, i);
    return lost;
}

static struct names attached_lost(struct ctx *ctx, const struct target *target, const struct changes *changes,
                                  const struct change *change)
{
    struct object *whole = change->before;
    struct names texts = {0};
    if (change->op == CHANGE_ALTER && unmakes(change))
        made_lost(ctx, target, changes, whole, &texts);
    if (change->op != CHANGE_DROP || !(change->replaced || is_dropped_itself(change)))
        return texts;
    const struct list lost = lost_with(ctx->mem, target, changes, change);
    texts = unmodelled_texts(ctx->mem, &lost);
    const struct names falling = holders_of(ctx->mem, changes->before, whole, true);
    for (int i = 0; i < falling.n; i++)
        names_add(ctx->mem, &texts, falling.item[i]);
    for (struct object *part = whole; part; part = object_next(whole, part))
        made_lost(ctx, target, changes, part, &texts);
    return texts;
}

int attached_check(struct ctx *ctx, const struct target *target, const struct changes *changes, bool lose,
                   struct list *hazards)
{
    for (int i = 0; i < changes->list.n; i++) {
        const struct change *change = changes->list.item[i];
        const struct names texts = attached_lost(ctx, target, changes, change);
        if (!texts.n)
            continue;
        const char *what = object_path(ctx->mem, change->before), *list = names_join(ctx->mem, &texts, ", ");
        bool alter = change->op == CHANGE_ALTER;
        bool again = change->replaced || (alter && implied_by(ctx->mem, target, change->after).n);
        const char *text = arena_printf(ctx->mem,
                                        !again ? alter ? "%s loses its counter, and the rollback does not bring back %s"
                                                       : "%s is dropped, and the rollback does not bring back %s"
                                        : alter ? "%s has to be given another counter, which loses %s"
                                                : "%s has to be dropped and created again, which loses %s",
                                        what, list);
        if (again && !lose) {
            fail(ctx, ERR_UNSUPPORTED, "%s", text);
            return fail_hint(ctx, "%s", lose_attached_hint);
        }
        hazard_add(ctx, change, text, hazards);
    }
    return 0;
}

/* ---- what would be left without something that it needs ---- */

/* Another type of a column, or a type that is made again under its name. */
static bool is_made_again(const struct change *step)
{
    const struct kind_info *info = &kind_table[step->kind];
    for (int i = 0; i < info->fields; i++)
        if (info->field[i].type == FIELD_TYPE && change_has(step, i))
            return true;
    return step->finish && kind_is(step->kind, KIND_IS_TYPE);
}

/* The way back leads over the same objects, so it is the database of today that says what holds them. */
int held_check(struct ctx *ctx, const struct changes *steps)
{
    const struct tree *live = steps->reversed ? steps->after : steps->before;
    for (int i = 0; live->held.n && i < steps->list.n; i++) {
        const struct change *step = steps->list.item[i];
        bool again = step->op == CHANGE_ALTER && is_made_again(step);
        if (step->op != CHANGE_DROP && !again)
            continue;
        const struct names holders = holders_of(ctx->mem, live, step->before, false);
        if (!holders.n)
            continue;
        fail(ctx, ERR_UNSUPPORTED, "%s cannot be %s: %s %s it as it is, and %s not managed yet",
             object_path(ctx->mem, step->before),
             !again                              ? "dropped"
             : kind_is(step->kind, KIND_IS_TYPE) ? "made again, as this change needs"
                                                 : "given another type",
             names_join(ctx->mem, &holders, ", "), holders.n == 1 ? "needs" : "need", holders.n == 1 ? "is" : "are");
        return fail_hint(ctx, "Write this change by hand (\"dbwarden new\" makes the file): drop what needs it first, "
                              "and create that again afterwards.");
    }
    return 0;
}

int unmodelled_check(struct ctx *ctx, const struct changes *changes)
{
    const struct names open = unmodelled_open(ctx->mem, changes->after, changes->before);
    for (int i = 0; i < changes->list.n; i++) {
        const struct change *change = changes->list.item[i];
        if (change->op == CHANGE_DROP) {
            TRY(drop_check(ctx, changes, change->before));
            continue;
        }
        if (change->op == CHANGE_CREATE || change->op == CHANGE_RENAME)
            TRY(name_check(ctx, changes, change->after));
        if (change->op == CHANGE_CREATE || (change->op == CHANGE_ALTER && open.n))
            TRY(whole_check(ctx, changes, change->after));
    }
    return 0;
}

/* ---- names that others have ---- */

static bool is_top(const struct object *object)
{
    return object->parent && kind_is(object->parent->kind, KIND_NAMESPACE);
}

static int taken_check(struct ctx *ctx, const struct target *target, const struct map *taken,
                       const struct object *object)
{
    const struct names keys = spaces_of(ctx->mem, target, object);
    for (int i = 0; i < keys.n; i++) {
        const struct object *other = map_get(taken, keys.item[i]);
        if (!other)
            continue;
        fail(ctx, ERR_UNSUPPORTED,
             "%s cannot be created: the database has its name as %s, which this project does not manage",
             object_path(ctx->mem, object), object_path(ctx->mem, other));
        return fail_hint(ctx, "Rename or drop that by hand; where a migration that waits does so, apply it first.");
    }
    return 0;
}

int strangers_check(struct ctx *ctx, const struct target *target, const struct changes *changes)
{
    struct map taken;
    map_init(&taken, ctx->mem);
    for (struct object *o = changes->before->root; o; o = object_next(changes->before->root, o)) {
        bool stays = o->stranger && (!o->peer || o->peer->stranger);
        const struct names keys = stays && is_top(o) ? spaces_of(ctx->mem, target, o) : (struct names){0};
        for (int i = 0; i < keys.n; i++)
            map_set(&taken, keys.item[i], o);
    }
    for (int i = 0; taken.n && i < changes->list.n; i++) {
        const struct change *change = changes->list.item[i];
        if ((change->op == CHANGE_CREATE || change->op == CHANGE_RENAME) && is_top(change->after))
            TRY(taken_check(ctx, target, &taken, change->after));
    }
    return 0;
}
