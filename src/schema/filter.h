/* Which objects a project looks at: include/exclude patterns, our own tables left out, ownership. */
#ifndef SCHEMA_FILTER_H
#define SCHEMA_FILTER_H

#include "base/map.h"
#include "schema/tree.h"

/* A pattern without a dot is about the table's own name, in whatever schema it is. Views are tables here. */
struct filter {
    struct names include; /* patterns on "table" or "schema.table" with * and ?; empty: everything */
    struct names exclude;
    struct names own; /* our state tables, never touched */
};

/* Removes from `tree` what the filter leaves out. */
void filter_apply(const struct filter *filter, struct tree *tree);
bool filter_match(const char *pattern, const char *name);
/* What users call the default schema when they spell it out ("public"); in a tree it is "". */
const char *default_schema(enum engine engine);

/*
 * The set of managed objects as texts "kind:schema.name" (the default schema is ""), indexes as
 * "index:schema.table.name".  What is not OWNED by its parent needs an entry of its own.
 */
struct managed {
    struct names paths; /* kept sorted by managed_add() */
    struct map *words; /* lower-case words of the project's own DDL; NULL: all columns of a managed table are managed */
};
char *managed_path(struct arena *mem, const struct object *object);
void managed_add(struct arena *mem, struct managed *managed, const struct object *object);
/* What is OWNED is managed with its parent; but a column that no file of the project names was added by somebody else. */
bool managed_has(struct arena *mem, const struct managed *managed, const struct object *object);

#endif
