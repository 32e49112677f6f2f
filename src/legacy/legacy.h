/*
 * DBWarden 0.8.2, all of it in one room: its part of snapshot files, its checksum of a section, its words for changes.
 * Files that it wrote are read for ever and files that it reads are written on; nothing outside knows its formats.
 */
#ifndef LEGACY_LEGACY_H
#define LEGACY_LEGACY_H

#include "schema/change.h"

/* ---- snapshots: the keys tables, enums, indexes and constraints (spec: dbwarden-schema.md section 3) ---- */

/*
 * Sets the four keys from the default schema of the tree. `document` is the 0.8.2 file that the tree was read from, for
 * what a tree cannot say (ambiguous types); NULL if it comes from anywhere else.
 */
void legacy_write(struct arena *mem, struct json *json, const struct tree *tree, const struct json *document);

/* A tree of what these keys say; `name` is what errors call the file. ERR_SYNTAX if they are not what they should be. */
int legacy_read(struct ctx *ctx, const char *name, const struct json *json, enum engine engine, struct tree **tree);

/*
 * Fills what a tree from a 0.8.2 file leaves open (ambiguous types, the order of a composite primary key, the parts of
 * expression indexes) from `desired` where that could have been written like this, as 0.8.2 compared; else with what is
 * most likely. For when no database can tell.
 */
void legacy_assume(struct arena *mem, struct tree *tree, const struct json *document, const struct tree *desired);

/* Its canonical form of a raw type text (spec 5.1); raw if unknown. */
struct legacy_type {
    const char *type;
    bool raw;
    int64_t length, precision, scale; /* -1: none */
};
struct legacy_type legacy_type_of(struct arena *mem, const char *raw);

/* ---- migration files: its own statements of a section, for its checksum only (spec: engine section 3) ---- */

struct names legacy_statements(struct arena *mem, const char *text, size_t length);
char *legacy_checksum(struct arena *mem, const struct names *statements);
/* Both in one, without a copy of the text: for whole sections of any size. */
char *legacy_checksum_of_text(struct arena *mem, const char *text, size_t length);

/* Of a seed of SQL: all of it, cut at every ";", without white space around the parts. */
char *legacy_checksum_of_seed(struct arena *mem, const char *text, size_t length);

/* ---- plans ---- */

/* A change in its words, which name files and stand in .plan.json. */
struct legacy_operation {
    const char *word; /* "add_column" */
    const char *table;
    const char *target; /* NULL */
    const char *suffix; /* index type other than btree; NULL */
};

/* Adds struct legacy_operation * to `words`, and to `json` the operations of a .plan.json. */
void legacy_operations(struct arena *mem, const struct changes *changes, struct list *words, struct json *json);

#endif
