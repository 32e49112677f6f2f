/* What the files that generate models share. */
#ifndef MODELS_PARTS_H
#define MODELS_PARTS_H

#include "dialect/python.h"
#include "models/generate.h"
#include "models/python.h"

struct generator {
    struct arena *mem;
    const struct target *target;
    const struct python_words *words;
    const struct generate_options *options;
    const struct tree *tree;
    struct list models;    /* struct model *: one per table, in the tree's order */
    struct map tables;     /* "schema.name" -> struct model * */
    struct map hidden;     /* names of classes and attributes: nothing imported is called so */
    struct map enums;      /* a type as type_normal() spells it -> struct enum_type * */
    const char *base;      /* name of the base class in the modules, */
    const char *base_from; /* and the module it is imported from; NULL: it stands in each */
    bool annotates;        /* what is written now says the types of values too */
    bool needs_type;       /* some column is of a type that SQLAlchemy has no class for */
};

struct model {
    const struct object *table;
    const char *name;             /* of the class, or of the variable that holds the Table */
    const char *file;             /* of its module, without .py */
    bool is_class;                /* has a primary key; else it is a Table */
    struct map attribute;         /* column -> attribute */
    struct map taken;             /* attributes */
    struct python_module *module; /* that it is written into */
    struct json *meta;            /* what only class Meta says of the table, */
    struct map column_meta;       /* and of a column: attribute -> struct json * */
    struct list relations;        /* struct relation *, see generate_relation.c */
    struct map inlined;           /* constraints that are said in their column, by their own names: kind and column */
};

/* generate_type.c: the type of a column as an expression, and the annotation of its values. */
struct model_type {
    struct python_doc *doc;
    const char *annotation; /* "str", "Any"; NULL: nothing is annotated */
    bool counts;
    bool collates; /* and says the collation */
};
struct model_type model_type_of(struct generator *generator, struct python_module *module, const struct column *column,
                                const char *collation);

const struct enum_type *model_enum_of(const struct generator *generator, const struct column *column); /* NULL */

/* generate_table.c */
void model_write(struct generator *generator, struct model *model);

/* generate_meta.c: what SQLAlchemy cannot say, in the words of class Meta. */
void meta_table(struct generator *generator, struct model *model);
void meta_column(struct generator *generator, struct model *model, const struct column *column);
/* The whole object, in an entry of the list for its kind. */
void meta_entry(struct generator *generator, struct model *model, const struct object *object);
void meta_write(struct generator *generator, struct model *model);
bool field_speaks(const struct object *object, int field); /* says something that silence does not */
/* Do its NULLs stand where its direction alone would not put them? */
bool part_turns_nulls(const struct index_part *part);

/* generate_relation.c */
bool key_is_plain(struct arena *mem, const struct foreign_key *key); /* SQLAlchemy has words for all of it */
void relations_find(struct generator *generator);
void relations_write(struct generator *generator, struct model *model);

#endif
