/*
 * The law of changes in steps (run/gradual.h): for any two schemas A and B, with rows in A, the steps lead where the direct change does,
 * each can be undone, and all of them undone are A with its rows.
 * usage: gradual ENGINE RUNS SEED URL; prints the seed of every failure, which repeats it alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "generate.h"
#include "law.h"
#include "rows.h"
#include "run/gradual.h"

struct step {
    const char *slug;
    struct plan *up, *down;
    const struct gradual_step *of;
};

struct steps {
    struct step item[GRADUAL_STAGES];
    int n, eased;
};

static int texts_run(struct law *law, const struct names *texts)
{
    for (int i = 0; i < texts->n; i++)
        TRY(conn_exec(law->ctx, law->conn, texts->item[i]));
    return 0;
}

static int plans_find(struct law *law, struct tree *before, const struct gradual_step *of, int stage,
                      struct steps *steps)
{
    struct step *step = &steps->item[steps->n];
    const struct diff_input input = {
        .target = &law->target, .before = before, .after = of->tree, .renames = steps->n ? &of->renames : NULL};
    struct plan_options options = {.concurrently = stage < GRADUAL_SWAP};
    struct changes *changes;
    before->kinds = of->tree->kinds = kind_set_all();
    TRY(diff_trees(law->ctx, &input, &changes));
    TRY(plan_make(law->ctx, &law->target, changes, &options, &step->up));
    options.concurrently = stage != GRADUAL_SWAP;
    TRY(plan_reverse(law->ctx, &law->target, step->up, &options, &step->down));
    step->of = of;
    step->slug = of->slug ? of->slug : "first";
    steps->n += step->up->statements.n || of->before.n || of->after.n;
    return 0;
}

static int steps_make(struct law *law, struct tree *live, struct tree *b, struct gradual *gradual, struct steps *steps)
{
    struct changes *changes;
    struct plan *up, *down;
    struct arena *mem = law->ctx->mem;
    TRY(law_changes(law, live, b, &changes));
    TRY(law_plans(law, changes, &up, &down));
    const struct gradual_wish wish = {0};
    TRY(gradual_make(law->ctx, &law->target, changes, &wish, gradual));
    struct tree *before = law_settled(law, live);
    for (int stage = 0; stage < GRADUAL_STAGES; stage++) {
        struct tree *next = tree_copy(mem, gradual->step[stage].tree);
        TRY(plans_find(law, before, &gradual->step[stage], stage, steps));
        before = next;
    }
    steps->eased = gradual->eased;
    return 0;
}

static int steps_go(struct law *law, const struct steps *steps)
{
    for (int i = 0; i < steps->n; i++) {
        const struct step *step = &steps->item[i];
        law->doing = arena_printf(law->ctx->mem, "step %s", step->slug);
        TRY(texts_run(law, &step->of->before));
        TRY(law_run(law, step->up));
        TRY(texts_run(law, &step->of->after));
    }
    return 0;
}

static int steps_undo(struct law *law, const struct steps *steps)
{
    for (int i = steps->n - 1; i >= 0; i--) {
        const struct step *step = &steps->item[i];
        law->doing = arena_printf(law->ctx->mem, "back from step %s", step->slug);
        TRY(texts_run(law, &step->of->down_before));
        TRY(law_run(law, step->down));
        TRY(texts_run(law, &step->of->down_after));
    }
    return 0;
}

static bool loses_rows(const struct steps *steps)
{
    for (int i = 0; i < steps->n; i++)
        for (int k = 0; k < steps->item[i].up->hazards.n; k++) {
            const struct hazard *hazard = steps->item[i].up->hazards.item[k];
            if (hazard->irreversible && !strstr(hazard->code, "-counter"))
                return true;
        }
    return false;
}

static int run_one(struct law *law, const struct url *url, uint64_t seed, bool filled, struct steps *steps)
{
    struct arena *mem = law->ctx->mem;
    struct tree *nothing, *live, *after, *a = random_tree(mem, law->dialect->engine, seed, 1 + (int)(seed % 4));
    struct tree *b = random_mutation(mem, a, seed * 31 + 7, NULL);
    struct changes *changes;
    struct plan *up, *down;
    struct gradual gradual;
    law_suit(law, a);
    law_suit(law, b);
    law->doing = "build A";
    TRY(law_load(law, &nothing));
    TRY(law_changes(law, nothing, a, &changes));
    TRY(law_plans(law, changes, &up, &down));
    TRY(law_run(law, up));
    TRY(law_load(law, &live));
    law_learn(a, live);
    struct rows_kept *rows = filled ? rows_put(law->ctx, law->conn, a, seed) : NULL;
    law->doing = "B alone";
    TRY(law_learn_alone(law, url, b, &up));
    law->doing = "find the steps";
    TRY(steps_make(law, live, b, &gradual, steps));
    int code = steps_go(law, steps);
    if (code == ERR_SQL && rows && rows_forbid(law->ctx, rows))
        return ERR_CANCELLED; /* the direct change does not take these rows either */
    TRY(code);
    law->doing = "A to B";
    TRY(law_load(law, &after));
    TRY(law_agree(law, after, b));
    code = steps_undo(law, steps);
    if (code == ERR_SQL && rows && rows_forbid(law->ctx, rows))
        return ERR_CANCELLED; /* nor does the way back */
    TRY(code);
    law->doing = "back to A";
    TRY(law_load(law, &after));
    TRY(law_agree(law, after, a));
    TRY(law_agree(law, live, after));
    return rows && !loses_rows(steps) ? rows_check(law->ctx, law->conn, rows) : 0;
}

static void steps_show(const struct steps *steps, struct arena *mem)
{
    for (int i = 0; i < steps->n; i++) {
        const struct step *step = &steps->item[i];
        fprintf(stderr, "--- %s\n%s;\n%s%s\n--- and back\n%s;\n%s%s\n", step->slug,
                names_join(mem, &step->of->before, ";\n"), plan_text(mem, step->up),
                names_join(mem, &step->of->after, ";\n"), names_join(mem, &step->of->down_before, ";\n"),
                plan_text(mem, step->down), names_join(mem, &step->of->down_after, ";\n"));
    }
}

static int run_seed(struct law *law, const struct url *url, uint64_t seed, bool filled, int *eased)
{
    struct ctx ctx;
    struct steps steps = {0};
    ctx_open(&ctx, 0);
    law->ctx = &ctx;
    law->renames = NULL;
    int code = law_open(law, url);
    if (code == 0)
        code = run_one(law, url, seed, filled, &steps);
    if (code < 0 && code != ERR_CANCELLED) {
        fprintf(stderr, "seed %llu: %s: %s\n", (unsigned long long)seed, law->doing, ctx.error.message);
        steps_show(&steps, ctx.mem);
    }
    *eased += steps.eased > 0;
    conn_close(&law->conn);
    ctx_close(&ctx);
    return code;
}

int main(int argc, char **argv)
{
    struct law law = {.dialect = argc > 1 ? dialect_find(argv[1]) : NULL};
    struct ctx ctx;
    struct url url = {0};
    int64_t runs = 0, seed = 1;
    bool good = argc == 5 && text_to_int(argv[2], &runs) && text_to_int(argv[3], &seed);
    if (!law.dialect || !law.dialect->gradual || !good) {
        fprintf(stderr, "usage: gradual ENGINE RUNS SEED URL\n");
        return 2;
    }
    ctx_open(&ctx, 0);
    if (url_read(&ctx, argv[4], &url) < 0) {
        fprintf(stderr, "%s\n", ctx.error.message);
        return 2;
    }
    int failed = 0, eased = 0;
    for (int64_t i = 0; i < runs && failed < 3; i++) {
        int code = run_seed(&law, &url, (uint64_t)(seed + i), true, &eased);
        if (code == ERR_CANCELLED)
            code = run_seed(&law, &url, (uint64_t)(seed + i), false, &eased);
        failed += code < 0;
    }
    printf("gradual: %s: %lld runs from seed %lld, %d with steps, %d failed\n", law.dialect->name, (long long)runs,
           (long long)seed, eased, failed);
    url_close(&url);
    ctx_close(&ctx);
    return failed || (runs >= 10 && !eased); /* nothing in steps would prove nothing */
}
