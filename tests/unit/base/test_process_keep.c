/* Children beside us: what they inherit, and that neither they nor their folder outlive us. */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "base/text.h"

static struct process_kept *start(struct ctx *ctx, const char *script)
{
    const char *argv[] = {"/bin/sh", "-c", script, NULL};
    struct process_kept *kept = NULL;
    assert_works(ctx, process_keep(ctx, "/tmp/dbwarden-unit-XXXXXX", SIGTERM, &kept));
    assert_works(ctx, process_kept_start(ctx, kept, &(struct process_kept_spec){.argv = argv, .drop_env = "UNIT_"}));
    return kept;
}

static int end_of(struct process_kept *kept)
{
    int status = 0;
    for (int i = 0; i < 1000 && !process_kept_ended(kept, &status); i++)
        clock_sleep(0.01);
    return status;
}

/* "" until it is there. */
static const char *log_of(struct ctx *ctx, struct process_kept *kept)
{
    char *text;
    size_t length;
    const char *path = path_join(ctx->mem, process_kept_folder(kept), "log");
    if (!file_exists(path))
        return "";
    assert_works(ctx, file_read(ctx, path, 0, &text, &length));
    return text;
}

static void output_goes_to_the_log_and_the_status_is_told(void **state)
{
    struct ctx *ctx = *state;
    setenv("UNIT_X", "dropped", 1);
    struct process_kept *kept = start(ctx, "echo out; echo err >&2; echo \"x=$UNIT_X\"; pwd; exit 3");
    unsetenv("UNIT_X");
    assert_int_equal(end_of(kept), 3);
    char *expected = arena_printf(ctx->mem, "out\nerr\nx=\n%s\n", process_kept_folder(kept));
    assert_string_equal(log_of(ctx, kept), expected);
    char *folder = arena_dup(ctx->mem, process_kept_folder(kept));
    process_kept_end(kept);
    assert_false(folder_exists(folder));
}

static void no_descriptor_of_ours_reaches_it(void **state)
{
    struct ctx *ctx = *state;
    int low = open("/dev/null", O_RDONLY), high = fcntl(low, F_DUPFD, 300);
    assert_true(high >= 300);
    struct process_kept *kept =
        start(ctx, "fd=3; while [ $fd -lt 310 ]; do [ -e /proc/$$/fd/$fd ] && echo $fd; fd=$((fd + 1)); done; true");
    assert_int_equal(end_of(kept), 0);
    assert_string_equal(log_of(ctx, kept), "");
    process_kept_end(kept);
    close(low);
    close(high);
}

static void a_running_child_ends_with_its_folder(void **state)
{
    struct ctx *ctx = *state;
    struct process_kept *kept = start(ctx, "echo $$; exec sleep 60");
    while (!text_ends(log_of(ctx, kept), "\n"))
        clock_sleep(0.01);
    int64_t pid = 0;
    assert_true(text_to_int(text_trim(ctx->mem, log_of(ctx, kept)), &pid));
    assert_int_equal(kill((pid_t)pid, 0), 0);
    process_kept_end(kept);
    assert_int_equal(kill((pid_t)pid, 0), -1);
}

static bool alive(struct ctx *ctx, int64_t pid)
{
    char *text;
    size_t length;
    if (kill((pid_t)pid, 0) != 0)
        return false;
    /* A process whose parent does not wait for it stays as a zombie for a while. */
    if (file_read(ctx, arena_printf(ctx->mem, "/proc/%d/stat", (int)pid), 4096, &text, &length) < 0)
        return false;
    return !text_has(text, ") Z ");
}

static void a_killed_owner_takes_child_and_folder_along(void **state)
{
    struct ctx *ctx = *state;
    int ends[2];
    char told[200] = "";
    assert_int_equal(pipe(ends), 0);
    pid_t owner = fork();
    if (owner == 0) {
        struct process_kept *kept = start(ctx, "trap '' TERM; echo $$; while :; do sleep 1; done");
        while (!text_ends(log_of(ctx, kept), "\n"))
            clock_sleep(0.01);
        char *line = arena_printf(ctx->mem, "%s %s", process_kept_folder(kept), log_of(ctx, kept));
        if (write(ends[1], line, strlen(line)) < 0)
            _exit(1);
        raise(SIGKILL);
    }
    close(ends[1]);
    assert_true(read(ends[0], told, sizeof told - 1) > 0);
    close(ends[0]);
    waitpid(owner, NULL, 0);
    struct names parts = text_split(ctx->mem, text_trim(ctx->mem, told), ' ');
    int64_t pid = 0;
    assert_true(text_to_int(parts.item[1], &pid));
    for (int i = 0; i < 1000 && (alive(ctx, pid) || folder_exists(parts.item[0])); i++)
        clock_sleep(0.01);
    assert_false(alive(ctx, pid));
    assert_false(folder_exists(parts.item[0]));
}

static void what_cannot_be_started_says_so_by_its_status(void **state)
{
    struct ctx *ctx = *state;
    const char *argv[] = {"/absent/program", NULL};
    struct process_kept *kept = NULL;
    assert_works(ctx, process_keep(ctx, "/tmp/dbwarden-unit-XXXXXX", SIGTERM, &kept));
    assert_works(ctx, process_kept_start(ctx, kept, &(struct process_kept_spec){.argv = argv}));
    assert_int_equal(end_of(kept), 127);
    process_kept_end(kept);
    assert_int_equal(process_keep(ctx, "/absent/dbwarden-XXXXXX", SIGTERM, &kept), ERR_FILE);
    process_kept_end(NULL);
}

static void a_folder_that_cannot_be_made_closes_nothing(void **state)
{
    struct ctx *ctx = *state;
    struct process_kept *kept = NULL;
    int input = fcntl(STDIN_FILENO, F_GETFD);
    assert_fails(ctx, process_keep(ctx, "/nowhere/kept-XXXXXX", SIGTERM, &kept), ERR_FILE,
                 "cannot make a folder like /nowhere/kept-XXXXXX: No such file or directory");
    assert_null(kept);
    assert_int_equal(fcntl(STDIN_FILENO, F_GETFD), input);
}

UNIT_TESTS(UNIT(output_goes_to_the_log_and_the_status_is_told), UNIT(no_descriptor_of_ours_reaches_it),
           UNIT(a_running_child_ends_with_its_folder), UNIT(a_killed_owner_takes_child_and_folder_along),
           UNIT(what_cannot_be_started_says_so_by_its_status), UNIT(a_folder_that_cannot_be_made_closes_nothing))
