/*
 * Finding a dialect, the thin calls over its driver, and the two ways in which renderers hand over a statement.
 * Its one idea is that a call which an engine lacks fails here, once, with a sentence.  It knows no engine.
 */
#include "dialect/dialect.h"

#include "base/text.h"

const struct dialect *dialect_find(const char *database_type)
{
    for (int i = 0; dialect_list[i]; i++)
        if (text_equal(dialect_list[i]->name, database_type))
            return dialect_list[i];
    return NULL;
}

static bool dialect_has_scheme(const struct dialect *dialect, const char *scheme)
{
    for (const char *const *s = dialect->schemes; *s; s++)
        if (text_equal_nocase(*s, scheme))
            return true;
    return false;
}

const struct dialect *dialect_of_url(const struct url *url)
{
    for (int i = 0; dialect_list[i]; i++)
        if (dialect_has_scheme(dialect_list[i], url->dialect))
            return dialect_list[i];
    return NULL;
}

const struct dialect *dialect_of_engine(enum engine engine)
{
    for (int i = 0; dialect_list[i]; i++)
        if (dialect_list[i]->engine == engine)
            return dialect_list[i];
    return NULL;
}

int conn_open(struct ctx *ctx, const struct dialect *dialect, const struct url *url, const struct conn_options *options,
              struct conn **conn)
{
    static const struct conn_options none;
    *conn = NULL;
    return dialect->driver->open(ctx, url, options ? options : &none, conn);
}

void conn_close(struct conn **conn)
{
    if (*conn)
        (*conn)->dialect->driver->close(*conn);
    *conn = NULL;
}

int conn_query(struct ctx *ctx, struct conn *conn, const char *sql, const struct names *params, struct rows *rows)
{
    struct rows unwanted;
    return conn->dialect->driver->query(ctx, conn, sql, params, rows ? rows : &unwanted);
}

int conn_exec(struct ctx *ctx, struct conn *conn, const char *sql)
{
    return conn->dialect->driver->exec(ctx, conn, sql);
}

int conn_batch(struct ctx *ctx, struct conn *conn, struct batch *batch)
{
    batch->failed = -1;
    batch->position = -1;
    return conn->dialect->driver->batch(ctx, conn, batch);
}

const char *rows_cell(const struct rows *rows, int row, const char *column)
{
    int at = names_find(&rows->columns, column);
    if (at < 0 || row < 0 || row >= rows->row.n)
        return NULL;
    const char *const *cells = rows->row.item[row];
    return cells[at];
}

static void statement_add(struct render *render, struct buf *sql, bool alone)
{
    struct statement_out *statement = NEW(render->mem, struct statement_out);
    statement->sql = arena_copy(render->mem, sql->data, sql->len);
    statement->refuses_transaction = alone;
    statement->change = render->change;
    list_add(render->mem, &render->out, statement);
    buf_cut(sql, 0);
}

const char *fill_of(const struct list *fills, const struct object *column)
{
    for (int i = 0; fills && i < fills->n; i++)
        if (((const struct fill *)fills->item[i])->column == column)
            return ((const struct fill *)fills->item[i])->value;
    return NULL;
}

void render_statement(struct render *render, struct buf *sql)
{
    statement_add(render, sql, false);
}

void render_alone(struct render *render, struct buf *sql)
{
    statement_add(render, sql, true);
}
