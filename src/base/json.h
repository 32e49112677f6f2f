/*
 * JSON as a tree in the arena.  Read through jansson (strict UTF-8, positions in errors, duplicate keys
 * refused), written here, to the byte as Python's json.dumps(..., ensure_ascii=False) writes, because
 * checksums of 0.8.2 are taken over that text.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"
#include "base/ctx.h"
#include "base/list.h"

enum json_type {
    JSON_NULL,
    JSON_BOOL,
    JSON_INT,
    JSON_REAL,
    JSON_TEXT,
    JSON_ARRAY,
    JSON_OBJECT,
    JSON_TEXTS /* written as an array of texts that stand elsewhere */
};

/* Text i of n, not ended by a zero byte. */
struct json_source {
    const char *(*text)(const void *of, int i, size_t *length);
    const void *of;
};

/* A schema of 1,000 tables has 100,000 of them, so what excludes each other shares its place; `text` and `item` may be asked of all. */
struct json {
    enum json_type type;
    bool truth;
    bool one_line; /* stands on one line, tightly, even where the rest is indented */
    int n;
    int room;
    union {
        int64_t number;
        double real;
        const char **key; /* of an object, in order; parallel to item */
        const struct json_source *source;
    };
    const char *text;
    struct json **item; /* of an array or object */
};

/* `name` is what errors call the text (a path). ERR_SYNTAX with line and column. */
int json_read(struct ctx *ctx, const char *name, const char *text, size_t length, struct json **value);

enum json_style {
    JSON_PYTHON,        /* one line, ", " and ": " */
    JSON_PYTHON_SORTED, /* the same with keys sorted at every level */
    JSON_INDENTED,      /* indent=2, as json.dump(indent=2) */
    JSON_TIGHT          /* one line, "," and ":" */
};
void json_write(struct buf *out, const struct json *value, enum json_style style);
char *json_text(struct arena *mem, const struct json *value, enum json_style style);

/* jansson has functions of these names too; the linker knows ours by others, else jansson would call them. */
#define LINKED_AS(symbol) __asm__(symbol)

struct json *json_null(struct arena *mem) LINKED_AS("base_json_null");
struct json *json_bool(struct arena *mem, bool truth);
struct json *json_int(struct arena *mem, int64_t number);
struct json *json_real(struct arena *mem, double real) LINKED_AS("base_json_real");
/* NULL gives null; the text is kept, not copied. */
struct json *json_string(struct arena *mem, const char *text) LINKED_AS("base_json_string");
struct json *json_array(struct arena *mem) LINKED_AS("base_json_array");
struct json *json_object(struct arena *mem) LINKED_AS("base_json_object");
struct json *json_names(struct arena *mem, const struct names *names);
/* `source`, and what it is about, is kept, not copied; its texts are asked for when the value is written or cloned. */
struct json *json_texts(struct arena *mem, const struct json_source *source, int n);
const char *json_item_text(const struct json *texts, int i, size_t *length); /* of these, or of an array of texts */

struct json *json_clone(struct arena *mem, const struct json *value); /* texts too */
void json_add(struct arena *mem, struct json *array, struct json *item);
void json_set(struct arena *mem, struct json *object, const char *key, struct json *item); /* replaces */
void json_set_text(struct arena *mem, struct json *object, const char *key, const char *text);
void json_set_int(struct arena *mem, struct json *object, const char *key, int64_t number);
void json_set_bool(struct arena *mem, struct json *object, const char *key, bool truth);

/* All accept NULL and values of another type, and then give NULL, 0 or false. */
struct json *json_get(const struct json *object, const char *key);
const char *json_get_text(const struct json *object, const char *key);
int64_t json_get_int(const struct json *object, const char *key, int64_t otherwise);
bool json_get_bool(const struct json *object, const char *key, bool otherwise);
struct names json_get_names(struct arena *mem, const struct json *object, const char *key);

#endif
