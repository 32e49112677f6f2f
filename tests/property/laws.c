/*
 * The laws that diff, plan, renderers, loaders and snapshots must keep for any two schemas A and B, on a real database:
 *   (a) A against itself is not a change          (b) what is built from A reads back as A
 *   (c) after A to B, B is not a change           (d) the way back restores A, and its rows where nothing was lost
 *   (e) a snapshot written, read and written again is the same bytes
 *   (g) every statement for PostgreSQL parses, by the server's own grammar
 * usage: laws ENGINE RUNS [SEED] [URL]; prints the seed of every failure, which repeats it alone. Without a seed it is
 * that of the environment, DBWARDEN_TEST_SEED, or 1: the same every time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "generate.h"
#include "law.h"
#include "migration/snapshot.h"
#include "rows.h"

static void texts_show(const char *title, struct plan *plan, struct arena *mem)
{
    fprintf(stderr, "--- %s\n%s\n", title, plan_text(mem, plan));
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
        return law_broken(law, "the snapshot changes when it is read and written");
    return law_agree(law, tree, again->tree);
}

static bool loses_rows(const struct plan *plan)
{
    for (int i = 0; i < plan->hazards.n; i++) {
        const struct hazard *hazard = plan->hazards.item[i];
        if (hazard->irreversible && !strstr(hazard->code, "-counter"))
            return true;
    }
    return false;
}

/*
 * Runs a plan that leads to `wanted`.  Filled tables may refuse it, empty ones must not: then the rows go, and it is run
 * again; or what is left to do is planned again where a segment may have been committed, on the way back without renames,
 * which have nothing to keep by then.
 */
static int run_to(struct law *law, const struct plan *plan, const struct tree *wanted, struct rows_kept **rows)
{
    struct tree *live;
    struct changes *changes;
    struct plan *rest, *unused;
    int code = law_run(law, plan);
    if (code != ERR_SQL || !rows_forbid(law->ctx, *rows))
        return code;
    law->ctx->error = (struct error){0};
    *rows = NULL;
    TRY(law_load(law, &live));
    TRY(rows_remove(law->ctx, law->conn, live));
    if (law->dialect->engine == ENGINE_LITE)
        return law_run(law, plan);
    if (!law->dialect->transactional_ddl) /* they are done, or nothing is left that they would keep */
        law->renames = NULL;
    TRY(law_changes(law, live, wanted, &changes));
    TRY(law_plans(law, changes, &rest, &unused));
    return law_run(law, rest);
}

/* Nothing to A, and what holds for A alone. */
static int run_build(struct law *law, const struct tree *a, struct plan **shown, struct tree **live)
{
    struct tree *nothing;
    struct changes *changes;
    law->doing = "(a) A against A";
    TRY(law_agree(law, a, a));
    law->doing = "(b) build A";
    TRY(law_load(law, &nothing));
    TRY(law_changes(law, nothing, a, &changes));
    TRY(law_plans(law, changes, &shown[0], &shown[1]));
    TRY(law_run(law, shown[0]));
    TRY(law_load(law, live));
    law_learn(a, *live);
    TRY(law_agree(law, *live, a));
    TRY(law_agree(law, a, *live));
    law->doing = "(e) snapshot";
    return snapshot_stable(law, *live);
}

/* A change that no ALTER of ClickHouse makes has to stop the plan, with what to do instead. */
static bool is_refused(struct law *law, int code)
{
    if (code != ERR_UNSUPPORTED || law->dialect->engine != ENGINE_CH || !law->ctx->error.hint)
        return false;
    law->ctx->error = (struct error){0};
    law->refused++;
    return true;
}

/* One run: nothing to A, A to B, back to A, back to nothing. */
static int run_one(struct law *law, const struct url *url, uint64_t seed, struct plan **shown)
{
    struct arena *mem = law->ctx->mem;
    struct tree *live, *after, *a = random_tree(mem, law->dialect->engine, seed, 1 + (int)(seed % 6));
    struct list renames = {0};
    struct tree *b = random_mutation(mem, a, seed * 31 + 7, &renames);
    struct changes *changes;
    law_suit(law, a);
    law_suit(law, b);
    TRY(run_build(law, a, shown, &live));
    struct rows_kept *rows = rows_put(law->ctx, law->conn, a, seed);
    law->doing = "(c) B alone";
    if (law->dialect->engine != ENGINE_LITE)
        TRY(law_learn_alone(law, url, b, &shown[4]));
    law->doing = "(c) A to B";
    law->renames = &renames;
    TRY(law_changes(law, live, b, &changes));
    if (is_refused(law, law_plans(law, changes, &shown[2], &shown[3]))) {
        law->doing = "(d) from A to nothing";
        return law_run(law, shown[1]);
    }
    if (law->ctx->error.code)
        return law->ctx->error.code;
    TRY(run_to(law, shown[2], b, &rows));
    law->renames = NULL;
    TRY(law_load(law, &after));
    TRY(law_agree(law, after, b));
    law->doing = "(d) back to A";
    TRY(run_to(law, shown[3], live, &rows)); /* what A does not say, as comments, is as it was too */
    TRY(law_load(law, &after));
    TRY(law_agree(law, after, a));
    TRY(law_agree(law, live, after));
    if (rows && !loses_rows(shown[2]) && !loses_rows(shown[3]))
        TRY(rows_check(law->ctx, law->conn, rows));
    law->doing = "(d) back to nothing";
    return law_run(law, shown[1]);
}

static int run_seed(struct law *law, const struct url *url, uint64_t seed)
{
    struct ctx ctx;
    struct plan *shown[5] = {0};
    static const char *const titles[] = {"build A", "remove A", "A to B", "B to A", "build B"};
    ctx_open(&ctx, 0);
    law->ctx = &ctx;
    law->renames = NULL;
    int code = law_open(law, url);
    if (code == 0)
        code = run_one(law, url, seed, shown);
    if (code < 0) {
        fprintf(stderr, "seed %llu: %s\n", (unsigned long long)seed, ctx.error.message);
        for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
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
    const char *chosen = argc > 3 ? argv[3] : getenv("DBWARDEN_TEST_SEED");
    int64_t runs = 0, seed = 1;
    bool good = argc > 2 && text_to_int(argv[2], &runs) && (!chosen || text_to_int(chosen, &seed));
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
    printf("laws: %s: %lld runs from seed %lld, %lld failed", law.dialect->name, (long long)runs, (long long)seed,
           (long long)failed);
    printf(law.refused ? ", %d refused\n" : "\n", law.refused);
    url_close(&url);
    ctx_close(&ctx);
    return failed ? 1 : 0;
}
