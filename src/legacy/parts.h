/* What the files of this folder share with each other and nobody else. */
#ifndef LEGACY_PARTS_H
#define LEGACY_PARTS_H

#include "legacy/legacy.h"

/* The entry of a column in a 0.8.2 document, or NULL. */
const struct json *legacy_column(const struct json *document, const char *table, const char *column);

/* "fk_posts_user_id": what 0.8.2 called a foreign key without a name. */
char *legacy_fk_name(struct arena *mem, const char *table, const struct names *columns);

/*
 * Column types between our trees, which have them as the engine spells them, and 0.8.2's snapshots, which have
 * a canonical word.  The way there loses much (smallint and integer are both "integer"); the way back gives a
 * type only where nothing was lost.
 */
struct legacy_column_type {
    struct legacy_type type;
    const char *enum_name; /* NULL: is not an enum type of its own */
    struct json *pg_type;  /* NULL if there is nothing to say */
    const char *storage;   /* how PostgreSQL stores this type by default: PLAIN, EXTENDED, MAIN */
};

/* What 0.8.2 would have written of a column of this type; `tree` tells which names are enum types. */
struct legacy_column_type legacy_type_write(struct arena *mem, const struct tree *tree, const char *type);

/* The type of a column of 0.8.2's in the engine's spelling, or NULL where its canonical form is ambiguous. */
char *legacy_type_read(struct arena *mem, enum engine engine, const struct json *column);

/* Could this type have been written as that column's? Then 0.8.2 saw no difference between them. */
bool legacy_type_fits(struct arena *mem, const struct tree *tree, const char *type, const struct json *column);

/* A likely spelling of an ambiguous canonical type, for an object that must be made again. */
const char *legacy_type_guess(struct arena *mem, enum engine engine, const struct json *column);

/* "character varying" of " character  varying(255)"; the text must be in lower case. */
char *type_bare_name(struct arena *mem, const char *text);
/* The numbers in the first "(a)" or "(a, b)"; how many there are, 0 if it is anything else. */
int type_arguments(struct arena *mem, const char *text, int64_t number[2]);

/* The storage that 0.8.2 saw is what the type has anyway. */
bool legacy_storage_is_default(const struct json *column, const char *storage);

#endif
