/*
 * Finding pairs, from the top downwards.  Decided renames are carried out before (rename_carry.c), so that names are
 * enough; what has none is found by what it holds.
 */
#include "diff/match.h"

#include "base/text.h"
#include "diff/compare.h"

struct matcher {
    struct arena *mem;
    const struct target *target;
    struct changes *changes;
    struct object *before; /* the parents whose children are being matched */
    struct object *after;
    enum kind kind;
};

static void pair_up(struct object *before, struct object *after)
{
    before->peer = after;
    after->peer = before;
}

static struct object *name_card(struct arena *mem, const struct object *object, const char *name)
{
    struct object *card = arena_alloc(mem, kind_table[object->kind].size);
    card->kind = object->kind;
    card->parent = object->parent;
    card->name = name;
    return card;
}

struct change *rename_add(struct arena *mem, struct changes *changes, struct object *object, const char *to)
{
    struct change *change = NEW(mem, struct change);
    *change = (struct change){.op = CHANGE_RENAME,
                              .kind = object->kind,
                              .before = name_card(mem, object, object->name),
                              .after = name_card(mem, object, to),
                              .renamed = object};
    object->name = to;
    list_add(mem, &changes->list, change);
    return change;
}

typedef bool pair_test(struct matcher *matcher, struct object *before, struct object *after);

/* A name that nobody gave is not asked back from somebody else's object that has it. */
static bool test_name(struct matcher *matcher, struct object *before, struct object *after)
{
    if (before->stranger && after->name_invented)
        return false;
    return before->name && after->name && compare_name(matcher->mem, matcher->target, before->name, after->name);
}

/* Where the engine has no statement for it, another name makes another object. */
static bool can_rename(const struct matcher *matcher, enum kind kind)
{
    const struct render_kind *render = matcher->target->dialect->render;
    return !render || render[kind].rename;
}

/*
 * Where the engine cannot rename, what gets its first name is another object too.  Not if only models name it, as they do with
 * much that older versions made without a name: nothing rests on that name, and it comes when the table is made again.
 */
static bool gains_name(const struct matcher *matcher, const struct object *before, const struct object *after)
{
    bool printed = matcher->changes->after->names_unmodelled;
    return printed && !before->name && after->name && !after->name_invented && !can_rename(matcher, before->kind);
}

static bool test_single(struct matcher *matcher, struct object *before, struct object *after)
{
    bool named = before->name && after->name && !before->name_invented && !after->name_invented;
    return kind_table[before->kind].marks & KIND_SINGLE && (!named || can_rename(matcher, before->kind)) &&
           !gains_name(matcher, before, after);
}

static bool test_content(struct matcher *matcher, struct object *before, struct object *after)
{
    bool unnamed = !before->name || !after->name || before->name_invented || after->name_invented;
    return unnamed && !gains_name(matcher, before, after) && kind_table[before->kind].marks & KIND_CONTENT &&
           compare_identity(matcher->mem, matcher->target, before, after);
}

/* Constraints and indexes that are the same but for their names: nothing is lost by renaming, so nobody is asked. */
static bool test_same_but_name(struct matcher *matcher, struct object *before, struct object *after)
{
    bool nameable = kind_is(before->kind, KIND_NAME_MADE | KIND_CONTENT);
    return nameable && can_rename(matcher, before->kind) && before->name && after->name &&
           diff_equal(matcher->mem, matcher->target, before, after, NULL);
}

static void pairs_find(struct matcher *matcher, pair_test *test)
{
    for (int i = 0; i < matcher->before->children.n; i++) {
        struct object *before = matcher->before->children.item[i];
        if (before->kind != matcher->kind || before->peer)
            continue;
        for (int k = 0; k < matcher->after->children.n && !before->peer; k++) {
            struct object *after = matcher->after->children.item[k];
            if (after->kind == matcher->kind && !after->peer && test(matcher, before, after))
                pair_up(before, after);
        }
    }
}

/* Paired in another way than by name, but both are named: the name changes too. */
static void names_align(struct matcher *matcher)
{
    for (int i = 0; i < matcher->before->children.n; i++) {
        struct object *before = matcher->before->children.item[i], *after = before->peer;
        if (before->kind != matcher->kind || !after || !before->name || !after->name || after->name_invented)
            continue;
        if (!compare_name(matcher->mem, matcher->target, before->name, after->name))
            rename_add(matcher->mem, matcher->changes, before, after->name);
    }
}

static void children_match(struct matcher *matcher)
{
    static pair_test *const tests[] = {test_name, test_single, test_content, test_same_but_name};
    if (kind_table[matcher->kind].marks & KIND_PART)
        return;
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        pairs_find(matcher, tests[i]);
    names_align(matcher);
}

/* The pairs below a pair: kind by kind, then what is below those. */
static void below_match(struct matcher *matcher, struct object *before)
{
    for (int kind = 1; kind < KIND_COUNT; kind++) {
        if (!kind_fits((enum kind)kind, before->kind))
            continue;
        matcher->kind = (enum kind)kind;
        matcher->before = before;
        matcher->after = before->peer;
        children_match(matcher);
    }
    for (int i = 0; i < before->children.n; i++) {
        struct object *child = before->children.item[i];
        if (child->peer)
            below_match(matcher, child);
    }
}

void match_trees(struct ctx *ctx, const struct diff_input *input, struct changes *changes)
{
    struct matcher matcher = {.mem = ctx->mem, .target = input->target, .changes = changes};
    pair_up(changes->before->root, changes->after->root);
    below_match(&matcher, changes->before->root);
}
