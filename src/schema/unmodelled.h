/*
 * What a server holds and no kind models: an object (a function), something that hangs on an object (a trigger, a
 * grant), or a property of a modelled one (a constraint that is NOT VALID).  It is never created, altered or dropped;
 * it is named, and nothing that it rests on or stands for is changed under it without a word.
 */
#ifndef SCHEMA_UNMODELLED_H
#define SCHEMA_UNMODELLED_H

#include "schema/tree.h"

/* Texts are NULL where there is nothing to say. */
struct unmodelled {
    const char *kind;    /* as SQL says it: "function", "policy", "row security", "not valid constraint" */
    const char *schema;  /* its own, and of what it hangs on unless on_schema says otherwise; "" the default one */
    const char *name;    /* as a person would write it: "f(integer)", "SELECT to bob" */
    const char *on_kind; /* what it hangs on: "table", "view", "function" */
    const char *on_schema;
    const char *on;
    const char *column;     /* of `on` */
    const char *definition; /* the server's own text, only to be compared; read from JSON it is "sha256:..." */
};

bool unmodelled_has_secrets(const struct unmodelled *one); /* has an option that looks like one, and was not read */
bool unmodelled_is_relation(const struct unmodelled *one); /* has rows that a text may read */
bool unmodelled_comes_along(const struct unmodelled *one); /* is made with what it hangs on, and goes with that */
/* "function f()", "index mi on materialized view m", "statistics target 50 on column t.name" */
char *unmodelled_text(struct arena *mem, const struct unmodelled *one);
/* Without what comes along with another. */
struct names unmodelled_texts(struct arena *mem, const struct list *list);
/* "3 functions, 1 trigger", in the order in which the kinds come; of the same */
char *unmodelled_counts(struct arena *mem, const struct list *list);

bool unmodelled_is(struct arena *mem, const struct unmodelled *one, const char *definition); /* has this one */

/*
 * What `desired` has and `current` lacks, or has with another definition, as texts.  Servers of different major
 * versions print differently: between them definitions are not compared.
 */
struct names unmodelled_open(struct arena *mem, const struct tree *desired, const struct tree *current);
/* What only `current` has: struct unmodelled *. */
struct list unmodelled_extra(struct arena *mem, const struct tree *desired, const struct tree *current);

/*
 * What hangs on `from` (its schema, on, column: a column; without column: a table) hangs on it by its new name.  `was` is
 * the tree's list before the first of several renames, and `from` says the names of that time: names may change places.
 */
void unmodelled_rename(struct arena *mem, struct tree *tree, const struct list *was, const struct unmodelled *from,
                       const char *to);

/* The same of all in a schema that gets another name, or that hangs on what stands in it. */
void unmodelled_move(struct arena *mem, struct tree *tree, const struct list *was, const char *from, const char *to);

/* What has the name of this table, view, sequence or type in that tree without being modelled; NULL. */
const struct unmodelled *unmodelled_instead(const struct tree *tree, const struct object *object);
/* A property of this object that its CREATE would have to write, and cannot; NULL. */
const struct unmodelled *unmodelled_in_create(const struct tree *tree, const struct object *object);
/* What is lost when this object is dropped, even if it is created again; of a schema all in it: struct unmodelled *. */
struct list unmodelled_on(struct arena *mem, const struct tree *tree, const struct object *object);

struct json *unmodelled_to_json(struct arena *mem, const struct list *list);
/* `name` is what errors call the source. */
int unmodelled_from_json(struct ctx *ctx, const char *name, const struct json *json, struct list *list);

#endif
