/* What two readings of a scratch database give to the tree of the models. */
#include "unit.h"

#include "base/text.h"
#include "run/beside.h"

static struct tree *tree_of(struct ctx *ctx, const struct target *target, const char *tables)
{
    const char *text =
        arena_printf(ctx->mem, "{'engine': '%s', 'schemas': [{'name': '', %s}]}", target->dialect->name, tables);
    struct json *json = NULL;
    struct tree *tree = NULL;
    text = text_replace(ctx->mem, text, "'", "\"");
    assert_works(ctx, json_read(ctx, "test", text, strlen(text), &json));
    assert_works(ctx, tree_from_json(ctx, "test", json, &tree));
    tree_settle(ctx->mem, target, tree);
    return tree;
}

#define A_COLUMN "'columns': [{'name': 'id', 'type': 'int'}]"

/* lower_case_table_names = 1: what the models call Orders is orders there, and one table. */
static void a_server_may_fold_the_names_of_tables(void **state)
{
    struct ctx *ctx = *state;
    struct target target = target_offline(dialect_find("mariadb"), NULL);
    struct database_config database = {.name = "primary", .dialect = target.dialect};
    struct session session = {.database = &database, .target = &target};
    struct models_said models = {.tree = tree_of(ctx, &target, "'tables': [{'name': 'Orders', " A_COLUMN "}]")};
    struct beside beside = {.ctx = ctx, .session = &session, .dialect = target.dialect, .models = &models};
    struct tree *before = tree_of(ctx, &target, "'tables': [{'name': 'orders', " A_COLUMN "}]");
    struct tree *after = tree_of(ctx, &target,
                                 "'tables': [{'name': 'orders', " A_COLUMN ", 'triggers': [{'name': 'r', 'definition': "
                                 "'CREATE TRIGGER r BEFORE INSERT ON orders FOR EACH ROW SET @x = 1'}]}]");
    assert_works(ctx, beside_graft(&beside, before, after));
    const struct object *home = object_child(models.tree->root, KIND_SCHEMA, "");
    const struct object *table = object_child(home, KIND_TABLE, "Orders");
    assert_int_equal(home->children.n, 1);
    assert_non_null(object_child(table, KIND_TRIGGER, "r"));
}

UNIT_TESTS(UNIT(a_server_may_fold_the_names_of_tables))
