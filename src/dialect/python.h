/*
 * What an engine is called in Python: SQLAlchemy's classes for its types, the module and the prefix of its options, and the
 * prefix of its words in `class Meta`.  models/generate.c writes models by it.
 */
#ifndef DIALECT_PYTHON_H
#define DIALECT_PYTHON_H

#include <stdbool.h>

struct arena;
struct json;
struct object;
struct target;
struct tree;

/* One type, as type_normal() spells it without its numbers, or with them where these make another class of it. */
struct python_type {
    const char *name;   /* NULL ends them */
    const char *class;  /* of SQLAlchemy, */
    bool own;           /* or of the engine's own module */
    const char *python; /* what a value is in Python: "str", "datetime.date", "Any" */
    const char *
        numbers; /* what its numbers are called, with commas between; "" before a name: by position; NULL: it has none */
    const char *argument; /* a further one: "timezone=True"; NULL */
    bool collates;        /* takes collation= */
    bool members;         /* what stands in parentheses are texts, each an argument */
    bool counts;          /* a lone primary key of it is numbered by SQLAlchemy, unless told otherwise */
};

struct python_words {
    const char *module; /* "sqlalchemy.dialects.postgresql" */
    const char *option; /* "postgresql_" */
    const char *meta;   /* "pg_" */
    /* What the server's own names of constraints end with; NULL: it gives them none. */
    const char *primary_name, *unique_name, *foreign_name;
    bool numbers_keys; /* as `counts` says, and it has to be told otherwise; else only what is told is numbered */
    const char *const
        *index_prefixes; /* methods that are said by `prefix`, and not by `using`; NULL-terminated; NULL: none */
    /* Takes out of a tree what the server would choose by itself, so that models need not say it, and adds what they want. NULL: there is nothing. */
    void (*leave_out)(struct arena *mem, const struct target *target, struct tree *tree);
    /* Options of a table in SQLAlchemy's words, without the prefix, and the fields that they say. NULL: only Meta says them. */
    void (*table_options)(struct arena *mem, const struct object *table, struct json *words);
    const char *const *table_fields;
    const struct python_type *type;
};

#endif
