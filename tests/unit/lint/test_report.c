/* Findings as SARIF and as commands for GitHub's log: what programs that read them stop at. */
#include "unit.h"

#include "base/text.h"
#include "lint/report.h"

static struct json *findings_of(struct ctx *ctx, const char *text)
{
    struct json *json;
    assert_works(ctx, json_read(ctx, "findings", text, strlen(text), &json));
    return json;
}

static const struct json *run_of(struct ctx *ctx, const char *findings, const char *source)
{
    const struct json *log = findings_sarif(ctx->mem, findings_of(ctx, findings), source, "1.0.0");
    const struct json *runs = json_get(log, "runs");
    assert_string_equal(json_get_text(log, "version"), "2.1.0");
    assert_int_equal(runs->n, 1); /* GitHub takes one of a tool */
    return runs->item[0];
}

static const struct json *place_of(const struct json *run, int i)
{
    const struct json *locations = json_get(json_get(run, "results")->item[i], "locations");
    return locations->n ? json_get(locations->item[0], "physicalLocation") : NULL;
}

static const char *print_of(const struct json *run, int i)
{
    return json_get_text(json_get(json_get(run, "results")->item[i], "partialFingerprints"), "dbwardenFinding/v1");
}

#define FINDING(file)                                                                                                    \
    "{\"severity\": \"WARNING\", \"change_type\": \"drop_table\", \"table_name\": \"t\", \"message\": \"m\", \"code\": " \
    "\"DS102\", \"why\": \"w.\", \"safe\": \"s.\", \"file\": " file ", \"line\": 3, \"column\": 5}"

static void paths_become_uris(void **state)
{
    static const char *const pairs[][2] = {{"a b#c%d?.sql", "a%20b%23c%25d%3F.sql"},
                                           {"./migrations/x.sql", "migrations/x.sql"},
                                           {"../up/\xC3\xBC.sql", "../up/%C3%BC.sql"},
                                           {"/abs/a b.sql", "file:///abs/a%20b.sql"},
                                           {"a:b.sql", "a%3Ab.sql"}, /* no scheme */
                                           {"[x]\\y.sql", "%5Bx%5D%5Cy.sql"}};
    struct ctx *ctx = *state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct json *findings = findings_of(ctx, "[" FINDING("null") "]");
        json_set_text(ctx->mem, findings->item[0], "file", pairs[i][0]);
        const struct json *log = findings_sarif(ctx->mem, findings, NULL, "1.0.0");
        const struct json *place = place_of(json_get(log, "runs")->item[0], 0);
        assert_string_equal(json_get_text(json_get(place, "artifactLocation"), "uri"), pairs[i][1]);
    }
}

static void each_result_has_a_place(void **state)
{
    struct ctx *ctx = *state;
    const struct json *run = run_of(ctx, "[" FINDING("\"a.sql\"") ", " FINDING("null") "]", "dbwarden.py");
    const struct json *region = json_get(place_of(run, 0), "region");
    assert_int_equal(json_get_int(region, "startLine", 0), 3);
    assert_int_equal(json_get_int(region, "startColumn", 0), 5);
    assert_string_equal(json_get_text(json_get(place_of(run, 1), "artifactLocation"), "uri"), "dbwarden.py");
    assert_null(place_of(run_of(ctx, "[" FINDING("null") "]", NULL), 0));
}

static void rules_say_what_github_asks_for(void **state)
{
    struct ctx *ctx = *state;
    const struct json *run = run_of(ctx, "[]", NULL),
                      *rules = json_get(json_get(json_get(run, "tool"), "driver"), "rules");
    static const char *const texts[] = {"shortDescription", "fullDescription", "help"};
    assert_int_equal(json_get(run, "results")->n, 0);
    for (int i = 0; i < rules->n; i++) {
        assert_non_null(json_get_text(rules->item[i], "id"));
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
            assert_true(text_ends(json_get_text(json_get(rules->item[i], texts[k]), "text"), "."));
    }
    const struct json *off = json_get(rules->item[0], "defaultConfiguration");
    assert_true(json_get_bool(off, "enabled", false));
}

/* Lines that are put above change nothing; what is alike is told apart. */
static void fingerprints_stay(void **state)
{
    struct ctx *ctx = *state;
    const char *two = "[" FINDING("\"a.sql\"") ", " FINDING("\"a.sql\"") ", " FINDING("\"b.sql\"") "]";
    const struct json *run = run_of(ctx, two, NULL);
    struct json *moved = findings_of(ctx, "[" FINDING("\"a.sql\"") "]");
    json_set_int(ctx->mem, moved->item[0], "line", 40);
    json_set_text(ctx->mem, moved->item[0], "message", "m: rewrites 12 M rows");
    const struct json *log = findings_sarif(ctx->mem, moved, NULL, "1.0.0");
    assert_string_equal(print_of(json_get(log, "runs")->item[0], 0), print_of(run, 0));
    assert_string_not_equal(print_of(run, 0), print_of(run, 1));
    assert_string_not_equal(print_of(run, 0), print_of(run, 2));
    assert_true(text_ends(print_of(run, 1), ":2"));
}

static void harmless_changes_are_no_results(void **state)
{
    struct ctx *ctx = *state;
    const char *rows =
        "[{\"severity\": \"INFO\", \"change_type\": \"create_table\", \"message\": \"m\", \"code\": null},"
        "{\"severity\": \"WARNING\", \"change_type\": \"drop_table\", \"message\": \"m\", \"code\": null}]";
    const struct json *results = json_get(run_of(ctx, rows, NULL), "results");
    assert_int_equal(results->n, 1);
    assert_string_equal(json_get_text(results->item[0], "ruleId"), "drop_table");
    assert_string_equal(json_get_text(results->item[0], "level"), "warning");
}

static void commands_end_where_they_should(void **state)
{
    struct ctx *ctx = *state;
    struct json *findings = findings_of(ctx, "[" FINDING("\"./a,b: c%.sql\"") "]");
    json_set_text(ctx->mem, findings->item[0], "message", "100 % of \"a::b,c\"\r\nis lost");
    assert_string_equal(
        findings_github(ctx->mem, findings),
        "::warning file=a%2Cb%3A c%25.sql,line=3,col=5,title=DS102::100 %25 of \"a::b,c\"%0D%0Ais lost. w. "
        "Instead: s.\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIT(paths_become_uris), UNIT(each_result_has_a_place),         UNIT(rules_say_what_github_asks_for),
        UNIT(fingerprints_stay), UNIT(harmless_changes_are_no_results), UNIT(commands_end_where_they_should)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
