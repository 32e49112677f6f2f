/*
 * What REINDEX CONCURRENTLY leaves when it is cut off: the server builds beside each index another one, and one of the two stays
 * behind, invalid: NAME_ccnew before they are exchanged, NAME_ccold after that.  To run it again is harmless, but would
 * leave that for good, and it is written to at each change of a row.  Evidence is one line for each such index on what the statement is
 * about, the parts of a partitioned table and what is stored out of line among it: one that was not there before is the statement's own.
 * Others that rebuild an index of the same table have to wait for the statement, so they come before the evidence or after its end.
 */
#include "base/text.h"
#include "dialect/postgres/pg.h"

/* $1: names as a JSON array; $2: what is rebuilt. "left OID NAME". */
static const char left_sql[] =
    "WITH named AS (SELECT value ->> 'schema' AS schema, value ->> 'name' AS name FROM jsonb_array_elements($1::jsonb)), "
    "near AS (SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "JOIN named ON c.relname = named.name AND CASE WHEN named.schema IS NULL THEN pg_catalog.pg_table_is_visible(c.oid) "
    "ELSE n.nspname = named.schema END), "
    "part AS (SELECT oid FROM near UNION SELECT t.relid FROM near, LATERAL pg_catalog.pg_partition_tree(near.oid) AS t), "
    "about AS (SELECT oid FROM part UNION SELECT x.indrelid FROM pg_catalog.pg_index x JOIN part ON part.oid = x.indexrelid "
    "UNION SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "WHERE $2 IN ('database', 'system') OR $2 = 'schema' AND n.nspname IN (SELECT name FROM named)), "
    "stored AS (SELECT oid FROM about UNION SELECT c.reltoastrelid FROM pg_catalog.pg_class c JOIN about ON about.oid = c.oid) "
    "SELECT 'left ' || x.indexrelid || ' ' || c.relname FROM pg_catalog.pg_index x "
    "JOIN pg_catalog.pg_class c ON c.oid = x.indexrelid WHERE NOT x.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$' "
    "AND x.indrelid IN (SELECT oid FROM stored) ORDER BY 1";

/* "table", "index", "schema", "database" or "system"; NULL: it is not a REINDEX. */
static const char *what_is_rebuilt(const struct classified *statement)
{
    static const char *const words[] = {"table", "index", "schema", "database", "system"};
    struct lexer lexer;
    lex_open(&lexer, &pg_lex, statement->piece.text, statement->piece.length);
    struct token token = lex_next_code(&lexer);
    if (!token_is(&token, "reindex"))
        return NULL;
    for (; token.kind != TOKEN_END; token = lex_next_code(&lexer))
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (token_is(&token, words[i]))
                return words[i];
    return "";
}

bool pg_is_reindex(const struct classified *statement)
{
    return what_is_rebuilt(statement);
}

int pg_reindex_evidence(struct ctx *ctx, struct conn *conn, const struct classified *statement, struct names *lines)
{
    struct names params = {0};
    struct rows rows;
    names_add(ctx->mem, &params, pg_names_json(ctx->mem, statement));
    names_add(ctx->mem, &params, what_is_rebuilt(statement));
    TRY(pg_query(ctx, conn, left_sql, &params, &rows));
    for (int i = 0; i < rows.row.n; i++)
        names_add(ctx->mem, lines, ((const char **)rows.row.item[i])[0]);
    return 0;
}

int pg_reindex_settle(struct ctx *ctx, struct conn *conn, const struct classified *statement, const struct names *was)
{
    struct names is = {0};
    TRY(pg_reindex_evidence(ctx, conn, statement, &is));
    for (int i = 0; i < is.n; i++)
        if (names_find(was, is.item[i]) < 0)
            TRY(pg_drop_invalid(ctx, conn, is.item[i]));
    return 0;
}
