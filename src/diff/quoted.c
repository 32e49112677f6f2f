/*
 * On the way back: a body in quotes keeps the names and values that things had, and a server reads it when it is made.  So what has
 * such a body is made when they have them again, and then all that it says is said by these.  So is what a rename would break.
 */
#include "base/text.h"
#include "diff/rename_carry.h"
#include "diff/step.h"

static bool is_quoted(const struct object *object, int field)
{
    return kind_table[object->kind].field[field].marks & FIELD_UNHELD;
}

static bool is_broken(const struct planner *planner, const struct change *rename, const struct edge *edge)
{
    const struct effect_row *row = effect_on(planner, rename, edge);
    return row && row->effect == EFFECT_REPLACE;
}

/* The object of a rename as it is known in the tree of `like`. */
static const struct object *other_side(const struct object *renamed, const struct object *like)
{
    const struct object *root = like;
    while (root->parent)
        root = root->parent;
    return !renamed || object_within(renamed, root) ? renamed : renamed->peer;
}

static bool is_meant(const struct change *rename, const struct object *renamed, const struct object *object)
{
    return kind_is(rename->kind, KIND_NAMESPACE) ? object_within(object, renamed) : object == renamed;
}

/* Does it name what is renamed, or what stands in it: in a way that makes it wait, or anyhow? */
static bool names_it(const struct planner *planner, const struct object *object, const struct change *rename,
                     bool anyhow)
{
    bool entry = kind_is(rename->kind, KIND_LISTED);
    const struct object *renamed = entry ? rename->renamed->parent : rename->renamed;
    renamed = other_side(renamed, object);
    if (!renamed || (entry && !anyhow))
        return false;
    if (anyhow && kind_is(rename->kind, KIND_NAMESPACE) && object_within(object, renamed))
        return true;
    for (const struct edge *edge = object->needs; edge; edge = edge->next_need) {
        bool waits = anyhow || is_quoted(object, edge->field) || is_broken(planner, rename, edge);
        if (waits && edge->how == EDGE_NAMES && is_meant(rename, renamed, edge->to))
            return true;
    }
    return false;
}

/* A value of a type is known by nothing but the text. */
static bool says_value(struct arena *mem, const struct object *object, const struct change *rename)
{
    if (!kind_is(rename->kind, KIND_LISTED))
        return false;
    const char *value = arena_printf(mem, "'%s'", rename->after->name);
    for (int i = 0; i < kind_table[object->kind].fields; i++) {
        const char *text = is_quoted(object, i) && object_says(object, i) ? expr_text(object_field(object, i)) : NULL;
        if (text && text_has(text, value))
            return true;
    }
    return false;
}

static struct list renames_of(struct arena *mem, const struct changes *steps)
{
    struct list found = {0};
    for (int i = 0; i < steps->list.n; i++)
        if (((const struct change *)steps->list.item[i])->op == CHANGE_RENAME)
            list_add(mem, &found, steps->list.item[i]);
    return found;
}

/* Does it wait by itself, or follow another that its server reads the name of and that waits? */
static bool waits_for(const struct planner *planner, const struct object *object, const struct list *renames, int depth)
{
    enum { DEEPEST = 100 };
    for (int i = 0; i < renames->n; i++)
        if (names_it(planner, object, renames->item[i], false) || says_value(planner->mem, object, renames->item[i]))
            return true;
    bool follows = planner->target->dialect->texts_keep_names && depth < DEEPEST;
    for (const struct edge *edge = follows ? object->needs : NULL; edge; edge = edge->next_need) {
        const struct change *made = edge->to->made;
        bool comes = edge->how == EDGE_NAMES && kind_is(edge->to->kind, KIND_IS_TEXT) && made &&
                     (made->op == CHANGE_CREATE || made->op == CHANGE_ALTER);
        if (comes && waits_for(planner, edge->to, renames, depth + 1))
            return true;
    }
    return false;
}

struct list quoted_awaits(const struct planner *planner, const struct change *step)
{
    const struct object *object = step->after;
    struct list renames = {0}, found = {0};
    bool makes = step->op == CHANGE_CREATE || step->op == CHANGE_ALTER;
    if (!planner->out->reversed || !makes || !object)
        return found;
    renames = renames_of(planner->mem, planner->out);
    bool waits = waits_for(planner, object, &renames, 0);
    for (int i = 0; i < renames.n && waits; i++)
        if (names_it(planner, object, renames.item[i], true) || says_value(planner->mem, object, renames.item[i]))
            list_add(planner->mem, &found, renames.item[i]);
    return found;
}

static bool is_of(const struct object *object, const struct tree *tree)
{
    while (object && object->parent)
        object = object->parent;
    return object == tree->root;
}

/* What one of the trees has under the name that a rename takes back; NULL. */
static struct object *renamed_in(struct arena *mem, const struct tree *tree, const struct change *rename)
{
    struct object *object = kind_is(rename->kind, KIND_LISTED) ? rename->renamed->parent : rename->renamed;
    object = is_of(object, tree) ? object : object->peer;
    if (object && kind_is(rename->kind, KIND_LISTED))
        return object_entry(mem, object, rename->kind, rename->before->name);
    return object;
}

static struct object *turned_back(const struct planner *planner, const struct tree *tree, struct object *object,
                                  const struct list *renames)
{
    struct list renamed = {0};
    for (int i = 0; i < renames->n; i++) {
        const struct change *rename = renames->item[i];
        struct renamed *one = NEW(planner->mem, struct renamed);
        *one = (struct renamed){renamed_in(planner->mem, tree, rename), rename->after->name, NULL};
        if (one->object)
            list_add(planner->mem, &renamed, one);
    }
    return object_turned_back(planner->mem, planner->target, tree, object, &renamed);
}

void quoted_turn_back(const struct planner *planner, struct change *step, const struct list *renames)
{
    step->after = turned_back(planner, planner->out->after, step->after, renames);
    if (step->op == CHANGE_ALTER)
        step->before = turned_back(planner, planner->out->before, step->before, renames);
    if (step->finish && step->finish->before)
        step->finish->before = step->before;
}
