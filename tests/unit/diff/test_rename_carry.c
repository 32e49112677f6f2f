/* A rename in the current tree reaches every name that resolves to the renamed object, and nothing else. */
#include "planned.h"

static const struct list *renames(struct ctx *ctx, const char *schema, const char *table, const char *from,
                                  const char *to)
{
    struct list *list = NEW(ctx->mem, struct list);
    struct rename *rename = NEW(ctx->mem, struct rename);
    *rename = (struct rename){.schema = schema, .table = table, .from = from, .to = to};
    list_add(ctx->mem, list, rename);
    return list;
}

/* Only the rename itself. */
static void assert_only(struct ctx *ctx, struct tree *before, struct tree *after, const struct list *decided,
                        const char *statement)
{
    assert_string_equal(planned(ctx, before, after, decided, false), statement);
}

static struct tree *lite(void **state, const char *column, const char *trigger)
{
    return tree_read(
        *state, "sqlite",
        arena_printf(((struct ctx *)*state)->mem,
                     "{'name': '', 'tables': [{'name': 'person', 'columns': [{'name': '%s', 'type': 'TEXT'}],"
                     "'triggers': [{'name': 'g', 'definition': '%s'}]},"
                     "{'name': 'log', 'columns': [{'name': 'name', 'type': 'TEXT'}]}]}",
                     column, trigger));
}

static void a_trigger_changes_only_the_names_of_the_column(void **state)
{
    static const char text[] = "CREATE TRIGGER g AFTER UPDATE OF %s ON person BEGIN "
                               "INSERT INTO log(name) VALUES (`name was ` || OLD.%s); END";
    struct arena *mem = ((struct ctx *)*state)->mem;
    assert_only(*state, lite(state, "name", arena_printf(mem, text, "name", "name")),
                lite(state, "full_name", arena_printf(mem, text, "full_name", "full_name")),
                renames(*state, "", "person", "name", "full_name"),
                "ALTER TABLE person RENAME COLUMN name TO full_name;");
}

static struct tree *pg(void **state, const char *format, const char *name)
{
    return tree_read(*state, "postgresql", text_replace(((struct ctx *)*state)->mem, format, "NAME", name));
}

static void a_function_and_a_text_keep_the_name(void **state)
{
    static const char tables[] = "{'name': '', 'tables': [{'name': 't', 'columns': [{'name': 'NAME', 'type': 'text'}],"
                                 "'checks': [{'name': 'ck', 'expr': 'length(NAME) > 2 AND NAME <> `length`'}],"
                                 "'indexes': [{'name': 'ix', 'parts': [{'expr': 'length(NAME)'}]}]}]}";
    assert_only(*state, pg(state, tables, "length"), pg(state, tables, "len"),
                renames(*state, "", "t", "length", "len"), "ALTER TABLE t RENAME COLUMN length TO len;");
}

static void a_column_of_the_tables_name_stays(void **state)
{
    static const char tables[] = "{'name': '', 'tables': [{'name': 'NAME', 'columns': [{'name': 'id', 'type': 'int'}]},"
                                 "{'name': 'job', 'columns': [{'name': 'status', 'type': 'text'}],"
                                 "'checks': [{'name': 'ck', 'expr': 'status <> ``'}]}],"
                                 "'views': [{'name': 'v', 'query': 'SELECT status FROM job'}]}";
    assert_only(*state, pg(state, tables, "status"), pg(state, tables, "states"),
                renames(*state, "", NULL, "status", "states"), "ALTER TABLE status RENAME TO states;");
}

static void a_table_of_that_name_in_another_schema_stays(void **state)
{
    static const char tables[] =
        "{'name': 'one', 'tables': [{'name': 'u', 'columns': [{'name': 'NAME', 'type': 'int'}],"
        "'uniques': [{'name': 'uq', 'columns': ['NAME']}]}]},"
        "{'name': 'two', 'tables': [{'name': 'u', 'columns': [{'name': 'k', 'type': 'int'}],"
        "'uniques': [{'name': 'uq', 'columns': ['k']}]},"
        "{'name': 'p', 'columns': [{'name': 'k', 'type': 'int'}], 'foreign_keys': ["
        "{'name': 'fk', 'columns': ['k'], 'ref_table': ['two', 'u'], 'ref_columns': ['k']}]}]}";
    assert_only(*state, pg(state, tables, "k"), pg(state, tables, "kk"), renames(*state, "one", "u", "k", "kk"),
                "ALTER TABLE one.u RENAME COLUMN k TO kk;");
}

static void a_view_keeps_the_names_of_its_columns(void **state)
{
    static const char before[] = "{'name': '', 'tables': [{'name': 't', 'columns': [{'name': 'a', 'type': 'int'}]}],"
                                 "'views': [{'name': 'v', 'query': 'SELECT a FROM t WHERE a > 0'}]}";
    static const char after[] = "{'name': '', 'tables': [{'name': 't', 'columns': [{'name': 'b', 'type': 'int'}]}],"
                                "'views': [{'name': 'v', 'query': 'SELECT b AS a FROM t WHERE b > 0'}]}";
    assert_only(*state, pg(state, before, ""), pg(state, after, ""), renames(*state, "", "t", "a", "b"),
                "ALTER TABLE t RENAME COLUMN a TO b;");
}

static void a_column_that_is_inherited_follows(void **state)
{
    static const char tables[] = "{'name': '', 'tables': [{'name': 'p', 'columns': [{'name': 'NAME', 'type': 'int'}]},"
                                 "{'name': 'c', 'inherits': ['p'], 'columns': [{'name': 'own', 'type': 'int'}],"
                                 "'indexes': [{'name': 'ix', 'parts': [{'column': 'NAME'}, {'expr': 'NAME + own'}]}]},"
                                 "{'name': 'd', 'inherits': ['c'], 'checks': [{'name': 'ck', 'expr': 'NAME > own'}]}]}";
    assert_only(*state, pg(state, tables, "a"), pg(state, tables, "b"), renames(*state, "", "p", "a", "b"),
                "ALTER TABLE p RENAME COLUMN a TO b;");
}

/* Seen in 3.40: "error in table t after rename: no such column". */
static void what_sqlite_cannot_rename_is_refused(void **state)
{
    struct ctx *ctx = *state;
    static const char table[] =
        "{'name': '', 'tables': [{'name': 't', 'without_rowid': true, 'columns': [{'name': 'NAME', 'type': 'INTEGER'},"
        "{'name': 'k', 'type': 'INTEGER', 'computed': 'NAME * 2', 'computed_stored': true}],"
        "'primary_keys': [{'columns': ['NAME']}], 'uniques': [{'columns': ['k']}]}]}";
    struct changes *changes;
    struct plan *plan;
    const struct target target = target_offline(dialect_find("sqlite"), NULL);
    const struct diff_input input = {.target = &target,
                                     .before = tree_read(ctx, "sqlite", text_replace(ctx->mem, table, "NAME", "a")),
                                     .after = tree_read(ctx, "sqlite", text_replace(ctx->mem, table, "NAME", "b")),
                                     .renames = renames(ctx, "", "t", "a", "b")};
    assert_works(ctx, diff_trees(ctx, &input, &changes));
    assert_int_equal(plan_make(ctx, &target, changes, &(struct plan_options){0}, &plan), ERR_UNSUPPORTED);
}

/* Parts are renamed under the table's new name: on the way back before it has its old one again. */
static void names_of_parts_change_places_in_a_renamed_table(void **state)
{
    struct ctx *ctx = *state;
    static const char tables[] = "{'name': '', 'tables': [{'name': 'TABLE', 'columns': [{'name': 'a', 'type': 'int'},"
                                 "{'name': 'b', 'type': 'int'}], 'primary_keys': [{'name': 'ONE', 'columns': ['a']}],"
                                 "'uniques': [{'name': 'OTHER', 'columns': ['b']}]}]}";
    const char *before = text_replace(ctx->mem, tables, "TABLE", "t"), *after;
    after = text_replace(ctx->mem, tables, "TABLE", "u");
    before = text_replace(ctx->mem, text_replace(ctx->mem, before, "ONE", "x"), "OTHER", "y");
    after = text_replace(ctx->mem, text_replace(ctx->mem, after, "ONE", "y"), "OTHER", "x");
    for (int back = 0; back < 2; back++) {
        const char *text =
            planned(ctx, pg(state, before, ""), pg(state, after, ""), renames(ctx, "", NULL, "t", "u"), back);
        if (back)
            IN_ORDER(text, "ALTER TABLE u RENAME CONSTRAINT", "ALTER TABLE u RENAME CONSTRAINT",
                     "ALTER TABLE u RENAME CONSTRAINT", "ALTER TABLE u RENAME TO t;");
        else
            IN_ORDER(text, "ALTER TABLE t RENAME TO u;", "ALTER TABLE u RENAME CONSTRAINT",
                     "ALTER TABLE u RENAME CONSTRAINT", "ALTER TABLE u RENAME CONSTRAINT");
    }
}

static int warnings(void **state, const char *engine)
{
    static const char schema[] = "{'name': '', 'tables': [{'name': '%s', 'columns': [{'name': 'id', 'type': 'int'}]}], "
                                 "'functions': [{'name': 'f()', 'called': 'f', 'definition': 'CREATE FUNCTION f() "
                                 "RETURNS text LANGUAGE sql AS `SELECT 1 FROM person`'}]}";
    struct ctx *ctx = *state;
    const struct target target = target_offline(dialect_find(engine), NULL);
    const struct diff_input input = {.target = &target,
                                     .before = tree_read(ctx, engine, arena_printf(ctx->mem, schema, "person")),
                                     .after = tree_read(ctx, engine, arena_printf(ctx->mem, schema, "human")),
                                     .renames = renames(ctx, "", NULL, "person", "human")};
    const struct plan_options options = {0};
    struct changes *changes;
    struct plan *plan;
    assert_works(ctx, diff_trees(ctx, &input, &changes));
    assert_works(ctx, plan_make(ctx, &target, changes, &options, &plan));
    return plan->hazards.n;
}

static void only_bodies_in_quotes_are_warned_of(void **state)
{
    assert_int_equal(warnings(state, "postgresql"), 1);
    assert_int_equal(warnings(state, "mysql"), 0);
}

UNIT_TESTS(UNIT(a_trigger_changes_only_the_names_of_the_column), UNIT(a_function_and_a_text_keep_the_name),
           UNIT(a_column_of_the_tables_name_stays), UNIT(a_table_of_that_name_in_another_schema_stays),
           UNIT(a_view_keeps_the_names_of_its_columns), UNIT(a_column_that_is_inherited_follows),
           UNIT(what_sqlite_cannot_rename_is_refused), UNIT(names_of_parts_change_places_in_a_renamed_table),
           UNIT(only_bodies_in_quotes_are_warned_of))
