/*
 * The lock of a session, GET_LOCK, and the one thing that it cannot be trusted with: some servers that speak MySQL's protocol
 * (OceanBase's seekdb is one) keep it when its holder is killed.  It is held by nobody if the connection that the server names
 * is not in the list of processes, of which we must be allowed to see all.  TiDB names no connection: it says 1 of whoever has it.
 */
#include "base/text.h"
#include "dialect/mysql/parts.h"

static int ask(struct ctx *ctx, struct conn *conn, const char *sql, bool *yes)
{
    struct rows rows;
    TRY(my_query(ctx, conn, sql, NULL, &rows));
    const char *const *cells = rows.row.n ? rows.row.item[0] : NULL;
    *yes = cells && text_equal(cells[0], "1");
    return 0;
}

/* TiDB, where several ask at once: an error for some of those who do not get it. */
static bool is_crowded(const struct my_conn *my)
{
    enum { ER_UNKNOWN_ERROR = 1105 };
    return mysql_errno(my->mysql) == ER_UNKNOWN_ERROR && text_equal(mysql_error(my->mysql), "lock wait timeout");
}

int my_lock_try(struct ctx *ctx, struct conn *conn, bool *taken)
{
    struct my_conn *my = (struct my_conn *)conn;
    const struct error error = ctx->error;
    int code = my->locked ? 0 : ask(ctx, conn, "SELECT GET_LOCK(" MY_LOCK_NAME ", 0)", &my->locked);
    if (code == ERR_SQL && is_crowded(my)) {
        ctx->error = error;
        code = 0;
    }
    *taken = my->locked;
    return code;
}

int my_lock_release(struct ctx *ctx, struct conn *conn)
{
    struct my_conn *my = (struct my_conn *)conn;
    bool released;
    if (!my->locked)
        return 0;
    my->locked = false;
    return ask(ctx, conn, "SELECT RELEASE_LOCK(" MY_LOCK_NAME ")", &released);
}

/* Granted to the account itself: what comes through a role is not worth the guess. */
static int sees_all(struct ctx *ctx, struct conn *conn, bool *all)
{
    return ask(ctx, conn,
               "SELECT COUNT(*) > 0 FROM information_schema.user_privileges WHERE privilege_type = 'PROCESS' AND "
               "REPLACE(grantee, '''', '') = CURRENT_USER()",
               all);
}

/* The connection that holds the lock; NULL: none does.  Vitess takes the question alone, and not in another. */
static int holder_ask(struct ctx *ctx, struct conn *conn, const char **holder)
{
    struct rows rows;
    TRY(my_query(ctx, conn, "SELECT IS_USED_LOCK(" MY_LOCK_NAME ")", NULL, &rows));
    *holder = rows.row.n ? ((const char **)rows.row.item[0])[0] : NULL;
    return 0;
}

/* The connection that holds the lock and is gone; NULL. */
static int gone_holder(struct ctx *ctx, struct conn *conn, const char **holder)
{
    const char *id, *again;
    bool there, all;
    *holder = NULL;
    if (my_is_tidb(conn->dialect))
        return 0;
    TRY(holder_ask(ctx, conn, &id));
    if (!id)
        return 0;
    TRY(ask(ctx, conn, arena_printf(ctx->mem, "SELECT COUNT(*) FROM information_schema.processlist WHERE id = %s", id),
            &there));
    if (there)
        return 0;
    TRY(holder_ask(ctx, conn, &again)); /* it may just have given it back */
    TRY(sees_all(ctx, conn, &all));
    if (all && text_equal(again, id))
        *holder = id;
    return 0;
}

int my_lock_look(struct ctx *ctx, struct conn *conn, bool *held)
{
    const char *holder, *gone = NULL;
    TRY(holder_ask(ctx, conn, &holder));
    if (holder)
        TRY(gone_holder(ctx, conn, &gone));
    *held = holder && !gone;
    return 0;
}

int my_lock_doubt(struct ctx *ctx, struct conn *conn, const char **why)
{
    const char *gone;
    TRY(gone_holder(ctx, conn, &gone));
    *why = gone ? arena_printf(ctx->mem, "the server keeps the lock of connection %s, which is gone", gone) : NULL;
    return 0;
}

const struct url *my_reached(const struct conn *conn)
{
    return &((const struct my_conn *)conn)->url;
}

int my_twin(struct ctx *ctx, struct conn *conn, const struct conn_options *options, struct conn **twin)
{
    return my_open(ctx, &((struct my_conn *)conn)->url, options, twin);
}
