/*
 * Two settled trees into changes: one generic loop over descriptors that names no engine. Both trees are changed on
 * the way, so that everything after sees one picture: renames are carried out in `before` (the rename changes keep
 * the old names), and what the desired side does not speak of, or the project does not own, is copied into `after`:
 * objects of `before` that are strangers, and settings that are unspoken (schema/managed.h).
 */
#ifndef DIFF_DIFF_H
#define DIFF_DIFF_H

#include "dialect/target.h"

struct diff_input {
    const struct target *target;
    struct tree *before;
    struct tree *after;
    const struct list *renames; /* struct rename *, decided; NULL: none */
};

/* One rename: of a table ("users" to "people"), of a column of a table, of what else hangs on one, or of a schema. */
struct rename {
    enum kind kind;     /* of what is neither a table nor a column; 0 of those */
    const char *schema; /* as trees name it; NULL: a flag did not say, and rename_check() has not found it yet */
    const char *title;  /* of its schema, for messages and flags; NULL where nobody has to name it */
    const char *
        table; /* of a column: its table's name in the *desired* tree; NULL: a table is renamed, or what hangs on none */
    const char *from;
    const char *to;
    const char *resolved_from; /* "rename_flag", "prompt", NULL: a guess that nobody has confirmed */
    int percent;               /* of a guess about a table: how alike */
    const char *retype;        /* of a guess about a column: "TEXT → VARCHAR(20)"; NULL if the type stays */
    struct place place;        /* of a note */
    bool done;                 /* of a schema: rename_schemas() has carried it out in the current tree */
};

/* An object of a tree, and the name that it gets. */
struct renamed {
    struct object *object;
    const char *to;
    const struct rename *rename; /* NULL: the engine does it by itself, or did */
};

/* All those of a settled tree at once (struct renamed *), with every field and text that names one of them. */
void tree_rename(struct arena *mem, const struct target *target, struct tree *tree, const struct list *renamed);

int diff_trees(struct ctx *ctx, const struct diff_input *input, struct changes **changes);

/*
 * ERR_UNSUPPORTED with one sentence if a plan for these changes would drop what is still desired in a form that no kind
 * models, or write something without a property that no kind models. For comparing, not for making plans, it is not asked.
 */
int unmodelled_check(struct ctx *ctx, const struct changes *changes);

/* ERR_UNSUPPORTED if something would be created under a name that something else has which the project leaves alone. */
int strangers_check(struct ctx *ctx, const struct target *target, const struct changes *changes);

/* What stays in the desired tree and names something that goes, as struct edge *: one for each such object. */
void dangling_find(struct arena *mem, const struct target *target, const struct changes *changes, struct list *found);
char *dangling_text(struct arena *mem, const struct edge *edge); /* "view v still names table t / column c, ..." */
/* Drops it too, and what names that. */
void dangling_drop(struct arena *mem, const struct target *target, struct changes *changes);

/* Are these two objects of one kind equal, parts included? The differing fields are set in `fields` (may be NULL). */
bool diff_equal(struct arena *mem, const struct target *target, const struct object *a, const struct object *b,
                uint64_t *fields);

#endif
