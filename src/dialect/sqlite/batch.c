/*
 * Statements that belong together.  A transaction runs with PRAGMA foreign_keys OFF, because the pragma does
 * nothing inside one and a rebuild must never let a cascade delete children; before COMMIT, rows that lost their
 * parent fail it (keys.c).  Only if some did, it is run again after looking which had none before.
 */
#include "dialect/sqlite/sqlite.h"

#include "base/text.h"

static int pragma_flag(struct ctx *ctx, struct lite_conn *lite, const char *sql, bool *value)
{
    struct rows rows;
    TRY(lite_query(ctx, &lite->conn, sql, NULL, &rows));
    const char *const *cell = rows.row.n > 0 ? rows.row.item[0] : NULL;
    *value = cell && text_equal(cell[0], "1");
    return 0;
}

static int steps_run(struct ctx *ctx, struct lite_conn *lite, struct batch *batch, bool quiet)
{
    for (int i = 0; i < batch->n; i++) {
        struct batch_step step = batch->step[i];
        int result = lite_keep_before(ctx, lite, &step);
        lite_enter(lite, ctx);
        if (result == 0)
            result = ctx_check_within(ctx);
        if (result == 0)
            result = lite_step(ctx, lite, &step, &batch->position);
        lite_leave(lite, result);
        if (result == 0)
            result = lite_keep_after(ctx, lite, &step);
        if (result == 0 && batch->transaction && !lite->conn.in_transaction) {
            fail(ctx, ERR_SQL, "the statement ends the transaction that surrounds it");
            result = fail_hint(ctx, "Leave COMMIT and ROLLBACK out, or begin the file with \"-- transaction: none\".");
        }
        if (result < 0) {
            batch->failed = i;
            return result;
        }
        if (batch->done && !quiet)
            batch->done(batch->sink, i);
    }
    return 0;
}

/* Undoing must work when the operation was cancelled too, so it runs without its context. */
static void transaction_undo(struct lite_conn *lite)
{
    if (!sqlite3_get_autocommit(lite->db))
        sqlite3_exec(lite->db, "ROLLBACK", NULL, NULL, NULL);
    lite_keep_undo(lite);
    lite_leave(lite, 0);
}

/* Before the COMMIT. *orphaned: rows have no parent, and whether they had one before is known only if `again`. */
static int transaction_check(struct ctx *ctx, struct lite_conn *lite, const struct list *before, bool again,
                             bool *orphaned)
{
    struct list after = {0};
    TRY(lite_keys_orphans(ctx, lite, again, &after));
    *orphaned = after.n > 0 && !again;
    if (*orphaned)
        return 0;
    TRY(lite_keys_compare(ctx, before, &after));
    return lite_sound_check(ctx, lite);
}

/* `again`: it ran once and left rows without a parent, so this time the ones that had none before are looked up first. */
static int transaction_try(struct ctx *ctx, struct lite_conn *lite, struct batch *batch, bool again, bool *orphaned)
{
    struct list before = {0};
    TRY(lite_exec(ctx, &lite->conn, "BEGIN IMMEDIATE"));
    lite_keep_begin(lite);
    TRY(lite_sound_begin(ctx, lite));
    TRY(lite_keys_note(ctx, lite, batch));
    if (again)
        TRY(lite_keys_orphans(ctx, lite, true, &before));
    if (lite->has_foreign_keys)
        lite_keys_watch(ctx->mem, lite);
    int result = steps_run(ctx, lite, batch, again);
    lite_keys_ignore(lite);
    TRY(result);
    result = transaction_check(ctx, lite, &before, again, orphaned);
    if (result == 0 && !*orphaned)
        result = lite_exec(ctx, &lite->conn, "COMMIT");
    if (result < 0)
        batch->failed = batch->n;
    return result;
}

static int transaction_run(struct ctx *ctx, struct lite_conn *lite, struct batch *batch)
{
    bool orphaned = false;
    int result = transaction_try(ctx, lite, batch, false, &orphaned);
    if (result == 0 && orphaned) {
        transaction_undo(lite);
        result = transaction_try(ctx, lite, batch, true, &orphaned);
    }
    if (result < 0)
        transaction_undo(lite);
    lite->touched = NULL;
    return result;
}

int lite_batch(struct ctx *ctx, struct conn *conn, struct batch *batch)
{
    struct lite_conn *lite = (struct lite_conn *)conn;
    bool enforced = false, legacy = false;
    batch->failed = -1;
    batch->position = -1;
    if (batch->transaction && conn->whole)
        TRY(lite_keys_note(ctx, lite, batch));
    if (!batch->transaction || conn->in_transaction)
        return steps_run(ctx, lite, batch, false);
    TRY(pragma_flag(ctx, lite, "PRAGMA foreign_keys", &enforced));
    TRY(pragma_flag(ctx, lite, "PRAGMA legacy_alter_table", &legacy));
    if (enforced)
        TRY(lite_exec(ctx, conn, "PRAGMA foreign_keys = OFF"));
    int result = transaction_run(ctx, lite, batch);
    /* Without the context: a cancelled batch must leave the connection as it was. A failed rebuild left legacy on. */
    if (enforced)
        sqlite3_exec(lite->db, "PRAGMA foreign_keys = ON", NULL, NULL, NULL);
    if (result < 0 && !legacy)
        sqlite3_exec(lite->db, "PRAGMA legacy_alter_table = OFF", NULL, NULL, NULL);
    return result;
}

/* ---- one transaction over many batches */

int lite_whole_begin(struct ctx *ctx, struct conn *conn, bool look)
{
    struct lite_conn *lite = (struct lite_conn *)conn;
    const struct batch none = {0};
    lite->orphans = (struct list){0};
    TRY(pragma_flag(ctx, lite, "PRAGMA foreign_keys", &lite->enforced));
    TRY(pragma_flag(ctx, lite, "PRAGMA legacy_alter_table", &lite->legacy));
    if (lite->enforced)
        TRY(lite_exec(ctx, conn, "PRAGMA foreign_keys = OFF"));
    TRY(lite_exec(ctx, conn, "BEGIN IMMEDIATE"));
    lite_keep_begin(lite);
    TRY(lite_sound_begin(ctx, lite));
    TRY(lite_keys_note(ctx, lite, &none));
    if (look)
        TRY(lite_keys_orphans(ctx, lite, true, &lite->orphans));
    lite->looked = look;
    lite_keys_watch(lite->mem, lite); /* what it notes is kept over all the batches */
    return 0;
}

/* The session as it was before lite_whole_begin(). */
static void whole_end(struct lite_conn *lite)
{
    lite_keys_ignore(lite);
    lite->touched = NULL;
    if (lite->enforced)
        sqlite3_exec(lite->db, "PRAGMA foreign_keys = ON", NULL, NULL, NULL);
}

int lite_whole_commit(struct ctx *ctx, struct conn *conn, bool *again)
{
    struct lite_conn *lite = (struct lite_conn *)conn;
    lite_keys_ignore(lite);
    TRY(transaction_check(ctx, lite, &lite->orphans, lite->looked, again));
    if (*again)
        return 0;
    TRY(lite_exec(ctx, conn, "COMMIT"));
    whole_end(lite);
    return 0;
}

void lite_whole_undo(struct ctx *ctx, struct conn *conn)
{
    struct lite_conn *lite = (struct lite_conn *)conn;
    (void)ctx;
    transaction_undo(lite);
    whole_end(lite);
    if (!lite->legacy)
        sqlite3_exec(lite->db, "PRAGMA legacy_alter_table = OFF", NULL, NULL, NULL);
}
