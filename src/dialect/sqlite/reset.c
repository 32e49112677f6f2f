/*
 * The session as it was before a file: settings that belong to the connection, attached databases, temporary objects.
 * What PRAGMA writes into the database itself (journal_mode, user_version ...) is the file's work and stays.
 */
#include "dialect/sqlite/sqlite.h"

#include "base/text.h"

static const char *const settings[LITE_SETTINGS] = {
    "foreign_keys",    "recursive_triggers", "ignore_check_constraints", "legacy_alter_table",
    "writable_schema", "query_only",         "read_uncommitted",         "reverse_unordered_selects",
    "automatic_index", "cell_size_check",    "trusted_schema",           "secure_delete",
    "synchronous",     "cache_size",         "defer_foreign_keys",       "max_page_count",
};

static int setting_read(struct ctx *ctx, struct conn *conn, int i, int64_t *value)
{
    struct rows rows;
    TRY(lite_query(ctx, conn, arena_printf(ctx->mem, "PRAGMA %s", settings[i]), NULL, &rows));
    const char *text = rows.row.n ? ((const char **)rows.row.item[0])[0] : NULL;
    if (!text || !text_to_int(text, value))
        *value = -1;
    return 0;
}

int lite_session_save(struct ctx *ctx, struct conn *conn)
{
    struct lite_conn *lite = (struct lite_conn *)conn;
    for (int i = 0; i < LITE_SETTINGS; i++)
        TRY(setting_read(ctx, conn, i, &lite->setting[i]));
    return 0;
}

static int settings_restore(struct ctx *ctx, struct conn *conn)
{
    struct lite_conn *lite = (struct lite_conn *)conn;
    for (int i = 0; i < LITE_SETTINGS; i++) {
        int64_t now;
        TRY(setting_read(ctx, conn, i, &now));
        if (now != lite->setting[i] && lite->setting[i] != -1)
            TRY(lite_exec(ctx, conn,
                          arena_printf(ctx->mem, "PRAGMA %s = %lld", settings[i], (long long)lite->setting[i])));
    }
    lite_watch(lite); /* PRAGMA busy_timeout puts a handler of its own in the place of ours */
    return lite_exec(ctx, conn, "PRAGMA case_sensitive_like = OFF"); /* which cannot be read */
}

/* The query gives names, and what stands between `before` and each. */
static int drop_each(struct ctx *ctx, struct conn *conn, const char *query, const char *before)
{
    struct rows rows;
    TRY(lite_query(ctx, conn, query, NULL, &rows));
    for (int i = 0; i < rows.row.n; i++) {
        const char **cell = rows.row.item[i];
        struct buf sql;
        buf_init(&sql, ctx->mem);
        buf_add(&sql, before);
        buf_add(&sql, cell[1]);
        ident_add(&sql, conn->dialect->ident, cell[0]);
        TRY(lite_exec(ctx, conn, sql.data));
    }
    return 0;
}

int lite_session_reset(struct ctx *ctx, struct conn *conn, const struct sql_piece *piece, int n)
{
    (void)piece, (void)n;
    TRY(settings_restore(ctx, conn));
    TRY(drop_each(ctx, conn,
                  "SELECT name, type || ' temp.' FROM temp.sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
                  "AND type IN ('view', 'table', 'trigger') ORDER BY type = 'table', type = 'view'",
                  "DROP "));
    return drop_each(ctx, conn, "SELECT name, '' FROM pragma_database_list WHERE name NOT IN ('main', 'temp')",
                     "DETACH ");
}
