/*
 * Are two fields, or two objects of one kind, the same?  The only place that says so: by the descriptor of the field
 * and the dialect's normal forms.  What one side does not say is never a difference.
 */
#include "diff/compare.h"

#include "base/text.h"

static bool expr_absent(const struct expr *expr)
{
    return !expr->written && !expr->printed;
}

static bool spelling_same(struct arena *mem, const struct target *target, const struct field_pair *pair, const char *a,
                          const char *b)
{
    if (!a || !b)
        return false;
    if (text_equal(a, b))
        return true;
    if (pair->type_text && target->dialect->default_same)
        return target->dialect->default_same(mem, target, pair->type_text, a, b);
    return text_equal(expr_normal(mem, target, a), expr_normal(mem, target, b));
}

static bool expr_same(struct arena *mem, const struct target *target, const struct field_pair *pair,
                      const struct expr *a, const struct expr *b)
{
    if (expr_absent(a) || expr_absent(b))
        return expr_absent(a) == expr_absent(b);
    return spelling_same(mem, target, pair, a->written, b->written) ||
           spelling_same(mem, target, pair, a->printed, b->printed) ||
           spelling_same(mem, target, pair, a->written, b->printed) ||
           spelling_same(mem, target, pair, a->printed, b->written);
}

bool compare_name(struct arena *mem, const struct target *target, const char *a, const char *b)
{
    if (!a || !b || !target->dialect->name_fold || text_equal(a, b))
        return text_equal(a, b);
    struct arena_mark mark = arena_save(mem);
    bool same = text_equal(name_fold(mem, target, a), name_fold(mem, target, b));
    arena_rewind(mem, mark);
    return same;
}

bool compare_ref(struct arena *mem, const struct target *target, const struct ref *a, const struct ref *b)
{
    bool unsaid = !a->schema || !b->schema;
    return (unsaid || text_equal(a->schema, b->schema)) && compare_name(mem, target, a->name, b->name) &&
           compare_name(mem, target, a->part, b->part);
}

/* In any order: parents of a table that are left and joined again come last, and only the places of columns tell of it. */
static bool refs_same_named(struct arena *mem, const struct target *target, const struct refs *a, const struct refs *b)
{
    bool same = a->n == b->n;
    for (int i = 0; same && i < a->n; i++) {
        same = false;
        for (int k = 0; !same && k < b->n; k++)
            same = compare_ref(mem, target, &a->item[i], &b->item[k]);
    }
    return same;
}

static bool names_same(struct arena *mem, const struct target *target, const struct names *a, const struct names *b)
{
    if (a->n != b->n)
        return false;
    for (int i = 0; i < a->n; i++)
        if (!compare_name(mem, target, a->item[i], b->item[i]))
            return false;
    return true;
}

/* A default that came from Python is soft: a database without it is as good. */
static bool soft_default_absent(const struct object *before, const struct object *after, int field)
{
    if (after->kind != KIND_COLUMN || field != COLUMN_default_value)
        return false;
    const struct column *desired = (const struct column *)after;
    const struct column *current = (const struct column *)before;
    return desired->default_soft && expr_absent(&current->default_value);
}

static bool value_same(struct arena *mem, const struct target *target, const struct field_pair *pair,
                       const struct field *field)
{
    switch (field->type) {
    case FIELD_TEXT: {
        const char *a = *(const char *const *)pair->a, *b = *(const char *const *)pair->b;
        return field->marks & FIELD_COLUMN_REF ? compare_name(mem, target, a, b) : text_equal(a, b);
    }
    case FIELD_TYPE:
        return text_equal(type_normal(mem, target, *(const char *const *)pair->a),
                          type_normal(mem, target, *(const char *const *)pair->b));
    case FIELD_EXPR: return expr_same(mem, target, pair, pair->a, pair->b);
    case FIELD_NAMES:
        return field->marks & (FIELD_COLUMN_REF | FIELD_FAR_COLUMN_REF | FIELD_IDENTITY)
                   ? names_same(mem, target, pair->a, pair->b)
                   : names_equal(pair->a, pair->b);
    case FIELD_REF: return compare_ref(mem, target, pair->a, pair->b);
    case FIELD_REFS: return refs_same_named(mem, target, pair->a, pair->b);
    case FIELD_FLAG: return *(const bool *)pair->a == *(const bool *)pair->b;
    case FIELD_INT: return *(const int64_t *)pair->a == *(const int64_t *)pair->b;
    }
    return true;
}

/* A value in the type of its column.  Where that changes the server takes the old value over, so it has to hold in both. */
static bool default_same(struct arena *mem, const struct target *target, const struct column *before,
                         const struct column *after, const struct field *field)
{
    struct field_pair pair = {.a = &before->default_value, .b = &after->default_value};
    const char *types[] = {before->type ? before->type : after->type, after->type ? after->type : before->type};
    for (int i = 0, n = text_equal(types[0], types[1]) ? 1 : 2; i < n; i++) {
        pair.type_text = types[i];
        if (!value_same(mem, target, &pair, field))
            return false;
    }
    return true;
}

bool compare_field(struct arena *mem, const struct target *target, const struct object *before,
                   const struct object *after, int field)
{
    const struct field *info = &kind_table[before->kind].field[field];
    if (info->marks & FIELD_SILENT || !(info->engines & target->dialect->engine))
        return true;
    if (!object_says(before, field) || !object_says(after, field))
        return true;
    if (soft_default_absent(before, after, field))
        return true;
    if (before->kind == KIND_COLUMN && field == COLUMN_default_value)
        return default_same(mem, target, (const struct column *)before, (const struct column *)after, info);
    const struct field_pair pair = {.a = object_field(before, field), .b = object_field(after, field)};
    return value_same(mem, target, &pair, info);
}

static const struct object *part_next(const struct object *object, int *at)
{
    while (*at < object->children.n) {
        const struct object *child = object->children.item[(*at)++];
        if (kind_table[child->kind].marks & KIND_PART)
            return child;
    }
    return NULL;
}

static bool parts_same(struct arena *mem, const struct target *target, const struct object *before,
                       const struct object *after)
{
    int i = 0, k = 0;
    for (;;) {
        const struct object *a = part_next(before, &i), *b = part_next(after, &k);
        if (!a || !b)
            return !a && !b;
        if (a->kind != b->kind || !diff_equal(mem, target, a, b, NULL))
            return false;
    }
}

bool diff_equal(struct arena *mem, const struct target *target, const struct object *a, const struct object *b,
                uint64_t *fields)
{
    uint64_t found[SAID_WORDS] = {0};
    bool same = true;
    for (int i = 0; i < kind_table[a->kind].fields; i++)
        if (!compare_field(mem, target, a, b, i)) {
            found[i / 64] |= UINT64_C(1) << (i % 64);
            same = false;
        }
    if (!parts_same(mem, target, a, b)) {
        found[FIELD_PARTS / 64] |= UINT64_C(1) << (FIELD_PARTS % 64);
        same = false;
    }
    for (int i = 0; fields && i < SAID_WORDS; i++)
        fields[i] = found[i];
    return same;
}

bool compare_identity(struct arena *mem, const struct target *target, const struct object *before,
                      const struct object *after)
{
    const struct kind_info *info = &kind_table[before->kind];
    for (int i = 0; i < info->fields; i++)
        if (info->field[i].marks & FIELD_IDENTITY && !compare_field(mem, target, before, after, i))
            return false;
    return true;
}
