/* Requests are checked by the option table, wherever they come from. */
#include "unit.h"

#include "base/text.h"
#include "command/request.h"

static int check(struct ctx *ctx, const char *group, const char *name, const char *request, struct json **checked)
{
    struct json *values;
    memset(&ctx->error, 0, sizeof ctx->error);
    assert_works(ctx, json_read(ctx, "request", request, strlen(request), &values));
    return request_check(ctx, command_find(group, name), values, checked);
}

static void defaults_are_filled_in(void **state)
{
    struct ctx *ctx = *state;
    struct json *checked;
    assert_works(ctx, check(ctx, NULL, "check-db", "{}", &checked));
    assert_string_equal(json_get_text(checked, "out"), "txt");
    assert_null(json_get(checked, "wait_for_runner"));
    assert_works(ctx, check(ctx, NULL, "check-db", "{\"lock_timeout\": 5}", &checked));
    assert_int_equal(json_get_int(checked, "wait_for_runner", 0), 5);
    assert_null(json_get(checked, "database"));
    assert_works(ctx, check(ctx, NULL, "make-migrations", "{\"description\": null}", &checked));
    assert_true(json_get_bool(checked, "concurrent", false));
    assert_null(json_get(checked, "description"));
}

static void wrong_values_are_named(void **state)
{
    static const struct {
        const char *command, *request, *message;
    } cases[] = {
        {"migrate", "{\"cuont\": 1}", "migrate has no option \"cuont\""},
        {"migrate", "{\"count\": \"two\"}", "--count needs a whole number, not \"two\""},
        {"migrate", "{\"count\": 0}", "--count must be at least 1, not 0"},
        {"migrate", "{\"all\": 1}", "--all needs true or false, not 1"},
        {"migrate", "{\"to_version\": 2}", "--to-version needs a text, not 2"},
        {"migrate", "{\"to_version\": \"\"}", "--to-version is empty"},
        {"migrate", "{\"json\": true}", "migrate has no option \"json\""},
        {"migrate", "{\"lock_timeout\": -1}", "--wait-for-runner must be at least 0, not -1"},
        {"migrate", "[]", "a request is a JSON object of options"},
        {"check-db", "{\"out\": \"xml\"}", "--out needs one of json, yaml, txt, sql, not \"xml\""},
        {"make-migrations", "{\"rename\": \"a\"}", "--rename needs a list of texts, not \"a\""},
        {"new", "{}", "new needs DESCRIPTION"},
        {"downgrade", "{}", "downgrade needs --to"},
    };
    struct ctx *ctx = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct json *checked;
        assert_int_equal(check(ctx, NULL, cases[i].command, cases[i].request, &checked), ERR_USAGE);
        assert_string_equal(ctx->error.message, cases[i].message);
    }
}

static void global_options_say_which_project(void **state)
{
    struct ctx *ctx = *state;
    struct config_options where;
    struct json *json;
    const char *text = "{\"folder\": \"/x\", \"dev\": true, \"url\": null}";
    assert_works(ctx, json_read(ctx, "options", text, strlen(text), &json));
    assert_works(ctx, where_read(ctx, json, &where));
    assert_string_equal(where.folder, "/x");
    assert_true(where.dev);
    assert_null(where.url);
    json_set_bool(ctx->mem, json, "foldr", true);
    assert_fails(ctx, where_read(ctx, json, &where), ERR_USAGE, "dbwarden has no option \"foldr\"");
    assert_string_equal(ctx->error.hint, "Did you mean \"folder\"?");
}

static void exit_statuses_are_the_documented_ones(void **state)
{
    assert_int_equal(exit_status(ERR_NONE), 0);
    assert_int_equal(exit_status(ERR_SQL), 1);
    assert_int_equal(exit_status(ERR_CONFIG), 1);
    assert_int_equal(exit_status(ERR_USAGE), 2);
    assert_int_equal(exit_status(ERR_LOCKED), 4);
    assert_int_equal(exit_status(ERR_CONNECT), 5);
    assert_int_equal(exit_status(ERR_CANCELLED), 130);
}

/* Two options of one command with one key or letter would hide each other. */
static void no_option_hides_another(void **state)
{
    struct ctx *ctx = *state;
    for (int i = 0; command_table[i]; i++)
        for (const struct option_info *a = command_table[i]->option; a->name; a++)
            for (const struct option_info *b = a + 1; b->name; b++) {
                assert_string_not_equal(option_key(ctx->mem, a), option_key(ctx->mem, b));
                assert_true(!a->letter || a->letter != b->letter);
            }
}

UNIT_TESTS(UNIT(defaults_are_filled_in), UNIT(wrong_values_are_named), UNIT(global_options_say_which_project),
           UNIT(exit_statuses_are_the_documented_ones), UNIT(no_option_hides_another))
