/* The flat form of a tree: generic over the descriptors, and not to be believed when it is read: it may be damaged. */
#include "schema/tree_flat.h"

#include "schema/unmodelled.h"

static void flat_ref(struct flat *flat, struct ref *ref)
{
    flat_text(flat, &ref->schema);
    flat_text(flat, &ref->name);
    flat_text(flat, &ref->part);
}

static void flat_refs(struct flat *flat, struct refs *refs)
{
    const int n = flat_count(flat, refs->n);
    for (int i = 0; i < n; i++) {
        struct ref ref = flat->reads ? (struct ref){0} : refs->item[i];
        flat_ref(flat, &ref);
        if (flat->reads)
            refs_add(flat->mem, refs, &ref);
    }
}

static void flat_value(struct flat *flat, enum field_type type, void *value)
{
    switch (type) {
    case FIELD_TEXT:
    case FIELD_TYPE: flat_text(flat, value); break;
    case FIELD_EXPR:
        flat_text(flat, &((struct expr *)value)->written);
        flat_text(flat, &((struct expr *)value)->printed);
        break;
    case FIELD_NAMES: flat_names(flat, value); break;
    case FIELD_REF: flat_ref(flat, value); break;
    case FIELD_REFS: flat_refs(flat, value); break;
    case FIELD_FLAG: flat_flag(flat, value); break;
    case FIELD_INT: flat_number(flat, value); break;
    }
}

/* A field's number is said before its value, and after the last one how many there are. */
static void flat_fields(struct flat *flat, struct object *object)
{
    const struct kind_info *info = &kind_table[object->kind];
    for (int64_t i = 0;; i++) {
        while (!flat->reads && i < info->fields && !object_says(object, (int)i))
            i++;
        flat_number(flat, &i);
        if (flat->broken || i < 0 || i > info->fields)
            flat_break(flat);
        if (flat->broken || i == info->fields)
            return;
        object_say(object, (int)i);
        flat_value(flat, info->field[i].type, object_field(object, (int)i));
    }
}

static struct object *child_at(struct flat *flat, struct object *parent, int i)
{
    struct object *child = flat->reads ? NULL : parent->children.item[i];
    int64_t kind = child ? child->kind : 0;
    flat_number(flat, &kind);
    if (child)
        return child;
    if (!flat->broken && kind >= 0 && kind < KIND_COUNT && kind_fits((enum kind)kind, parent->kind))
        return object_new(flat->mem, (enum kind)kind, parent, NULL);
    flat_break(flat);
    return NULL;
}

static void flat_object(struct flat *flat, struct object *object)
{
    flat_text(flat, &object->name);
    flat_flag(flat, &object->name_invented);
    flat_fields(flat, object);
    const int n = flat_count(flat, object->children.n);
    for (int i = 0; i < n && !flat->broken; i++) {
        struct object *child = child_at(flat, object, i);
        if (child)
            flat_object(flat, child);
    }
}

static void flat_kinds(struct flat *flat, struct kind_set *kinds)
{
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        bool has = kind_set_has(kinds, (enum kind)kind);
        flat_flag(flat, &has);
        if (has)
            kind_set_add(kinds, (enum kind)kind);
    }
}

static void flat_unmodelled(struct flat *flat, struct list *all)
{
    const int n = flat_count(flat, all->n);
    for (int i = 0; i < n; i++) {
        struct unmodelled *one = flat_item(flat, all, i, sizeof *one);
        const char **const text[] = {&one->kind,      &one->schema, &one->name,   &one->on_kind,
                                     &one->on_schema, &one->on,     &one->column, &one->definition};
        for (size_t k = 0; k < sizeof text / sizeof *text; k++)
            flat_text(flat, text[k]);
    }
}

static void flat_noted(struct flat *flat, struct tree *tree)
{
    const int dependencies = flat_count(flat, tree->dependencies.n);
    for (int i = 0; i < dependencies; i++) {
        struct dependency *one = flat_item(flat, &tree->dependencies, i, sizeof *one);
        flat_ref(flat, &one->from);
        flat_ref(flat, &one->to);
    }
    const int held = flat_count(flat, tree->held.n);
    for (int i = 0; i < held; i++) {
        struct held *one = flat_item(flat, &tree->held, i, sizeof *one);
        flat_ref(flat, &one->what);
        flat_text(flat, &one->by);
        flat_flag(flat, &one->goes_along);
        flat_flag(flat, &one->falls);
    }
}

void tree_flat(struct flat *flat, struct tree *tree)
{
    int64_t version = tree->version;
    flat_number(flat, &version);
    tree->version = (int)version;
    flat_text(flat, &tree->usual_schema);
    flat_kinds(flat, &tree->kinds);
    flat_object(flat, tree->root);
    flat_flag(flat, &tree->names_unmodelled);
    flat_unmodelled(flat, &tree->unmodelled);
    flat_noted(flat, tree);
}
