/*
 * Where to look whether a statement took effect before an interruption: in a file that asked for no transaction, the
 * others are undone by SQLite itself.
 */
#include "dialect/sqlite/sqlite.h"

#define NAMED "FROM sqlite_schema WHERE COALESCE(?1, 'main') = 'main' COLLATE NOCASE AND name = ?2 COLLATE NOCASE"

static const struct done_sql lite_done = {
    .relation = "SELECT 1 " NAMED " AND type IN ('table', 'view')",
    .index = "SELECT 1 " NAMED " AND type = 'index'",
    .trigger = "SELECT 1 " NAMED " AND type = 'trigger'",
    .column = "SELECT 1 FROM pragma_table_xinfo(?2, COALESCE(?1, 'main')) WHERE name = ?3 COLLATE NOCASE",
};

int lite_statement_done(struct ctx *ctx, struct conn *conn, const struct classified *statement, bool *done)
{
    return catalog_done(ctx, conn, statement, &lite_done, done);
}
