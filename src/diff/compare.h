/* Sameness of fields and objects, for diff/ and what lays trees over each other. diff_equal() of diff.h is here too. */
#ifndef DIFF_COMPARE_H
#define DIFF_COMPARE_H

#include "diff/diff.h"

struct field_pair {
    const void *a;
    const void *b;
    const char *type_text; /* of the column whose default is compared; else NULL */
};

bool compare_field(struct arena *mem, const struct target *target, const struct object *before,
                   const struct object *after, int field);
/* Only the fields that identify an unnamed object. */
bool compare_identity(struct arena *mem, const struct target *target, const struct object *before,
                      const struct object *after);
bool compare_name(struct arena *mem, const struct target *target, const char *a, const char *b);
bool compare_ref(struct arena *mem, const struct target *target, const struct ref *a, const struct ref *b);

#endif
