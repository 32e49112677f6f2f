/*
 * What a PostgreSQL database holds, as one query per kind over pg_catalog: the files in catalog/, which run in psql as
 * they are; column aliases are field names.
 *
 * Never a query per table: each is set-based over the whole database, and all see one snapshot.  Left out: what the
 * server and extensions own, temporary tables, partitions (they come with their parent), sequences behind serial and
 * identity columns; what belongs to a table that is left out finds no parent, and is left out too.  The current schema
 * is called "".
 */
#include "base/text.h"
#include "dialect/postgres/catalog_sql.h"
#include "dialect/postgres/pg.h"
#include "schema/unmodelled.h"

const char *const pg_borrow_sql = borrow_sql, *const pg_draft_sql = draft_sql;

static int warn_invalid(struct ctx *ctx, struct conn *conn)
{
    struct rows rows;

    TRY(pg_query(ctx, conn, invalid_index_sql, NULL, &rows));
    for (int i = 0; i < rows.row.n; i++) {
        bool rebuilt = text_equal(rows_cell(&rows, i, "rebuilt"), "t");
        emit_warning(ctx, "index \"%s\" of table \"%s\" is invalid, as %s", rows_cell(&rows, i, "name"),
                     rows_cell(&rows, i, "table"),
                     rebuilt ? "a REINDEX CONCURRENTLY that was cut off leaves it: drop it, the index itself is there"
                             : "a failed CREATE INDEX CONCURRENTLY leaves it: drop it, so that it is built again");
    }
    return 0;
}

static const char facts_sql[] =
    "SELECT COALESCE(current_schema(), '') AS usual_schema, current_setting('search_path') AS search_path, "
    "current_setting('TimeZone') AS time_zone, current_setting('server_encoding') AS charset, "
    "(SELECT datcollate FROM pg_database WHERE datname = current_database()) AS collation";

int pg_facts(struct ctx *ctx, struct conn *conn, struct facts *facts)
{
    struct rows rows;

    TRY(pg_query(ctx, conn, facts_sql, NULL, &rows));
    facts->usual_schema = rows_cell(&rows, 0, "usual_schema");
    facts->search_path = rows_cell(&rows, 0, "search_path");
    facts->time_zone = rows_cell(&rows, 0, "time_zone");
    facts->charset = rows_cell(&rows, 0, "charset");
    facts->collation = rows_cell(&rows, 0, "collation");
    return 0;
}

/* While the answers come in order; *query is for after them. */
static int unmodelled_look(struct ctx *ctx, struct conn *conn, const char **query)
{
    struct rows found;
    TRY(pg_query(ctx, conn, pg_unmodelled_look(ctx->mem, unmodelled_sql), NULL, &found));
    *query = pg_unmodelled_query(ctx->mem, unmodelled_sql, &found);
    return 0;
}

static int unmodelled_load(struct ctx *ctx, struct conn *conn, const char *query, struct tree *tree)
{
    struct rows rows = {0};
    if (query)
        TRY(pg_query(ctx, conn, query, NULL, &rows));
    tree->names_unmodelled = true;
    for (int i = 0; i < rows.row.n; i++) {
        struct unmodelled *one = NEW(ctx->mem, struct unmodelled);
        *one = (struct unmodelled){.kind = rows_cell(&rows, i, "kind"),
                                   .schema = rows_cell(&rows, i, "schema"),
                                   .name = rows_cell(&rows, i, "name"),
                                   .on_kind = rows_cell(&rows, i, "on_kind"),
                                   .on_schema = rows_cell(&rows, i, "on_schema"),
                                   .on = rows_cell(&rows, i, "on_name"),
                                   .column = rows_cell(&rows, i, "column_name"),
                                   .definition = rows_cell(&rows, i, "definition")};
        list_add(ctx->mem, &tree->unmodelled, one);
    }
    return 0;
}

/* A name that the server would give again need not be said; that of a NOT NULL it forgot before 18. */
static void columns_tidy(struct arena *mem, int version, const struct tree *tree)
{
    for (struct object *o = tree->root; o; o = object_next(tree->root, o)) {
        struct column *column = (struct column *)o;
        if (o->kind == KIND_COLUMN && version < 180000)
            object_unsay(o, COLUMN_not_null_name);
        if (o->kind != KIND_COLUMN || !object_says(o, COLUMN_sequence))
            continue;
        const char *said = column->sequence;
        column->sequence = NULL;
        object_unsay(o, COLUMN_sequence);
        if (said && !text_equal(said, pg_sequence_name(mem, column)))
            SAY(column, COLUMN, sequence, said);
    }
}

/* Each file has these words once for what it reads. */
static const char everywhere[] = "nspname NOT LIKE 'pg\\_%'";

static const char *near_sql(struct arena *mem, const char *sql)
{
    return text_replace(mem, sql, everywhere, "nspname = current_schema()");
}

static const char *here_sql(struct arena *mem, const char *sql)
{
    return arena_printf(mem, "SELECT * FROM (%s) AS here WHERE schema = ''", near_sql(mem, sql));
}

static const char *kind_sql(struct arena *mem, enum kind kind, const char *text, bool here)
{
    return here && !kind_is(kind, KIND_WIDE) ? here_sql(mem, text) : text;
}

/* The files are listed with parents before their children. */
int pg_catalog_load(struct ctx *ctx, struct conn *conn, const struct kind_set *only, struct tree *tree)
{
    struct catalog_query query[KIND_COUNT] = {0};
    int n = 0;
    for (size_t i = 0; i < sizeof embedded / sizeof *embedded; i++) {
        enum kind kind = kind_find(embedded[i].name);
        if (kind == KIND_COUNT || (only && !kind_set_has(only, kind)))
            continue;
        query[n].kind = kind;
        query[n++].sql = kind_sql(ctx->mem, kind, embedded[i].text, only);
    }
    TRY(catalog_load(ctx, conn, query, n, tree));
    columns_tidy(ctx->mem, conn->version, tree);
    return 0;
}

/* The texts of views are read for names as well; what the server notes is sure, whatever the text looks like. */
static int dependencies_load(struct ctx *ctx, struct conn *conn, struct tree *tree)
{
    struct rows rows;
    TRY(pg_query(ctx, conn, dependency_sql, NULL, &rows));
    for (int i = 0; i < rows.row.n; i++) {
        struct dependency *one = NEW(ctx->mem, struct dependency);
        one->from = (struct ref){rows_cell(&rows, i, "schema"), rows_cell(&rows, i, "name"), NULL};
        one->to = (struct ref){rows_cell(&rows, i, "to_schema"), rows_cell(&rows, i, "to_name"),
                               rows_cell(&rows, i, "to_part")};
        list_add(ctx->mem, &tree->dependencies, one);
    }
    return 0;
}

static int held_load(struct ctx *ctx, struct conn *conn, struct tree *tree)
{
    struct rows rows;
    TRY(pg_query(ctx, conn, held_sql, NULL, &rows));
    for (int i = 0; i < rows.row.n; i++) {
        struct held *one = NEW(ctx->mem, struct held);
        one->what =
            (struct ref){rows_cell(&rows, i, "schema"), rows_cell(&rows, i, "name"), rows_cell(&rows, i, "part")};
        one->by = rows_cell(&rows, i, "holder");
        one->goes_along = text_equal(rows_cell(&rows, i, "goes_along"), "t");
        one->falls = text_equal(rows_cell(&rows, i, "falls"), "t");
        list_add(ctx->mem, &tree->held, one);
    }
    return 0;
}

static const char *place_sql(struct arena *mem, const char *sql, bool here)
{
    return here ? here_sql(mem, sql) : sql;
}

/* All that answers_take() asks, in its order. `here`: of the current schema alone, which may be one of thousands. */
static int all_send(struct ctx *ctx, struct conn *conn, bool here)
{
    const char *const others[] = {place_sql(ctx->mem, dependency_sql, here), place_sql(ctx->mem, held_sql, here),
                                  place_sql(ctx->mem, invalid_index_sql, here),
                                  here ? NULL : pg_unmodelled_look(ctx->mem, unmodelled_sql)};
    struct names *queries = NEW(ctx->mem, struct names);

    names_add(ctx->mem, queries, facts_sql);
    for (size_t i = 0; i < sizeof embedded / sizeof *embedded; i++)
        if (kind_find(embedded[i].name) != KIND_COUNT)
            names_add(ctx->mem, queries, kind_sql(ctx->mem, kind_find(embedded[i].name), embedded[i].text, here));
    for (size_t i = 0; i < sizeof others / sizeof *others && others[i]; i++)
        names_add(ctx->mem, queries, others[i]);
    return pg_ahead_send(ctx, (struct pg_conn *)conn, queries);
}

static int answers_take(struct ctx *ctx, struct conn *conn, bool here, struct tree *tree, const char **unmodelled)
{
    const struct kind_set all = kind_set_all();
    struct facts facts;
    TRY(pg_facts(ctx, conn, &facts));
    tree->usual_schema = facts.usual_schema;
    TRY(pg_catalog_load(ctx, conn, here ? &all : NULL, tree));
    TRY(dependencies_load(ctx, conn, tree));
    TRY(held_load(ctx, conn, tree));
    TRY(warn_invalid(ctx, conn));
    *unmodelled =
        near_sql(ctx->mem, unmodelled_sql); /* to look first, everywhere, costs more than to ask for all of it here */
    return here ? 0 : unmodelled_look(ctx, conn, unmodelled);
}

static int load_all(struct ctx *ctx, struct conn *conn, bool here, struct tree *tree)
{
    const char *unmodelled = NULL;
    int result = all_send(ctx, conn, here);
    if (result == 0)
        result = answers_take(ctx, conn, here, tree, &unmodelled);
    pg_ahead_end(ctx, (struct pg_conn *)conn);
    TRY(result);
    return unmodelled_load(ctx, conn, unmodelled, tree);
}

/* The queries read all of the catalog once, and the server takes nearly all of their parts for one row: nested loops over
   thousands of rows and compiling cost it more than they save. */
#define PLANS "SET LOCAL jit = off; SET LOCAL enable_nestloop = off"
/* One schema of many is found by indexes. */
#define PLANS_HERE "SET LOCAL jit = off"

static int statements_take(struct ctx *ctx, struct conn *conn, const struct names *statements)
{
    for (int i = 0; i < statements->n; i++) {
        struct rows rows;
        TRY(pg_query(ctx, conn, statements->item[i], NULL, &rows));
    }
    return 0;
}

static int made_take(struct ctx *ctx, struct conn *conn, const struct kind_set *kinds, struct tree *tree,
                     const char **unmodelled)
{
    TRY(pg_catalog_load(ctx, conn, kinds, tree));
    TRY(dependencies_load(ctx, conn, tree));
    return unmodelled_look(ctx, conn, unmodelled);
}

int pg_make_and_load(struct ctx *ctx, struct conn *conn, const struct names *statements, struct tree *tree)
{
    struct kind_set kinds = kind_set_all();
    struct names queries = {0};
    const char *unmodelled = NULL;

    for (int kind = 0; kind < KIND_COUNT; kind++)
        if (kind_is((enum kind)kind, KIND_WIDE))
            kind_set_remove(&kinds, (enum kind)kind);
    for (int i = 0; i < statements->n; i++)
        names_add(ctx->mem, &queries, statements->item[i]);
    for (size_t i = 0; i < sizeof embedded / sizeof *embedded; i++) {
        enum kind kind = kind_find(embedded[i].name);
        if (kind != KIND_COUNT && kind_set_has(&kinds, kind))
            names_add(ctx->mem, &queries, here_sql(ctx->mem, embedded[i].text));
    }
    names_add(ctx->mem, &queries, here_sql(ctx->mem, dependency_sql));
    names_add(ctx->mem, &queries, pg_unmodelled_look(ctx->mem, unmodelled_sql));
    TRY(pg_exec(ctx, conn, PLANS));
    int result = pg_ahead_send(ctx, (struct pg_conn *)conn, &queries);
    if (result == 0)
        result = statements_take(ctx, conn, statements);
    if (result == 0)
        result = made_take(ctx, conn, &kinds, tree, &unmodelled);
    pg_ahead_end(ctx, (struct pg_conn *)conn);
    TRY(result);
    return unmodelled_load(ctx, conn, unmodelled ? here_sql(ctx->mem, unmodelled) : NULL, tree);
}

int pg_load(struct ctx *ctx, struct conn *conn, const struct filter *filter, struct tree **tree)
{
    struct tree *loaded = tree_new(ctx->mem, ENGINE_PG);
    bool own = !conn->in_transaction;
    int result;

    loaded->version = conn->version;
    tree_schema(ctx->mem, loaded, "");
    bool here = filter && filter->usual_only;
    const char *plans = here ? PLANS_HERE : PLANS;
    const char *begin = arena_printf(ctx->mem, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; %s", plans);
    TRY(pg_exec(ctx, conn, own ? begin : plans));
    result = load_all(ctx, conn, here, loaded);
    if (own && result == 0)
        result = pg_exec(ctx, conn, "COMMIT");
    else if (own && PQstatus(((struct pg_conn *)conn)->pg) == CONNECTION_OK) {
        struct error error = ctx->error;
        ((struct pg_conn *)conn)->shielded = true;
        pg_exec(ctx, conn, "ROLLBACK");
        ((struct pg_conn *)conn)->shielded = false;
        ctx->error = error;
    }
    TRY(result);
    pg_scratch_trim((const struct pg_conn *)conn, loaded);
    if (filter)
        filter_apply(filter, *loaded->usual_schema ? loaded->usual_schema : NULL, loaded);
    *tree = loaded;
    return 0;
}
