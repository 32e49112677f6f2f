/*
 * Differences as data: what diff finds, plan orders, renderers spell, hazards judge, and reports show.
 * A change is symmetric: change_reverse() of a list is the way back, so the down side is rendered by the same code.
 */
#ifndef SCHEMA_CHANGE_H
#define SCHEMA_CHANGE_H

#include "schema/tree.h"

enum change_op {
    CHANGE_CREATE,  /* before NULL */
    CHANGE_DROP,    /* after NULL */
    CHANGE_ALTER,   /* `fields` differ; peers of each other */
    CHANGE_RENAME,  /* only the name (comes beside an ALTER if more differs) */
    CHANGE_REBUILD, /* a table made again with its rows: SQLite; before and after are the whole tables */
    CHANGE_FINISH   /* the end of a CREATE or ALTER that had to wait for others; only plans have it */
};

/* The pseudo-field of an ALTER whose PART children differ. */
enum { FIELD_PARTS = FIELD_LIMIT - 1 };

struct change {
    enum change_op op;
    enum kind kind;
    struct object *before;       /* in the tree that is */
    struct object *after;        /* in the tree that is desired */
    uint64_t fields[SAID_WORDS]; /* of an ALTER: which differ */
    bool replaced;               /* a DROP and CREATE pair that stands for one REPLACE */
    bool makes_room;             /* of those: only because another step needs it, so as one with that */
    bool succession;             /* a DROP and a CREATE by which the name goes to something of another kind */
    const char *resolved_from;   /* of a RENAME: "rename_flag", "prompt", "case" ...; NULL */
    struct object *renamed; /* of a RENAME: the object itself, in one of the trees; before and after are names only */

    /* What the planner notes; unset in the changes that diff found. */
    int phase;             /* 0: as the kind says */
    int at;                /* place in the plan */
    bool whole;            /* see struct effect_row */
    bool backwards;        /* likewise */
    struct change *finish; /* the FINISH step that belongs to it */
    struct change *led;    /* the step in which this one is done too, and that has it among `absorbed`; NULL: none */
    struct list absorbed;  /* struct change *: what the engine does by itself with this one */
};

struct changes {
    struct tree *before;
    struct tree *after;
    struct list list;       /* struct change * */
    struct names unmanaged; /* paths of what was left alone because the project does not manage it */
    bool reversed;          /* made by change_reverse(): renames come last instead of first */
};

struct change *change_add(struct arena *mem, struct changes *changes, enum change_op op, struct object *before,
                          struct object *after);
bool change_has(const struct change *change, int field);
/* before and after swapped, CREATE and DROP swapped, the order turned round. */
struct changes *change_reverse(struct arena *mem, const struct changes *changes);
struct object *change_object(const struct change *change); /* after, or before of a DROP */
/* What an object was called before the renames, which the tree has carried out. */
const char *change_name_before(const struct changes *changes, const struct object *object);
const char *change_op_name(enum change_op op); /* "create", ... */

#endif
