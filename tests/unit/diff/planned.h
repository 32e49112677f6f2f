/* What the tests of planning share: trees from their JSON form, and the texts of a plan up and back. */
#ifndef TESTS_DIFF_PLANNED_H
#define TESTS_DIFF_PLANNED_H

#include "unit.h"

#include "base/text.h"
#include "diff/graph.h"
#include "diff/plan.h"

/* JSON with ' for " and ` for ', settled. */
static inline struct tree *tree_read(struct ctx *ctx, const char *engine, const char *schemas)
{
    const char *text = arena_printf(ctx->mem, "{'engine': '%s', 'schemas': [%s]}", engine, schemas);
    struct json *json;
    struct tree *tree;
    text = text_replace(ctx->mem, text_replace(ctx->mem, text, "'", "\""), "`", "'");
    assert_works(ctx, json_read(ctx, "test", text, strlen(text), &json));
    assert_works(ctx, tree_from_json(ctx, "test", json, &tree));
    const struct target target = target_offline(dialect_find(engine), NULL);
    tree_settle(ctx->mem, &target, tree);
    return tree;
}

/* The statements up, or those back. */
static inline const char *planned(struct ctx *ctx, struct tree *before, struct tree *after, const struct list *renames,
                                  bool back)
{
    const struct target target = target_offline(dialect_of_engine(before->engine), NULL);
    const struct diff_input input = {.target = &target, .before = before, .after = after, .renames = renames};
    const struct plan_options options = {0};
    struct changes *changes;
    struct plan *up, *down;
    assert_works(ctx, diff_trees(ctx, &input, &changes));
    assert_works(ctx, plan_make(ctx, &target, changes, &options, &up));
    assert_works(ctx, plan_reverse(ctx, &target, up, &options, &down));
    return plan_text(ctx->mem, back ? down : up);
}

/* Do these stand in the text, in this order? */
static inline void assert_in_order(const char *text, const char *const *pieces)
{
    const char *at = text;
    for (; *pieces; pieces++) {
        const char *found = strstr(at, *pieces);
        if (!found)
            fail_msg("\"%s\" is not there, or too early, in\n%s", *pieces, text);
        at = found + 1;
    }
}

#define IN_ORDER(text, ...) assert_in_order(text, (const char *const[]){__VA_ARGS__, NULL})

#endif
