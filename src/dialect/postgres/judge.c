/*
 * How the server spells things: they are made in a schema of their own, inside one transaction that is rolled back whatever
 * happens, and read back with the queries of catalog/.
 *
 * That schema stands before all others on the search path, so that names mean and print what they do in the database
 * itself.  No table of the user is locked but those that a view reads, for as long as the transaction lasts; whoever makes us
 * wait there stops us after two seconds.
 */
#include "base/text.h"
#include "dialect/postgres/pg.h"

static int schema_make(struct ctx *ctx, struct conn *conn)
{
    struct names params = {0};
    struct rows rows;
    const char *name = arena_printf(ctx->mem, "dbwarden_judge_%s", pg_random_text(ctx->mem));

    TRY(pg_exec(ctx, conn, arena_printf(ctx->mem, "CREATE SCHEMA %s", name)));
    names_add(ctx->mem, &params, name);
    return pg_query(ctx, conn,
                    "SELECT set_config('search_path', $1 || CASE current_setting('search_path') WHEN '' THEN '' "
                    "ELSE ', ' || current_setting('search_path') END, true)",
                    &params, &rows);
}

int pg_aside_begin(struct ctx *ctx, struct conn *conn)
{
    TRY(pg_exec(ctx, conn, "BEGIN READ WRITE"));
    return pg_exec(ctx, conn,
                   "SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '20s'; SET LOCAL jit = off; "
                   "SET LOCAL check_function_bodies = off");
}

int pg_aside_end(struct ctx *ctx, struct conn *conn, int result)
{
    struct pg_conn *pg = (struct pg_conn *)conn;
    struct error error = ctx->error;

    if (PQstatus(pg->pg) == CONNECTION_OK) {
        pg->shielded = true;
        int undone = pg_exec(ctx, conn, "ROLLBACK");
        pg->shielded = false;
        if (result == 0)
            return undone;
    }
    ctx->error = error;
    return result;
}

/* undefined_object, _function, _table, invalid_schema_name, insufficient_privilege, lock_not_available, query_canceled */
static bool is_missing(const struct error *error)
{
    static const char *const states[] = {"42704", "42883", "42P01", "3F000", "42501", "55P03", "57014", NULL};

    for (int i = 0; states[i]; i++)
        if (text_equal(error->sqlstate, states[i]))
            return true;
    return false;
}

/* What is not there yet may come before the migration; that nobody may try it here says nothing of it. */
static bool is_telling(const struct error *error)
{
    static const char *const classes[] = {"0A", "22", "23", "2B", "42", NULL};
    if (text_equal(error->sqlstate, "42501") || !error->sqlstate)
        return false;
    for (int i = 0; classes[i]; i++)
        if (text_starts(error->sqlstate, classes[i]))
            return true;
    return false;
}

static int statement_try(struct ctx *ctx, struct conn *conn, const struct statement_out *statement,
                         struct judgement *judgement)
{
    const char *sql = arena_printf(ctx->mem, "SAVEPOINT asked; %s; RELEASE SAVEPOINT asked", statement->sql);

    if (pg_exec(ctx, conn, sql) == 0)
        return 0;
    if (ctx->error.code != ERR_SQL)
        return (int)ctx->error.code;
    struct declined *declined = NEW(ctx->mem, struct declined);
    *declined = (struct declined){.statement = statement,
                                  .error = ctx->error,
                                  .missing = is_missing(&ctx->error),
                                  .telling = is_telling(&ctx->error)};
    list_add(ctx->mem, &judgement->refused, declined);
    ctx->error = (struct error){0};
    return pg_exec(ctx, conn, "ROLLBACK TO SAVEPOINT asked");
}

static int make_and_read(struct ctx *ctx, struct conn *conn, struct judgement *judgement)
{
    const struct kind_set made =
        kind_set_of(KIND_DOMAIN, KIND_TABLE, KIND_COLUMN, KIND_CHECK, KIND_EXCLUDE, KIND_INDEX, KIND_INDEX_PART,
                    KIND_VIEW, KIND_TRIGGER, KIND_POLICY, KIND_RULE, KIND_STATISTICS);

    TRY(schema_make(ctx, conn));
    for (int i = 0; i < judgement->statements->n && !(judgement->until_refused && judgement->refused.n); i++)
        TRY(statement_try(ctx, conn, judgement->statements->item[i], judgement));
    if (judgement->until_refused)
        return 0;
    judgement->tree = tree_new(ctx->mem, ENGINE_PG);
    judgement->tree->version = conn->version;
    tree_schema(ctx->mem, judgement->tree, "");
    return pg_catalog_load(ctx, conn, &made, judgement->tree);
}

int pg_judge(struct ctx *ctx, struct conn *conn, struct judgement *judgement)
{
    int result = pg_aside_begin(ctx, conn);
    if (result == 0)
        result = make_and_read(ctx, conn, judgement);
    return pg_aside_end(ctx, conn, result);
}
