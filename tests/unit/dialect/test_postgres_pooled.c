/* Which statements about the session end with their transaction, and what goes into the options of a connection. */
#include "postgres.h"

static void some_statements_end_with_their_transaction(void **state)
{
    static const struct {
        const char *sql;
        bool ends;
    } cases[] = {
        {"SET LOCAL lock_timeout = '1s'", true},
        {"set transaction isolation level serializable", true},
        {"SET CONSTRAINTS ALL DEFERRED", true},
        {"SET lock_timeout = '1s'", false},
        {"SET SESSION work_mem = '1MB'", false},
        {"SET ROLE bob", false},
        {"RESET ALL", false},
        {"SELECT set_config('a.b', 'c', true)", true},
        {"SELECT set_config('a.b', lower('C'), true)", false},
        {"SELECT set_config('a.b', 'c', false)", false},
        {"SELECT set_config('a.b', 'c', true), set_config('a.c', 'd', false)", false},
        {"SELECT 1", true},
        {"CREATE TEMP TABLE t (a integer) ON COMMIT DROP", true},
        {"CREATE TEMP TABLE t (a integer) ON COMMIT DELETE ROWS", false},
        {"CREATE TEMP TABLE t ON COMMIT DROP AS SELECT 1", true},
        {"CREATE TEMP TABLE on (commit integer)", false},
        {"CREATE TEMP TABLE t (a integer)", false},
        {"DECLARE c CURSOR FOR SELECT 1", true},
        {"DECLARE c CURSOR WITH HOLD FOR SELECT 1", false},
        {"DECLARE c CURSOR WITHOUT HOLD FOR SELECT 1", true},
        {"CLOSE c", true},
        {"LISTEN x", false},
        {"PREPARE p AS SELECT 1", false},
        {"LOAD 'x'", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct sql_piece piece = {.text = cases[i].sql, .length = strlen(cases[i].sql), .line = 1};
        if (pg_ends_with_transaction(&piece) != cases[i].ends)
            fail_msg("%s: %d was expected", cases[i].sql, cases[i].ends);
    }
}

static void what_a_file_sets_is_set_for_its_transaction(void **state)
{
    struct arena *mem = ((struct ctx *)*state)->mem;
    static const char *const pairs[][2] = {
        {"SET search_path = a, b", "SET LOCAL search_path = a, b"},
        {"set session work_mem = '1MB'", "SET LOCAL work_mem = '1MB'"},
        {"SET SESSION AUTHORIZATION bob", "SET LOCAL SESSION AUTHORIZATION bob"},
        {"SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", NULL},
        {"SET ROLE bob", "SET LOCAL ROLE bob"},
        {"SELECT pg_catalog.set_config('search_path', '', false)",
         "SELECT pg_catalog.set_config('search_path', '', true)"},
        {"SELECT set_config('a.b', lower('C'), false)", NULL},
        {"SELECT set_config('a.b', 'c', false), f(1)", NULL},
        {"SELECT set_config('a.b', 'c', no)", NULL},
        {"SELECT 1", NULL},
        {"RESET ALL", NULL},
        {"LISTEN x", NULL},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const struct sql_piece piece = {.text = pairs[i][0], .length = strlen(pairs[i][0]), .line = 1};
        const char *text = pg_within_transaction(mem, &piece);
        if (!text_equal(text, pairs[i][1]))
            fail_msg("%s: %s", pairs[i][0], text ? text : "nothing");
    }
}

static const char *options_of(const struct pg_keywords *keywords)
{
    for (int i = 0; i < keywords->n; i++)
        if (text_equal(keywords->key[i], "options"))
            return keywords->value[i];
    return NULL;
}

static void the_search_path_stands_last_and_keeps_its_blanks(void **state)
{
    struct ctx *ctx = *state;
    struct pg_keywords keywords = {0};
    struct names path = {0};
    names_add(ctx->mem, &path, "tenant one");
    names_add(ctx->mem, &path, "back\\slash");
    names_add(ctx->mem, &path, "public");
    unsetenv("PGOPTIONS");
    pg_path_address(ctx, &path, &keywords);
    assert_string_equal(options_of(&keywords), " -c search_path=\"tenant\\ one\",\\ \"back\\\\slash\",\\ public");
    pg_path_address(ctx, &(struct names){0}, &keywords);
    assert_int_equal(keywords.n, 1);
}

static void what_the_url_says_of_limits_wins(void **state)
{
    struct ctx *ctx = *state;
    struct pg_keywords keywords = {0};
    unsetenv("PGOPTIONS");
    pg_limits_address(ctx, &(struct limits){.lock = 2, .statement = 0.0001}, &keywords);
    assert_string_equal(options_of(&keywords), "-c lock_timeout=2000 -c statement_timeout=1");
    pg_keyword_set(&keywords, "options", "-c lock_timeout=5");
    pg_limits_address(ctx, &(struct limits){.lock = 1.5}, &keywords);
    assert_string_equal(options_of(&keywords), "-c lock_timeout=1500 -c statement_timeout=0 -c lock_timeout=5");
    keywords = (struct pg_keywords){0};
    setenv("PGOPTIONS", "-c work_mem=64", 1);
    pg_limits_address(ctx, &(struct limits){0}, &keywords);
    unsetenv("PGOPTIONS");
    assert_string_equal(options_of(&keywords), "-c lock_timeout=0 -c statement_timeout=0 -c work_mem=64");
}

static void types_that_take_each_others_values(void **state)
{
    struct arena *mem = ((struct ctx *)*state)->mem;
    static const struct {
        const char *from, *to;
        bool same;
    } cases[] = {
        {"varchar(5)", "text", true},  {"integer", "bigint", true},
        {"integer", "text", false},    {"text", "integer", false},
        {"numeric", "integer", false}, {"numeric(3)", "numeric", true},
        {"char(3)", "text", false},    {"char(3)", "bpchar", true},
        {"text[]", "text", false},     {"uuid", "uuid", true},
        {"mood", "mood", false},       {"boolean", "integer", false},
        {"date", "timestamp", true},   {"timestamp", "timestamptz", true},
        {"json", "jsonb", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (pg_same_family(mem, cases[i].from, cases[i].to) != cases[i].same)
            fail_msg("%s -> %s: %d was expected", cases[i].from, cases[i].to, cases[i].same);
}

static void storage_goes_with_the_type(void **state)
{
    struct arena *mem = ((struct ctx *)*state)->mem;
    static const char *const pairs[][2] = {{"integer", "plain"}, {"text", "extended"},      {"varchar(3)", "extended"},
                                           {"numeric", "main"},  {"jsonb", "extended"},     {"uuid", "plain"},
                                           {"inet", "main"},     {"integer[]", "extended"}, {"mood", NULL}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const char *storage = pg_type_storage(mem, pairs[i][0]);
        if (!text_equal(storage, pairs[i][1]))
            fail_msg("%s: %s was expected, not %s", pairs[i][0], pairs[i][1] ? pairs[i][1] : "nothing",
                     storage ? storage : "nothing");
    }
}

UNIT_TESTS(UNIT(some_statements_end_with_their_transaction), UNIT(what_a_file_sets_is_set_for_its_transaction),
           UNIT(the_search_path_stands_last_and_keeps_its_blanks), UNIT(what_the_url_says_of_limits_wins),
           UNIT(types_that_take_each_others_values), UNIT(storage_goes_with_the_type))
