/*
 * What a database remembers: 0.8.2's tables as they are, our journal and the row that shows who holds the lock.
 */
#ifndef STATE_STATE_H
#define STATE_STATE_H

#include "migration/migration.h"

struct state {
    struct conn *conn;
    const char *migration_table; /* unquoted, as configured */
    const char *seed_table;
    enum layout layout;         /* of the files: who else records them */
    const struct folder *files; /* of that layout, whose rows say less than ours; NULL: not read yet */
    bool stamps;                /* files are only recorded: what is there may be from before */
    const char *home; /* the schema or database of these tables, found when one is first looked for; NULL: not yet */
};

struct applied {
    const char *version; /* NULL for repeatables */
    int64_t number;      /* -1 */
    const char *description;
    const char *filename;
    const char *type;
    const char *applied_at;
    const char *checksum;
    bool seed; /* a row of the seed table */
};

struct journal_row {
    const char *filename;
    const char *direction; /* "up" or "down" */
    const char *checksum;  /* over tokens; of an unfinished file: over the statements done */
    const char *version;
    int64_t number; /* of the version, a seed's too; -1: it has none */
    bool seed;
    int done;
    int total;
    const char *outcome; /* "running", "done", "failed" */
    const char *started_at;
    const char *evidence; /* of the statement that was begun last; see journal_evidence(). NULL: none was */
    const char *tool, *who, *db_user;
    const char *times;   /* see journal_times(); NULL */
    int64_t duration_ms; /* -1: not known */
};

int state_prepare(struct ctx *ctx, struct state *state);              /* for migrations: their table and the journal */
int state_exists(struct ctx *ctx, struct state *state, bool *exists); /* of the migration table */
/* What makes the table and the journal, as SQL. */
struct names state_texts(struct ctx *ctx, const struct state *state);
/* Of any table, where ours are: another tool's history. */
int state_has(struct ctx *ctx, struct state *state, const char *table, bool *exists);
int state_drop(struct ctx *ctx, struct state *state); /* all of ours, for good; without the lock */
/* Those that say which files are applied, as far as they are there; unquoted. */
int state_tables(struct ctx *ctx, struct state *state, struct names *names);
int state_applied(struct ctx *ctx, struct state *state,
                  struct list *rows); /* struct applied *, by number, then repeatables; empty if there is no table */
int state_prepare_seeds(struct ctx *ctx, struct state *state);            /* for seeds: their table and the journal */
int state_seeds(struct ctx *ctx, struct state *state, struct list *rows); /* the same of the seed table */
struct applied *applied_version(const struct list *rows, int64_t number);
struct applied *applied_file(const struct list *rows, const char *filename);
int state_journal(struct ctx *ctx, struct state *state,
                  struct list *rows); /* struct journal_row *; empty if there is no table; ERR_STATE: a damaged row */

/* The journal as it has to be written in SQL, for a LOCK TABLES that must hold it too. */
const char *state_journal_name(struct ctx *ctx, const struct state *state);

/* A statement with the table's name put in for @t, qualified: a file may leave another search path or database. */
char *state_sql(struct ctx *ctx, const struct state *state, const char *text, const char *table);

/* Steps to put into a batch beside a file's statements. */
struct batch_step state_record(struct ctx *ctx, struct state *state, const struct migration *migration);
struct batch_step state_unrecord(struct ctx *ctx, struct state *state, const struct applied *applied);
struct batch_step journal_begin(struct ctx *ctx, struct state *state, const struct migration *migration, bool down,
                                const char *evidence); /* of its first statement; NULL */
/* `checksum` is of the first `done` statements, so that an unfinished file may be fixed after them. */
struct batch_step journal_step(struct ctx *ctx, struct state *state, const struct migration *migration, int done,
                               const char *checksum);
/*
 * Before a statement whose effect no transaction ties to its step: which one it is, and what the catalog says of all that it
 * names. The step of a statement that is done takes it away again.
 */
struct batch_step journal_evidence(struct ctx *ctx, struct state *state, const struct migration *migration,
                                   const char *evidence);
/* How many statements there are now, where what follows those done was changed. */
struct batch_step journal_total(struct ctx *ctx, struct state *state, const struct migration *migration, int total);
/* For a file that goes on under another name: a row that has this one already goes first. */
struct batch_step journal_rename(struct ctx *ctx, struct state *state, const char *from, const char *to);
struct batch_step journal_delete(struct ctx *ctx, struct state *state, const char *journal_name);
/* All of them are done. */
struct batch_step journal_done(struct ctx *ctx, struct state *state, const struct migration *migration, double seconds);
struct batch_step journal_end(struct ctx *ctx, struct state *state, const struct migration *migration,
                              const char *outcome, double seconds);
/* Begin and end in one, for a file that is a single transaction. */
struct batch_step journal_whole(struct ctx *ctx, struct state *state, const struct migration *migration, bool down,
                                double seconds);
/* For people, after the file is done: its slowest statements as a JSON list of [number, microseconds]. */
struct batch_step journal_times(struct ctx *ctx, struct state *state, const char *journal_name, const char *times);

/* ERR_STATE if the database has no schema that our tables could be in: it is then not an empty one. */
int state_check_home(struct ctx *ctx, struct state *state);

/* The lock. Waits up to `seconds`, saying who holds it; ERR_LOCKED then. */
struct lock;
int lock_acquire(struct ctx *ctx, struct state *state, double seconds, struct lock **lock);
/* In _dbwarden_lock: for when there is something to do that takes time; `at`, what is done first, as for lock_note(). */
int lock_show(struct lock *lock, const char *at);
void lock_release(struct lock **lock); /* for cleanup; accepts NULL */

struct lock_holder {
    bool held;
    const char *owner, *host, *pid, *since;
    const char *file;              /* that it is busy with; NULL: not said */
    int64_t statement, statements; /* of it: which one, of how many */
    const char *left; /* of a lease: seconds until it runs out without its holder; NULL: the lock is the session's */
    bool legacy;      /* 0.8.2's dbwarden_lock says TRUE */
};
/* An owner that holds nothing is what a runner that died left behind. */
int lock_read(struct ctx *ctx, struct state *state, struct lock_holder *holder);
/* What the holder is busy with: statement `number` of `of` of `file`. */
char *lock_at(struct arena *mem, const char *file, int number, int of);
/* Shows it; best effort. `lock` may be NULL, and `conn`, which is not in a transaction: then only where that needs none. */
void lock_note(struct lock *lock, struct conn *conn, const char *at);
/* 0.8.2's dbwarden_lock, for what looks at it; made if it is not there, and never obeyed. */
int lock_legacy_make(struct ctx *ctx, struct state *state);
/* For "unlock": takes away what dead holders left to see, 0.8.2's TRUE too. ERR_LOCKED if somebody really holds it. */
int lock_forget(struct ctx *ctx, struct state *state);

/* A restore that is not all or nothing leaves a mark, before it changes anything, until it has ended well. */
int restoring_begin(struct ctx *ctx, struct state *state, const char *file);
int restoring_end(struct ctx *ctx, struct state *state);
int restoring_refuse(struct ctx *ctx, struct state *state, bool locked); /* ERR_STATE: the mark is there */

#endif
