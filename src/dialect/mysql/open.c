/*
 * Connecting: SQLAlchemy's URL, whatever driver it names, as options of the client library. Cancelling takes a second
 * connection, because KILL QUERY is how these servers are told.
 */
#include <string.h>

#include "base/text.h"
#include "dialect/mysql/parts.h"

enum { CONNECT_SECONDS = 10, CONNECT_LONGEST = 24 * 3600 };

static const char *option_first(const struct url *url, const char *const *keys)
{
    for (; *keys; keys++)
        if (url_option(url, *keys))
            return url_option(url, *keys);
    return NULL;
}

static unsigned connect_seconds(const struct url *url, const struct conn_options *options)
{
    static const char *const keys[] = {"connect_timeout", "connection_timeout", NULL};
    const char *said = option_first(url, keys);
    int64_t seconds = CONNECT_SECONDS;
    if (options->connect_seconds)
        seconds = options->connect_seconds;
    else if (said && (!text_to_int(said, &seconds) || seconds <= 0 || seconds > CONNECT_LONGEST))
        seconds = CONNECT_SECONDS;
    return (unsigned)seconds;
}

/* NULL: `ctx` says why. */
static MYSQL *connect_raw(struct ctx *ctx, const struct url *url, const struct conn_options *options)
{
    static const char *const socket[] = {"unix_socket", "socket", NULL};
    unsigned seconds = connect_seconds(url, options);
    MYSQL *mysql = mysql_init(NULL);
    if (!mysql) {
        fail(ctx, ERR_LIMIT, "no memory for a connection");
        return NULL;
    }
    mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &seconds);
    mysql_options(mysql, MYSQL_OPT_NONBLOCK, 0);
    const char *plugins = my_plugin_folder(ctx->mem);
    if (plugins)
        mysql_options(mysql, MYSQL_PLUGIN_DIR, plugins);
    if (my_url_apply(ctx, mysql, url) < 0) {
        mysql_close(mysql);
        return NULL;
    }
    const char *path = option_first(url, socket);
    mysql_real_connect(mysql, path ? "localhost" : url->host, url->user, url->password.text, url->database,
                       (unsigned)url->port, path, 0);
    return mysql;
}

static const char *target_of(struct arena *mem, const struct url *url)
{
    return arena_printf(mem, "%s on %s", url->database ? url->database : "(no database)",
                        url->host ? url->host : "localhost");
}

static const char *hint_for(unsigned number)
{
    switch (number) {
    case 1045: return "Check user and password in the database URL.";
    case 1049: return "Create the database first: dbwarden does not.";
    case 2026:
        return "It is about TLS: see ssl_mode, ssl_ca, ssl_cert and ssl_key in the database URL, and whether the server "
               "offers it.";
    case 3159: return "Add ?ssl_mode=REQUIRED to the database URL.";
    default:
        return "Is the server running, and are host and port in the database URL "
               "right?";
    }
}

/* No socket, nobody who listens, a name that is not known yet, a server that comes up or goes down. */
static bool not_up_yet(unsigned number)
{
    static const unsigned known[] = {2002, 2003, 2005, 2013, 1053, 0};
    for (int i = 0; known[i]; i++)
        if (number == known[i])
            return true;
    return false;
}

static int connect_fail(struct ctx *ctx, MYSQL *mysql, const struct url *url)
{
    unsigned number = mysql_errno(mysql);
    fail(ctx, ERR_CONNECT, "cannot connect to %s: %s", target_of(ctx->mem, url), mysql_error(mysql));
    fail_hint(ctx, "%s", hint_for(number));
    ctx->error.passing = not_up_yet(number);
    mysql_close(mysql);
    return ERR_CONNECT;
}

static int connect_bare(struct ctx *ctx, MYSQL *mysql, const struct url *url)
{
    mysql_close(mysql);
    fail(ctx, ERR_CONNECT, "cannot connect to %s: the server has no TLS, which the database URL asks for",
         target_of(ctx->mem, url));
    return fail_hint(ctx, "?ssl_mode=PREFERRED or ?ssl_mode=DISABLED in the database URL goes without.");
}

/* What the server calls itself; to clients it may have said a number alone. */
static bool is_called(MYSQL *mysql, const char *name)
{
    bool is = false;
    MYSQL_RES *answer = mysql_query(mysql, "SELECT VERSION()") ? NULL : mysql_store_result(mysql);
    MYSQL_ROW row = answer ? mysql_fetch_row(answer) : NULL;
    if (row && row[0])
        is = text_has(row[0], name);
    mysql_free_result(answer);
    return is;
}

/* "8.0.11-TiDB-v8.4.0": its own number is the one that tells what it has. */
static bool version_of_tidb(struct my_conn *my)
{
    int64_t number[3] = {0};
    const char *at = strstr(my->conn.version_text, "TiDB-v");
    if (!at)
        return false;
    const struct names parts = text_split(my->mem, at + strlen("TiDB-v"), '.');
    for (int i = 0; i < 3 && i < parts.n; i++)
        text_to_int(text_slice(my->mem, parts.item[i], 0, strspn(parts.item[i], "0123456789")), &number[i]);
    my->conn.version = (int)(number[0] * 10000 + number[1] * 100 + number[2]);
    my->conn.version_text = arena_dup(my->mem, at + strlen("TiDB-v"));
    return true;
}

/* A check is taken and forgotten, unless the server is told to keep it. */
static const struct dialect *tidb(struct my_conn *my)
{
    MYSQL_RES *answer = mysql_query(my->mysql, "SELECT @@GLOBAL.tidb_enable_check_constraint = 1")
                            ? NULL
                            : mysql_store_result(my->mysql);
    MYSQL_ROW row = answer ? mysql_fetch_row(answer) : NULL;
    bool keeps = row && text_equal(row[0], "1");
    mysql_free_result(answer);
    return keeps ? &my_tidb_checked_dialect : &my_tidb_dialect;
}

/* Servers of other makers say an old number of MySQL for the sake of old clients: it tells nothing. */
static void version_read(struct my_conn *my)
{
    static const char *const others[] = {"OceanBase", "TiDB", "Vitess", NULL};
    my->conn.version_text = arena_dup(my->mem, mysql_get_server_info(my->mysql));
    my->conn.dialect = text_has(my->conn.version_text, "MariaDB") ? &my_mariadb_dialect : &my_dialect;
    my->conn.version = (int)mysql_get_server_version(my->mysql);
    my->is_other = version_of_tidb(my);
    if (my->is_other) {
        my->conn.dialect = tidb(my);
        return;
    }
    my->is_other = text_has(my->conn.version_text, "Vitess"); /* which says what MySQL it is like */
    if (my->conn.version >= my_dialect.minimum_version)
        return;
    for (int i = 0; others[i]; i++)
        my->is_other |= is_called(my->mysql, others[i]);
    if (my->is_other)
        my->conn.version = my_dialect.minimum_version;
}

int my_open(struct ctx *ctx, const struct url *url, const struct conn_options *options, struct conn **conn)
{
    static const char *const numeric[] = {"connect_timeout", "connection_timeout", "read_timeout", "write_timeout",
                                          NULL};
    TRY(url_check_numbers(ctx, url, numeric));
    if (!url->database)
        return fail(ctx, ERR_CONFIG, "the database URL names no database: %s", url_show(ctx->mem, url));
    TRY(my_library_load(ctx));
    MYSQL *mysql = connect_raw(ctx, url, options);
    if (!mysql)
        return (int)ctx->error.code;
    if (mysql_errno(mysql))
        return connect_fail(ctx, mysql, url);
    if (my_url_is_bare(ctx, mysql, url))
        return connect_bare(ctx, mysql, url);
    struct arena *mem = arena_open(0);
    struct my_conn *my = NEW(mem, struct my_conn);
    my->mem = mem;
    my->mysql = mysql;
    url_copy(mem, &my->url, url);
    my->conn.session = arena_printf(mem, "%lu", mysql_thread_id(mysql));
    version_read(my);
    my->conn.target = target_of(mem, url);
    int code = options->limits ? my_limit(ctx, &my->conn, options->limits) : 0;
    if (code < 0)
        my_close(&my->conn);
    else
        *conn = &my->conn;
    return code;
}

static void database_drop(struct my_conn *my)
{
    struct ctx ctx;
    struct buf sql;
    ctx_open(&ctx, 0);
    buf_init(&sql, ctx.mem);
    buf_add(&sql, "DROP DATABASE IF EXISTS ");
    ident_add(&sql, my->conn.dialect->ident, my->url.database);
    my_exec(&ctx, &my->conn, sql.data);
    ctx_close(&ctx);
}

void my_close(struct conn *conn)
{
    struct my_conn *my = (struct my_conn *)conn;
    if (my->drop)
        database_drop(my);
    my_statements_close(my);
    mysql_close(my->mysql);
    scratch_server_stop(my->server);
    arena_close(my->session);
    my_untied_forget(my);
    url_close(&my->url);
    arena_close(my->mem);
}

void my_cancel(struct conn *conn)
{
    struct my_conn *my = (struct my_conn *)conn;
    struct ctx ctx;
    char sql[64];
    ctx_open(&ctx, 0);
    snprintf(sql, sizeof sql, "KILL QUERY %lu", mysql_thread_id(my->mysql));
    MYSQL *other = connect_raw(&ctx, &my->url, &(struct conn_options){0});
    if (other && !mysql_errno(other))
        mysql_query(other, sql);
    if (other)
        mysql_close(other);
    ctx_close(&ctx);
}
