/*
 * After an interruption: did the statement take effect, and what did a half-done one leave behind?
 *
 * Only statements outside a transaction come here; the others are undone by the server.  The usual one is CREATE
 * INDEX CONCURRENTLY, whose failure leaves an invalid index under the wanted name.
 */
#include "base/text.h"
#include "dialect/postgres/pg.h"

enum index_state { INDEX_ABSENT, INDEX_INVALID, INDEX_VALID };

static int index_state(struct ctx *ctx, struct conn *conn, const struct classified *statement, enum index_state *state)
{
    struct names params = {0};
    struct rows rows;

    names_add(ctx->mem, &params, statement->name);
    names_add(ctx->mem, &params, statement->schema);
    TRY(pg_query(ctx, conn,
                 "SELECT x.indisvalid FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid JOIN pg_namespace n ON "
                 "n.oid = c.relnamespace WHERE c.relname = $1 AND n.nspname = COALESCE($2, current_schema())",
                 &params, &rows));
    if (rows.row.n == 0)
        *state = INDEX_ABSENT;
    else
        *state = text_equal(((const char **)rows.row.item[0])[0], "t") ? INDEX_VALID : INDEX_INVALID;
    return 0;
}

static bool is_concurrent_index(const struct classified *statement)
{
    return statement->kind == KIND_INDEX && statement->concurrently && statement->name;
}

int pg_clean_failed(struct ctx *ctx, struct conn *conn, const struct classified *statement)
{
    enum index_state state;
    struct buf sql;

    if (!is_concurrent_index(statement) || statement->verb != VERB_CREATE)
        return 0;
    TRY(index_state(ctx, conn, statement, &state));
    if (state != INDEX_INVALID)
        return 0;
    buf_init(&sql, ctx->mem);
    buf_add(&sql, "DROP INDEX CONCURRENTLY IF EXISTS ");
    ident_add_qualified(&sql, &pg_ident, statement->schema, statement->name);
    emit_info(ctx, "removing the invalid index \"%s\" that an interrupted run left", statement->name);
    return pg_exec(ctx, conn, sql.data);
}

/* "ADD VALUE [IF NOT EXISTS] 'label'" of ALTER TYPE: the label, or NULL. */
static const char *added_label(struct arena *mem, const char *sql, size_t length)
{
    struct lexer lexer;
    bool value = false;

    lex_open(&lexer, &pg_lex, sql, length);
    for (struct token token = lex_next_code(&lexer); token.kind != TOKEN_END; token = lex_next_code(&lexer)) {
        if (value && token.kind == TOKEN_STRING && token.length >= 2)
            return text_replace(mem, text_slice(mem, token_copy(mem, &token), 1, token.length - 1), "''", "'");
        value |= token_is(&token, "value");
    }
    return NULL;
}

static int label_exists(struct ctx *ctx, struct conn *conn, const struct classified *statement, const char *label,
                        bool *exists)
{
    struct names params = {0};
    struct rows rows;

    names_add(ctx->mem, &params, statement->name);
    names_add(ctx->mem, &params, statement->schema);
    names_add(ctx->mem, &params, label);
    TRY(pg_query(ctx, conn,
                 "SELECT 1 FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid JOIN pg_namespace n ON n.oid = "
                 "t.typnamespace WHERE t.typname = $1 AND n.nspname = COALESCE($2, current_schema()) AND "
                 "e.enumlabel = $3",
                 &params, &rows));
    *exists = rows.row.n > 0;
    return 0;
}

static const struct done_sql pg_done = {
    .relation = "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = "
                "COALESCE($1, current_schema()) AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')",
    .index = "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = "
             "COALESCE($1, current_schema()) AND c.relname = $2 AND c.relkind IN ('i', 'I')",
    .column = "SELECT 1 FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = "
              "c.relnamespace WHERE n.nspname = COALESCE($1, current_schema()) AND c.relname = $2 AND a.attname = $3 "
              "AND a.attnum > 0 AND NOT a.attisdropped",
};

int pg_statement_done(struct ctx *ctx, struct conn *conn, const struct classified *statement, bool *done)
{
    enum index_state state;
    const char *label;

    *done = false;
    if (is_concurrent_index(statement)) {
        TRY(index_state(ctx, conn, statement, &state));
        *done = statement->verb == VERB_CREATE ? state == INDEX_VALID
                                               : statement->verb == VERB_DROP && state == INDEX_ABSENT;
        return 0;
    }
    if (statement->kind != KIND_ENUM)
        return catalog_done(ctx, conn, statement, &pg_done, done);
    if (statement->verb != VERB_ALTER || !statement->name)
        return 0;
    label = added_label(ctx->mem, statement->piece.text, statement->piece.length);
    return label ? label_exists(ctx, conn, statement, label, done) : 0;
}
