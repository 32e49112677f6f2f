/*
 * The JSON form of a tree, written.  Generic over the descriptors: children under the plural of their kind,
 * fields by name; what is not said is absent, what is known to be absent is null.
 * An expression of which only the written spelling is known is a plain string.
 *
 * The short form, of files, leaves out what short_find() says; in it "both" is an expression's only spelling, and an object
 * of which only the first field is said is that field: ["a", "b"] are the parts of an index.
 */
#include "base/text.h"
#include "schema/tree_short.h"
#include "schema/unmodelled.h"

struct writer {
    struct arena *mem;
    const struct tree_short *left_out; /* NULL: everything is written */
};

static struct json *expr_json(const struct writer *writer, const struct expr *expr)
{
    struct arena *mem = writer->mem;
    if (!expr->printed)
        return json_string(mem, expr->written); /* NULL becomes null */
    struct json *json = json_object(mem);
    if (writer->left_out && text_equal(expr->written, expr->printed)) {
        json_set_text(mem, json, "both", expr->printed);
        return json;
    }
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

/* A copy without what is neither shown nor kept. */
static const void *value_hidden(struct arena *mem, enum field_type type, const void *value)
{
    const struct expr *expr = value;
    if (type == FIELD_EXPR) {
        struct expr *hidden = NEW(mem, struct expr);
        *hidden = (struct expr){secrets_hidden(mem, expr->written), secrets_hidden(mem, expr->printed)};
        return hidden;
    }
    if (type == FIELD_NAMES) {
        struct names *hidden = NEW(mem, struct names);
        *hidden = names_hidden(mem, value);
        return hidden;
    }
    const char **hidden = NEW(mem, const char *);
    *hidden = secrets_hidden(mem, *(const char *const *)value);
    return hidden;
}

static struct json *field_json(const struct writer *writer, const struct object *object, int field)
{
    struct arena *mem = writer->mem;
    const void *value = object_field(object, field);
    const struct field *info = &kind_table[object->kind].field[field];
    if (info->marks & FIELD_SECRET)
        value = value_hidden(mem, info->type, value);
    switch (info->type) {
    case FIELD_TEXT:
    case FIELD_TYPE: return json_string(mem, *(const char *const *)value);
    case FIELD_EXPR: return expr_json(writer, value);
    case FIELD_NAMES: return json_names(mem, value);
    case FIELD_REF: return ref_to_json(mem, value);
    case FIELD_REFS: return refs_json(mem, value);
    case FIELD_FLAG: return json_bool(mem, *(const bool *)value);
    case FIELD_INT: return json_int(mem, *(const int64_t *)value);
    }
    return json_null(mem);
}

static void children_json(const struct writer *writer, struct json *json, const struct object *object);

static bool is_first_field(enum kind kind, const struct json *json)
{
    return json->n == 1 && text_equal(json->key[0], kind_table[kind].field[0].name) &&
           (json->item[0]->type == JSON_TEXT || json->item[0]->type == JSON_ARRAY);
}

static struct json *object_json(const struct writer *writer, const struct object *object)
{
    struct arena *mem = writer->mem;
    const struct kind_info *info = &kind_table[object->kind];
    struct json *json = json_object(mem);
    if (object->name || !writer->left_out)
        json_set_text(mem, json, "name", object->name);
    if (object->name_invented)
        json_set_bool(mem, json, "name_invented", true);
    for (int i = 0; i < info->fields; i++)
        if (object_says(object, i) && !(info->field[i].marks & FIELD_UNTOLD) &&
            !(writer->left_out && short_leaves_out(writer->left_out, object, i)))
            json_set(mem, json, info->field[i].name, field_json(writer, object, i));
    children_json(writer, json, object);
    if (writer->left_out && is_first_field(object->kind, json))
        return json->item[0];
    json->one_line = writer->left_out && object->parent && kind_is(object->parent->kind, KIND_NAMESPACE);
    return json;
}

static void children_json(const struct writer *writer, struct json *json, const struct object *object)
{
    struct arena *mem = writer->mem;
    struct json *array[KIND_COUNT] = {0};
    for (int i = 0; i < object->children.n; i++) {
        const struct object *child = object->children.item[i];
        if (!array[child->kind])
            array[child->kind] = json_array(mem);
        json_add(mem, array[child->kind], object_json(writer, child));
    }
    for (int kind = 0; kind < KIND_COUNT; kind++)
        if (array[kind])
            json_set(mem, json, kind_table[kind].plural, array[kind]);
}

static void unmodelled_json(const struct writer *writer, struct json *json, const struct tree *tree)
{
    struct json *list = unmodelled_to_json(writer->mem, &tree->unmodelled);
    for (int i = 0; i < list->n; i++)
        list->item[i]->one_line = writer->left_out;
    json_set(writer->mem, json, "unmodelled", list);
}

static struct json *tree_json(const struct writer *writer, const struct tree *tree)
{
    struct arena *mem = writer->mem;
    struct json *json = json_object(mem);
    json_set_text(mem, json, "engine", engine_name(tree->engine));
    json_set_int(mem, json, "version", tree->version);
    struct json *kinds = json_array(mem);
    for (int kind = 0; kind < KIND_COUNT; kind++)
        if (tree_speaks(tree, (enum kind)kind))
            json_add(mem, kinds, json_string(mem, kind_table[kind].name));
    kinds->one_line = writer->left_out;
    json_set(mem, json, "kinds", kinds);
    if (tree->usual_schema)
        json_set_text(mem, json, "usual_schema", tree->usual_schema);
    if (writer->left_out)
        json_set(mem, json, "unsaid", short_to_json(mem, writer->left_out));
    if (tree->root->name)
        json_set_text(mem, json, "name", tree->root->name);
    children_json(writer, json, tree->root);
    if (tree->names_unmodelled)
        unmodelled_json(writer, json, tree);
    return json;
}

struct json *tree_to_json(struct arena *mem, const struct tree *tree)
{
    const struct writer writer = {mem, NULL};
    return tree_json(&writer, tree);
}

struct json *tree_to_json_short(struct arena *mem, const struct tree *tree)
{
    struct tree_short *left_out = NEW(mem, struct tree_short);
    short_find(left_out, tree);
    const struct writer writer = {mem, left_out};
    return tree_json(&writer, tree);
}
