/*
 * Changes that would go wrong because of something that no kind models: an object that only changes its kind must not
 * be dropped, and one that cannot be written whole must not be written as something else.  One sentence, and nothing
 * is planned.
 */
#include "schema/unmodelled.h"
#include "base/text.h"
#include "diff/plan.h"

static const char by_hand[] =
    "Write this change by hand (\"dbwarden new\" makes the file); afterwards both sides agree.";

static int drop_check(struct ctx *ctx, const struct changes *changes, const struct object *object)
{
    const struct unmodelled *instead = unmodelled_instead(changes->after, object);
    if (instead) {
        fail(ctx, ERR_UNSUPPORTED, "%s would be dropped, but it is wanted as %s, which is not managed yet",
             object_path(ctx->mem, object), unmodelled_text(ctx->mem, instead));
        return fail_hint(ctx, by_hand);
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
    return fail_hint(ctx, by_hand);
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

/* What hangs on a part of something that is dropped is named with the whole. */
static bool is_dropped_itself(const struct change *change)
{
    return change->op == CHANGE_DROP && change->before->parent && change->before->parent->peer;
}

int attached_check(struct ctx *ctx, const struct changes *changes, bool lose, struct list *hazards)
{
    for (int i = 0; i < changes->list.n; i++) {
        const struct change *change = changes->list.item[i];
        struct list lost = {0};
        if (change->op == CHANGE_DROP && (change->replaced || is_dropped_itself(change)))
            lost = unmodelled_on(ctx->mem, changes->before, change->before);
        if (!lost.n)
            continue;
        const struct names texts = unmodelled_texts(ctx->mem, &lost);
        const char *what = object_path(ctx->mem, change->before), *list = names_join(ctx->mem, &texts, ", ");
        const char *again =
            arena_printf(ctx->mem, "%s has to be dropped and created again, which loses %s", what, list);
        const char *gone = arena_printf(ctx->mem, "%s is dropped, and the rollback does not bring back %s", what, list);
        if (change->replaced && !lose) {
            fail(ctx, ERR_UNSUPPORTED, "%s", again);
            return fail_hint(ctx, "With --lose-attached the migration is written all the same; "
                                  "add to it by hand what has to come back.");
        }
        hazard_add(ctx, change, change->replaced ? again : gone, hazards);
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
