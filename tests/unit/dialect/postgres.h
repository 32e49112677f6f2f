/* What the tests of the PostgreSQL dialect share: schemas as JSON, settled, and the statements between two of them. */
#ifndef TESTS_POSTGRES_H
#define TESTS_POSTGRES_H

#include "unit.h"

#include "base/text.h"
#include "dialect/postgres/pg.h"
#include "diff/plan.h"

/* Of that version; 0: unknown. */
static inline struct target pg_target_of(int version)
{
    struct target target = target_offline(&pg_dialect, NULL);
    target.version = version ? version : pg_dialect.minimum_version;
    target.version_known = version;
    return target;
}

/* A tree whose default schema holds `schema`: "'tables': [...]", with ' for ". */
static inline struct tree *pg_tree(struct ctx *ctx, const char *schema)
{
    const char *text = arena_printf(ctx->mem, "{'engine': 'postgresql', 'schemas': [{'name': '', %s}]}", schema);
    struct json *json = NULL;
    struct tree *tree = NULL;
    text = text_replace(ctx->mem, text_replace(ctx->mem, text, "'", "\""), "`", "'");
    assert_works(ctx, json_read(ctx, "test", text, strlen(text), &json));
    assert_works(ctx, tree_from_json(ctx, "test", json, &tree));
    const struct target target = pg_target_of(0);
    pg_settle(ctx->mem, &target, tree);
    return tree;
}

static inline struct tree *pg_columns(struct ctx *ctx, const char *columns)
{
    return pg_tree(ctx, arena_printf(ctx->mem, "'tables': [{'name': 't', 'columns': [%s]}]", columns));
}

static inline struct plan *pg_plan(struct ctx *ctx, struct tree *before, struct tree *after, int version)
{
    const struct target target = pg_target_of(version);
    struct diff_input input = {.target = &target, .before = before, .after = after};
    struct plan_options options = {0};
    struct changes *changes = NULL;
    struct plan *plan = NULL;
    assert_works(ctx, diff_trees(ctx, &input, &changes));
    assert_works(ctx, plan_make(ctx, &target, changes, &options, &plan));
    return plan;
}

static inline const char *pg_statements(struct ctx *ctx, struct tree *before, struct tree *after, int version)
{
    return text_trim(ctx->mem, plan_text(ctx->mem, pg_plan(ctx, before, after, version)));
}

#define assert_plan(before, after, expected) assert_string_equal(pg_statements(*state, before, after, 150004), expected)

#endif
