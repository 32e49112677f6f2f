/*
 * Opening a database as SQLAlchemy's pysqlite reads its URL: a path relative to the application's folder,
 * nothing or ":memory:" for memory, or with uri=true one of SQLite's own file: URIs.
 * A database that is only to be read is never created: what does not exist is an empty one, in memory.
 */
#include "dialect/sqlite/sqlite.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

/* What pysqlite keeps for itself and does not hand on in a file: URI. */
static const char *const pysqlite_options[] = {
    "uri", "timeout", "isolation_level", "detect_types", "check_same_thread", "cached_statements", NULL};

struct open_plan {
    const char *file;   /* path or URI for SQLite */
    const char *path;   /* on disk; NULL: in memory, or only SQLite can tell */
    const char *target; /* for messages */
    int flags;
    double busy_seconds; /* -1: not said */
    bool read_only;
    bool heals; /* may undo what a killed writer left */
};

static bool pysqlite_option(const char *key)
{
    for (int i = 0; pysqlite_options[i]; i++)
        if (text_equal(pysqlite_options[i], key))
            return true;
    return false;
}

/* Those of a file: URI are SQLite's, which has more with each extension. */
int lite_url_options(struct ctx *ctx, struct names *known)
{
    static const char *const uri[] = {"mode", "cache", "vfs", "immutable", "nolock", "psow", "modeof", "key", "hexkey"};
    for (int i = 0; pysqlite_options[i]; i++)
        names_add(ctx->mem, known, pysqlite_options[i]);
    for (size_t i = 0; i < sizeof uri / sizeof *uri; i++)
        names_add(ctx->mem, known, uri[i]);
    return 0;
}

/* Seconds with an optional fraction: strtod() follows the locale and does not say what it could not read. */
static int timeout_read(struct ctx *ctx, const char *text, double *seconds)
{
    struct names part = text_split(ctx->mem, text, '.');
    int64_t whole = 0, fraction = 0;
    bool good = part.n <= 2 && text_to_int(part.item[0], &whole) && whole >= 0 && whole < 1000000;
    if (good && part.n == 2)
        good = strlen(part.item[1]) <= 6 && char_is_digit(part.item[1][0]) && text_to_int(part.item[1], &fraction);
    if (!good)
        return fail(ctx, ERR_CONFIG, "timeout=%s in the database URL is not a number of seconds", text);
    *seconds = (double)whole;
    double scale = 1;
    for (size_t i = 0; part.n == 2 && i < strlen(part.item[1]); i++)
        scale *= 10;
    *seconds += (double)fraction / scale;
    return 0;
}

static int mode_read(struct ctx *ctx, const char *mode, struct open_plan *plan)
{
    static const struct {
        const char *mode;
        int flags;
    } known[] = {
        {"ro", SQLITE_OPEN_READONLY},
        {"rw", SQLITE_OPEN_READWRITE},
        {"rwc", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE},
        {"memory", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY},
    };
    for (size_t i = 0; mode && i < sizeof known / sizeof known[0]; i++) {
        if (!text_equal(mode, known[i].mode))
            continue;
        plan->flags = known[i].flags;
        if (plan->read_only && !text_equal(mode, "memory"))
            plan->flags = SQLITE_OPEN_READONLY;
        return 0;
    }
    if (!mode)
        return 0;
    fail(ctx, ERR_CONFIG, "mode=%s in the database URL is unknown", mode);
    return fail_hint(ctx, "SQLite knows ro, rw, rwc and memory.");
}

/* Everything else is itself, in a path and in an option. */
static void uri_add(struct buf *out, const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        if (strchr("%?#&=", *c))
            buf_addf(out, "%%%02X", (unsigned)*c);
        else
            buf_add_c(out, *c);
}

/* file:relative becomes file:/absolute, and the options that are SQLite's own go after it. */
static void plan_uri(struct ctx *ctx, const struct url *url, const char *folder, struct open_plan *plan)
{
    struct buf out;
    const char *rest = url->database + strlen("file:");
    char join = '?';
    buf_init(&out, ctx->mem);
    buf_add(&out, "file:");
    if (*rest != '/' && *rest != ':' && *rest != '\0' && folder && !text_equal(url_option(url, "mode"), "memory")) {
        uri_add(&out, folder);
        buf_add_c(&out, '/');
    }
    buf_add(&out, rest);
    for (int i = 0; i < url->keys.n; i++) {
        if (pysqlite_option(url->keys.item[i]))
            continue;
        buf_add_c(&out, join);
        uri_add(&out, url->keys.item[i]);
        buf_add_c(&out, '=');
        uri_add(&out, url->values.item[i]);
        join = '&';
    }
    plan->file = out.data;
    plan->flags |= SQLITE_OPEN_URI;
}

/* Of how the file is to be opened. */
static bool says_nothing_of_files(const struct url *url)
{
    return !url_option(url, "mode") && !url_option(url, "uri");
}

static int plan_make(struct ctx *ctx, const struct url *url, const struct conn_options *options, struct open_plan *plan)
{
    const char *database = url->database;
    const char *timeout = url_option(url, "timeout");
    bool memory = !database || *database == '\0' || text_equal(database, ":memory:");
    *plan = (struct open_plan){.busy_seconds = -1, .read_only = options->read_only};
    plan->flags = options->read_only && !memory ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    plan->heals = options->read_only && says_nothing_of_files(url);
    plan->target = memory ? ":memory:" : text_starts(database, "./") ? database + 2 : database;
    TRY(mode_read(ctx, url_option(url, "mode"), plan));
    if (timeout)
        TRY(timeout_read(ctx, timeout, &plan->busy_seconds));
    plan->file = ":memory:";
    if (memory)
        return 0;
    if (text_says_yes(url_option(url, "uri")) && text_starts(database, "file:")) {
        plan_uri(ctx, url, options->app_folder, plan);
        return 0;
    }
    plan->file = options->app_folder ? path_join(ctx->mem, options->app_folder, database) : database;
    plan->path = plan->flags & SQLITE_OPEN_MEMORY ? NULL : plan->file;
    /* SQLite is built on some systems to take "file:..." for a URI even unasked; a path with a slash is never one. */
    if (*plan->file != '/')
        plan->file = arena_printf(ctx->mem, "./%s", plan->file);
    return 0;
}

/* Things that SQLite itself can only call "unable to open database file". */
static int plan_check(struct ctx *ctx, struct open_plan *plan)
{
    struct stat there;
    if (!plan->path)
        return 0;
    if (stat(plan->path, &there) == 0) {
        if (S_ISDIR(there.st_mode))
            return fail(ctx, ERR_CONNECT, "cannot open database %s: it is a folder", plan->target);
        return 0;
    }
    if (plan->read_only && (errno == ENOENT || errno == ENOTDIR)) {
        plan->file = ":memory:";
        plan->flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
        return 0;
    }
    char *folder = path_folder(ctx->mem, plan->path);
    if (errno == ENOENT && !folder_exists(folder)) {
        fail(ctx, ERR_CONNECT, "cannot create database %s: its folder does not exist", plan->target);
        return fail_hint(ctx, "Make the folder %s, or correct the database URL.", folder);
    }
    return 0;
}

static int open_failed(struct ctx *ctx, struct lite_conn *lite, int rc)
{
    const char *target = lite->conn.target;
    int reason = sqlite3_system_errno(lite->db);
    if (ctx_asked(ctx))
        return ctx_check(ctx);
    ctx->error = (struct error){0};
    switch (rc & 0xff) {
    case SQLITE_READONLY:
        fail(ctx, ERR_CONNECT,
             "cannot open database %s: a program was ended while it wrote, and who only reads cannot undo what it had "
             "begun",
             target);
        fail_hint(ctx, "Run the command as a user who may write to the file and its folder, and without mode=ro.");
        break;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        fail(ctx, ERR_CONNECT, "cannot open database %s: the file is not an SQLite database, or it is damaged", target);
        fail_hint(ctx, "Check the database URL; an encrypted database cannot be read either.");
        break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        fail(ctx, ERR_CONNECT, "cannot open database %s: another program holds it locked", target);
        fail_hint(ctx, "Waited %g seconds; ?timeout=30 in the database URL waits longer.", lite->busy_seconds);
        break;
    default:
        fail(ctx, ERR_CONNECT, "cannot open database %s: %s", target,
             reason != 0 ? strerror(reason) : sqlite3_errmsg(lite->db));
        fail_hint(ctx, "The file and its folder must be readable for this user, and writable to change it.");
    }
    ctx->error.sqlstate = lite_code_name(rc);
    return ctx->error.code;
}

static int busy_wait(void *arg, int attempts)
{
    struct lite_conn *lite = arg;
    if (attempts == 0)
        lite->busy_since = clock_monotonic();
    if (clock_monotonic() - lite->busy_since >= lite->busy_seconds)
        return 0;
    if (lite->ctx && ctx_asked(lite->ctx))
        return 0;
    clock_sleep(attempts < 10 ? 0.002 : 0.025);
    return 1;
}

static bool overdue(const struct lite_conn *lite)
{
    return lite->statement_limit > 0 && clock_monotonic() - lite->statement_since > lite->statement_limit;
}

static int must_stop(void *arg)
{
    struct lite_conn *lite = arg;
    if (lite->ctx)
        conn_tick(lite->ctx, &lite->conn);
    return (lite->ctx && ctx_must_stop(lite->ctx)) || overdue(lite);
}

void lite_watch(struct lite_conn *lite)
{
    enum { PROGRESS_STEPS = 2000 };
    sqlite3_busy_handler(lite->db, busy_wait, lite);
    sqlite3_progress_handler(lite->db, PROGRESS_STEPS, must_stop, lite);
}

/* A time that stands in the URL goes before what the connection was opened with, and not before a file's own. */
int lite_limit(struct ctx *ctx, struct conn *conn, const struct limits *limits)
{
    struct lite_conn *lite = (struct lite_conn *)conn;
    bool of_file = limits->lock != lite->opened_with;
    (void)ctx;
    lite->busy_seconds = lite->url_seconds >= 0 && !of_file ? lite->url_seconds : limits->lock;
    lite->statement_limit = limits->statement;
    return 0;
}

/* How much memory SQLite has is counted for the whole process and under a lock, which is a tenth of running statements. */
void lite_own_process(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* Opening reads nothing yet; the query does. */
static int open_and_read(struct ctx *ctx, struct lite_conn *lite, const char *file, int flags)
{
    int rc = sqlite3_open_v2(file, &lite->db, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc != SQLITE_OK)
        return rc;
    sqlite3_extended_result_codes(lite->db, 1);
    lite_watch(lite);
    lite_enter(lite, ctx);
    rc = sqlite3_exec(lite->db, "PRAGMA schema_version", NULL, NULL, NULL);
    lite_leave(lite, 0);
    return rc;
}

static int reopen(struct ctx *ctx, struct lite_conn *lite, const char *file, int flags)
{
    sqlite3_close(lite->db);
    lite->db = NULL;
    return open_and_read(ctx, lite, file, flags);
}

/* What a killed writer left is undone by the next one who looks, as it is by every program; only a reader may not. */
static int open_after_writer(struct ctx *ctx, struct lite_conn *lite, const struct open_plan *plan)
{
    reopen(ctx, lite, plan->file, SQLITE_OPEN_READWRITE); /* if it fails, so does the other one, and says why */
    return reopen(ctx, lite, plan->file, plan->flags);
}

static int open_database(struct ctx *ctx, struct lite_conn *lite, const struct open_plan *plan)
{
    int rc = open_and_read(ctx, lite, plan->file, plan->flags);
    if ((rc & 0xff) == SQLITE_READONLY && plan->heals)
        rc = open_after_writer(ctx, lite, plan);
    if (rc != SQLITE_OK)
        return open_failed(ctx, lite, rc);
    const char *path = sqlite3_db_filename(lite->db, "main");
    if (path && *path != '\0')
        lite->lock_path = arena_printf(lite->mem, "%s-dbwarden.lock", path);
    return 0;
}

static struct lite_conn *conn_new(const struct open_plan *plan)
{
    struct lite_conn *lite = arena_outside(sizeof *lite);
    lite->mem = arena_open(0);
    lite->conn.dialect = &lite_dialect;
    lite->conn.version = lite_version_number();
    lite->conn.version_text = sqlite3_libversion();
    lite->conn.target = arena_dup(lite->mem, plan->target);
    lite->url_seconds = plan->busy_seconds;
    lite->busy_seconds = plan->busy_seconds >= 0 ? plan->busy_seconds : lite_dialect.lock_seconds;
    lite->lock_fd = -1;
    lite->data_version = -1;
    return lite;
}

static int plan_open(struct ctx *ctx, const struct open_plan *plan, struct conn **conn)
{
    struct lite_conn *lite = conn_new(plan);
    int result = open_database(ctx, lite, plan);
    if (result < 0) {
        lite_close(&lite->conn);
        return result;
    }
    *conn = &lite->conn;
    return 0;
}

int lite_open(struct ctx *ctx, const struct url *url, const struct conn_options *options, struct conn **conn)
{
    struct open_plan plan;
    TRY(plan_make(ctx, url, options, &plan));
    TRY(plan_check(ctx, &plan));
    TRY(plan_open(ctx, &plan, conn));
    if (!options->limits)
        return 0;
    ((struct lite_conn *)*conn)->opened_with = options->limits->lock;
    return lite_limit(ctx, *conn, options->limits);
}

int lite_scratch(struct ctx *ctx, const struct scratch_spec *spec, struct conn **conn)
{
    static const struct open_plan plan = {.file = "", /* without a name: in memory while it is small */
                                          .target = "a scratch database",
                                          .busy_seconds = -1,
                                          .flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE};
    return plan_open(ctx, &plan, conn);
}

void lite_close(struct conn *conn)
{
    struct lite_conn *lite = (struct lite_conn *)conn;
    lite_lock_release(NULL, conn);
    sqlite3_close_v2(lite->db);
    arena_close(lite->mem);
    free(lite);
}
