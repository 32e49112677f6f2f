/*
 * References: which object a field names, by schema and name, never by name alone.
 * In JSON a reference is [schema, name] or [schema, name, part], and null where there is none.
 */
#ifndef SCHEMA_REF_H
#define SCHEMA_REF_H

#include "base/arena.h"
#include "base/json.h"

struct object;

struct ref {
    const char *schema; /* "" is the default one; NULL is not said: looked for in the default one, but no difference */
    const char *name;   /* of a top object of that schema; NULL: there is no reference */
    const char *part;   /* a column of it; NULL: the whole object */
};

struct refs {
    struct ref *item;
    int n;
    int room;
};

struct ref ref_to(const struct object *object);          /* to a top object, or to a column of one; texts are shared */
bool ref_same(const struct ref *a, const struct ref *b); /* text by text */
struct ref ref_copy(struct arena *mem, const struct ref *ref);
/* "app.users.id" for messages, without a default schema; NULL if there is none. */
char *ref_text(struct arena *mem, const struct ref *ref);
/* From "users" or "app.users", as people write it in hints. */
struct ref ref_from_text(struct arena *mem, const char *text);
struct json *ref_to_json(struct arena *mem, const struct ref *ref);
bool ref_from_json(struct arena *mem, const struct json *json, struct ref *ref); /* false: is not a reference */

void refs_add(struct arena *mem, struct refs *refs, const struct ref *ref);
bool refs_have(const struct refs *refs, const struct ref *ref);
bool refs_same(const struct refs *a, const struct refs *b); /* the same in the same order */
struct refs refs_copy(struct arena *mem, const struct refs *refs);
char *refs_text(struct arena *mem, const struct refs *refs, const char *separator);

#endif
