/* What the files that carry renames out in a tree share; private to diff/. */
#ifndef DIFF_RENAME_CARRY_H
#define DIFF_RENAME_CARRY_H

#include "diff/diff.h"
#include "diff/mention.h"

struct carrier {
    struct arena *mem;
    const struct target *target;
    struct directory directory;
    struct list renamed; /* struct renamed * */
    bool entries;        /* some of them are LISTED */
    bool schemas;        /* some of them hold others */
};

/*
 * rename_entry.c.  Entries of lists get their new names where the lists stand; all of them at once, for they may change places.
 */
void entries_rename(const struct carrier *carrier);
/*
 * In the expressions of `object`: where a value of the type is written, before the types themselves get other names.  What no server
 * printed may leave the type to be guessed.
 */
void entries_carry(const struct carrier *carrier, struct object *object);

/* rename_schema.c. Its name, or the one that it gets. */
const char *schema_after(const struct carrier *carrier, const char *name);
/* Schemas in a text of `object` (NULL: of nobody's), as struct mention *; `known` are the other mentions in it (NULL). */
void schemas_find(const struct carrier *carrier, const struct object *object, const char *text,
                  const struct list *known, struct list *found);
/* A type, or another text of nothing but names. */
const char *schemas_carry(const struct carrier *carrier, const char *text);

/* rename_carry.c: in its own statement. */
void own_name_carry(const struct carrier *carrier, const struct renamed *renamed);

/*
 * A copy of an object of `tree` that says the other names of those renamed (struct renamed *): it stands where that one does, and is
 * no child there.
 */
struct object *object_turned_back(struct arena *mem, const struct target *target, const struct tree *tree,
                                  struct object *object, const struct list *renamed);

#endif
