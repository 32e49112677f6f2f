/*
 * Two readings of a scratch database, before and after the statements about objects of the models, put into the models' tree:
 * whole objects that the models do not describe; and of those that they do, what one reading has and the other lacks (a trigger),
 * and fields that differ (row security).  All else of these the models say themselves, in their own spelling.
 */
#include "run/beside.h"

#include "base/text.h"
#include "diff/compare.h"

/* The server may have folded the names that the models spell. */
static struct object *named(const struct beside *beside, const struct object *parent, enum kind kind, const char *name)
{
    struct object *found = parent ? object_child(parent, kind, name) : NULL;
    for (int i = 0; parent && !found && i < parent->children.n; i++) {
        struct object *child = parent->children.item[i];
        if (child->kind == kind && compare_name(beside->ctx->mem, beside->session->target, child->name, name))
            found = child;
    }
    return found;
}

/* By name, and a constraint that one of the two does not name by what it is about. */
static struct object *like(const struct beside *beside, const struct object *parent, const struct object *child)
{
    struct object *found = child->name ? named(beside, parent, child->kind, child->name) : NULL;
    if (kind_is(child->kind, KIND_SINGLE))
        return object_only(parent, child->kind);
    for (int i = 0; !found && kind_is(child->kind, KIND_CONTENT) && i < parent->children.n; i++) {
        struct object *one = parent->children.item[i];
        if (one->kind == child->kind && (!one->name || !child->name || one->name_invented) &&
            compare_identity(beside->ctx->mem, beside->session->target, one, child))
            found = one;
    }
    return found;
}

static int fail_nameless(const struct beside *beside, const struct object *object)
{
    fail(beside->ctx, ERR_MODELS, "%s is changed beside the models, which do not describe it by that name",
         object_path(beside->ctx->mem, object));
    return fail_hint(beside->ctx, "Give it that name in the models.");
}

/* Whatever comes into the models' tree is spoken of from here on. */
static void kinds_speak(const struct beside *beside, const struct object *object)
{
    struct names *declared = &beside->session->declared;
    for (const struct object *o = object; o; o = object_next(object, o)) {
        kind_set_add(&beside->models->tree->kinds, o->kind);
        if (!names_have(declared, kind_table[o->kind].name))
            names_add(beside->ctx->mem, declared, kind_table[o->kind].name);
    }
}

static int fail_dropped(const struct beside *beside, const struct object *object)
{
    fail(beside->ctx, ERR_MODELS, "%s is described by the models and dropped beside them",
         object_path(beside->ctx->mem, object));
    return fail_hint(beside->ctx, "Take it out of one of them.");
}

static int object_graft(const struct beside *beside, const struct object *before, const struct object *after,
                        struct object *models);

static int children_graft(const struct beside *beside, const struct object *before, const struct object *after,
                          struct object *models)
{
    for (int i = 0; i < after->children.n; i++) {
        const struct object *child = after->children.item[i];
        const struct object *was = kind_is(child->kind, KIND_PART) ? child : like(beside, before, child);
        if (was == child)
            continue;
        if (!was)
            kinds_speak(beside, object_copy(beside->ctx->mem, child, models));
        else
            TRY(object_graft(beside, was, child, like(beside, models, child)));
    }
    for (int i = 0; i < before->children.n; i++) {
        const struct object *child = before->children.item[i];
        if (!kind_is(child->kind, KIND_PART) && !like(beside, after, child))
            return fail_dropped(beside, child);
    }
    return 0;
}

static int fields_graft(const struct beside *beside, const struct object *before, const struct object *after,
                        struct object *models)
{
    const struct kind_info *info = &kind_table[after->kind];
    for (int i = 0; i < info->fields; i++) {
        bool same =
            object_says(before, i) == object_says(after, i) &&
            (!object_says(after, i) || compare_field(beside->ctx->mem, beside->session->target, before, after, i));
        if (same)
            continue;
        if (!models)
            return fail_nameless(beside, after);
        field_copy(beside->ctx->mem, models, after, i);
    }
    return 0;
}

static int object_graft(const struct beside *beside, const struct object *before, const struct object *after,
                        struct object *models)
{
    TRY(fields_graft(beside, before, after, models));
    return models ? children_graft(beside, before, after, models) : 0;
}

static int top_graft(const struct beside *beside, const struct object *before, const struct object *top,
                     struct object *home)
{
    const struct object *was = named(beside, before, top->kind, top->name);
    struct object *models = named(beside, home, top->kind, top->name);
    if (!models)
        kinds_speak(beside, object_copy(beside->ctx->mem, top, home));
    else if (was)
        TRY(object_graft(beside, was, top, models));
    return 0;
}

/* One that is only there because a search path names it is not described. */
static bool is_described(const struct beside *beside, const struct object *schema)
{
    for (int i = 0; i < beside->parts.n; i++) {
        const struct classified *what = &((const struct beside_part *)beside->parts.item[i])->said.what;
        if (what->verb == VERB_CREATE && what->kind == KIND_SCHEMA && text_equal(what->name, schema->name))
            return true;
    }
    return schema->children.n > 0;
}

static int schema_graft(const struct beside *beside, const struct tree *before, const struct object *schema)
{
    struct tree *tree = beside->models->tree;
    struct object *home = object_child(tree->root, KIND_SCHEMA, schema->name);
    const struct object *was = object_child(before->root, KIND_SCHEMA, schema->name);
    if (!home && !is_described(beside, schema))
        return 0;
    if (home && was)
        TRY(fields_graft(beside, was, schema, home));
    if (!home) {
        home = tree_schema(beside->ctx->mem, tree, schema->name);
        for (int i = 0; i < kind_table[KIND_SCHEMA].fields; i++)
            field_copy(beside->ctx->mem, home, schema, i);
    }
    for (int k = 0; k < schema->children.n; k++)
        TRY(top_graft(beside, was, schema->children.item[k], home));
    for (int k = 0; was && k < was->children.n; k++) {
        const struct object *top = was->children.item[k];
        if (named(beside, home, top->kind, top->name) && !named(beside, schema, top->kind, top->name))
            return fail_dropped(beside, top);
    }
    return 0;
}

static void lists_graft(struct arena *mem, const struct tree *from, struct tree *to)
{
    const struct list *const lists[] = {&from->unmodelled, &from->dependencies, &from->held};
    struct list *const into[] = {&to->unmodelled, &to->dependencies, &to->held};
    for (int l = 0; l < 3; l++)
        for (int i = 0; i < lists[l]->n; i++)
            list_add(mem, into[l], lists[l]->item[i]);
}

/* With schema files everything is spoken of; they could say it. */
static void kinds_widen(struct tree *tree, const struct tree *from)
{
    for (int kind = 0; kind < KIND_COUNT; kind++)
        if (kind_set_has(&from->kinds, (enum kind)kind))
            kind_set_add(&tree->kinds, (enum kind)kind);
}

int beside_graft(struct beside *beside, const struct tree *before, const struct tree *after)
{
    struct arena *mem = beside->ctx->mem;
    struct tree *tree = beside->models->tree;
    for (int i = 0; i < after->root->children.n; i++)
        TRY(schema_graft(beside, before, after->root->children.item[i]));
    if (beside->session->database->schema_files.n)
        kinds_widen(tree, after);
    lists_graft(mem, after, tree);
    tree_settle(mem, beside->session->target, tree);
    return 0;
}
