/*
 * Reading JSON: jansson parses, because it knows strict UTF-8 and says where an error is; its tree is
 * turned at once into ours, which lives in the arena.  No other file sees jansson.
 */

/* Names that jansson's header and ours share; its own are not used here under these names. */
#define json_type   jansson_type
#define json_null   jansson_null
#define json_real   jansson_real
#define json_string jansson_string
#define json_array  jansson_array
#define json_object jansson_object
#define JSON_NULL   JANSSON_NULL
#define JSON_REAL   JANSSON_REAL
#define JSON_ARRAY  JANSSON_ARRAY
#define JSON_OBJECT JANSSON_OBJECT
#include <jansson.h>
#undef json_type
#undef json_null
#undef json_real
#undef json_string
#undef json_array
#undef json_object
#undef JSON_NULL
#undef JSON_REAL
#undef JSON_ARRAY
#undef JSON_OBJECT

#include "base/json.h"
#include "base/text.h"

static struct json *convert(struct arena *mem, json_t *from);

static struct json *convert_array(struct arena *mem, json_t *from)
{
    struct json *array = json_array(mem);
    for (size_t i = 0; i < json_array_size(from); i++)
        json_add(mem, array, convert(mem, json_array_get(from, i)));
    return array;
}

/* Filled without json_set(), whose search for an older key would cost the square of their number. */
static struct json *convert_object(struct arena *mem, json_t *from)
{
    struct json *object = json_object(mem);
    size_t size = json_object_size(from);
    object->key = NEW_ARRAY(mem, const char *, size);
    object->item = NEW_ARRAY(mem, struct json *, size);
    object->room = (int)size;
    for (void *at = json_object_iter(from); at; at = json_object_iter_next(from, at)) {
        object->key[object->n] = arena_dup(mem, json_object_iter_key(at));
        object->item[object->n++] = convert(mem, json_object_iter_value(at));
    }
    return object;
}

static struct json *convert(struct arena *mem, json_t *from)
{
    switch ((int)json_typeof(from)) {
    case JANSSON_OBJECT: return convert_object(mem, from);
    case JANSSON_ARRAY: return convert_array(mem, from);
    case JSON_STRING: return json_string(mem, arena_copy(mem, json_string_value(from), json_string_length(from)));
    case JSON_INTEGER: return json_int(mem, json_integer_value(from));
    case JANSSON_REAL: return json_real(mem, json_real_value(from));
    case JSON_TRUE: return json_bool(mem, true);
    case JSON_FALSE: return json_bool(mem, false);
    default: return json_null(mem);
    }
}

/*
 * jansson counts columns in characters and quotes what it met.  A column is in bytes with us, and what
 * stands in the text may be a secret.
 */
static int fail_json(struct ctx *ctx, const char *name, const char *text, size_t length, const json_error_t *error)
{
    size_t end = error->position > 0 && (size_t)error->position <= length ? (size_t)error->position : 0;
    const char *newline = end ? memrchr(text, '\n', end - 1) : NULL;
    int column = end ? (int)(text + end - (newline ? newline + 1 : text)) : 0;
    const char *quoted = strstr(error->text, " near '");
    int shown = quoted ? (int)(quoted - error->text) : (int)strlen(error->text);
    fail(ctx, ERR_SYNTAX, "%s is not valid JSON: %.*s", name, shown, error->text);
    return fail_at(ctx, name, error->line > 0 ? error->line : 0, column);
}

int json_read(struct ctx *ctx, const char *name, const char *text, size_t length, struct json **value)
{
    const char *zero = memchr(text, 0, length);
    if (zero) /* jansson takes it for the end, and a file that a crash has padded would pass */
        return fail(ctx, ERR_SYNTAX, "%s is not valid JSON: zero byte at offset %td", name, zero - text);
    json_error_t error;
    json_t *from = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (!from)
        return fail_json(ctx, name, text, length, &error);
    *value = convert(ctx->mem, from);
    json_decref(from);
    return 0;
}
