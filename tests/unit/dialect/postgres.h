/* What the tests of the PostgreSQL dialect share: schemas as JSON, settled, and the statements between two of them. */
#ifndef TESTS_POSTGRES_H
#define TESTS_POSTGRES_H

#include "unit.h"

#include "base/text.h"
#include "dialect/postgres/pg.h"
#include "diff/plan.h"

/* A tree whose default schema holds `schema`: "'tables': [...]", with ' for ". */
static inline struct tree *pg_tree(struct ctx *ctx, const char *schema)
{
    const char *text = arena_printf(ctx->mem, "{'engine': 'postgresql', 'schemas': [{'name': '', %s}]}", schema);
    struct json *json = NULL;
    struct tree *tree = NULL;
    text = text_replace(ctx->mem, text_replace(ctx->mem, text, "'", "\""), "`", "'");
    assert_works(ctx, json_read(ctx, "test", text, strlen(text), &json));
    assert_works(ctx, tree_from_json(ctx, "test", json, &tree));
    pg_settle(ctx->mem, tree);
    return tree;
}

static inline struct tree *pg_columns(struct ctx *ctx, const char *columns)
{
    return pg_tree(ctx, arena_printf(ctx->mem, "'tables': [{'name': 't', 'columns': [%s]}]", columns));
}

static inline struct plan *pg_plan(struct ctx *ctx, struct tree *before, struct tree *after, int version)
{
    struct diff_input input = {.dialect = &pg_dialect, .before = before, .after = after};
    struct plan_options options = {.version = version};
    struct changes *changes = NULL;
    struct plan *plan = NULL;
    assert_works(ctx, diff_trees(ctx, &input, &changes));
    assert_works(ctx, plan_make(ctx, &pg_dialect, changes, &options, &plan));
    return plan;
}

static inline const char *pg_statements(struct ctx *ctx, struct tree *before, struct tree *after, int version)
{
    return text_trim(ctx->mem, plan_text(ctx->mem, pg_plan(ctx, before, after, version)));
}

#define assert_plan(before, after, expected) assert_string_equal(pg_statements(*state, before, after, 150004), expected)

#endif
