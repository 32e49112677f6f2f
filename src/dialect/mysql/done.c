/*
 * Where to look whether a statement took effect before an interruption.  DDL is atomic here since MySQL 8.0 and MariaDB
 * 10.6, so the catalog does not tell half a truth.
 */
#include "dialect/common.h"
#include "dialect/mysql/parts.h"

static const struct done_sql my_done = {
    .relation =
        "SELECT 1 FROM information_schema.tables WHERE table_schema = COALESCE(?, DATABASE()) AND table_name = ?",
    .index = "SELECT 1 FROM information_schema.statistics WHERE table_schema = COALESCE(?, DATABASE()) "
             "AND index_name = ?",
    .trigger = "SELECT 1 FROM information_schema.triggers WHERE trigger_schema = COALESCE(?, DATABASE()) "
               "AND trigger_name = ?",
    .column = "SELECT 1 FROM information_schema.columns WHERE table_schema = COALESCE(?, DATABASE()) "
              "AND table_name = ? AND column_name = ?",
    .index_of = "SELECT 1 FROM information_schema.statistics WHERE table_schema = COALESCE(?, DATABASE()) "
                "AND table_name = ? AND index_name = ?",
};

int my_statement_done(struct ctx *ctx, struct conn *conn, const struct classified *statement, bool *done)
{
    return catalog_done(ctx, conn, statement, &my_done, done);
}
