/*
 * Child processes, run to their end.  One loop waits for what they write, for their end, for the time limit
 * and for the cancel flag; whatever ends it, the whole group is killed and the child is waited for.
 * Standard input is a file in memory that is complete before the start, so that writing can never block
 * and a child that does not read it raises no SIGPIPE here.
 */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

#define REPLY_LIMIT  ((size_t)64 << 20)
#define ERRORS_KEPT  ((size_t)64 << 10)
#define LONGEST_WAIT 0.05 /* seconds between looks at the cancel flag */

extern char **environ;

struct child {
    struct ctx *ctx;
    const struct process_spec *spec;
    pid_t pid;
    int input;     /* our copy of what becomes its standard input */
    int reply[2];  /* pipes: read here, written by the child */
    int errors[2];
    struct buf reply_text;
    struct buf errors_text;
};

static void child_close(struct child *child)
{
    fd_close(&child->input);
    for (int i = 0; i < 2; i++) {
        fd_close(&child->reply[i]);
        fd_close(&child->errors[i]);
    }
}

static int fail_start(struct ctx *ctx, const char *program, int number)
{
    return fail(ctx, ERR_FILE, "cannot start %s: %s", program, strerror(number));
}

/* Out of the way of the numbers that the child gets, so that setting up one cannot overwrite another. */
static int move_up(int *fd, int above)
{
    int moved = fcntl(*fd, F_DUPFD_CLOEXEC, above + 1);
    if (moved < 0)
        return -1;
    close(*fd);
    *fd = moved;
    return 0;
}

static int open_pipe(int ends[2], int above)
{
    if (pipe2(ends, O_CLOEXEC))
        return -1;
    return move_up(&ends[0], above) || move_up(&ends[1], above) ? -1 : fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

static int open_input(const struct process_spec *spec)
{
    if (!spec->input)
        return open("/dev/null", O_RDONLY | O_CLOEXEC);
    int fd = memfd_create("input", MFD_CLOEXEC);
    for (size_t done = 0; fd >= 0 && done < spec->input_length;) {
        ssize_t put = write(fd, spec->input + done, spec->input_length - done);
        if (put < 0 && errno != EINTR)
            fd_close(&fd);
        done += put > 0 ? (size_t)put : 0;
    }
    if (fd >= 0)
        lseek(fd, 0, SEEK_SET);
    return fd;
}

static int open_channels(struct child *child)
{
    int above = child->spec->reply_fd > STDERR_FILENO ? child->spec->reply_fd : STDERR_FILENO;
    child->input = open_input(child->spec);
    if (child->input < 0 || move_up(&child->input, above))
        return -1;
    return open_pipe(child->reply, above) || open_pipe(child->errors, above) ? -1 : 0;
}

static bool sets(const char *const *add, const char *variable)
{
    size_t name = strcspn(variable, "=") + 1;
    for (; add && *add; add++)
        if (!strncmp(*add, variable, name))
            return true;
    return false;
}

/* Ours, with the additions replacing what has their names. */
static char **environment(struct arena *mem, const char *const *add)
{
    struct list all = {0};
    for (char **variable = environ; variable && *variable; variable++)
        if (!sets(add, *variable))
            list_add(mem, &all, *variable);
    for (; add && *add; add++)
        list_add(mem, &all, arena_dup(mem, *add));
    list_add(mem, &all, NULL);
    return (char **)all.item;
}

static void plan_files(const struct child *child, posix_spawn_file_actions_t *files)
{
    int reply_fd = child->spec->reply_fd;
    posix_spawn_file_actions_adddup2(files, child->input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(files, reply_fd ? child->errors[1] : child->reply[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(files, child->errors[1], STDERR_FILENO);
    if (reply_fd > STDERR_FILENO)
        posix_spawn_file_actions_adddup2(files, child->reply[1], reply_fd);
    if (child->spec->folder)
        posix_spawn_file_actions_addchdir_np(files, child->spec->folder);
}

/* A group of its own, and no signal blocked or ignored, whatever the program that we are part of does. */
static void plan_signals(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &all);
    posix_spawnattr_setpgroup(attributes, 0);
    posix_spawnattr_setflags(attributes,
                             POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static int start(struct child *child)
{
    const struct process_spec *spec = child->spec;
    struct arena *mem = child->ctx->mem;
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    struct list argv = {0};
    for (const char *const *arg = spec->argv; *arg; arg++)
        list_add(mem, &argv, arena_dup(mem, *arg));
    list_add(mem, &argv, NULL);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    plan_files(child, &files);
    plan_signals(&attributes);
    int number = posix_spawnp(&child->pid, spec->argv[0], &files, &attributes, (char **)argv.item,
                              environment(mem, spec->add_env));
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    fd_close(&child->input);
    fd_close(&child->reply[1]);
    fd_close(&child->errors[1]);
    return number ? fail_start(child->ctx, spec->argv[0], number) : 0;
}

static void keep_tail(struct buf *text)
{
    if (text->len < 2 * ERRORS_KEPT)
        return;
    memmove(text->data, text->data + text->len - ERRORS_KEPT, ERRORS_KEPT);
    buf_cut(text, ERRORS_KEPT);
}

/* What is there without waiting; closes the pipe at its end. */
static void read_available(int *fd, struct buf *text)
{
    char block[16384];
    ssize_t got = *fd < 0 ? -1 : read(*fd, block, sizeof block);
    if (got > 0)
        buf_add_n(text, block, (size_t)got);
    else if (*fd >= 0 && (got == 0 || (errno != EAGAIN && errno != EINTR)))
        fd_close(fd);
}

static void wait_for_output(struct child *child, double seconds)
{
    struct pollfd wait[2] = {{.fd = child->reply[0], .events = POLLIN}, {.fd = child->errors[0], .events = POLLIN}};
    poll(wait, 2, (int)(seconds * 1000));
    if (wait[0].revents)
        read_available(&child->reply[0], &child->reply_text);
    if (wait[1].revents)
        read_available(&child->errors[0], &child->errors_text);
    keep_tail(&child->errors_text);
}

/* Without reaping, so that its number, which is also the group's, cannot go to somebody else yet. */
static bool has_ended(const struct child *child)
{
    siginfo_t info = {0};
    return !waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid;
}

/* Why the loop must stop before the child does, or 0. */
static int must_stop(struct child *child, double until, struct process_result *result)
{
    struct ctx *ctx = child->ctx;
    size_t limit = child->spec->limit ? child->spec->limit : REPLY_LIMIT;
    TRY(ctx_check(ctx));
    if (child->reply_text.len > limit)
        return fail(ctx, ERR_LIMIT, "%s answered with more than %zu bytes", child->spec->argv[0], limit);
    result->timed_out = child->spec->seconds > 0 && clock_monotonic() >= until;
    return 0;
}

/* The last of what the child wrote itself; what its own children still might write is not waited for. */
static void drain(struct child *child)
{
    size_t before;
    do {
        before = child->reply_text.len + child->errors_text.len;
        wait_for_output(child, 0);
    } while (child->reply_text.len + child->errors_text.len > before);
}

static int watch(struct child *child, struct process_result *result)
{
    double until = clock_monotonic() + child->spec->seconds;
    double pause = 0.001;
    while (!has_ended(child)) {
        bool open = child->reply[0] >= 0 || child->errors[0] >= 0;
        wait_for_output(child, open ? LONGEST_WAIT : pause);
        if (!open && pause < LONGEST_WAIT)
            pause *= 2;
        TRY(must_stop(child, until, result));
        if (result->timed_out)
            return 0;
    }
    drain(child);
    return must_stop(child, until + 1, result);
}

static int reap(const struct child *child)
{
    int status;
    kill(-child->pid, SIGKILL);
    while (waitpid(child->pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void take_output(struct child *child, struct process_result *result)
{
    struct buf *errors = &child->errors_text;
    result->reply = child->reply_text.data;
    result->reply_length = child->reply_text.len;
    result->errors = errors->len > ERRORS_KEPT ? errors->data + errors->len - ERRORS_KEPT : errors->data;
}

int process_run(struct ctx *ctx, const struct process_spec *spec, struct process_result *result)
{
    __attribute__((cleanup(child_close))) struct child child = {
        .ctx = ctx, .spec = spec, .input = -1, .reply = {-1, -1}, .errors = {-1, -1}};
    *result = (struct process_result){0};
    buf_init(&child.reply_text, ctx->mem);
    buf_init(&child.errors_text, ctx->mem);
    if (spec->folder && !folder_exists(spec->folder))
        return fail(ctx, ERR_FILE, "cannot start %s in %s: no such folder", spec->argv[0], spec->folder);
    if (open_channels(&child))
        return fail_start(ctx, spec->argv[0], errno);
    TRY(start(&child));
    int code = watch(&child, result);
    result->status = reap(&child);
    take_output(&child, result);
    return code;
}

static bool is_program(const char *path)
{
    return file_exists(path) && !access(path, X_OK);
}

char *process_find(struct arena *mem, const char *name)
{
    if (strchr(name, '/'))
        return is_program(name) ? arena_dup(mem, name) : NULL;
    const char *path = getenv("PATH");
    struct names folders = text_split(mem, path ? path : "/usr/bin:/bin", ':');
    for (int i = 0; i < folders.n; i++) {
        const char *folder = *folders.item[i] ? folders.item[i] : ".";
        char *candidate = path_join(mem, folder, name);
        if (*name && is_program(candidate))
            return candidate;
    }
    return NULL;
}
