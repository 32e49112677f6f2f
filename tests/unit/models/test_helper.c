/* The project's Python as a child: its answer, its errors in our words, and what happens when it gives none. */
#include "../config/project.h"
#include "models/models.h"

static int run(struct project *project, const char *code, struct json **reply)
{
    struct json *request = json_object(project->ctx.mem);
    put(project, "dbwarden.py", code);
    json_set_text(project->ctx.mem, request, "root", project->folder);
    json_set_text(project->ctx.mem, request, "folder", project->folder);
    json_set_text(project->ctx.mem, request, "file", project_path(project, "dbwarden.py"));
    struct reader_call call = {"python3", project->folder, "config", request};
    return reader_run(&project->ctx, &call, reply);
}

static void an_answer_is_not_disturbed_by_prints(void **state)
{
    struct project *project = *state;
    struct json *reply;
    assert_works(&project->ctx,
                 run(project, "import os\nprint('{')\nos.write(1, b'[')\nos.system('echo x')\n", &reply));
    assert_true(text_ends(json_get_text(reply, "source"), "/dbwarden.py"));
}

/* An interpreter under load may not even start within the first limit. */
static void code_that_hangs_is_ended(void **state)
{
    static const char *const limits[] = {"3", "40"}, told[] = "Its last output: waiting for mysql://u:***@h";
    struct project *project = *state;
    struct json *reply;
    bool started = false;
    for (int i = 0; i < 2 && !started; i++) {
        setenv("DBWARDEN_READER_SECONDS", limits[i], 1);
        int code =
            run(project, "import time\nprint('waiting for mysql://u:geheim@h', flush=True)\ntime.sleep(100)\n", &reply);
        unsetenv("DBWARDEN_READER_SECONDS");
        assert_int_equal(code, ERR_CONFIG);
        assert_string_equal(project->ctx.error.message,
                            arena_printf(project->ctx.mem,
                                         "python3 did not answer within %s s while it read the project's configuration",
                                         limits[i]));
        started = text_equal(project->ctx.error.hint, told);
    }
    assert_true(started);
}

static void code_that_ends_the_process_is_told(void **state)
{
    struct project *project = *state;
    struct json *reply;
    assert_fails(&project->ctx, run(project, "import os\nos._exit(7)\n", &reply), ERR_CONFIG,
                 "python3 ended with status 7 before it answered");
    assert_non_null(strstr(project->ctx.error.hint, "os._exit()"));
}

static void threads_and_exit_handlers_hold_nobody_up(void **state)
{
    struct project *project = *state;
    struct json *reply;
    assert_works(&project->ctx, run(project,
                                    "import atexit, threading, time\natexit.register(time.sleep, 100)\n"
                                    "threading.Thread(target=time.sleep, args=(100,)).start()\n",
                                    &reply));
}

static void an_exception_has_its_place_and_no_password(void **state)
{
    struct project *project = *state;
    struct json *reply;
    assert_fails(&project->ctx, run(project, "def f():\n    raise ValueError('mysql://u:geheim@h/d')\nf()\n", &reply),
                 ERR_CONFIG, "failed to load config from dbwarden.py: ValueError: mysql://u:***@h/d");
    assert_true(text_ends(project->ctx.error.place.file, "dbwarden.py"));
    assert_int_equal(project->ctx.error.place.line, 2);
}

static void an_interpreter_that_is_not_there_is_said(void **state)
{
    struct project *project = *state;
    const char *python;
    assert_fails(&project->ctx, python_find(&project->ctx, "/nowhere/python", project->folder, &python), ERR_CONFIG,
                 "there is no Python interpreter at /nowhere/python, which --python names");
    put(project, ".venv/bin/python", "#!/bin/sh\n");
    assert_int_equal(chmod(project_path(project, ".venv/bin/python"), 0700), 0);
    unsetenv("VIRTUAL_ENV");
    unsetenv("DBWARDEN_PYTHON");
    assert_works(&project->ctx, python_find(&project->ctx, NULL, project->folder, &python));
    assert_string_equal(python, project_path(project, ".venv/bin/python"));
}

TESTS(TEST(an_answer_is_not_disturbed_by_prints), TEST(code_that_hangs_is_ended),
      TEST(code_that_ends_the_process_is_told), TEST(threads_and_exit_handlers_hold_nobody_up),
      TEST(an_exception_has_its_place_and_no_password), TEST(an_interpreter_that_is_not_there_is_said))
