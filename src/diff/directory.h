/* Objects of one tree by the names under which SQL texts speak of them. Private to diff/. */
#ifndef DIFF_DIRECTORY_H
#define DIFF_DIRECTORY_H

#include "base/map.h"
#include "dialect/target.h"

struct directory {
    struct arena *mem;
    const struct target *target;
    const char *usual;    /* what texts may call the default schema; NULL */
    struct map relation;  /* "schema\1name", folded, to struct object * */
    struct map type;      /* likewise */
    struct map collation; /* likewise */
    struct map called;    /* likewise, to struct list *: all that may be called so */
    struct map defined;   /* likewise: what is one statement each, of any kind */
};

void directory_open(struct directory *directory, struct arena *mem, const struct target *target,
                    const struct tree *tree);
/* NULL if there is none. A schema of NULL is the default one. */
struct object *directory_relation(const struct directory *directory, const char *schema, const char *name);
struct object *directory_type(const struct directory *directory, const char *schema, const char *name);
struct object *directory_collation(const struct directory *directory, const char *schema, const char *name);
/* struct object *: all of that name, whatever their arguments; NULL if there is none. */
const struct list *directory_called(const struct directory *directory, const char *schema, const char *name);
const struct list *directory_defined(const struct directory *directory, const char *schema, const char *name);
struct object *directory_column(const struct directory *directory, const struct object *relation, const char *name);

#endif
