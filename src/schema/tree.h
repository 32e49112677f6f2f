/*
 * A whole described schema: the object tree with what its source could speak of.  A kind that the source
 * does not speak of (models know no triggers) is never a difference.
 * The JSON form is generic: children under the plural of their kind, fields by name, an unsaid field absent,
 * a known absence null; the models' reader, --explain, snapshots and tests all use it.
 */
#ifndef SCHEMA_TREE_H
#define SCHEMA_TREE_H

#include "base/json.h"
#include "schema/object.h"

struct tree {
    struct object *root; /* KIND_DATABASE; its schemas are named, the default one "" */
    enum engine engine;
    int version;              /* of the server that it was read from: 150004, 34001, 101106; 0: of none */
    const char *usual_schema; /* what that calls the schema "" of its names; NULL, "": see struct facts */
    const char *
        usual_collation; /* of texts in new tables of the database that it was read from, where no kind models it; NULL */
    struct kind_set kinds;    /* what the source speaks of */
    bool names_unmodelled;    /* a server was asked for what no kind models; else an empty list means nothing */
    struct list unmodelled;   /* struct unmodelled * */
    struct list dependencies; /* struct dependency *: what a server noted itself; none where nobody was asked */
    struct list held;         /* struct held *: likewise */
};

/* `from` names `to`: a relation, or a column of one. */
struct dependency {
    struct ref from;
    struct ref to;
};

/* Something that no kind models needs `what` to stay as it is: a relation or a type, or a column of a relation. */
struct held {
    struct ref what;
    const char *by;  /* "function f(mood)" */
    bool goes_along; /* it is dropped with the whole relation */
    bool falls;      /* it does not refuse: it is dropped with `what` */
};

/* Speaks of nothing yet: its source sets `kinds`. */
struct tree *tree_new(struct arena *mem, enum engine engine);
struct tree *tree_copy(struct arena *mem, const struct tree *tree);
/* The schema of that name ("" or NULL: the default one), made if it is absent. */
struct object *tree_schema(struct arena *mem, struct tree *tree, const char *name);
/* A top object of a schema, or NULL. */
struct object *tree_find(const struct tree *tree, enum kind kind, const char *schema, const char *name);
/* What a reference names, a column of it if it has a part (`kind` is that of the top object), or NULL. */
struct object *tree_find_ref(const struct tree *tree, enum kind kind, const struct ref *ref);
/* The schema of that name becomes the default one, in references too. */
void tree_fold_schema(struct arena *mem, struct tree *tree, const char *name);
/* Says what silence means by kinds.def, for the fields that the engine has. */
void settle_unsaid(struct tree *tree);
bool tree_speaks(const struct tree *tree, enum kind kind);

struct json *tree_to_json(struct arena *mem, const struct tree *tree);
/*
 * The same shorter, for files: what silence means is not written. That is what kinds.def says, or nothing (null, false, [])
 * in the fields that the key "unsaid" lists. Each object of a schema stands on a line.
 */
struct json *tree_to_json_short(struct arena *mem, const struct tree *tree);
/*
 * `name` is what errors call the source. ERR_SYNTAX on an unknown kind or field, one that the engine does not
 * have, or a wrong type. Without the key "kinds" the source speaks of every kind. Both forms are read.
 */
int tree_from_json(struct ctx *ctx, const char *name, const struct json *json, struct tree **tree);

/* Equal in every field that both say, text by text: for tests of loaders and snapshots. First difference in *where. */
bool tree_same(struct arena *mem, const struct tree *a, const struct tree *b, char **where);

#endif
