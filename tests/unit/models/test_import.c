/* The models' tree out of the reader's answer; an interpreter that is a script gives any answer that we want. */
#include "../config/project.h"
#include "models/models.h"

static struct names heard;

static void hear(void *sink, const struct event *event)
{
    struct project *project = sink;
    if (event->kind == EVENT_WARNING)
        names_add(project->ctx.mem, &heard,
                  arena_printf(project->ctx.mem, "%s:%d: %s", event->place.file ? event->place.file : "-",
                               event->place.line, event->text));
}

/* Each call of the interpreter takes the next of these answers ("" for none) and keeps the request that it got. */
static struct models_source answering(struct project *project, const char *first, const char *second)
{
    put(project, "answer1", first);
    put(project, "answer2", second);
    put(project, "python",
        "#!/bin/sh\n"
        "n=1; [ -e request1 ] && n=2\n"
        "cat | tail -c +$(($4 + 1)) >request$n\n"
        "cat answer$n >&3\n");
    assert_int_equal(chmod(project_path(project, "python"), 0700), 0);
    heard = (struct names){0};
    project->ctx.on_event = hear;
    project->ctx.sink = project;
    return (struct models_source){.python = project_path(project, "python"),
                                  .folder = project->folder,
                                  .dialect = "sqlite",
                                  .database = "shop",
                                  .name = "primary"};
}

#define TREE                                                                                           \
    "{\"engine\": \"sqlite\", \"version\": 0, \"kinds\": [\"table\"], \"schemas\": [{\"name\": \"\", " \
    "\"tables\": [{\"name\": \"users\"}]}]}"

static void the_reader_is_asked_for_these_models(void **state)
{
    struct project *project = *state;
    struct models_source source = answering(project, "{\"tree\": " TREE "}", "");
    struct models_said said;
    names_add(project->ctx.mem, &source.paths, "app/models.py");
    names_add(project->ctx.mem, &source.databases, "primary");
    names_add(project->ctx.mem, &source.databases, "other");
    assert_works(&project->ctx, models_read(&project->ctx, &source, &said));
    assert_non_null(tree_find(said.tree, KIND_TABLE, NULL, "users"));
    assert_int_equal(said.tree->engine, ENGINE_LITE);
    assert_string_equal(
        content(project, "request1"),
        arena_printf(project->ctx.mem,
                     "{\"folder\": \"%s\", \"dialect\": \"sqlite\", \"version\": 0, \"paths\": "
                     "[\"app/models.py\"], \"database\": \"shop\", \"name\": \"primary\", \"databases\": "
                     "[\"primary\", \"other\"]}",
                     project->folder));
}

static void without_paths_it_looks_in_the_usual_places(void **state)
{
    struct project *project = *state;
    struct models_source source = answering(project, "{\"tree\": " TREE "}", "");
    struct models_said said;
    assert_works(&project->ctx, models_read(&project->ctx, &source, &said));
    assert_true(text_has(content(project, "request1"), "\"paths\": null"));
}

static void warnings_have_their_place(void **state)
{
    struct project *project = *state;
    struct models_source source =
        answering(project,
                  "{\"tree\": " TREE ", \"warnings\": [{\"file\": \"/else/where.py\", \"line\": 7, \"text\": "
                  "\"odd\"}, {\"line\": 1}, {\"text\": \"no place\"}]}",
                  "");
    struct models_said said;
    assert_works(&project->ctx, models_read(&project->ctx, &source, &said));
    assert_string_equal(names_join(project->ctx.mem, &heard, "|"), "/else/where.py:7: odd|-:0: no place");
}

static void an_answer_that_is_no_tree_is_refused(void **state)
{
    struct project *project = *state;
    struct models_source source = answering(project, "{\"tree\": {\"engine\": \"sqlite\", \"schemas\": 5}}", "");
    struct models_said said;
    assert_int_equal(models_read(&project->ctx, &source, &said), ERR_SYNTAX);
    assert_true(text_has(project->ctx.error.message, "the models"));
}

static void they_are_read_again_on_another_day(void **state)
{
    struct project *project = *state;
    struct models_source source = answering(project, "{\"tree\": " TREE "}", "");
    struct tree *tree;
    assert_works(&project->ctx, models_read_again(&project->ctx, &source, json_array(project->ctx.mem), &tree));
    assert_non_null(tree_find(tree, KIND_TABLE, NULL, "users"));
    assert_true(text_has(content(project, "request1"), "\"columns\": [], \"shift\": true}"));
    assert_false(file_exists(project_path(project, "request2")));
}

static void models_that_bear_no_other_day_are_read_without_one(void **state)
{
    struct project *project = *state;
    struct models_source source =
        answering(project, "{\"error\": {\"message\": \"too late\"}}", "{\"tree\": " TREE "}");
    struct tree *tree;
    assert_works(&project->ctx, models_read_again(&project->ctx, &source, json_array(project->ctx.mem), &tree));
    assert_non_null(tree_find(tree, KIND_TABLE, NULL, "users"));
    assert_int_equal(project->ctx.error.code, 0);
    assert_true(text_has(content(project, "request2"), "\"shift\": false}"));
}

static void there_may_be_no_need_to_read_again(void **state)
{
    struct project *project = *state;
    struct models_source source = answering(project, "{\"tree\": null}", "");
    struct tree *tree = (struct tree *)project;
    assert_works(&project->ctx, models_read_again(&project->ctx, &source, json_array(project->ctx.mem), &tree));
    assert_null(tree);
}

TESTS(TEST(the_reader_is_asked_for_these_models), TEST(without_paths_it_looks_in_the_usual_places),
      TEST(warnings_have_their_place), TEST(an_answer_that_is_no_tree_is_refused),
      TEST(they_are_read_again_on_another_day), TEST(models_that_bear_no_other_day_are_read_without_one),
      TEST(there_may_be_no_need_to_read_again))
