/* Which configuration file is taken: near ones first, and one only. */
#include "config/setting.h"
#include "project.h"

static const char *found(struct project *project, const char *from)
{
    struct config_options options = {.folder = project_path(project, from)};
    struct config_place place;
    assert_works(&project->ctx, place_find(&project->ctx, &options, &place));
    if (!place.path)
        return NULL;
    const char *folder = text_equal(place.folder, project->folder) ? "." : place.folder + strlen(project->folder) + 1;
    return arena_printf(project->ctx.mem, "%s in %s", place.path + strlen(project->folder) + 1, folder);
}

static void one_above_wins_over_others_in_the_tree(void **state)
{
    struct project *project = *state;
    put(project, ".git/HEAD", "");
    put(project, "dbwarden.py", "");
    put(project, "vendor/thing/dbwarden.py", "");
    put(project, "app/deep/x.py", "");
    assert_string_equal(found(project, "."), "dbwarden.py in .");
    assert_string_equal(found(project, "app/deep"), "dbwarden.py in .");
    assert_string_equal(found(project, "vendor/thing"), "vendor/thing/dbwarden.py in vendor/thing");
}

static void without_a_workspace_only_the_folder_itself_counts(void **state)
{
    struct project *project = *state;
    put(project, "dbwarden.yaml", "");
    put(project, "app/x.py", "");
    assert_null(found(project, "app"));
}

static void otherwise_the_tree_must_hold_exactly_one(void **state)
{
    struct project *project = *state;
    struct config_options options = {.folder = project->folder};
    struct config_place place;
    put(project, ".venv/dbwarden.py", "");
    put(project, "node_modules/x/dbwarden.py", "");
    assert_null(found(project, "."));
    put(project, "conf/dbwarden.py", "");
    assert_string_equal(found(project, "."), "conf/dbwarden.py in .");
    put(project, "conf/migrations/x.sql", "");
    assert_string_equal(found(project, "."), "conf/dbwarden.py in conf");
    put(project, "other/dbwarden.py", "");
    assert_fails(&project->ctx, place_find(&project->ctx, &options, &place), ERR_CONFIG,
                 "Multiple dbwarden.py files found: conf/dbwarden.py, other/dbwarden.py");
}

static void two_in_one_folder_are_refused(void **state)
{
    struct project *project = *state;
    struct config_options options = {.folder = project->folder};
    struct config_place place;
    put(project, "dbwarden.py", "");
    put(project, "dbwarden.yaml", "");
    assert_fails(&project->ctx, place_find(&project->ctx, &options, &place), ERR_CONFIG,
                 "Multiple configuration files found: dbwarden.py, dbwarden.yaml");
}

static void files_that_may_call_it_are_candidates(void **state)
{
    struct project *project = *state;
    struct config_options options = {.folder = project->folder};
    struct config_place place;
    put(project, "app/main.py", "x = database_config()\n");
    put(project, "app/other.py", "x = 1\n");
    assert_works(&project->ctx, place_find(&project->ctx, &options, &place));
    assert_null(place.path);
    assert_int_equal(place.candidates.n, 1);
    assert_true(text_ends(place.candidates.item[0], "/app/main.py"));
}

static void a_named_file_is_taken_whatever_else_there_is(void **state)
{
    struct project *project = *state;
    struct config_options options = {.folder = project->folder};
    struct config_place place;
    static const char *const names[] = {"conf/a.py", "conf/a.yaml", "conf/a.yml"};
    put(project, "dbwarden.py", "");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        put(project, names[i], "");
        options.file = names[i];
        assert_works(&project->ctx, place_find(&project->ctx, &options, &place));
        assert_string_equal(place.path, project_path(project, names[i]));
        assert_string_equal(place.folder, project_path(project, "conf"));
    }
    put(project, "conf/a.toml", "");
    options.file = "conf/a.toml";
    assert_fails(&project->ctx, place_find(&project->ctx, &options, &place), ERR_CONFIG,
                 "the configuration file conf/a.toml is neither Python nor YAML");
    options.folder = project_path(project, "gone");
    assert_fails(&project->ctx, place_find(&project->ctx, &options, &place), ERR_CONFIG,
                 arena_printf(project->ctx.mem, "there is no folder %s", options.folder));
    options.folder = project_path(project, "conf/a.py");
    assert_fails(&project->ctx, place_find(&project->ctx, &options, &place), ERR_CONFIG,
                 arena_printf(project->ctx.mem, "there is no folder %s", options.folder));
}

TESTS(TEST(a_named_file_is_taken_whatever_else_there_is), TEST(one_above_wins_over_others_in_the_tree),
      TEST(without_a_workspace_only_the_folder_itself_counts), TEST(otherwise_the_tree_must_hold_exactly_one),
      TEST(two_in_one_folder_are_refused), TEST(files_that_may_call_it_are_candidates))
