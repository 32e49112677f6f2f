/* What the files of this folder share with each other and nobody else. */
#ifndef RUN_PARTS_H
#define RUN_PARTS_H

#include "run/run.h"

/* Choosing (choose.c): files against rows. */
struct choice {
    struct list versioned; /* struct migration *, in the order to run */
    struct list always;
    struct list on_change;
    int applied; /* versions that are applied already */
    int left;    /* pending ones that the options leave out */
};
int choice_make(struct ctx *ctx, struct session *session, const struct migrate_options *options, struct choice *choice);
/* Reads every side that is going to be used, so that nothing starts if one of them cannot. */
int choice_check(struct ctx *ctx, struct session *session, const struct list *migrations, bool down);
bool migration_edited(const struct session *session, const struct migration *migration, const struct applied *row);
bool repeatable_changed(const struct session *session, const struct migration *migration);
/* The row of a file that began and did not end; NULL. */
const struct journal_row *journal_unfinished(const struct session *session, const char *filename);
/* A version that a user gave and nobody knows: ERR_USAGE with the nearest one. */
int version_unknown(struct ctx *ctx, const struct session *session, const char *text);

/* One entry of a report's list. */
struct json *report_migration(struct arena *mem, const struct migration *migration, double seconds, int statements);

/* What a project remembers about expressions and ownership (memory.c). */

/* What make-migrations noted beside a migration file (plan_note.c). */
struct plan_note {
    struct tree *written;      /* what the file touches, as its sources spell it; NULL: not said */
    bool whole;                /* `written` is the whole schema: a note of the first format */
    struct list gone;          /* struct plan_gone *: what is not there any more, or under another name */
    struct names managed;      /* paths of what it touches, and of what is described from then on */
    const struct json *events; /* what migrations hold of DDL elements from here on; NULL: what they held before */
    bool trusted;              /* the file still holds the SQL that was planned */
};
struct plan_gone {
    enum kind kind;
    const char *schema; /* NULL of a schema */
    const char *name;
    const char *to; /* its new name; NULL: dropped */
};
/* *note is NULL if there is none that can be read. */
int plan_note_read(struct ctx *ctx, const struct migration *migration, struct plan_note **note);
/* From the schema before the file to the one after it; what is not managed stays as it is. Needs note->written. */
void plan_note_apply(struct arena *mem, const struct plan_note *note, const struct managed *managed,
                     struct tree **tree);

/* The number of the version after which a snapshot stands; -1 if its name does not say. */
int64_t snapshot_number(const struct snapshot *snapshot);
/* Written spellings of `from` for what `to` says printed in the same way. */
void memory_carry(struct arena *mem, struct tree *to, const struct tree *from);
/* Written spellings from the newest applied plan after version `since`. Needs session_folder() and applied. */
int memory_of_plans(struct ctx *ctx, struct session *session, int64_t since, struct tree *tree);
/* What of `tree` the project manages: as `before` (may be NULL) says, and what was applied since. */
int memory_managed(struct ctx *ctx, struct session *session, const struct snapshot *before, const struct tree *tree,
                   struct managed *managed);
/* The words of all CREATE and ALTER statements of the project: a column whose name is none of them is not its own. */
struct map *memory_words(struct arena *mem, const struct session *session);
void managed_merge(struct arena *mem, struct managed *managed, const struct names *paths, const struct tree *tree);

/* What schema files describe, settled. */
struct schema_files {
    const struct database_config *database;
    const char *folder; /* what names are relative to; NULL: the working folder */
    const struct names *names;
    struct conn *near; /* the database itself, where it can be reached; NULL */
};
int schema_files_read(struct ctx *ctx, const struct schema_files *source, struct tree **tree);

#endif
