/* What the files of this folder share. Private to it. */
#ifndef DIALECT_CLICKHOUSE_PARTS_H
#define DIALECT_CLICKHOUSE_PARTS_H

#define CURL_DISABLE_TYPECHECK /* its calls are ours (libcurl.c) */
#include <curl/curl.h>

#include "base/buf.h"
#include "dialect/clickhouse/clickhouse.h"

struct ch_conn {
    struct conn conn;
    struct arena *mem; /* what the connection itself keeps */
    CURLM *multi;
    CURL *easy;
    struct url url;        /* owns its password */
    const char *base;      /* "http://host:8123/" */
    const char *database;  /* the like for it, where it is said; "" */
    bool drop;             /* the database is a scratch database, and goes when this is closed */
    bool harmless;         /* a database to try things in, kept or not: see harmless.c */
    bool entered;          /* the session is there, and in it */
    const char *settings;  /* of each request, "&key=value..." as it is sent */
    char session[48];      /* the server's name for what SET and temporary tables belong to */
    char query[48];        /* of the request at hand */
    int sessions, queries; /* how many there were */
    struct limits limits;
    bool reads;              /* its user may only read */
    const char *home;        /* the database that we are in */
    const char *cluster;     /* NULL: one server */
    struct list replicas;    /* struct ch_replica *, of all shards */
    const char *consistency; /* settings of what we ask and say of state, "&key=value..."; "" */
};

struct ch_replica {
    const char *name; /* "host:port", as the cluster has it */
    const char *down; /* why it does not answer; NULL: it does, or was not asked */
};

struct ch_statement {
    const char *sql;
    size_t length;
    bool within; /* the session: it is a file's */
};

#define CH_SESSION_IS_LOCKED "373"
#define CH_UNFINISHED        "341"
#define CH_SCRATCH_NAME      "dbwarden_scratch"

/* What the server answered. */
struct ch_answer {
    long status;     /* of HTTP */
    struct buf body; /* rows, or what is wrong */
};

extern const struct lex_rules ch_lex;
extern const struct ident_rules ch_ident;
extern const struct infix ch_infix[]; /* infix.c */
extern const struct driver ch_driver;
extern const struct state_sql ch_state;
extern const char *const ch_progress[]; /* look.c */

/* libcurl.c: before anything else of the library is called. */
int ch_library_load(struct ctx *ctx);
void ch_set_text(CURL *easy, CURLoption option, const char *text);
void ch_set_number(CURL *easy, CURLoption option, long number);
void ch_set_pointer(CURL *easy, CURLoption option, void *pointer);
void ch_set_call(CURL *easy, CURLoption option, size_t (*call)(char *text, size_t size, size_t n, void *sink));
long ch_status(CURL *easy);

/* options.c */
/* Where the URL leads, and how it is spoken there: sets base and settings. ERR_CONFIG. */
int ch_url_apply(struct ctx *ctx, struct ch_conn *ch);
/* Of every handle: who we are, certificates, time to connect. */
void ch_url_handle(const struct ch_conn *ch, CURL *easy);

/* open.c */
int ch_open(struct ctx *ctx, const struct url *url, const struct conn_options *options, struct conn **conn);
void ch_close(struct conn *conn);
int ch_twin(struct ctx *ctx, struct conn *conn, const struct conn_options *options, struct conn **twin);
const char *ch_target(struct arena *mem, const struct url *url);
/* From here on another session of the server's: what SET and temporary tables did is gone. */
void ch_session_new(struct ch_conn *ch);

/* http.c: one statement, one request. ERR_SQL with what the server says, ERR_CONNECT if nothing is known of it, ERR_CANCELLED. */
int ch_request(struct ctx *ctx, struct ch_conn *ch, const struct ch_statement *statement, struct ch_answer *answer);
void ch_cancel(struct conn *conn);

/* hint.c */
/* What to do about a refusal; NULL: it says enough. */
const char *ch_hint_for(const struct error *error);
/* Of who is told to come again. */
bool ch_is_passing(const struct error *error);

/* answer.c */
/* What is wrong, as a failure; 0 if nothing is. */
int ch_answer_check(struct ctx *ctx, struct ch_answer *answer);
/* TabSeparatedWithNames: the names of columns, and rows. */
void ch_answer_rows(struct arena *mem, const struct ch_answer *answer, struct rows *rows);

/* query.c */
int ch_send(struct ctx *ctx, struct ch_conn *ch, const char *sql, size_t length); /* an answer is dropped */
/* The same two, one within the session that files have, the other by itself. */
int ch_look(struct ctx *ctx, struct conn *conn, const char *sql, struct rows *rows);
int ch_query(struct ctx *ctx, struct conn *conn, const char *sql, const struct names *params, struct rows *rows);
int ch_exec(struct ctx *ctx, struct conn *conn, const char *sql);
/* `sql` with a literal for each "?" outside its quotes. */
const char *ch_filled(struct arena *mem, const char *sql, const struct names *params);

/* scratch.c */
int ch_scratch(struct ctx *ctx, const struct scratch_spec *spec, struct conn **conn);
void ch_scratch_drop(struct ch_conn *ch);

/* batch.c */
int ch_batch(struct ctx *ctx, struct conn *conn, struct batch *batch);

/* lease.c: see state/lease.c. */
int ch_lease_take(struct ctx *ctx, struct conn *conn, const char *table, const struct names *claim, bool *taken);
int ch_lease_release(struct ctx *ctx, struct conn *conn, const char *table, const char *token);
int ch_lock_look(struct ctx *ctx, struct conn *conn, bool *held);
int ch_lock_doubt(struct ctx *ctx, struct conn *conn, const char **why);

/* cluster.c: a cluster's replicas, each of which is asked for itself. */
/* Who they are, and our state tables in their words. ERR_CONFIG if there is no such cluster. */
int ch_cluster_find(struct ctx *ctx, struct ch_conn *ch);
/* "... FROM system.NAME ...", on one of them. */
int ch_replica_ask(struct ctx *ctx, struct ch_conn *ch, struct ch_replica *replica, const char *sql, struct rows *rows);
/* Fails with the names of those that do not answer, before anything is done. */
int ch_cluster_whole(struct ctx *ctx, struct ch_conn *ch);
/* All that was begun before on any of them has ended on each. */
int ch_cluster_settle(struct ctx *ctx, struct ch_conn *ch);
/* A statement that is done on all of them. */
bool ch_on_cluster(struct arena *mem, const char *sql, size_t length);
/* Its answer, or its failure: names who has not done it. */
int ch_cluster_answered(struct ctx *ctx, struct ch_conn *ch, int code, const struct ch_answer *answer);
/* Names each replica that does not answer or has not what most of them have. */
int ch_replicas_differ(struct ctx *ctx, struct conn *conn, struct names *found);

/* state_cluster.c: the state tables as replicas of one. */
void ch_state_of_cluster(struct ch_conn *ch, const char *replica, struct state_sql *state);

/* lease_cluster.c: the same lock for all of a cluster. */
int ch_cluster_lease_take(struct ctx *ctx, struct conn *conn, const char *table, const struct names *claim,
                          bool *taken);
int ch_cluster_lease_release(struct ctx *ctx, struct conn *conn, const char *table, const char *token);

extern const struct backup_way ch_backup; /* backup.c */

/* harmless.c: a statement as a scratch database may run it. */
const char *ch_harmless(struct arena *mem, const char *sql);
bool ch_is_queue(const char *engine); /* takes away what it reads */

/* sandbox.c */
/* The text of a table of `from` as one of `to`, with no replicas. */
size_t ch_replica_prefix(const char *engine); /* the length of "Replicated" before a MergeTree; 0: it has no replicas */
const char *ch_moved(struct arena *mem, const char *sql, const char *from, const char *to);
int ch_sandbox(struct ctx *ctx, struct sandbox_spec *spec, struct conn *near, struct conn **conn);

extern const struct copy_ways ch_copy; /* copy.c */

/* evidence.c */
int ch_rows_stay(struct ctx *ctx, struct conn *conn, const struct classified *statement, bool *stay);
int ch_statement_evidence(struct ctx *ctx, struct conn *conn, const struct classified *statement,
                          const char **evidence);
int ch_statement_doubt(struct ctx *ctx, struct conn *conn, const struct classified *statement, const char *before,
                       enum doubt *doubt);

#endif
