/*
 * References: making, comparing, spelling.  Text by text: what an engine takes for the same name is for diff/compare.c.
 */
#include "schema/ref.h"

#include "base/text.h"
#include "schema/object.h"

static const char *schema_of(const struct ref *ref)
{
    return ref->schema ? ref->schema : "";
}

struct ref ref_to(const struct object *object)
{
    if (!object->parent || object->parent->kind == KIND_SCHEMA)
        return (struct ref){object->parent && object->parent->name ? object->parent->name : "", object->name, NULL};
    struct ref whole = ref_to(object->parent);
    return (struct ref){whole.schema, whole.name, object->name};
}

bool ref_same(const struct ref *a, const struct ref *b)
{
    if (!a->name || !b->name)
        return !a->name && !b->name;
    return text_equal(schema_of(a), schema_of(b)) && text_equal(a->name, b->name) && text_equal(a->part, b->part);
}

struct ref ref_copy(struct arena *mem, const struct ref *ref)
{
    return (struct ref){arena_dup(mem, ref->schema), arena_dup(mem, ref->name), arena_dup(mem, ref->part)};
}

char *ref_text(struct arena *mem, const struct ref *ref)
{
    if (!ref->name)
        return NULL;
    const char *schema = schema_of(ref);
    return arena_printf(mem, "%s%s%s%s%s", schema, *schema ? "." : "", ref->name, ref->part ? "." : "",
                        ref->part ? ref->part : "");
}

struct ref ref_from_text(struct arena *mem, const char *text)
{
    const char *dot = strchr(text, '.');
    if (!dot)
        return (struct ref){"", arena_dup(mem, text), NULL};
    return (struct ref){arena_copy(mem, text, (size_t)(dot - text)), arena_dup(mem, dot + 1), NULL};
}

struct json *ref_to_json(struct arena *mem, const struct ref *ref)
{
    if (!ref->name)
        return json_null(mem);
    struct json *json = json_array(mem);
    json_add(mem, json, json_string(mem, ref->schema)); /* null: not said */
    json_add(mem, json, json_string(mem, ref->name));
    if (ref->part)
        json_add(mem, json, json_string(mem, ref->part));
    return json;
}

bool ref_from_json(struct arena *mem, const struct json *json, struct ref *ref)
{
    *ref = (struct ref){0};
    if (json->type == JSON_NULL)
        return true;
    if (json->type == JSON_TEXT) {
        *ref = (struct ref){"", arena_dup(mem, json->text), NULL};
        return true;
    }
    if (json->type != JSON_ARRAY || json->n < 2 || json->n > 3)
        return false;
    for (int i = 0; i < json->n; i++)
        if (json->item[i]->type != JSON_TEXT && (i || json->item[i]->type != JSON_NULL))
            return false;
    const char *schema = json->item[0]->type == JSON_TEXT ? json->item[0]->text : NULL;
    *ref = (struct ref){arena_dup(mem, schema), arena_dup(mem, json->item[1]->text),
                        json->n == 3 ? arena_dup(mem, json->item[2]->text) : NULL};
    return true;
}

void refs_add(struct arena *mem, struct refs *refs, const struct ref *ref)
{
    if (refs->n == refs->room) {
        int room = refs->room ? 2 * refs->room : 4;
        struct ref *item = NEW_ARRAY(mem, struct ref, room);
        if (refs->n)
            memcpy(item, refs->item, sizeof *item * (size_t)refs->n);
        refs->item = item;
        refs->room = room;
    }
    refs->item[refs->n++] = *ref;
}

bool refs_have(const struct refs *refs, const struct ref *ref)
{
    for (int i = 0; i < refs->n; i++)
        if (ref_same(&refs->item[i], ref))
            return true;
    return false;
}

bool refs_same(const struct refs *a, const struct refs *b)
{
    if (a->n != b->n)
        return false;
    for (int i = 0; i < a->n; i++)
        if (!ref_same(&a->item[i], &b->item[i]))
            return false;
    return true;
}

struct refs refs_copy(struct arena *mem, const struct refs *refs)
{
    struct refs copy = {0};
    for (int i = 0; i < refs->n; i++) {
        struct ref ref = ref_copy(mem, &refs->item[i]);
        refs_add(mem, &copy, &ref);
    }
    return copy;
}

char *refs_text(struct arena *mem, const struct refs *refs, const char *separator)
{
    struct names names = {0};
    for (int i = 0; i < refs->n; i++)
        names_add(mem, &names, ref_text(mem, &refs->item[i]));
    return names_join(mem, &names, separator);
}
