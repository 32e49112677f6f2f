/* Renames of objects by their kind. Private to diff/. */
#ifndef DIFF_RENAME_OBJECT_H
#define DIFF_RENAME_OBJECT_H

#include "diff/diff.h"

/* "materialized view", "view", "range type": moves past the words and what separates them from a name; false: no such kind. */
bool rename_kind_read(struct arena *mem, const char **text, enum kind *kind);
char *rename_word(struct arena *mem, enum kind kind); /* "range type" */
bool rename_is_top(enum kind kind);                   /* stands in a schema, and hangs on nothing */

/* By its name, of what is called by its name alone too if no other is called so; NULL. */
const struct object *rename_child(struct arena *mem, const struct target *target, const struct object *parent,
                                  enum kind kind, const char *name);
/* What in a schema may hold such objects, and has that name; NULL. */
const struct object *rename_holder(struct arena *mem, const struct target *target, const struct object *schema,
                                   enum kind kind, const char *name);
bool rename_takes_same(const char *from, const char *to); /* "f(integer)", "g(integer)" */

#endif
