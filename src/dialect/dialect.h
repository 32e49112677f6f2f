/*
 * What an engine is to the rest of the program: one table of functions and facts.  dialects.c lists the
 * tables; nothing else names an engine.  An engine that lacks something leaves NULL, and the caller says so.
 *
 * Trees: load() reads a live database, settle() makes the engine's defaults said.  Rendering is a sparse table by
 * kind; a renderer appends whole statements.  Connections have an owner: conn_close() accepts NULL.
 */
#ifndef DIALECT_DIALECT_H
#define DIALECT_DIALECT_H

#include "base/url.h"
#include "dialect/effect.h"
#include "schema/change.h"
#include "schema/filter.h"
#include "schema/managed.h"
#include "sql/classify.h"
#include "sql/ident.h"
#include "sql/lex.h"
#include "sql/normal.h"

struct dialect;
struct facts;        /* target.h */
struct rows_sql;     /* rows_sql.h */
struct sample_rules; /* sample.h */
struct python_words; /* python.h */
struct target;       /* likewise */
struct translation;  /* translation.h */

/* Somebody who looks after a statement while it runs: called every fraction of a second by whoever waits for it. */
struct watch {
    void (*tick)(struct ctx *ctx, struct watch *watch);
};

struct conn {
    const struct dialect *dialect;
    struct watch *watch;      /* NULL: nobody */
    const char *session;      /* what the server calls this session; NULL: it has no sessions */
    int version;              /* 34001 for SQLite 3.40.1, 150004 for PostgreSQL 15.4, 101119 for MariaDB 10.11.19 */
    const char *version_text; /* as the server says it */
    const char *target;       /* database for messages, without secrets: "app.db", "shop on db.example.com" */
    bool in_transaction;
    bool whole;  /* within conn_begin(): batches are parts of one transaction */
    bool pooled; /* a session lasts no longer than its transaction */
    struct tree *
        strangers; /* the schema before a run with its strangers marked, which files that make a table again do not know: batches
                               keep them, and note new names of tables in it; NULL: there are none */
    const struct state_sql *state;  /* of its state tables; NULL: the dialect's */
    const struct batch_step *fence; /* fails once the lease is lost, and extends it; NULL: no lease is held */
    /* an engine's own struct begins with this one */
};

/* How long a statement may take, in seconds; 0: as long as it likes. */
struct limits {
    double lock;      /* waiting for a lock of the server's, while others queue up after it */
    double statement; /* altogether */
};

struct conn_options {
    int connect_seconds;         /* 0: the default, 10 */
    bool read_only;              /* must not change anything; SQLite: does not create the file */
    const char *app_folder;      /* SQLite: what relative paths are relative to; NULL: working folder */
    const struct limits *limits; /* of every statement; NULL: as the server has it */
    const char *cluster;         /* ClickHouse: that all is done on; NULL: none */
    const struct names *path;    /* schemas that names without one are looked for in; the first has to be there; NULL */
};

struct rows {
    struct names columns;
    struct list row; /* const char ** each, columns.n cells; a NULL cell is SQL NULL */
};

/* Statements that belong together; see the engine's batch(). */
struct batch_step {
    const char *sql;
    size_t length;
    const struct names *params; /* NULL: none; a NULL item is SQL NULL */
};
struct batch {
    struct batch_step *step;
    int n;
    bool transaction;        /* BEGIN ... COMMIT around all of it; else one by one */
    const struct names *own; /* tables of ours, qualified and quoted, that a LOCK TABLES must hold too; NULL */
    int failed;              /* out: index of the step that failed, n if COMMIT did, -1 */
    long position;           /* out: byte offset of the error in the step's text, -1 unknown */
    void (*done)(void *sink, int step); /* after each step that succeeded (where known before the end); may be NULL */
    void *sink;
};

struct column_added {
    const char *column; /* NULL ends them */
    const char *sql;
};

/* SQL of the state tables. @t is the table's name, already quoted where that is needed. */
/* Shows who is at work, and is the lease where sessions cannot lock: in no backup, because it is about now. */
#define LOCK_TABLE "_dbwarden_lock"
/* There while a restore is not done, where it is not all or nothing: in no backup, and dropped by no load(). */
#define RESTORING_TABLE "_dbwarden_restore"

struct state_sql {
    const char *table_exists; /* name of a column, name: a row with the schema or database at hand, and how many columns
                                      of the table are called so; NULL: it is not there */
    const char *create_migrations; /* spec: engine section 4, to the letter */
    const char *create_seeds;
    const char *create_journal;
    const struct column_added *journal_upgrade; /* what the journals of earlier versions lack; the last is the newest */
    const char *create_lock;
    const char
        *homes; /* where these tables may be, as text, and the first of these places; NULL: there always is one */
    const char *create_restoring;  /* of RESTORING_TABLE; NULL: a restore is all or nothing */
    const char *restoring_show;    /* file */
    const char *insert_migration;  /* version, description, filename, migration_type, checksum */
    const char *delete_migration;  /* version */
    const char *delete_repeatable; /* filename */
    const char *upsert_repeatable; /* description, filename, migration_type, checksum */
    const char *select_migrations; /* version, description, filename, migration_type, applied_at as text, checksum */
    const char *insert_seed;       /* version, description, filename, seed_type, checksum; of two at once one fails */
    const char *select_seeds;      /* like migrations, with seed_type */
    /* filename, direction, checksum, version, tool, who, total, evidence: row replaced, running, done 0 */
    const char *journal_begin;
    const char *journal_step;     /* done, checksum, filename; evidence goes */
    const char *journal_evidence; /* evidence, filename */
    const char *journal_total;    /* total, filename */
    const char *journal_rename;   /* new filename, filename */
    const char *journal_delete;   /* filename */
    const char *journal_done;     /* checksum, duration ms, filename: outcome 'done' and done = total */
    const char *journal_end;      /* outcome, duration ms, filename */
    /*
     * For a file that is one transaction, begin and end in one statement: filename, direction, checksum, version, tool, who,
     * total, duration ms: row replaced with outcome 'done' and done = total. A NULL duration is computed by the server
     * if it can (PostgreSQL: clock_timestamp() - now()), else stays NULL.
     */
    const char *journal_whole;
    const char *journal_select; /* all columns, and "started": the time as text */
    const char *journal_times;  /* times, filename */
    const char *lock_show;      /* owner, host, pid, statement: row id 1 replaced */
    const char *lock_clear;
    const char *lock_select;    /* owner, host, pid, since, version, statement */
    const char *lock_statement; /* statement; never waits for a holder's transaction */
    /* The lease, where sessions cannot lock; see state/lease.c. NULL: they always can. Times are the server's. */
    const char *const *lease_prepare; /* make the table, or add what it lacks; NULL-terminated, one transaction */
    const char *lease_row;            /* makes row id 1 if it is not there */
    const char *lease_take; /* owner, host, pid, token, seconds: a row if it was free; never waits, nor takes what the
                                  session lock of somebody else protects */
    /* Where lease_take would wait, and gives no rows: a row if it is free; token: a row if it was taken. NULL, both. */
    const char *lease_free, *lease_mine;
    const char *lease_fence; /* token, seconds: extends it, holds the row until COMMIT, fails if the token is another */
    const char *lease_extend;  /* token, seconds; in a thread of its own, so that it may wait for a fence */
    const char *lease_release; /* token */
    const char *lease_end;     /* for who holds the session lock: ends one that ran out; how many are left */
    const char *lease_select;  /* as lock_select, and "live", "left": whether it holds, and for how many seconds yet */
    const char *const *lease_lost; /* SQLSTATEs of lease_fence's failure; NULL-terminated */
};

/* For a text that a client of the engine runs in place of us (run/offline.c). */
struct offline_words {
    const char *begin;            /* a transaction; NULL: there is nothing to begin */
    const char *head;             /* before all else; NULL: nothing */
    const char *check;            /* before each COMMIT; NULL: nothing */
    const char *reset;            /* after a file that changed the session; NULL: there are no words for it */
    const char *lock, *statement; /* a file's own limits, @ms or @s for the number; NULL: there are no words for it */
    const char *limits_back;      /* after such a file */
};

/* What a scratch database has to be like. */
struct scratch_spec {
    const struct url *near;        /* a database to resemble, on a server that may be used; NULL */
    struct conn *like;             /* the database that it is to resemble, where that is on another server; NULL */
    const struct list *statements; /* struct classified *: what will be run in it, and so is not there before; NULL */
};

/* Copies of a whole database in one file, for people and for the engine's own programs. */
struct backup_way {
    const char *ending; /* of such a file: "db" */
    /* Writes one consistent copy into `path`, which is there, empty and ours alone. ERR_UNSUPPORTED if a program is missing. */
    int (*save)(struct ctx *ctx, struct conn *conn, const char *path);
    /*
     * Before load(): is the copy whole and the program there, where load() is not all or nothing, and does nobody hold what
     * has to go? Changes nothing. NULL: load() looks.
     */
    int (*check)(struct ctx *ctx, struct conn *conn, const char *path);
    /*
     * Makes the database what the copy says, and nothing else. Where the engine can, all or nothing; else what was left by a
     * failure is made whole by the next try.
     */
    int (*load)(struct ctx *ctx, struct conn *conn, const char *path);
};

/* A database to try files out in: what another holds, and nobody misses it. */
struct sandbox_spec {
    const struct url *near;   /* of what is copied */
    const struct url *given;  /* a server that is meant for it; NULL: the engine's choice */
    const struct list *piece; /* struct sql_piece *: what will be run in it */
    struct names own;         /* tables whose rows come along in any case; none, if there are none yet */
    bool keep;                /* it stays when its connection is closed */
    bool rows;                /* out: all rows came along */
};

struct driver {
    /* ERR_CONNECT with the reason and a hint. */
    int (*open)(struct ctx *ctx, const struct url *url, const struct conn_options *options, struct conn **conn);
    /* Appends all that a URL may say, other drivers' options among them. ERR_UNSUPPORTED without the client library. */
    int (*url_options)(struct ctx *ctx, struct names *known);
    void (*close)(struct conn *conn);
    int (*query)(struct ctx *ctx, struct conn *conn, const char *sql, const struct names *params, struct rows *rows);
    int (*exec)(struct ctx *ctx, struct conn *conn, const char *sql);
    /* Runs the batch; on failure of a transaction everything of it is undone. ERR_SQL, ERR_CANCELLED, ERR_CONNECT. */
    int (*batch)(struct ctx *ctx, struct conn *conn, struct batch *batch);
    /*
     * Transactions one after another, all sent before the answer to the first; after a failure, which is that of the batch that
     * was begun last and not ended, none is run.  done() of each batch is called with -1 when it begins and with n after its COMMIT.
     * Only those up to one that cannot go so are run. NULL: nothing is gained by it.
     */
    int (*batches)(struct ctx *ctx, struct conn *conn, struct batch *const *batch, int n);
    /*
     * One transaction over many batches; NULL: the engine cannot hold changes of the schema in one. commit() may need to know how
     * things were before: then it commits nothing and says *again, for another try that begins with `look`.
     */
    int (*begin)(struct ctx *ctx, struct conn *conn, bool look);
    int (*commit)(struct ctx *ctx, struct conn *conn, bool *again);
    void (*undo)(struct ctx *ctx, struct conn *conn); /* whatever became of it; keeps ctx->error */
    void (*cancel)(struct conn *conn); /* may be called from another thread or a signal handler's thread */
    /* Session lock. Never waits: *taken tells. Released by lock_release, by close, and by the death of the process. */
    int (*lock_try)(struct ctx *ctx, struct conn *conn, bool *taken);
    int (*lock_release)(struct ctx *ctx, struct conn *conn);
    int (*lock_look)(struct ctx *ctx, struct conn *conn, bool *held); /* by anybody; takes nothing, not for a moment */
    /*
     * What the holder says of itself, where a row could not be written while its transaction is open: seen at once, gone with the
     * lock. NULL: a row can.
     */
    void (*lock_note)(struct conn *conn, const char *text);
    int (*lock_said)(struct ctx *ctx, struct conn *conn, const char **text);
    /* Why lock_try() cannot be relied on here, as the end of a sentence; *why NULL: it can. Sets conn->pooled. NULL: it always can. */
    int (*lock_doubt)(struct ctx *ctx, struct conn *conn, const char **why);
    /*
     * Where the lease is no row but a table (`table`, as it is written in statements): takes it if it is free, by the claim owner,
     * host, pid, token, seconds; and gives it back. NULL: lease_prepare, lease_row, lease_take, lease_release.
     */
    int (*lease_take)(struct ctx *ctx, struct conn *conn, const char *table, const struct names *claim, bool *taken);
    int (*lease_release)(struct ctx *ctx, struct conn *conn, const char *table, const char *token);
    /* A second connection to the very server and database that the first one has reached. NULL without lock_doubt. */
    int (*twin)(struct ctx *ctx, struct conn *conn, const struct conn_options *options, struct conn **twin);
    /* Where another process finds that database. NULL: only the connection may know it, and backup->save() and load() carry a copy. */
    const struct url *(*reached)(const struct conn *conn);
    /*
     * Brings the session back to what it was when it was opened, but for its locks: settings, role, search path or database,
     * temporary objects. session_save() comes before a file that changes it, where the engine cannot tell by itself; NULL else.
     */
    int (*session_save)(struct ctx *ctx, struct conn *conn);
    int (*session_reset)(struct ctx *ctx, struct conn *conn, const struct sql_piece *piece, int n); /* what was run */
    /* Statements that do so for settings and roles within a transaction, so that steps of our own run as ourselves; NULL: none. */
    const char *const *session_steps;
    const char *const
        *pooled_steps; /* the same where conn->pooled, without a trace in what others get; NULL: as those */
    /* Other limits from here on, also after session_reset(); costs no round trip where that can be avoided. */
    int (*limit)(struct ctx *ctx, struct conn *conn, const struct limits *limits);
    /* A database of our own, proved to be that, gone when closed. */
    int (*scratch)(struct ctx *ctx, const struct scratch_spec *spec, struct conn **conn);
    /*
     * What plain statements (struct sql_piece *; see run/schema_said.h) would make in one, tried out in the database itself, where
     * nothing stays of them, whatever happens. ERR_UNSUPPORTED where they might mean something else there, or reach something.
     * NULL: a scratch database is as good.
     */
    int (*draft)(struct ctx *ctx, struct conn *near, const struct list *pieces, struct tree **tree);
    /* For reading what was made in it: as a session of its own, whatever the texts set. NULL: nothing can be set. */
    int (*scratch_reopen)(struct ctx *ctx, struct conn *conn);
    const struct backup_way *backup; /* NULL: not there yet */
    /* A copy of the database that `near` is connected to; its `target` says where. NULL: not there yet. */
    int (*sandbox)(struct ctx *ctx, struct sandbox_spec *spec, struct conn *near, struct conn **conn);
};

/* What is said of a table in a statement that may say more of it. */
struct clause_out {
    const char *sql;
    unsigned bit; /* of the engine's about it */
    const struct change *change;
};
/* What renderers write into. */
struct statement_out {
    const char *sql; /* without ";" */
    bool refuses_transaction;
    const struct change *change; /* what it is for */
    const char *head;            /* it begins so, and has clauses after that; NULL: it is whole */
    struct list clauses;         /* struct clause_out * */
    struct list also;            /* const struct change *: what the later clauses are for */
    struct list instead;         /* struct statement_out *: what comes of it, see struct judgement; none: it stays */
    const char *offline;         /* likewise: what the server says against all gentle forms; NULL: nothing */
};
/* A value for the rows that are there, where a column comes to be NOT NULL; it does not become its default. */
struct fill {
    const struct object *column; /* of the tree that is wanted */
    const char *value;           /* an SQL expression */
};
struct unmodelled;
struct render {
    struct ctx *ctx;
    struct arena *mem;
    const struct target *target;
    const struct tree *before;   /* the schema that is, */
    const struct tree *after;    /* and the one that comes of it */
    bool concurrently;           /* indexes on tables that existed before may be built CONCURRENTLY */
    bool apart;                  /* each change of a table is a statement of its own */
    struct list out;             /* struct statement_out * */
    const struct list *steps;    /* struct change *: all of the plan, in their order */
    const struct change *change; /* the one being rendered */
    bool back;                   /* it is the way back */
    const struct list *fills;    /* struct fill *; NULL: none */
};
void render_statement(struct render *render, struct buf *sql); /* takes what is in `sql` as one statement */
void render_alone(struct render *render, struct buf *sql);     /* one that refuses a transaction */
/* A clause after `head`: in one statement with those before it that have the same, if the dialect lets them. */
void render_clause(struct render *render, const char *head, unsigned clause, struct buf *sql);
void statement_clause_add(struct arena *mem, struct statement_out *statement, struct clause_out *clause);
const char *fill_of(const struct list *fills, const struct object *column); /* NULL: none */

/* ERR_UNSUPPORTED with a reason where this engine and version cannot. */
typedef int render_fn(struct render *render, const struct change *change);
struct render_kind {
    render_fn *create;
    render_fn *drop;
    render_fn *alter;
    render_fn *rename;
    render_fn *rebuild;
    render_fn *finish;
};

/* Types ordered by what they can hold: a step to the left may lose something. */
struct type_ladder {
    const char *type[8]; /* as type_normal() spells them, without arguments; NULL after the last */
    bool rounds;         /* the server fits values in silently; else it refuses those that do not fit */
    bool wraps;          /* likewise, and makes others of whole numbers that do not fit */
};

/* How many decimal digits a type surely holds. */
struct type_digits {
    const char *type; /* NULL ends a list */
    int64_t digits;
    bool whole; /* none of them after the point; more of them are refused, not rounded */
};

/* A change of type that takes values for something that they may not be, or makes others of them. */
struct type_caution {
    const char *from, *to; /* as type_normal() spells them, without arguments, or classes; NULL after the last */
    const char *text;      /* what happens to values; and what to do */
    bool alters;           /* in silence, and the way back does not have the old ones */
    bool stops;            /* values that it cannot be done with */
};

/* What a change of a column's type may do to values. */
struct type_rules {
    const struct type_ladder
        *ladders; /* up to one without types; between types of no common ladder and no caution anything may stop */
    const char *const
        *rounded; /* beginnings of types whose values are rounded, not refused, when there are fewer digits */
    const struct type_caution *cautions; /* NULL: none */
    const struct type_digits *digits;    /* NULL: not told */
    const char *const *unlimited;        /* types that take the text of any value; NULL: none */
    const char *const *exact;            /* types whose values have just the length that is given; NULL: none */
    /* The type of which this one is, where values are the same: "String" of LowCardinality(String). NULL: there are none such */
    const char *(*inside)(struct arena *mem, const char *type);
    /* What a type without its numbers is called in these tables. NULL: as it is */
    const char *(*rung)(struct arena *mem, const char *type);
    /* What alone counts of a column's type beside that of the other column; then there are only cautions. NULL: its name counts */
    const char *(*class)(struct arena *mem, const struct column *column, const struct column *other);
};

/* A column that another takes the place of, in steps (run/gradual.h). */
struct gradual_copy {
    const struct column *before, *after;
    const char *new;  /* what the one that comes is called until then, */
    const char *old;  /* and the one that went afterwards */
    const char *sync; /* a name for what keeps them equal */
    int counter;      /* a number for it, where its values come from an identity or a serial before and after; 0 */
};
struct gradual_texts {
    struct names sync, unsync; /* what keeps the new one equal to the old one: made, and taken away */
    const char *fill;          /* of the rows that are there */
    struct names verify;       /* fails unless the two are equal in each row */
    const char *grants;        /* what people may do with the old one, they may do with the new one */
    const char *refill;        /* of the old one, from what took its place */
    const char *grants_back;
    const char *
        count_kept; /* where the counter stands and who may use it is kept for the rest of the transaction; NULL: none, */
    const char *count_set;   /* and given to the one that the column has by then */
    const char *count_named; /* the one that comes back on the way back gets the name that it had; NULL: it has it */
};
struct gradual_words {
    const char *
        settled; /* after rows are written: what waits for the end of the transaction happens, or no table can be altered */
    const char *batches; /* the header of a file that runs in batches */
    /* Why a foreign key of a partitioned table cannot be checked later than it is made; NULL: it can. */
    const char *(*no_late_reference)(const struct target *target);
    const char *(*fill)(struct arena *mem, const struct object *column, const char *value); /* where it is NULL */
    bool (*may_refer)(struct arena *mem, const char *type, const char *other); /* a foreign key, either way */
    void (*texts)(struct arena *mem, const struct target *target, const struct gradual_copy *copy,
                  struct gradual_texts *texts);
};

/* What a server is asked to make, so that it says how it spells it; see judge(). */
struct judgement {
    const struct list *statements; /* struct statement_out *; names without a schema are those of what they make */
    bool until_refused;            /* the first refusal is the end, and nothing is read back */
    /* Each clause of ALTER TABLE gets the gentlest of the dialect's online_forms that the server takes: `instead`, `offline`. */
    bool online;
    struct tree *tree;   /* out: what came of them, in the schema "" */
    struct list refused; /* out: struct declined * */
};
struct declined {
    const struct statement_out *statement;
    struct error error;
    bool missing; /* for want of something that is not there, and may come with the migration */
    bool telling; /* the database itself would refuse it as well */
    bool useless; /* it would take it, and nobody could use what it makes */
};

/* Something that no kind models and an object of the desired schema names. */
struct outside {
    const struct object *object;
    const char *kind;   /* "function" */
    const char *schema; /* NULL if none is said */
    const char *name;
};

enum doubt {
    DOUBT_NOT_DONE, /* and so may be run again */
    DOUBT_DONE,
    DOUBT_OPEN /* nobody can tell */
};

/* A copy of a whole table while it runs, in parts that the journal counts. */
struct table_copy {
    const struct classified *statement;
    const char *source; /* what it held when the copy began */
    struct names parts; /* still to be copied, in their order */
};
struct copy_ways {
    bool (*is)(struct arena *mem, const struct classified *statement);
    /* `note` is that of the part at which an earlier run ended; NULL: none, and the copy begins with an empty table. */
    int (*begin)(struct ctx *ctx, struct conn *conn, const char *note, struct table_copy *copy);
    int (*note)(struct ctx *ctx, struct conn *conn, const struct table_copy *copy, const char *part, const char **note);
    const char *(*part)(struct arena *mem, const struct table_copy *copy,
                        const char *part); /* the statement of one part */
    int (*end)(struct ctx *ctx, struct conn *conn,
               const struct table_copy *copy); /* fails where rows came in meanwhile */
};

enum { NAME_SPACE_OF_TYPES = 't' };

/* Where statements about an object are to do something. */
enum guard {
    GUARD_DROP,  /* where it is; and notes for the rest of the transaction whether it was */
    GUARD_AGAIN, /* where that was not noted to be otherwise */
    GUARD_PRESENT,
    GUARD_ABSENT
};

/* A statement that begins with `first` and says `later`. */
struct said_words {
    const char *first; /* NULL ends the table */
    const char *later;
};

/* What the answer to depends on something that was run before it in this session. Each may be NULL; lists are NULL-terminated. */
struct asking {
    const char *const *functions; /* called without arguments */
    const char *const *variables; /* of the server's: "@@name", "@@session.name" */
    const struct said_words *statements;
};

/* Words about the session, which files share with what is recorded of them. */
struct session_words {
    const char *const *read_only; /* settings after which nothing can be recorded, if they are on; NULL-terminated */
    const char *const
        *for_later; /* words of those that leave the transaction at hand as it is; NULL-terminated; NULL: none */
    const struct said_words *locks_all; /* statements after which nobody can write into tables of ours; NULL: none */
    struct asking about_last;           /* about the statement before */
    const char *about_last_hint;
    struct asking about_session; /* about what the session did before */
    const char *autocommit;      /* the setting; NULL: none */
    bool prepares_texts;         /* PREPARE p FROM 'text' or @variable; EXECUTE p */
    bool next_transaction;       /* SET TRANSACTION is about the next one, and never about the one at hand */
};

/* "like" stands for "~~". */
struct word_operator {
    const char *word;
    const char *symbol;
};

struct dialect {
    enum engine engine;
    const char *name;           /* database_type: "postgresql" */
    const char *title;          /* "PostgreSQL" */
    const char *usual_name;     /* of the schema "" where no server has said it; NULL: texts have no name for it */
    const char *const *schemes; /* URL dialects, NULL-terminated: "postgresql", "postgres" */
    int minimum_version;        /* the oldest server that is worked with */
    double lock_seconds;        /* how long a statement waits for a lock if nobody says otherwise */
    size_t name_bytes;          /* the longest name; 0: there is no limit */
    bool majors_only;           /* 150004 is a 15, and what can be done depends on that alone; else 80013 is 8.0.13 */
    bool transactional_ddl;
    bool types_have_defaults; /* what a column is where nothing is said, which people count on */
    bool fills_new_columns;   /* NOT NULL without a default: with what is empty for the type, without a word */
    bool tables_forget_wide;  /* what is told of tables has "?" for characters beyond U+FFFF */
    /* Does the server change values that do not fit, as it is set, instead of refusing them? NULL: it never does. */
    bool (*bends_values)(const struct target *target);
    /* The character set that a column of texts gets, if it may lack characters of the one that it had; NULL: none. */
    const char *(*narrower_charset)(struct arena *mem, const struct target *target, const struct column *before,
                                    const struct column *after);
    /* An object of a tree was called `from`: its parts get the names that the engine gives them along with it; NULL: none. */
    void (*names_follow)(struct arena *mem, struct object *object, const char *from);
    bool texts_keep_names; /* what a server keeps as a text says old names after a rename, that of its own table too */
    bool binds_new_rows_only;    /* a new condition is not asked of the rows that are there */
    bool computes_new_rows_only; /* a column that is computed from now on keeps the values of the rows that are there */
    bool defaults_read_columns;  /* what a column is by default may name others */
    bool views_keep_names;       /* a view's column has the name that it was made with, whatever it selects by then */
    /* The names of all schemas, or databases, that are LIKE the parameter, in order; NULL: the engine has none. */
    const char *schemas_like;
    const char *databases_like;
    /* Schema, table, rows and bytes of each table, as statistics estimate them, at no cost worth naming. NULL: nobody knows. */
    const char *table_sizes;
    /* 1 where who writes keeps out who reads.  NULL: never. */
    const char *writer_is_alone;
    /* Of the table that the parameter names as statements do: the columns of its primary key, and its rows as estimated. NULL: files
     * do not run in batches. */
    const char *batch_key;
    const char *const
        *database_words;         /* what stands after CREATE where a database is made; NULL-terminated; NULL: none */
    const char *enters_database; /* the word for going there; NULL: a line for the client */
    const char *whole_dump;      /* the option of the dumping program for all this */
    bool is_file;                /* a database is a file, or in memory where it has no name */
    bool create_reads_all;       /* the more there is in a database, the longer a CREATE takes */
    bool drops_index_on_table;   /* DROP INDEX i ON t */
    bool drops_index_bare;       /* ... which has no IF EXISTS */
    bool drops_trigger_on_table; /* DROP TRIGGER r ON t */
    const char *const *outside_only; /* SQLSTATEs of "not within a transaction"; NULL-terminated; NULL: none */
    const char *begin_plain;   /* begins a transaction in which nothing is checked but by the server; NULL: as any */
    const char *const *exists; /* SQLSTATEs, or parts of messages, of "is there already"; NULL-terminated */
    const char *const *gone;   /* SQLSTATEs of "there is no such table or database"; NULL: any failure may be that */
    const struct lex_rules *lex;
    const struct ident_rules *ident;
    const struct normal_rules *normal;
    const struct classify_rules *classify;
    const struct python_words *python; /* NULL: models are not generated yet */
    const struct type_rules *types;    /* NULL: nothing is known of what happens to values */
    const struct driver *driver;
    const struct sample_rules *sample; /* sample.h; NULL: no rows are made up */
    const struct rows_sql *rows_sql;   /* rows_sql.h; NULL: rows cannot be spelled yet */
    const struct state_sql *state;
    const struct offline_words *offline;

    /* The live schema, in one consistent view. NULL: make-migrations is not there yet for this engine. */
    int (*load)(struct ctx *ctx, struct conn *conn, const struct filter *filter, struct tree **tree);
    void (*settle)(struct arena *mem, const struct target *target, struct tree *tree);
    const enum kind *folds; /* kinds that settle() makes others of; KIND_COUNT ends them; NULL: none */
    /*
     * Appends all of a database that the outcome of statements in a scratch database made for it depends on, beside the
     * server's version. NULL: nothing.
     */
    int (*scratch_facts)(struct ctx *ctx, struct conn *near, struct buf *facts);
    /* What the server says of itself and this database, in one query; what it leaves stays unknown. NULL: nothing. */
    int (*facts)(struct ctx *ctx, struct conn *conn, struct facts *facts);
    /*
     * Statements after which names without a schema mean in a new database what they mean in the target's; NULL: they do. NULL:
     * there is nothing to set.
     */
    const char *(*enter)(struct arena *mem, const struct target *target);
    /*
     * Makes things beside all others, reads them back and takes them away again, whatever happens. ERR_SQL where the server does
     * not let us. NULL: the engine keeps texts as they are written, so there is nothing to ask.
     */
    int (*judge)(struct ctx *ctx, struct conn *conn, struct judgement *judgement);
    /*
     * What these objects (struct object *) name and the database does not have: struct outside *, types of the schema itself
     * among them.  `conn` may be NULL: then all that they name.  NULL: cannot be told.
     */
    int (*missing)(struct ctx *ctx, struct conn *conn, const struct list *objects, struct list *missing);
    /*
     * A query that counts the rows whose value a column cannot keep, where the server could lose it without a word, or that go
     * with what holds them; `what` says which values these are, NULL: all. NULL: there are none such.
     */
    const char *(*lost_rows)(struct arena *mem, const struct changes *changes, const struct change *change,
                             const char **what);
    /* Comparable forms; NULL gives NULL. */
    char *(*type_normal)(struct arena *mem, const struct target *target, const char *type);
    char *(*expr_normal)(struct arena *mem, const struct target *target, const char *expr);
    /* Are two default expressions of a column of that type the same? NULL: expr_normal decides. */
    bool (*default_same)(struct arena *mem, const struct target *target, const char *type, const char *a,
                         const char *b);
    /* Names that mean the same object: NULL is exact, else the folded form to compare. */
    char *(*name_fold)(struct arena *mem, const struct target *target, const char *name);
    /* With the pairs found, before anything is compared: what a source cannot say is made no difference. NULL: nothing. */
    void (*reconcile)(struct arena *mem, const struct target *target, struct changes *changes);
    const struct effect_row *effects; /* what changes make of objects and of what depends on them; {0} ends it */
    /* After "ALTER TABLE t ", the gentlest first: how the server is to go about it. NULL: there is nothing to say. */
    const char *const *online_forms;
    const struct since *since; /* what not every version has; NULL: nothing */
    /*
     * Where names of a kind must differ, one letter for each name space: a small one is the schema's, a capital one the parent's.
     * Indexed by kind; NULL: no two steps get in each other's way.  Columns may be of what stands in NAME_SPACE_OF_TYPES.
     */
    const char *const *name_spaces;
    /*
     * Symbols of operators that the engine has for types of its own, and those for which its expressions have words; ended by NULL
     * and {0}. NULL: nobody can make one.
     */
    const char *const *operators;
    const struct word_operator *word_operators;
    /*
     * Appends what the engine makes along with an object as struct object *, with kind, name and parent and no more; of a kind
     * whose field marked IMPLIED says a name, the first is called so. NULL: nothing.
     */
    void (*implied)(struct arena *mem, const struct object *object, struct list *implied);
    /*
     * Statements about what somebody made by hand in one database, so that they do nothing where they must not in others; `sql`
     * NULL: only what a later one has to know.  NULL: cannot be said of its kind. NULL: files hold nothing of the sort.
     */
    const char *(*guarded)(struct arena *mem, const struct object *object, enum guard guard, const char *sql);
    /* Statements about owner and rights, after the step's own. NULL: none. */
    void (*access)(struct render *render, const struct change *step);
    /*
     * What no kind models and an object that is made again loses, but keep() brings back as each database has it: a statement
     * before it goes, and one (`again`) when the new one stands. NULL: nothing.
     */
    bool (*keeps)(const struct object *object, const struct unmodelled *one);
    const char *(*keep)(struct arena *mem, const struct object *object, bool again);
    /* Before a nameless object is made: its name, and whether its CREATE has to say it. NULL: as settle() left it. */
    void (*choose_name)(struct arena *mem, const struct changes *changes, struct object *object);
    const struct render_kind *render; /* indexed by kind */
    /* May a clause stand in one statement with those others? NULL: never. */
    bool (*joins)(unsigned clauses, unsigned clause);
    /* A rendered statement as one that all servers of the cluster do. NULL: a database is on one. */
    const char *(*on_every_server)(struct arena *mem, const char *sql, const char *cluster);
    /* Do the rows of what goes by this step stay all the same, in another part of their table? NULL: they never do. */
    bool (*rows_move)(struct arena *mem, const struct change *drop, bool back);
    /*
     * Adds what a CREATE makes to a tree, where its text and the tree alone say that; *made is NULL where they do not. NULL: they
     * never do.
     */
    int (*text_load)(struct ctx *ctx, const struct classified *what, struct tree *tree, struct object **made);
    /* What is of the whole server, so that schema files tell of it by their text alone; KIND_COUNT ends it. NULL: nothing. */
    const enum kind *apart;
    /* After the statements of a schema file were run in a scratch database: adds what that was not told, or does not tell. NULL: nothing. */
    void (*text_complete)(struct ctx *ctx, const struct classified *statement, struct tree *tree);
    /* What people have to know of a table that is made again, one sentence; NULL: nothing more than of any change. */
    const char *(*rebuild_hazard)(struct arena *mem, const struct change *change);
    const struct gradual_words *gradual; /* how a change is made in several migrations; NULL: it is always one */
    /* The table that a statement begins to make again, with its rows; NULL: none. NULL: tables are only ever altered. */
    const char *(*rebuilt)(struct arena *mem, const struct sql_piece *statement);
    const struct translation *translation; /* what the SQL of others is here; NULL: it stands in for nobody */

    /*
     * Does this statement change more than the database that it is run in: other databases, roles, the server? It is
     * never run in a scratch database, which may be on the server that is in use. NULL: none does.
     */
    bool (*reaches_beyond)(const struct sql_piece *statement);
    /* Of a statement about the session: does it last no longer than its transaction? NULL: sessions are never pooled. */
    bool (*ends_with_transaction)(const struct sql_piece *statement);
    /* The same said so that it ends with its transaction; NULL if that cannot be said. */
    const char *(*within_transaction)(struct arena *mem, const struct sql_piece *statement);

    /*
     * Asked by a second session about the one whose name is the parameter; until one gives rows; NULL-terminated; NULL: none.
     * `blockers`: pid, user, application, state, seconds, query, oldest first. `progress`: what, done, total.
     */
    const char *const *blockers;
    const char *const *progress;
    /* What gives back the session's lock on migrations with all others; NULL: nothing does. */
    const struct said_words *frees_locks;
    const struct session_words *session_words; /* NULL: a file may do all that it can */
    /* Of a database that several servers have: names each that does not answer or is not as most are. NULL: one has it. */
    int (*replicas_differ)(struct ctx *ctx, struct conn *conn, struct names *found);
    /* Does a statement that changes rows change some that stay when its transaction is undone? NULL: never. */
    int (*rows_stay)(struct ctx *ctx, struct conn *conn, const struct classified *statement, bool *stay);
    /*
     * For the runner, about a statement that no transaction ties to its step in the journal; NULL: there are none.
     * What the catalog says of all that it names, for comparison before and after; NULL: that would prove nothing.
     */
    int (*statement_evidence)(struct ctx *ctx, struct conn *conn, const struct classified *statement,
                              const char **evidence);
    const struct copy_ways *copy; /* NULL: a transaction holds it */
    /* After an interruption at it: was it done? Takes away or finishes what it left half-done. */
    int (*statement_doubt)(struct ctx *ctx, struct conn *conn, const struct classified *statement, const char *before,
                           enum doubt *doubt);
};

void conn_tick(struct ctx *ctx, struct conn *conn);
extern const struct dialect *const dialect_list[]; /* NULL-terminated, in dialects.c */
/* For a program, before all else: nobody but us uses the engines' libraries in this process. A library never calls it. */
void dialects_own_process(void);

const struct dialect *dialect_find(const char *database_type); /* NULL if unknown */
const struct dialect *dialect_of_url(const struct url *url);   /* by its scheme; NULL */
const struct dialect *dialect_of_engine(enum engine engine);

/* Thin calls over the driver. */
int conn_open(struct ctx *ctx, const struct dialect *dialect, const struct url *url, const struct conn_options *options,
              struct conn **conn);
const struct state_sql *conn_state(const struct conn *conn); /* SQL of its state tables */
/* The server that `conn` has reached, whatever else its URL names; as conn_open() else. */
int conn_twin(struct ctx *ctx, struct conn *conn, const struct conn_options *options, struct conn **twin);
void conn_close(struct conn **conn); /* for __attribute__((cleanup)); sets NULL */
int conn_query(struct ctx *ctx, struct conn *conn, const char *sql, const struct names *params, struct rows *rows);
int conn_exec(struct ctx *ctx, struct conn *conn, const char *sql);
/* With a lease, no step is run that it does not cover: ERR_LOCKED once it is lost. */
int conn_batch(struct ctx *ctx, struct conn *conn, struct batch *batch);
int conn_fence(struct ctx *ctx, struct conn *conn); /* the same, before something that is not a batch */
int conn_batches(struct ctx *ctx, struct conn *conn, struct batch *const *batch, int n); /* without a lease */
/* From here on batches that are transactions are parts of one, until one of the other two; see the driver's. */
int conn_begin(struct ctx *ctx, struct conn *conn, bool look);
int conn_commit(struct ctx *ctx, struct conn *conn, bool *again);
void conn_undo(struct ctx *ctx, struct conn *conn);
const char *rows_cell(const struct rows *rows, int row, const char *column); /* NULL also for an unknown column */

#endif
