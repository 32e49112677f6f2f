/*
 * Schemas written by hand, as their authors would, against a real server: what the server makes of each file is read,
 * planned from nothing, built elsewhere and read again; then every pair of files is walked there and back.
 * usage: roundtrip ENGINE URL|- FILE...; "-" starts a private server. Prints one line per step that failed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "diff/graph.h"
#include "law.h"

struct walk {
    struct law law;
    const struct url *url;
    const char *const *file;
    int n;
    struct tree **tree;
    int failed;
    bool verbose;
};

static int scratch(struct walk *walk)
{
    conn_close(&walk->law.conn);
    return law_open(&walk->law, walk->url);
}

static bool names(const struct object *from, const struct ref *to)
{
    for (const struct edge *edge = from->needs; edge; edge = edge->next_need) {
        const struct object *relation = to->part ? edge->to->parent : edge->to;
        if (text_equal(relation->name, to->name) && text_equal(relation->parent->name, to->schema) &&
            (!to->part || text_equal(edge->to->name, to->part)))
            return true;
    }
    return false;
}

/* What the server notes of views must be found in their texts too: it is the oracle of diff/mention.c. */
static int texts_are_read(struct walk *walk, struct tree *tree)
{
    const struct list noted = tree->dependencies;
    tree->dependencies = (struct list){0};
    graph_build(walk->law.ctx->mem, &walk->law.target, tree);
    for (int i = 0; i < noted.n; i++) {
        const struct dependency *one = noted.item[i];
        const struct object *from = tree_find_ref(tree, KIND_VIEW, &one->from);
        const struct object *to = tree_find_ref(tree, KIND_TABLE, &(struct ref){one->to.schema, one->to.name, NULL});
        if (from && to && !names(from, &one->to))
            return law_broken(&walk->law, arena_printf(walk->law.ctx->mem, "%s is not seen to name %s", from->name,
                                                       ref_text(walk->law.ctx->mem, &one->to)));
    }
    tree->dependencies = noted;
    return 0;
}

/* What the server makes of a file. */
static int file_load(struct walk *walk, int i)
{
    char *text;
    size_t length;
    walk->law.doing = walk->file[i];
    TRY(file_read(walk->law.ctx, walk->file[i], 0, &text, &length));
    TRY(scratch(walk));
    TRY(conn_exec(walk->law.ctx, walk->law.conn, text));
    TRY(law_load(&walk->law, &walk->tree[i]));
    if (walk->verbose)
        fprintf(stderr, "%s\n",
                json_text(walk->law.ctx->mem, tree_to_json(walk->law.ctx->mem, walk->tree[i]), JSON_INDENTED));
    TRY(texts_are_read(walk, walk->tree[i]));
    return law_agree(&walk->law, walk->tree[i], walk->tree[i]);
}

static int reach(struct walk *walk, const struct plan *plan, const struct tree *wanted)
{
    struct tree *live;
    if (walk->verbose)
        fprintf(stderr, "%s\n", plan_text(walk->law.ctx->mem, plan));
    TRY(law_run(&walk->law, plan));
    TRY(law_load(&walk->law, &live));
    TRY(law_agree(&walk->law, live, wanted));
    TRY(law_agree(&walk->law, wanted, live));
    return 0;
}

static int step(struct walk *walk, const struct tree *from, const struct tree *to)
{
    struct changes *changes;
    struct plan *up, *down;
    TRY(law_changes(&walk->law, from, to, &changes));
    TRY(law_plans(&walk->law, changes, &up, &down));
    TRY(reach(walk, up, to));
    walk->law.doing = arena_printf(walk->law.ctx->mem, "%s, back", walk->law.doing);
    TRY(reach(walk, down, from));
    walk->law.doing = arena_printf(walk->law.ctx->mem, "%s, and again", walk->law.doing);
    return reach(walk, up, to);
}

static int pair(struct walk *walk, int a, int b)
{
    struct tree *nothing;
    TRY(scratch(walk));
    TRY(law_load(&walk->law, &nothing));
    walk->law.doing = arena_printf(walk->law.ctx->mem, "nothing to %s", walk->file[a]);
    TRY(step(walk, nothing, walk->tree[a]));
    if (a == b)
        return 0;
    walk->law.doing = arena_printf(walk->law.ctx->mem, "%s to %s", walk->file[a], walk->file[b]);
    return step(walk, walk->tree[a], walk->tree[b]);
}

static void report(struct walk *walk, int code)
{
    const struct error *error = &walk->law.ctx->error;
    if (code == 0)
        return;
    walk->failed++;
    printf("failed: %s: %s%s%s\n", walk->law.doing, error->message, error->detail ? ": " : "",
           error->detail ? error->detail : "");
}

int main(int argc, char **argv)
{
    struct ctx ctx;
    struct url url = {0};
    struct walk walk = {.law = {.ctx = &ctx, .dialect = argc > 3 ? dialect_find(argv[1]) : NULL},
                        .file = (const char *const *)argv + 3,
                        .n = argc - 3,
                        .verbose = getenv("ROUNDTRIP_VERBOSE")};
    if (!walk.law.dialect) {
        fprintf(stderr, "usage: roundtrip ENGINE URL|- FILE...\n");
        return 2;
    }
    ctx_open(&ctx, 0);
    if (!text_equal(argv[2], "-")) {
        if (url_read(&ctx, argv[2], &url) < 0)
            return 2;
        walk.url = &url;
    }
    walk.tree = NEW_ARRAY(ctx.mem, struct tree *, walk.n);
    for (int i = 0; i < walk.n; i++)
        report(&walk, file_load(&walk, i));
    for (int a = 0; a < walk.n && !walk.failed; a++)
        for (int b = 0; b < walk.n; b++)
            report(&walk, pair(&walk, a, b));
    printf("roundtrip: %s: %d files, %d failed\n", walk.law.dialect->name, walk.n, walk.failed);
    conn_close(&walk.law.conn);
    url_close(&url);
    ctx_close(&ctx);
    return walk.failed ? 1 : 0;
}
