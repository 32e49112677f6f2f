/* What the files of this folder share: the connection on top of the client library. Private to it. */
#ifndef DIALECT_MYSQL_PARTS_H
#define DIALECT_MYSQL_PARTS_H

/* The client library's header declares a list_add() of its own, which nobody calls. */
#define list_add my_client_list_add
#include <mysql.h>
#undef list_add

#include "base/map.h"
#include "dialect/mysql/mysql.h"
#include "dialect/scratch_server.h"

enum { MY_STATEMENTS = 16 };

struct my_conn {
    struct conn conn;
    MYSQL *mysql;
    struct url url;                /* for the second connection that cancels; owns its password */
    struct arena *mem;             /* what the connection itself keeps */
    struct scratch_server *server; /* a private one that ends with this connection; NULL */
    bool drop;                     /* its database goes with it */
    bool locked;
    bool is_other;         /* speaks MySQL's protocol, and is neither MySQL nor MariaDB */
    bool holds_tables;     /* LOCK TABLES is in force: START TRANSACTION would end it */
    struct arena *session; /* memory of what follows; NULL: nothing is kept */
    struct limits limits;  /* in force */
    bool ahead;            /* my_query() takes the answers to what was sent together, so many of them up to now: */
    int answered;
    bool overdue; /* the statement at hand was ended by us for its time limit */
    struct {
        const char *sql;       /* NULL: free */
        MYSQL_STMT *statement; /* NULL: it runs, or failed */
    } kept[MY_STATEMENTS];     /* prepared */
    struct rows variables;     /* those of the session before the file at hand: name, value */
    struct arena *engines;     /* memory of what follows; NULL: nothing is known */
    struct map tied;           /* table -> whether transactions hold its rows (untied.c) */
};

/* Fits GET_LOCK's 64 characters for a database of any name. */
#define MY_LOCK_NAME "CONCAT('dbwarden.', LEFT(SHA2(DATABASE(), 256), 40))"

/* What a scratch database is called, so that one that was left over is understood; a number follows. */
#define MY_SCRATCH_NAME "dbwarden_scratch"

extern const struct driver my_driver, my_mariadb_driver;
extern const struct state_sql my_state;

/* Beside the library, as Debian and a wheel have them; NULL: where the library itself looks. */
const char *my_plugin_folder(struct arena *mem);
int my_library_load(struct ctx *ctx); /* libmariadb.c: before anything of the client library is called */

/* options.c */
int my_url_options(struct ctx *ctx, struct names *known);
int my_url_apply(struct ctx *ctx, MYSQL *mysql, const struct url *url); /* before it connects; ERR_CONFIG */
/* Does the connection lack the encryption that the URL asks for? The library lets it go where the server has none. */
bool my_url_is_bare(struct ctx *ctx, MYSQL *mysql, const struct url *url);
/* The same of encryption, as lines of an options file for the client programs. */
int my_url_encryption(struct ctx *ctx, const struct url *url, struct buf *out);

/* open.c */
int my_open(struct ctx *ctx, const struct url *url, const struct conn_options *options, struct conn **conn);
void my_close(struct conn *conn);
void my_cancel(struct conn *conn);

/* query.c: ERR_SQL with what the server says, ERR_CONNECT if it is gone, ERR_CANCELLED. */
int my_fail(struct ctx *ctx, MYSQL *mysql, enum err code);
int my_send(struct ctx *ctx, struct my_conn *my, const char *sql, size_t length); /* results are read and dropped */
int my_query(struct ctx *ctx, struct conn *conn, const char *sql, const struct names *params, struct rows *rows);
/* What the server says of the last statement, which it took: it did not do all of it; what it made is of a user who is not there. */
enum my_warning { MY_TAKES_LESS, MY_NO_DEFINER, MY_WARNINGS };
int my_warnings(struct ctx *ctx, struct my_conn *my, struct names said[MY_WARNINGS]); /* added to what is there; once */
void my_statements_close(struct my_conn *my);                                         /* before the connection */

/* A statement that is on its way. */
struct my_sent {
    double since;
    bool cancelled;
};
struct my_sent my_sent_now(void);
/* For what the client library is waiting for; a cancel reaches the server once. */
int my_wait(struct ctx *ctx, struct my_conn *my, int wanted, struct my_sent *sent);
int my_send_text(struct ctx *ctx, struct my_conn *my, const char *sql,
                 size_t length);                                          /* its results are still to be read */
void my_rows_take(struct ctx *ctx, MYSQL_RES *result, struct rows *rows); /* adds all; frees the result */

/*
 * ahead.c: until my_ahead_end(), my_query() is called with these queries only, in this order.  Where something takes one statement at
 * a time, it asks them one by one.
 */
int my_ahead_send(struct ctx *ctx, struct my_conn *my, const struct names *queries);
int my_ahead_take(struct ctx *ctx, struct my_conn *my, struct rows *rows);
void my_ahead_end(struct my_conn *my); /* what was not taken is thrown away */

/* conn->in_transaction, after a statement that may begin or end one. */
void my_follow_transaction(struct my_conn *my);
/* For what cannot be prepared: appends all cells of the answer. */
int my_show(struct ctx *ctx, struct my_conn *my, const char *sql, struct buf *said);
/* Several in one message; *said has as many. */
int my_show_all(struct ctx *ctx, struct my_conn *my, const struct names *statements, struct buf **said);
int my_exec(struct ctx *ctx, struct conn *conn, const char *sql);

int my_facts(struct ctx *ctx, struct conn *conn, struct facts *facts);

/* backup.c */
int my_backup_save(struct ctx *ctx, struct conn *conn, const char *path);
int my_backup_check(struct ctx *ctx, struct conn *conn, const char *path);
int my_backup_load(struct ctx *ctx, struct conn *conn, const char *path);
/* Of the tables, NULL: of all that there is; `options` end with NULL. */
int my_dump(struct ctx *ctx, struct conn *conn, const char *const *options, const struct names *tables, int fd);
int my_feed(struct ctx *ctx, struct conn *conn, int fd);

/* sieve.c: the same for a dump that may hold our lock table. */
int my_feed_dump(struct ctx *ctx, struct conn *conn, int fd);

/* part.c: does it change columns, indexes and constraints of one table, and nothing else; and what is said of those that it names. */
bool my_changes_parts(const struct classified *statement);
const char *my_lines_about(struct arena *mem, const char *said, const struct classified *statement);
/* The first action of ALTER TABLE; from one to the comma after it, outside parentheses, or the end. */
struct token my_actions_begin(struct lexer *lexer);
void my_action_skip(struct lexer *lexer, struct token *token);
/* proof.c: of those lines, what goes into the journal; and what two of these prove. */
const char *my_parts_evidence(struct arena *mem, const char *lines);
enum doubt my_parts_doubt(struct arena *mem, const struct classified *statement, const char *before, const char *now);

/* sandbox.c */
/* Opens the server with a database that is there, makes the one that is wanted as `near` is (NULL: as the server does), and opens that. */
int my_open_there(struct ctx *ctx, struct conn *near, struct url url, const char *name, struct conn **conn);
/* The same on a private server. ERR_UNSUPPORTED if its programs are not installed. */
int my_private(struct ctx *ctx, const struct dialect *dialect, struct conn *near, const char *name, struct conn **conn);
int my_sandbox(struct ctx *ctx, struct sandbox_spec *spec, struct conn *near, struct conn **conn);

/* look.c */
extern const char *const my_blockers[];
extern const char *const my_mariadb_blockers[];
extern const char *const my_mariadb_progress[];

/* limit.c */
int my_limit(struct ctx *ctx, struct conn *conn, const struct limits *limits);

/* batch.c */
int my_batch(struct ctx *ctx, struct conn *conn, struct batch *batch);

/* lock.c */
int my_lock_try(struct ctx *ctx, struct conn *conn, bool *taken);
int my_lock_release(struct ctx *ctx, struct conn *conn);
int my_lock_look(struct ctx *ctx, struct conn *conn, bool *held);
int my_lock_doubt(struct ctx *ctx, struct conn *conn, const char **why);
const struct url *my_reached(const struct conn *conn);
int my_twin(struct ctx *ctx, struct conn *conn, const struct conn_options *options, struct conn **twin);

/* evidence.c */
/* untied.c: does it write rows that stay when its transaction is undone? And what is there of them. */
int my_rows_stay(struct ctx *ctx, struct conn *conn, const struct classified *statement, bool *stay);
int my_rows_evidence(struct ctx *ctx, struct conn *conn, const struct classified *statement, const char **text);
void my_untied_forget(struct my_conn *my); /* tables may be others by now, or their names mean others */
int my_statement_evidence(struct ctx *ctx, struct conn *conn, const struct classified *statement, const char **text);
int my_statement_doubt(struct ctx *ctx, struct conn *conn, const struct classified *statement, const char *before,
                       enum doubt *doubt);

/* scratch.c */
int my_mysql_scratch(struct ctx *ctx, const struct scratch_spec *spec, struct conn **conn);
int my_mariadb_scratch(struct ctx *ctx, const struct scratch_spec *spec, struct conn **conn);

/* sandbox.c */
extern const struct scratch_server_spec maria_server;

/* reset.c */
int my_session_save(struct ctx *ctx, struct conn *conn);
int my_session_reset(struct ctx *ctx, struct conn *conn, const struct sql_piece *piece, int n);

#endif
