/* Renames of objects by their kind. Private to diff/. */
#ifndef DIFF_RENAME_OBJECT_H
#define DIFF_RENAME_OBJECT_H

#include "diff/diff.h"

/* "materialized view", "view", "range type": moves past the words and what separates them from a name; false: no such kind. */
bool rename_kind_read(struct arena *mem, const char **text, enum kind *kind);
char *rename_word(struct arena *mem, enum kind kind); /* "range type" */
bool rename_is_top(enum kind kind);                   /* stands in a schema, and hangs on nothing */

/* By its name, of what is called by its name alone too if no other is called so; NULL. */
struct object *rename_child(struct arena *mem, const struct target *target, struct object *parent, enum kind kind,
                            const char *name);
/* What in a schema may hold such objects, and has that name; NULL. */
struct object *rename_holder(struct arena *mem, const struct target *target, const struct object *schema,
                             enum kind kind, const char *name);
/* Does a rename of that sort say what the other one's table, view or type is called? */
bool rename_holds(const struct rename *holder, const struct rename *part);
/* What messages call those of a class, or of that kind if it is not 0. */
struct names rename_names(struct arena *mem, const struct object *parent, unsigned class, enum kind kind);
bool rename_takes_same(const char *from, const char *to); /* "f(integer)", "g(integer)" */

/* rename_alike.c: guesses (struct rename *) at what is neither a table nor a column, in a schema of both trees. */
void schemas_guess(struct ctx *ctx, const struct diff_input *input, struct list *guesses);
void objects_guess(struct ctx *ctx, const struct diff_input *input, const struct object *before,
                   const struct object *after, struct list *guesses);

#endif
