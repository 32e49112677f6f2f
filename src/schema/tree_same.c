/*
 * Are two trees the same?  For tests of loaders and snapshots, so it is plainer than the diff: texts are
 * compared as they stand, nothing is normalised, and the first difference is enough.
 * What one side does not say, or a kind that one does not speak of, is not a difference.
 */
#include "base/text.h"
#include "schema/tree.h"

struct sameness {
    struct arena *mem;
    struct kind_set kinds; /* that both speak of */
    char **where;
};

static bool differ(struct sameness *same, const struct object *object, const char *what)
{
    if (same->where)
        *same->where = arena_printf(same->mem, "%s: %s", object_path(same->mem, object), what);
    return false;
}

/* Some spelling that both have decides; where they share none, any spelling of one may equal any of the other. */
static bool expr_same(const struct expr *a, const struct expr *b)
{
    if (a->written && b->written)
        return text_equal(a->written, b->written);
    if (a->printed && b->printed)
        return text_equal(a->printed, b->printed);
    return text_equal(a->written ? a->written : a->printed, b->written ? b->written : b->printed);
}

static bool value_same(enum field_type type, const void *a, const void *b)
{
    switch (type) {
    case FIELD_TEXT:
    case FIELD_TYPE: return text_equal(*(const char *const *)a, *(const char *const *)b);
    case FIELD_EXPR: return expr_same(a, b);
    case FIELD_NAMES: return names_equal(a, b);
    case FIELD_REF: return ref_same(a, b);
    case FIELD_REFS: return refs_same(a, b);
    case FIELD_FLAG: return *(const bool *)a == *(const bool *)b;
    case FIELD_INT: return *(const int64_t *)a == *(const int64_t *)b;
    }
    return false;
}

/* With a mask of field marks: only fields with one of these; 0: all. Gives the number of the field, or -1. */
static int field_differing(const struct object *a, const struct object *b, unsigned marks)
{
    const struct kind_info *info = &kind_table[a->kind];
    for (int i = 0; i < info->fields; i++) {
        if ((marks && !(info->field[i].marks & marks)) || !object_says(a, i) || !object_says(b, i))
            continue;
        if (!value_same(info->field[i].type, object_field(a, i), object_field(b, i)))
            return i;
    }
    return -1;
}

static bool has_given_name(const struct object *object)
{
    return object->name && !object->name_invented;
}

static bool is_counterpart(const struct object *a, const struct object *b)
{
    if (a->kind != b->kind)
        return false;
    unsigned marks = kind_table[a->kind].marks;
    if (marks & KIND_SINGLE)
        return true;
    if (marks & KIND_CONTENT && !(has_given_name(a) && has_given_name(b)))
        return field_differing(a, b, FIELD_IDENTITY) < 0;
    return text_equal(a->name, b->name);
}

/* The child of `other` that stands for `child`, or NULL; parts stand for each other by position. */
static struct object *find_counterpart(const struct object *child, const struct object *other, bool *taken)
{
    for (int i = 0; i < other->children.n; i++) {
        struct object *candidate = other->children.item[i];
        bool fits = kind_table[child->kind].marks & KIND_PART ? candidate->kind == child->kind
                                                              : is_counterpart(child, candidate);
        if (!taken[i] && fits) {
            taken[i] = true;
            return candidate;
        }
    }
    return NULL;
}

static bool object_same(struct sameness *same, const struct object *a, const struct object *b);

static bool children_same(struct sameness *same, const struct object *a, const struct object *b)
{
    bool *taken = NEW_ARRAY(same->mem, bool, b->children.n + 1);
    for (int i = 0; i < a->children.n; i++) {
        const struct object *child = a->children.item[i];
        if (!kind_set_has(&same->kinds, child->kind))
            continue;
        const struct object *counterpart = find_counterpart(child, b, taken);
        if (!counterpart)
            return differ(same, child, "only in the first");
        if (!object_same(same, child, counterpart))
            return false;
    }
    for (int i = 0; i < b->children.n; i++) {
        const struct object *child = b->children.item[i];
        if (kind_set_has(&same->kinds, child->kind) && !taken[i])
            return differ(same, child, "only in the second");
    }
    return true;
}

static bool object_same(struct sameness *same, const struct object *a, const struct object *b)
{
    if (has_given_name(a) && has_given_name(b) && !text_equal(a->name, b->name))
        return differ(same, a, arena_printf(same->mem, "is called %s in the second", b->name));
    int field = field_differing(a, b, 0);
    if (field >= 0)
        return differ(same, a, arena_printf(same->mem, "%s differs", kind_table[a->kind].field[field].name));
    return children_same(same, a, b);
}

bool tree_same(struct arena *mem, const struct tree *a, const struct tree *b, char **where)
{
    struct sameness same = {mem, kind_set_both(&a->kinds, &b->kinds), where};
    if (where)
        *where = NULL;
    if (a->engine != b->engine)
        return differ(&same, a->root, "the engines differ");
    if (kind_set_empty(&same.kinds) && !(kind_set_empty(&a->kinds) && kind_set_empty(&b->kinds)))
        return differ(&same, a->root, "there is no kind that both speak of");
    return object_same(&same, a->root, b->root);
}
