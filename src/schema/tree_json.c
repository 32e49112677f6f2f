/*
 * The JSON form of a tree, written.  Generic over the descriptors: children under the plural of their kind,
 * fields by name; what is not said is absent, what is known to be absent is null.
 * An expression of which only the written spelling is known is a plain string.
 */
#include "schema/tree.h"
#include "schema/unmodelled.h"

static struct json *expr_json(struct arena *mem, const struct expr *expr)
{
    if (!expr->printed)
        return json_string(mem, expr->written); /* NULL becomes null */
    struct json *json = json_object(mem);
    if (expr->written)
        json_set_text(mem, json, "written", expr->written);
    json_set_text(mem, json, "printed", expr->printed);
    return json;
}

static struct json *refs_json(struct arena *mem, const struct refs *refs)
{
    struct json *json = json_array(mem);
    for (int i = 0; i < refs->n; i++)
        json_add(mem, json, ref_to_json(mem, &refs->item[i]));
    return json;
}

static struct json *field_json(struct arena *mem, const struct object *object, int field)
{
    const void *value = object_field(object, field);
    switch (kind_table[object->kind].field[field].type) {
    case FIELD_TEXT:
    case FIELD_TYPE: return json_string(mem, *(const char *const *)value);
    case FIELD_EXPR: return expr_json(mem, value);
    case FIELD_NAMES: return json_names(mem, value);
    case FIELD_REF: return ref_to_json(mem, value);
    case FIELD_REFS: return refs_json(mem, value);
    case FIELD_FLAG: return json_bool(mem, *(const bool *)value);
    case FIELD_INT: return json_int(mem, *(const int64_t *)value);
    }
    return json_null(mem);
}

static void children_json(struct arena *mem, struct json *json, const struct object *object);

static struct json *object_json(struct arena *mem, const struct object *object)
{
    const struct kind_info *info = &kind_table[object->kind];
    struct json *json = json_object(mem);
    json_set_text(mem, json, "name", object->name);
    if (object->name_invented)
        json_set_bool(mem, json, "name_invented", true);
    for (int i = 0; i < info->fields; i++)
        if (object_says(object, i))
            json_set(mem, json, info->field[i].name, field_json(mem, object, i));
    children_json(mem, json, object);
    return json;
}

static void children_json(struct arena *mem, struct json *json, const struct object *object)
{
    struct json *array[KIND_COUNT] = {0};
    for (int i = 0; i < object->children.n; i++) {
        const struct object *child = object->children.item[i];
        if (!array[child->kind])
            array[child->kind] = json_array(mem);
        json_add(mem, array[child->kind], object_json(mem, child));
    }
    for (int kind = 0; kind < KIND_COUNT; kind++)
        if (array[kind])
            json_set(mem, json, kind_table[kind].plural, array[kind]);
}

struct json *tree_to_json(struct arena *mem, const struct tree *tree)
{
    struct json *json = json_object(mem);
    json_set_text(mem, json, "engine", engine_name(tree->engine));
    json_set_int(mem, json, "version", tree->version);
    struct json *kinds = json_array(mem);
    for (int kind = 0; kind < KIND_COUNT; kind++)
        if (tree_speaks(tree, (enum kind)kind))
            json_add(mem, kinds, json_string(mem, kind_table[kind].name));
    json_set(mem, json, "kinds", kinds);
    if (tree->usual_schema)
        json_set_text(mem, json, "usual_schema", tree->usual_schema);
    if (tree->root->name)
        json_set_text(mem, json, "name", tree->root->name);
    children_json(mem, json, tree->root);
    if (tree->names_unmodelled)
        json_set(mem, json, "unmodelled", unmodelled_to_json(mem, &tree->unmodelled));
    return json;
}
