/*
 * Copies of a database by SQLite's own backup interface: what other connections see at one moment, the log of a database in
 * WAL mode included.  A copy is brought back in one transaction of the live file, never by putting another file in its
 * place: programs that have it open, and a log that lies beside it, would go on with what is no more.
 */
#include "dialect/sqlite/sqlite.h"

#include <fcntl.h>

#include "base/file.h"
#include "base/text.h"

enum { PAGES_AT_ONCE = 4096 };

static void db_close(sqlite3 **db)
{
    sqlite3_close_v2(*db);
}

static int fail_copy(struct ctx *ctx, sqlite3 *db, const char *path, int rc)
{
    if (ctx_asked(ctx))
        return ctx_check(ctx);
    fail(ctx, ERR_FILE, "cannot copy to %s: %s", path, sqlite3_errmsg(db));
    ctx->error.sqlstate = lite_code_name(rc);
    if ((rc & 0xff) == SQLITE_FULL)
        fail_hint(ctx, "The disk is full.");
    return ctx->error.code;
}

static int copy_pages(struct ctx *ctx, sqlite3 *to, sqlite3 *from, int at_once, const char *path)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    int rc = backup ? SQLITE_OK : sqlite3_errcode(to);
    while (rc == SQLITE_OK && !ctx_asked(ctx)) {
        rc = sqlite3_backup_step(backup, at_once);
        if (at_once > 0)
            emit_progress(ctx, sqlite3_backup_pagecount(backup) - sqlite3_backup_remaining(backup),
                          sqlite3_backup_pagecount(backup), path);
    }
    int finished = backup ? sqlite3_backup_finish(backup) : rc;
    if (rc == SQLITE_DONE && finished == SQLITE_OK)
        return 0;
    return fail_copy(ctx, to, path, finished != SQLITE_OK ? finished : rc);
}

/* As it is at one moment: without a transaction of ours, it would begin again whenever somebody else writes in between. */
static int copy_moment(struct ctx *ctx, struct lite_conn *lite, sqlite3 *copy, const char *path)
{
    struct rows rows;
    TRY(lite_exec(ctx, &lite->conn, "BEGIN"));
    int result = lite_query(ctx, &lite->conn, "SELECT count(*) FROM sqlite_master", NULL, &rows);
    if (result == 0)
        result = copy_pages(ctx, copy, lite->db, PAGES_AT_ONCE, path);
    struct error error = ctx->error;
    int asked = ctx_shield(ctx);
    lite_exec(ctx, &lite->conn, "ROLLBACK");
    ctx_unshield(ctx, asked);
    ctx->error = error;
    return result;
}

int lite_backup_save(struct ctx *ctx, struct conn *conn, const char *path)
{
    __attribute__((cleanup(db_close))) sqlite3 *copy = NULL;
    const char *file = *path == '/' ? path : arena_printf(ctx->mem, "./%s", path);
    int rc = sqlite3_open_v2(file, &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK) /* whoever calls syncs it once it is whole */
        rc = sqlite3_exec(copy, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        return fail_copy(ctx, copy, path, rc);
    return copy_moment(ctx, (struct lite_conn *)conn, copy, path);
}

static int check_copy(struct ctx *ctx, sqlite3 *copy, const char *path)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(copy, "PRAGMA quick_check(1)", -1, &statement, NULL);
    bool good = rc == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW &&
                text_equal((const char *)sqlite3_column_text(statement, 0), "ok");
    sqlite3_finalize(statement);
    if (good)
        return 0;
    fail(ctx, ERR_FILE, "%s is damaged, or is no SQLite database", path);
    return fail_hint(ctx, "Nothing was changed. Take another backup.");
}

/* It lies still: no log and no lock of it is looked for, which a copy of a database in WAL mode would want. */
static const char *still_uri(struct arena *mem, const char *path)
{
    const char *name = text_replace(mem, text_replace(mem, path, "%", "%25"), "?", "%3f");
    return arena_printf(mem, "file:%s?immutable=1", text_replace(mem, name, "#", "%23"));
}

int lite_backup_load(struct ctx *ctx, struct conn *conn, const char *path)
{
    struct lite_conn *lite = (struct lite_conn *)conn;
    __attribute__((cleanup(db_close))) sqlite3 *copy = NULL;
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
    int rc = sqlite3_open_v2(still_uri(ctx->mem, path_absolute(ctx, path)), &copy, flags, NULL);
    if (rc != SQLITE_OK)
        return fail(ctx, ERR_FILE, "cannot open %s: %s", path, sqlite3_errmsg(copy));
    TRY(check_copy(ctx, copy, path));
    lite_enter(lite, ctx);
    int result = copy_pages(ctx, lite->db, copy, -1, lite->conn.target);
    if (result < 0 && text_equal(ctx->error.sqlstate, "SQLITE_READONLY"))
        fail_hint(ctx, "In WAL mode a copy with another page size cannot come in: PRAGMA journal_mode = DELETE first.");
    lite->data_version = -1;
    return lite_leave(lite, result);
}

/* Rows and all: in memory as far as it has room, else in a file without a name. One that is kept has a name. */
int lite_sandbox(struct ctx *ctx, struct sandbox_spec *spec, struct conn *near, struct conn **conn)
{
    struct url url = {.dialect = "sqlite"};
    char name[] = "/tmp/dbwarden-sandbox-XXXXXX.db";
    if (spec->given)
        return fail(ctx, ERR_USAGE, "--sandbox-url is for servers: an SQLite database is copied beside it");
    if (spec->keep) {
        __attribute__((cleanup(fd_close))) int fd = mkostemps(name, 3, O_CLOEXEC);
        if (fd < 0)
            return fail(ctx, ERR_FILE, "cannot make a file for the sandbox in /tmp");
        url.database = arena_dup(ctx->mem, name);
        TRY(lite_open(ctx, &url, &(struct conn_options){0}, conn));
    } else {
        TRY(lite_scratch(ctx, NULL, conn));
    }
    spec->rows = true;
    struct lite_conn *made = (struct lite_conn *)*conn;
    if (copy_moment(ctx, (struct lite_conn *)near, made->db, "sandbox") == 0)
        return 0;
    struct error error = ctx->error;
    lite_close(*conn);
    *conn = NULL;
    if (spec->keep)
        file_drop(name);
    ctx->error = error;
    return ctx->error.code;
}
