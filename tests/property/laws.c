/*
 * The laws that diff, plan, renderers, loaders and snapshots must keep for any two schemas A and B, on a real database:
 *   (a) A against itself is no change          (b) what is built from A reads back as A
 *   (c) after A to B, B is no change           (d) the way back restores A, and its rows where nothing was lost
 *   (e) a snapshot written, read and written again is the same bytes
 *   (g) every statement for PostgreSQL parses, by the server's own grammar
 * usage: laws ENGINE RUNS [SEED] [URL]; prints the seed of every failure, which repeats it alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "diff/plan.h"
#include "generate.h"
#include "rows.h"
#include "schema/snapshot.h"

#ifdef HAVE_PG_QUERY
#include <pg_query.h>
#endif

struct law {
    struct ctx *ctx;
    const struct dialect *dialect;
    struct conn *conn;
    struct filter filter;
    const char *doing;
};

static void texts_show(const char *title, struct plan *plan, struct arena *mem)
{
    fprintf(stderr, "--- %s\n%s\n", title, plan_text(mem, plan));
}

static int broken(struct law *law, const char *text)
{
    return fail(law->ctx, ERR_FAILED, "%s: %s", law->doing, text);
}

static struct tree *settled(struct law *law, const struct tree *tree)
{
    struct tree *copy = tree_copy(law->ctx->mem, tree);
    law->dialect->settle(law->ctx->mem, copy);
    return copy;
}

static int changes_between(struct law *law, const struct tree *a, const struct tree *b, struct changes **changes)
{
    const struct diff_input input = {.dialect = law->dialect, .before = settled(law, a), .after = settled(law, b)};
    return diff_trees(law->ctx, &input, changes);
}

static int must_agree(struct law *law, const struct tree *a, const struct tree *b)
{
    struct changes *changes;
    TRY(changes_between(law, a, b, &changes));
    if (!changes->list.n)
        return 0;
    const struct change *first = changes->list.item[0];
    const char *path = object_path(law->ctx->mem, change_object(first));
    for (int i = 0; first->op == CHANGE_ALTER && i < kind_table[first->kind].fields; i++)
        if (change_has(first, i))
            path = arena_printf(law->ctx->mem, "%s field %s", path, kind_table[first->kind].field[i].name);
    return broken(law, arena_printf(law->ctx->mem, "%d changes left, first: %s %s", changes->list.n,
                                    change_op_name(first->op), path));
}

static int load(struct law *law, struct tree **tree)
{
    TRY(law->dialect->load(law->ctx, law->conn, &law->filter, tree));
    law->dialect->settle(law->ctx->mem, *tree);
    return 0;
}

static int parses(struct law *law, const struct plan *plan)
{
#ifdef HAVE_PG_QUERY
    for (int i = 0; law->dialect->engine == ENGINE_PG && i < plan->statements.n; i++) {
        const struct statement_out *statement = plan->statements.item[i];
        PgQueryParseResult result = pg_query_parse(statement->sql);
        const char *error = result.error ? arena_dup(law->ctx->mem, result.error->message) : NULL;
        pg_query_free_parse_result(result);
        if (error)
            return broken(law, arena_printf(law->ctx->mem, "does not parse: %s: %s", statement->sql, error));
    }
#else
    (void)law;
    (void)plan;
#endif
    return 0;
}

/* As the runner does it: one transaction, cut where a statement refuses one or a new enum label must be committed. */
static int plan_run(struct law *law, const struct plan *plan)
{
    struct ctx *ctx = law->ctx;
    int from = 0, n = plan->statements.n;
    while (from < n) {
        struct batch batch = {.transaction = true};
        batch.step = NEW_ARRAY(ctx->mem, struct batch_step, n);
        while (from + batch.n < n) {
            const struct statement_out *statement = plan->statements.item[from + batch.n];
            struct classified classified;
            size_t length = strlen(statement->sql);
            classify(ctx->mem, law->dialect->engine, law->dialect->lex, statement->sql, length, &classified);
            if (classified.refuses_transaction && batch.n)
                break;
            batch.step[batch.n++] = (struct batch_step){.sql = statement->sql, .length = length};
            batch.transaction = !classified.refuses_transaction;
            if (classified.refuses_transaction || classified.ends_segment)
                break;
        }
        TRY(conn_batch(ctx, law->conn, &batch));
        from += batch.n;
    }
    return 0;
}

static int plans(struct law *law, struct changes *changes, struct plan **up, struct plan **down)
{
    struct plan_options options = {.version = law->conn->version, .concurrently = false};
    TRY(plan_make(law->ctx, law->dialect, changes, &options, up));
    TRY(parses(law, *up));
    TRY(plan_reverse(law->ctx, law->dialect, *up, &options, down));
    return parses(law, *down);
}

static int snapshot_stable(struct law *law, struct tree *tree)
{
    struct snapshot snapshot = {.migration_id = "p__0001_x",
                                .database_name = "p",
                                .database_type = law->dialect->name,
                                .applied_at = "2026-01-01T00:00:00Z",
                                .tree = tree};
    struct snapshot *again;
    char *text = snapshot_to_text(law->ctx->mem, &snapshot);
    TRY(snapshot_from_text(law->ctx, "snapshot", text, strlen(text), &again));
    if (!text_equal(text, snapshot_to_text(law->ctx->mem, again)))
        return broken(law, "the snapshot changes when it is read and written");
    return must_agree(law, tree, again->tree);
}

static bool loses_rows(const struct plan *plan)
{
    for (int i = 0; i < plan->hazards.n; i++)
        if (((const struct hazard *)plan->hazards.item[i])->irreversible)
            return true;
    return false;
}

/* One run: nothing to A, A to B, back to A, back to nothing. */
static int run_one(struct law *law, uint64_t seed, struct plan **shown)
{
    struct arena *mem = law->ctx->mem;
    struct tree *nothing, *live, *a = random_tree(mem, law->dialect->engine, seed, 1 + (int)(seed % 6));
    struct tree *b = random_mutation(mem, a, seed * 31 + 7);
    struct changes *changes;
    struct plan *up, *down;
    law->doing = "(a) A against A";
    TRY(must_agree(law, a, a));
    law->doing = "(b) build A";
    TRY(load(law, &nothing));
    TRY(changes_between(law, nothing, a, &changes));
    TRY(plans(law, changes, &shown[0], &shown[1]));
    TRY(plan_run(law, shown[0]));
    TRY(load(law, &live));
    TRY(must_agree(law, live, a));
    TRY(must_agree(law, a, live));
    law->doing = "(e) snapshot";
    TRY(snapshot_stable(law, live));
    struct rows_kept *rows = rows_put(law->ctx, law->conn, a, seed);
    law->doing = "(c) A to B";
    TRY(changes_between(law, live, b, &changes));
    TRY(plans(law, changes, &up, &down));
    shown[2] = up;
    shown[3] = down;
    int code = plan_run(law, up);
    if (code == ERR_SQL && rows_forbid(law->ctx, rows)) { /* filled tables may refuse it; empty ones must not */
        law->ctx->error = (struct error){0};
        TRY(rows_remove(law->ctx, law->conn, a));
        rows = NULL;
        code = plan_run(law, up);
    }
    TRY(code);
    struct tree *after;
    TRY(load(law, &after));
    TRY(must_agree(law, after, b));
    law->doing = "(d) back to A";
    code = plan_run(law, down);
    if (code == ERR_SQL && rows && rows_forbid(law->ctx, rows)) {
        law->ctx->error = (struct error){0};
        TRY(rows_remove(law->ctx, law->conn, b));
        rows = NULL;
        code = plan_run(law, down);
    }
    TRY(code);
    TRY(load(law, &after));
    TRY(must_agree(law, after, a));
    TRY(must_agree(law, live, after));
    if (rows && !loses_rows(up) && !loses_rows(down))
        TRY(rows_check(law->ctx, law->conn, rows));
    law->doing = "(d) back to nothing";
    return plan_run(law, shown[1]);
}

static int run_seed(struct law *law, const struct url *url, uint64_t seed)
{
    struct ctx ctx;
    struct plan *shown[4] = {0};
    static const char *const titles[] = {"build A", "remove A", "A to B", "B to A"};
    ctx_open(&ctx, 0);
    law->ctx = &ctx;
    int code = law->dialect->driver->scratch(&ctx, url, &law->conn);
    if (code == 0)
        code = run_one(law, seed, shown);
    if (code < 0) {
        fprintf(stderr, "seed %llu: %s\n", (unsigned long long)seed, ctx.error.message);
        for (int i = 0; i < 4; i++)
            if (shown[i])
                texts_show(titles[i], shown[i], ctx.mem);
    }
    conn_close(&law->conn);
    ctx_close(&ctx);
    return code;
}

int main(int argc, char **argv)
{
    struct law law = {.dialect = argc > 1 ? dialect_find(argv[1]) : NULL};
    struct ctx ctx;
    struct url url = {0};
    int64_t runs = 0, seed = (int64_t)time(NULL);
    bool good = argc > 2 && text_to_int(argv[2], &runs) && (argc < 4 || text_to_int(argv[3], &seed));
    if (!law.dialect || !good) {
        fprintf(stderr, "usage: laws ENGINE RUNS [SEED] [URL]\n");
        return 2;
    }
    ctx_open(&ctx, 0);
    if (argc > 4 && url_read(&ctx, argv[4], &url) < 0) {
        fprintf(stderr, "%s\n", ctx.error.message);
        return 2;
    }
    int64_t failed = 0;
    for (int64_t i = 0; i < runs && failed < 3; i++)
        failed += run_seed(&law, argc > 4 ? &url : NULL, (uint64_t)(seed + i)) < 0;
    printf("laws: %s: %lld runs from seed %lld, %lld failed\n", law.dialect->name, (long long)runs, (long long)seed,
           (long long)failed);
    url_close(&url);
    ctx_close(&ctx);
    return failed ? 1 : 0;
}
