/* JSON as a tree: making and asking.  Reading is in json_read.c, writing in json_write.c. */
#include "base/json.h"

#include "base/text.h"

static struct json *new_value(struct arena *mem, enum json_type type)
{
    struct json *value = NEW(mem, struct json);
    value->type = type;
    return value;
}

struct json *json_null(struct arena *mem)
{
    return new_value(mem, JSON_NULL);
}

struct json *json_bool(struct arena *mem, bool truth)
{
    struct json *value = new_value(mem, JSON_BOOL);
    value->truth = truth;
    return value;
}

struct json *json_int(struct arena *mem, int64_t number)
{
    struct json *value = new_value(mem, JSON_INT);
    value->number = number;
    return value;
}

struct json *json_real(struct arena *mem, double real)
{
    struct json *value = new_value(mem, JSON_REAL);
    value->real = real;
    return value;
}

struct json *json_string(struct arena *mem, const char *text)
{
    struct json *value = new_value(mem, text ? JSON_TEXT : JSON_NULL);
    value->text = text;
    return value;
}

struct json *json_array(struct arena *mem)
{
    return new_value(mem, JSON_ARRAY);
}

struct json *json_object(struct arena *mem)
{
    return new_value(mem, JSON_OBJECT);
}

struct json *json_names(struct arena *mem, const struct names *names)
{
    struct json *array = json_array(mem);
    for (int i = 0; i < names->n; i++)
        json_add(mem, array, json_string(mem, names->item[i]));
    return array;
}

struct json *json_texts(struct arena *mem, const struct json_source *source, int n)
{
    struct json *value = new_value(mem, JSON_TEXTS);
    value->source = source;
    value->n = n;
    return value;
}

static void make_room(struct arena *mem, struct json *value)
{
    if (value->n < value->room)
        return;
    int room = value->room ? value->room * 2 : 2;
    size_t n = (size_t)value->n;
    value->item = arena_grow(mem, value->item, sizeof *value->item * n, sizeof *value->item * (size_t)room);
    if (value->type == JSON_OBJECT)
        value->key = arena_grow(mem, value->key, sizeof *value->key * n, sizeof *value->key * (size_t)room);
    value->room = room;
}

void json_add(struct arena *mem, struct json *array, struct json *item)
{
    make_room(mem, array);
    array->item[array->n++] = item;
}

/* Its number, or -1. */
static int find_key(const struct json *object, const char *key)
{
    if (!object || object->type != JSON_OBJECT)
        return -1;
    for (int i = 0; i < object->n; i++)
        if (!strcmp(object->key[i], key))
            return i;
    return -1;
}

void json_set(struct arena *mem, struct json *object, const char *key, struct json *item)
{
    int at = find_key(object, key);
    if (at < 0) {
        make_room(mem, object);
        at = object->n++;
        object->key[at] = key;
    }
    object->item[at] = item;
}

void json_set_text(struct arena *mem, struct json *object, const char *key, const char *text)
{
    json_set(mem, object, key, json_string(mem, text));
}

void json_set_int(struct arena *mem, struct json *object, const char *key, int64_t number)
{
    json_set(mem, object, key, json_int(mem, number));
}

void json_set_bool(struct arena *mem, struct json *object, const char *key, bool truth)
{
    json_set(mem, object, key, json_bool(mem, truth));
}

const char *json_item_text(const struct json *texts, int i, size_t *length)
{
    if (texts->type == JSON_TEXTS)
        return texts->source->text(texts->source->of, i, length);
    *length = strlen(texts->item[i]->text);
    return texts->item[i]->text;
}

static struct json *clone_texts(struct arena *mem, const struct json *value)
{
    struct json *array = json_array(mem);
    for (int i = 0; i < value->n; i++) {
        size_t length;
        const char *text = json_item_text(value, i, &length);
        json_add(mem, array, json_string(mem, arena_copy(mem, text, length)));
    }
    return array;
}

struct json *json_clone(struct arena *mem, const struct json *value)
{
    if (value->type == JSON_TEXTS)
        return clone_texts(mem, value);
    struct json *copy = NEW(mem, struct json);
    *copy = *value;
    copy->text = arena_dup(mem, value->text);
    if (value->type == JSON_OBJECT)
        copy->key = NULL;
    copy->item = NULL;
    copy->n = copy->room = 0;
    for (int i = 0; i < value->n; i++) {
        make_room(mem, copy);
        if (value->type == JSON_OBJECT)
            copy->key[i] = arena_dup(mem, value->key[i]);
        copy->item[copy->n++] = json_clone(mem, value->item[i]);
    }
    return copy;
}

struct json *json_get(const struct json *object, const char *key)
{
    int at = find_key(object, key);
    return at < 0 ? NULL : object->item[at];
}

const char *json_get_text(const struct json *object, const char *key)
{
    const struct json *value = json_get(object, key);
    return value && value->type == JSON_TEXT ? value->text : NULL;
}

int64_t json_get_int(const struct json *object, const char *key, int64_t otherwise)
{
    const struct json *value = json_get(object, key);
    return value && value->type == JSON_INT ? value->number : otherwise;
}

bool json_get_bool(const struct json *object, const char *key, bool otherwise)
{
    const struct json *value = json_get(object, key);
    return value && value->type == JSON_BOOL ? value->truth : otherwise;
}

struct names json_get_names(struct arena *mem, const struct json *object, const char *key)
{
    struct names names = {0};
    const struct json *array = json_get(object, key);
    if (!array || array->type != JSON_ARRAY)
        return names;
    for (int i = 0; i < array->n; i++)
        if (array->item[i]->type == JSON_TEXT)
            names_add(mem, &names, array->item[i]->text);
    return names;
}
