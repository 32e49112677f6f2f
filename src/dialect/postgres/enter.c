/*
 * What makes names without a schema mean in another session what they mean in the database at hand: its search path, where
 * that is not what every new database has.
 */
#include "base/text.h"
#include "dialect/postgres/pg.h"

const char *pg_enter(struct arena *mem, const struct target *target)
{
    const char *path = target->facts.search_path, *usual = target->facts.usual_schema;
    bool named = usual && *usual, plain = !named || text_equal(usual, pg_dialect.usual_name);
    struct buf sql;

    if (!path || (text_equal(path, "\"$user\", public") && plain))
        return NULL;
    buf_init(&sql, mem);
    if (!plain) {
        buf_add(&sql, "CREATE SCHEMA IF NOT EXISTS ");
        ident_add(&sql, &pg_ident, usual);
        buf_add(&sql, ";\n\n");
    }
    buf_add(&sql, "SET search_path TO ");
    if (named)
        ident_add(&sql, &pg_ident, usual);
    buf_addf(&sql, "%s%s", named && *path ? ", " : "", *path || named ? path : "''");
    return sql.data;
}
