/*
 * Copies by pg_dump in its own format, brought back by pg_restore and psql.
 *
 * Bringing one back is one transaction in the database itself: what is in it is dropped, then pg_restore's script is run, so
 * that whoever is connected sees the old or the new and a failure changes nothing.  (A new database under the old one's name
 * would need rights on the server, nobody connected, and would lose what is set for the database.)  Extensions and the
 * schemas that they are in stay, because many users may not make them; so do subscriptions.  The lock's table stays too,
 * because others look into it meanwhile; with a lease the transaction begins with its fence, and so holds its row.
 *
 * The programs get the connection as a service file and the password as a password file, both in memory.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "dialect/client_program.h"
#include "dialect/postgres/pg.h"
#include "dialect/postgres/render.h"

#define PROGRAM(variable, name)                                 \
    static const char *const variable##_names[] = {name, NULL}; \
    static const struct client_program variable = {variable##_names, "/usr/lib/postgresql", "postgresql-client"}

PROGRAM(dump_program, "pg_dump");
PROGRAM(restore_program, "pg_restore");
PROGRAM(shell_program, "psql");

/* Below are the server's own (src/include/access/transam.h: FirstNormalObjectId). */
#define FIRST_OWN_OID "16384"

/* Of the setting that says where the lock's table is. */
#define LOCK_HOME "current_setting('dbwarden.lock_home', true)"

/* What clear_sql drops, for the moment of this statement. */
static const char lock_sql[] =
    "DO $lock$ DECLARE it text; BEGIN\n"
    "FOR it IN SELECT format('LOCK TABLE %I.%I IN ACCESS EXCLUSIVE MODE', n.nspname, c.relname) FROM pg_class c JOIN "
    "pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> "
    "'information_schema' AND c.relname <> '" LOCK_TABLE
    "' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid "
    "AND d.classid = 'pg_class'::regclass AND d.deptype IN ('e', 'i')) LOOP EXECUTE it; END LOOP;\n"
    "END $lock$";

/* Default privileges go back to what they are without any: an entry that says just that is none to the server. */
#define CLEAR_DEFAULT_PRIVILEGES                                                                                            \
    "FOR it IN SELECT format('ALTER DEFAULT PRIVILEGES FOR ROLE %I%s %s ON %s %s %s', r.rolname, ' IN SCHEMA ' || "         \
    "quote_ident(n.nspname), w.verb, k.kind, w.direction, w.role) FROM pg_default_acl d JOIN pg_roles r ON r.oid = "        \
    "d.defaclrole LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace JOIN (VALUES ('r', 'TABLES'), ('S', 'SEQUENCES'), " \
    "('f', 'FUNCTIONS'), ('T', 'TYPES'), ('n', 'SCHEMAS'), ('L', 'LARGE OBJECTS')) k (letter, kind) ON k.letter = "         \
    "d.defaclobjtype CROSS JOIN LATERAL (SELECT DISTINCT 1 AS turn, 'REVOKE ALL' AS verb, 'FROM' AS direction, CASE "       \
    "e.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(e.grantee::regrole::text) END AS role FROM aclexplode(d.defaclacl) e " \
    "UNION SELECT 2, 'GRANT ALL', 'TO', quote_ident(r.rolname) WHERE n.oid IS NULL UNION SELECT 2, 'GRANT ALL', 'TO', "     \
    "'PUBLIC' WHERE n.oid IS NULL AND d.defaclobjtype IN ('f', 'T')) w ORDER BY w.turn LOOP EXECUTE it; END LOOP;\n"

/*
 * Event triggers first, which would look on, then the schemas with all that is in them, then what is in those that stay.  The server
 * names each as its DROP wants it.  "IF EXISTS", because CASCADE takes some of those that come later.
 */
static const char clear_sql[] =
    "SET client_min_messages = warning;\n"
    "DO $clear$ DECLARE it text; BEGIN\n"
    "PERFORM lo_unlink(oid) FROM pg_largeobject_metadata;\n"
    "FOREACH it IN ARRAY coalesce((SELECT array_agg(format('DROP %s IF EXISTS %s CASCADE', upper(replace(named.type, '-', "
    "' ')), CASE named.type WHEN 'transform' THEN replace(named.identity, ' on language ', ' LANGUAGE ') ELSE "
    "named.identity END) ORDER BY turn) FROM (\n"
    "SELECT 0 AS turn, tableoid AS class, oid FROM pg_event_trigger\n"
    "UNION ALL SELECT 1, tableoid, oid FROM pg_publication\n"
    "UNION ALL SELECT 1, tableoid, oid FROM pg_namespace n WHERE nspname !~ '^pg_' AND nspname <> 'public' AND nspname IS "
    "DISTINCT FROM " LOCK_HOME " AND NOT EXISTS (SELECT FROM pg_extension e WHERE e.extnamespace = n.oid)\n"
    "UNION ALL SELECT 2, tableoid, oid FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')\n"
    "UNION ALL SELECT 3, tableoid, oid FROM pg_proc\n"
    "UNION ALL SELECT 4, tableoid, oid FROM pg_type\n"
    "UNION ALL SELECT 5, tableoid, oid FROM pg_operator\n"
    "UNION ALL SELECT 5, tableoid, oid FROM pg_opclass\n"
    "UNION ALL SELECT 5, tableoid, oid FROM pg_opfamily\n"
    "UNION ALL SELECT 5, tableoid, oid FROM pg_cast\n"
    "UNION ALL SELECT 5, tableoid, oid FROM pg_conversion\n"
    "UNION ALL SELECT 5, tableoid, oid FROM pg_collation\n"
    "UNION ALL SELECT 5, tableoid, oid FROM pg_ts_config\n"
    "UNION ALL SELECT 6, tableoid, oid FROM pg_ts_dict\n"
    "UNION ALL SELECT 7, tableoid, oid FROM pg_ts_template\n"
    "UNION ALL SELECT 7, tableoid, oid FROM pg_ts_parser\n"
    "UNION ALL SELECT 8, tableoid, oid FROM pg_foreign_server\n"
    "UNION ALL SELECT 9, tableoid, oid FROM pg_foreign_data_wrapper\n"
    "UNION ALL SELECT 9, tableoid, oid FROM pg_transform\n"
    "UNION ALL SELECT 9, tableoid, oid FROM pg_language\n"
    "UNION ALL SELECT 9, tableoid, oid FROM pg_am\n"
    ") AS each, pg_identify_object(each.class, each.oid, 0) AS named WHERE each.oid >= " FIRST_OWN_OID
    " AND coalesce(named.schema, '') !~ '^pg_' AND each.oid IS DISTINCT FROM "
    "to_regclass(quote_ident(" LOCK_HOME ") || '." LOCK_TABLE "') AND NOT EXISTS (SELECT FROM pg_depend d WHERE "
    "d.objid = each.oid AND d.classid = each.class AND (d.deptype = 'e' OR d.deptype = 'i'))), '{}') LOOP EXECUTE it; "
    "END LOOP;\n" CLEAR_DEFAULT_PRIVILEGES "END $clear$;\n";

/* What the connection has in the end, wherever it came from, but for the password; one key a line. */
static char *service_text(struct arena *mem, PGconn *pg)
{
    static const char *const leave[] = {"host",
                                        "hostaddr",
                                        "port",
                                        "password",
                                        "passfile",
                                        "service",
                                        "servicefile",
                                        "client_encoding",
                                        "replication",
                                        "fallback_application_name",
                                        "application_name"};
    PQconninfoOption *all = PQconninfo(pg);
    struct buf text;
    buf_init(&text, mem);
    buf_add(&text, "[dbwarden]\n");
    const struct {
        const char *key, *value;
    } reached[] = {{"host", PQhost(pg)}, {"hostaddr", PQhostaddr(pg)}, {"port", PQport(pg)}};
    for (size_t i = 0; i < sizeof reached / sizeof *reached; i++)
        if (reached[i].value && *reached[i].value)
            buf_addf(&text, "%s=%s\n", reached[i].key, reached[i].value);
    for (const PQconninfoOption *option = all; option && option->keyword; option++) {
        bool left = !option->val || !*option->val || strchr(option->val, '\n');
        for (size_t i = 0; i < sizeof leave / sizeof *leave && !left; i++)
            left = text_equal(option->keyword, leave[i]);
        if (!left)
            buf_addf(&text, "%s=%s\n", option->keyword, option->val);
    }
    buf_add(&text, "application_name=dbwarden\n");
    PQconninfoFree(all);
    return text.data;
}

/* The only copy that is not libpq's own; overwritten when it has been handed on. */
static int password_file(struct ctx *ctx, PGconn *pg, int *fd)
{
    const char *password = PQpass(pg);
    size_t n = 0, length = password ? strlen(password) : 0;
    char *line = arena_outside(2 * length + 16);
    memcpy(line, "*:*:*:*:", 8);
    for (n = 8; length && *password; password++) {
        if (*password == ':' || *password == '\\')
            line[n++] = '\\';
        line[n++] = *password;
    }
    line[n++] = '\n';
    int code = process_secret(ctx, line, n, fd);
    explicit_bzero(line, n);
    free(line);
    return code;
}

struct there {  /* a connection as the programs are given it */
    int fds[8]; /* 0 after the last */
    int n;
    const char *env[4];
};

static void there_close(struct there *there)
{
    for (int i = 0; i < there->n; i++)
        fd_close(&there->fds[i]);
}

static int there_add(struct ctx *ctx, struct there *there, const char *text, const char **path)
{
    TRY(process_secret(ctx, text, strlen(text), &there->fds[there->n]));
    *path = arena_printf(ctx->mem, "/dev/fd/%d", there->fds[there->n++]);
    return 0;
}

static int there_open(struct ctx *ctx, const struct pg_conn *conn, struct there *there)
{
    const char *service;
    TRY(there_add(ctx, there, service_text(ctx->mem, conn->pg), &service));
    TRY(password_file(ctx, conn->pg, &there->fds[there->n]));
    there->env[0] = arena_printf(ctx->mem, "PGSERVICEFILE=%s", service);
    there->env[1] = arena_printf(ctx->mem, "PGPASSFILE=/dev/fd/%d", there->fds[there->n++]);
    there->env[2] = "PGSERVICE=dbwarden";
    return 0;
}

static int run(struct ctx *ctx, const struct there *there, const char *const *argv, int output)
{
    const struct process_spec spec = {.argv = argv, .output_fd = output, .pass_fds = there->fds, .add_env = there->env};
    return client_program_run(ctx, spec);
}

static int find(struct ctx *ctx, const struct pg_conn *conn, const struct client_program *program, const char **path)
{
    return client_program_find(ctx, program, conn->conn.version / 10000, path);
}

/* pg_dump empties search_path for its session, and ends none of its settings; psql's go with what is run last. */
static int session_needed(struct ctx *ctx, struct conn *conn)
{
    const char *why;
    TRY(pg_lock_doubt(ctx, conn, &why));
    if (!conn->pooled)
        return 0;
    fail(ctx, ERR_UNSUPPORTED,
         "%s is reached through a pooler: pg_dump would leave its settings on connections of others", conn->target);
    return fail_hint(ctx, "Give a URL that leads to the server itself, or to a pooler in session mode.");
}

/* `more`: options, NULL-terminated. */
static int copy_out(struct ctx *ctx, struct pg_conn *conn, const char *const *more, int fd)
{
    __attribute__((cleanup(there_close))) struct there there = {0};
    struct names argv = {0};
    const char *program;
    TRY(session_needed(ctx, &conn->conn));
    TRY(find(ctx, conn, &dump_program, &program));
    TRY(there_open(ctx, conn, &there));
    const char *const first[] = {
        program, "-Fc", "--no-password", "--exclude-table=*." LOCK_TABLE, "-d", "service=dbwarden", NULL};
    for (const char *const *word = first; *word; word++)
        names_add(ctx->mem, &argv, *word);
    for (; *more; more++)
        names_add(ctx->mem, &argv, *more);
    names_add(ctx->mem, &argv, NULL);
    return run(ctx, &there, argv.item, fd);
}

int pg_backup_save(struct ctx *ctx, struct conn *conn, const char *path)
{
    __attribute__((cleanup(fd_close))) int fd = open(path, O_WRONLY | O_CLOEXEC);
    const char *const nothing[] = {NULL};
    if (fd < 0)
        return fail(ctx, ERR_FILE, "cannot write %s", path);
    return copy_out(ctx, (struct pg_conn *)conn, nothing, fd);
}

/* ---- bringing one back */

/* A file without a name, as large as it may get: beside the backup, or where temporary files are. */
static int open_nameless(struct ctx *ctx, const char *path)
{
    const char *tmp = getenv("TMPDIR");
    const char *const folders[] = {path_folder(ctx->mem, path), tmp && *tmp ? tmp : "/tmp"};
    int fd = -1;
    for (int i = 0; i < 2 && fd < 0; i++)
        fd = open(folders[i], O_RDWR | O_TMPFILE | O_CLOEXEC, S_IRUSR | S_IWUSR);
    return fd;
}

static int read_all(struct ctx *ctx, int fd, char **text)
{
    struct stat status;
    if (fstat(fd, &status) != 0 || status.st_size > 64 << 20)
        return fail(ctx, ERR_LIMIT, "the backup's table of contents is too long");
    *text = NEW_ARRAY(ctx->mem, char, status.st_size + 1);
    ssize_t got = pread(fd, *text, (size_t)status.st_size, 0);
    (*text)[got < 0 ? 0 : got] = 0;
    return 0;
}

/* A subscription can neither go nor come within a transaction. */
static const char staying_sql[] =
    "SELECT 'EXTENSION', extname, CASE nspname WHEN 'public' THEN NULL ELSE nspname END FROM pg_extension JOIN pg_namespace n "
    "ON n.oid = extnamespace UNION ALL SELECT 'SUBSCRIPTION', subname, NULL FROM pg_subscription JOIN pg_database d ON d.oid = "
    "subdbid WHERE datname = current_database()";

/* Is this line of the table of contents about what is there and stays, or the schema of that or of the lock? */
static bool stays(struct arena *mem, const char *line, const struct rows *staying, const char *home)
{
    if (strstr(line, " " LOCK_TABLE " ") || (home && strstr(line, arena_printf(mem, " SCHEMA - %s ", home))))
        return true;
    for (int i = 0; i < staying->row.n; i++) {
        const char *const *cell = staying->row.item[i];
        if (strstr(line, arena_printf(mem, " %s - %s ", cell[0], cell[1])) ||
            strstr(line, arena_printf(mem, " COMMENT - %s %s ", cell[0], cell[1])) ||
            (cell[2] && strstr(line, arena_printf(mem, " SCHEMA - %s ", cell[2]))))
            return true;
    }
    return false;
}

/* pg_restore's own table of contents, without what is there and stays. */
static int contents(struct ctx *ctx, struct pg_conn *conn, const char *path, const char *home, char **text)
{
    const char *program;
    TRY(find(ctx, conn, &restore_program, &program));
    __attribute__((cleanup(fd_close))) int fd = open_nameless(ctx, path);
    const struct there nowhere = {0};
    const char *const argv[] = {program, "-l", path, NULL};
    struct rows staying;
    struct buf kept;
    if (fd < 0)
        return fail(ctx, ERR_FILE, "no room for a temporary file, beside the backup or in /tmp");
    int code = run(ctx, &nowhere, argv, fd);
    if (code == ERR_CANCELLED)
        return code;
    if (code < 0) {
        fail(ctx, ERR_FILE, "%s cannot be read: %s", path, ctx->error.message);
        return fail_hint(ctx, "Nothing was changed.");
    }
    TRY(read_all(ctx, fd, text));
    TRY(pg_query(ctx, &conn->conn, staying_sql, NULL, &staying));
    buf_init(&kept, ctx->mem);
    struct names lines = text_lines(ctx->mem, *text);
    for (int i = 0; i < lines.n; i++)
        if (!stays(ctx->mem, lines.item[i], &staying, home))
            buf_addf(&kept, "%s\n", lines.item[i]);
    *text = kept.data;
    return 0;
}

struct incoming {
    const char *path;
    const char *option; /* for pg_restore */
    const char *first;  /* SQL that is run before it */
    int fd;             /* what `path` or `option` name as a file of ours; 0: nothing */
};

/* The script of a copy, run in one transaction. */
static int copy_in(struct ctx *ctx, struct pg_conn *conn, const struct incoming *in)
{
    __attribute__((cleanup(there_close))) struct there there = {0};
    int script = open_nameless(ctx, in->path);
    const char *restore, *shell, *first_path, *last_path;
    if (in->fd)
        there.fds[there.n++] = in->fd;
    if (script < 0)
        return fail(ctx, ERR_FILE, "no room for a temporary file, beside the backup or in /tmp");
    there.fds[there.n++] = script;
    TRY(find(ctx, conn, &restore_program, &restore));
    TRY(find(ctx, conn, &shell_program, &shell));
    TRY(there_open(ctx, conn, &there));
    TRY(there_add(ctx, &there, in->first, &first_path));
    TRY(there_add(ctx, &there, "RESET ALL;\n", &last_path)); /* the backend may be a pooler's */
    const char *const unpack[] = {restore, "-f", "-", in->option, in->path, NULL};
    TRY(run(ctx, &there, unpack, script));
    const char *const argv[] = {shell,
                                "-X",
                                "-q",
                                "-w",
                                "-1",
                                "-v",
                                "ON_ERROR_STOP=1",
                                "-d",
                                "service=dbwarden",
                                "-f",
                                first_path,
                                "-f",
                                arena_printf(ctx->mem, "/dev/fd/%d", script),
                                "-f",
                                last_path,
                                NULL};
    return run(ctx, &there, argv, 0);
}

/* The schema that has the lock's table, which others look into meanwhile; NULL: there is none. */
static int lock_home(struct ctx *ctx, struct conn *conn, const char **home)
{
    struct rows rows;
    TRY(conn_fence(ctx, conn));
    TRY(pg_query(ctx, conn,
                 "SELECT (SELECT nspname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE c.oid = "
                 "to_regclass('" LOCK_TABLE "'))",
                 NULL, &rows));
    *home = ((const char *const *)rows.row.item[0])[0];
    return 0;
}

static void fence_add(struct buf *block, const struct batch_step *fence)
{
    buf_add(block, "EXECUTE ");
    pg_literal(block, fence->sql);
    for (int i = 0; i < fence->params->n; i++) {
        buf_add(block, i ? ", " : " USING ");
        pg_literal(block, fence->params->item[i]);
        buf_add(block, "::text");
    }
    buf_add(block, "; ");
}

/* What psql runs first. It knows no parameters, so the fence is run by a block. */
static const char *clear_script(struct arena *mem, const struct conn *conn, const char *home)
{
    struct buf block, script;
    if (!home)
        return clear_sql;
    buf_init(&block, mem);
    buf_add(&block, "BEGIN ");
    if (conn->fence)
        fence_add(&block, conn->fence);
    buf_add(&block, "PERFORM set_config('dbwarden.lock_home', ");
    pg_literal(&block, home);
    buf_add(&block, ", true); END");
    buf_init(&script, mem);
    buf_add(&script, "DO ");
    pg_literal(&script, block.data);
    buf_addf(&script, ";\n%s", clear_sql);
    return script.data;
}

/* Two transactions: whoever comes between them makes load() fail, which changes nothing. */
int pg_backup_check(struct ctx *ctx, struct conn *conn, const char *path)
{
    (void)path;
    return pg_exec(ctx, conn, lock_sql);
}

int pg_backup_load(struct ctx *ctx, struct conn *conn, const char *path)
{
    struct pg_conn *pg = (struct pg_conn *)conn;
    const char *home;
    char *list = NULL;
    int fd = -1;                     /* copy_in() closes it */
    path = path_absolute(ctx, path); /* which no program takes for an option */
    if (!path)
        return fail(ctx, ERR_FILE, "the working folder is gone");
    TRY(lock_home(ctx, conn, &home));
    TRY(contents(ctx, pg, path, home, &list));
    TRY(process_secret(ctx, list, strlen(list), &fd));
    const char *option = arena_printf(ctx->mem, "--use-list=/dev/fd/%d", fd);
    int code = copy_in(ctx, pg, &(struct incoming){path, option, clear_script(ctx->mem, conn, home), fd});
    if (code != ERR_FAILED)
        return code;
    struct error error = ctx->error;
    TRY(conn_fence(ctx, conn)); /* that it was lost says more than what psql says of it */
    ctx->error = error;
    return error.hint ? code : fail_hint(ctx, "Nothing was changed.");
}

/* ---- a database to try files out in */

enum { SMALL = 64 << 20 }; /* bytes: up to here rows come along */

static int is_small(struct ctx *ctx, struct conn *near, bool *small)
{
    struct rows rows;
    TRY(pg_query(ctx, near, arena_printf(ctx->mem, "SELECT pg_database_size(current_database()) <= %d", SMALL), NULL,
                 &rows));
    *small = rows.row.n && text_equal(((const char *const *)rows.row.item[0])[0], "t");
    return 0;
}

static int bring_over(struct ctx *ctx, struct pg_conn *near, const char *const *what, struct pg_conn *made)
{
    __attribute__((cleanup(fd_close))) int fd = open_nameless(ctx, "/tmp/sandbox");
    if (fd < 0)
        return fail(ctx, ERR_FILE, "no room for a temporary file in /tmp");
    TRY(copy_out(ctx, near, what, fd));
    const struct incoming in = {arena_printf(ctx->mem, "/dev/fd/%d", fd), "--no-owner", "SELECT 1", fd};
    fd = -1; /* copy_in() closes it */
    return copy_in(ctx, made, &in);
}

static int fill(struct ctx *ctx, struct sandbox_spec *spec, struct pg_conn *near, struct pg_conn *made)
{
    const char *const all[] = {NULL}, *const schema[] = {"-s", NULL};
    struct names own = {0};
    TRY(is_small(ctx, &near->conn, &spec->rows));
    TRY(bring_over(ctx, near, spec->rows ? all : schema, made));
    if (spec->rows || !spec->own.n)
        return 0;
    names_add(ctx->mem, &own, "-a");
    for (int i = 0; i < spec->own.n; i++)
        names_add(ctx->mem, &own, arena_printf(ctx->mem, "--table=\"%s\"", spec->own.item[i]));
    names_add(ctx->mem, &own, NULL);
    return bring_over(ctx, near, own.item, made);
}

static bool reaches_beyond(const struct sandbox_spec *spec)
{
    for (int i = 0; i < spec->piece->n; i++)
        if (pg_reaches_beyond(spec->piece->item[i]))
            return true;
    return false;
}

int pg_sandbox(struct ctx *ctx, struct sandbox_spec *spec, struct conn *near, struct conn **conn)
{
    bool beyond = reaches_beyond(spec);
    if (beyond && spec->given)
        emit_warning(ctx, "a file changes what all databases of a server share; the sandbox's server will be changed");
    const struct scratch_spec scratch = {.near = spec->given ? spec->given : spec->near};
    const char *const server = spec->given ? "given" : beyond ? "private" : NULL;
    TRY(pg_scratch_bare(ctx, &scratch, near, server, conn));
    struct pg_conn *made = (struct pg_conn *)*conn;
    int code = 0;
    if (spec->keep && made->server) {
        code =
            fail(ctx, ERR_UNSUPPORTED, "the copy is on a private server, which ends with this run: it cannot be kept");
        fail_hint(ctx, "Give --sandbox-url of a server on which a database may be created.");
    }
    if (code == 0)
        code = fill(ctx, spec, (struct pg_conn *)near, made);
    if (code == 0)
        code = pg_scratch_settle(ctx, conn, spec->keep);
    if (code == 0)
        return 0;
    struct error error = ctx->error;
    pg_close(*conn);
    *conn = NULL;
    ctx->error = error;
    return code;
}
