/*
 * Children that run beside us and end with us: servers for a moment.
 *
 * The watcher is a process of its own that reads a pipe whose other end only we hold, and the child until it has become
 * its program: what comes through is the number of the child, which the child writes itself, so that there is no moment
 * at which it runs and nobody knows.  When the pipe closes, the watcher ends the child and removes the folder.
 * This is the only place that forks: between fork() and exec() nothing may allocate or lock, because the process that
 * was forked may have had threads.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "base/text.h"

enum { NOBODY = 65534, PATIENCE_MS = 5000, LOOK_MS = 10 };

extern char **environ;

struct process_kept {
    char folder[PROCESS_KEPT_FOLDER]; /* "": none was made */
    char log[PROCESS_KEPT_FOLDER + 8];
    int stop;  /* signal */
    bool root; /* the child becomes nobody */
    uid_t uid;
    gid_t gid;
    pid_t pid;     /* 0: nothing runs */
    pid_t watcher; /* 0: none */
    int pipe;      /* to the watcher */
};

static void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

static void close_from(int first)
{
    if (syscall(SYS_close_range, (unsigned)first, ~0U, 0) == 0)
        return;
    for (long fd = first, end = sysconf(_SC_OPEN_MAX); fd < end; fd++)
        close((int)fd);
}

/* In a process just forked: standard channels, a session of its own, and no signal blocked or ignored. */
static void settle_in(int out)
{
    sigset_t none;
    int null = open("/dev/null", O_RDWR);

    sigemptyset(&none);
    for (int signal_number = 1; signal_number < NSIG; signal_number++)
        signal(signal_number, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();
    dup2(null, STDIN_FILENO);
    dup2(out >= 0 ? out : null, STDOUT_FILENO);
    dup2(out >= 0 ? out : null, STDERR_FILENO);
}

static void watch(const struct process_kept *kept)
{
    static char remove_word[] = "rm", options[] = "-rf";
    char path[PROCESS_KEPT_FOLDER];
    char *argv[] = {remove_word, options, path, NULL};
    pid_t pid = 0, told;

    memcpy(path, kept->folder, sizeof path);
    while (read(STDERR_FILENO + 1, &told, sizeof told) == (ssize_t)sizeof told)
        pid = told;
    if (pid > 0)
        kill(pid, kept->stop);
    for (int ms = 0; pid > 0 && ms < PATIENCE_MS && kill(pid, 0) == 0; ms += LOOK_MS)
        sleep_ms(LOOK_MS);
    if (pid > 0)
        kill(-pid, SIGKILL);
    execv("/bin/rm", argv);
    _exit(127);
}

static int fail_start(struct ctx *ctx, const char *what)
{
    return fail(ctx, ERR_FILE, "cannot start %s: %s", what, strerror(errno));
}

static int watcher_start(struct ctx *ctx, struct process_kept *kept)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0)
        return fail(ctx, ERR_FILE, "cannot make a pipe: %s", strerror(errno));
    kept->watcher = fork();
    if (kept->watcher == 0) {
        int out = fcntl(ends[0], F_DUPFD, STDERR_FILENO + 2); /* out of the way of the standard channels */
        settle_in(-1);
        dup2(out, STDERR_FILENO + 1);
        close_from(STDERR_FILENO + 2);
        watch(kept);
    }
    close(ends[0]);
    kept->pipe = ends[1];
    if (kept->watcher > 0)
        return 0;
    kept->watcher = 0;
    return fail_start(ctx, "a process");
}

static int folder_of_kept(struct ctx *ctx, struct process_kept *kept, const char *folder_template)
{
    const struct passwd *nobody = getpwnam("nobody");

    kept->root = geteuid() == 0;
    kept->uid = nobody ? nobody->pw_uid : NOBODY;
    kept->gid = nobody ? nobody->pw_gid : NOBODY;
    snprintf(kept->folder, sizeof kept->folder, "%s", folder_template);
    if (!mkdtemp(kept->folder)) {
        kept->folder[0] = '\0';
        return fail(ctx, ERR_FILE, "cannot make a folder like %s: %s", folder_template, strerror(errno));
    }
    snprintf(kept->log, sizeof kept->log, "%s/log", kept->folder);
    if (kept->root && chown(kept->folder, kept->uid, kept->gid) != 0)
        return fail(ctx, ERR_FILE, "%s: %s", kept->folder, strerror(errno));
    return 0;
}

int process_keep(struct ctx *ctx, const char *folder_template, int stop, struct process_kept **kept)
{
    struct process_kept *made = arena_outside(sizeof *made);

    made->stop = stop;
    made->pipe = -1;
    int result = folder_of_kept(ctx, made, folder_template);
    if (result == 0)
        result = watcher_start(ctx, made);
    if (result == 0) {
        *kept = made;
        return 0;
    }
    process_kept_end(made);
    return result;
}

const char *process_kept_folder(const struct process_kept *kept)
{
    return kept->folder;
}

static char **environment(struct arena *mem, const struct process_kept_spec *spec)
{
    struct list all = {0};

    for (char **variable = environ; variable && *variable; variable++) {
        bool dropped = spec->drop_env && text_starts(*variable, spec->drop_env);
        for (const char *const *add = spec->add_env; add && *add && !dropped; add++)
            dropped = !strncmp(*add, *variable, strcspn(*variable, "=") + 1);
        if (!dropped)
            list_add(mem, &all, *variable);
    }
    for (const char *const *add = spec->add_env; add && *add; add++)
        list_add(mem, &all, arena_dup(mem, *add));
    list_add(mem, &all, NULL);
    return (char **)all.item;
}

static void tell(const struct process_kept *kept, pid_t pid)
{
    ssize_t written = write(kept->pipe, &pid, sizeof pid);
    (void)written; /* without a watcher nobody is left to care */
}

static void become(const struct process_kept *kept, char *const *argv, char *const *environment)
{
    tell(kept, getpid());
    if (kept->root && (setgroups(0, NULL) != 0 || setgid(kept->gid) != 0 || setuid(kept->uid) != 0))
        _exit(126);
    if (chdir(kept->folder) != 0)
        _exit(126);
    settle_in(open(kept->log, O_WRONLY | O_CREAT | O_APPEND, 0600));
    close_from(STDERR_FILENO + 1);
    execve(argv[0], argv, environment);
    _exit(127);
}

int process_kept_start(struct ctx *ctx, struct process_kept *kept, const struct process_kept_spec *spec)
{
    char **all = environment(ctx->mem, spec);
    struct list argv = {0};

    for (const char *const *arg = spec->argv; *arg; arg++)
        list_add(ctx->mem, &argv, arena_dup(ctx->mem, *arg));
    list_add(ctx->mem, &argv, NULL);
    kept->pid = fork();
    if (kept->pid == 0)
        become(kept, (char *const *)argv.item, all);
    if (kept->pid > 0)
        return 0;
    kept->pid = 0;
    return fail_start(ctx, spec->argv[0]);
}

bool process_kept_ended(struct process_kept *kept, int *status)
{
    int raw = 0;
    pid_t got = waitpid(kept->pid, &raw, WNOHANG);

    if (got == 0 || (got < 0 && errno == EINTR))
        return false;
    if (got < 0 && kill(kept->pid, 0) == 0)
        return false; /* SIGCHLD is ignored: nobody can wait for it, and it runs */
    *status = got < 0 ? -1 : WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
    kept->pid = 0;
    tell(kept, 0);
    return true;
}

void process_kept_end(struct process_kept *kept)
{
    int status;

    if (!kept)
        return;
    if (kept->pid > 0) {
        pid_t group = kept->pid;
        kill(kept->pid, kept->stop);
        for (int ms = 0; ms < PATIENCE_MS && !process_kept_ended(kept, &status); ms += LOOK_MS)
            clock_sleep(LOOK_MS / 1000.0);
        kill(-group, SIGKILL);
        if (kept->pid > 0)
            waitpid(kept->pid, NULL, 0);
    }
    if (kept->pipe >= 0)
        close(kept->pipe);
    if (kept->watcher > 0)
        waitpid(kept->watcher, NULL, 0);
    else if (kept->folder[0])
        rmdir(kept->folder);
    free(kept);
}
