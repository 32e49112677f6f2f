/*
 * The connection itself: open, close, queries with text parameters, one statement at a time, cancelling.
 *
 * Every call goes through libpq's asynchronous interface, so that an interrupt is answered within a fraction of a
 * second.  Batches, the lock and scratch databases are in files of their own.
 */
#include <sys/socket.h>

#include "base/text.h"
#include "dialect/postgres/pg.h"

/* What to do about a refusal to let us in, by words of the server's or libpq's own message. */
static const struct {
    const char *part;
    const char *hint;
    bool passing; /* it is not up yet */
} connect_hints[] = {
    {"root certificate file",
     "Give the file with ?sslrootcert=FILE in the database URL (sslrootcert=system: those of this machine), or ask for less with sslmode=require."},
    {"certificate",
     "See sslmode, sslrootcert, sslcert and sslkey in the database URL: verify-full wants a certificate of the very name of the host, verify-ca any of a known authority."},
    {"server does not support SSL",
     "The server has no TLS: ?sslmode=prefer or ?sslmode=disable in the database URL goes without."},
    {"SSL encryption", "The server's pg_hba.conf has no line for this host, user and database."},
    {"no encryption", "The server lets nobody in from here without TLS: add ?sslmode=require to the database URL."},
    {"password authentication failed", "Check user and password in the database URL."},
    {"no password supplied", "Put the password into the database URL, or into PGPASSWORD or ~/.pgpass."},
    {"does not exist", "Check the names in the database URL; createdb makes a database."},
    {"Connection refused", "Is the server running, and are host and port right?", true},
    {"No such file or directory", "No server listens on that socket. Is it running, and is the host right?", true},
    {"could not translate host name", "Check the host in the database URL.", true},
    {"no pg_hba.conf entry", "The server's pg_hba.conf has no line for this host, user and database."},
    {"SSL", "See sslmode: add ?sslmode=require or ?sslmode=disable to the database URL."},
    {"too many clients", "All connections of the server are taken. Wait, or raise max_connections."},
    {"starting up", "The server is still starting. Try again in a moment.", true},
    {"shutting down", "The server is shutting down. Try again once it is up.", true},
    {"server closed the connection unexpectedly", "The server may be restarting. Try again in a moment.", true},
};

static int fail_connect(struct ctx *ctx, PGconn *pg, const char *target)
{
    const char *said = pg_message(ctx->mem, PQerrorMessage(pg));
    const char *all = PQerrorMessage(pg), *hint = "Check the database URL, and that the server is reachable from here.";
    const struct pooler_fault *fault = pg_pooler_fault(all);
    bool passing = fault && fault->passing;

    if (fault)
        hint = fault->hint;
    for (size_t i = 0; !fault && i < sizeof connect_hints / sizeof *connect_hints; i++)
        if (text_has(all, connect_hints[i].part)) {
            hint = connect_hints[i].hint;
            passing = connect_hints[i].passing;
            break;
        }
    fail(ctx, ERR_CONNECT, "cannot connect to %s: %s%s%s", target, fault ? fault->message : "", fault ? ": " : "",
         said);
    ctx->error.passing = passing;
    return fail_hint(ctx, "%s", hint);
}

static void notice_receive(void *sink, const PGresult *result)
{
    struct pg_conn *conn = sink;
    const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

    if (conn->ctx && text)
        emit_debug(conn->ctx, "server: %s", text);
}

static double connect_seconds(const struct conn_options *options, const struct pg_keywords *keywords)
{
    double seconds = options && options->connect_seconds > 0 ? options->connect_seconds : 10;
    double hosts = 1;

    for (int i = 0; i < keywords->n; i++) {
        int64_t said;
        if (text_equal(keywords->key[i], "connect_timeout") && text_to_int(keywords->value[i], &said) && said > 0 &&
            (!options || options->connect_seconds == 0))
            seconds = (double)said;
        if (text_equal(keywords->key[i], "host"))
            for (const char *p = keywords->value[i]; *p != '\0'; p++)
                hosts += *p == ',';
    }
    return seconds * hosts;
}

static struct pg_conn *conn_new(const struct url *url)
{
    struct pg_conn *conn = arena_outside(sizeof *conn);

    conn->mem = arena_open(0);
    conn->conn.dialect = &pg_dialect;
    conn->conn.target = pg_target(conn->mem, url);
    url_copy(conn->mem, &conn->url, url);
    return conn;
}

/* Schemas come and go, and a pooler may take no options: what is meant for one schema must not reach another. */
static int path_check(struct ctx *ctx, struct pg_conn *conn, const char *schema)
{
    struct rows rows;
    TRY(pg_query(ctx, &conn->conn, "SELECT current_schema()", NULL, &rows));
    const char *const *cell = rows.row.item[0];
    if (text_equal(cell[0], schema))
        return 0;
    fail(ctx, ERR_CONNECT, "cannot work in the schema %s of %s: the session is in %s", schema, conn->conn.target,
         cell[0] ? cell[0] : "none");
    return fail_hint(ctx,
                     "Is it there, may this user use it, and does the URL lead to the server itself, not to a pooler "
                     "that takes no options?");
}

static bool says_place(const char *key)
{
    return text_equal(key, "host") || text_equal(key, "hostaddr") || text_equal(key, "port") ||
           text_equal(key, "unix_sock");
}

static void url_say(struct pg_conn *conn, const char *key, const char *value)
{
    if (!value || !*value)
        return;
    names_add(conn->mem, &conn->url.keys, key);
    names_add(conn->mem, &conn->url.values, arena_dup(conn->mem, value));
}

/* Of several hosts or addresses the one that answered, so that who comes back meets the same server. */
static void url_settle(struct pg_conn *conn)
{
    struct url *url = &conn->url;
    struct names keys = url->keys, values = url->values;

    url->keys = url->values = (struct names){0};
    for (int i = 0; i < keys.n; i++)
        if (!says_place(keys.item[i])) {
            names_add(conn->mem, &url->keys, keys.item[i]);
            names_add(conn->mem, &url->values, values.item[i]);
        }
    url->host = NULL;
    url->port = 0;
    url_say(conn, "host", PQhost(conn->pg));
    url_say(conn, "hostaddr", PQhostaddr(conn->pg));
    url_say(conn, "port", PQport(conn->pg));
}

static int conn_start(struct ctx *ctx, struct pg_conn *conn, const struct conn_options *options)
{
    struct pg_keywords keywords;

    TRY(pg_address(ctx, &conn->url, &keywords));
    if (options && options->limits && !conn->no_options)
        pg_limits_address(ctx, options->limits, &keywords);
    if (options && options->path)
        pg_path_address(ctx, options->path, &keywords);
    conn->pg = PQconnectStartParams(keywords.key, keywords.value, 0);
    if (!conn->pg)
        return fail(ctx, ERR_CONNECT, "cannot connect to %s: out of memory", conn->conn.target);
    TRY(pg_connect_wait(ctx, conn->pg, connect_seconds(options, &keywords), conn->conn.target));
    if (PQstatus(conn->pg) != CONNECTION_OK)
        return fail_connect(ctx, conn->pg, conn->conn.target);
    url_settle(conn);
    PQsetNoticeReceiver(conn->pg, notice_receive, conn);
    PQsetnonblocking(conn->pg, 1);
    conn->cancel = PQgetCancel(conn->pg);
    conn->conn.session = arena_printf(conn->mem, "%d", PQbackendPID(conn->pg));
    conn->conn.version = PQserverVersion(conn->pg);
    conn->conn.version_text = PQparameterStatus(conn->pg, "server_version");
    conn->conn.version_text = arena_dup(conn->mem, conn->conn.version_text);
    if (options && options->limits)
        conn->limits = *options->limits;
    if (options && options->limits && !conn->no_options)
        conn->startup = *options->limits;
    TRY(version_check(ctx, &pg_dialect, conn->conn.version, conn->conn.version_text));
    return options && options->path ? path_check(ctx, conn, options->path->item[0]) : 0;
}

int pg_open(struct ctx *ctx, const struct url *url, const struct conn_options *options, struct conn **conn)
{
    TRY(pg_library_load(ctx));
    struct pg_conn *made = conn_new(url);
    made->lock_key = pg_lock_key(made->mem, options && options->path ? options->path->item[0] : NULL);
    int result = conn_start(ctx, made, options);

    if (result == ERR_CONNECT && options && options->limits && !options->path &&
        text_has(ctx->error.message, "startup parameter")) {
        PQfinish(made->pg);
        made->pg = NULL;
        made->no_options = true;
        result = conn_start(ctx, made, options);
    }
    if (result < 0) {
        pg_close(&made->conn);
        return result;
    }
    *conn = &made->conn;
    return 0;
}

void pg_cancel(struct conn *conn)
{
    struct pg_conn *pg = (struct pg_conn *)conn;
    char ignored[256];

    if (pg->one_session) /* PQcancel() would wait for an answer that never comes */
        shutdown(PQsocket(pg->pg), SHUT_RDWR);
    else if (pg->cancel)
        PQcancel(pg->cancel, ignored, (int)sizeof ignored);
}

/* One statement with text parameters, sent; results are for the caller to fetch. */
static int query_send(struct ctx *ctx, struct pg_conn *conn, const char *sql, const struct names *params)
{
    int n = params ? params->n : 0;

    if (!PQsendQueryParams(conn->pg, sql, n, NULL, n > 0 ? params->item : NULL, NULL, NULL, 0))
        return pg_fail_lost(ctx, conn);
    return pg_flush(ctx, conn);
}

static void rows_take(struct arena *mem, const PGresult *result, struct rows *rows)
{
    int columns = PQnfields(result), n = PQntuples(result);

    for (int i = 0; i < columns; i++)
        names_add(mem, &rows->columns, arena_dup(mem, PQfname(result, i)));
    for (int row = 0; row < n; row++) {
        const char **cell = NEW_ARRAY(mem, const char *, columns > 0 ? columns : 1);
        for (int i = 0; i < columns; i++)
            if (!PQgetisnull(result, row, i))
                cell[i] = arena_copy(mem, PQgetvalue(result, row, i), (size_t)PQgetlength(result, row, i));
        list_add(mem, &rows->row, cell);
    }
}

/* COPY from or to the client cannot be part of a file of statements: it is ended, and refused. */
static int refuse_copy(struct ctx *ctx, struct pg_conn *conn, const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);

    if (status == PGRES_COPY_IN)
        PQputCopyEnd(conn->pg, "no data comes with a statement");
    if (status != PGRES_COPY_IN && status != PGRES_COPY_OUT)
        return 0;
    return fail(ctx, ERR_UNSUPPORTED, "COPY from or to the client is not possible here");
}

/* All results of a running statement; the first failure is kept, the connection is ready again. */
static int results_take(struct ctx *ctx, struct pg_conn *conn, struct rows *rows)
{
    int outcome = 0;

    for (;;) {
        __attribute__((cleanup(pg_result_clear))) PGresult *result = NULL;
        TRY(pg_result(ctx, conn, &result));
        if (!result)
            break;
        if (outcome == 0 && pg_failed(result))
            outcome = pg_fail(ctx, conn, result);
        else if (outcome == 0)
            outcome = refuse_copy(ctx, conn, result);
        if (PQresultStatus(result) == PGRES_COPY_OUT)
            for (char *line = NULL; PQgetCopyData(conn->pg, &line, 0) > 0; PQfreemem(line))
                ;
        if (rows && PQresultStatus(result) == PGRES_TUPLES_OK)
            rows_take(ctx->mem, result, rows);
    }
    if (outcome < 0 && PQstatus(conn->pg) == CONNECTION_BAD)
        conn->conn.in_transaction = false;
    else
        conn->conn.in_transaction = PQtransactionStatus(conn->pg) != PQTRANS_IDLE;
    return outcome;
}

int pg_query(struct ctx *ctx, struct conn *conn, const char *sql, const struct names *params, struct rows *rows)
{
    struct pg_conn *pg = (struct pg_conn *)conn;

    *rows = (struct rows){0};
    if (!pg->shielded)
        TRY(ctx_check_within(ctx));
    pg->ctx = ctx;
    if (!pg->ahead)
        TRY(query_send(ctx, pg, sql, params));
    int outcome = results_take(ctx, pg, rows);
    if (pg->ahead)
        pg->answered++;
    return outcome;
}

int pg_exec(struct ctx *ctx, struct conn *conn, const char *sql)
{
    struct pg_conn *pg = (struct pg_conn *)conn;

    pg->ctx = ctx;
    if (!PQsendQuery(pg->pg, sql))
        return pg_fail_lost(ctx, pg);
    TRY(pg_flush(ctx, pg));
    return results_take(ctx, pg, NULL);
}

/* A scratch database can go only when nobody is in it: from a second connection, after ours has ended. */
static void scratch_drop(struct pg_conn *conn)
{
    struct ctx ctx;
    struct conn *other = NULL;
    struct buf sql;

    ctx_open(&ctx, 0);
    conn->url.database = conn->scratch_near;
    if (pg_open(&ctx, &conn->url, NULL, &other) == 0) {
        buf_init(&sql, ctx.mem);
        buf_add(&sql, "DROP DATABASE IF EXISTS ");
        ident_add(&sql, &pg_ident, conn->scratch);
        buf_add(&sql, conn->conn.version >= 130000 ? " WITH (FORCE)" : "");
        pg_exec(&ctx, other, sql.data);
    }
    pg_close(other);
    ctx_close(&ctx);
}

void pg_close(struct conn *conn)
{
    struct pg_conn *pg = (struct pg_conn *)conn;

    if (!pg)
        return;
    pg->ctx = NULL;
    PQfreeCancel(pg->cancel);
    PQfinish(pg->pg);
    if (pg->scratch)
        scratch_drop(pg);
    scratch_server_stop(pg->server);
    url_close(&pg->url);
    arena_close(pg->mem);
    free(pg);
}

static const struct backup_way backup = {
    .ending = "dump", .save = pg_backup_save, .check = pg_backup_check, .load = pg_backup_load};

const struct driver pg_driver = {
    .open = pg_open,
    .url_options = pg_url_options,
    .close = pg_close,
    .query = pg_query,
    .exec = pg_exec,
    .batch = pg_batch,
    .batches = pg_batches,
    .begin = pg_whole_begin,
    .commit = pg_whole_commit,
    .undo = pg_whole_undo,
    .cancel = pg_cancel,
    .lock_try = pg_lock_try,
    .lock_release = pg_lock_release,
    .lock_look = pg_lock_look,
    .lock_doubt = pg_lock_doubt,
    .twin = pg_twin,
    .reached = pg_reached,
    .session_reset = pg_session_reset,
    .limit = pg_limit,
    .session_steps = pg_session_steps,
    .pooled_steps = pg_pooled_steps,
    .scratch = pg_scratch,
    .draft = pg_draft,
    .scratch_reopen = pg_scratch_reopen,
    .backup = &backup,
    .sandbox = pg_sandbox,
};
