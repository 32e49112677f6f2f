/* Edges of the dependency graph: from fields, types and texts, to keys that are rested on, and between inherited columns. */
#include "planned.h"

static const char schemas[] =
    "{'name': '', 'enums': [{'name': 'mood', 'labels': ['ok']}], 'sequences': [{'name': 'counter'}], 'tables': ["
    "{'name': 'parent', 'columns': [{'name': 'id', 'type': 'integer'}, {'name': 'code', 'type': 'text'}],"
    " 'primary_keys': [{'columns': ['id']}], 'indexes': [{'name': 'ux', 'is_unique': true, 'predicate': 'code <> ``',"
    " 'parts': [{'column': 'code'}]}]},"
    "{'name': 'child', 'inherits': [['', 'parent']], 'columns': [{'name': 'id', 'type': 'integer'},"
    " {'name': 'code', 'type': 'text'}, {'name': 'm', 'type': 'mood[]', 'default_value': 'nextval(`counter`)'},"
    " {'name': 'g', 'type': 'integer', 'computed': 'length(code)'}],"
    " 'foreign_keys': [{'name': 'fk', 'columns': ['code'], 'ref_table': ['', 'parent'], 'ref_columns': ['code']}]}],"
    "'views': [{'name': 'v', 'query': 'SELECT p.code FROM parent p'}, {'name': 'w', 'query': 'SELECT code FROM v'}]},"
    "{'name': 'app', 'tables': [{'name': 'parent', 'columns': [{'name': 'id', 'type': 'integer'}]}]}";

static void build(void **state, const struct tree *tree)
{
    const struct target target = target_offline(dialect_find("postgresql"), NULL);
    graph_build(((struct ctx *)*state)->mem, &target, tree);
}

static struct tree *graph(void **state)
{
    struct tree *tree = tree_read(*state, "postgresql", schemas);
    build(state, tree);
    return tree;
}

static struct object *below(struct tree *tree, const char *table, enum kind kind, const char *name)
{
    struct object *found = object_child(tree_find(tree, KIND_TABLE, "", table), kind, name);
    assert_non_null(found);
    return found;
}

static bool leads(const struct object *from, const struct object *to, enum edge_how how)
{
    for (const struct edge *edge = from->needs; edge; edge = edge->next_need)
        if (edge->to == to && edge->how == how)
            return true;
    return false;
}

static void fields_and_texts_lead_to_what_they_name(void **state)
{
    struct tree *tree = graph(state);
    const struct object *code = below(tree, "parent", KIND_COLUMN, "code"), *m = below(tree, "child", KIND_COLUMN, "m");
    assert_true(leads(below(tree, "parent", KIND_INDEX, "ux"), code, EDGE_NAMES));
    assert_true(leads(below(tree, "child", KIND_FOREIGN_KEY, "fk"), code, EDGE_NAMES));
    assert_true(
        leads(below(tree, "child", KIND_FOREIGN_KEY, "fk"), below(tree, "child", KIND_COLUMN, "code"), EDGE_NAMES));
    assert_true(leads(below(tree, "child", KIND_COLUMN, "g"), below(tree, "child", KIND_COLUMN, "code"), EDGE_NAMES));
    assert_true(leads(m, tree_find(tree, KIND_ENUM, "", "mood"), EDGE_NAMES));
    assert_true(leads(m, tree_find(tree, KIND_SEQUENCE, "", "counter"), EDGE_NAMES));
    assert_true(leads(tree_find(tree, KIND_VIEW, "", "v"), code, EDGE_NAMES));
    assert_true(leads(tree_find(tree, KIND_VIEW, "", "w"), tree_find(tree, KIND_VIEW, "", "v"), EDGE_NAMES));
    assert_false(leads(tree_find(tree, KIND_VIEW, "", "w"), code, EDGE_NAMES));
}

static void a_foreign_key_rests_on_the_key_that_has_its_columns(void **state)
{
    struct tree *tree = graph(state);
    const struct object *key = below(tree, "child", KIND_FOREIGN_KEY, "fk");
    assert_true(leads(key, below(tree, "parent", KIND_INDEX, "ux"), EDGE_RESTS));
    assert_false(leads(key, object_only(tree_find(tree, KIND_TABLE, "", "parent"), KIND_PRIMARY_KEY), EDGE_RESTS));
}

static void columns_are_inherited_by_name(void **state)
{
    struct tree *tree = graph(state);
    assert_true(
        leads(below(tree, "child", KIND_COLUMN, "id"), below(tree, "parent", KIND_COLUMN, "id"), EDGE_INHERITS));
    assert_false(
        leads(below(tree, "child", KIND_COLUMN, "m"), below(tree, "parent", KIND_COLUMN, "id"), EDGE_INHERITS));
}

static void another_schema_is_another_table(void **state)
{
    struct tree *tree = graph(state);
    assert_null(tree_find(tree, KIND_TABLE, "app", "parent")->needed);
}

static void edges_go_both_ways_and_are_made_once(void **state)
{
    struct tree *tree = graph(state);
    struct object *code = below(tree, "parent", KIND_COLUMN, "code");
    int first = 0, again = 0;
    for (const struct edge *edge = code->needed; edge; edge = edge->next_needed, first++)
        assert_ptr_equal(edge->to, code);
    build(state, tree);
    for (const struct edge *edge = code->needed; edge; edge = edge->next_needed)
        again++;
    assert_true(first > 3);
    assert_int_equal(first, again);
}

UNIT_TESTS(UNIT(fields_and_texts_lead_to_what_they_name), UNIT(a_foreign_key_rests_on_the_key_that_has_its_columns),
           UNIT(columns_are_inherited_by_name), UNIT(another_schema_is_another_table),
           UNIT(edges_go_both_ways_and_are_made_once))
