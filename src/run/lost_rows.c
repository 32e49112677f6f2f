/*
 * Rows that hold what a plan takes away: they are counted.  Where the server would not even tell of it the plan stops; what goes
 * with something that is dropped is told.
 */
#include "run/lost_rows.h"

#include "base/text.h"

static int loss_tell(struct ctx *ctx, const struct change *change, const char *what, const char *count)
{
    const char *path = object_path(ctx->mem, change_object(change));
    bool one = text_equal(count, "1");
    if (!what) {
        emit_warning(ctx, "%s goes, and with it %s %s", path, count, one ? "row" : "rows");
        return 0;
    }
    if (change->op == CHANGE_ALTER && change->kind == KIND_TABLE) { /* as it was asked for */
        emit_warning(ctx, "%s: %s %s %s at once by %s", path, count, one ? "row" : "rows", one ? "goes" : "go", what);
        return 0;
    }
    if (change->op == CHANGE_CREATE) {
        fail(ctx, ERR_UNSUPPORTED, "%s replaces %s: %s %s", path, what, count, one ? "row" : "rows");
        return fail_hint(ctx, "Let it append, give it a table of its own, or take the rows away first.");
    }
    fail(ctx, ERR_UNSUPPORTED, "%s loses %s, which %s %s", path, what, count, one ? "row holds" : "rows hold");
    return fail_hint(ctx, "Change the rows first (`dbwarden new`, UPDATE ...), or leave it as it is.");
}

static int change_check(struct ctx *ctx, struct conn *conn, const struct changes *changes, const struct change *change)
{
    const char *what = NULL;
    const char *sql = conn->dialect->lost_rows(ctx->mem, changes, change, &what);
    struct rows rows;
    if (!sql)
        return 0;
    int code = conn_query(ctx, conn, sql, NULL, &rows);
    if (code == ERR_SQL) { /* who may not read them */
        emit_warning(ctx, "%s: nobody has counted the rows that %s%s: %s", object_path(ctx->mem, change_object(change)),
                     what ? "hold " : "go with it", what ? what : "", ctx->error.message);
        ctx->error = (struct error){0};
        return 0;
    }
    TRY(code);
    const char *count = rows.row.n ? rows_cell(&rows, 0, "n") : "0";
    if (text_equal(count, "0"))
        return 0;
    return loss_tell(ctx, change, what, count);
}

int lost_rows_check(struct ctx *ctx, struct session *session, const struct changes *changes)
{
    if (!session->conn || !session->conn->dialect->lost_rows)
        return 0;
    for (int i = 0; i < changes->list.n; i++)
        TRY(change_check(ctx, session->conn, changes, changes->list.item[i]));
    return 0;
}
