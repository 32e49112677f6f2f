/* Child processes: what they get, what comes back, and that neither they nor their children outlive a run. */
#include "unit.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/process.h"
#include "base/text.h"

static struct process_result result;

static int run(struct ctx *ctx, struct process_spec spec, const char *script)
{
    const char *argv[] = {"sh", "-c", script, NULL};
    spec.argv = argv;
    return process_run(ctx, &spec, &result);
}

static void standard_output_is_the_reply(void **state)
{
    struct ctx *ctx = *state;
    assert_works(ctx, run(ctx, (struct process_spec){0}, "echo out; echo err >&2; exit 3"));
    assert_string_equal(result.reply, "out\n");
    assert_int_equal(result.reply_length, 4);
    assert_string_equal(result.errors, "err\n");
    assert_int_equal(result.status, 3);
    assert_false(result.timed_out);
}

static void a_reply_pipe_leaves_standard_output_to_the_user(void **state)
{
    struct ctx *ctx = *state;
    for (int fd = 3; fd < 10; fd++) {
        char *script = arena_printf(ctx->mem, "echo print; echo reply >&%d", fd);
        assert_works(ctx, run(ctx, (struct process_spec){.reply_fd = fd}, script));
        assert_string_equal(result.reply, "reply\n");
        assert_string_equal(result.errors, "print\n");
    }
}

static void input_arrives_whole(void **state)
{
    struct ctx *ctx = *state;
    size_t length = 1 << 20;
    char *input = arena_alloc(ctx->mem, length);
    for (size_t i = 0; i < length; i++)
        input[i] = (char)(i * 31 % 251);
    assert_works(ctx, run(ctx, (struct process_spec){.input = input, .input_length = length}, "cat"));
    assert_int_equal(result.reply_length, length);
    assert_memory_equal(result.reply, input, length);
}

static void unread_input_and_no_input_are_fine(void **state)
{
    struct ctx *ctx = *state;
    char *input = arena_alloc(ctx->mem, 1 << 20);
    assert_works(ctx, run(ctx, (struct process_spec){.input = input, .input_length = 1 << 20}, "exec true"));
    assert_int_equal(result.status, 0);
    assert_works(ctx, run(ctx, (struct process_spec){0}, "cat; echo end"));
    assert_string_equal(result.reply, "end\n");
}

static void both_streams_may_be_large(void **state)
{
    struct ctx *ctx = *state;
    const char *script =
        "i=0; while [ $i -lt 20000 ]; do echo 0123456789; echo 0123456789 >&2; i=$((i+1)); done; echo last >&2";
    assert_works(ctx, run(ctx, (struct process_spec){0}, script));
    assert_int_equal(result.reply_length, 220000);
    assert_int_equal(strlen(result.errors), 65536);
    assert_true(text_ends(result.errors, "0123456789\nlast\n"));
}

static void a_reply_over_the_limit_ends_the_child(void **state)
{
    struct ctx *ctx = *state;
    double before = clock_monotonic();
    assert_fails(ctx, run(ctx, (struct process_spec){.limit = 1000}, "yes"), ERR_LIMIT,
                 "sh answered with more than 1000 bytes");
    assert_fails(ctx, run(ctx, (struct process_spec){.limit = 2}, "echo abc"), ERR_LIMIT,
                 "sh answered with more than 2 bytes");
    assert_works(ctx, run(ctx, (struct process_spec){.limit = 4}, "echo abc"));
    assert_true(clock_monotonic() - before < 20);
}

static bool is_running(struct ctx *ctx, const char *number)
{
    int64_t pid = 0;
    assert_true(text_to_int(text_trim(ctx->mem, number), &pid));
    for (int i = 0; i < 100; i++) { /* who reaps orphans may need a moment */
        if (kill((pid_t)pid, 0) && errno == ESRCH)
            return false;
        char state_path[64], line[256] = "";
        snprintf(state_path, sizeof state_path, "/proc/%d/stat", (int)pid);
        FILE *file = fopen(state_path, "r");
        if (file && fgets(line, sizeof line, file) && strstr(line, ") Z "))
            i = 1000; /* dead, only not reaped by the machine's first process */
        if (file)
            fclose(file);
        if (i >= 1000)
            return false;
        clock_sleep(0.02);
    }
    return true;
}

static void the_time_limit_ends_the_whole_group(void **state)
{
    struct ctx *ctx = *state;
    double before = clock_monotonic();
    assert_works(ctx, run(ctx, (struct process_spec){.seconds = 0.3}, "sleep 1000 & echo $!; wait"));
    assert_true(result.timed_out);
    assert_int_equal(result.status, 128 + SIGKILL);
    assert_true(clock_monotonic() - before < 20);
    assert_false(is_running(ctx, result.reply));
}

static void a_child_that_closed_its_pipes_is_still_timed(void **state)
{
    struct ctx *ctx = *state;
    assert_works(ctx, run(ctx, (struct process_spec){.seconds = 0.2}, "exec >&- 2>&-; sleep 1000"));
    assert_true(result.timed_out);
}

static void what_a_child_leaves_behind_is_ended(void **state)
{
    struct ctx *ctx = *state;
    double before = clock_monotonic();
    assert_works(ctx, run(ctx, (struct process_spec){0}, "sleep 1000 & echo $!"));
    assert_int_equal(result.status, 0);
    assert_false(result.timed_out);
    assert_true(clock_monotonic() - before < 20);
    assert_false(is_running(ctx, result.reply));
}

static void *cancel_soon(void *ctx)
{
    clock_sleep(0.2);
    atomic_store(&((struct ctx *)ctx)->cancel, 1);
    return NULL;
}

static void another_thread_can_cancel(void **state)
{
    struct ctx *ctx = *state;
    pthread_t thread;
    double before = clock_monotonic();
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, ctx), 0);
    assert_fails(ctx, run(ctx, (struct process_spec){0}, "sleep 1000"), ERR_CANCELLED, "cancelled");
    pthread_join(thread, NULL);
    assert_int_equal(result.status, 128 + SIGKILL);
    assert_true(clock_monotonic() - before < 20);
}

static void a_signal_is_part_of_the_status(void **state)
{
    struct ctx *ctx = *state;
    assert_works(ctx, run(ctx, (struct process_spec){0}, "kill -TERM $$"));
    assert_int_equal(result.status, 128 + SIGTERM);
}

static void the_environment_is_ours_with_additions(void **state)
{
    struct ctx *ctx = *state;
    setenv("UNIT_OURS", "ours", 1);
    setenv("UNIT_BOTH", "ours", 1);
    setenv("UNIT_BOTH_TOO", "ours", 1);
    const char *add[] = {"UNIT_BOTH=theirs", "UNIT_NEW=a=b", NULL};
    assert_works(ctx, run(ctx, (struct process_spec){.add_env = add},
                          "echo $UNIT_OURS $UNIT_BOTH $UNIT_BOTH_TOO $UNIT_NEW; env | grep -c ^UNIT_BOTH="));
    assert_string_equal(result.reply, "ours theirs ours a=b\n1\n");
}

static void runs_in_the_folder(void **state)
{
    struct ctx *ctx = *state;
    assert_works(ctx, run(ctx, (struct process_spec){.folder = "/usr/bin"}, "pwd"));
    assert_string_equal(result.reply, "/usr/bin\n");
    assert_fails(ctx, run(ctx, (struct process_spec){.folder = "/absent"}, "pwd"), ERR_FILE,
                 "cannot start sh in /absent: no such folder");
}

static void what_cannot_be_started_is_a_failure(void **state)
{
    struct ctx *ctx = *state;
    const char *argv[] = {"dbwarden-unit-absent", NULL};
    struct process_spec spec = {.argv = argv};
    assert_fails(ctx, process_run(ctx, &spec, &result), ERR_FILE,
                 "cannot start dbwarden-unit-absent: No such file or directory");
    argv[0] = "/etc/passwd";
    assert_fails(ctx, process_run(ctx, &spec, &result), ERR_FILE, "cannot start /etc/passwd: Permission denied");
}

static void arguments_pass_unchanged(void **state)
{
    struct ctx *ctx = *state;
    const char *argv[] = {"printf", "[%s]", "a b", "$HOME", "'\"*", "", NULL};
    struct process_spec spec = {.argv = argv};
    assert_works(ctx, process_run(ctx, &spec, &result));
    assert_string_equal(result.reply, "[a b][$HOME]['\"*][]");
}

static void the_child_gets_no_other_descriptors(void **state)
{
    struct ctx *ctx = *state;
    assert_works(ctx, run(ctx, (struct process_spec){.reply_fd = 5}, "exec ls /proc/self/fd >&5"));
    struct names open_ones = text_lines(ctx->mem, result.reply);
    const char *ours[] = {"0", "1", "2", "5"};
    for (size_t i = 0; i < 4; i++)
        assert_true(names_have(&open_ones, ours[i]));
    assert_true(open_ones.n >= 5); /* and the folder that ls reads */
}

static void blocked_and_ignored_signals_are_not_inherited(void **state)
{
    struct ctx *ctx = *state;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    void (*handler)(int) = signal(SIGPIPE, SIG_IGN);
    assert_works(ctx, run(ctx, (struct process_spec){0}, "grep -E 'SigBlk|SigIgn' /proc/self/status"));
    signal(SIGPIPE, handler);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    assert_true(text_starts(result.reply, "SigBlk:\t0000000000000000\nSigIgn:\t"));
    assert_true(text_ends(result.reply, "00000000\n") ||
                text_ends(result.reply, "80000000\n")); /* 32 is the C library's */
}

static void nothing_is_left_open_here(void **state)
{
    struct ctx *ctx = *state;
    int before = dup(0);
    close(before);
    run(ctx, (struct process_spec){.reply_fd = 3, .input = "x", .input_length = 1}, "cat");
    run(ctx, (struct process_spec){.seconds = 0.05}, "sleep 1000");
    const char *argv[] = {"dbwarden-unit-absent", NULL};
    struct process_spec absent = {.argv = argv};
    process_run(ctx, &absent, &result);
    int after = dup(0);
    close(after);
    assert_int_equal(before, after);
}

static int heard;

static void listen_to(void *sink, const struct event *event)
{
    (void)sink;
    heard += event->kind == EVENT_INFO;
}

static void lines_before_the_answer_are_told_while_it_runs(void **state)
{
    struct ctx *ctx = *state;
    struct process_spec spec = {.tells = true};
    heard = 0;
    ctx->on_event = listen_to;
    assert_works(ctx, run(ctx, spec, "echo one; echo; printf tw; sleep 0.1; echo o; printf answer"));
    assert_int_equal(heard, 3);
    assert_string_equal(result.told, "two");
    assert_string_equal(result.reply, "answer");
    assert_int_equal(result.reply_length, 6);
    assert_works(ctx, run(ctx, spec, "echo told; exit 1"));
    assert_int_equal(result.reply_length, 0);
    assert_works(ctx, run(ctx, (struct process_spec){0}, "echo kept"));
    assert_string_equal(result.reply, "kept\n");
    assert_null(result.told);
    ctx->on_event = NULL;
}

static void a_host_that_ignores_its_children_gets_an_error(void **state)
{
    struct ctx *ctx = *state;
    void (*handler)(int) = signal(SIGCHLD, SIG_IGN);
    int code = run(ctx, (struct process_spec){.seconds = 20}, "echo x");
    signal(SIGCHLD, handler);
    assert_int_equal(code, ERR_FILE);
    assert_string_equal(ctx->error.message, "cannot tell how sh ended: No child processes");
    assert_false(result.timed_out);
}

static void programs_are_found_on_path(void **state)
{
    struct arena *mem = ((struct ctx *)*state)->mem;
    char *before = arena_dup(mem, getenv("PATH"));
    setenv("PATH", "/absent:/usr/bin:/bin", 1);
    assert_string_equal(process_find(mem, "env"), "/usr/bin/env");
    assert_string_equal(process_find(mem, "/bin/sh"), "/bin/sh");
    assert_null(process_find(mem, "dbwarden-unit-absent"));
    assert_null(process_find(mem, "/etc/passwd"));
    assert_null(process_find(mem, "/bin"));
    assert_null(process_find(mem, ""));
    setenv("PATH", before, 1);
}

UNIT_TESTS(UNIT(standard_output_is_the_reply), UNIT(a_reply_pipe_leaves_standard_output_to_the_user),
           UNIT(input_arrives_whole), UNIT(unread_input_and_no_input_are_fine), UNIT(both_streams_may_be_large),
           UNIT(a_reply_over_the_limit_ends_the_child), UNIT(the_time_limit_ends_the_whole_group),
           UNIT(a_child_that_closed_its_pipes_is_still_timed), UNIT(what_a_child_leaves_behind_is_ended),
           UNIT(another_thread_can_cancel), UNIT(a_signal_is_part_of_the_status),
           UNIT(the_environment_is_ours_with_additions), UNIT(runs_in_the_folder),
           UNIT(what_cannot_be_started_is_a_failure), UNIT(arguments_pass_unchanged),
           UNIT(the_child_gets_no_other_descriptors), UNIT(blocked_and_ignored_signals_are_not_inherited),
           UNIT(nothing_is_left_open_here), UNIT(a_host_that_ignores_its_children_gets_an_error),
           UNIT(lines_before_the_answer_are_told_while_it_runs), UNIT(programs_are_found_on_path))
