/* The public functions: handles are independent, failures are replies, cancelling is safe from another thread. */
#include "unit.h"

#include <pthread.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "dbwarden.h"

static struct json *parsed(struct ctx *ctx, const char *text)
{
    struct json *json;
    assert_non_null(text);
    assert_works(ctx, json_read(ctx, "reply", text, strlen(text), &json));
    return json;
}

static void version_is_answered(void **state)
{
    struct ctx *ctx = *state;
    char *reply = NULL;
    dbw *handle = dbw_open(NULL);
    assert_int_equal(dbw_call(handle, "version", NULL, NULL, NULL, &reply), 0);
    assert_string_equal(json_get_text(parsed(ctx, reply), "version"), dbw_version());
    assert_null(dbw_last_error(handle));
    dbw_free(reply);
    dbw_close(handle);
}

static void failures_are_replies_too(void **state)
{
    static const struct {
        const char *command, *request, *code;
        int status;
    } cases[] = {
        {"migrat", NULL, "usage", 2},
        {"migrate", "{\"count\": \"x\"}", "usage", 2},
        {"migrate", "{", "syntax", 1},
        {"new", "{}", "usage", 2},
    };
    struct ctx *ctx = *state;
    dbw *handle = dbw_open("{}");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *reply = NULL;
        int status = dbw_call(handle, cases[i].command, cases[i].request, NULL, NULL, &reply);
        assert_int_equal(status, cases[i].status);
        struct json *error = json_get(parsed(ctx, reply), "error");
        assert_string_equal(json_get_text(error, "code"), cases[i].code);
        assert_string_equal(json_get_text(parsed(ctx, dbw_last_error(handle)), "code"), cases[i].code);
        dbw_free(reply);
    }
    assert_int_equal(dbw_call(handle, "version", NULL, NULL, NULL, NULL), 0);
    assert_null(dbw_last_error(handle));
    dbw_close(handle);
}

static void wrong_options_fail_every_call(void **state)
{
    struct ctx *ctx = *state;
    char *reply = NULL;
    dbw *handle = dbw_open("{\"foldr\": \"/x\"}");
    assert_non_null(handle);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(dbw_call(handle, "version", NULL, NULL, NULL, &reply), 2);
        struct json *error = json_get(parsed(ctx, reply), "error");
        assert_string_equal(json_get_text(error, "hint"), "Did you mean \"folder\"?");
        dbw_free(reply);
    }
    dbw_close(handle);
}

static void a_full_memory_fails_one_call_only(void **state)
{
    dbw *handle = dbw_open("{\"max_memory\": 200000}");
    char *request = arena_outside(400000);
    memset(request, ' ', 399999);
    dbw_call(handle, "version", request, NULL, NULL, NULL);
    assert_int_equal(dbw_call(handle, "version", NULL, NULL, NULL, NULL), 0);
    free(request);
    dbw_close(handle);
}

static void events_are_json(void *sink, const char *text)
{
    names_add(((struct ctx *)sink)->mem, ((struct ctx *)sink)->sink, arena_dup(((struct ctx *)sink)->mem, text));
}

static void events_reach_the_caller(void **state)
{
    struct ctx *ctx = *state;
    struct names events = {0};
    ctx->sink = &events;
    char folder[] = "/tmp/dbwarden-test-XXXXXX";
    assert_non_null(mkdtemp(folder));
    dbw *handle = dbw_open(arena_printf(ctx->mem, "{\"url\": \"sqlite://\", \"migrations_dir\": \"%s\"}", folder));
    const char *request = "{\"metrics_file\": \"/nowhere/at/all.prom\"}";
    assert_int_equal(dbw_call(handle, "status", request, events_are_json, ctx, NULL), 0);
    assert_true(events.n > 0);
    assert_string_equal(json_get_text(parsed(ctx, events.item[events.n - 1]), "kind"), "warning");
    rmdir(folder);
    dbw_close(handle);
}

/* Twice, because a run overwrites the texts of URLs when it has read them. */
static void a_configuration_can_be_given(void **state)
{
    struct ctx *ctx = *state;
    static const char *const entry =
        "{\"file\": \"app.py\", \"line\": 7, \"keys\": {\"database_name\": {\"value\": \"primary\"}, \"default\": "
        "{\"value\": true}, \"database_url_sync\": {\"value\": \"sqlite:///./x.db\"}, \"%s\": {\"value\": \"files\", "
        "\"line\": 8}}}";
    static const char *const whole =
        "{\"configuration\": {\"source\": \"/tmp/app.py\", \"folder\": \"/tmp\", \"entries\": [%s]}}";
    char *reply = NULL;
    dbw *handle = dbw_open(arena_printf(ctx->mem, whole, arena_printf(ctx->mem, entry, "migrations_dir")));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(dbw_call(handle, "config", NULL, NULL, NULL, &reply), 0);
        assert_non_null(strstr(reply, "sqlite:///./x.db"));
        dbw_free(reply);
    }
    dbw_close(handle);
    handle = dbw_open(arena_printf(ctx->mem, whole, arena_printf(ctx->mem, entry, "migration_dir")));
    assert_int_equal(dbw_call(handle, "config", NULL, NULL, NULL, NULL), 1);
    struct json *error = parsed(ctx, dbw_last_error(handle));
    assert_non_null(strstr(json_get_text(error, "message"), "migration_dir"));
    assert_int_equal(json_get_int(error, "line", 0), 8);
    dbw_close(handle);
    handle = dbw_open("{\"configuration\": {\"entries\": []}}");
    assert_int_equal(dbw_call(handle, "config", NULL, NULL, NULL, NULL), 2);
    dbw_close(handle);
}

static void *cancel_often(void *handle)
{
    for (int i = 0; i < 1000; i++)
        dbw_cancel(handle);
    return NULL;
}

static void cancelling_from_another_thread_is_safe(void **state)
{
    dbw *handle = dbw_open(NULL);
    pthread_t thread;
    pthread_create(&thread, NULL, cancel_often, handle);
    for (int i = 0; i < 50; i++) {
        int status = dbw_call(handle, "version", NULL, NULL, NULL, NULL);
        assert_true(status == 0 || status == 130);
    }
    pthread_join(thread, NULL);
    assert_int_equal(dbw_call(handle, "version", NULL, NULL, NULL, NULL), 0);
    dbw_close(handle);
}

static void every_command_is_listed(void **state)
{
    struct ctx *ctx = *state;
    struct json *commands = json_get(parsed(ctx, dbw_commands()), "commands");
    assert_true(commands->n > 15);
    for (int i = 0; i < commands->n; i++)
        assert_non_null(json_get_text(commands->item[i], "summary"));
    assert_ptr_equal(dbw_commands(), dbw_commands());
}

static void secrets_of_urls_are_masked(void **state)
{
    char *masked = dbw_mask("at postgresql://bob:hunter2@h/d?passwrd=x and clickhouse://u:p@h, 1");
    assert_string_equal(masked, "at postgresql://bob:***@h/d?passwrd=*** and clickhouse://u:***@h, 1");
    dbw_free(masked);
}

static void nothing_is_closed_or_freed_without_harm(void **state)
{
    dbw_close(NULL);
    dbw_free(NULL);
}

UNIT_TESTS(UNIT(version_is_answered), UNIT(failures_are_replies_too), UNIT(wrong_options_fail_every_call),
           UNIT(a_full_memory_fails_one_call_only), UNIT(events_reach_the_caller), UNIT(a_configuration_can_be_given),
           UNIT(cancelling_from_another_thread_is_safe), UNIT(every_command_is_listed),
           UNIT(secrets_of_urls_are_masked), UNIT(nothing_is_closed_or_freed_without_harm))
