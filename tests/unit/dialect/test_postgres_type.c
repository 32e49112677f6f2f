#include "postgres.h"

static void types_have_the_servers_names(void **state)
{
    static const char *const pairs[][2] = {
        {"varchar(255)", "character varying(255)"},
        {"VARCHAR", "character varying"},
        {"Character Varying ( 20 )", "character varying(20)"},
        {"national character varying(3)", "character varying(3)"},
        {"char", "character(1)"},
        {"CHAR(3)", "character(3)"},
        {"bpchar", "bpchar"},
        {"bpchar(4)", "character(4)"},
        {"INT", "integer"},
        {"int8", "bigint"},
        {"smallserial", "smallint"},
        {"BIGSERIAL", "bigint"},
        {"decimal(10, 2)", "numeric(10,2)"},
        {"NUMERIC(10)", "numeric(10,0)"},
        {"numeric", "numeric"},
        {"float", "double precision"},
        {"float(24)", "real"},
        {"FLOAT(53)", "double precision"},
        {"bool", "boolean"},
        {"bit", "bit(1)"},
        {"bit varying(5)", "bit varying(5)"},
        {"timestamptz", "timestamp with time zone"},
        {"TIMESTAMP WITHOUT TIME ZONE", "timestamp without time zone"},
        {"timestamp(6) with time zone", "timestamp(6) with time zone"},
        {"timestamptz(3)", "timestamp(3) with time zone"},
        {"time", "time without time zone"},
        {"timetz", "time with time zone"},
        {"interval", "interval"},
        {"interval(3)", "interval(3)"},
        {"INTERVAL DAY TO SECOND(3)", "interval day to second(3)"},
        {"int[]", "integer[]"},
        {"integer[3][4]", "integer[]"},
        {"text ARRAY", "text[]"},
        {"varchar(10)[]", "character varying(10)[]"},
        {"pg_catalog.int4", "integer"},
        {"public.mood", "mood"},
        {"Mood", "mood"},
        {"\"Mood\"", "\"Mood\""},
        {"app.\"Mood\"[]", "app.\"Mood\"[]"},
        {"vector(3)", "vector(3)"},
        {"geometry(Point, 4326)", "geometry(point,4326)"},
    };
    struct ctx *ctx = *state;
    const struct target target = pg_target_of(0);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const char *normal = pg_type_normal(ctx->mem, &target, pairs[i][0]);
        assert_string_equal(normal, pairs[i][1]);
        assert_string_equal(pg_type_normal(ctx->mem, &target, normal), pairs[i][1]);
    }
    assert_null(pg_type_normal(ctx->mem, &target, NULL));
}

/* Where another schema than public comes first, it is that one which goes without saying. */
static void the_usual_schema_goes_without_saying(void **state)
{
    struct ctx *ctx = *state;
    struct target target = pg_target_of(0);
    target.facts.usual_schema = "app";
    assert_string_equal(pg_type_normal(ctx->mem, &target, "app.mood[]"), "mood[]");
    assert_string_equal(pg_type_normal(ctx->mem, &target, "\"app\".\"Mood\""), "\"Mood\"");
    assert_string_equal(pg_type_normal(ctx->mem, &target, "public.mood"), "public.mood");
    assert_string_equal(pg_type_normal(ctx->mem, &target, "app.text"), "app.text"); /* text is the server's */
    assert_true(pg_default_same(ctx->mem, &target, "app.mood", "'ok'::app.mood", "'ok'::mood"));
    assert_true(pg_default_same(ctx->mem, &target, "int", "nextval('app.s')", "nextval('s'::regclass)"));
    assert_true(pg_default_same(ctx->mem, &target, "int", "nextval('app.app')", "nextval('app'::regclass)"));
    assert_false(pg_default_same(ctx->mem, &target, "int", "nextval('public.s')", "nextval('s'::regclass)"));
    target.facts.usual_schema = "";
    assert_string_equal(pg_type_normal(ctx->mem, &target, "public.mood"), "public.mood");
    assert_false(pg_default_same(ctx->mem, &target, "int", "nextval('public.s')", "nextval('s'::regclass)"));
}

static void different_types_stay_different(void **state)
{
    static const char *const pairs[][2] = {
        {"varchar(10)", "varchar(20)"},
        {"json", "jsonb"},
        {"timestamp", "timestamptz"},
        {"int", "bigint"},
        {"int", "int[]"},
        {"char", "\"char\""},
        {"mood", "\"Mood\""},
        {"mood", "app.mood"},
    };
    struct ctx *ctx = *state;
    const struct target target = pg_target_of(0);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        assert_string_not_equal(pg_type_normal(ctx->mem, &target, pairs[i][0]),
                                pg_type_normal(ctx->mem, &target, pairs[i][1]));
}

static void defaults_are_compared_by_value(void **state)
{
    static const char *const same[][3] = {
        {"varchar(10)", "'x'", "'x'::character varying"},
        {"varchar", "'it''s'", "('it''s'::text)::character varying"},
        {"numeric(10,2)", "0", "'0'::numeric"},
        {"numeric", "0.50", "0.5"},
        {"integer", "-1", "'-1'::integer"},
        {"integer", "(1)", "1"},
        {"bigint", "'007'", "7"},
        {"boolean", "true", "'t'::boolean"},
        {"boolean", "1", "TRUE"},
        {"jsonb", "'{}'", "'{}'::jsonb"},
        {"mood", "'a'", "'a'::app.mood"},
        {"text", "CAST('x' AS text)", "'x'"},
        {"integer[]", "'{}'", "ARRAY[]::integer[]"},
        {"timestamptz", "now()", "CURRENT_TIMESTAMP"},
        {"integer", "nextval('s')", "nextval('public.s'::regclass)"},
        {"integer", "nextval('\"S\"'::regclass)", "nextval('public.\"S\"'::regclass)"},
        {"text", "NULL::text", NULL},
        {"inet", "'10.0.0.1/32'", "'10.0.0.1'::inet"},
        {"inet", "'::1/128'", "'::1'::inet"},
        {"integer[]", "'{1, 2}'", "'{1,2}'::integer[]"},
        {"text[]", "'{ \"a  b\" , c d }'", "'{\"a  b\",c d}'::text[]"},
        {"jsonb", "'{\"a\":1, \"b \\\" c\" : []}'", "'{\"a\": 1, \"b \\\" c\": []}'::jsonb"},
        {"double precision", "'1e3'", "'1000'::double precision"},
        {"numeric", "1.5e-3", "0.0015"},
        {"numeric", "-2.50E+1", "'-25.0'::numeric"},
        {"real", "1e50", "'1e+50'::real"},
        {"date", "'2020-1-1'", "'2020-01-01'::date"},
        {"timestamp(3)", "'2020-1-1 1:2'", "'2020-01-01 01:02:00'::timestamp(3) without time zone"},
        {"timestamp", "'2020-01-01T01:02:03.50'", "'2020-01-01 01:02:03.5'::timestamp without time zone"},
        {"timestamp", "'2020-1-1'", "'2020-01-01 00:00:00'"},
        {"time", "'1:2'", "'01:02:00'::time without time zone"},
        {"uuid", "'{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}'", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid"},
        {"macaddr", "'08-00-2B-01-02-03'", "'08:00:2b:01:02:03'::macaddr"},
        {"bytea", "'\\x4A'", "'\\x4a'::bytea"},
    };
    static const char *const different[][3] = {
        {"varchar", "'x'", "'X'"},
        {"varchar", "'0'", "'00'"},
        {"integer", "1", "-1"},
        {"boolean", "true", "false"},
        {"text", "'now()'", "now()"},
        {"integer", "nextval('a')", "nextval('b')"},
        {"text", "'x'", NULL},
        {"text", "lower('x')", "'x'"},
        {"integer", "nextval('s')", "nextval('app.s')"},
        {"text", "'a b'", "'ab'"},
        {"text[]", "'{a b}'", "'{ab}'"},
        {"json", "'{\"a\":1}'", "'{\"a\": 1}'"},
        {"jsonb", "'\"a b\"'", "'\"ab\"'"},
        {"date", "'2020-1-11'", "'2020-11-1'"},
        {"numeric", "1e3", "1e4"},
        {"time", "'1:20'", "'1:2'"},
        {"inet", "'10.0.0.1/32'", "'10.0.0.1/24'"},
        {"timestamp", "'2020-1-1 1:0:5'", "'2020-1-1 1:0:50'"},
        {"timestamp", "'2020-1-1x1:2'", "'2020-1-1 1:2'"},
        {"timestamptz", "'2020-1-1'", "'2020-01-01 00:00:00'"},
        {"text", "'2020-1-1'", "'2020-01-01'"},
        {"bytea", "'A'", "'a'"},
    };
    struct ctx *ctx = *state;
    const struct target target = pg_target_of(0);
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (!pg_default_same(ctx->mem, &target, same[i][0], same[i][1], same[i][2]))
            fail_msg("%s and %s are the same %s", same[i][1], same[i][2], same[i][0]);
    for (size_t i = 0; i < sizeof different / sizeof *different; i++)
        if (pg_default_same(ctx->mem, &target, different[i][0], different[i][1], different[i][2]))
            fail_msg("%s and %s are not the same %s", different[i][1], different[i][2], different[i][0]);
}

static void conversions_name_a_way_only_where_there_is_none(void **state)
{
    static const char *const cases[][3] = {
        {"varchar(10)", "text", NULL},
        {"integer", "bigint", NULL},
        {"integer", "varchar(5)", NULL},
        {"timestamp", "timestamptz", NULL},
        {"mood", "text", NULL},
        {"json", "jsonb", NULL},
        {"integer[]", "bigint[]", NULL},
        {"varchar", "integer", "c::integer"},
        {"text", "mood", "c::mood"},
        {"mood", "color", "c::text::color"},
        {"boolean", "integer", "c::integer"},
        {"boolean", "bigint", "c::integer::bigint"},
        {"bigint", "boolean", "c <> 0"},
        {"integer", "integer[]", "CASE WHEN c IS NOT NULL THEN ARRAY[c] END::integer[]"},
        {"bytea", "uuid", "c::text::uuid"},
    };
    struct ctx *ctx = *state;
    const struct target target = pg_target_of(0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *way = pg_using(ctx->mem, &target, "c", cases[i][0], cases[i][1]);
        if (!text_equal(way, cases[i][2]))
            fail_msg("%s to %s: %s", cases[i][0], cases[i][1], way ? way : "nothing");
    }
}

/* What the server prints of a view, it prints in another way once it has read that. */
static void a_cast_of_an_array_is_one_of_its_items(void **state)
{
    struct arena *mem = ((struct ctx *)*state)->mem;
    const struct target target = pg_target_of(0);
    static const char whole[] = "SELECT a FROM t WHERE a::text = ANY (ARRAY['x, y]'::varchar, f(b, c)]::text[])";
    static const char each[] = "SELECT a FROM t WHERE a::text = ANY (ARRAY['x, y]'::varchar::text, f(b, c)::text])";
    assert_string_equal(pg_expr_normal(mem, &target, whole), pg_expr_normal(mem, &target, each));
    assert_string_not_equal(pg_expr_normal(mem, &target, whole), pg_expr_normal(mem, &target,
                                                                                "SELECT a FROM t WHERE a::text = ANY "
                                                                                "(ARRAY['x, y]'::varchar, f(b, c)])"));
}

static void in_before_arguments_of_procedures_says_nothing(void **state)
{
    struct arena *mem = ((struct ctx *)*state)->mem;
    const struct target target = pg_target_of(0);
    static const char newer[] = "CREATE PROCEDURE app.p(IN a integer, INOUT b text DEFAULT f(1, 'x'), IN \"in\" text)\n"
                                " LANGUAGE sql AS $procedure$SELECT 1 WHERE a IN (1)$procedure$";
    static const char older[] = "CREATE PROCEDURE app.p(a integer, INOUT b text DEFAULT f(1, 'x'), \"in\" text)\n"
                                " LANGUAGE sql AS $procedure$SELECT 1 WHERE a IN (1)$procedure$";
    assert_string_equal(pg_expr_normal(mem, &target, newer), pg_expr_normal(mem, &target, older));
    assert_string_equal(pg_without_in(mem, newer), older);
    assert_string_equal(pg_without_in(mem, "CREATE FUNCTION f(a integer)"), "CREATE FUNCTION f(a integer)");
}

UNIT_TESTS(UNIT(types_have_the_servers_names), UNIT(the_usual_schema_goes_without_saying),
           UNIT(different_types_stay_different), UNIT(defaults_are_compared_by_value),
           UNIT(conversions_name_a_way_only_where_there_is_none), UNIT(a_cast_of_an_array_is_one_of_its_items),
           UNIT(in_before_arguments_of_procedures_says_nothing))
