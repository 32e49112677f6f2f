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
#define READ_AT_ONCE ((size_t)16 << 10)
#define PIPE_HOLDS   ((size_t)128 << 10)
#define LONGEST_WAIT 0.05 /* seconds between looks at the cancel flag */

extern char **environ;

struct child {
    struct ctx *ctx;
    const struct process_spec *spec;
    pid_t pid;
    bool lost;    /* somebody else has reaped it, or nobody has to because SIGCHLD is ignored */
    int input;    /* our copy of what becomes its standard input */
    int reply[2]; /* pipes: read here, written by the child */
    int errors[2];
    struct buf reply_text;
    size_t seen;     /* of the reply, looked through for lines */
    size_t told;     /* of the reply, passed on */
    size_t told_all; /* bytes, since the beginning */
    struct buf line; /* the last that was passed on; empty: none */
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

/* A text as a file without a name, to be read from its beginning; -1. */
static int memory_file(const char *text, size_t length)
{
    int fd = memfd_create("input", MFD_CLOEXEC);
    for (size_t done = 0; fd >= 0 && done < length;) {
        ssize_t put = write(fd, text + done, length - done);
        if (put < 0 && errno != EINTR)
            fd_close(&fd);
        done += put > 0 ? (size_t)put : 0;
    }
    if (fd >= 0)
        lseek(fd, 0, SEEK_SET);
    return fd;
}

static int open_input(const struct process_spec *spec)
{
    if (spec->input_fd)
        return fcntl(spec->input_fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (!spec->input)
        return open("/dev/null", O_RDONLY | O_CLOEXEC);
    return memory_file(spec->input, spec->input_length);
}

int process_secret(struct ctx *ctx, const char *text, size_t length, int *fd)
{
    *fd = memory_file(text, length);
    if (*fd >= 0 && !fchmod(*fd, S_IRUSR | S_IWUSR) && !move_up(fd, STDERR_FILENO))
        return 0;
    fd_close(fd);
    return fail(ctx, ERR_FILE, "cannot hand a password to another program: %s", strerror(errno));
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

static bool keeps(const char *const *keep, const char *variable)
{
    size_t length = strcspn(variable, "=");
    if (!keep)
        return true;
    for (; *keep; keep++)
        if (strlen(*keep) == length && !strncmp(*keep, variable, length))
            return true;
    return false;
}

/* Ours, or what is to be kept of it, with the additions replacing what has their names. */
static char **environment(struct arena *mem, const struct process_spec *spec)
{
    const char *const *add = spec->add_env;
    struct list all = {0};
    for (char **variable = environ; variable && *variable; variable++)
        if (keeps(spec->keep_env, *variable) && !sets(add, *variable))
            list_add(mem, &all, *variable);
    for (; add && *add; add++)
        list_add(mem, &all, arena_dup(mem, *add));
    list_add(mem, &all, NULL);
    return (char **)all.item;
}

static void plan_files(const struct child *child, posix_spawn_file_actions_t *files)
{
    int reply_fd = child->spec->reply_fd, output = reply_fd ? child->errors[1] : child->reply[1];
    posix_spawn_file_actions_adddup2(files, child->input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(files, child->spec->output_fd ? child->spec->output_fd : output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(files, child->errors[1], STDERR_FILENO);
    if (reply_fd > STDERR_FILENO)
        posix_spawn_file_actions_adddup2(files, child->reply[1], reply_fd);
    for (const int *fd = child->spec->pass_fds; fd && *fd; fd++) /* onto itself: it stays open in the child */
        posix_spawn_file_actions_adddup2(files, *fd, *fd);
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
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static int start(struct child *child)
{
    const struct process_spec *spec = child->spec;
    struct arena *mem = child->ctx->mem;
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    struct list argv = {0};
    if (!spec->argv[0])
        return fail_start(child->ctx, "a program without a name", ENOENT);
    for (const char *const *arg = spec->argv; *arg; arg++)
        list_add(mem, &argv, arena_dup(mem, *arg));
    list_add(mem, &argv, NULL);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    plan_files(child, &files);
    plan_signals(&attributes);
    int number =
        posix_spawnp(&child->pid, spec->argv[0], &files, &attributes, (char **)argv.item, environment(mem, spec));
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
    char block[READ_AT_ONCE];
    ssize_t got = *fd < 0 ? -1 : read(*fd, block, sizeof block);
    if (got > 0)
        buf_add_n(text, block, (size_t)got);
    else if (*fd >= 0 && (got == 0 || (errno != EAGAIN && errno != EINTR)))
        fd_close(fd);
}

static size_t limit_of(const struct process_spec *spec)
{
    return spec->limit ? spec->limit : REPLY_LIMIT;
}

static void tell_line(struct child *child, const char *line, size_t length)
{
    struct arena_mark mark = arena_save(child->ctx->mem);
    bool told = child->told_all <= limit_of(child->spec);
    child->told_all += length + 1;
    if (told && child->told_all > limit_of(child->spec))
        emit_warning(child->ctx, "%s writes more than %zu bytes: the rest of it is not shown", child->spec->argv[0],
                     limit_of(child->spec));
    else if (told)
        emit_info(child->ctx, "%.*s", (int)length, line);
    arena_rewind(child->ctx->mem, mark);
}

/* While the child runs, so that whoever waits knows for what. What was told is forgotten, but for the last line. */
static void tell_lines(struct child *child)
{
    struct buf *text = &child->reply_text;
    for (; child->spec->tells && child->seen < text->len; child->seen++) {
        if (text->data[child->seen] != '\n')
            continue;
        buf_cut(&child->line, 0);
        buf_add_n(&child->line, text->data + child->told, child->seen - child->told);
        child->told = child->seen + 1;
        tell_line(child, child->line.data, child->line.len);
    }
    if (child->told < READ_AT_ONCE)
        return;
    memmove(text->data, text->data + child->told, text->len - child->told);
    buf_cut(text, text->len - child->told);
    child->seen -= child->told;
    child->told = 0;
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
    tell_lines(child);
}

/* Without reaping, so that its number, which is also the group's, cannot go to somebody else yet. */
static bool has_ended(struct child *child)
{
    siginfo_t info = {0};
    if (!waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT))
        return info.si_pid != 0;
    child->lost = errno == ECHILD;
    return child->lost;
}

static int check_limits(const struct child *child)
{
    size_t limit = limit_of(child->spec);
    TRY(ctx_check(child->ctx));
    if (child->reply_text.len <= limit)
        return 0;
    return fail(child->ctx, ERR_LIMIT, "%s answered with more than %zu bytes", child->spec->argv[0], limit);
}

/* Itself too, as it may have moved to another group. */
static void kill_group(const struct child *child)
{
    if (child->lost)
        return;
    kill(-child->pid, SIGKILL);
    kill(child->pid, SIGKILL);
}

/* What a pipe can hold when its writers are gone; a writer that left the group is not waited for. */
static void drain(struct child *child)
{
    for (size_t held = 0; held < PIPE_HOLDS; held += READ_AT_ONCE)
        wait_for_output(child, 0);
}

/* Returns when the child has ended, has to end, or its time is over. */
static int watch(struct child *child, bool *timed_out)
{
    double started = clock_monotonic();
    double pause = 0.001;
    while (!has_ended(child)) {
        bool open = child->reply[0] >= 0 || child->errors[0] >= 0;
        wait_for_output(child, open ? LONGEST_WAIT : pause);
        if (!open && pause < LONGEST_WAIT)
            pause *= 2;
        TRY(check_limits(child));
        *timed_out = child->spec->seconds > 0 && clock_monotonic() - started >= child->spec->seconds;
        if (*timed_out)
            break;
    }
    kill_group(child);
    drain(child);
    return check_limits(child);
}

static int reap(const struct child *child, int *result)
{
    int status = 0;
    kill_group(child);
    while (waitpid(child->pid, &status, 0) < 0)
        if (errno != EINTR)
            return fail(child->ctx, ERR_FILE, "cannot tell how %s ended: %s", child->spec->argv[0], strerror(errno));
    *result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return 0;
}

static void take_output(struct child *child, struct process_result *result)
{
    struct buf *errors = &child->errors_text;
    result->reply = child->reply_text.data + child->told;
    result->reply_length = child->reply_text.len - child->told;
    result->told = child->told_all ? child->line.data : NULL;
    result->errors = errors->len > ERRORS_KEPT ? errors->data + errors->len - ERRORS_KEPT : errors->data;
}

int process_run(struct ctx *ctx, const struct process_spec *spec, struct process_result *result)
{
    __attribute__((cleanup(child_close))) struct child child = {
        .ctx = ctx, .spec = spec, .input = -1, .reply = {-1, -1}, .errors = {-1, -1}};
    *result = (struct process_result){0};
    buf_init(&child.reply_text, ctx->mem);
    buf_init(&child.errors_text, ctx->mem);
    buf_init(&child.line, ctx->mem);
    if (spec->folder && !folder_exists(spec->folder))
        return fail(ctx, ERR_FILE, "cannot start %s in %s: no such folder", spec->argv[0], spec->folder);
    if (open_channels(&child))
        return fail_start(ctx, spec->argv[0], errno);
    TRY(start(&child));
    int watched = watch(&child, &result->timed_out);
    take_output(&child, result);
    struct error why = ctx->error;
    int reaped = reap(&child, &result->status);
    if (!watched)
        return reaped;
    ctx->error = why;
    return watched;
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
