/* The settings mutators: only what is meant changes, and an invalid result changes nothing. */
#include "base/json.h"
#include "project.h"

#define FILE_TEXT                                  \
    "# our databases\n"                            \
    "databases:\n"                                 \
    "  # the shop\n"                               \
    "  shop:\n"                                    \
    "    default: true  # always\n"                \
    "    database_url_sync: sqlite:///./shop.db\n" \
    "    model_paths:\n"                           \
    "      - app\n"                                \
    "\n"                                           \
    "  logs:\n"                                    \
    "    database_url_sync: sqlite:///./logs.db\n" \
    "    dev_database_type: sqlite\n"              \
    "    dev_database_url: sqlite:///./dev.db\n"   \
    "    model_paths: [logs]\n"

static int edit(struct project *project, enum setting_edit what, const char *values)
{
    struct config_options options = {.folder = project->folder};
    struct json *json;
    assert_works(&project->ctx, json_read(&project->ctx, "values", values, strlen(values), &json));
    return config_edit(&project->ctx, &options, what, json);
}

static void edited(struct project *project, enum setting_edit what, const char *values, const char *expected)
{
    put(project, "dbwarden.yaml", FILE_TEXT);
    assert_works(&project->ctx, edit(project, what, values));
    assert_string_equal(content(project, "dbwarden.yaml"), expected);
}

static const char *with(struct project *project, const char *what, const char *by)
{
    assert_non_null(strstr(FILE_TEXT, what));
    return text_replace(project->ctx.mem, FILE_TEXT, what, by);
}

static void the_default_moves(void **state)
{
    struct project *project = *state;
    const char *moved = text_replace(project->ctx.mem, with(project, "    default: true  # always\n", ""), "  logs:\n",
                                     "  logs:\n    default: true\n");
    edited(project, EDIT_DEFAULT, "{\"database_name\": \"logs\"}", moved);
}

static void a_development_database_comes_and_goes(void **state)
{
    struct project *project = *state;
    edited(project, EDIT_DEV_CLEAR, "{\"database_name\": \"logs\"}",
           with(project, "    dev_database_type: sqlite\n    dev_database_url: sqlite:///./dev.db\n", ""));
    edited(
        project, EDIT_DEV_SET,
        "{\"database_name\": \"logs\", \"dev_database_type\": \"sqlite\", \"dev_database_url\": \"sqlite:///./n.db\"}",
        with(project, "dev_database_type: sqlite\n    dev_database_url: sqlite:///./dev.db",
             "dev_database_type: \"sqlite\"\n    dev_database_url: \"sqlite:///./n.db\""));
}

static void databases_come_and_go(void **state)
{
    struct project *project = *state;
    edited(project, EDIT_DATABASE_ADD,
           "{\"database_name\": \"new\", \"database_url_sync\": \"sqlite:///./it's.db\", \"model_paths\": [\"n\"], "
           "\"default\": false}",
           FILE_TEXT "  new:\n    database_url_sync: \"sqlite:///./it's.db\"\n    model_paths: [\"n\"]\n");
    edited(project, EDIT_DATABASE_REMOVE, "{\"database_name\": \"logs\"}",
           text_slice(project->ctx.mem, FILE_TEXT, 0, (size_t)(strstr(FILE_TEXT, "\n  logs:") - FILE_TEXT)));
    edited(project, EDIT_DATABASE_RENAME, "{\"database_name\": \"logs\", \"new_name\": \"events\"}",
           with(project, "  logs:\n", "  events:\n    migrations_dir: \"migrations/logs\"\n"));
}

static void an_invalid_result_changes_nothing(void **state)
{
    struct project *project = *state;
    put(project, "dbwarden.yaml", FILE_TEXT);
    assert_int_equal(
        edit(project, EDIT_DATABASE_ADD, "{\"database_name\": \"n\", \"database_url_sync\": \"sqlite:///n\"}"),
        ERR_CONFIG);
    assert_non_null(strstr(project->ctx.error.message, "model_paths is required"));
    assert_string_equal(content(project, "dbwarden.yaml"), FILE_TEXT);
    assert_fails(&project->ctx, edit(project, EDIT_DEFAULT, "{\"database_name\": \"x\"}"), ERR_CONFIG,
                 "Database 'x' not found.");
}

static void python_files_are_checked_too(void **state)
{
    struct project *project = *state;
    const char *text = "from dbwarden import database_config\n"
                       "database_config(database_name=\"a\", default=True, database_url_sync=\"sqlite:///a.db\")\n";
    put(project, "dbwarden.py", text);
    assert_int_equal(
        edit(project, EDIT_DATABASE_ADD, "{\"database_name\": \"b\", \"database_url_sync\": \"sqlite:///b\"}"),
        ERR_CONFIG);
    assert_string_equal(content(project, "dbwarden.py"), text);
    assert_works(&project->ctx,
                 edit(project, EDIT_DEV_SET, "{\"database_name\": \"a\", \"dev_database_url\": \"sqlite:///d.db\"}"));
    assert_non_null(strstr(content(project, "dbwarden.py"), ", dev_database_url='sqlite:///d.db')"));
}

TESTS(TEST(the_default_moves), TEST(a_development_database_comes_and_goes), TEST(databases_come_and_go),
      TEST(an_invalid_result_changes_nothing), TEST(python_files_are_checked_too))
