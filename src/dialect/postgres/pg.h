/*
 * What the files of the PostgreSQL dialect share: the connection, the names of its parts, and small helpers.
 * Nothing outside this folder includes it but dialects.c, for pg_dialect.
 */
#ifndef DIALECT_POSTGRES_PG_H
#define DIALECT_POSTGRES_PG_H

#include <libpq-fe.h>

#include "dialect/common.h"
#include "dialect/dialect.h"
#include "dialect/scratch_server.h"
#include "dialect/target.h"

/* "dbwarden" as eight bytes: one lock per database, whatever its tables are called; see pg_lock_key(). */
#define PG_LOCK_KEY "7233475211925153134"

enum { PG_NAME_BYTES = 63 };

struct pg_conn {
    struct conn conn; /* first: struct conn * is cast */
    PGconn *pg;
    PGcancel *cancel;
    struct ctx *ctx;     /* of the call that is running: where notices go */
    bool asked_lock;     /* whether sessions can lock is known: */
    const char *no_lock; /* why not; NULL: they can */
    bool one_session;    /* all connections are, and nothing can be cancelled: PGlite */
    bool locked;
    struct url url;                   /* a copy, and then of the one host that was reached: where twins go */
    struct arena *mem;                /* of the connection itself */
    struct scratch_server *server;    /* a private one that ends with this connection */
    char *scratch;                    /* a database that is dropped with it; NULL */
    const char *scratch_near;         /* the database from which that is done */
    const struct list *scratch_texts; /* struct classified *: what is run in it, as long as it is used; NULL */
    const char *scratch_path;         /* the search path with which it is read */
    struct list loans;                /* struct loan *: what a text may need, not made in it yet */
    struct names lent;                /* "1255:16384" of what was made so */
    struct names lent_schemas;        /* made for it */
    const struct names *ahead;        /* queries sent together, whose answers pg_query() takes in turn; NULL */
    int answered;                     /* how many of them it has taken */
    bool shielded;                    /* what runs now must not be cancelled: it cleans up */
    struct limits limits;             /* of the statements at hand, */
    struct limits startup;            /* and those that the session began with, to which a RESET leads */
    bool limits_within;               /* the transaction at hand has had other ones */
    bool limits_set;                  /* the session has other ones at the moment */
    const char *lock_key;             /* of the lock that a session takes */
    bool no_options;                  /* a pooler that takes no options: SET would reach other people's sessions */
};

int pg_library_load(struct ctx *ctx); /* libpq.c: before anything of libpq is called */

/* driver.c */
extern const struct driver pg_driver;
int pg_open(struct ctx *ctx, const struct url *url, const struct conn_options *options, struct conn **conn);
void pg_close(struct conn *conn);
int pg_query(struct ctx *ctx, struct conn *conn, const char *sql, const struct names *params, struct rows *rows);
int pg_exec(struct ctx *ctx, struct conn *conn, const char *sql);
void pg_cancel(struct conn *conn);

/* ahead.c: until pg_ahead_end(), pg_query() is called with these queries only, in this order. */
int pg_ahead_send(struct ctx *ctx, struct pg_conn *conn, const struct names *queries);
void pg_ahead_end(struct ctx *ctx, struct pg_conn *conn); /* what was not taken is thrown away; ctx->error stays */

/* wait.c: the only place that waits for the server. ERR_CANCELLED once ctx->cancel is set, ERR_CONNECT. */
int pg_result(struct ctx *ctx, struct pg_conn *conn, PGresult **result); /* *result NULL: the statement has ended */
int pg_drain(struct ctx *ctx, struct pg_conn *conn);                     /* the rest of a statement's results */
int pg_flush(struct ctx *ctx, struct pg_conn *conn);
int pg_connect_wait(struct ctx *ctx, PGconn *pg, double seconds, const char *target);
void pg_result_clear(PGresult **result); /* for cleanup */

/* fault.c: what the server said, into ctx->error. */
int pg_fail(struct ctx *ctx, struct pg_conn *conn, const PGresult *result);
int pg_fail_lost(struct ctx *ctx, struct pg_conn *conn);
/* What a pooler between us and the server says of itself, before it closes the connection. NULL: it is somebody else who speaks. */
struct pooler_fault {
    const char *part; /* of its words */
    const char *message, *hint;
    bool passing;
};
const struct pooler_fault *pg_pooler_fault(const char *said);
bool pg_failed(const PGresult *result);
long pg_position(const PGresult *result, const char *sql);
char *pg_message(struct arena *mem, const char *text); /* one line, without "FATAL:" and the like */

/* Databases that share one and differ by their schema have locks of their own; NULL: there is no such schema. */
const char *pg_lock_key(struct arena *mem, const char *schema);

/* address.c */
struct pg_keywords {
    const char *key[64];
    const char *value[64];
    int n;
};
void pg_keyword_set(struct pg_keywords *keywords, const char *key, const char *value);
int pg_url_options(struct ctx *ctx, struct names *known);
int pg_address(struct ctx *ctx, const struct url *url, struct pg_keywords *keywords);
char *pg_target(struct arena *mem, const struct url *url);

/* backup.c */
int pg_backup_save(struct ctx *ctx, struct conn *conn, const char *path);
int pg_backup_check(struct ctx *ctx, struct conn *conn, const char *path);
int pg_backup_load(struct ctx *ctx, struct conn *conn, const char *path);
int pg_sandbox(struct ctx *ctx, struct sandbox_spec *spec, struct conn *near, struct conn **conn);

/* look.c */
extern const char *const pg_blockers[];
extern const char *const pg_progress[];

/* limit.c */
void pg_limits_address(struct ctx *ctx, const struct limits *limits, struct pg_keywords *keywords);
void pg_path_address(struct ctx *ctx, const struct names *path, struct pg_keywords *keywords);
int pg_limit(struct ctx *ctx, struct conn *conn, const struct limits *limits);
/* `local` is set_config()'s; NULL: nothing differs from what the session began with. */
char *pg_limits_sql(struct arena *mem, const struct pg_conn *conn, const char *local);
int pg_limits_within(struct ctx *ctx, struct pg_conn *conn); /* before a part of a transaction that is longer than it */
int pg_limits_alone(struct ctx *ctx, struct pg_conn *conn);  /* before a statement by itself */

/* batch.c, judge.c, lock.c, missing.c, scratch.c, server.c */
int pg_batch(struct ctx *ctx, struct conn *conn, struct batch *batch);
int pg_batches(struct ctx *ctx, struct conn *conn, struct batch *const *batch, int n);
int pg_whole_begin(struct ctx *ctx, struct conn *conn, bool look);
int pg_whole_commit(struct ctx *ctx, struct conn *conn, bool *again);
void pg_whole_undo(struct ctx *ctx, struct conn *conn);
int pg_lock_try(struct ctx *ctx, struct conn *conn, bool *taken);
int pg_lock_release(struct ctx *ctx, struct conn *conn);
int pg_lock_look(struct ctx *ctx, struct conn *conn, bool *held);
int pg_lock_doubt(struct ctx *ctx, struct conn *conn, const char **why);
const struct url *pg_reached(const struct conn *conn);
int pg_twin(struct ctx *ctx, struct conn *conn, const struct conn_options *options, struct conn **twin);
int pg_judge(struct ctx *ctx, struct conn *conn, struct judgement *judgement);
/* A transaction that is rolled back whatever happens. */
int pg_aside_begin(struct ctx *ctx, struct conn *conn);
int pg_aside_end(struct ctx *ctx, struct conn *conn, int result);
int pg_draft(struct ctx *ctx, struct conn *conn, const struct list *pieces, struct tree **tree); /* draft.c */
int pg_missing(struct ctx *ctx, struct conn *conn, const struct list *objects, struct list *missing);
char *pg_random_text(struct arena *mem); /* part of a name that nothing has yet */
int pg_scratch(struct ctx *ctx, const struct scratch_spec *spec, struct conn **conn);
/* Leaves of extensions, their versions and the schemas of copies those that the texts ask for. */
void pg_scratch_trim(const struct pg_conn *conn, struct tree *tree);
bool pg_texts_make_schema(const struct list *texts, const char *name); /* and it must not be there before */
int pg_scratch_facts(struct ctx *ctx, struct conn *near, struct buf *facts);
int pg_scratch_reopen(struct ctx *ctx, struct conn *conn);
bool pg_ends_with_transaction(const struct sql_piece *statement); /* pooled.c */
const char *pg_within_transaction(struct arena *mem, const struct sql_piece *statement);
int pg_scratch_bare(struct ctx *ctx, const struct scratch_spec *spec, struct conn *near, const char *server,
                    struct conn **conn);
int pg_scratch_settle(struct ctx *ctx, struct conn **conn, bool keep);
bool pg_reaches_beyond(const struct sql_piece *statement);
extern const struct scratch_server_spec pg_server_spec;

/* borrow.c: what no kind models, taken over into a scratch database. */
int pg_loans_read(struct ctx *ctx, struct conn *near, struct list *loans);
void pg_loans_choose(struct ctx *ctx, struct pg_conn *conn, const struct list *loans, const struct list *texts);
/* Makes what can be made by now; how much that was, or an error. */
int pg_loans_make(struct ctx *ctx, struct pg_conn *conn);
int pg_loans_hide(struct ctx *ctx, struct pg_conn *conn);
bool pg_loans_may_help(const struct pg_conn *conn, const struct error *error);

/* unmodelled.c: what to ask first, and with its answer what then; NULL: nothing. */
const char *pg_unmodelled_look(struct arena *mem, const char *sql);
const char *pg_unmodelled_query(struct arena *mem, const char *sql, const struct rows *found);

/* catalog.c, recover.c */
extern const char *const pg_borrow_sql, *const pg_draft_sql;
int pg_facts(struct ctx *ctx, struct conn *conn, struct facts *facts);
/* enter.c */
const char *pg_enter(struct arena *mem, const struct target *target);
/* `only`: of these kinds, and of the schema "". NULL: everything. */
int pg_catalog_load(struct ctx *ctx, struct conn *conn, const struct kind_set *only, struct tree *tree);
/* Runs them within a transaction and reads what is then in the schema "", in one go; not what functions and the like hold. */
int pg_make_and_load(struct ctx *ctx, struct conn *conn, const struct names *statements, struct tree *tree);
int pg_load(struct ctx *ctx, struct conn *conn, const struct filter *filter, struct tree **tree);
int pg_statement_evidence(struct ctx *ctx, struct conn *conn, const struct classified *statement,
                          const char **evidence);
int pg_statement_doubt(struct ctx *ctx, struct conn *conn, const struct classified *statement, const char *before,
                       enum doubt *doubt);
const char *pg_names_json(struct arena *mem, const struct classified *statement);
/* The index of a line of evidence, "WHAT OID ...", which an interrupted statement left. */
int pg_drop_invalid(struct ctx *ctx, struct conn *conn, const char *line);
/* reindex.c */
bool pg_is_reindex(const struct classified *statement);
int pg_reindex_evidence(struct ctx *ctx, struct conn *conn, const struct classified *statement, struct names *lines);
int pg_reindex_settle(struct ctx *ctx, struct conn *conn, const struct classified *statement, const struct names *was);
extern const char *const pg_session_steps[];
extern const char *const pg_pooled_steps[];
int pg_session_reset(struct ctx *ctx, struct conn *conn, const struct sql_piece *piece, int n);

/* words.c, infix.c, state_sql.c */
extern const struct ident_rules pg_ident;
extern const struct python_words pg_python; /* python.c */
extern const struct lex_rules pg_lex;
extern const struct normal_rules pg_normal;
extern const struct classify_rules pg_classify;
extern const struct type_rules pg_types;
extern const struct infix pg_infix[];
extern const struct state_sql pg_state_sql;

/* types.c */
struct pg_type {
    const char *schema; /* NULL if none is said */
    const char *name;   /* the server's own: "character varying", "integer"; a user's type unquoted */
    const char *args;   /* "10,2"; NULL */
    const char *tail;   /* "with time zone", "day to second"; NULL */
    bool array;
    bool known; /* one of the server's types that we know */
    bool serial;
};
bool pg_type_read(struct arena *mem, const char *text, struct pg_type *type); /* false: not a type that we can read */
char *pg_type_text(struct arena *mem, const struct pg_type *type);
char *pg_type_normal(struct arena *mem, const struct target *target, const char *type);
char *pg_type_plain(struct arena *mem, const char *type); /* of one of the server's own */
/* "smallint", "integer", "bigint" of a serial's name; NULL if it is none. */
const char *pg_serial_type(struct arena *mem, const char *type);
const char *pg_serial_name(struct arena *mem, const char *type);  /* SERIAL, ... for an integer type; NULL */
const char *pg_type_storage(struct arena *mem, const char *type); /* NULL if not known */
bool pg_opclass_is_default(const char *method, const char *opclass);

/* cast.c: what an ALTER ... TYPE has to say so that rows are converted; NULL: nothing, the server does it by itself. */
char *pg_using(struct arena *mem, const struct target *target, const char *column, const char *from, const char *to);
/* Do the same operators take both? */
bool pg_same_family(struct arena *mem, const char *from, const char *to);

/* defaults.c */
bool pg_version_older(struct arena *mem, const char *version, const char *than);
/* Is the key over the same columns in the same way, so that one index would do for both? */
bool pg_same_key(const struct unique *unique, const struct object *key);
void pg_reconcile(struct arena *mem, const struct target *target, struct changes *changes); /* see struct dialect */
/* What the server prints of the default that draws from it. */
char *pg_nextval(struct arena *mem, const char *schema, const char *sequence);
bool pg_default_same(struct arena *mem, const struct target *target, const char *type, const char *a, const char *b);
char *pg_expr_normal(struct arena *mem, const struct target *target, const char *expr);
/* CREATE PROCEDURE without IN before its arguments, which servers from 14 on print and older ones do not. */
const char *pg_without_in(struct arena *mem, const char *text);

/* value.c: the text of a constant as the server would print it in that type, as far as the text alone tells. */
const char *pg_value(struct arena *mem, const char *type, const char *text);
const char *pg_number_value(struct arena *mem, const char *text);

/* names.c */
void pg_name_unnamed(struct arena *mem, struct tree *tree);
char *pg_object_name(struct arena *mem, const char *first, const char *second, const char *label);
/* The name that the server would give this object if nothing else had it. */
bool pg_is_bare_type(enum kind kind); /* one that takes no name among the relations */
char *pg_default_name(struct arena *mem, const struct object *object);
/* See struct dialect. */
/* keep.c; see struct dialect */
struct unmodelled;
bool pg_keeps(const struct object *object, const struct unmodelled *one);
const char *pg_keep(struct arena *mem, const struct object *object, bool again);
const char *pg_guarded(struct arena *mem, const struct object *object, enum guard guard, const char *sql);
void pg_implied(struct arena *mem, const struct object *object, struct list *implied);
/* That of the sequence of a serial or an identity column. */
const char *pg_sequence_name(struct arena *mem, const struct column *column);
bool pg_expr_mentions(struct arena *mem, const char *expr, const char *name);

/* inherit.c: children get their parents' columns; the i-th parent of a table, or NULL. */
/* Those of a table and of its parents that children have as well: struct object *. */
void pg_inherited_checks(struct arena *mem, const struct tree *tree, const struct object *parent, struct list *checks);
void pg_inherit(struct arena *mem, struct tree *tree);
/* Of those that a plan makes: has it to wait until another partition of its parent is gone, whose place it may take? */
bool pg_comes_late(const struct object *partition);
void pg_shared_checks_part(struct arena *mem, struct changes *changes);
struct object *pg_parent(const struct tree *tree, const struct table *table, int i);

/* settle.c, effects.c */
void pg_older_take(struct arena *mem, struct tree *tree); /* what older programs could only name */
void pg_settle(struct arena *mem, const struct target *target, struct tree *tree);
extern const struct effect_row pg_effects[];
extern const struct since pg_since[];
extern const char *const pg_name_spaces[];
extern const char *const pg_operators[];
extern const struct word_operator pg_word_operators[];

extern const struct render_kind pg_render[KIND_COUNT];
extern const struct dialect pg_dialect;

#endif
