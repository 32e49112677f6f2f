/* Schemas as JSON for tests that plan: "'tables': [...]" of the default schema, with ' for ". */
#ifndef TESTS_TREES_H
#define TESTS_TREES_H

#include "unit.h"

#include "base/text.h"
#include "dialect/target.h"

/* Settled as the target would. */
static inline struct tree *tree_said(struct ctx *ctx, const struct target *target, const char *schema)
{
    const char *text =
        arena_printf(ctx->mem, "{'engine': '%s', 'schemas': [{'name': '', %s}]}", target->dialect->name, schema);
    struct json *json = NULL;
    struct tree *tree = NULL;
    text = text_replace(ctx->mem, text, "'", "\"");
    assert_works(ctx, json_read(ctx, "test", text, strlen(text), &json));
    assert_works(ctx, tree_from_json(ctx, "test", json, &tree));
    tree_settle(ctx->mem, target, tree);
    return tree;
}

#endif
