/*
 * Doing things to a database: running files, segments and journal, migrating, rolling back, reading schemas
 * from wherever they are described.
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "config/config.h"
#include "dialect/target.h"
#include "migration/snapshot.h"
#include "state/state.h"
#include "translate/translate.h"

struct timed {
    const char *journal_name;
    const char *times;
};

/* One of the many databases that an entry with `targets` stands for (targets.c). */
struct target_place {
    const char *label; /* what it is called: the schema, the database, the file, the URL without its password */
    struct url url;    /* of targets that are URLs */
    const char *file;  /* what is the same for two names of one file; NULL: none is there, or it is none */
};
struct target_places {
    struct list item; /* struct target_place *, in order, each once */
};

struct session {
    const struct config *config;
    const struct database_config *database; /* of a target: a copy of the entry, with the target's URL */
    const struct target_place *place;       /* NULL: the entry names no targets, or none is chosen yet */
    struct names path;                      /* of a target that is a schema: that, and what is looked into after it */
    const char *wanted;                     /* the label of the target that is meant; NULL: the first */
    struct target_places chosen;            /* where the session had to look for its target itself */
    struct conn *conn;                      /* NULL until session_connect() */
    struct target *target;                  /* NULL until session_target() */
    struct snapshot *newest;                /* as session_target() read it for want of a database; NULL */
    struct state state;
    struct lock *lock;     /* NULL until session_lock() */
    struct folder *folder; /* NULL until session_folder() */
    double
        wait_for_runner; /* seconds; set after session_open(), which takes it and what follows from the configuration */
    double wait_for_db;  /* for a server that is not up yet */
    double retry_for;    /* what another session stood in the way of; in all */
    double waited;       /* of it */
    struct limits limits;    /* of statements, unless their file says otherwise */
    double time_limit;       /* what a file that is a program may take; 0: not said */
    bool read_only;          /* how conn was opened */
    struct folder *seeds;    /* NULL until session_seeds() */
    struct list applied;     /* struct applied *, as session_reload() found them */
    struct list seed_rows;   /* likewise, of the seed table, as session_seed_rows() found them */
    struct list journal;     /* struct journal_row * */
    struct list unfinished;  /* those of it that began and did not end */
    struct list squashes;    /* struct squash *: what `applied` says and the database does not yet (squashed.c) */
    struct list ran;         /* struct migration *: what this session has applied */
    int finished;            /* files and seeds that this session has run, up or down */
    struct names kept;       /* paths of strangers that this run keeps, and has told (strangers.c) */
    struct list timed;       /* struct timed *: files whose times of statements are not in the journal yet */
    struct arena *timed_mem; /* theirs, because what a file needs is given back after it; NULL: there are none */
    double noted;            /* when it was shown last where this run is, see lock_note() */
    struct list events;      /* struct ddl_event *, with `desired` */
    struct list described;   /* struct schema_statement *, of the schema files, with `desired` */
    struct list renames;     /* struct rename *: what those sources say that things were called, not checked */
    struct names declared;   /* kinds of which the models declare something beside tables, with `desired` */
    bool declared_was;       /* when the last migration was made they did */
    struct tree *desired;    /* as desired_read() last gave it: fills in what an old snapshot does not say; NULL */
    struct translator *translator; /* NULL until a file needs it */
    int notes_told;                /* of its notes */
    bool as_source;                /* see session_as_source() */
    const char *snapshot;          /* path of the last one written; NULL */
    bool verbose;                  /* statements are told with their times */
    bool lookout;                  /* connects to the entry's own database, to look for targets */
    bool many;                    /* one of many targets: no snapshot is taken, and nobody looks after its statements */
    struct metrics_part *metrics; /* of one of many targets: where the caller gathers them (command/metrics.h); NULL */
    bool no_snapshot;             /* the user wants none of this run */
    bool sandbox;                 /* conn leads to a copy: the project's snapshots are not for it */
    struct error unreachable;     /* why the database cannot be reached, once that was tried */
    const char *interrupted; /* what the user says of a statement nobody else can tell about: "done", "again"; NULL */
    bool hooked;             /* a run has begun, for hooks: see hook.h */
    bool hooked_down;        /* the way that hooked_file goes */
    const struct migration *hooked_file; /* that has begun and not ended; NULL */
    double hooked_since;
    int file, files;    /* of this run: how many are done, of how many */
    bool offline;       /* the database is not asked, even if it would answer */
    bool scratch_given; /* where scratch databases are made is not left to the session (scratch_place.h), but on */
    const struct url *scratch_server; /* this server; NULL: a private one, else the project's own */
    bool forward;                     /* current_read() counts written migrations as applied: for make-migrations */
};
/* `database` may be "NAME:TARGET". An entry with targets and none named stands for its first one, which is looked for later. */
int session_open(struct ctx *ctx, const struct config *config, const char *database, struct session *session);
/* Asks the entry's database, or looks for files; ERR_CONFIG: there are none, or one is there twice. */
int targets_find(struct ctx *ctx, const struct session *session, struct target_places *places);
void targets_close(struct target_places *places); /* for cleanup: their passwords */
/* From here on the session is about that target; `place` lives longer. */
void session_aim(struct ctx *ctx, struct session *session, const struct target_place *place);
/* Every file of the folder as it is needed by many sessions at once: nothing of it is changed by them. */
int session_share(struct ctx *ctx, struct session *session);
int session_connect(struct ctx *ctx, struct session *session, bool read_only);
/*
 * Of a development database that stands in for one of another engine: from here on the session is about the other one, as its
 * snapshots and the plans of the files describe it, without a connection. Files are written for it.
 */
bool session_as_source(struct ctx *ctx, struct session *session);
/* Before such a file is written: tells what of `text` the development database will not have. ERR_UNSUPPORTED if strict. */
int translation_try(struct ctx *ctx, const struct session *session, const char *path, const struct sql_piece *text);
/* Who is planned for: the database where it can be reached, else as the last snapshot remembers it. */
int session_target(struct ctx *ctx, struct session *session);
bool session_reach(struct ctx *ctx, struct session *session); /* connects to read, if that can be done */
int session_hold(struct ctx *ctx, struct session *session);   /* connects and locks */
int session_lock(struct ctx *ctx, struct session *session);   /* the same, and prepares the tables for migrations */
/* Before work that takes time; see lock_show(). */
int session_show_lock(struct ctx *ctx, struct session *session, const struct migration *first, bool down);
/* What was remembered of the times of statements goes into the journal, for people; best effort. */
void session_keep_times(struct ctx *ctx, struct session *session);
int session_folder(struct ctx *ctx, struct session *session); /* reads and splits every migration file */
int session_applied(struct ctx *ctx, struct session *session, struct list *rows); /* state_applied() of it */
int session_ours(struct ctx *ctx, const struct session *session); /* ERR_UNSUPPORTED: its files are not written by us */
int session_reload(struct ctx *ctx, struct session *session);     /* applied and journal, as they are now */
/* A path of the project as the user would write it. */
const char *session_path(struct ctx *ctx, const struct session *session, const char *configured);
int session_seeds(struct ctx *ctx, struct session *session);         /* reads and splits every seed file */
int session_seed_rows(struct ctx *ctx, struct session *session);     /* session_reload(), and the seed table */
int session_prepare_seeds(struct ctx *ctx, struct session *session); /* the tables for seeds */
void session_close(struct session *session);                         /* for cleanup */

/* One file, up or down: segments, journal, state row; continues an unfinished one. Needs session_reload(). */
int execute_file(struct ctx *ctx, struct session *session, const struct migration *migration, bool down);

struct schema_statement {
    const char *file; /* as it was given */
    struct classified what;
};

/* Before anything else is done with the session: from here on, its connection leads to a copy of its database. */
struct sandbox_options {
    const char *url; /* a server that is meant for it; NULL */
    bool keep;       /* the copy stays */
};
/* `report`: sandbox: {copy_of, place, rows, kept}. */
int sandbox_enter(struct ctx *ctx, struct session *session, const struct sandbox_options *options, struct json *report);

struct migrate_options {
    int64_t count;          /* 0: all; of pending ones */
    const char *to_version; /* NULL: the last one */
    bool baseline;
    bool dry_run;
    bool atomic; /* all in one transaction */
    const char
        *max_severity; /* of what the rules say of the files: "none", "info", "warning", "error"; NULL: not asked */
    bool backup;       /* before anything runs, if something will */
    const char *backup_dir; /* NULL: backups/ in the project */
};
/*
 * `report` is filled also when it fails half-way: database, dry_run, baseline (text or null), applied and
 * repeatables ([{version, filename, seconds, statements}]), pending (what is left; of a dry run [{version, filename,
 * statements: [text], outside: [number]}], the latter being those outside of the file's transactions), skipped (number of versions applied before), backup (path or null), snapshot (path or null),
 * up_to_date.
 */
int migrate_run(struct ctx *ctx, struct session *session, const struct migrate_options *options, struct json *report);

struct rollback_options {
    int64_t count;          /* 0: one, unless to_version says more */
    const char *to_version; /* stays applied */
    bool to_nothing;        /* downgrade --to 0 or base */
    bool backup;            /* as in migrate_options */
    const char *backup_dir;
};
/* `report`: database, reverted ([{version, filename, seconds, statements}]), version (now last, or null), backup, snapshot. */
int rollback_run(struct ctx *ctx, struct session *session, const struct rollback_options *options, struct json *report);

/* A copy of the whole database; `folder` NULL: backups/ in the project. Needs session_lock(). The path is in the arena. */
int backup_check(struct ctx *ctx, const struct session *session, const char *folder); /* what can be known before */
int backup_take(struct ctx *ctx, struct session *session, const char *folder, const char **path);

struct restore_options {
    const char *file;
    bool yes;   /* do not ask */
    bool force; /* also the backup of another database */
};
/* `report`: database, file, version (now last, or null). */
int restore_run(struct ctx *ctx, struct session *session, const struct restore_options *options, struct json *report);

struct seed_options {
    const char *version; /* this one only; NULL */
    bool dry_run;
    bool if_any; /* no folder of seeds is not a failure */
};
/* `report`, filled also when it fails half-way: database, dry_run, applied and pending ([{version, filename, type, seconds}]). */
int seed_apply_run(struct ctx *ctx, struct session *session, const struct seed_options *options, struct json *report);
/* Here to_version goes too, as in 0.8.2. `report`: database, folder (path or null), reverted (as applied). */
int seed_rollback_run(struct ctx *ctx, struct session *session, const struct rollback_options *options,
                      struct json *report);
/* `report`: database, folder (path or null), seeds ([{status, version, filename, type, applied_at}]), seed_counts by status. */
int seed_list_run(struct ctx *ctx, struct session *session, struct json *report);
int seeds_report(struct ctx *ctx, struct session *session, struct json *report); /* the last two */

/*
 * Files against rows; nothing is changed, no lock is taken. `report`: database, migrations ([{status, version, filename,
 * applied_at}] in order, status applied, pending, missing, edited, unfinished or broken), repeatables ([{status, type,
 * filename, applied_at}]), and the numbers applied, pending, missing, edited, unfinished, broken, total; and of seeds what seeds_report() says.
 */
int status_run(struct ctx *ctx, struct session *session, struct json *report);

/* Snapshots of a project: dbwarden/schemas/ in its folder. */
char *snapshot_path(struct arena *mem, const struct session *session, const char *stem);
/* The one to diff against: of the last applied version that has one (all versions if `applied` is NULL). NULL if none. */
int snapshot_latest(struct ctx *ctx, const struct session *session, const struct list *applied,
                    struct snapshot **snapshot);
/* Reads the live schema and writes the snapshot under the stem of the last applied migration; a failure is a warning. */
int snapshot_take(struct ctx *ctx, struct session *session);
/* The same after repeatable files, where it does not say all of this already. */
void snapshot_renew(struct ctx *ctx, struct session *session);
/* The same if the last version has none, which a run that was killed before writing it leaves. Needs session_reload(). */
int snapshot_catch_up(struct ctx *ctx, struct session *session);

/* The schema that is desired, from models or schema files of the database's configuration; settled. */
int desired_read(struct ctx *ctx, struct session *session, struct tree **tree);
/*
 * The kinds of which models declared something when the newest migration was made of them: the last object of a kind that is
 * no longer declared is dropped like any other.
 */
int declared_before(struct ctx *ctx, struct session *session, struct names *kinds);
/* The schema that is: live if it can be reached, else the latest snapshot; settled. */
struct current {
    struct tree *tree;  /* with what the project owns marked */
    const char *source; /* for messages */
    struct list unseen; /* struct migration *: files that wait, and nothing says what they lead to */
};
int current_read(struct ctx *ctx, struct session *session, struct current *current);
/* What the .plan.json of these changes has to say to later runs; `written` is the desired schema as its sources spell it. */
struct json *plan_note_json(struct arena *mem, const struct target *target, const struct tree *written,
                            const struct changes *changes);

#endif
