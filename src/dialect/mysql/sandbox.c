/*
 * A database to try files out in: on a private server of local programs, under the name that the real one has, because files
 * may name it; or on a server that was given for it, under a name of its own.  There no file may name another database:
 * it could be the real one.  What is copied goes through the dumping program and the client.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "dialect/mysql/parts.h"
#include "dialect/mysql/schema.h"

static const char *const maria_programs[] = {"mariadbd", NULL};
static const char *const mysql_programs[] = {"mysqld", NULL};

/* A server removes all temporary tables that it finds in its tmpdir when it starts, those of another one in /tmp too. */
#define SMALL_SERVER                                                                                                              \
    "--no-defaults --datadir={folder}/data --socket={folder}/s.sock --pid-file={folder}/pid --skip-networking --tmpdir={folder} " \
    "--innodb-buffer-pool-size=16M --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0"

const struct scratch_server_spec maria_server = {
    .title = "MariaDB",
    .folder = "/tmp/dbwarden-my-XXXXXX",
    .programs = maria_programs,
    .ask = "dirname /usr/sbin/mariadbd", /* not on everybody's PATH */
    .version_unit = 10000,
    .initialise = "/usr/bin/env mariadb-install-db --no-defaults --datadir={folder}/data --tmpdir={folder} "
                  "--auth-root-authentication-method=normal --skip-test-db --skip-name-resolve",
    .run = "{bin}/mariadbd " SMALL_SERVER,
    .drop_env = "MYSQL",
    .stop = SIGTERM,
    .ready_file = "log",
    .ready_text = "ready for connections",
    .hint = "Install one (Debian: apt install mariadb-server), or give --sandbox-url where the command takes it.",
};

static const struct scratch_server_spec mysql_server = {
    .title = "MySQL",
    .folder = "/tmp/dbwarden-my-XXXXXX",
    .programs = mysql_programs,
    .ask = "dirname /usr/sbin/mysqld",
    .other = "MariaDB", /* which Debian installs a link for */
    .version_unit = 10000,
    .initialise = "{bin}/mysqld --no-defaults --initialize-insecure --datadir={folder}/data --tmpdir={folder}",
    .run = "{bin}/mysqld " SMALL_SERVER " --mysqlx=OFF",
    .drop_env = "MYSQL",
    .stop = SIGTERM,
    .ready_file = "log",
    .ready_text = "ready for connections",
    .hint = "Install one (Debian: apt install mysql-server), or give --sandbox-url where the command takes it.",
};

static const char *cell_at(const struct rows *rows, int row, int column)
{
    return row < rows->row.n ? ((const char *const *)rows->row.item[row])[column] : NULL;
}

/* As far as statements depend on it; made with what the real one has as its default. */
static int database_create(struct ctx *ctx, struct conn *near, struct conn *server, const char *name)
{
    struct rows rows = {0};
    struct buf sql;
    if (near)
        TRY(my_query(ctx, near,
                     "SELECT default_character_set_name, default_collation_name FROM information_schema.schemata WHERE "
                     "schema_name = DATABASE()",
                     NULL, &rows));
    buf_init(&sql, ctx->mem);
    buf_add(&sql, "CREATE DATABASE ");
    ident_add(&sql, server->dialect->ident, name);
    if (rows.row.n)
        buf_addf(&sql, " CHARACTER SET %s COLLATE %s", cell_at(&rows, 0, 0), cell_at(&rows, 0, 1));
    return my_exec(ctx, server, sql.data);
}

int my_open_there(struct ctx *ctx, struct conn *near, struct url url, const char *name, struct conn **conn)
{
    struct conn *server = NULL;
    struct rows rows;
    TRY(my_open(ctx, &url, &(struct conn_options){0}, &server));
    int code = database_create(ctx, near, server, name);
    my_close(server);
    TRY(code);
    url.database = name;
    TRY(my_open(ctx, &url, &(struct conn_options){0}, conn));
    code = my_query(ctx, *conn,
                    "SELECT DATABASE(), (SELECT count(*) FROM information_schema.tables WHERE table_schema = "
                    "DATABASE())",
                    NULL, &rows);
    if (code == 0 && text_equal_nocase(cell_at(&rows, 0, 0), name) && text_equal(cell_at(&rows, 0, 1), "0"))
        return 0;
    my_close(*conn);
    *conn = NULL;
    return code < 0 ? code
                    : fail(ctx, ERR_UNSUPPORTED, "a connection to the new database %s leads to another one", name);
}

/* Where names of tables are folded, files may spell one in several ways. */
static int case_follow(struct ctx *ctx, struct conn *near, struct scratch_server_spec *spec)
{
    static const char option[] = " --lower-case-table-names=1";
    struct rows rows;
    if (!near)
        return 0;
    TRY(my_query(ctx, near, "SELECT @@lower_case_table_names", NULL, &rows));
    if (!rows.row.n || text_equal(cell_at(&rows, 0, 0), "0"))
        return 0;
    spec->run = arena_printf(ctx->mem, "%s%s", spec->run, option);
    if (text_starts(spec->initialise, "{bin}")) /* the server itself, which wants it from the first start on */
        spec->initialise = arena_printf(ctx->mem, "%s%s", spec->initialise, option);
    return 0;
}

int my_private(struct ctx *ctx, const struct dialect *dialect, struct conn *near, const char *name, struct conn **conn)
{
    struct scratch_server_spec spec = dialect->engine == ENGINE_MY ? mysql_server : maria_server;
    struct scratch_server *server = NULL;
    struct url url = {.dialect = "mysql", .user = "root", .database = "mysql"};
    TRY(case_follow(ctx, near, &spec));
    TRY(scratch_server_start(ctx, &spec, near ? near->version : 0, &server));
    names_add(ctx->mem, &url.keys, "unix_socket");
    names_add(ctx->mem, &url.values, path_join(ctx->mem, scratch_server_folder(server), "s.sock"));
    int code = my_open_there(ctx, near, url, name, conn);
    if (code < 0) {
        struct error error = ctx->error;
        scratch_server_stop(server);
        ctx->error = error;
        return code;
    }
    ((struct my_conn *)*conn)->server = server;
    (*conn)->target = arena_printf(((struct my_conn *)*conn)->mem, "a private %s server", spec.title);
    return 0;
}

/* Why a statement may reach more than its own database: by its first words, or by the name of one that is there; NULL. */
static const char *names_another(struct ctx *ctx, const struct sql_piece *piece, const struct lex_rules *rules,
                                 const struct rows *databases)
{
    struct lexer lexer;
    lex_open(&lexer, rules, piece->text, piece->length);
    struct token token = lex_next_bare(&lexer), next = lex_next_bare(&lexer);
    if (my_is_beyond(&token, &next))
        return arena_printf(ctx->mem, "has %.*s %.*s", (int)token.length, token.text, (int)next.length, next.text);
    for (; token.kind != TOKEN_END; token = next, next = lex_next_bare(&lexer)) {
        if (next.length != 1 || *next.text != '.')
            continue;
        const char *name = text_replace(ctx->mem, arena_copy(ctx->mem, token.text, token.length), "`", "");
        for (int i = 0; i < databases->row.n; i++)
            if (text_equal_nocase(name, cell_at(databases, i, 0)))
                return arena_printf(ctx->mem, "names the database %s", name);
    }
    return NULL;
}

static int open_given(struct ctx *ctx, const struct sandbox_spec *spec, struct conn *near, struct conn **conn)
{
    struct conn *server = NULL;
    struct rows databases;
    TRY(my_open(ctx, spec->given, &(struct conn_options){0}, &server));
    int code = my_query(ctx, server, "SELECT schema_name FROM information_schema.schemata", NULL, &databases);
    my_close(server);
    TRY(code);
    for (int i = 0; i < spec->piece->n; i++) {
        const char *why = names_another(ctx, spec->piece->item[i], near->dialect->lex, &databases);
        if (!why)
            continue;
        fail(ctx, ERR_UNSUPPORTED, "a file %s: that is not run on a server that is in use", why);
        return fail_hint(ctx, "Without --sandbox-url a private server is used, if its programs are installed here.");
    }
    const char *name = arena_printf(ctx->mem, "dbwarden_sandbox_%d_%lld", (int)getpid(), (long long)clock_now_ms());
    TRY(my_open_there(ctx, near, *spec->given, name, conn));
    ((struct my_conn *)*conn)->drop = !spec->keep;
    return 0;
}

static int bring_over(struct ctx *ctx, struct conn *near, const char *const *options, const struct names *tables,
                      struct conn *made)
{
    __attribute__((cleanup(fd_close))) int fd = open("/tmp", O_RDWR | O_TMPFILE | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0)
        return fail(ctx, ERR_FILE, "no room for a temporary file in /tmp");
    TRY(my_dump(ctx, near, options, tables, fd));
    if (lseek(fd, 0, SEEK_SET) != 0)
        return fail(ctx, ERR_FILE, "cannot read a temporary file in /tmp");
    return my_feed(ctx, made, fd);
}

static int fill(struct ctx *ctx, struct sandbox_spec *spec, struct conn *near, struct conn *made)
{
    static const char *const all[] = {NULL}, *const schema[] = {"--no-data", NULL};
    static const char *const data[] = {"--no-create-info", "--skip-routines", "--skip-events", "--skip-triggers", NULL};
    struct rows rows;
    TRY(my_query(ctx, near,
                 "SELECT coalesce(sum(data_length), 0) <= 67108864 FROM information_schema.tables WHERE table_schema = "
                 "DATABASE()",
                 NULL, &rows));
    spec->rows = text_equal(cell_at(&rows, 0, 0), "1");
    TRY(bring_over(ctx, near, spec->rows ? all : schema, NULL, made));
    return spec->rows || !spec->own.n ? 0 : bring_over(ctx, near, data, &spec->own, made);
}

int my_sandbox(struct ctx *ctx, struct sandbox_spec *spec, struct conn *near, struct conn **conn)
{
    if (spec->keep && !spec->given) {
        fail(ctx, ERR_UNSUPPORTED, "the copy is on a private server, which ends with this run: it cannot be kept");
        return fail_hint(ctx, "Give --sandbox-url of a server on which a database may be created.");
    }
    const char *name = ((struct my_conn *)near)->url.database;
    TRY(spec->given ? open_given(ctx, spec, near, conn) : my_private(ctx, near->dialect, near, name, conn));
    if (fill(ctx, spec, near, *conn) == 0)
        return 0;
    struct error error = ctx->error;
    ((struct my_conn *)*conn)->drop = ((struct my_conn *)*conn)->server == NULL;
    my_close(*conn);
    *conn = NULL;
    ctx->error = error;
    return ctx->error.code;
}
