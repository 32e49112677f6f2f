/*
 * What can be read and written to.  A rebuild has to pass over whatever reads its table (legacy_alter_table), so a view or
 * trigger that somebody made by hand, of which no file knows, may name a column that is gone by then, and every INSERT fails
 * from then on.  So what could be compiled before a transaction and cannot at its end stops it.
 * Only where somebody made something by hand: what the project has of it is looked after when a migration is planned.
 */
#include "dialect/sqlite/sqlite.h"

#include "base/text.h"

static const char probes[] =
    "SELECT 'SELECT' AS what, name FROM sqlite_master WHERE type = 'view' "
    "UNION ALL SELECT what, name FROM (SELECT DISTINCT tbl_name AS name FROM sqlite_master WHERE type = 'trigger'), "
    "(SELECT 'INSERT' AS what UNION ALL SELECT 'UPDATE' UNION ALL SELECT 'DELETE')";

static int update_add(struct ctx *ctx, struct lite_conn *lite, const char *name, struct buf *out)
{
    struct rows rows;
    struct names params = {0};
    names_add(ctx->mem, &params, name);
    TRY(lite_query(ctx, &lite->conn, "SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0", &params, &rows));
    buf_add(out, "UPDATE ");
    ident_add(out, &lite_ident, name);
    for (int i = 0; i < rows.row.n; i++) {
        const char *column = *(const char *const *)rows.row.item[i];
        buf_add(out, i ? ", " : " SET ");
        ident_add(out, &lite_ident, column);
        buf_add(out, " = ");
        ident_add(out, &lite_ident, column);
    }
    return 0;
}

static int compile(struct ctx *ctx, struct lite_conn *lite, const char *what, const char *name, bool *works)
{
    struct buf sql;
    sqlite3_stmt *statement = NULL;
    buf_init(&sql, ctx->mem);
    if (text_equal(what, "UPDATE")) {
        TRY(update_add(ctx, lite, name, &sql));
    } else {
        buf_add(&sql, text_equal(what, "SELECT") ? "SELECT * FROM " : what);
        buf_add(&sql, text_equal(what, "INSERT") ? " INTO " : text_equal(what, "DELETE") ? " FROM " : "");
        ident_add(&sql, &lite_ident, name);
        buf_add(&sql, text_equal(what, "INSERT") ? " DEFAULT VALUES" : "");
    }
    *works = sqlite3_prepare_v2(lite->db, sql.data, -1, &statement, NULL) == SQLITE_OK ||
             text_starts(sqlite3_errmsg(lite->db), "cannot modify"); /* a view without such a trigger is sound, too */
    sqlite3_finalize(statement);
    return 0;
}

int lite_sound_begin(struct ctx *ctx, struct lite_conn *lite)
{
    struct rows rows = {0};
    lite->sound = (struct names){0};
    if (lite->conn.strangers)
        TRY(lite_query(ctx, &lite->conn, probes, NULL, &rows));
    for (int i = 0; i < rows.row.n; i++) {
        const char *const *cell = rows.row.item[i];
        bool works;
        TRY(compile(ctx, lite, cell[0], cell[1], &works));
        if (works)
            names_add(lite->mem, &lite->sound, arena_printf(lite->mem, "%s %s", cell[0], cell[1]));
    }
    return 0;
}

int lite_sound_check(struct ctx *ctx, struct lite_conn *lite)
{
    struct rows rows = {0};
    if (lite->sound.n)
        TRY(lite_query(ctx, &lite->conn, probes, NULL, &rows));
    for (int i = 0; i < rows.row.n; i++) {
        const char *const *cell = rows.row.item[i];
        bool works = true;
        if (names_have(&lite->sound, arena_printf(ctx->mem, "%s %s", cell[0], cell[1])))
            TRY(compile(ctx, lite, cell[0], cell[1], &works));
        if (works)
            continue;
        bool reads = text_equal(cell[0], "SELECT");
        fail(ctx, ERR_SQL, "%s%s%s would fail from then on: %s", reads ? "reading view " : cell[0],
             reads                           ? ""
             : text_equal(cell[0], "UPDATE") ? " of "
             : text_equal(cell[0], "INSERT") ? " into "
                                             : " from ",
             cell[1], sqlite3_errmsg(lite->db));
        return fail_hint(ctx,
                         "A view or trigger, perhaps one made by hand, does not fit what the file leads to: change or "
                         "drop it, then run the same command again.");
    }
    return 0;
}
