/*
 * Files as wholes.  Writing goes through a temporary file beside the target, so that whatever happens
 * there is the old text or the new one.  Not here: locks, and files that are too large for memory.
 */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define READ_LIMIT ((size_t)64 << 20)

void fd_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

bool file_exists(const char *path)
{
    struct stat status;
    return !stat(path, &status) && !S_ISDIR(status.st_mode);
}

bool folder_exists(const char *path)
{
    struct stat status;
    return !stat(path, &status) && S_ISDIR(status.st_mode);
}

static int fail_file(struct ctx *ctx, const char *what, const char *path)
{
    return fail(ctx, ERR_FILE, "cannot %s %s: %s", what, path, strerror(errno));
}

/* Like read(), but not disturbed by signals. */
static ssize_t read_some(int fd, char *to, size_t size)
{
    ssize_t got;
    do
        got = read(fd, to, size);
    while (got < 0 && errno == EINTR);
    return got;
}

static int open_to_read(struct ctx *ctx, const char *path, struct stat *status)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && !fstat(fd, status) && !S_ISDIR(status->st_mode))
        return fd;
    if (fd >= 0)
        errno = EISDIR;
    fail_file(ctx, "read", path);
    fd_close(&fd);
    return ERR_FILE;
}

static const char *mode_name(mode_t mode)
{
    return S_ISDIR(mode) ? "a folder" : S_ISFIFO(mode) ? "a pipe" : S_ISSOCK(mode) ? "a socket" : "a device";
}

int file_head(struct ctx *ctx, const char *path, char *head, size_t room, size_t *length)
{
    struct stat status;
    if (!stat(path, &status) && !S_ISREG(status.st_mode))
        return fail(ctx, ERR_FILE, "%s is %s, not an ordinary file", path, mode_name(status.st_mode));
    __attribute__((cleanup(fd_close))) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t got = fd < 0 ? -1 : read_some(fd, head, room);
    if (got < 0)
        return fail_file(ctx, "read", path);
    *length = (size_t)got;
    return 0;
}

int file_read(struct ctx *ctx, const char *path, size_t limit, char **text, size_t *length)
{
    struct stat status;
    __attribute__((cleanup(fd_close))) int fd = open_to_read(ctx, path, &status);
    if (fd < 0)
        return ERR_FILE;
    if (!limit)
        limit = READ_LIMIT;
    size_t used = 0, room = (size_t)status.st_size < limit ? (size_t)status.st_size + 1 : limit + 1;
    char *data = arena_alloc(ctx->mem, room + 1);
    for (ssize_t got; (got = read_some(fd, data + used, room - used)); used += (size_t)got) {
        if (got < 0)
            return fail_file(ctx, "read", path);
        if (used + (size_t)got > limit)
            return fail(ctx, ERR_LIMIT, "%s is larger than %zu bytes", path, limit);
        if (used + (size_t)got < room)
            continue;
        /* A pipe, or a file that grew since fstat(). */
        data = arena_grow(ctx->mem, data, room + 1, room * 2 + 1);
        room *= 2;
    }
    *text = data;
    if (length)
        *length = used;
    return 0;
}

static int write_all(int fd, const char *text, size_t length)
{
    while (length) {
        ssize_t put = write(fd, text, length);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -1;
        text += put;
        length -= (size_t)put;
    }
    return 0;
}

/* A new file beside the target with a name that nothing else has; *path gets it. */
static int open_beside(struct ctx *ctx, const char *folder, mode_t mode, char **path)
{
    static atomic_uint counter;
    for (int tries = 0; tries < 1000; tries++) {
        unsigned number = atomic_fetch_add(&counter, 1);
        *path = path_join(ctx->mem, folder, arena_printf(ctx->mem, ".dbwarden-%d-%u.tmp", (int)getpid(), number));
        int fd = open(*path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

/* ".dbwarden-PID-NUMBER.tmp" of a process that is no more, or of another day. */
static bool is_left_over(const char *folder, const char *name)
{
    enum { DAY = 24 * 60 * 60 };
    long pid;
    unsigned number;
    int end = 0;
    struct stat status;
    char path[PATH_MAX];
    if (sscanf(name, ".dbwarden-%9ld-%9u.tmp%n", &pid, &number, &end) != 2 || !end || name[end] || pid <= 0)
        return false;
    if (kill((pid_t)pid, 0) != 0 && errno == ESRCH)
        return true;
    return snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path && !lstat(path, &status) &&
           time(NULL) - status.st_mtime > DAY;
}

void folder_tidy(const char *folder)
{
    DIR *stream = opendir(folder);
    if (!stream)
        return;
    for (struct dirent *entry; (entry = readdir(stream));)
        if (is_left_over(folder, entry->d_name))
            unlinkat(dirfd(stream), entry->d_name, 0);
    closedir(stream);
}

/* Without this a crash may forget the rename. Some file systems cannot and say EINVAL; that is not a failure. */
static int sync_folder(const char *folder)
{
    __attribute__((cleanup(fd_close))) int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || (fsync(fd) && errno != EINVAL))
        return -1;
    return 0;
}

/* A symbolic link stays one: what it leads to is replaced. */
static const char *behind_links(struct ctx *ctx, const char *path)
{
    char *real = realpath(path, NULL);
    if (!real)
        return path;
    const char *copy = arena_dup(ctx->mem, real);
    free(real);
    return copy;
}

/* As if the file had been written in place: its mode stays, and root leaves it to its owner. */
static void keep_identity(int fd, const struct stat *old)
{
    fchmod(fd, old->st_mode & 07777);
    if (geteuid() == 0 && fchown(fd, old->st_uid, old->st_gid))
        return; /* some file systems know no owners */
}

struct writing {
    int fd;
    bool failed; /* errno says how */
};

static void write_piece(void *sink, const char *text, size_t length)
{
    struct writing *writing = sink;
    writing->failed = writing->failed || write_all(writing->fd, text, length);
}

static int replace(const char *temporary, const char *target, int *fd, file_text_fn *text, const void *what)
{
    struct arena *mem = arena_open(0);
    struct writing writing = {.fd = *fd};
    struct buf out;
    buf_drain(&out, mem, write_piece, &writing);
    text(&out, what);
    buf_drained(&out);
    int error = errno; /* freeing may change it */
    arena_close(mem);
    errno = error;
    if (writing.failed || fsync(*fd))
        return -1;
    int closed = close(*fd);
    *fd = -1;
    return closed ? -1 : rename(temporary, target);
}

/* All but the folder's own: it is tidied before, and synced after. */
static int write_into(struct ctx *ctx, const char *path, mode_t mode, file_text_fn *text, const void *what)
{
    const char *target = behind_links(ctx, path);
    const char *folder = path_folder(ctx->mem, target);
    struct stat old;
    bool is_new = stat(target, &old) != 0;
    if (!is_new && access(target, W_OK)) /* renaming would not mind, but whoever protected it does */
        return fail_file(ctx, "write", path);
    char *temporary;
    __attribute__((cleanup(fd_close))) int fd = open_beside(ctx, folder, mode, &temporary);
    if (fd < 0)
        return fail_file(ctx, "write", path);
    if (!is_new)
        keep_identity(fd, &old);
    if (replace(temporary, target, &fd, text, what)) {
        int code = fail_file(ctx, "write", path);
        unlink(temporary);
        return code;
    }
    return 0;
}

int file_write_as(struct ctx *ctx, const char *path, mode_t mode, file_text_fn *text, const void *what)
{
    const char *folder = path_folder(ctx->mem, behind_links(ctx, path));
    folder_tidy(folder);
    TRY(write_into(ctx, path, mode, text, what));
    return sync_folder(folder) ? fail_file(ctx, "write", path) : 0;
}

/* A text that is whole. */
struct given {
    const char *text;
    size_t length;
};

static void text_given(struct buf *out, const void *what)
{
    const struct given *text = what;
    buf_add_n(out, text->text, text->length);
}

int file_write(struct ctx *ctx, const char *path, const char *text, size_t length, mode_t mode)
{
    return file_write_as(ctx, path, mode, text_given, &(const struct given){text, length});
}

int folder_write(struct ctx *ctx, const char *folder, const struct list *files, mode_t mode)
{
    folder_tidy(folder);
    for (int i = 0; i < files->n; i++) {
        const struct file_new *file = files->item[i];
        const struct given given = {file->text, strlen(file->text)};
        TRY(write_into(ctx, path_join(ctx->mem, folder, file->name), mode, text_given, &given));
    }
    return sync_folder(folder) ? fail_file(ctx, "write", folder) : 0;
}

int file_begin(struct ctx *ctx, const char *path, char **temporary)
{
    const char *folder = path_folder(ctx->mem, path);
    folder_tidy(folder);
    __attribute__((cleanup(fd_close))) int fd = open_beside(ctx, folder, S_IRUSR | S_IWUSR, temporary);
    return fd < 0 ? fail_file(ctx, "write", path) : 0;
}

/* link() does not replace what is there, which rename() would; not every file system has it. */
static int give_name(const char *temporary, const char *path)
{
    if (!link(temporary, path))
        return unlink(temporary);
    if (errno != EPERM && errno != EOPNOTSUPP)
        return -1;
    return renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE);
}

int file_finish(struct ctx *ctx, const char *temporary, const char *path)
{
    __attribute__((cleanup(fd_close))) int fd = open(temporary, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) || give_name(temporary, path) || sync_folder(path_folder(ctx->mem, path)))
        return fail_file(ctx, "write", path);
    return 0;
}

void file_drop(const char *temporary)
{
    unlink(temporary);
}

int file_remove(struct ctx *ctx, const char *path)
{
    if (!unlink(path) || errno == ENOENT)
        return 0;
    return fail_file(ctx, "remove", path);
}

static bool make_one(const char *path)
{
    if (!mkdir(path, 0777) || errno == EEXIST)
        return true;
    int why = errno; /* a read-only or automounted parent may refuse before it looks whether the folder is there */
    bool there = folder_exists(path);
    errno = why;
    return there;
}

int folder_make(struct ctx *ctx, const char *path)
{
    char *part = arena_dup(ctx->mem, path);
    for (char *end = part; *end;) {
        end = strchrnul(end + 1, '/');
        char was = *end;
        *end = 0;
        if (!make_one(part))
            return fail_file(ctx, "make the folder", path);
        *end = was;
    }
    if (folder_exists(path))
        return 0;
    errno = ENOTDIR;
    return fail_file(ctx, "make the folder", path);
}

int folder_list(struct ctx *ctx, const char *path, struct names *names)
{
    DIR *folder = opendir(path);
    if (!folder)
        return fail_file(ctx, "read the folder", path);
    *names = (struct names){0};
    errno = 0;
    for (const struct dirent *entry; (entry = readdir(folder)); errno = 0)
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
            names_add(ctx->mem, names, arena_dup(ctx->mem, entry->d_name));
    int code = errno ? fail_file(ctx, "read the folder", path) : 0;
    closedir(folder);
    names_sort(names);
    return code;
}

char *path_join(struct arena *mem, const char *folder, const char *name)
{
    if (*name == '/' || !folder || !*folder)
        return arena_dup(mem, name);
    const char *slash = folder[strlen(folder) - 1] == '/' ? "" : "/";
    return arena_printf(mem, "%s%s%s", folder, slash, name);
}

char *path_folder(struct arena *mem, const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return arena_dup(mem, ".");
    return arena_copy(mem, path, slash == path ? 1 : (size_t)(slash - path));
}

const char *path_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *path_stem(struct arena *mem, const char *path)
{
    const char *name = path_name(path);
    const char *dot = strrchr(name, '.');
    return dot && dot != name ? arena_copy(mem, name, (size_t)(dot - name)) : arena_dup(mem, name);
}

char *path_absolute(struct ctx *ctx, const char *path)
{
    if (*path == '/')
        return arena_dup(ctx->mem, path);
    char *here = getcwd(NULL, 0);
    if (!here)
        return NULL;
    while (path[0] == '.' && path[1] == '/')
        path += 2;
    bool is_here = !*path || !strcmp(path, ".");
    char *absolute = is_here ? arena_dup(ctx->mem, here) : path_join(ctx->mem, here, path);
    free(here);
    return absolute;
}
