/*
 * Statements on an SQLite connection: preparing, binding texts, stepping, and what SQLite says when it refuses.
 * Its one idea is lite_enter()/lite_leave() around every call, so that cancelling reaches whatever runs.
 * Opening is in open.c, batches in batch.c.
 */
#include "dialect/sqlite/sqlite.h"

#include "base/clock.h"
#include "base/text.h"

int lite_version_number(void)
{
    int number = sqlite3_libversion_number();
    return number / 1000000 * 10000 + number / 1000 % 1000 * 100 + number % 1000;
}

void lite_enter(struct lite_conn *lite, struct ctx *ctx)
{
    lite->ctx = ctx;
    if (lite->statement_limit > 0)
        lite->statement_since = clock_monotonic();
}

int lite_leave(struct lite_conn *lite, int result)
{
    lite->ctx = NULL;
    lite->conn.in_transaction = !sqlite3_get_autocommit(lite->db);
    return result;
}

const char *lite_code_name(int code)
{
#define CODE(name)                     \
    {                                  \
        SQLITE_##name, "SQLITE_" #name \
    }
    static const struct {
        int code;
        const char *name;
    } known[] = {
        CODE(ERROR),
        CODE(INTERNAL),
        CODE(PERM),
        CODE(ABORT),
        CODE(BUSY),
        CODE(LOCKED),
        CODE(NOMEM),
        CODE(READONLY),
        CODE(INTERRUPT),
        CODE(IOERR),
        CODE(CORRUPT),
        CODE(NOTFOUND),
        CODE(FULL),
        CODE(CANTOPEN),
        CODE(PROTOCOL),
        CODE(SCHEMA),
        CODE(TOOBIG),
        CODE(CONSTRAINT),
        CODE(MISMATCH),
        CODE(MISUSE),
        CODE(AUTH),
        CODE(RANGE),
        CODE(NOTADB),
        CODE(CONSTRAINT_CHECK),
        CODE(CONSTRAINT_FOREIGNKEY),
        CODE(CONSTRAINT_NOTNULL),
        CODE(CONSTRAINT_PRIMARYKEY),
        CODE(CONSTRAINT_TRIGGER),
        CODE(CONSTRAINT_UNIQUE),
        CODE(CONSTRAINT_ROWID),
        CODE(CONSTRAINT_DATATYPE),
        CODE(CONSTRAINT_FUNCTION),
        CODE(BUSY_SNAPSHOT),
        CODE(BUSY_RECOVERY),
        CODE(READONLY_DBMOVED),
        CODE(READONLY_DIRECTORY),
        CODE(READONLY_CANTINIT),
        CODE(READONLY_RECOVERY),
        CODE(CANTOPEN_ISDIR),
        CODE(IOERR_WRITE),
        CODE(IOERR_READ),
        CODE(IOERR_FSYNC),
        CODE(IOERR_SHORT_READ),
        CODE(LOCKED_SHAREDCACHE),
        CODE(ERROR_MISSING_COLLSEQ),
    };
#undef CODE
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].code == code)
            return known[i].name;
    return (code & 0xff) != code ? lite_code_name(code & 0xff) : "SQLITE_ERROR";
}

static void code_hint(struct ctx *ctx, const struct lite_conn *lite, int rc)
{
    switch (rc & 0xff) {
    case SQLITE_BUSY:
        fail_hint(
            ctx,
            "Another program has kept it locked for %g seconds; lock_timeout in the configuration, or ?timeout=30 in "
            "the database URL, waits longer.",
            lite->busy_seconds);
        break;
    case SQLITE_READONLY: fail_hint(ctx, "The database file and its folder must be writable for this user."); break;
    case SQLITE_IOERR: fail_hint(ctx, "The disk failed. Run the same command again once it can be written."); break;
    case SQLITE_FULL: fail_hint(ctx, "The disk is full."); break;
    default: break;
    }
}

/* Nobody but the statement's own time limit interrupts without a word in the context. */
static int fail_overdue(struct lite_conn *lite, struct ctx *ctx)
{
    if (lite->statement_limit <= 0)
        return fail(ctx, ERR_CANCELLED, "cancelled");
    fail(ctx, ERR_SQL, "the statement took longer than statement_timeout (%g seconds)", lite->statement_limit);
    ctx->error.sqlstate = "SQLITE_INTERRUPT";
    return fail_hint(ctx, "\"-- set statement_timeout = off\" above \"-- upgrade\" lifts the limit for a file.");
}

static bool is_passing(int rc)
{
    return (rc & 0xff) == SQLITE_BUSY || rc == SQLITE_LOCKED_SHAREDCACHE;
}

int lite_fail(struct lite_conn *lite, struct ctx *ctx, int rc)
{
    if (ctx_must_stop(ctx))
        return ctx_check(ctx);
    if ((rc & 0xff) == SQLITE_INTERRUPT)
        return fail_overdue(lite, ctx);
    enum err code = ERR_SQL;
    if ((rc & 0xff) == SQLITE_CANTOPEN || (rc & 0xff) == SQLITE_NOTADB)
        code = ERR_CONNECT;
    else if ((rc & 0xff) == SQLITE_IOERR) /* no refusal: what was being written may be there or not */
        code = ERR_FILE;
    /* A rebuild fails in the table that it makes; the user knows the other name. */
    fail(ctx, code, "%s", text_replace(ctx->mem, sqlite3_errmsg(lite->db), LITE_REBUILD, ""));
    code_hint(ctx, lite, rc);
    ctx->error.sqlstate = lite_code_name(rc);
    ctx->error.passing = is_passing(rc);
    return code;
}

static int params_bind(struct lite_conn *lite, struct ctx *ctx, sqlite3_stmt *statement, const struct names *params)
{
    for (int i = 0; params && i < params->n; i++) {
        const char *text = params->item[i];
        int rc =
            !text ? sqlite3_bind_null(statement, i + 1) : sqlite3_bind_text(statement, i + 1, text, -1, SQLITE_STATIC);
        if (rc != SQLITE_OK)
            return lite_fail(lite, ctx, rc);
    }
    return 0;
}

static void statement_close(sqlite3_stmt **statement)
{
    sqlite3_finalize(*statement);
}

#define STATEMENT __attribute__((cleanup(statement_close))) sqlite3_stmt *

static void row_keep(struct ctx *ctx, sqlite3_stmt *statement, struct rows *rows)
{
    const char **cell = NEW_ARRAY(ctx->mem, const char *, rows->columns.n + 1);
    for (int i = 0; i < rows->columns.n; i++) {
        if (sqlite3_column_type(statement, i) == SQLITE_NULL)
            continue;
        const char *text = (const char *)sqlite3_column_text(statement, i);
        cell[i] = arena_copy(ctx->mem, text, (size_t)sqlite3_column_bytes(statement, i));
    }
    list_add(ctx->mem, &rows->row, cell);
}

static int rows_read(struct lite_conn *lite, struct ctx *ctx, sqlite3_stmt *statement, struct rows *rows)
{
    for (int i = 0; i < sqlite3_column_count(statement); i++)
        names_add(ctx->mem, &rows->columns, arena_dup(ctx->mem, sqlite3_column_name(statement, i)));
    for (;;) {
        int rc = sqlite3_step(statement);
        if (rc == SQLITE_DONE)
            return 0;
        if (rc != SQLITE_ROW)
            return lite_fail(lite, ctx, rc);
        row_keep(ctx, statement, rows);
        TRY(ctx_check(ctx));
    }
}

static int query_run(struct ctx *ctx, struct lite_conn *lite, const char *sql, const struct names *params,
                     struct rows *rows)
{
    STATEMENT statement = NULL;
    int rc = sqlite3_prepare_v2(lite->db, sql, -1, &statement, NULL);
    if (rc != SQLITE_OK)
        return lite_fail(lite, ctx, rc);
    if (!statement)
        return 0;
    TRY(params_bind(lite, ctx, statement, params));
    return rows_read(lite, ctx, statement, rows);
}

int lite_query(struct ctx *ctx, struct conn *conn, const char *sql, const struct names *params, struct rows *rows)
{
    struct lite_conn *lite = (struct lite_conn *)conn;
    *rows = (struct rows){0};
    lite_enter(lite, ctx);
    return lite_leave(lite, query_run(ctx, lite, sql, params, rows));
}

int lite_exec(struct ctx *ctx, struct conn *conn, const char *sql)
{
    struct lite_conn *lite = (struct lite_conn *)conn;
    lite_enter(lite, ctx);
    int rc = sqlite3_exec(lite->db, sql, NULL, NULL, NULL);
    return lite_leave(lite, rc == SQLITE_OK ? 0 : lite_fail(lite, ctx, rc));
}

/* True if there is one more statement in `tail`; what cannot even be parsed is one too. */
static bool tail_has_statement(struct lite_conn *lite, const char *tail, const char *end)
{
    while (tail < end) {
        STATEMENT statement = NULL;
        const char *next = NULL;
        if (sqlite3_prepare_v2(lite->db, tail, (int)(end - tail), &statement, &next) != SQLITE_OK || statement)
            return true;
        if (!next || next == tail)
            return false;
        tail = next;
    }
    return false;
}

static int step_prepare(struct ctx *ctx, struct lite_conn *lite, const struct batch_step *step, long *position,
                        sqlite3_stmt **statement)
{
    const char *tail = NULL;
    int rc = sqlite3_prepare_v2(lite->db, step->sql, (int)step->length, statement, &tail);
    if (rc != SQLITE_OK) {
        *position = sqlite3_error_offset(lite->db);
        return lite_fail(lite, ctx, rc);
    }
    if (!tail_has_statement(lite, tail, step->sql + step->length))
        return 0;
    *position = tail - step->sql;
    fail(ctx, ERR_SQL, "more than one statement where one was expected");
    return fail_hint(ctx, "End every statement with a semicolon.");
}

int lite_step(struct ctx *ctx, struct lite_conn *lite, const struct batch_step *step, long *position)
{
    STATEMENT statement = NULL;
    *position = -1;
    if (step->length > INT32_MAX)
        return fail(ctx, ERR_LIMIT, "the statement is larger than SQLite takes");
    TRY(step_prepare(ctx, lite, step, position, &statement));
    if (!statement)
        return 0;
    TRY(params_bind(lite, ctx, statement, step->params));
    int rc;
    while ((rc = sqlite3_step(statement)) == SQLITE_ROW)
        TRY(ctx_check(ctx));
    return rc == SQLITE_DONE ? 0 : lite_fail(lite, ctx, rc);
}

/* What others run may bring foreign keys; data_version tells only of other connections. */
static int driver_exec(struct ctx *ctx, struct conn *conn, const char *sql)
{
    ((struct lite_conn *)conn)->data_version = -1;
    return lite_exec(ctx, conn, sql);
}

static void driver_cancel(struct conn *conn)
{
    sqlite3_interrupt(((struct lite_conn *)conn)->db);
}

static const struct backup_way backup = {.ending = "db", .save = lite_backup_save, .load = lite_backup_load};

const struct driver lite_driver = {
    .open = lite_open,
    .url_options = lite_url_options,
    .close = lite_close,
    .query = lite_query,
    .exec = driver_exec,
    .batch = lite_batch,
    .begin = lite_whole_begin,
    .commit = lite_whole_commit,
    .undo = lite_whole_undo,
    .cancel = driver_cancel,
    .lock_try = lite_lock_try,
    .lock_release = lite_lock_release,
    .lock_look = lite_lock_look,
    .lock_note = lite_lock_note,
    .lock_said = lite_lock_said,
    .session_save = lite_session_save,
    .session_reset = lite_session_reset,
    .limit = lite_limit,
    .scratch = lite_scratch,
    .backup = &backup,
    .sandbox = lite_sandbox,
};
