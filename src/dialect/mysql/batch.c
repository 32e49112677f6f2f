/*
 * Batches and the session lock.  DDL commits by itself on these servers, so a transaction here only holds statements
 * that change rows; the caller's journal does the rest.
 */
#include <string.h>

#include "base/text.h"
#include "dialect/mysql/parts.h"

/* At most 64 characters. MySQL 9.7 has no SHA1() any more, so SHA2() cut short. */
/* Under LOCK TABLES no other table can be written, so ours are locked with the user's. */
static int tables_lock(struct ctx *ctx, struct my_conn *my, const struct batch_step *step, const struct names *own)
{
    struct buf sql;
    buf_init(&sql, ctx->mem);
    buf_add_n(&sql, step->sql, step->length);
    for (int i = 0; own && i < own->n; i++)
        buf_addf(&sql, ", %s WRITE", own->item[i]);
    TRY(my_send(ctx, my, sql.data, sql.len));
    my->holds_tables = true;
    return 0;
}

static int step_run(struct ctx *ctx, struct my_conn *my, const struct batch_step *step, const struct names *own)
{
    struct rows rows;
    struct lexer lexer;
    if (step->params)
        return my_query(ctx, &my->conn, arena_copy(ctx->mem, step->sql, step->length), step->params, &rows);
    lex_open(&lexer, my_dialect.lex, step->sql, step->length);
    struct token first = lex_next_bare(&lexer);
    if (token_is(&first, "lock")) {
        struct token second = lex_next_bare(&lexer);
        if (token_is(&second, "tables") || token_is(&second, "table"))
            return tables_lock(ctx, my, step, own);
    }
    if (token_is(&first, "unlock"))
        my->holds_tables = false;
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

/* Only there has a statement a definer, and a question after it takes no ROW_COUNT() away from the next one. */
static bool makes_something(const struct batch_step *step)
{
    static const char *const verbs[] = {"create", "alter", NULL};
    struct lexer lexer;
    lex_open(&lexer, my_dialect.lex, step->sql, step->length);
    struct token first = lex_next_bare(&lexer);
    return token_is_one_of(&first, verbs);
}

/* What the server took and only warns of. */
static int omissions_tell(struct ctx *ctx, struct my_conn *my, const struct batch_step *step)
{
    if (!makes_something(step))
        return 0;
    struct names said[MY_WARNINGS] = {0};
    const struct names *less = &said[MY_TAKES_LESS], *nobody = &said[MY_NO_DEFINER];
    TRY(my_warnings(ctx, my, said));
    if (less->n && my->drop) /* a schema that was read from such a database would lack it, too */
        return fail(ctx, ERR_SQL, "TiDB takes this and does not do all of it: %s", less->item[0]);
    for (int i = 0; i < less->n; i++)
        emit_warning(ctx, "TiDB took a statement and did not do all of it: %s", less->item[i]);
    for (int i = 0; i < nobody->n && !my->drop; i++)
        emit_warning(ctx, "whoever uses what this statement made gets an error: %s", nobody->item[i]);
    return 0;
}

static int steps_run(struct ctx *ctx, struct my_conn *my, struct batch *batch)
{
    for (int i = 0; i < batch->n; i++) {
        int code = step_run(ctx, my, &batch->step[i], batch->own);
        if (code == 0)
            code = omissions_tell(ctx, my, &batch->step[i]);
        if (code < 0) {
            batch->failed = i;
            batch->position = code == ERR_SQL ? error_position(ctx, &batch->step[i]) : -1;
            return code;
        }
        if (!batch->transaction)
            my_follow_transaction(my);
        if (batch->done)
            batch->done(batch->sink, i);
    }
    return 0;
}

/* Whatever completion_type the file has set: it is about transactions of its own. Other makers' servers do not know the words. */
static const char *commit(const struct my_conn *my)
{
    return my->is_other ? "COMMIT" : "COMMIT AND NO CHAIN NO RELEASE";
}

static const char *rollback(const struct my_conn *my)
{
    return my->is_other ? "ROLLBACK" : "ROLLBACK AND NO CHAIN NO RELEASE";
}

/* The failure that is told is the first one, not one of the ROLLBACK. */
static void transaction_undo(struct my_conn *my)
{
    mysql_query(my->mysql, rollback(my));
    my->conn.in_transaction = false;
}

int my_batch(struct ctx *ctx, struct conn *conn, struct batch *batch)
{
    struct my_conn *my = (struct my_conn *)conn;
    batch->failed = -1;
    batch->position = -1;
    if (!batch->transaction) {
        my_untied_forget(my);
        return steps_run(ctx, my, batch);
    }
    /* START TRANSACTION would give back tables that are locked; this does not. */
    TRY(my_exec(ctx, conn, my->holds_tables ? "SET autocommit = 0" : "START TRANSACTION"));
    conn->in_transaction = true;
    int code = steps_run(ctx, my, batch);
    if (code == 0 && (code = my_exec(ctx, conn, commit(my))) < 0)
        batch->failed = batch->n;
    if (code < 0)
        transaction_undo(my);
    if (my->holds_tables)
        mysql_query(my->mysql, "SET autocommit = 1");
    conn->in_transaction = false;
    return code;
}

static const struct backup_way backup = {
    .ending = "sql", .save = my_backup_save, .check = my_backup_check, .load = my_backup_load};

/* All but scratch databases is the same for both. */
#define DRIVER                                                                                                    \
    .open = my_open, .url_options = my_url_options, .close = my_close, .query = my_query, .exec = my_exec,        \
    .batch = my_batch, .cancel = my_cancel, .lock_try = my_lock_try, .lock_release = my_lock_release,             \
    .lock_look = my_lock_look, .lock_doubt = my_lock_doubt, .twin = my_twin, .reached = my_reached,               \
    .session_save = my_session_save, .session_reset = my_session_reset, .backup = &backup, .sandbox = my_sandbox, \
    .limit = my_limit

const struct driver my_driver = {DRIVER, .scratch = my_mysql_scratch};
const struct driver my_mariadb_driver = {DRIVER, .scratch = my_mariadb_scratch};
