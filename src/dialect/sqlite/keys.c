/*
 * Which rows have lost their parent.  Foreign keys are off during a batch, so they are checked at its end; but
 * checking whole databases after every file would make many files slow.  So the authorizer notes which tables the
 * statements touch, and only these are checked, and the tables that refer to one that may have lost rows; nothing at
 * all if no table has a foreign key.
 */
#include "dialect/sqlite/sqlite.h"

#include "base/text.h"

enum { TOUCHED_LIMIT = 32 }; /* more than this many: one check of everything is cheaper */
enum { NOTED_AT_ONCE = 64 };

struct touch {
    bool loses; /* rows or columns may have gone, and with them somebody's parent */
};

static void table_touch(struct lite_conn *lite, const char *table, bool loses)
{
    bool own = text_starts_nocase(table, "sqlite_") ||
               (text_starts_nocase(table, "_dbwarden_") && !text_starts_nocase(table, LITE_REBUILD));
    struct touch *touch = own ? NULL : map_get(lite->touched, table);
    if (own || lite->touched->n > TOUCHED_LIMIT)
        return;
    if (!touch) {
        touch = NEW(lite->touched->mem, struct touch);
        map_set(lite->touched, arena_dup(lite->touched->mem, table), touch);
    }
    touch->loses = touch->loses || loses;
}

/* OR REPLACE and ON CONFLICT REPLACE delete rows, and the authorizer hears only of the INSERT. */
static int touch_note(void *arg, int action, const char *first, const char *second, const char *schema, const char *by)
{
    struct lite_conn *lite = arg;
    switch (action) {
    case SQLITE_CREATE_TABLE: table_touch(lite, first, false); break;
    case SQLITE_INSERT: table_touch(lite, first, lite->replaces); break;
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
    case SQLITE_DROP_TABLE: table_touch(lite, first, true); break;
    case SQLITE_ALTER_TABLE: table_touch(lite, second, true); break;
    default: break;
    }
    return SQLITE_OK;
}

void lite_keys_watch(struct arena *mem, struct lite_conn *lite)
{
    lite->touched = NEW(mem, struct map);
    map_init(lite->touched, mem);
    sqlite3_set_authorizer(lite->db, touch_note, lite);
}

void lite_keys_ignore(struct lite_conn *lite)
{
    sqlite3_set_authorizer(lite->db, NULL, NULL);
}

/* The rarest two letters of "replace" and of "references", which stand at the same place in both. */
static unsigned char is_middle(const char *at)
{
    const unsigned char first = (unsigned char)(at[0] | 32), second = (unsigned char)(at[1] | 32);
    return (unsigned char)(((first == 'p') & (second == 'l')) | ((first == 'f') & (second == 'e')));
}

/* In bytes and without a branch, so that the compiler looks at many at once. */
static bool has_middle(const char *text)
{
    unsigned char has = 0;
    for (int i = 0; i < NOTED_AT_ONCE; i++)
        has |= is_middle(text + i);
    return has;
}

/* Looks for both words in one pass: a statement may be a hundred megabytes. */
static void step_note(struct lite_conn *lite, const struct batch_step *step)
{
    const char *end = step->sql + step->length;
    for (const char *c = step->sql; end - c >= 7; c++) {
        while (end - c > NOTED_AT_ONCE + 2 && !has_middle(c + 2))
            c += NOTED_AT_ONCE;
        if (end - c < 7 || !is_middle(c + 2))
            continue;
        if (strncasecmp(c, "replace", 7) == 0)
            lite->replaces = true;
        else if (end - c >= 10 && strncasecmp(c, "references", 10) == 0)
            lite->has_foreign_keys = true;
    }
}

/*
 * Keeps has_foreign_keys true while there may be any, and `replaces` while an INSERT may delete: looked up once, and
 * again when somebody else has written.
 */
int lite_keys_note(struct ctx *ctx, struct lite_conn *lite, const struct batch *batch)
{
    struct rows rows;
    int64_t version = 0;
    TRY(lite_query(ctx, &lite->conn, "PRAGMA data_version", NULL, &rows));
    text_to_int(rows_cell(&rows, 0, "data_version"), &version);
    if (version != lite->data_version) {
        TRY(lite_query(ctx, &lite->conn,
                       "SELECT max(sql LIKE '%references%') AS keys, max(sql LIKE '%conflict%replace%') AS replaces "
                       "FROM sqlite_master",
                       NULL, &rows));
        lite->has_foreign_keys = text_equal(rows_cell(&rows, 0, "keys"), "1");
        lite->schema_replaces = text_equal(rows_cell(&rows, 0, "replaces"), "1");
        lite->data_version = version;
    }
    lite->replaces = lite->schema_replaces;
    for (int i = 0; i < batch->n; i++)
        if (!lite->has_foreign_keys || !lite->replaces)
            step_note(lite, &batch->step[i]);
    return 0;
}

static int check_run(struct ctx *ctx, struct lite_conn *lite, const char *table, struct rows *rows)
{
    struct buf sql;
    buf_init(&sql, ctx->mem);
    buf_add(&sql, "PRAGMA foreign_key_check(");
    literal_add(&sql, &lite_ident, table);
    buf_add(&sql, ")");
    return lite_query(ctx, &lite->conn, sql.data, NULL, rows);
}

/* The table that was touched may be gone again. */
static bool is_gone(const struct ctx *ctx)
{
    return text_starts(ctx->error.message, "no such table");
}

static bool is_mismatch(const struct ctx *ctx)
{
    return text_starts(ctx->error.message, "foreign key mismatch");
}

/*
 * A key that refers to columns which are not unique cannot be checked.  SQLite lets anyone create one and refuses to
 * work with it only while foreign keys are enforced, so it is not a reason to refuse a migration.
 */
static int orphans_of(struct ctx *ctx, struct lite_conn *lite, const char *table, struct list *orphans)
{
    struct rows rows;
    int result = check_run(ctx, lite, table, &rows);
    if (result == ERR_SQL && (is_mismatch(ctx) || is_gone(ctx))) {
        if (is_mismatch(ctx))
            emit_warning(ctx, "the foreign keys of table %s are not checked: %s", table, ctx->error.message);
        ctx->error = (struct error){0};
        return 0;
    }
    TRY(result);
    for (int i = 0; i < rows.row.n; i++) {
        const char *const *cell = rows.row.item[i];
        struct lite_orphan *orphan = NEW(ctx->mem, struct lite_orphan);
        *orphan = (struct lite_orphan){.table = cell[0], .row = cell[1], .parent = cell[2], .key = cell[3]};
        list_add(ctx->mem, orphans, orphan);
    }
    return 0;
}

/* Table by table: one key that cannot be checked would end a check of everything. */
static int orphans_anywhere(struct ctx *ctx, struct lite_conn *lite, struct list *orphans)
{
    struct rows rows;
    TRY(lite_query(ctx, &lite->conn, "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%references%'",
                   NULL, &rows));
    for (int i = 0; i < rows.row.n; i++)
        TRY(orphans_of(ctx, lite, *(const char *const *)rows.row.item[i], orphans));
    return 0;
}

/* Adds tables with a foreign key to `table`. The text narrows it down, as asking every table for its keys is slow. */
static int referrers_add(struct ctx *ctx, struct lite_conn *lite, const char *table, struct names *tables)
{
    struct rows rows;
    struct names params = {0};
    names_add(ctx->mem, &params, table);
    TRY(lite_query(ctx, &lite->conn,
                   "SELECT DISTINCT m.name FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f "
                   "WHERE m.type = 'table' AND m.sql LIKE '%references%' "
                   "AND (instr(lower(m.sql), lower(?1)) > 0 OR instr(?1, '\"') + instr(?1, ']') + instr(?1, '`') > 0) "
                   "AND f.\"table\" = ?1 COLLATE NOCASE",
                   &params, &rows));
    for (int i = 0; i < rows.row.n; i++) {
        const char *name = *(const char *const *)rows.row.item[i];
        if (!names_have(tables, name))
            names_add(ctx->mem, tables, name);
    }
    return 0;
}

int lite_keys_orphans(struct ctx *ctx, struct lite_conn *lite, bool all, struct list *orphans)
{
    struct names tables = {0};
    if (!lite->has_foreign_keys)
        return 0;
    if (all || !lite->touched || lite->touched->n > TOUCHED_LIMIT)
        return orphans_anywhere(ctx, lite, orphans);
    for (int i = 0; i < lite->touched->n; i++) {
        const struct map_entry *entry = &lite->touched->entry[i];
        if (!names_have(&tables, entry->key))
            names_add(ctx->mem, &tables, entry->key);
        if (((const struct touch *)entry->value)->loses)
            TRY(referrers_add(ctx, lite, entry->key, &tables));
    }
    for (int i = 0; i < tables.n; i++)
        TRY(orphans_of(ctx, lite, tables.item[i], orphans));
    return 0;
}

static char *orphan_key(struct arena *mem, const struct lite_orphan *orphan, bool with_table)
{
    const char *row = orphan->row ? orphan->row : "";
    if (!with_table)
        return arena_printf(mem, "%s\1%s", row, text_lower(mem, orphan->parent));
    return arena_printf(mem, "%s\1%s\1%s", text_lower(mem, orphan->table), row, text_lower(mem, orphan->parent));
}

/* Counts, because a table without rowids does not say which row. */
static void count_add(struct map *counts, const char *key, intptr_t by)
{
    int *count = map_get(counts, key);
    if (!count) {
        count = NEW(counts->mem, int);
        map_set(counts, key, count);
    }
    *count += (int)by;
}

static bool count_take(struct map *counts, const char *key)
{
    int *count = map_get(counts, key);
    if (!count || *count == 0)
        return false;
    --*count;
    return true;
}

static int orphans_fail(struct ctx *ctx, const struct lite_orphan *first, int n)
{
    const char *row = first->row ? arena_printf(ctx->mem, "row %s of ", first->row) : "a row of ";
    if (n == 1)
        fail(ctx, ERR_SQL, "foreign key violated: %stable \"%s\" refers to a row of \"%s\" that is not there", row,
             first->table, first->parent);
    else
        fail(ctx, ERR_SQL,
             "foreign key violated: %stable \"%s\" refers to a row of \"%s\" that is not there, and %d more", row,
             first->table, first->parent, n - 1);
    fail_hint(ctx, "Everything was undone; PRAGMA foreign_key_check lists such rows.");
    ctx->error.sqlstate = lite_code_name(SQLITE_CONSTRAINT_FOREIGNKEY);
    return ERR_SQL;
}

int lite_keys_compare(struct ctx *ctx, const struct list *before, const struct list *after)
{
    struct map exact, elsewhere;
    const struct lite_orphan *first = NULL;
    int n = 0;
    struct list left = {0};
    map_init(&exact, ctx->mem);
    map_init(&elsewhere, ctx->mem);
    for (int i = 0; i < before->n; i++)
        count_add(&exact, orphan_key(ctx->mem, before->item[i], true), 1);
    for (int i = 0; i < after->n; i++)
        if (!count_take(&exact, orphan_key(ctx->mem, after->item[i], true)))
            list_add(ctx->mem, &left, after->item[i]);
    /* What is left over on both sides may be the same row of a table that was renamed. */
    for (int i = 0; i < before->n; i++)
        if (count_take(&exact, orphan_key(ctx->mem, before->item[i], true)))
            count_add(&elsewhere, orphan_key(ctx->mem, before->item[i], false), 1);
    for (int i = 0; i < left.n; i++) {
        if (count_take(&elsewhere, orphan_key(ctx->mem, left.item[i], false)))
            continue;
        if (!first)
            first = left.item[i];
        n++;
    }
    return n > 0 ? orphans_fail(ctx, first, n) : 0;
}
