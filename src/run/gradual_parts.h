/* What gradual.c and gradual_type.c share with each other and nobody else. */
#ifndef RUN_GRADUAL_PARTS_H
#define RUN_GRADUAL_PARTS_H

#include "run/gradual.h"

/* Where the objects of a tree stand in a walk through it, by their addresses. */
struct numbered {
    const struct object *object;
    int number;
};

struct numbering {
    struct numbered *item;
    int n;
};

struct easing {
    struct ctx *ctx;
    struct arena *mem;
    const struct target *target;
    const struct changes *changes;
    const struct gradual_wish *wish;
    struct gradual *gradual;
    struct numbering before, after;    /* of the tree that is, of the desired one */
    struct list twins[GRADUAL_STAGES]; /* the same objects in each stage's tree; NULL where it was taken out */
    struct list taken;                 /* struct object *: of the desired tree, eased along with a column of theirs */
    struct list retypes;               /* struct retype *: columns that get another type in steps, */
    struct list retyped;               /* struct object *: and they themselves, of the desired tree */
    struct list scratch[2];            /* walks: the desired tree with them called `new`, the one that is, `old` */
    struct names given; /* names that nothing else may get: of indexes of partitions, of what keeps columns equal */
    struct map *heads;  /* names, and what each was cut from */
    struct list filled; /* const struct object *: columns that are filled by a step of its own */
};

int number_in(const struct numbering *numbering, const struct object *object); /* -1: it is not of that tree */
/* The same object in the tree of a stage; NULL where it was taken out. */
struct object *easing_twin(const struct easing *easing, int stage, const struct object *object);
void easing_remove(const struct easing *easing, int stage, const struct object *object);
/* Nobody has it in either tree: "users_age_new". */
const char *easing_name(const struct easing *easing, const char *table, const char *column, const char *suffix);
/* The same for what no tree has: it is given once. */
const char *easing_own_name(const struct easing *easing, const char *table, const char *column, const char *suffix);
/* Why what is of the table cannot be changed in steps; NULL: it can. */
const char *easing_table_reason(const struct object *table);
/* Why its rows cannot be gone through in batches; NULL: they can. */
const char *easing_key_reason(const struct easing *easing, const struct object *table);
struct object *easing_whole(const struct object *table); /* what it is a partition of; NULL */
void easing_direct(const struct easing *easing, const struct object *object, const char *reason);
/* A check that the column holds no NULL: NOT VALID until the stage that checks, and gone with the last one. */
void easing_not_null_add(const struct easing *easing, const struct object *column, const char *name_before_swap);
/* gradual_type.c */
void easing_retypes_find(struct easing *easing);
void easing_retype(const struct easing *easing, const struct change *change);
bool easing_is_retype(const struct easing *easing, const struct change *change); /* one that writes rows anew */
struct object *easing_unique_index(const struct easing *easing, struct object *table, const struct object *key,
                                   const char *name);

#endif
