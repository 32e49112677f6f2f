/*
 * Sending statements.  Texts go through the client's non-blocking calls, so that a long statement can be cancelled;
 * our own statements, which have parameters, are prepared ones.
 */
#include <errmsg.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "dialect/mysql/parts.h"

enum { WAIT_MS = 200 };

/* Also what the server says when it ends a session: shut down, or killed (MariaDB 1927, MySQL 3169). */
static bool is_gone(unsigned number)
{
    return number == CR_SERVER_GONE_ERROR || number == CR_SERVER_LOST || number == 1053 || number == 1927 ||
           number == 3169;
}

/* What another session stood in the way of: a lock, a deadlock, a row that was changed since it was read (MariaDB). */
static bool is_passing(unsigned number)
{
    return number == 1205 || number == 1213 || number == 1020;
}

static const char off[] = "\"-- set statement_timeout = off\" above \"-- upgrade\" lifts the limit for a file.";
static const char reader[] =
    "The connection is read-only: it leads to a replica, or to the reader endpoint of a cluster.";

static const char zero[] =
    "If it is a zero date: NO_ZERO_DATE in sql_mode refuses it; ?sql_mode=NO_ENGINE_SUBSTITUTION in the database URL takes it.";

static const char alike[] = "A foreign key and what it refers to need the same type; texts the same character set and "
                            "collation, too; and what it refers to needs a key.";
static const char prefix[] =
    "Shorten the column, or say how much of it the index holds (mysql_length, or a (100) in SQL).";

static const char keyless[] =
    "The server wants a primary key in every table. If it is the list of migrations, which is as 0.8.2 made it: let MySQL "
    "add one, by ?init_command=SET SESSION sql_generate_invisible_primary_key=1 in the database URL or for the whole server.";

static const struct {
    unsigned number;
    const char *said; /* NULL: whatever the server says */
    const char *hint;
} hints[] = {
    {1969, NULL, off}, /* MariaDB's max_statement_time */
    {3024, NULL, off}, /* MySQL's max_execution_time */
    {1290, "read-only", reader}, {1792, NULL, reader}, {1836, NULL, reader},
    {1067, NULL, zero}, /* an ALTER of another column minds a default that is there, too */
    {1292, "'0000-00-00", zero}, {3780, NULL, alike},  {1005, "errno: 150", alike},
    {1071, NULL, prefix},        {1170, NULL, prefix}, {3750, NULL, keyless},
    {1173, NULL, keyless},
};

static void hint_add(struct ctx *ctx, unsigned number)
{
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if (hints[i].number == number && (!hints[i].said || text_has(ctx->error.message, hints[i].said)))
            fail_hint(ctx, "%s", hints[i].hint);
}

static int fail_said(struct ctx *ctx, unsigned number, const char *said, enum err code)
{
    if (ctx_must_stop(ctx))
        return fail(ctx, ERR_CANCELLED, "interrupted");
    if (!is_gone(number)) {
        fail(ctx, code, "%s", said);
        ctx->error.passing = is_passing(number);
        hint_add(ctx, number);
        return code;
    }
    fail(ctx, ERR_CONNECT, "the connection was lost: %s", said);
    return fail_hint(ctx, "Run the same command again once the server answers; it goes on where this one stopped.");
}

static int fail_overdue(struct ctx *ctx, struct my_conn *my)
{
    my->overdue = false;
    fail(ctx, ERR_SQL, "the statement took longer than statement_timeout (%g seconds)", my->limits.statement);
    ctx->error.sqlstate = "70100";
    return fail_hint(ctx, "%s", off);
}

/* Nobody but us knows what a scratch database is called. */
static const char *without_scratch(struct arena *mem, const MYSQL *mysql, const char *said)
{
    if (!mysql->db || !text_starts(mysql->db, MY_SCRATCH_NAME))
        return said;
    said = text_replace(mem, said, arena_printf(mem, "`%s`.", mysql->db), "");
    return text_replace(mem, said, arena_printf(mem, "%s.", mysql->db), "");
}

int my_fail(struct ctx *ctx, MYSQL *mysql, enum err code)
{
    fail_said(ctx, mysql_errno(mysql), without_scratch(ctx->mem, mysql, mysql_error(mysql)), code);
    if (ctx->error.code != ERR_CANCELLED)
        ctx->error.sqlstate = arena_dup(ctx->mem, mysql_sqlstate(mysql));
    return ctx->error.code;
}

struct my_sent my_sent_now(void)
{
    return (struct my_sent){.since = clock_monotonic()};
}

static bool must_end(struct ctx *ctx, struct my_conn *my, const struct my_sent *sent)
{
    if (ctx_must_stop(ctx))
        return true;
    my->overdue = my->limits.statement > 0 && my->conn.dialect->engine == ENGINE_MY &&
                  clock_monotonic() - sent->since > my->limits.statement;
    return my->overdue;
}

int my_wait(struct ctx *ctx, struct my_conn *my, int wanted, struct my_sent *sent)
{
    struct pollfd fd = {.fd = mysql_get_socket(my->mysql)};
    fd.events = (short)((wanted & MYSQL_WAIT_READ ? POLLIN : 0) | (wanted & MYSQL_WAIT_WRITE ? POLLOUT : 0) |
                        (wanted & MYSQL_WAIT_EXCEPT ? POLLPRI : 0));
    for (;;) {
        int ready = poll(&fd, 1, WAIT_MS);
        if (ready == 0)
            conn_tick(ctx, &my->conn);
        if (!sent->cancelled && must_end(ctx, my, sent)) {
            sent->cancelled = true;
            my_cancel(&my->conn);
        }
        if (ready > 0)
            break;
        if (ready == 0 && wanted & MYSQL_WAIT_TIMEOUT)
            return MYSQL_WAIT_TIMEOUT;
    }
    return (fd.revents & (POLLIN | POLLHUP | POLLERR) ? MYSQL_WAIT_READ : 0) |
           (fd.revents & POLLOUT ? MYSQL_WAIT_WRITE : 0) | (fd.revents & POLLPRI ? MYSQL_WAIT_EXCEPT : 0);
}

int my_send_text(struct ctx *ctx, struct my_conn *my, const char *sql, size_t length)
{
    int result = 0;
    struct my_sent sent = my_sent_now();
    TRY(ctx_check_within(ctx));
    my->overdue = false;
    int wanted = mysql_real_query_start(&result, my->mysql, sql, length);
    while (wanted)
        wanted = mysql_real_query_cont(&result, my->mysql, my_wait(ctx, my, wanted, &sent));
    if (result && my->overdue && mysql_errno(my->mysql) == 1317)
        return fail_overdue(ctx, my);
    return result ? my_fail(ctx, my->mysql, ERR_SQL) : 0;
}

/* All of it is in a comment for versions that this server is not of. */
static bool is_empty_here(struct my_conn *my, int code)
{
    enum { ER_EMPTY_QUERY = 1065 };
    return code == ERR_SQL && mysql_errno(my->mysql) == ER_EMPTY_QUERY;
}

/* A CALL may give several results; all must be read before the next statement. */
static int send_once(struct ctx *ctx, struct my_conn *my, const char *sql, size_t length)
{
    struct error error = ctx->error;
    int code = my_send_text(ctx, my, sql, length);
    if (is_empty_here(my, code)) {
        ctx->error = error;
        return 0;
    }
    TRY(code);
    for (;;) {
        mysql_free_result(mysql_store_result(my->mysql));
        if (mysql_errno(my->mysql))
            return my_fail(ctx, my->mysql, ERR_SQL);
        int more = mysql_next_result(my->mysql);
        if (more > 0)
            return my_fail(ctx, my->mysql, ERR_SQL);
        if (more < 0)
            return 0;
    }
}

/*
 * MariaDB 10.11 and 11.4: after SELECT x.c FROM t AS x by anybody, ALTER TABLE t RENAME COLUMN c, which a CHECK, a default or a
 * generated column names, fails once for each opened copy of the table that the server kept, because the copy knows itself as x;
 * then it works.
 */
static bool is_stale_copy(struct ctx *ctx, const struct my_conn *my, const char *sql, size_t length)
{
    enum { ER_BAD_FIELD_ERROR = 1054 };
    static const char unknown[] = "Unknown column '";
    static const char *const places[] = {"' in 'CHECK'", "' in 'GENERATED ALWAYS AS'", "' in 'DEFAULT'", NULL};
    const char *said = ctx->error.message ? ctx->error.message : "", *end = NULL;
    for (int i = 0; places[i] && !end; i++)
        end = strstr(said, places[i]);
    if (my->conn.dialect->engine != ENGINE_MARIA || mysql_errno(my->mysql) != ER_BAD_FIELD_ERROR || !end ||
        !text_starts(said, unknown))
        return false;
    const char *column = arena_copy(ctx->mem, said + strlen(unknown), (size_t)(end - said) - strlen(unknown));
    struct lexer lexer;
    lex_open(&lexer, my_dialect.lex, sql, length);
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        if (!token_is(&token, "rename") && !token_is(&token, "change"))
            continue;
        token = lex_next_code(&lexer);
        if (token_is(&token, "column"))
            token = lex_next_code(&lexer);
        if (text_equal_nocase(token_name(ctx->mem, &token), column))
            return true;
    }
    return false;
}

int my_send(struct ctx *ctx, struct my_conn *my, const char *sql, size_t length)
{
    enum { TRIES = 1000 }; /* as many as copies may be kept */
    struct error error = ctx->error;
    for (int tries = 1;; tries++) {
        struct arena_mark mark = arena_save(ctx->mem);
        int code = send_once(ctx, my, sql, length);
        if (code != ERR_SQL || tries == TRIES || !is_stale_copy(ctx, my, sql, length))
            return code;
        ctx->error = error;
        arena_rewind(ctx->mem, mark);
    }
}

void my_rows_take(struct ctx *ctx, MYSQL_RES *result, struct rows *rows)
{
    int n = (int)mysql_num_fields(result);
    const MYSQL_FIELD *field = mysql_fetch_fields(result);
    for (int i = 0; i < n; i++)
        names_add(ctx->mem, &rows->columns, arena_dup(ctx->mem, field[i].name));
    for (MYSQL_ROW row; (row = mysql_fetch_row(result));) {
        const char **cells = NEW_ARRAY(ctx->mem, const char *, n);
        const unsigned long *length = mysql_fetch_lengths(result);
        for (int i = 0; i < n; i++)
            cells[i] = row[i] ? arena_copy(ctx->mem, row[i], length[i]) : NULL;
        list_add(ctx->mem, &rows->row, cells);
    }
    mysql_free_result(result);
}

static int shown_take(struct ctx *ctx, struct my_conn *my, struct buf *said)
{
    MYSQL_RES *result = mysql_store_result(my->mysql);
    if (!result)
        return mysql_errno(my->mysql) ? my_fail(ctx, my->mysql, ERR_SQL) : 0;
    for (MYSQL_ROW row; (row = mysql_fetch_row(result));)
        for (unsigned i = 0; i < mysql_num_fields(result); i++)
            buf_addf(said, "%s\t", row[i] ? row[i] : "NULL");
    mysql_free_result(result);
    return 0;
}

int my_show(struct ctx *ctx, struct my_conn *my, const char *sql, struct buf *said)
{
    TRY(my_send_text(ctx, my, sql, strlen(sql)));
    return shown_take(ctx, my, said);
}

static int show_together(struct ctx *ctx, struct my_conn *my, const struct names *statements, struct buf *said)
{
    const char *all = names_join(ctx->mem, statements, ";");
    TRY(my_send_text(ctx, my, all, strlen(all)));
    for (int i = 0; i < statements->n; i++) {
        buf_init(&said[i], ctx->mem);
        TRY(shown_take(ctx, my, &said[i]));
        if (mysql_next_result(my->mysql) > 0)
            return my_fail(ctx, my->mysql, ERR_SQL);
    }
    return 0;
}

/* One after the other where something between us and the server takes one at a time. */
int my_show_all(struct ctx *ctx, struct my_conn *my, const struct names *statements, struct buf **said)
{
    *said = NEW_ARRAY(ctx->mem, struct buf, statements->n + 1);
    if (statements->n > 1 && mysql_set_server_option(my->mysql, MYSQL_OPTION_MULTI_STATEMENTS_ON) == 0) {
        int code = show_together(ctx, my, statements, *said);
        mysql_set_server_option(my->mysql, MYSQL_OPTION_MULTI_STATEMENTS_OFF);
        return code;
    }
    for (int i = 0; i < statements->n; i++) {
        buf_init(&(*said)[i], ctx->mem);
        TRY(my_show(ctx, my, statements->item[i], &(*said)[i]));
    }
    return 0;
}

/* TiDB takes some of what it lacks; and a definer need not be there. */
static bool is_warning(const struct my_conn *my, enum my_warning what, int64_t number, const char *text)
{
    enum { ER_TABLE_CANT_HANDLE_FT = 1214, ER_NO_SUCH_USER = 1449 };
    if (what == MY_NO_DEFINER)
        return number == ER_NO_SUCH_USER;
    return my_is_tidb(my->conn.dialect) &&
           (number == ER_TABLE_CANT_HANDLE_FT || text_has(text, "tidb_enable_check_constraint"));
}

static void warning_add(struct ctx *ctx, const struct my_conn *my, const struct rows *rows, int row, struct names *said)
{
    int64_t number;
    const char *text = rows_cell(rows, row, "Message");
    bool numbered = text_to_int(rows_cell(rows, row, "Code"), &number);
    for (int what = 0; numbered && what < MY_WARNINGS; what++)
        if (is_warning(my, (enum my_warning)what, number, text))
            names_add(ctx->mem, &said[what], text);
}

int my_warnings(struct ctx *ctx, struct my_conn *my, struct names said[MY_WARNINGS])
{
    static const char show[] = "SHOW WARNINGS"; /* which MySQL does not prepare */
    struct rows rows = {0};
    if (!mysql_warning_count(my->mysql))
        return 0;
    TRY(my_send_text(ctx, my, show, strlen(show)));
    MYSQL_RES *result = mysql_store_result(my->mysql);
    if (!result)
        return my_fail(ctx, my->mysql, ERR_SQL);
    my_rows_take(ctx, result, &rows);
    for (int i = 0; i < rows.row.n; i++)
        warning_add(ctx, my, &rows, i, said);
    return 0;
}

/* The user's own, from his BEGIN on. Without autocommit each of our own steps would begin one. */
void my_follow_transaction(struct my_conn *my)
{
    const unsigned open = SERVER_STATUS_IN_TRANS | SERVER_STATUS_AUTOCOMMIT;
    my->conn.in_transaction = (my->mysql->server_status & open) == open;
}

int my_exec(struct ctx *ctx, struct conn *conn, const char *sql)
{
    struct my_conn *my = (struct my_conn *)conn;
    TRY(my_send(ctx, my, sql, strlen(sql)));
    my_follow_transaction(my);
    return 0;
}

/* ---- prepared ones: those that a run asks for again and again are kept, because each has to be prepared by a message of its own */

static MYSQL_STMT **statement_kept(struct my_conn *my, const char *sql)
{
    for (int i = 0; i < MY_STATEMENTS; i++)
        if (text_equal(my->kept[i].sql, sql))
            return &my->kept[i].statement;
    return NULL;
}

static void statement_keep(struct my_conn *my, const char *sql, MYSQL_STMT *statement)
{
    for (int i = 0; i < MY_STATEMENTS; i++)
        if (!my->kept[i].statement) {
            my->kept[i].sql = arena_dup(my->mem, sql);
            my->kept[i].statement = statement;
            return;
        }
    mysql_stmt_close(statement);
}

void my_statements_close(struct my_conn *my)
{
    for (int i = 0; i < MY_STATEMENTS; i++)
        if (my->kept[i].statement)
            mysql_stmt_close(my->kept[i].statement);
    memset(my->kept, 0, sizeof my->kept);
}

/* It is taken out while it runs, so that one that fails is not used again. */
static int statement_get(struct ctx *ctx, struct my_conn *my, const char *sql, MYSQL_STMT **statement)
{
    MYSQL_STMT **kept = statement_kept(my, sql);
    my_bool measure = 1;
    if (kept && *kept) {
        *statement = *kept;
        *kept = NULL;
        return 0;
    }
    *statement = mysql_stmt_init(my->mysql);
    if (!*statement)
        return fail(ctx, ERR_LIMIT, "no memory for a statement");
    mysql_stmt_attr_set(*statement, STMT_ATTR_UPDATE_MAX_LENGTH, &measure);
    return mysql_stmt_prepare(*statement, sql, strlen(sql)) ? my_fail(ctx, my->mysql, ERR_SQL) : 0;
}

/* One with parameters and without an answer is a step of our own that comes again. */
static void statement_put(struct my_conn *my, const char *sql, bool again, MYSQL_STMT *statement)
{
    MYSQL_STMT **kept = statement_kept(my, sql);
    if (!again || mysql_stmt_free_result(statement))
        mysql_stmt_close(statement);
    else if (kept)
        *kept = statement;
    else
        statement_keep(my, sql, statement);
}

static int statement_fail(struct ctx *ctx, MYSQL_STMT *statement)
{
    fail_said(ctx, mysql_stmt_errno(statement), mysql_stmt_error(statement), ERR_SQL);
    if (ctx->error.code != ERR_CANCELLED)
        ctx->error.sqlstate = arena_dup(ctx->mem, mysql_stmt_sqlstate(statement));
    return ctx->error.code;
}

static int params_bind(struct ctx *ctx, MYSQL_STMT *statement, const struct names *params)
{
    MYSQL_BIND *bind = NEW_ARRAY(ctx->mem, MYSQL_BIND, params->n + 1);
    for (int i = 0; i < params->n; i++) {
        const char *text = params->item[i];
        bind[i].buffer_type = text ? MYSQL_TYPE_STRING : MYSQL_TYPE_NULL;
        bind[i].buffer = text ? arena_dup(ctx->mem, text) : NULL;
        bind[i].buffer_length = text ? strlen(text) : 0;
    }
    if ((unsigned long)params->n != mysql_stmt_param_count(statement))
        return fail(ctx, ERR_FAILED, "a statement of our own has %lu parameters, not %d",
                    mysql_stmt_param_count(statement), params->n);
    return params->n && mysql_stmt_bind_param(statement, bind) ? statement_fail(ctx, statement) : 0;
}

static int rows_fetch(struct ctx *ctx, MYSQL_STMT *statement, MYSQL_RES *about, struct rows *rows)
{
    int n = (int)mysql_num_fields(about);
    MYSQL_FIELD *field = mysql_fetch_fields(about);
    MYSQL_BIND *bind = NEW_ARRAY(ctx->mem, MYSQL_BIND, n);
    for (int i = 0; i < n; i++) {
        names_add(ctx->mem, &rows->columns, arena_dup(ctx->mem, field[i].name));
        bind[i].buffer_type = MYSQL_TYPE_STRING;
        bind[i].buffer_length = field[i].max_length + 1;
        bind[i].buffer = arena_alloc(ctx->mem, bind[i].buffer_length);
        bind[i].length = NEW(ctx->mem, unsigned long);
        bind[i].is_null = NEW(ctx->mem, my_bool);
    }
    if (mysql_stmt_bind_result(statement, bind))
        return statement_fail(ctx, statement);
    for (;;) {
        int result = mysql_stmt_fetch(statement);
        if (result == MYSQL_NO_DATA)
            return 0;
        if (result == 1)
            return statement_fail(ctx, statement);
        const char **cells = NEW_ARRAY(ctx->mem, const char *, n);
        for (int i = 0; i < n; i++)
            cells[i] = *bind[i].is_null ? NULL : arena_copy(ctx->mem, bind[i].buffer, *bind[i].length);
        list_add(ctx->mem, &rows->row, cells);
    }
}

static int statement_run(struct ctx *ctx, MYSQL_STMT *statement, const struct names *params, struct rows *rows)
{
    TRY(params_bind(ctx, statement, params));
    if (mysql_stmt_execute(statement) || mysql_stmt_store_result(statement))
        return statement_fail(ctx, statement);
    MYSQL_RES *about = mysql_stmt_result_metadata(statement);
    int code = about ? rows_fetch(ctx, statement, about, rows) : 0;
    mysql_free_result(about);
    return code;
}

int my_query(struct ctx *ctx, struct conn *conn, const char *sql, const struct names *params, struct rows *rows)
{
    static const struct names none;
    struct my_conn *my = (struct my_conn *)conn;
    MYSQL_STMT *statement = NULL;
    *rows = (struct rows){0};
    TRY(ctx_check_within(ctx));
    if (my->ahead)
        return my_ahead_take(ctx, my, rows);
    int code = statement_get(ctx, my, sql, &statement);
    if (code == 0)
        code = statement_run(ctx, statement, params ? params : &none, rows);
    if (statement)
        statement_put(my, sql, code == 0 && params && !rows->columns.n, statement);
    return code;
}
