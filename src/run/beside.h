/*
 * What is described beside the tables of models, as SQL: objects that the models declare (dbwarden.schema) and schema files.  It
 * is made in a scratch database together with the models, and what that holds beside them is put into their tree.
 */
#ifndef RUN_BESIDE_H
#define RUN_BESIDE_H

#include "base/map.h"
#include "models/models.h"
#include "run/run.h"

/* A statement that is run there. */
struct beside_part {
    struct schema_statement said; /* its file and line */
    const char *word;             /* of a declared object: "View"; NULL: of a schema file, or of the models */
    bool of_models;
    bool sets;  /* it is meant for all that follows, and so run again in each round */
    bool later; /* it is about an object of the models, or may be */
    bool done;
    struct error error; /* why it could not be run, the last time that was tried */
};

struct beside {
    struct ctx *ctx;
    struct session *session;
    const struct dialect *dialect;
    const struct models_said *models; /* whose tree is settled, and gets the rest */
    struct list parts;                /* struct beside_part *: those of the models first */
    struct map names;                 /* what the models describe, by "schema.name": struct object * */
    bool whole;                       /* all tables of the models are made, not only those that are named elsewhere */
};

/*
 * Into the tree of `models`: what they declare beside their tables, and the schema files of the database.  Where only declared
 * objects are meant and no scratch database can be had, they are left out, with a warning.
 */
int beside_read(struct ctx *ctx, struct session *session, const struct models_said *models);

/* beside_twice.c: ERR_MODELS with both places where an object is described twice. Fills `names`. */
int beside_check(struct beside *beside);
/* Does the statement name an object of the models, or something on one? */
bool beside_about_models(const struct beside *beside, const struct classified *what);

/* beside_graft.c: what `after` has and `before` lacks, and what it says otherwise, into the tree of the models. */
int beside_graft(struct beside *beside, const struct tree *before, const struct tree *after);

#endif
