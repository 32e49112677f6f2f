/*
 * What is planned for: an engine, the version of its server, and what that server says of itself.  Whatever compares,
 * folds, normalises, settles or spells takes it, so that nothing is decided by the engine alone where a server decides.
 */
#ifndef DIALECT_TARGET_H
#define DIALECT_TARGET_H

#include "dialect/dialect.h"

/* NULL, and -1 of a number: unknown, because no server was asked or its engine has no such thing. */
struct facts {
    const char *usual_schema;   /* what a name without a schema is made in, and trees call ""; "": there is none */
    const char *search_path;    /* as it is set: "\"$user\", public" */
    const char *time_zone;      /* of our sessions */
    const char *sql_mode;       /* modes with commas between, as the server prints them */
    int lower_case_table_names; /* 0: names differ by case; 1: they become lower case; 2: kept, but case tells nothing */
    const char *charset;        /* of the database, for what says no other */
    const char *collation;      /* likewise */
    const char *database_engine; /* of the database, where that decides what can be done in it */
};

struct target {
    const struct dialect *dialect;
    int version;        /* of the server; the dialect's minimum where none is known */
    bool version_known; /* then what it lacks is refused; else what is asked for is written */
    struct facts facts;
};

/* From an open connection, in one round trip. */
int target_read(struct ctx *ctx, struct conn *conn, struct target *target);
/* Without one. `tree` was read from the server some time ago and remembers what its own names rest on; NULL: nothing does. */
struct target target_offline(const struct dialect *dialect, const struct tree *tree);

/* Thin calls over the dialect: comparable forms, and its defaults made said. NULL gives NULL. */
char *type_normal(struct arena *mem, const struct target *target, const char *type);
char *expr_normal(struct arena *mem, const struct target *target, const char *expr);
const char *name_fold(struct arena *mem, const struct target *target,
                      const char *name); /* itself where names are exact */
/* Is it another object for its users when only the case of its name differs, though the two are compared as one? */
bool name_tells_case(const struct target *target, enum kind kind);
void tree_settle(struct arena *mem, const struct target *target, struct tree *tree);
/* A database without anything. The schema of the engine's usual name is in it, if `like` knows that by its name. */
struct tree *tree_of_nothing(struct arena *mem, const struct dialect *dialect, const struct tree *like);
struct key_forms key_forms_of(const struct target *target); /* for keys of what is owned */

/* What texts may call the schema "": NULL if there is no such name. */
const char *target_usual(const struct target *target);
/* Is the server known to be older? */
bool target_lacks(const struct target *target, int version);
char *version_text(struct arena *mem, const struct dialect *dialect, int version); /* "15", "8.0.13" */

#endif
