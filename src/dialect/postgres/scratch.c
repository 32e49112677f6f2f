/*
 * An empty database of our own, gone when its connection is closed.
 *
 * A server that is given and lets us create a database is best: it is fast, and it is the very version and set of
 * extensions that count.  Else a private server is started from local binaries.
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "dialect/postgres/pg.h"

static char *random_name(struct arena *mem)
{
    __attribute__((cleanup(fd_close))) int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    unsigned long long number = 0;

    if (fd < 0 || read(fd, &number, sizeof number) != (ssize_t)sizeof number)
        number = (unsigned long long)getpid();
    return arena_printf(mem, "dbwarden_scratch_%016llx", number);
}

/* template0 is never connected to, and without whatever somebody put into template1. */
static int database_create(struct ctx *ctx, struct conn *near, const char *name)
{
    struct buf sql;

    buf_init(&sql, ctx->mem);
    buf_add(&sql, "CREATE DATABASE ");
    ident_add(&sql, &pg_ident, name);
    buf_add(&sql, " TEMPLATE template0");
    return pg_exec(ctx, near, sql.data);
}

static int scratch_on(struct ctx *ctx, struct conn *near, const struct url *url, const char *name, struct conn **conn)
{
    struct url there = *url;
    struct pg_conn *made;

    TRY(database_create(ctx, near, name));
    there.database = name;
    if (pg_open(ctx, &there, NULL, conn) < 0) {
        struct error error = ctx->error;
        struct buf sql;
        buf_init(&sql, ctx->mem);
        buf_add(&sql, "DROP DATABASE ");
        ident_add(&sql, &pg_ident, name);
        pg_exec(ctx, near, sql.data);
        ctx->error = error;
        return (int)error.code;
    }
    made = (struct pg_conn *)*conn;
    made->scratch = arena_dup(made->mem, name);
    made->scratch_near = arena_dup(made->mem, PQdb(((struct pg_conn *)near)->pg));
    made->conn.target = "a scratch database";
    return pg_exec(ctx, *conn, "SET synchronous_commit = off"); /* nothing in it needs to survive a crash */
}

/* ERR_UNSUPPORTED if this server does not let us. *version is set as soon as it is known. */
static int scratch_near(struct ctx *ctx, const struct url *url, int *version, struct conn **conn)
{
    struct conn *near = NULL;
    struct rows rows;
    int result = pg_open(ctx, url, NULL, &near);

    if (result == 0) {
        *version = near->version;
        result = pg_query(ctx, near, "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user", NULL,
                          &rows);
    }
    if (result == 0 && (rows.row.n == 0 || !text_equal(((const char **)rows.row.item[0])[0], "t")))
        result = fail(ctx, ERR_UNSUPPORTED, "the user may not create databases there");
    if (result == 0)
        result = scratch_on(ctx, near, url, random_name(ctx->mem), conn);
    pg_close(near);
    return result;
}

static int scratch_private(struct ctx *ctx, int version, struct conn **conn)
{
    struct pg_server *server = NULL;
    struct url url = {.dialect = "postgresql", .user = "postgres", .database = "postgres", .port = 5432};
    int result;

    TRY(pg_server_start(ctx, version, &server));
    url.host = pg_server_folder(server);
    result = pg_open(ctx, &url, NULL, conn);
    if (result < 0) {
        struct error error = ctx->error;
        pg_server_stop(server);
        ctx->error = error;
        return result;
    }
    ((struct pg_conn *)*conn)->server = server;
    (*conn)->target = "a private PostgreSQL server";
    return 0;
}

int pg_scratch(struct ctx *ctx, const struct url *near, struct conn **conn)
{
    int version = 0, result;
    struct error error;

    if (near == NULL)
        return scratch_private(ctx, 0, conn);
    result = scratch_near(ctx, near, &version, conn);
    if (result == 0 || result == ERR_CANCELLED)
        return result;
    error = ctx->error;
    emit_debug(ctx, "no scratch database on the given server (%s): a private server is started", error.message);
    if (scratch_private(ctx, version, conn) == 0)
        return 0;
    if (version == 0 && ctx->error.code == ERR_UNSUPPORTED)
        ctx->error = error; /* that the given server cannot be reached is what the user can mend */
    return (int)ctx->error.code;
}
