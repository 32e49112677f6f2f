/*
 * From two settled trees to changes: match, carry over what the desired side is silent about, compare. One loop over
 * descriptors; no engine is named here, and ownership decides what may be dropped.
 */
#include "diff/diff.h"

#include <string.h>

#include "base/map.h"
#include "base/text.h"
#include "diff/compare.h"
#include "diff/match.h"
#include "diff/revealed.h"
#include "diff/spaces.h"

struct differ {
    struct ctx *ctx;
    struct arena *mem;
    const struct target *target;
    const struct diff_input *input;
    struct changes *changes;
};

static void peers_clear(const struct tree *tree)
{
    for (struct object *o = tree->root; o; o = object_next(tree->root, o))
        o->peer = NULL;
}

/* A copy in the desired tree, so that a rebuild keeps it and references to it resolve. */
static void carry_over(struct differ *differ, struct object *object)
{
    struct object *copy = object_copy(differ->mem, object, object->parent->peer);
    struct object *from = object, *to = copy;
    while (from && to) {
        from->peer = to;
        to->peer = from;
        from = object_next(object, from);
        to = object_next(copy, to);
    }
}

static bool is_part(const struct object *object)
{
    return kind_table[object->kind].marks & KIND_PART;
}

/* A parent that neither side made again: its absent children were dropped on purpose, or are not spoken of. */
static void leftovers_carry_over(struct differ *differ)
{
    struct object *root = differ->changes->before->root;
    for (struct object *o = root; o; o = object_next(root, o)) {
        if (o->peer || !o->parent || !o->parent->peer || is_part(o))
            continue;
        bool spoken = tree_speaks(differ->changes->after, o->kind);
        if (spoken && !o->stranger)
            continue;
        if (spoken)
            names_add(differ->mem, &differ->changes->unmanaged, object_path(differ->mem, o));
        carry_over(differ, o);
    }
}

static bool is_compared(const struct differ *differ, enum kind kind)
{
    return tree_speaks(differ->changes->before, kind) && tree_speaks(differ->changes->after, kind);
}

/* Written inside its parent's own CREATE, and gone with its parent's DROP. */
static bool goes_with_parent(const struct object *object)
{
    return object->parent && !object->parent->peer && kind_table[object->kind].marks & KIND_INLINE;
}

static void drops_add(struct differ *differ)
{
    struct object *root = differ->changes->before->root;
    for (struct object *o = root; o; o = object_next(root, o))
        if (!o->peer && o->parent && !is_part(o) && !goes_with_parent(o))
            change_add(differ->mem, differ->changes, CHANGE_DROP, o, NULL);
}

static void alters_and_creates_add(struct differ *differ)
{
    struct object *root = differ->changes->after->root;
    for (struct object *o = root; o; o = object_next(root, o)) {
        uint64_t fields[SAID_WORDS];
        if (is_part(o) || !is_compared(differ, o->kind))
            continue;
        if (!o->peer && !goes_with_parent(o))
            change_add(differ->mem, differ->changes, CHANGE_CREATE, NULL, o);
        else if (o->peer && o->parent && !diff_equal(differ->mem, differ->target, o->peer, o, fields)) {
            struct change *change = change_add(differ->mem, differ->changes, CHANGE_ALTER, o->peer, o);
            memcpy(change->fields, fields, sizeof fields);
        }
    }
}

/* A table that becomes a view, or an enum a domain: what names it names the other from then on. */
static void successions_note(const struct differ *differ)
{
    const struct list *list = &differ->changes->list;
    struct map gone;
    map_init(&gone, differ->mem);
    for (int i = 0; i < list->n && differ->target->dialect->name_spaces; i++) {
        struct change *change = list->item[i];
        const struct names keys = change->op == CHANGE_DROP || change->op == CHANGE_CREATE
                                      ? spaces_of(differ->mem, differ->target, change_object(change))
                                      : (struct names){0};
        for (int k = 0; k < keys.n; k++) {
            struct change *drop = map_get(&gone, keys.item[k]);
            if (change->op == CHANGE_DROP)
                map_set(&gone, keys.item[k], change);
            else if (drop && drop->kind != change->kind)
                drop->succession = change->succession = true;
        }
    }
}

/*
 * What the desired side is silent about stays as it is, also where its object has to be made again; but not in a key of
 * other columns.
 */
static void silence_fill(struct arena *mem, const struct target *target, const struct tree *after)
{
    for (struct object *o = after->root; o; o = object_next(after->root, o)) {
        if (!o->peer)
            continue;
        if (o->name_invented && o->peer->name && !o->peer->name_invented)
            o->name = o->peer->name; /* it keeps the one that it has, whatever its table is called by now */
        bool same = compare_identity(mem, target, o->peer, o);
        for (int i = 0; i < kind_table[o->kind].fields; i++) {
            const struct field *field = &kind_table[o->kind].field[i];
            bool stays = same || !(field->marks & FIELD_REPLACE);
            if (stays && field->engines & after->engine && !object_says(o, i) && object_says(o->peer, i))
                field_copy(mem, o, o->peer, i);
        }
    }
}

static void settings_report(struct arena *mem, struct changes *changes, const struct object *object, int first)
{
    for (int i = first; i < object->unspoken.n; i++) {
        const char *key = object->unspoken.item[i], *option = strchr(key, '.');
        const char *title = option ? arena_printf(mem, "option %s", option + 1) : text_replace(mem, key, "_", " ");
        names_add(mem, &changes->unmanaged, arena_printf(mem, "%s / %s", object_path(mem, object->peer), title));
    }
}

/* So does a setting that neither models nor files ever spoke of: somebody else's. */
static void settings_leave(struct arena *mem, const struct diff_input *input, struct changes *changes)
{
    const struct key_forms forms = key_forms_of(input->target);
    for (struct object *o = changes->after->root; o; o = object_next(changes->after->root, o)) {
        int before = o->unspoken.n;
        if (!o->peer)
            continue;
        settings_keep(mem, &forms, o, o->peer);
        settings_report(mem, changes, o, before);
    }
}

/* The first schema of an engine is always there: it is never created or dropped. */
static void default_schema_ensure(struct arena *mem, struct changes *changes)
{
    tree_schema(mem, changes->before, "");
    tree_schema(mem, changes->after, "");
}

int diff_trees(struct ctx *ctx, const struct diff_input *input, struct changes **changes)
{
    struct changes *found = NEW(ctx->mem, struct changes);
    found->before = input->before;
    found->after = input->after;
    struct differ differ = {ctx, ctx->mem, input->target, input, found};
    peers_clear(input->before);
    peers_clear(input->after);
    default_schema_ensure(ctx->mem, found);
    TRY(renames_carry(ctx, input, found));
    match_trees(ctx, input, found);
    room_make(ctx->mem, input->target, found);
    secrets_reveal(ctx->mem, input->target, input->before);
    if (input->target->dialect->reconcile)
        input->target->dialect->reconcile(ctx->mem, input->target, found);
    silence_fill(ctx->mem, input->target, found->after);
    settings_leave(ctx->mem, input, found);
    leftovers_carry_over(&differ);
    drops_add(&differ);
    alters_and_creates_add(&differ);
    successions_note(&differ);
    *changes = found;
    return ctx_check(ctx);
}
