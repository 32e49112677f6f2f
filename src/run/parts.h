/* What the files of this folder share with each other and nobody else. */
#ifndef RUN_PARTS_H
#define RUN_PARTS_H

#include "base/map.h"
#include "run/run.h"
#include "schema/managed.h"

/* in_step.c: what keeps the history of another tool beside ours. Needs session_folder(). */
enum { IN_STEP_STEPS = 2 };
int in_step_prepare(struct ctx *ctx, struct session *session); /* its table is there */
/* Steps that go with that of the file, at most IN_STEP_STEPS; how many. */
int in_step_add(struct ctx *ctx, const struct session *session, const struct migration *migration, bool down,
                struct batch_step *step);

/* Choosing (choose.c): files against rows. */
struct choice {
    struct list versioned; /* struct migration *, in the order to run */
    struct list always;
    struct list on_change;
    int applied;         /* versions that are applied already */
    int left;            /* pending ones that the options leave out */
    int64_t up_to;       /* of a baseline: its version */
    struct list halfway; /* struct journal_row *: of a baseline, files that count as done */
};
const struct migration *choice_first(const struct choice *choice); /* NULL: nothing is to be run */
int choice_make(struct ctx *ctx, struct session *session, const struct migrate_options *options, struct choice *choice);
/* migrate.c: each chosen file, into `applied` and `repeatables` of the report. */
int migrate_files(struct ctx *ctx, struct session *session, const struct choice *choice, struct json *report);
const char *version_shown(const struct migration *migration);

/* group.c: as many files from there on as can go together, into the list of the report; none where the next one cannot. */
int group_run(struct ctx *ctx, struct session *session, const struct list *migrations, int first, struct json *list);

/* atomic.c: the same in one transaction. Needs choice_check(). */
int atomic_check(struct ctx *ctx, const struct session *session, const struct choice *choice);
int atomic_run(struct ctx *ctx, struct session *session, const struct choice *choice, struct json *report);

/* squashed.c: applied migrations that one file stands for by now. */
struct squash {
    struct migration *whole;
    struct list rows; /* struct applied *: as the database has them */
};
void squashed_fold(struct ctx *ctx, struct session *session);       /* rows in memory; into session->squashes */
int squashed_check(struct ctx *ctx, const struct session *session); /* ERR_STATE where only some of them were applied */
int squashed_record(struct ctx *ctx, struct session *session);      /* writes it; needs session_lock() */

/* Reads every side that is going to be used, so that nothing starts if one of them cannot. */
int choice_check(struct ctx *ctx, struct session *session, const struct list *migrations, bool down);
/* shared_session.c: ERR_UNSUPPORTED for a file that does to its session what our own work in it could not bear. Needs its marks. */
int shared_session_check(struct ctx *ctx, const struct session *session, const struct migration *migration, bool down);
bool is_for_next_transaction(const struct dialect *dialect, const struct sql_piece *piece);
/* Does it call one of these functions (NULL-terminated), without arguments? */
bool asks_before(const struct dialect *dialect, const struct sql_piece *piece, const struct asking *asked);
/* elsewhere.c: ERR_UNSUPPORTED for a file that makes another database and goes there, or drops its own. */
int elsewhere_check(struct ctx *ctx, const struct session *session, const struct migration *migration, bool down);
void twice_warn(struct ctx *ctx, const struct session *session); /* of versions with more than one row */
bool migration_edited(struct arena *mem, const struct session *session, const struct migration *migration,
                      const struct applied *row);
bool repeatable_changed(struct arena *mem, const struct session *session, const struct migration *migration);

/* Files that began and did not end (unfinished.c). Which rows those are, from the journal and the rows of applied files: */
void unfinished_find(struct ctx *ctx, struct session *session);
/* The row of such a file, be it under another name of the same version; NULL. */
const struct journal_row *journal_unfinished(const struct session *session, const struct migration *migration);
bool script_began(const struct journal_row *row);     /* script.c: it is of a file that is a program */
bool unfinished_holds(const struct journal_row *row); /* something of it is done, or may be */
bool unfinished_gone(const struct session *session, const struct journal_row *row); /* no file is there to go on in */
/* ERR_STATE if one of those is gone; only a warning if it has no version, or for a baseline, which runs nothing. */
int unfinished_check(struct ctx *ctx, const struct session *session, bool seeds, bool baseline);
/* Those among the versions up to there: ERR_STATE, unless the user says that they are done; then also into `rows`. */
int unfinished_baseline(struct ctx *ctx, const struct session *session, int64_t up_to, struct list *rows);

/* A version that a user gave and nobody knows: ERR_USAGE with the nearest one. */
int version_unknown(struct ctx *ctx, const struct session *session, const char *text);

/*
 * Where the database stands in for one of another engine (translation.c): from here on, that side of the file is what runs there.
 * Needs session_reload().
 */
bool session_translates(const struct session *session);
int translation_make(struct ctx *ctx, struct session *session, struct migration *migration, bool down);
/* "translation": {from, changed, left_out, not_translated: [{file, line, text}]}, and one sentence about it. */
void translation_report(struct ctx *ctx, const struct session *session, struct json *report);

/* An interrupted run (stop.c): the failure says what is kept and what the next run does, unless it does already. Its code. */
struct stopped_file {
    const struct migration *migration;
    bool down;
    int kept, total; /* statements */
};
int stop_in_file(struct ctx *ctx, const struct session *session, const struct stopped_file *at); /* whatever was said */
int stop_in_run(struct ctx *ctx, const struct session *session, const char *command);
int stop_in_sandbox(struct ctx *ctx, const struct session *session);

/* One entry of a report's list. */
struct json *report_migration(struct arena *mem, const struct migration *migration, double seconds, int statements);

/* What a project remembers about expressions (memory.c). */

/* What make-migrations noted beside a migration file (plan_note.c). */
struct plan_note {
    struct tree *written;     /* what the file touches, as its sources spell it; NULL: not said */
    bool whole;               /* `written` is the whole schema: a note of the first format */
    struct list gone;         /* struct plan_gone *: what is not there any more, or under another name */
    const struct json *owned; /* keys of what it does not touch and is described from then on, by top; NULL: not said */
    struct names managed;     /* notes before records per part: old paths of what the project owns from then on */
    const struct json *events;   /* what migrations hold of DDL elements from here on; NULL: what they held before */
    const struct json *hazards;  /* as make-migrations told them; NULL: not said */
    const struct json *declared; /* kinds of which the models declared something beside tables; NULL: not said */
    bool trusted;                /* the file still holds the SQL that was planned */
};
struct plan_gone {
    enum kind kind;
    const char *schema; /* NULL of a schema */
    const char *name;
    const char *part; /* what it holds of that key (schema/managed.h); NULL: the object itself */
    const char *to;   /* its new name; NULL: dropped */
};
/* *note is NULL if there is none that can be read. */
int plan_note_read(struct ctx *ctx, const struct migration *migration, struct plan_note **note);
/* [{"code", "text", "irreversible", "statement"}] of what the way up takes away; a plan names no statement. */
int file_hazards(struct ctx *ctx, const struct session *session, const struct migration *migration, struct json **list);
/* From the schema before the file to the one after it; what is not the project's stays, under the new names. Needs note->written, and a settled tree. */
void plan_note_apply(struct arena *mem, const struct target *target, const struct plan_note *note, struct tree **tree);

/* Of an older one, with a warning: see snapshot_assume() and partitions_assume(). */
void snapshot_complete(struct ctx *ctx, struct snapshot *snapshot, const struct tree *desired);
/* The number of the version after which a snapshot stands; -1 if its name does not say. */
int64_t snapshot_number(const struct snapshot *snapshot);
/* Written spellings of `from` for what `to` says printed in the same way. */
void memory_carry(struct arena *mem, struct tree *to, const struct tree *from);
/* Written spellings from the newest applied plan after version `since`. Needs session_folder() and applied. */
int memory_of_plans(struct ctx *ctx, struct session *session, int64_t since, struct tree *tree);
/* Was it run after the snapshot of version `since`, as far as can be told? */
bool memory_is_later(const struct session *session, const struct migration *migration, int64_t since);

/*
 * What a project owns (owned.c), as a set of keys (schema/managed.h): filled from records, from notes beside files, and,
 * where there are none, from what files say (owned_file.c); at the end a tree is marked by it.
 */
struct owned_top {
    bool itself;
    struct map parts; /* keys under it; NULL: no longer */
    struct map usual; /* names among these that a server was to give, and the content of what gets them */
};
struct owned {
    struct ctx *ctx;
    const struct target *target;
    const struct tree *tree; /* whose schemas files may name */
    struct key_forms forms;
    struct map tops;             /* struct owned_top *; NULL: no longer */
    struct map old;              /* paths of notes from before records per part */
    const struct kind_set *only; /* files are read for these alone; NULL: for all */
};
void owned_open(struct ctx *ctx, const struct target *target, const struct tree *tree, struct owned *owned);
struct owned_top *owned_top(struct owned *owned, const char *key); /* made if it is not there */
void owned_part(struct owned *owned, struct owned_top *top, const char *key, bool is);
void owned_rename(struct owned *owned, const char *from, const char *to); /* keys of tops */
void owned_tree(struct owned *owned, const struct tree *tree);            /* what is not a stranger in it */
void owned_note(struct owned *owned, const struct plan_note *note);
/* By the words of statements, as far as asked. What the file rebuilds in our own way is passed over. */
enum owned_words { OWNED_SCHEMAS, OWNED_CREATED, OWNED_ALL };
void owned_file(struct owned *owned, const struct migration *migration, enum owned_words words);
void owned_mark(struct owned *owned, struct tree *tree);
/* Marks what is the project's in a database's tree: as `before` (may be NULL) says, and what was applied since. */
/* strangers.c: before these files run. Sets conn->strangers, in memory of `ctx`: forget them when that ends. */
int strangers_keep(struct ctx *ctx, struct session *session, const struct list *files, bool down);
/* Before a file that is not the first: what the files before it made beside what the project describes, too. */
int strangers_again(struct ctx *ctx, struct session *session, const struct migration *migration, bool down);

int owned_read(struct ctx *ctx, struct session *session, const struct snapshot *before, struct tree *tree);

/* What schema files describe, settled. */
struct schema_files {
    const struct dialect *dialect;
    const struct filter *filter;
    const struct url
        *server;        /* a database to resemble, on whose server the scratch database may be; NULL: a private one */
    const char *folder; /* what names are relative to; NULL: the working folder */
    const struct names *names;
    struct conn *near;     /* the database itself, where it can be reached; NULL */
    struct target *target; /* learns the usual schema's name where only the scratch database says it, */
    bool learns;           /* and what is not known of its server, too */
    struct conn *
        *kept; /* gets the scratch database if the whole text was run in one, to be closed by the caller; NULL */
    struct list *described; /* gets struct schema_statement *; NULL */
    struct list *renames;   /* gets struct rename *, what notes say; NULL */
};
int schema_files_read(struct ctx *ctx, const struct schema_files *source, struct tree **tree);
/* Those of a database's configuration, only split: struct schema_statement *; what their notes say goes into session->renames. */
int schema_files_statements(struct ctx *ctx, struct session *session, struct list *statements);

struct models_said;

/* schema_renames.c: what things were called, as struct rename *, not checked. */
struct noted_text {
    const char *file; /* as it was given */
    const char *text;
    size_t length;
    int line;                      /* of its beginning */
    const struct list *statements; /* struct classified *: those in it */
};
int renames_of_text(struct ctx *ctx, const struct dialect *dialect, const struct noted_text *text,
                    struct list *renames);
int renames_of_models(struct ctx *ctx, const struct dialect *dialect, const struct models_said *said,
                      struct list *renames);
/* Of a statement that is not run in a scratch database, see reaches_beyond(). */
void beyond_warn(struct ctx *ctx, const struct dialect *dialect, const char *path, const struct sql_piece *piece);

#endif
