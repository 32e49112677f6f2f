/* Which names an object takes, and where: two objects with a key in common cannot stand beside each other. Private to diff/. */
#ifndef DIFF_SPACES_H
#define DIFF_SPACES_H

#include "dialect/target.h"

/* One key for each name space of its kind; none of an object without a name. */
struct names spaces_of(struct arena *mem, const struct target *target, const struct object *object);

/*
 * What the engine makes along with it, as struct object *: kind, name and parent are all that they have.  Of a name card, what
 * is made along with an object of that name.
 */
struct list implied_by(struct arena *mem, const struct target *target, const struct object *object);

/* The field that says how that is called; -1: none does. */
int implied_field(enum kind kind);

#endif
