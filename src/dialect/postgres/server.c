/*
 * A private PostgreSQL server from local binaries: on a Unix socket in a folder of its own, not reachable from
 * elsewhere, without syncing, gone with its folder when stopped.
 *
 * PostgreSQL refuses to run as root, so root becomes "nobody" for it; that user must own the folder.  Nothing is kept
 * between runs.  However this process ends, a watcher process outlives it by a moment: it reads a pipe that only we hold
 * open, and when that closes it ends what still runs and removes the folder.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "dialect/postgres/pg.h"

enum { START_SECONDS = 60, NOBODY = 65534 };

struct pg_server {
    char folder[64];
    pid_t pid;     /* initdb, then postgres; 0: nothing runs */
    pid_t watcher; /* 0: none yet */
    int pipe;      /* tells the watcher what runs; its end is ours */
};

const char *pg_server_folder(const struct pg_server *server)
{
    return server->folder;
}

static void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

/* In the watcher: nothing here may allocate or lock, because the process that was forked may have had threads. */
static void watch(const char *folder, int pipe)
{
    static char remove_word[] = "rm", options[] = "-rf";
    char path[sizeof((struct pg_server *)0)->folder];
    char *argv[] = {remove_word, options, path, NULL};
    pid_t pid = 0, told;

    memcpy(path, folder, sizeof path);
    while (read(pipe, &told, sizeof told) == (ssize_t)sizeof told)
        pid = told;
    if (pid > 0)
        kill(pid, SIGQUIT);
    for (int i = 0; pid > 0 && i < 300 && kill(pid, 0) == 0; i++)
        sleep_ms(10);
    if (pid > 0)
        kill(-pid, SIGKILL);
    execv("/bin/rm", argv);
    _exit(127);
}

static int watcher_start(struct ctx *ctx, struct pg_server *server)
{
    int ends[2], null;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return fail(ctx, ERR_FAILED, "cannot make a pipe: %s", strerror(errno));
    server->watcher = fork();
    if (server->watcher == 0) {
        setsid();
        null = open("/dev/null", O_RDWR);
        for (int fd = 0; fd < 256; fd++)
            if (fd != ends[0] && fd != null)
                close(fd);
        dup2(null, 0);
        dup2(null, 1);
        dup2(null, 2);
        watch(server->folder, ends[0]);
    }
    close(ends[0]);
    server->pipe = ends[1];
    if (server->watcher > 0)
        return 0;
    server->watcher = 0;
    return fail(ctx, ERR_FAILED, "cannot start a process: %s", strerror(errno));
}

/* What the watcher has to end if we cannot. */
static void watcher_tell(struct pg_server *server)
{
    ssize_t written = write(server->pipe, &server->pid, sizeof server->pid);
    (void)written; /* without a watcher nobody is left to care */
}

void pg_server_stop(struct pg_server *server)
{
    if (server == NULL)
        return;
    if (server->pid > 0) {
        kill(server->pid, SIGQUIT);
        for (int i = 0; i < 500 && waitpid(server->pid, NULL, WNOHANG) == 0; i++)
            clock_sleep(0.01);
        kill(server->pid, SIGKILL);
        waitpid(server->pid, NULL, 0);
        server->pid = 0;
        watcher_tell(server);
    }
    if (server->watcher > 0) {
        close(server->pipe);
        waitpid(server->watcher, NULL, 0);
    } else if (server->folder[0] != '\0') {
        rmdir(server->folder);
    }
    free(server);
}

/* "15" of ".../postgresql/15/bin", the number that comes nearest to `major`; a tie takes the newer. */
static int64_t folder_major(struct ctx *ctx, const char *bin)
{
    struct names parts = text_split(ctx->mem, bin, '/');
    int64_t major = 0;

    for (int i = parts.n - 1; i >= 0; i--)
        if (text_to_int(parts.item[i], &major) && major > 0)
            return major;
    return 0;
}

static bool has_programs(struct ctx *ctx, const char *bin)
{
    return access(path_join(ctx->mem, bin, "initdb"), X_OK) == 0 &&
           access(path_join(ctx->mem, bin, "postgres"), X_OK) == 0;
}

static void versions_add(struct ctx *ctx, const char *root, struct names *found)
{
    struct names versions;

    if (!folder_exists(root) || folder_list(ctx, root, &versions) < 0)
        return;
    for (int i = 0; i < versions.n; i++) {
        const char *bin = path_join(ctx->mem, path_join(ctx->mem, root, versions.item[i]), "bin");
        if (has_programs(ctx, bin))
            names_add(ctx->mem, found, bin);
    }
}

static void config_add(struct ctx *ctx, struct names *found)
{
    static const char *const argv[] = {"pg_config", "--bindir", NULL};
    struct process_spec spec = {.argv = argv, .seconds = 10, .limit = 4096};
    struct process_result result;
    struct error error = ctx->error;

    if (process_find(ctx->mem, "pg_config") != NULL && process_run(ctx, &spec, &result) == 0 && result.status == 0) {
        const char *bin = text_trim(ctx->mem, result.reply);
        if (has_programs(ctx, bin))
            names_add(ctx->mem, found, bin);
    }
    ctx->error = error;
}

static int bin_find(struct ctx *ctx, int version, const char **bin)
{
    struct names found = {0};
    const char *postgres = process_find(ctx->mem, "postgres"), *best = NULL;
    int64_t best_off = 0;

    versions_add(ctx, "/usr/lib/postgresql", &found);
    config_add(ctx, &found);
    if (postgres != NULL && has_programs(ctx, path_folder(ctx->mem, postgres)))
        names_add(ctx->mem, &found, path_folder(ctx->mem, postgres));
    for (int i = 0; i < found.n; i++) {
        int64_t major = folder_major(ctx, found.item[i]);
        int64_t off = version == 0              ? -major
                      : major > version / 10000 ? major - version / 10000
                                                : version / 10000 - major;
        if (best == NULL || off < best_off) {
            best = found.item[i];
            best_off = off;
        }
    }
    if (best != NULL) {
        *bin = best;
        return 0;
    }
    fail(ctx, ERR_UNSUPPORTED, "no PostgreSQL server is installed here, and none was given for a scratch database");
    return fail_hint(ctx,
                     "Install one (Debian: apt install postgresql), or give a URL whose user may create databases.");
}

static uid_t server_user(gid_t *gid)
{
    const struct passwd *nobody = getpwnam("nobody");

    *gid = nobody != NULL ? nobody->pw_gid : NOBODY;
    return nobody != NULL ? nobody->pw_uid : NOBODY;
}

/* Runs in the child: nothing of ours may leak into it, and it must not be root. */
static void child_become(const char *folder, bool root, uid_t uid, gid_t gid)
{
    int null = open("/dev/null", O_RDONLY), log;
    char path[96];

    setsid();
    if (root && (setgroups(0, NULL) != 0 || setgid(gid) != 0 || setuid(uid) != 0))
        _exit(126);
    if (chdir(folder) != 0)
        _exit(126);
    snprintf(path, sizeof path, "%s/log", folder);
    log = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(null, 0);
    dup2(log, 1);
    dup2(log, 2);
    for (int fd = 3; fd < 256; fd++)
        close(fd);
}

/* Our environment without what would lead libpq's relatives astray. */
static char **child_environment(struct arena *mem)
{
    static char locale[] = "LC_ALL=C.UTF-8";
    int n = 0, kept = 0;
    char **made;

    while (environ[n] != NULL)
        n++;
    made = NEW_ARRAY(mem, char *, n + 2);
    for (int i = 0; i < n; i++)
        if (!text_starts(environ[i], "PG") && !text_starts(environ[i], "LC_ALL="))
            made[kept++] = environ[i];
    made[kept] = locale;
    return made;
}

static int child_start(struct ctx *ctx, struct pg_server *server, const char *const *argv)
{
    char **environment = child_environment(ctx->mem);
    gid_t gid;
    uid_t uid = server_user(&gid);

    server->pid = fork();
    if (server->pid > 0) {
        watcher_tell(server);
        return 0;
    }
    if (server->pid < 0) {
        server->pid = 0;
        return fail(ctx, ERR_FAILED, "cannot start %s: %s", path_name(argv[0]), strerror(errno));
    }
    child_become(server->folder, geteuid() == 0, uid, gid);
    execve(argv[0], (char *const *)(uintptr_t)argv, environment);
    _exit(127);
}

static const char *log_tail(struct ctx *ctx, const struct pg_server *server)
{
    char *text = NULL;
    size_t length = 0;
    struct names lines;
    struct error error = ctx->error;

    if (file_read(ctx, path_join(ctx->mem, server->folder, "log"), 0, &text, &length) < 0) {
        ctx->error = error;
        return "it left no log";
    }
    lines = text_lines(ctx->mem, text_trim(ctx->mem, text));
    for (int i = lines.n - 1; i >= 0; i--)
        if (text_has(lines.item[i], "FATAL:") || text_has(lines.item[i], "error:"))
            return pg_message(ctx->mem, lines.item[i]);
    return lines.n > 0 ? pg_message(ctx->mem, lines.item[lines.n - 1]) : "it said nothing";
}

static int child_wait(struct ctx *ctx, struct pg_server *server, const char *what)
{
    double end = clock_monotonic() + START_SECONDS;
    int status = 0;

    while (waitpid(server->pid, &status, WNOHANG) == 0) {
        TRY(ctx_check(ctx));
        if (clock_monotonic() > end)
            return fail(ctx, ERR_FAILED, "%s did not end within %d seconds", what, START_SECONDS);
        clock_sleep(0.005);
    }
    server->pid = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    return fail(ctx, ERR_FAILED, "%s failed: %s", what, log_tail(ctx, server));
}

static int folder_create(struct ctx *ctx, struct pg_server *server)
{
    gid_t gid;
    uid_t uid = server_user(&gid);

    /* Not TMPDIR: a socket's path may have no more than 107 bytes, and the server's user must be able to enter. */
    snprintf(server->folder, sizeof server->folder, "/tmp/dbwarden-pg-XXXXXX");
    if (mkdtemp(server->folder) == NULL) {
        server->folder[0] = '\0';
        return fail(ctx, ERR_FILE, "cannot make a folder in /tmp: %s", strerror(errno));
    }
    if (geteuid() == 0 && chown(server->folder, uid, gid) != 0)
        return fail(ctx, ERR_FILE, "%s: %s", server->folder, strerror(errno));
    return 0;
}

static int cluster_make(struct ctx *ctx, struct pg_server *server, const char *bin)
{
    const char *argv[] = {path_join(ctx->mem, bin, "initdb"),
                          "-D",
                          path_join(ctx->mem, server->folder, "data"),
                          "-A",
                          "trust",
                          "-U",
                          "postgres",
                          "-E",
                          "UTF8",
                          "--locale=C.UTF-8",
                          "--no-sync",
                          "--no-instructions",
                          NULL};

    TRY(child_start(ctx, server, argv));
    return child_wait(ctx, server, "initdb");
}

/* Line 8 of postmaster.pid says "ready" once connections are taken. */
static bool is_ready(struct ctx *ctx, const struct pg_server *server)
{
    struct arena_mark mark = arena_save(ctx->mem);
    struct error error = ctx->error;
    const char *path = arena_printf(ctx->mem, "%s/data/postmaster.pid", server->folder);
    struct names lines = {0};
    char *text;
    size_t length;
    bool ready;

    if (file_exists(path) && file_read(ctx, path, 0, &text, &length) == 0)
        lines = text_lines(ctx->mem, text);
    ready = lines.n >= 8 && text_starts(lines.item[7], "ready");
    ctx->error = error;
    arena_rewind(ctx->mem, mark);
    return ready;
}

static int server_run(struct ctx *ctx, struct pg_server *server, const char *bin)
{
    double end = clock_monotonic() + START_SECONDS;
    const char *argv[] = {path_join(ctx->mem, bin, "postgres"),
                          "-D",
                          path_join(ctx->mem, server->folder, "data"),
                          "-k",
                          server->folder,
                          "-c",
                          "listen_addresses=",
                          "-c",
                          "fsync=off",
                          "-c",
                          "synchronous_commit=off",
                          "-c",
                          "full_page_writes=off",
                          "-c",
                          "shared_buffers=16MB",
                          "-c",
                          "max_connections=10",
                          "-c",
                          "autovacuum=off",
                          "-p",
                          "5432",
                          NULL};

    TRY(child_start(ctx, server, argv));
    while (!is_ready(ctx, server)) {
        int status;
        TRY(ctx_check(ctx));
        if (waitpid(server->pid, &status, WNOHANG) == server->pid) {
            server->pid = 0;
            return fail(ctx, ERR_FAILED, "the private PostgreSQL server ended at once: %s", log_tail(ctx, server));
        }
        if (clock_monotonic() > end)
            return fail(ctx, ERR_FAILED, "the private PostgreSQL server did not start within %d seconds",
                        START_SECONDS);
        clock_sleep(0.005);
    }
    return 0;
}

int pg_server_start(struct ctx *ctx, int version, struct pg_server **server)
{
    struct pg_server *made = arena_outside(sizeof *made);
    const char *bin = NULL;
    int result = bin_find(ctx, version, &bin);

    if (result == 0)
        result = folder_create(ctx, made);
    if (result == 0)
        result = watcher_start(ctx, made);
    if (result == 0)
        result = cluster_make(ctx, made, bin);
    if (result == 0)
        result = server_run(ctx, made, bin);
    if (result < 0) {
        struct error error = ctx->error;
        pg_server_stop(made);
        ctx->error = error;
        return result;
    }
    *server = made;
    return 0;
}
