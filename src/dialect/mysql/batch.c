/*
 * Batches and the session lock.  DDL commits by itself on these servers, so a transaction here only holds statements
 * that change rows; the caller's journal does the rest.
 */
#include <string.h>

#include "base/text.h"
#include "dialect/mysql/parts.h"

/* At most 64 characters. MySQL 9.7 has no SHA1() any more, so SHA2() cut short. */
#define LOCK_NAME "CONCAT('dbwarden.', LEFT(SHA2(DATABASE(), 256), 40))"

static int step_run(struct ctx *ctx, struct my_conn *my, const struct batch_step *step)
{
    struct rows rows;
    if (step->params)
        return my_query(ctx, &my->conn, arena_copy(ctx->mem, step->sql, step->length), step->params, &rows);
    return my_send(ctx, my, step->sql, step->length);
}

/* "... near 'TABL x (' at line 1": the quoted rest begins at the error. */
static long error_position(struct ctx *ctx, const struct batch_step *step)
{
    const char *near = strstr(ctx->error.message, "near '");
    const char *end = near ? strstr(near, "' at line ") : NULL;
    if (!end || end == near + 6)
        return -1;
    const char *rest = arena_copy(ctx->mem, near + 6, (size_t)(end - near - 6));
    const char *text = arena_copy(ctx->mem, step->sql, step->length), *found = strstr(text, rest);
    return found ? (long)(found - text) : -1;
}

static int steps_run(struct ctx *ctx, struct my_conn *my, struct batch *batch)
{
    for (int i = 0; i < batch->n; i++) {
        int code = step_run(ctx, my, &batch->step[i]);
        if (code < 0) {
            batch->failed = i;
            batch->position = code == ERR_SQL ? error_position(ctx, &batch->step[i]) : -1;
            return code;
        }
        if (batch->done)
            batch->done(batch->sink, i);
    }
    return 0;
}

/* The failure that is told is the first one, not one of the ROLLBACK. */
static void transaction_undo(struct my_conn *my)
{
    mysql_rollback(my->mysql);
    my->conn.in_transaction = false;
}

int my_batch(struct ctx *ctx, struct conn *conn, struct batch *batch)
{
    struct my_conn *my = (struct my_conn *)conn;
    batch->failed = -1;
    batch->position = -1;
    if (!batch->transaction)
        return steps_run(ctx, my, batch);
    TRY(my_exec(ctx, conn, "START TRANSACTION"));
    conn->in_transaction = true;
    int code = steps_run(ctx, my, batch);
    if (code == 0 && (code = my_exec(ctx, conn, "COMMIT")) < 0)
        batch->failed = batch->n;
    if (code < 0)
        transaction_undo(my);
    conn->in_transaction = false;
    return code;
}

static int lock_ask(struct ctx *ctx, struct conn *conn, const char *sql, bool *yes)
{
    struct rows rows;
    TRY(my_query(ctx, conn, sql, NULL, &rows));
    const char *const *cells = rows.row.n ? rows.row.item[0] : NULL;
    *yes = cells && text_equal(cells[0], "1");
    return 0;
}

static int lock_try(struct ctx *ctx, struct conn *conn, bool *taken)
{
    struct my_conn *my = (struct my_conn *)conn;
    *taken = my->locked;
    if (!my->locked)
        TRY(lock_ask(ctx, conn, "SELECT GET_LOCK(" LOCK_NAME ", 0)", taken));
    my->locked = *taken;
    return 0;
}

static int lock_release(struct ctx *ctx, struct conn *conn)
{
    struct my_conn *my = (struct my_conn *)conn;
    bool released;
    if (!my->locked)
        return 0;
    my->locked = false;
    return lock_ask(ctx, conn, "SELECT RELEASE_LOCK(" LOCK_NAME ")", &released);
}

const struct driver my_driver = {
    .open = my_open,
    .close = my_close,
    .query = my_query,
    .exec = my_exec,
    .batch = my_batch,
    .cancel = my_cancel,
    .lock_try = lock_try,
    .lock_release = lock_release,
};
