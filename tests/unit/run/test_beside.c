/* What two readings of a scratch database give to the tree of the models. */
#include "trees.h"

#include "run/beside.h"

#define A_COLUMN "'columns': [{'name': 'id', 'type': 'int'}]"

/* lower_case_table_names = 1: what the models call Orders is orders there, and one table. */
static void a_server_may_fold_the_names_of_tables(void **state)
{
    struct ctx *ctx = *state;
    struct target target = target_offline(dialect_find("mariadb"), NULL);
    struct database_config database = {.name = "primary", .dialect = target.dialect};
    struct session session = {.database = &database, .target = &target};
    struct models_said models = {.tree = tree_said(ctx, &target, "'tables': [{'name': 'Orders', " A_COLUMN "}]")};
    struct beside beside = {.ctx = ctx, .session = &session, .dialect = target.dialect, .models = &models};
    struct tree *before = tree_said(ctx, &target, "'tables': [{'name': 'orders', " A_COLUMN "}]");
    struct tree *after =
        tree_said(ctx, &target,
                  "'tables': [{'name': 'orders', " A_COLUMN ", 'triggers': [{'name': 'r', 'definition': "
                  "'CREATE TRIGGER r BEFORE INSERT ON orders FOR EACH ROW SET @x = 1'}]}]");
    assert_works(ctx, beside_graft(&beside, before, after));
    const struct object *home = object_child(models.tree->root, KIND_SCHEMA, "");
    const struct object *table = object_child(home, KIND_TABLE, "Orders");
    assert_int_equal(home->children.n, 1);
    assert_non_null(object_child(table, KIND_TRIGGER, "r"));
}

UNIT_TESTS(UNIT(a_server_may_fold_the_names_of_tables))
