/*
 * What a change makes of its object, and of what depends on that object: a table of rows for each engine.  The planner
 * reads the table and knows no engine.
 *
 * Rows are searched from the top and the first that fits is taken, so particular ones stand before general ones; only
 * where something follows, the later rows by which it follows are taken too, and a row TOGETHER hides none.  Where no row fits: an ALTER of a field that is
 * marked REPLACE, or of a kind that cannot be altered, replaces the object; anything else is done in place; and a dependent
 * is left alone.
 */
#ifndef DIALECT_EFFECT_H
#define DIALECT_EFFECT_H

#include <limits.h>

#include "schema/change.h"

enum effect {
    EFFECT_NONE,     /* of the object: done in place; of a dependent: it does not notice */
    EFFECT_LOOSE,    /* of a dependent: not even the order of the two matters */
    EFFECT_ABSORB,   /* the engine does the same to the dependent by itself: no step of its own */
    EFFECT_REMADE,   /* the engine makes the dependent again by itself, and forgets what rests on it */
    EFFECT_TOGETHER, /* the server changes an inherited column only along with all of its origins: their steps are one */
    EFFECT_FOLLOW,   /* the dependent is altered too, in the field by which it depends */
    EFFECT_REPLACE,  /* dropped and created again */
    EFFECT_REBUILD,  /* the table that holds it is made again, with its rows */
    EFFECT_REFUSE    /* cannot be done: `reason` says why */
};

struct effect_case {
    struct arena *mem;
    const struct target *target;
    const struct change *change;
    const struct object *dependent; /* in the current tree; NULL where the row is about the object itself */
    const struct changes *changes;
    const struct list *fills; /* struct fill *: what rows get in a column that comes to be NOT NULL; NULL: none */
    bool rebuild;             /* somebody asked for tables to be made again where nothing else leads there */
};

enum { ANY_FIELD = -1, ITSELF = KIND_COUNT };
#define ON(op) (1u << CHANGE_##op)

struct effect_row {
    enum kind kind; /* of what changes */
    unsigned on;    /* ON(ALTER) | ON(DROP) ... */
    int field;      /* that differs; ANY_FIELD */
    int dependent;  /* its kind; ITSELF: the row is about what changes */
    int by; /* field of the dependent that names it, and follows; of an inherited column, that follows; ANY_FIELD */
    bool (*when)(const struct effect_case *effect);
    enum effect effect;
    int phase; /* the field is a step of its own, in this phase; 0: one with the other fields; of a CREATE, all of it is */
    int finish;         /* a FINISH step follows in this phase, when all that depends on it stands; 0: none */
    bool whole;         /* the step is about the object with all that hangs on it */
    bool backwards;     /* dependents with the same step go first */
    bool on_inherit;    /* the row is about columns that are inherited */
    const char *reason; /* of a refusal */
    const char *hint;
};

/*
 * What came with a version of the server: a plan for one that is known to be older is refused.  Rows end with version 0.
 */
enum { SINCE_NEVER = INT_MAX };
struct since {
    int version;
    enum kind kind;
    int field;           /* that is given, or changes; KIND_COUNT has none: it is only in statements of others */
    const char *what;    /* "virtual generated columns" */
    const char *instead; /* "name the storage of": the hint for those who stay; NULL: it is to be taken out */
    /* Is it that? `before` is NULL of what is new. NULL: wherever the field says something. */
    bool (*when)(struct arena *mem, const struct object *before, const struct object *after);
    /* How a statement says it, "begin atomic|storage plain": for the error where an older server refuses one; NULL: in no such words. */
    const char *words;
};

#endif
