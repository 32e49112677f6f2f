/*
 * Rows by trial: every table gets a few tries with small values of its columns' types, in several rounds, so that rows
 * find their parents.  What was accepted is read back and kept as text, column by column.
 */
#include "rows.h"

#include <string.h>

#include "base/text.h"

struct rows_kept {
    const struct tree *tree;
    struct list tables; /* struct table_rows * */
};

struct table_rows {
    const struct object *table;
    const char *sql;
    struct rows rows;
};

enum { ROUNDS = 2, TRIES = 3 };

/* Of an aggregate: nobody can write one down. */
static bool is_a_state(const char *type)
{
    return type && (text_starts(type, "AggregateFunction") || text_starts(type, "Nested"));
}

/* What has no order, or no values to read, is not looked at. */
static bool is_unsorted(const struct column *column)
{
    static const char *const types[] = {"JSON", "Dynamic", "Variant", "AggregateFunction", "Nested", "Point"};
    for (size_t i = 0; column->type && i < sizeof types / sizeof *types; i++)
        if (text_starts(column->type, types[i]))
            return true;
    return column->ephemeral;
}

static bool skipped(const struct object *object)
{
    const struct column *column = (const struct column *)object;
    return object->kind != KIND_COLUMN || column->computed.written || column->computed.printed ||
           (column->identity && text_equal(column->identity, "always")) || is_a_state(column->type);
}

/* What lies on another server has no rows here, and what swallows them has none at all. */
static bool holds_rows(const struct object *object)
{
    return object->kind == KIND_TABLE && !object_is_foreign(object) &&
           !text_equal(((const struct table *)object)->engine, "Null");
}

static const char *enum_label(struct arena *mem, const struct tree *tree, const char *type)
{
    struct ref ref = ref_from_text(mem, type ? type : "");
    const struct enum_type *found = (const struct enum_type *)tree_find(tree, KIND_ENUM, ref.schema, ref.name);
    return found && found->labels.n ? found->labels.item[0] : NULL;
}

/* What values of a domain are made of. */
static const char *type_under(struct arena *mem, const struct tree *tree, const char *type)
{
    enum { DEEPEST = 10 };
    for (int i = 0; i < DEEPEST && type; i++) {
        struct ref ref = ref_from_text(mem, type);
        const struct domain *domain = (const struct domain *)tree_find(tree, KIND_DOMAIN, ref.schema, ref.name);
        if (!domain)
            break;
        type = domain->type;
    }
    return type;
}

static const char *value_for(struct arena *mem, const struct tree *tree, const char *type, int number)
{
    static const struct {
        const char *word, *value;
    } values[] = {{"array(", "[]"},
                  {"map(", "{}"},
                  {"tuple(a", "(%d, 'x')"},
                  {"tuple(", "(%d, 'x')"},
                  {"point", "(1, %d)"},
                  {"enum8(", "b"},
                  {"enum16(", "x"},
                  {"enum('it", "b"},
                  {"ipv4", "10.0.0.%d"},
                  {"ipv6", "::%d"},
                  {"datetime", "2026-01-0%d 00:00:00"},
                  {"bool", "true"},
                  {"json", "{\"a\": 1}"},
                  {"uuid", "00000000-0000-0000-0000-00000000000%d"},
                  {"timestamp", "2026-01-0%d 00:00:00"},
                  {"date", "2026-01-0%d"},
                  {"time", "0%d:00:00"},
                  {"interval", "%d days"},
                  {"[]", "{}"},
                  {"range", "empty"},
                  {"inet", "10.0.0.%d"},
                  {"bit(", "\x01"}};
    const char *lower = text_lower(mem, type ? type : "");
    const char *label = enum_label(mem, tree, type);
    struct ref ref = ref_from_text(mem, type ? type : "");
    const struct object *composite = tree_find(tree, KIND_COMPOSITE, ref.schema, ref.name);
    if (label)
        return label;
    if (composite) /* of nothing but NULL */
        return arena_printf(mem, "(%.*s)", composite->children.n ? composite->children.n - 1 : 0, ",,,,,,,,,,,,,,,,");
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (text_has(lower, values[i].word))
            return text_replace(mem, values[i].value, "%d", arena_printf(mem, "%d", number % 9 + 1));
    return arena_printf(mem, "%d", number);
}

/* Shapes of MySQL are not made of texts. */
static void value_add(struct buf *out, const struct conn *conn, const struct column *column, const char *value)
{
    bool shape = conn->dialect->engine & (ENGINE_MY | ENGINE_MARIA) && column->type &&
                 (text_starts(column->type, "point") || text_starts(column->type, "geometry"));
    if (shape)
        buf_addf(out, "ST_GeomFromText('POINT(%s 1)', %s)", value, column->srid ? column->srid : "0");
    else
        literal_add(out, conn->dialect->ident, value);
}

/* Its default comes before the other's, or after it. */
static bool is_of_period(const struct object *table, const struct object *column)
{
    for (int i = 0; i < table->children.n; i++) {
        const struct check *check = table->children.item[i];
        if (check->object.kind == KIND_CHECK && check->period && text_has(expr_text(&check->expr), column->name))
            return true;
    }
    return false;
}

static void row_try(struct ctx *ctx, struct conn *conn, const struct tree *tree, const struct object *table, int number)
{
    struct buf sql, values;
    const struct ident_rules *ident = conn->dialect->ident;
    buf_init(&sql, ctx->mem);
    buf_init(&values, ctx->mem);
    buf_add(&sql, "INSERT INTO ");
    ident_add_qualified(&sql, ident, table->parent->name, table->name);
    for (int i = 0; i < table->children.n; i++) {
        const struct object *column = table->children.item[i];
        if (skipped(column) || is_of_period(table, column))
            continue;
        buf_add(&sql, values.len ? ", " : " (");
        ident_add(&sql, ident, column->name);
        buf_add(&values, values.len ? ", " : "");
        const char *type = type_under(ctx->mem, tree, ((const struct column *)column)->type);
        value_add(&values, conn, (const struct column *)column, value_for(ctx->mem, tree, type, number));
    }
    if (!values.len)
        return;
    buf_addf(&sql, ") VALUES (%s)", values.data);
    conn_exec(ctx, conn, sql.data); /* refused: then not */
    ctx->error = (struct error){0};
}

static int table_read(struct ctx *ctx, struct conn *conn, const struct object *table, struct table_rows *kept)
{
    struct buf sql, columns;
    const struct ident_rules *ident = conn->dialect->ident;
    buf_init(&sql, ctx->mem);
    buf_init(&columns, ctx->mem);
    for (int i = 0; i < table->children.n; i++) {
        const struct object *column = table->children.item[i];
        if (column->kind != KIND_COLUMN || is_unsorted((const struct column *)column))
            continue;
        buf_add(&columns, columns.len ? ", " : "");
        ident_add(&columns, ident, column->name);
    }
    buf_addf(&sql, "SELECT %s FROM ", columns.data);
    ident_add_qualified(&sql, ident, table->parent->name, table->name);
    buf_addf(&sql, " ORDER BY %s", columns.data);
    kept->table = table;
    kept->sql = sql.data;
    return conn_query(ctx, conn, sql.data, NULL, &kept->rows);
}

struct rows_kept *rows_put(struct ctx *ctx, struct conn *conn, const struct tree *tree, uint64_t seed)
{
    struct rows_kept *kept = NEW(ctx->mem, struct rows_kept);
    kept->tree = tree;
    int rounds = conn->dialect->engine == ENGINE_CH ? 1 : ROUNDS; /* there nothing refers to anything */
    for (int round = 0; round < rounds; round++)
        for (struct object *o = tree->root; o; o = object_next(tree->root, o))
            for (int i = 0; holds_rows(o) && i < TRIES; i++)
                row_try(ctx, conn, tree, o, 1 + (int)((seed + (uint64_t)i) % 5));
    for (struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        struct table_rows *rows = NEW(ctx->mem, struct table_rows);
        if (holds_rows(o) && table_read(ctx, conn, o, rows) == 0)
            list_add(ctx->mem, &kept->tables, rows);
    }
    ctx->error = (struct error){0};
    return kept;
}

bool rows_forbid(struct ctx *ctx, const struct rows_kept *rows)
{
    const char *state = ctx->error.sqlstate ? ctx->error.sqlstate : "";
    return rows && (text_starts(state, "23") || text_starts(state, "22") || text_starts(state, "SQLITE_CONSTRAINT") ||
                    text_has(ctx->error.message, "NULL") || text_has(ctx->error.message, "contains null") ||
                    text_has(ctx->error.message, "is violated") || text_starts(state, "01") ||
                    text_equal(ctx->error.message, "CHECK constraint failed") || /* by SQLite's ADD COLUMN */
                    text_has(ctx->error.message, "parent") || text_has(ctx->error.message, "no partition for") ||
                    text_has(ctx->error.message, "during execution of mutation") ||
                    text_has(ctx->error.message, "SRID of the geometry"));
}

static int table_empty(struct ctx *ctx, struct conn *conn, const struct object *table)
{
    struct buf sql;
    buf_init(&sql, ctx->mem);
    buf_add(&sql, conn->dialect->engine & (ENGINE_PG | ENGINE_CH) ? "TRUNCATE TABLE " : "DELETE FROM ");
    ident_add_qualified(&sql, conn->dialect->ident, table->parent->name, table->name);
    buf_add(&sql, conn->dialect->engine == ENGINE_PG ? " CASCADE" : "");
    TRY(conn_exec(ctx, conn, sql.data));
    if (!((const struct table *)table)->versioned)
        return 0;
    buf_init(&sql, ctx->mem);
    buf_add(&sql, "DELETE HISTORY FROM ");
    ident_add_qualified(&sql, conn->dialect->ident, table->parent->name, table->name);
    return conn_exec(ctx, conn, sql.data);
}

int rows_remove(struct ctx *ctx, struct conn *conn, const struct tree *tree)
{
    if (conn->dialect->engine == ENGINE_LITE)
        TRY(conn_exec(ctx, conn, "PRAGMA foreign_keys = OFF"));
    if (conn->dialect->engine & (ENGINE_MY | ENGINE_MARIA))
        TRY(conn_exec(ctx, conn, "SET foreign_key_checks = 0"));
    for (struct object *o = tree->root; o; o = object_next(tree->root, o))
        if (holds_rows(o))
            TRY(table_empty(ctx, conn, o));
    return conn->dialect->engine & (ENGINE_MY | ENGINE_MARIA) ? conn_exec(ctx, conn, "SET foreign_key_checks = 1") : 0;
}

static bool rows_equal(const struct rows *a, const struct rows *b)
{
    if (a->row.n != b->row.n)
        return false;
    for (int i = 0; i < a->row.n; i++)
        for (int k = 0; k < a->columns.n; k++)
            if (!text_equal(((const char **)a->row.item[i])[k], ((const char **)b->row.item[i])[k]))
                return false;
    return true;
}

int rows_check(struct ctx *ctx, struct conn *conn, const struct rows_kept *rows)
{
    for (int i = 0; i < rows->tables.n; i++) {
        const struct table_rows *table = rows->tables.item[i];
        struct rows now;
        TRY(conn_query(ctx, conn, table->sql, NULL, &now));
        if (!rows_equal(&table->rows, &now))
            return fail(ctx, ERR_FAILED, "the rows of %s are not what they were", table->table->name);
    }
    return 0;
}
