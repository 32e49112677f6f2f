/*
 * What the short form of a tree leaves out, and how it comes back: what silence means by kinds.def, or, in the listed
 * fields, that there is nothing.  A field is listed if every object of its kind says something there and silence
 * would mean nothing, or mostly the wrong thing (columns that are not nullable).
 */
#include "schema/tree_short.h"

#include "base/text.h"

static bool may_be_none(const struct field *field)
{
    return field->type != FIELD_INT && (!field->unsaid || *field->unsaid);
}

/* Where silence means nothing, one that is none is enough; where it means something, most must be. */
static bool is_worth_it(const struct field *field, int none, int said)
{
    return field->unsaid ? 2 * none > said : none > 0;
}

void short_find(struct tree_short *fields, const struct tree *tree)
{
    int objects[KIND_COUNT] = {0}, said[KIND_COUNT][FIELD_LIMIT] = {0}, none[KIND_COUNT][FIELD_LIMIT] = {0};
    for (const struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        objects[o->kind]++;
        for (int i = 0; i < kind_table[o->kind].fields; i++) {
            said[o->kind][i] += object_says(o, i);
            none[o->kind][i] += field_is_none(o, i);
        }
    }
    for (int kind = 0; kind < KIND_COUNT; kind++)
        for (int i = 0; i < kind_table[kind].fields; i++) {
            const struct field *field = &kind_table[kind].field[i];
            fields->has[kind][i] = may_be_none(field) && said[kind][i] == objects[kind] &&
                                   is_worth_it(field, none[kind][i], said[kind][i]);
        }
}

/* Says what silence would mean. */
static bool is_unsaid_value(const struct object *object, int field)
{
    const struct field *info = &kind_table[object->kind].field[field];
    const void *value = object_field(object, field);
    int64_t number;
    if (!info->unsaid)
        return false;
    if (!*info->unsaid)
        return field_is_none(object, field);
    switch (info->type) {
    case FIELD_TEXT: return text_equal(*(const char *const *)value, info->unsaid);
    case FIELD_FLAG: return *(const bool *)value;
    case FIELD_INT: return text_to_int(info->unsaid, &number) && *(const int64_t *)value == number;
    default: return false;
    }
}

bool short_leaves_out(const struct tree_short *fields, const struct object *object, int field)
{
    return fields->has[object->kind][field] ? field_is_none(object, field) : is_unsaid_value(object, field);
}

struct json *short_to_json(struct arena *mem, const struct tree_short *fields)
{
    struct json *json = json_object(mem);
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        struct json *names = json_array(mem);
        for (int i = 0; i < kind_table[kind].fields; i++)
            if (fields->has[kind][i])
                json_add(mem, names, json_string(mem, kind_table[kind].field[i].name));
        if (names->n)
            json_set(mem, json, kind_table[kind].name, names);
    }
    json->one_line = true;
    return json;
}

const char *short_from_json(struct tree_short *fields, const struct json *json)
{
    for (int i = 0; i < json->n && json->type == JSON_OBJECT; i++) {
        enum kind kind = kind_find(json->key[i]);
        for (int k = 0; k < json->item[i]->n && kind != KIND_COUNT; k++) {
            int field = json->item[i]->item[k]->type == JSON_TEXT ? field_find(kind, json->item[i]->item[k]->text) : -1;
            if (field < 0 || !may_be_none(&kind_table[kind].field[field]))
                return "lists fields of a kind that may be absent";
            fields->has[kind][field] = true;
        }
        if (kind == KIND_COUNT)
            return "lists fields by the kinds that there are";
    }
    return json->type == JSON_OBJECT ? NULL : "must be an object";
}

void short_fill_in(const struct tree_short *fields, struct tree *tree)
{
    for (struct object *o = tree->root; o; o = object_next(tree->root, o))
        for (int i = 0; i < kind_table[o->kind].fields; i++)
            if (fields->has[o->kind][i])
                object_say(o, i); /* zeroed is none */
    settle_unsaid(tree);
}
