/* What the files of this folder share with each other and nobody else. */
#ifndef MIGRATION_PARTS_H
#define MIGRATION_PARTS_H

#include "migration/migration.h"

/* What a file's name says. */
struct file_name {
    enum migration_type type;
    const char *version; /* digits; NULL for repeatables */
    int64_t number;      /* -1 */
    const char *description;
    enum script script;
};

enum name_verdict {
    NAME_MIGRATION,
    NAME_OTHER,   /* nothing of ours: silently left alone */
    NAME_MISTAKEN /* SQL that would never run: worth a warning */
};
enum script script_of_name(const char *name); /* by its end, whatever its case; SCRIPTS: none */
enum name_verdict file_name_read(struct arena *mem, const char *name, struct file_name *result);
/* The name that `name` should have; `spare` is the next free number, for one that says none. */
char *file_name_suggest(struct arena *mem, const char *name, const char *prefix, int64_t spare);

/* A header whose value is a JSON list of versions. */
struct versions_line {
    const char *path;
    int number;
    const char *comment; /* what such a line begins with: "--", "#" */
    const char *name;
    const char *value;
};
int versions_read(struct ctx *ctx, const struct versions_line *line, struct names *versions);

/* Reads and splits the file of a struct whose names are set. */
int migration_fill(struct ctx *ctx, const struct dialect *dialect, struct migration *migration);
/* The same of one without sections, whose text is there: all of it is the way up. */
int migration_whole(struct ctx *ctx, const struct dialect *dialect, struct migration *migration);
/* The same of one that is a program (script.c). */
int script_fill(struct ctx *ctx, struct migration *migration);
int migration_by_number(const void *a, const void *b);          /* for list_sort() */
int folder_check(struct ctx *ctx, const struct folder *folder); /* ERR_STATE for two files of one version */

/* The marker, or the line, that a comment (its text after "--") was probably meant to be (directive.c); NULL: it is prose. */
const char *marker_meant(const char *text, size_t length);
/* The value of the header "batches"; ERR_SYNTAX if it is malformed. */
int batching_read(struct ctx *ctx, const char *value, struct batching *batching);
const char *directive_meant(struct arena *mem, const char *text, size_t length);

/* A failure kept for later, and the context as it was before it. */
const struct error *error_keep(struct ctx *ctx);
int error_again(struct ctx *ctx, const struct error *error);

#endif
