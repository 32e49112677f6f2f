/*
 * Copies by mariadb-dump or mysqldump, brought back by the client program.  These servers commit every CREATE by itself, so
 * bringing one back cannot be one transaction: the file is looked at first, and a restore that was interrupted is run again.
 * RESTORING_TABLE remembers that meanwhile, so it is neither copied nor dropped; nor is LOCK_TABLE, which may be a lease.
 * The programs get the connection as an options file in memory.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "dialect/client_program.h"
#include "dialect/mysql/parts.h"

static const char *const dump_names[] = {"mariadb-dump", "mysqldump", NULL};
static const char *const dump_names_mysql[] = {"mysqldump", "mariadb-dump", NULL};
static const char *const client_names[] = {"mariadb", "mysql", NULL};
static const char *const client_names_mysql[] = {"mysql", "mariadb", NULL};

static int find(struct ctx *ctx, const struct conn *conn, const char *const *maria, const char *const *mysql,
                const char **path)
{
    bool is_mysql = conn->dialect->engine == ENGINE_MY;
    const struct client_program program = {.names = is_mysql ? mysql : maria,
                                           .package = is_mysql ? "default-mysql-client" : "mariadb-client"};
    return client_program_find(ctx, &program, 0, path);
}

/* In double quotes, where a backslash is what it is in C. */
static void value_add(struct buf *text, const char *key, const char *value)
{
    if (!value || !*value)
        return;
    buf_addf(text, "%s=\"", key);
    for (const char *c = value; *c; c++) {
        if (*c == '\n' || *c == '\t' || *c == '\r') {
            buf_addf(text, "\\%c", *c == '\n' ? 'n' : *c == '\t' ? 't' : 'r');
            continue;
        }
        if (*c == '"' || *c == '\\')
            buf_add_c(text, '\\');
        buf_add_c(text, *c);
    }
    buf_add(text, "\"\n");
}

static const char *either(const struct url *url, const char *a, const char *b)
{
    const char *value = url_option(url, a);
    return value ? value : url_option(url, b);
}

/* "loose-": not every program of that name knows it. */
static const char dump_options[] = "[mysqldump]\nsingle-transaction\nquick\nroutines\nevents\ntriggers\nhex-blob\n"
                                   "no-tablespaces\nloose-set-gtid-purged=OFF\nloose-column-statistics=0\n";

static int options_file(struct ctx *ctx, const struct url *url, int *fd)
{
    struct arena *mem = arena_open(0); /* of its own, so that the password can be overwritten at once */
    struct buf text;
    buf_init(&text, mem);
    buf_add(&text, "[client]\ndefault-character-set=utf8mb4\n");
    value_add(&text, "user", url->user);
    value_add(&text, "password", url->password.text);
    const char *socket = either(url, "unix_socket", "socket");
    value_add(&text, "socket", socket);
    value_add(&text, "host", socket ? NULL : url->host);
    if (url->port && !socket)
        buf_addf(&text, "port=%d\n", url->port);
    value_add(&text, "ssl-ca", either(url, "ssl_ca", "ssl-ca"));
    value_add(&text, "ssl-cert", either(url, "ssl_cert", "ssl-cert"));
    value_add(&text, "ssl-key", either(url, "ssl_key", "ssl-key"));
    value_add(&text, "ssl-capath", either(url, "ssl_capath", "ssl-capath"));
    value_add(&text, "ssl-cipher", either(url, "ssl_cipher", "ssl-cipher"));
    int code = my_url_encryption(ctx, url, &text);
    buf_add(&text, dump_options);
    if (code == 0)
        code = process_secret(ctx, text.data, text.len, fd);
    explicit_bzero(text.data, text.len);
    arena_close(mem);
    return code;
}

/* `more`: words after the options file, NULL-terminated: options, the database, tables. */
static int run(struct ctx *ctx, const struct url *url, const char *program, const char *const *more,
               struct process_spec spec)
{
    __attribute__((cleanup(fd_close))) int fd = -1;
    struct names argv = {0};
    TRY(options_file(ctx, url, &fd));
    const int fds[] = {fd, 0};
    names_add(ctx->mem, &argv, program);
    names_add(ctx->mem, &argv, arena_printf(ctx->mem, "--defaults-file=/dev/fd/%d", fd));
    for (; *more; more++)
        names_add(ctx->mem, &argv, *more);
    names_add(ctx->mem, &argv, NULL);
    spec.argv = argv.item;
    spec.pass_fds = fds;
    return client_program_run(ctx, spec);
}

int my_dump(struct ctx *ctx, struct conn *conn, const char *const *options, const struct names *tables, int fd)
{
    const struct url *url = &((struct my_conn *)conn)->url;
    const char *program;
    struct names words = {0};
    TRY(find(ctx, conn, dump_names, dump_names_mysql, &program));
    names_add(ctx->mem, &words, arena_printf(ctx->mem, "--ignore-table=%s." RESTORING_TABLE, url->database));
    names_add(ctx->mem, &words, arena_printf(ctx->mem, "--ignore-table=%s." LOCK_TABLE, url->database));
    for (; *options; options++)
        names_add(ctx->mem, &words, *options);
    names_add(ctx->mem, &words, "--"); /* a database may be called "-h" */
    names_add(ctx->mem, &words, url->database);
    for (int i = 0; tables && i < tables->n; i++)
        names_add(ctx->mem, &words, tables->item[i]);
    names_add(ctx->mem, &words, NULL);
    return run(ctx, url, program, words.item, (struct process_spec){.output_fd = fd});
}

/* Many systems have it under both names. */
static bool is_mariadb(const char *program)
{
    char *real = realpath(program, NULL);
    bool is = text_has(path_name(real ? real : program), "mariadb");
    free(real);
    return is;
}

int my_feed(struct ctx *ctx, struct conn *conn, int fd)
{
    const struct url *url = &((struct my_conn *)conn)->url;
    const char *const more[] = {arena_printf(ctx->mem, "--database=%s", url->database), NULL};
    const char *program;
    TRY(find(ctx, conn, client_names, client_names_mysql, &program));
    int code = run(ctx, url, program, more, (struct process_spec){.input_fd = fd});
    if (code == ERR_FAILED && conn->dialect->engine == ENGINE_MY && is_mariadb(program))
        return fail(ctx, ERR_FAILED, "%s (%s is MariaDB's, which does not read every dump of MySQL)",
                    ctx->error.message, program);
    return code;
}

int my_backup_save(struct ctx *ctx, struct conn *conn, const char *path)
{
    __attribute__((cleanup(fd_close))) int fd = open(path, O_WRONLY | O_CLOEXEC);
    const char *const nothing[] = {NULL};
    if (fd < 0)
        return fail(ctx, ERR_FILE, "cannot write %s", path);
    return my_dump(ctx, conn, nothing, NULL, fd);
}

/* ---- bringing one back */

/* The dumping program's last line: without it the file is not whole. */
static int check_end(struct ctx *ctx, int fd, const char *path)
{
    enum { TAIL = 256 };
    char tail[TAIL + 1];
    struct stat status;
    if (fstat(fd, &status) != 0)
        return fail(ctx, ERR_FILE, "cannot read %s", path);
    off_t from = status.st_size > TAIL ? status.st_size - TAIL : 0;
    ssize_t got = pread(fd, tail, TAIL, from);
    tail[got < 0 ? 0 : got] = 0;
    if (strstr(tail, "-- Dump completed"))
        return 0;
    fail(ctx, ERR_FILE, "%s is not whole: its last line is missing", path);
    return fail_hint(ctx, "Nothing was changed.");
}

/* A dump of several databases, or made to be one's own, says USE in its beginning, and would be loaded elsewhere. */
static int check_beginning(struct ctx *ctx, int fd, const char *path, const char *database)
{
    enum { HEAD = 8192 };
    char head[HEAD + 1];
    ssize_t got = pread(fd, head, HEAD, 0);
    head[got < 0 ? 0 : got] = 0;
    const char *use = strstr(head, "\nUSE `");
    const char *name = use ? use + strlen("\nUSE `") : NULL;
    if (!name || (text_starts(name, database) && name[strlen(database)] == '`'))
        return 0;
    fail(ctx, ERR_FILE, "%s leaves this database by USE, so it would be restored into another one", path);
    return fail_hint(ctx, "Nothing was changed. Dump one database, without --databases and --all-databases.");
}

/* Of this database: "DROP VIEW", and a name. Views first: they have no rows to lose and may rest on tables. */
static const char contents_sql[] =
    "SELECT CASE table_type WHEN 'VIEW' THEN 'VIEW' WHEN 'SEQUENCE' THEN 'SEQUENCE' ELSE 'TABLE' END AS what, table_name "
    "AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name NOT IN ('" RESTORING_TABLE
    "', '" LOCK_TABLE "') UNION ALL SELECT routine_type, routine_name "
    "FROM information_schema.routines WHERE routine_schema = DATABASE()";

/* By itself, because some servers that speak MySQL's protocol have none. */
static const char events_sql[] =
    "SELECT 'EVENT' AS what, event_name AS name FROM information_schema.events WHERE event_schema = DATABASE()";

static const char has_events_sql[] =
    "SELECT 1 AS x FROM information_schema.tables WHERE LOWER(table_schema) = 'information_schema' AND UPPER(table_name) = "
    "'EVENTS'";

static int drop_all(struct ctx *ctx, struct conn *conn, const char *select)
{
    struct rows rows;
    int code = my_query(ctx, conn, select, NULL, &rows);
    for (int i = 0; code == 0 && i < rows.row.n; i++) {
        const char *const *cell = rows.row.item[i];
        struct buf sql;
        buf_init(&sql, ctx->mem);
        buf_addf(&sql, "DROP %s IF EXISTS ", cell[0]);
        ident_add(&sql, conn->dialect->ident, cell[1]);
        code = my_exec(ctx, conn, sql.data);
    }
    return code;
}

static int clear(struct ctx *ctx, struct conn *conn)
{
    struct rows events;
    TRY(my_query(ctx, conn, has_events_sql, NULL, &events));
    TRY(my_exec(ctx, conn, "SET SESSION foreign_key_checks = 0"));
    int code = drop_all(ctx, conn, contents_sql);
    if (code == 0 && events.row.n)
        code = drop_all(ctx, conn, events_sql);
    struct error error = ctx->error;
    my_exec(ctx, conn, "SET SESSION foreign_key_checks = 1");
    ctx->error = error;
    return code;
}

static const char tables_sql[] =
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' "
    "AND table_name NOT IN ('" RESTORING_TABLE "', '" LOCK_TABLE "')";

/*
 * Whoever holds a table would stop us between the first DROP and the last, so all are locked once before anything goes.  That
 * wants a right that DROP does not, and not every server does it: only what time may cure is a failure.
 */
static int check_free(struct ctx *ctx, struct conn *conn)
{
    struct rows rows;
    struct buf sql;
    TRY(my_query(ctx, conn, tables_sql, NULL, &rows));
    if (!rows.row.n)
        return 0;
    buf_init(&sql, ctx->mem);
    for (int i = 0; i < rows.row.n; i++) {
        buf_add(&sql, i ? ", " : "LOCK TABLES ");
        ident_add(&sql, conn->dialect->ident, ((const char *const *)rows.row.item[i])[0]);
        buf_add(&sql, " WRITE");
    }
    int code = my_exec(ctx, conn, sql.data);
    if (code == 0)
        return my_exec(ctx, conn, "UNLOCK TABLES");
    if (code != ERR_SQL || ctx->error.passing)
        return code;
    emit_debug(ctx, "whether all tables are free is not known: %s", ctx->error.message);
    ctx->error = (struct error){0};
    return 0;
}

int my_backup_check(struct ctx *ctx, struct conn *conn, const char *path)
{
    __attribute__((cleanup(fd_close))) int fd = open(path, O_RDONLY | O_CLOEXEC);
    const char *program;
    if (fd < 0)
        return fail(ctx, ERR_FILE, "cannot read %s", path);
    TRY(find(ctx, conn, client_names, client_names_mysql, &program));
    TRY(check_beginning(ctx, fd, path, ((struct my_conn *)conn)->url.database));
    TRY(check_end(ctx, fd, path));
    return check_free(ctx, conn);
}

int my_backup_load(struct ctx *ctx, struct conn *conn, const char *path)
{
    __attribute__((cleanup(fd_close))) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(ctx, ERR_FILE, "cannot read %s", path);
    int code = conn_fence(ctx, conn);
    if (code == 0)
        code = clear(ctx, conn);
    if (code == 0)
        code = conn_fence(ctx, conn);
    if (code == 0)
        code = my_feed_dump(ctx, conn, fd);
    if (code < 0 && code != ERR_CONNECT && code != ERR_CANCELLED)
        fail_hint(ctx, "The database is half restored: run restore again once this is put right.");
    return code;
}
