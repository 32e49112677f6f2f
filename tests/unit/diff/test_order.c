/* The order of steps: what is named comes first and goes last, names are free when they are taken, circles are broken. */
#include "planned.h"

#define ID "{'name': 'id', 'type': 'integer'}"

static struct tree *pg(void **state, const char *inside)
{
    return tree_read(*state, "postgresql", arena_printf(((struct ctx *)*state)->mem, "{'name': ''%s}", inside));
}

static void a_key_that_is_made_later_comes_before_its_foreign_key(void **state)
{
    struct tree *tree = pg(state, ", 'tables': [{'name': 'a', 'columns': [" ID ", {'name': 'u', 'type': 'uuid'}],"
                                  "'foreign_keys': [{'columns': ['u'], 'ref_table': ['', 'b'], 'ref_columns': ['u']}]},"
                                  "{'name': 'b', 'columns': [" ID ", {'name': 'u', 'type': 'uuid'}], 'indexes': ["
                                  "{'name': 'bu', 'is_unique': true, 'parts': [{'column': 'u'}]}]}]");
    const char *up = planned(*state, pg(state, ""), tree, NULL, false);
    IN_ORDER(up, "CREATE TABLE b", "CREATE UNIQUE INDEX bu", "CREATE TABLE a", "REFERENCES b (u)");
    IN_ORDER(planned(*state, pg(state, ""), tree, NULL, true), "DROP TABLE a", "DROP TABLE b");
}

static void a_circle_of_tables_is_cut_once(void **state)
{
    struct tree *tree = pg(
        state, ", 'tables': [{'name': 'a', 'columns': [" ID "], 'primary_keys': [{'columns': ['id']}],"
               "'foreign_keys': [{'name': 'ab', 'columns': ['id'], 'ref_table': ['', 'b'], 'ref_columns': ['id']}]},"
               "{'name': 'b', 'columns': [" ID "], 'primary_keys': [{'columns': ['id']}],"
               "'foreign_keys': [{'name': 'ba', 'columns': ['id'], 'ref_table': ['', 'a'], 'ref_columns': ['id']}]}]");
    const char *up = planned(*state, pg(state, ""), tree, NULL, false);
    IN_ORDER(up, "CREATE TABLE", "CREATE TABLE", "ALTER TABLE", "ADD CONSTRAINT");
    assert_null(strstr(strstr(up, "ADD CONSTRAINT") + 1, "ADD CONSTRAINT"));
    IN_ORDER(planned(*state, pg(state, ""), tree, NULL, true), "DROP CONSTRAINT", "DROP TABLE", "DROP TABLE");
}

static void a_name_is_free_before_it_is_taken(void **state)
{
    const char *one = ", 'tables': [{'name': 'old', 'columns': [" ID "],"
                      "'primary_keys': [{'name': 'pk', 'columns': ['id']}]}]";
    const char *other = ", 'tables': [{'name': 'new', 'columns': [" ID "],"
                        "'primary_keys': [{'name': 'pk', 'columns': ['id']}]}]";
    IN_ORDER(planned(*state, pg(state, one), pg(state, other), NULL, false), "DROP TABLE old", "CREATE TABLE new");
    IN_ORDER(planned(*state, pg(state, one), pg(state, other), NULL, true), "DROP TABLE new", "CREATE TABLE old");
}

static void a_view_moves_out_of_the_way_of_a_type(void **state)
{
    const char *with = ", 'tables': [{'name': 't', 'columns': [{'name': 'n', 'type': 'TYPE'}]}], 'views': ["
                       "{'name': 'w', 'query': 'SELECT n FROM v'}, {'name': 'v', 'query': 'SELECT n FROM t'}]";
    struct arena *mem = ((struct ctx *)*state)->mem;
    const char *up = planned(*state, pg(state, text_replace(mem, with, "TYPE", "integer")),
                             pg(state, text_replace(mem, with, "TYPE", "bigint")), NULL, false);
    IN_ORDER(up, "DROP VIEW w", "DROP VIEW v", "TYPE bigint", "CREATE VIEW v", "CREATE VIEW w");
}

static void a_default_lets_go_of_its_sequence_first(void **state)
{
    const char *with = ", 'sequences': [{'name': 's'}], 'tables': [{'name': 't', 'columns': ["
                       "{'name': 'n', 'type': 'bigint', 'default_value': 'nextval(`s`)'}]}]";
    const char *without = ", 'tables': [{'name': 't', 'columns': [{'name': 'n', 'type': 'bigint'}]}]";
    IN_ORDER(planned(*state, pg(state, with), pg(state, without), NULL, false), "DROP DEFAULT", "DROP SEQUENCE s");
    IN_ORDER(planned(*state, pg(state, with), pg(state, without), NULL, true), "CREATE SEQUENCE s", "SET DEFAULT");
}

static void schemas_hold_what_lies_in_them(void **state)
{
    struct tree *tree = tree_read(*state, "postgresql",
                                  "{'name': ''}, {'name': 'app', 'tables': [{'name': 't', 'columns': [" ID "]}]}");
    IN_ORDER(planned(*state, pg(state, ""), tree, NULL, false), "CREATE SCHEMA app", "CREATE TABLE app.t");
    IN_ORDER(planned(*state, pg(state, ""), tree, NULL, true), "DROP TABLE app.t", "DROP SCHEMA app");
}

static void a_circle_that_nothing_breaks_is_told_with_its_steps(void **state)
{
    struct ctx *ctx = *state;
    const struct target target = target_offline(dialect_find("postgresql"), NULL);
    const struct diff_input input = {
        .target = &target,
        .before = pg(state, ""),
        .after = pg(state, ", 'views': [{'name': 'a', 'query': 'SELECT x FROM b'}, {'name': 'c', 'query': 'SELECT x "
                           "FROM b'}, {'name': 'b', 'query': 'SELECT x FROM a'}]")};
    const struct plan_options options = {0};
    struct changes *changes;
    struct plan *up;
    assert_works(ctx, diff_trees(ctx, &input, &changes));
    assert_fails(ctx, plan_make(ctx, &target, changes, &options, &up), ERR_UNSUPPORTED,
                 "each of these steps waits for the next, and the last for the first: create view b, create view a");
}

UNIT_TESTS(UNIT(a_key_that_is_made_later_comes_before_its_foreign_key), UNIT(a_circle_of_tables_is_cut_once),
           UNIT(a_name_is_free_before_it_is_taken), UNIT(a_view_moves_out_of_the_way_of_a_type),
           UNIT(a_default_lets_go_of_its_sequence_first), UNIT(schemas_hold_what_lies_in_them),
           UNIT(a_circle_that_nothing_breaks_is_told_with_its_steps))
