/* Which objects a project looks at: include/exclude patterns, our own tables left out. */
#ifndef SCHEMA_FILTER_H
#define SCHEMA_FILTER_H

#include "schema/tree.h"

/* A pattern without a dot is about the table's own name, in whatever schema it is. Views are tables here. */
struct filter {
    struct names include; /* patterns on "table" or "schema.table" with * and ?; empty: everything */
    struct names exclude;
    struct names own; /* our state tables, never touched */
    bool grants;      /* who may do what is compared; else nothing is said of it */
    bool ownership;   /* whose what is, likewise */
    bool usual_only;  /* other schemas are none of ours, whatever is in them */
};

/* Removes from `tree` what the filter leaves out. Patterns may call the schema "" `usual`; NULL: it has no name. */
void filter_apply(const struct filter *filter, const char *usual, struct tree *tree);
bool filter_takes(const struct filter *filter, const char *usual, const char *schema, const char *name);
bool filter_match(const char *pattern, const char *name);

#endif
