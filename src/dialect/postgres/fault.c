/*
 * What the server says when it refuses, in our own form: message, SQLSTATE, detail, hint, and the place of the
 * error as a byte offset.  The only place that reads error fields of a result.
 */
#include "base/text.h"
#include "dialect/postgres/pg.h"

static const char *field_of(struct arena *mem, const PGresult *result, int code)
{
    return arena_dup(mem, PQresultErrorField(result, code));
}

char *pg_message(struct arena *mem, const char *text)
{
    static const char *const prefixes[] = {"FATAL:", "ERROR:", "PANIC:", "error:", "could not connect to server:"};
    char *line = text_trim(mem, text ? text : "");

    line = text_trim(mem, text_slice(mem, line, 0, strcspn(line, "\n")));
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        const char *found = strstr(line, prefixes[i]);
        if (found)
            line = text_trim(mem, found + strlen(prefixes[i]));
    }
    while (text_ends(line, "."))
        line = text_slice(mem, line, 0, strlen(line) - 1);
    return line;
}

/*
 * PgBouncer's own words, which all come as a violation of the protocol (08P01) before it closes the connection: it is the
 * pooler that speaks, and of some it is known that no server has seen the statement.
 */
static const struct pooler_fault pooler_faults[] = {
    {"query_wait_timeout", "the pooler had no connection to the server to give",
     "All connections of its pool were in use for query_wait_timeout, or the server behind it does not answer. What was asked "
     "last was not run. Run the same command again, or give a URL that leads to the server itself.",
     true},
    {"server login has been failing", "the pooler cannot connect to the server",
     "The server behind it is not up, or does not let it in: the pooler's log says which. Run the same command again after that.",
     true},
    {"cannot connect to server", "the pooler cannot connect to the server",
     "The server behind it is not up, or cannot be reached from it: the pooler's log says more. Run the same command again after that.",
     true},
    {"no more connections allowed", "the pooler takes no more clients",
     "Run the same command again once others have left it, or raise its max_client_conn.", true},
    {"no such database", "the pooler does not know this database",
     "Its [databases] say which ones it leads to; check the name in the database URL.", false},
    {"client_idle_timeout", "the pooler closed the connection, which it thought idle",
     "What had not been committed is undone. Raise its client_idle_timeout, or give a URL that leads to the server itself.",
     false},
    {"idle transaction timeout", "the pooler closed the connection within a transaction",
     "The transaction is undone. Raise its idle_transaction_timeout, or give a URL that leads to the server itself.",
     false},
    {"query timeout", "the pooler closed the connection during a statement",
     "Raise its query_timeout, or give a URL that leads to the server itself. What had not been committed is undone.",
     false},
    {"server conn crashed", "the pooler lost its connection to the server",
     "What had not been committed is undone. Run the same command again once the server answers.", true},
};

const struct pooler_fault *pg_pooler_fault(const char *said)
{
    for (size_t i = 0; i < sizeof pooler_faults / sizeof *pooler_faults; i++)
        if (said && text_has(said, pooler_faults[i].part))
            return &pooler_faults[i];
    return NULL;
}

static int fail_pooler(struct ctx *ctx, const struct pg_conn *conn, const struct pooler_fault *fault, const char *said)
{
    fail(ctx, ERR_CONNECT, "%s, for %s: %s", fault->message, conn->conn.target, said);
    ctx->error.passing = fault->passing;
    return fail_hint(ctx, "%s", fault->hint);
}

int pg_fail_lost(struct ctx *ctx, struct pg_conn *conn)
{
    const char *said = pg_message(ctx->mem, PQerrorMessage(conn->pg));
    const struct pooler_fault *fault = pg_pooler_fault(said);

    conn->conn.in_transaction = false;
    if (fault)
        return fail_pooler(ctx, conn, fault, said);
    if (said[0] == '\0')
        said = "the server closed the connection";
    fail(ctx, ERR_CONNECT, "the connection to %s was lost: %s", conn->conn.target, said);
    return fail_hint(ctx, "What had not been committed is undone. Run the same command again once the server answers.");
}

/* Sentences for refusals that people meet and whose own text does not say what to do. */
static const struct {
    const char *sqlstate;
    const char *hint;
    bool passing;
} hints[] = {
    {"42501", "The database user needs more rights: ask for them, or connect as the owner of the object."},
    {"3F000",
     "search_path names no schema that is there and may be used: CREATE SCHEMA makes one, GRANT USAGE ON SCHEMA allows it."},
    {"25006", "The connection is read-only: it leads to a standby, or default_transaction_read_only is on."},
    {"55P03", "Another session holds a lock on the object. Wait until it is done, or look into pg_stat_activity.",
     true},
    {"40P01", "Another session held what this one needed. Run the same command again.", true},
    {"40001", "Another session changed what this one had read. Run the same command again.", true},
    {"57014",
     "It ran into statement_timeout (\"-- set statement_timeout = off\" above \"-- upgrade\" lifts it for a file), or "
     "somebody cancelled it."},
    {"53100", "The server's disk is full. Free some space and run the same command again."},
};

static void hint_add(struct error *error)
{
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if (text_equal(error->sqlstate, hints[i].sqlstate)) {
            error->hint = error->hint ? error->hint : hints[i].hint;
            error->passing = hints[i].passing;
        }
}

int pg_fail(struct ctx *ctx, struct pg_conn *conn, const PGresult *result)
{
    const char *sqlstate = field_of(ctx->mem, result, PG_DIAG_SQLSTATE);
    const char *message = field_of(ctx->mem, result, PG_DIAG_MESSAGE_PRIMARY);
    const char *hint = field_of(ctx->mem, result, PG_DIAG_MESSAGE_HINT);

    if (ctx_asked(ctx) && text_equal(sqlstate, "57014"))
        return fail(ctx, ERR_CANCELLED, "interrupted");
    if (!sqlstate || !message)
        return pg_fail_lost(ctx, conn);
    const struct pooler_fault *fault = text_equal(sqlstate, "08P01") ? pg_pooler_fault(message) : NULL;
    if (fault) {
        conn->conn.in_transaction = false;
        return fail_pooler(ctx, conn, fault, message);
    }
    /* 57P01 to 57P03: the server shuts down, crashed, or does not take connections. */
    if (text_starts(sqlstate, "57P"))
        fail(ctx, ERR_CONNECT, "the server ended the connection: %s", message);
    else
        fail(ctx, ERR_SQL, "%s", message);
    ctx->error.sqlstate = sqlstate;
    ctx->error.detail = field_of(ctx->mem, result, PG_DIAG_MESSAGE_DETAIL);
    ctx->error.hint = hint;
    hint_add(&ctx->error);
    return (int)ctx->error.code;
}

bool pg_failed(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);

    return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE;
}

/* The server counts characters from 1. */
long pg_position(const PGresult *result, const char *sql)
{
    const char *said = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
    int64_t characters;
    const char *p = sql;

    if (!said || !text_to_int(said, &characters) || characters < 1)
        return -1;
    while (--characters > 0 && *p != '\0') {
        p++;
        while (((unsigned char)*p & 0xC0) == 0x80)
            p++;
    }
    return p - sql;
}
