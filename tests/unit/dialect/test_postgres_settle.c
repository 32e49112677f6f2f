#include "postgres.h"

#include "schema/unmodelled.h"

static struct object *child(struct object *parent, enum kind kind, int at)
{
    for (int i = 0; i < parent->children.n; i++) {
        struct object *object = parent->children.item[i];
        if (object->kind == kind && at-- == 0)
            return object;
    }
    fail_msg("no such child");
    return NULL;
}

static struct object *table_of(struct tree *tree)
{
    return child(tree_schema(NULL, tree, ""), KIND_TABLE, 0);
}

static void unnamed_objects_get_the_servers_names(void **state)
{
    struct ctx *ctx = *state;
    struct object *table = table_of(pg_tree(
        ctx, "'tables': [{'name': 'users', 'columns': [{'name': 'id', 'type': 'int'}, {'name': 'a', 'type': 'int'},"
             "{'name': 'b', 'type': 'int'}], 'primary_keys': [{'columns': ['id']}],"
             "'uniques': [{'columns': ['a']}, {'columns': ['a', 'b']}, {'columns': ['b'], 'include': ['a']}],"
             "'checks': [{'expr': 'a > 0'}, {'expr': 'a < 9'}, {'expr': 'a < b'}],"
             "'foreign_keys': [{'columns': ['a', 'b'], 'ref_table': 'users', 'ref_columns': ['id', 'a']}],"
             "'indexes': [{'parts': [{'column': 'a'}, {'expr': 'a + b'}, {'expr': 'b + 1'}]}]}]"));
    static const struct {
        enum kind kind;
        int at;
        const char *name;
    } expected[] = {{KIND_PRIMARY_KEY, 0, "users_pkey"},      {KIND_UNIQUE, 0, "users_a_key"},
                    {KIND_UNIQUE, 1, "users_a_b_key"},        {KIND_UNIQUE, 2, "users_b_a_key"},
                    {KIND_CHECK, 0, "users_a_check"},         {KIND_CHECK, 1, "users_a_check1"},
                    {KIND_CHECK, 2, "users_check"},           {KIND_FOREIGN_KEY, 0, "users_a_b_fkey"},
                    {KIND_INDEX, 0, "users_a_expr_expr1_idx"}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const struct object *object = child(table, expected[i].kind, expected[i].at);
        assert_string_equal(object->name, expected[i].name);
        assert_true(object->name_invented);
    }
}

/* As PostgreSQL 15 and 18 call them. */
static void expressions_of_an_index_are_called_as_the_server_calls_them(void **state)
{
    struct ctx *ctx = *state;
    static const struct {
        const char *expr, *name;
    } expected[] = {{"lower(x)", "lower"},
                    {"x || 'a'", "expr"},
                    {"(x || 'a'::text)", "expr"},
                    {"x::integer", "x"},
                    {"(j ->> 'a')::integer", "int4"},
                    {"((j ->> 'a'::text))::integer", "int4"},
                    {"COALESCE(x, 'a'::text)", "coalesce"},
                    {"GREATEST(i, 2)", "greatest"},
                    {"NULLIF(x, ''::text)", "nullif"},
                    {"\nCASE\n    WHEN i > 0 THEN x\n    ELSE lower(x)\nEND", "lower"},
                    {"CASE WHEN i > 0 THEN 1 ELSE 2 END", "case"},
                    {"CASE WHEN i > 0 THEN 1 ELSE 2 END::bigint", "int8"},
                    {"SUBSTRING(x FROM 1 FOR 2)", "substring"},
                    {"trim(x)", "btrim"},
                    {"TRIM(BOTH FROM x)", "btrim"},
                    {"TRIM(LEADING FROM x)", "ltrim"},
                    {"lower(x) COLLATE \"C\"", "lower"},
                    {"(at AT TIME ZONE 'utc'::text)", "timezone"},
                    {"i + 1", "expr"},
                    {"i::numeric(10,2)", "i"},
                    {"(i + 1)::double precision", "float8"},
                    {"((i + 1))::character varying(3)", "varchar"},
                    {"pg_catalog.upper(x)::text", "upper"},
                    {"CAST(i + 1 AS smallint)", "int2"},
                    {"CAST(x AS integer)", "x"},
                    {"EXTRACT(year FROM ts)", "extract"},
                    {"POSITION(('a'::text) IN (x))", "position"},
                    {"- i", "expr"},
                    {"NOT b", "expr"},
                    {"NOT (b)", "expr"},
                    {"x IS NULL", "expr"},
                    {"\"Mixed\"::text", "Mixed"},
                    {"ARRAY[i, 2]", "array"},
                    {"ts::date", "ts"},
                    {"date_trunc('day'::text, ts)", "date_trunc"},
                    {"'2024-01-01 10:00:00'::timestamp without time zone", "timestamp"},
                    {"i >= 1 AND i <= 2", "expr"},
                    {"x ~~ 'a%'::text", "expr"},
                    {"((at AT TIME ZONE 'utc'::text))::date", "timezone"},
                    {"tt.i", "i"}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct tree *tree = tree_new(ctx->mem, ENGINE_PG);
        struct object *table = object_new(ctx->mem, KIND_TABLE, tree_schema(ctx->mem, tree, "public"), "tt");
        struct object *index = object_new(ctx->mem, KIND_INDEX, table, NULL);
        struct index_part *part = (struct index_part *)object_new(ctx->mem, KIND_INDEX_PART, index, NULL);
        SAY(part, INDEX_PART, expr, ((struct expr){.printed = expected[i].expr}));
        assert_string_equal(pg_default_name(ctx->mem, index), arena_printf(ctx->mem, "tt_%s_idx", expected[i].name));
    }
}

static void long_names_are_cut_as_the_server_cuts_them(void **state)
{
    struct ctx *ctx = *state;
    assert_string_equal(pg_object_name(ctx->mem, "a_table_with_a_very_long_name_indeed_it_goes_on",
                                       "and_a_column_whose_name_is_not_short_either", "fkey"),
                        "a_table_with_a_very_long_name_and_a_column_whose_name_is_n_fkey");
    assert_string_equal(pg_object_name(ctx->mem, "größenordnungenvonübermäßigerlängeüberallesmaßhinau", NULL, "pkey"),
                        "größenordnungenvonübermäßigerlängeüberallesmaßhina_pkey");
}

static void defaults_are_said(void **state)
{
    struct ctx *ctx = *state;
    struct object *table = table_of(pg_tree(
        ctx, "'tables': [{'name': 't', 'columns': [{'name': 'id', 'type': 'bigint', 'identity': 'by_default'},"
             "{'name': 's', 'type': 'SERIAL'}, {'name': 'x', 'type': 'text', 'storage': 'EXTENDED',"
             "'compression': 'default', 'collation': 'default'}], 'primary_keys': [{'columns': ['x']}],"
             "'foreign_keys': [{'columns': ['s'], 'ref_schema': 'public', 'ref_table': 't', 'on_delete': 'cascade'}],"
             "'indexes': [{'name': 'i', 'method': 'GIN', 'options': ['FastUpdate = off'],"
             "'parts': [{'column': 'x', 'opclass': 'jsonb_ops'}, {'column': 's', 'descending': true}]}]}]"));
    const struct column *id = (struct column *)child(table, KIND_COLUMN, 0);
    const struct column *serial = (struct column *)child(table, KIND_COLUMN, 1);
    const struct column *text = (struct column *)child(table, KIND_COLUMN, 2);
    const struct foreign_key *key = (struct foreign_key *)child(table, KIND_FOREIGN_KEY, 0);
    struct index *index = (struct index *)child(table, KIND_INDEX, 0);
    assert_string_equal(id->identity, "by default");
    assert_int_equal(id->identity_start, 1);
    assert_true(id->identity_max == INT64_MAX);
    assert_false(id->nullable);
    assert_string_equal(serial->type, "INTEGER");
    assert_true(serial->autoincrement);
    assert_false(serial->nullable);
    assert_null(text->storage);
    assert_null(text->compression);
    assert_null(text->collation);
    assert_false(text->nullable);
    assert_string_equal(key->ref_table.schema, "");
    assert_string_equal(key->on_delete, "CASCADE");
    assert_string_equal(key->on_update, "NO ACTION");
    assert_string_equal(key->ref_columns.item[0], "x");
    assert_string_equal(index->method, "gin");
    assert_string_equal(index->options.item[0], "fastupdate=off");
    assert_null(((struct index_part *)child(&index->object, KIND_INDEX_PART, 0))->opclass);
    assert_true(((struct index_part *)child(&index->object, KIND_INDEX_PART, 1))->nulls_first);
}

static void the_usual_schema_is_the_default_one(void **state)
{
    static const struct {
        const char *said, *folded; /* NULL: no server has said it; none is folded */
    } cases[] = {{NULL, "public"}, {"public", "public"}, {"app", "app"}, {"", NULL}};
    struct ctx *ctx = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct target target = pg_target_of(0);
        struct tree *tree = tree_new(ctx->mem, ENGINE_PG);
        target.facts.usual_schema = cases[i].said;
        object_new(ctx->mem, KIND_TABLE, tree_schema(ctx->mem, tree, ""), "plain");
        object_new(ctx->mem, KIND_TABLE, tree_schema(ctx->mem, tree, "public"), "public");
        object_new(ctx->mem, KIND_TABLE, tree_schema(ctx->mem, tree, "app"), "app");
        pg_settle(ctx->mem, &target, tree);
        assert_non_null(tree_find(tree, KIND_TABLE, "", "plain"));
        for (int k = 0; k < 2; k++) {
            const char *name = k ? "app" : "public";
            bool folded = text_equal(name, cases[i].folded);
            assert_int_equal(folded, tree_find(tree, KIND_TABLE, "", name) != NULL);
            assert_int_equal(folded, !object_child(tree->root, KIND_SCHEMA, name));
        }
    }
}

static void children_have_their_parents_columns(void **state)
{
    struct ctx *ctx = *state;
    struct tree *tree = pg_tree(
        ctx,
        "'tables': [{'name': 'child', 'inherits': ['base'], 'columns': [{'name': 'c', 'type': 'int'}]},"
        "{'name': 'base', 'columns': [{'name': 'id', 'type': 'serial', 'comment': 'mine', 'counter_comment': 'its'}]}]");
    const struct object *table = tree_find(tree, KIND_TABLE, "", "child");
    const struct column *id = (const struct column *)object_child(table, KIND_COLUMN, "id");
    assert_non_null(id);
    assert_false(id->autoincrement);
    assert_string_equal(id->default_value.printed, "nextval('base_id_seq'::regclass)");
    assert_null(id->comment);
    assert_null(id->counter_comment);
    assert_false(id->nullable);
    tree = pg_tree(ctx, "'tables': [{'name': 'child', 'inherits': ['it`s']},"
                        "{'name': 'it`s', 'columns': [{'name': 'id', 'type': 'serial'}]}]");
    table = tree_find(tree, KIND_TABLE, "", "child");
    id = (const struct column *)object_child(table, KIND_COLUMN, "id");
    assert_string_equal(id->default_value.printed, "nextval('\"it''s_id_seq\"'::regclass)");
}

static void a_check_of_the_parents_name_is_the_parents(void **state)
{
    struct ctx *ctx = *state;
    struct tree *tree = pg_tree(
        ctx, "'tables': [{'name': 'child', 'inherits': ['base'], 'checks': [{'name': 'same', 'expr': 'a > 0'},"
             "{'name': null, 'expr': 'a > 1'}, {'name': 'own', 'expr': 'a > 2'}]},"
             "{'name': 'base', 'columns': [{'name': 'a', 'type': 'int'}], 'checks': [{'name': null, 'expr': 'a > 1'},"
             "{'name': 'same', 'expr': 'a > 0'}]}]");
    const struct object *child = tree_find(tree, KIND_TABLE, "", "child");
    assert_int_equal(object_count(child, KIND_CHECK), 2);
    assert_null(object_child(child, KIND_CHECK, "same"));
    assert_non_null(object_child(child, KIND_CHECK, "own"));
}

static void older_note(struct arena *mem, struct tree *tree, const char *kind, const char *name, const char *on_kind)
{
    struct unmodelled *one = NEW(mem, struct unmodelled);
    *one = (struct unmodelled){.kind = kind, .schema = "", .name = name, .on_kind = on_kind, .on = "t"};
    one->definition = "true";
    list_add(mem, &tree->unmodelled, one);
}

static void what_older_programs_named_becomes_fields(void **state)
{
    struct ctx *ctx = *state;
    struct tree *tree = pg_tree(ctx, "'tables': [{'name': 't'}]");
    const struct table *table = (const struct table *)table_of(tree);
    kind_set_remove(&tree->kinds, KIND_POLICY);
    older_note(ctx->mem, tree, "row security", "forced", "table");
    older_note(ctx->mem, tree, "row security", "enabled", "partition");
    older_note(ctx->mem, tree, "policy", "p", "table");
    pg_older_take(ctx->mem, tree);
    assert_true(table->row_security && table->force_row_security);
    assert_int_equal(tree->unmodelled.n, 1);
}

UNIT_TESTS(UNIT(unnamed_objects_get_the_servers_names),
           UNIT(expressions_of_an_index_are_called_as_the_server_calls_them),
           UNIT(long_names_are_cut_as_the_server_cuts_them), UNIT(defaults_are_said),
           UNIT(the_usual_schema_is_the_default_one), UNIT(children_have_their_parents_columns),
           UNIT(a_check_of_the_parents_name_is_the_parents), UNIT(what_older_programs_named_becomes_fields))
