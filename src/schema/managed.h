/*
 * How ownership is written down.  Every object is known by the object of a schema that holds it (its top) and by a key in
 * that, which is its name or, where it has none, its content: "table:.users" and "column:name", "primary_key",
 * "check(a > 0)", or "" for the top itself.  A setting is a key with a field after it: "column:name#comment",
 * "#options.fillfactor".  What is recorded of an object stands in it: `stranger` and `unspoken`.
 */
#ifndef SCHEMA_MANAGED_H
#define SCHEMA_MANAGED_H

#include "base/map.h"
#include "schema/tree.h"

struct target;

/* How what is planned for compares; NULL: the text as it is. */
struct key_forms {
    const struct target *target;
    char *(*name)(struct arena *mem, const struct target *target, const char *name);
    char *(*expr)(struct arena *mem, const struct target *target, const char *expr);
    char *(*type)(struct arena *mem, const struct target *target, const char *type);
};

/* A schema, or what stands in one: the object itself or what holds it; NULL of the root. */
const struct object *managed_top(const struct object *object);
char *managed_top_key(struct arena *mem, const struct key_forms *forms, const struct object *top);
char *managed_top_key_of(struct arena *mem, const struct key_forms *forms, enum kind kind, const char *schema,
                         const char *name);
char *managed_name_key(struct arena *mem, const struct key_forms *forms, enum kind kind, const char *name);
char *managed_columns_key(struct arena *mem, const struct key_forms *forms, enum kind kind,
                          const struct names *columns);
char *managed_expr_key(struct arena *mem, const struct key_forms *forms, enum kind kind, const char *expr);

/* By its name, in its top; "" of the top; NULL if it has none. */
char *managed_key(struct arena *mem, const struct key_forms *forms, const struct object *object);
/* By its content, in up to two spellings; how many there are. */
int managed_content_keys(struct arena *mem, const struct key_forms *forms, const struct object *object, char *keys[2]);
/* The first of these; NULL if there is none. */
char *managed_any_key(struct arena *mem, const struct key_forms *forms, const struct object *object);
/* Both in one text, exactly as it is spelled: "table:.users/column:name". */
char *managed_path(struct arena *mem, const struct object *object);
/* As it was written before records per part: "table:.users", "index:.users.ix"; of a part that of its owner. */
char *managed_old_path(struct arena *mem, const struct object *object);

/* The settings that an object has: "comment", "options.fillfactor". */
struct names settings_of(struct arena *mem, const struct object *object);
/* `to`, the same object elsewhere, takes over what `from` has and nobody spoke of, where it is silent itself. */
void settings_keep(struct arena *mem, const struct key_forms *forms, struct object *to, const struct object *from);

#endif
