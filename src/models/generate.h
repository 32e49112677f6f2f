/* Models out of a schema: the other way round from models_read(), which has to give the same schema back. */
#ifndef MODELS_GENERATE_H
#define MODELS_GENERATE_H

#include "base/file.h"
#include "dialect/target.h"

enum model_style {
    MODELS_MAPPED, /* Mapped[int] = mapped_column(...): SQLAlchemy 2 */
    MODELS_COLUMN, /* Column(...), as 0.8.2 wrote */
    MODELS_SQLMODEL
};

struct generate_options {
    const struct tree *tree;
    enum model_style style;
    bool single_file;
    bool relationships;
    const char *base; /* "module:Base"; NULL: the models bring their own */
};

/* What a model cannot say: the statements that make an object, for a class of the kind's name. */
struct object_text {
    const struct object *object;
    const char *sql;
};

struct generated {
    struct list files; /* struct file_new *, such as models.py */
    int models;        /* how many classes and tables */
};

/*
 * Files for the tables of options->tree (settled) and for `texts` (struct object_text *, in order). ERR_UNSUPPORTED where
 * the engine's models are not there yet.
 */
int models_generate(struct ctx *ctx, const struct target *target, const struct list *texts,
                    const struct generate_options *options, struct generated *generated);

#endif
