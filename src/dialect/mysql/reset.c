/*
 * The session as it was before a file: database, table locks, variables, prepared statements, temporary tables.  The server
 * could do it in one go (COM_RESET_CONNECTION), but that gives back the lock of GET_LOCK too, with a moment in which
 * another runner takes it.  So variables are compared with what they were, and what the file names is taken away.
 */
#include "base/text.h"
#include "dialect/mysql/parts.h"

/* They say what happened, are set for one statement, or follow another one. */
static const char *const passing[] = {
    "timestamp",
    "insert_id",
    "last_insert_id",
    "identity",
    "rand_seed1",
    "rand_seed2",
    "pseudo_thread_id",
    "error_count",
    "warning_count",
    "in_transaction",
    "last_gtid",
    "gtid_seq_no",
    "gtid_binlog_state",
    "gtid_binlog_pos",
    "gtid_current_pos",
    "gtid_slave_pos",
    "statement_id",
    "thread_id",
    NULL,
};

static bool is_passing(const char *name)
{
    for (int i = 0; passing[i]; i++)
        if (text_equal_nocase(passing[i], name))
            return true;
    return false;
}

static int variables_read(struct ctx *ctx, struct conn *conn, struct rows *rows)
{
    return my_query(ctx, conn, "SHOW SESSION VARIABLES", NULL, rows);
}

int my_session_save(struct ctx *ctx, struct conn *conn)
{
    struct my_conn *my = (struct my_conn *)conn;
    struct rows now;
    TRY(variables_read(ctx, conn, &now));
    arena_close(my->session);
    my->session = arena_open(0);
    my->variables = (struct rows){0};
    for (int i = 0; i < now.row.n; i++) {
        const char **cell = now.row.item[i], **kept = NEW_ARRAY(my->session, const char *, 2);
        kept[0] = arena_dup(my->session, cell[0]);
        kept[1] = arena_dup(my->session, cell[1]);
        list_add(my->session, &my->variables.row, kept);
    }
    return 0;
}

/* What is global only, or may not be set, differs for another reason. */
static int try_exec(struct ctx *ctx, struct conn *conn, const char *sql)
{
    struct error error = ctx->error;
    int code = my_exec(ctx, conn, sql);
    if (code != ERR_SQL)
        return code;
    emit_debug(ctx, "%s: %s", sql, ctx->error.message);
    ctx->error = error;
    return 0;
}

static int variable_set(struct ctx *ctx, struct conn *conn, const char *const *kept)
{
    struct my_conn *my = (struct my_conn *)conn;
    int64_t number;
    if (text_to_int(kept[1], &number))
        return try_exec(ctx, conn, arena_printf(ctx->mem, "SET SESSION `%s` = %s", kept[0], kept[1]));
    size_t length = strlen(kept[1]);
    char *quoted = arena_alloc(ctx->mem, length * 2 + 1);
    mysql_real_escape_string(my->mysql, quoted, kept[1], length);
    return try_exec(ctx, conn, arena_printf(ctx->mem, "SET SESSION `%s` = '%s'", kept[0], quoted));
}

static int variables_restore(struct ctx *ctx, struct conn *conn)
{
    struct my_conn *my = (struct my_conn *)conn;
    struct rows now;
    TRY(my_exec(ctx, conn, "SET SESSION sql_big_selects = 1")); /* max_join_size of the file's is not for us */
    TRY(variables_read(ctx, conn, &now));
    for (int i = 0; i < now.row.n && i < my->variables.row.n; i++) {
        const char *const *cell = now.row.item[i], *const *kept = my->variables.row.item[i];
        if (text_equal(cell[0], kept[0]) && !text_equal(cell[1], kept[1]) && kept[1] && !is_passing(kept[0]))
            TRY(variable_set(ctx, conn, kept));
    }
    return 0;
}

/* "@name" of a variable of the user's own, wherever the statement says it. */
static int user_variables_drop(struct ctx *ctx, struct conn *conn, struct lexer *lexer)
{
    for (struct token token = lex_next_bare(lexer); token.kind != TOKEN_END; token = lex_next_bare(lexer)) {
        bool own = token.length > 1 && token.text[0] == '@' && token.text[1] != '@';
        if (own && token.kind == TOKEN_PARAMETER)
            TRY(try_exec(ctx, conn, arena_printf(ctx->mem, "SET %s = NULL", token_copy(ctx->mem, &token))));
    }
    return 0;
}

static int leftovers_drop(struct ctx *ctx, struct conn *conn, const struct sql_piece *piece)
{
    struct lexer lexer;
    struct classified what;
    lex_open(&lexer, my_dialect.lex, piece->text, piece->length);
    struct token first = lex_next_bare(&lexer);
    if (token_is(&first, "set") || token_is(&first, "select") || token_is(&first, "call"))
        return user_variables_drop(ctx, conn, &lexer);
    if (token_is(&first, "prepare")) {
        struct token name = lex_next_bare(&lexer);
        return try_exec(ctx, conn, arena_printf(ctx->mem, "DEALLOCATE PREPARE %s", token_copy(ctx->mem, &name)));
    }
    if (!token_is(&first, "create"))
        return 0;
    classify(ctx->mem, my_dialect.classify, piece, &what);
    if (what.touches != TOUCHES_SESSION || !what.name)
        return 0;
    struct buf sql;
    buf_init(&sql, ctx->mem);
    buf_add(&sql, "DROP TEMPORARY TABLE IF EXISTS ");
    ident_add_qualified(&sql, my_dialect.ident, what.schema, what.name);
    return try_exec(ctx, conn, sql.data);
}

int my_session_reset(struct ctx *ctx, struct conn *conn, const struct sql_piece *piece, int n)
{
    struct my_conn *my = (struct my_conn *)conn;
    struct arena_mark mark = arena_save(ctx->mem);
    TRY(my_exec(ctx, conn, "UNLOCK TABLES"));
    my->holds_tables = false;
    TRY(my_exec(ctx, conn, arena_printf(ctx->mem, "USE %s", ident_text(ctx->mem, my_dialect.ident, my->url.database))));
    TRY(my_exec(ctx, conn, "SET timestamp = DEFAULT")); /* alone: OceanBase takes DEFAULT for all that is set with it */
    TRY(my_exec(ctx, conn, "SET last_insert_id = 0"));
    if (my->session)
        TRY(variables_restore(ctx, conn));
    for (int i = 0; i < n; i++)
        TRY(leftovers_drop(ctx, conn, &piece[i]));
    arena_rewind(ctx->mem, mark);
    return 0;
}
