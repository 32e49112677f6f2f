/*
 * Finding a dialect, the thin calls over its driver, and the two ways in which renderers hand over a statement.
 * Its one idea is that a call which an engine lacks fails here, once, with a sentence.  It knows no engine.
 */
#include "dialect/dialect.h"

#include "base/text.h"
#include "dialect/common.h"
#include "dialect/target.h"

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

static const struct conn_options no_options;

int version_check(struct ctx *ctx, const struct dialect *dialect, int version, const char *text)
{
    if (version >= dialect->minimum_version)
        return 0;
    fail(ctx, ERR_UNSUPPORTED, "%s %s is too old: %s is the oldest that works here", dialect->title, text,
         version_text(ctx->mem, dialect, dialect->minimum_version));
    return fail_hint(ctx, "Nothing was done. Upgrade the server; docs/configuration.md lists what works with which.");
}

/* Drivers that speak to a service instead of a server. */
static const char *const no_server[] = {"auroradataapi", "aurora_data_api", NULL};

static int driver_check(struct ctx *ctx, const struct url *url)
{
    for (int i = 0; no_server[i]; i++)
        if (text_equal(no_server[i], url->driver)) {
            fail(ctx, ERR_CONFIG, "%s+%s is Aurora's Data API, which has no sessions to migrate in", url->dialect,
                 url->driver);
            return fail_hint(ctx, "Name the endpoint of the cluster: %s://user:password@host/database.", url->dialect);
        }
    return 0;
}

int conn_open(struct ctx *ctx, const struct dialect *dialect, const struct url *url, const struct conn_options *options,
              struct conn **conn)
{
    *conn = NULL;
    TRY(driver_check(ctx, url));
    TRY(dialect->driver->open(ctx, url, options ? options : &no_options, conn));
    int code = version_check(ctx, (*conn)->dialect, (*conn)->version, (*conn)->version_text);
    if (code < 0)
        conn_close(conn);
    return code;
}

const struct state_sql *conn_state(const struct conn *conn)
{
    return conn->state ? conn->state : conn->dialect->state;
}

int conn_twin(struct ctx *ctx, struct conn *conn, const struct conn_options *options, struct conn **twin)
{
    *twin = NULL;
    return conn->dialect->driver->twin(ctx, conn, options ? options : &no_options, twin);
}

void conn_tick(struct ctx *ctx, struct conn *conn)
{
    if (conn->watch)
        conn->watch->tick(ctx, conn->watch);
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

/* ---- batches under a lease */

static int fail_lost(struct ctx *ctx, const struct conn *conn)
{
    fail(ctx, ERR_LOCKED, "the migration lock of %s was lost: it was not renewed in time, and others may have taken it",
         conn->target);
    return fail_hint(ctx, "What this process had not committed is undone. Run the same command again: it goes on from "
                          "what is done by then.");
}

static bool is_lost(const struct ctx *ctx, const struct conn *conn)
{
    for (const char *const *state = conn_state(conn)->lease_lost; *state; state++)
        if (text_equal(ctx->error.sqlstate, *state))
            return true;
    return false;
}

static int batch_run(struct ctx *ctx, struct conn *conn, struct batch *batch)
{
    batch->failed = -1;
    batch->position = -1;
    int code = conn->dialect->driver->batch(ctx, conn, batch);
    int at = batch->failed;
    bool fence = conn->fence && at >= 0 && at < batch->n && batch->step[at].sql == conn->fence->sql;
    return code == ERR_SQL && fence && is_lost(ctx, conn) ? fail_lost(ctx, conn) : code;
}

struct fenced {
    struct batch *outer;
    struct batch inner;
};

/* The caller may put another text into the step that comes next. */
static void fenced_done(void *sink, int step)
{
    struct fenced *fenced = sink;
    struct batch *outer = fenced->outer;
    if (step < 1 || step > outer->n || !outer->done)
        return;
    outer->done(outer->sink, step - 1);
    if (step < outer->n)
        fenced->inner.step[step + 1] = outer->step[step];
}

/*
 * At its end once more: as long as it ran, nobody could take the lease, and afterwards it must not have run out.  Where the lease is
 * a table nothing holds it, and the next step asks in any case.
 */
static int batch_within(struct ctx *ctx, struct conn *conn, struct batch *batch)
{
    struct fenced fenced = {.outer = batch, .inner = *batch};
    struct batch *inner = &fenced.inner;
    inner->n = batch->n + (conn->dialect->driver->lease_take ? 1 : 2);
    inner->step = NEW_ARRAY(ctx->mem, struct batch_step, batch->n + 2);
    inner->step[0] = inner->step[batch->n + 1] = *conn->fence;
    for (int i = 0; i < batch->n; i++)
        inner->step[i + 1] = batch->step[i];
    inner->done = fenced_done;
    inner->sink = &fenced;
    int code = batch_run(ctx, conn, inner);
    batch->failed = inner->failed > batch->n ? batch->n : inner->failed - 1;
    batch->position = inner->position;
    return code;
}

/* Steps of our own, which have parameters, go with the fence in one transaction; before a statement alone it stands alone. */
static int batch_singly(struct ctx *ctx, struct conn *conn, struct batch *batch)
{
    for (int i = 0; i < batch->n; i++) {
        struct batch one = {.step = &batch->step[i], .n = 1, .own = batch->own};
        bool tied = batch->step[i].params && !conn->in_transaction;
        int code = tied || conn->in_transaction ? 0 : conn_fence(ctx, conn);
        if (code == 0)
            code = tied ? batch_within(ctx, conn, &one) : batch_run(ctx, conn, &one);
        batch->position = one.position;
        if (code < 0) {
            batch->failed = i;
            return code;
        }
        if (batch->done)
            batch->done(batch->sink, i);
    }
    return 0;
}

int conn_fence(struct ctx *ctx, struct conn *conn)
{
    if (!conn->fence)
        return 0;
    struct batch_step step = *conn->fence;
    struct batch batch = {.step = &step, .n = 1};
    return batch_run(ctx, conn, &batch);
}

int conn_batch(struct ctx *ctx, struct conn *conn, struct batch *batch)
{
    batch->failed = -1;
    batch->position = -1;
    int code = !conn->fence         ? batch_run(ctx, conn, batch)
               : batch->transaction ? batch_within(ctx, conn, batch)
                                    : batch_singly(ctx, conn, batch);
    lack_find(ctx, conn, batch, code);
    return code;
}

int conn_batches(struct ctx *ctx, struct conn *conn, struct batch *const *batch, int n)
{
    int code = conn->dialect->driver->batches(ctx, conn, batch, n);
    for (int i = 0; i < n; i++)
        lack_find(ctx, conn, batch[i], code);
    return code;
}

int conn_begin(struct ctx *ctx, struct conn *conn, bool look)
{
    TRY(conn->dialect->driver->begin(ctx, conn, look));
    conn->whole = true;
    return 0;
}

int conn_commit(struct ctx *ctx, struct conn *conn, bool *again)
{
    *again = false;
    int code = conn->dialect->driver->commit(ctx, conn, again);
    if (code == 0 && !*again)
        conn->whole = false;
    return code;
}

void conn_undo(struct ctx *ctx, struct conn *conn)
{
    conn->dialect->driver->undo(ctx, conn);
    conn->whole = false;
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

static struct statement_out *statement_last(const struct render *render)
{
    return render->out.n ? render->out.item[render->out.n - 1] : NULL;
}

void statement_clause_add(struct arena *mem, struct statement_out *statement, struct clause_out *clause)
{
    bool first = statement->clauses.n == 0;
    const char *before = first ? statement->head : arena_printf(mem, "%s,\n    ", statement->sql);
    statement->sql = arena_printf(mem, "%s%s", before, clause->sql);
    list_add(mem, &statement->clauses, clause);
    if (!statement->change)
        statement->change = clause->change;
    else if (clause->change != statement->change)
        list_add(mem, &statement->also, (void *)(uintptr_t)clause->change);
}

void render_clause(struct render *render, const char *head, unsigned clause, struct buf *sql)
{
    const struct dialect *dialect = render->target->dialect;
    struct statement_out *last = statement_last(render);
    struct clause_out *added = NEW(render->mem, struct clause_out);
    unsigned bits = 0;
    *added = (struct clause_out){
        .sql = arena_copy(render->mem, sql->data, sql->len), .bit = clause, .change = render->change};
    buf_cut(sql, 0);
    for (int i = 0; last && i < last->clauses.n; i++)
        bits |= ((const struct clause_out *)last->clauses.item[i])->bit;
    if (!dialect->joins || render->apart || !last || !text_equal(last->head, head) || !dialect->joins(bits, clause)) {
        last = NEW(render->mem, struct statement_out);
        last->head = head;
        list_add(render->mem, &render->out, last);
    }
    statement_clause_add(render->mem, last, added);
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
