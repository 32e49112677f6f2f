/*
 * One INSERT for each row: the server itself spells the values, so that whatever a type prints it also reads.
 */
#include "dialect/rows_sql.h"

#include "base/text.h"

static bool is_given(const struct object *child)
{
    return child->kind == KIND_COLUMN && !expr_text(&((const struct column *)child)->computed);
}

static const char *qualified(struct arena *mem, const struct dialect *dialect, const struct object *table)
{
    struct buf name;
    buf_init(&name, mem);
    ident_add_qualified(&name, dialect->ident, object_schema(table), table->name);
    return name.data;
}

/* A table, and its rows as literals. */
struct told {
    const char *name; /* qualified and quoted */
    struct names columns;
    struct rows rows;
};

static int rows_read(struct ctx *ctx, struct conn *conn, const struct object *table, struct told *told)
{
    const struct dialect *dialect = conn->dialect;
    struct buf sql;
    *told = (struct told){.name = qualified(ctx->mem, dialect, table)};
    buf_init(&sql, ctx->mem);
    buf_add(&sql, "SELECT ");
    for (int i = 0; i < table->children.n; i++) {
        const struct object *child = table->children.item[i];
        if (!is_given(child))
            continue;
        buf_addf(&sql, "%s%s", told->columns.n ? ", " : "", dialect->rows_sql->literal);
        ident_add(&sql, dialect->ident, child->name);
        buf_add(&sql, dialect->rows_sql->literal_end);
        names_add(ctx->mem, &told->columns, child->name);
    }
    buf_addf(&sql, " FROM %s", told->name);
    return told->columns.n ? conn_query(ctx, conn, sql.data, NULL, &told->rows) : 0;
}

static void rows_add(struct arena *mem, const struct dialect *dialect, const struct told *told,
                     struct names *statements)
{
    const char *overriding = dialect->rows_sql->overriding ? dialect->rows_sql->overriding : "";
    for (int row = 0; row < told->rows.row.n; row++) {
        const char *const *cell = told->rows.row.item[row];
        struct buf sql;
        buf_init(&sql, mem);
        buf_addf(&sql, "INSERT INTO %s (", told->name);
        ident_add_names(&sql, dialect->ident, &told->columns);
        buf_addf(&sql, ")%s VALUES (", overriding);
        for (int i = 0; i < told->columns.n; i++)
            buf_addf(&sql, "%s%s", i ? ", " : "", cell[i] ? cell[i] : "NULL");
        buf_add_c(&sql, ')');
        names_add(mem, statements, sql.data);
    }
}

static const char *counter_text(struct arena *mem, const struct dialect *dialect, const char *table, const char *column)
{
    const char *sql = dialect->rows_sql->counter;
    struct buf of, in;
    buf_init(&of, mem);
    buf_init(&in, mem);
    literal_add(&of, dialect->ident, table);
    literal_add(&in, dialect->ident, column);
    const char *const with[][2] = {{"@table", of.data},
                                   {"@name", in.data},
                                   {"@column", ident_text(mem, dialect->ident, column)},
                                   {"@rows", table}};
    for (size_t i = 0; i < sizeof with / sizeof *with; i++)
        sql = text_replace(mem, sql, with[i][0], with[i][1]);
    return sql;
}

/* What counts goes on after the rows. */
static void counters_add(struct arena *mem, const struct dialect *dialect, const struct object *table, const char *name,
                         struct names *statements)
{
    const struct rows_sql *rules = dialect->rows_sql;
    for (int i = 0; rules->counter && i < table->children.n; i++) {
        const struct column *column = table->children.item[i];
        if (column->object.kind == KIND_COLUMN && (column->autoincrement || column->identity))
            names_add(mem, statements, counter_text(mem, dialect, name, column->object.name));
    }
}

int rows_to_sql(struct ctx *ctx, struct conn *conn, const struct tree *tree, struct names *statements,
                struct names *paths)
{
    for (struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        struct told told;
        if (o->kind != KIND_TABLE)
            continue;
        TRY(rows_read(ctx, conn, o, &told));
        if (!told.rows.row.n)
            continue;
        rows_add(ctx->mem, conn->dialect, &told, statements);
        counters_add(ctx->mem, conn->dialect, o, told.name, statements);
        names_add(ctx->mem, paths, object_path(ctx->mem, o));
    }
    return 0;
}
