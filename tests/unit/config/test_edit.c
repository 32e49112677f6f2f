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

static void the_default_goes_with_what_is_added_or_removed(void **state)
{
    struct project *project = *state;
    edited(project, EDIT_DATABASE_ADD,
           "{\"database_name\": \"new\", \"database_url_sync\": \"sqlite:///./n.db\", \"model_paths\": [\"n\"], "
           "\"default\": true}",
           arena_printf(project->ctx.mem,
                        "%s  new:\n    database_url_sync: \"sqlite:///./n.db\"\n    model_paths: [\"n\"]\n"
                        "    default: true\n",
                        with(project, "    default: true  # always\n", "")));
    edited(project, EDIT_DATABASE_REMOVE, "{\"database_name\": \"shop\"}",
           "# our databases\ndatabases:\n  # the shop\n\n  logs:\n    default: true\n"
           "    database_url_sync: sqlite:///./logs.db\n    dev_database_type: sqlite\n"
           "    dev_database_url: sqlite:///./dev.db\n    model_paths: [logs]\n");
}

static void what_cannot_be_edited_is_said(void **state)
{
    static const char one[] = "databases:\n  a:\n    default: true\n    database_url_sync: sqlite:///a.db\n";
    static const struct {
        const char *text;
        enum setting_edit what;
        const char *values, *message;
    } cases[] = {
        {FILE_TEXT, EDIT_DATABASE_ADD, "{\"database_name\": \"logs\"}", "Database 'logs' already exists."},
        {FILE_TEXT, EDIT_DATABASE_RENAME, "{\"database_name\": \"shop\", \"new_name\": \"logs\"}",
         "Database 'logs' already exists."},
        {FILE_TEXT, EDIT_DEV_CLEAR, "{\"database_name\": \"lgs\"}", "Database 'lgs' not found."},
        {one, EDIT_DATABASE_REMOVE, "{\"database_name\": \"a\"}", "Cannot remove the last database 'a'."},
        {"databases:\n  a: {default: true, database_url_sync: \"sqlite:///a.db\"}\n", EDIT_DEV_CLEAR,
         "{\"database_name\": \"a\"}", "the settings of a database stand on one line in { }"},
        {"databases: {a: {default: true}}\n", EDIT_DEV_CLEAR, "{\"database_name\": \"a\"}",
         "databases is not a mapping with one line for each setting"},
        {"other:\n  a: b\n", EDIT_DEV_CLEAR, "{\"database_name\": \"a\"}",
         "the file has no mapping with the key databases"},
        {"- a\n", EDIT_DEV_CLEAR, "{\"database_name\": \"a\"}", "the file has no mapping with the key databases"},
        {"databases:\n  a: [\n", EDIT_DEV_CLEAR, "{\"database_name\": \"a\"}", "the file is not valid YAML"},
    };
    struct project *project = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put(project, "dbwarden.yaml", cases[i].text);
        assert_fails(&project->ctx, edit(project, cases[i].what, cases[i].values), ERR_CONFIG, cases[i].message);
        assert_string_equal(content(project, "dbwarden.yaml"), cases[i].text);
    }
}

static void there_must_be_a_file_to_change(void **state)
{
    struct project *project = *state;
    assert_fails(&project->ctx, edit(project, EDIT_DEV_CLEAR, "{\"database_name\": \"a\"}"), ERR_CONFIG,
                 "there is no configuration file to change");
}

static void an_invalid_result_changes_nothing(void **state)
{
    struct project *project = *state;
    put(project, "dbwarden.yaml", FILE_TEXT);
    assert_int_equal(
        edit(project, EDIT_DATABASE_ADD, "{\"database_name\": \"n\", \"database_url_sync\": \"nonsense\"}"),
        ERR_CONFIG);
    assert_non_null(strstr(project->ctx.error.message, "does not begin with dialect://"));
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
        edit(project, EDIT_DATABASE_ADD, "{\"database_name\": \"b\", \"database_url_sync\": \"nonsense\"}"),
        ERR_CONFIG);
    assert_string_equal(content(project, "dbwarden.py"), text);
    assert_works(&project->ctx,
                 edit(project, EDIT_DEV_SET, "{\"database_name\": \"a\", \"dev_database_url\": \"sqlite:///d.db\"}"));
    assert_non_null(strstr(content(project, "dbwarden.py"), ", dev_database_url='sqlite:///d.db')"));
}

TESTS(TEST(the_default_moves), TEST(a_development_database_comes_and_goes), TEST(databases_come_and_go),
      TEST(the_default_goes_with_what_is_added_or_removed), TEST(what_cannot_be_edited_is_said),
      TEST(there_must_be_a_file_to_change), TEST(an_invalid_result_changes_nothing), TEST(python_files_are_checked_too))
