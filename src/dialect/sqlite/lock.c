/*
 * The runner's lock: an open-file-description lock on a file beside the database, which the kernel releases
 * with its holder.  Never on the database file itself, because closing a second descriptor of it would drop
 * SQLite's own locks.  The file goes away with the lock; a killed holder's is taken over and removed by the next.  Its first line
 * is what the holder says of itself: a row of the database would be seen only after the transaction that takes so long.
 */
#include "dialect/sqlite/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/* The holder removes the file before it lets go, so whoever gets the lock may hold it on a file that is gone. */
static bool lock_stands(int fd, const char *path)
{
    struct stat held, there;
    if (fstat(fd, &held) != 0 || stat(path, &there) != 0)
        return false;
    return held.st_dev == there.st_dev && held.st_ino == there.st_ino;
}

/* Whoever may write the database may take over the lock of a killed runner. */
static void lock_share(const struct lite_conn *lite, int fd)
{
    struct stat database, own;
    const char *path = sqlite3_db_filename(lite->db, "main");
    if (stat(path, &database) != 0 || fstat(fd, &own) != 0 || own.st_uid != geteuid())
        return;
    if (fchmod(fd, database.st_mode & 0666) != 0)
        return;
}

static int lock_open(struct ctx *ctx, struct lite_conn *lite, int *fd)
{
    *fd = open(lite->lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (*fd >= 0)
        return 0;
    fail(ctx, ERR_FILE, "cannot create the lock file %s: %s", lite->lock_path, strerror(errno));
    return fail_hint(ctx, "The folder of the database must be writable, for SQLite's own journal too.");
}

int lite_lock_try(struct ctx *ctx, struct conn *conn, bool *taken)
{
    struct lite_conn *lite = (struct lite_conn *)conn;
    *taken = true;
    while (lite->lock_fd < 0 && lite->lock_path) {
        __attribute__((cleanup(fd_close))) int fd = -1;
        struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        TRY(lock_open(ctx, lite, &fd));
        if (fcntl(fd, F_OFD_SETLK, &lock) != 0) {
            *taken = false;
            if (errno == EAGAIN || errno == EACCES)
                return 0;
            return fail(ctx, ERR_FILE, "cannot lock %s: %s", lite->lock_path, strerror(errno));
        }
        if (!lock_stands(fd, lite->lock_path))
            continue;
        lock_share(lite, fd);
        lite->lock_fd = fd;
        fd = -1;
        lite_lock_note(conn, "");
    }
    return 0;
}

void lite_lock_note(struct conn *conn, const char *text)
{
    const struct lite_conn *lite = (const struct lite_conn *)conn;
    char line[LITE_LOCK_LINE] = {0};
    int length = snprintf(line, sizeof line, "%s\n", text);
    if (lite->lock_fd < 0 || length < 1 || length >= LITE_LOCK_LINE)
        return;
    if (pwrite(lite->lock_fd, line, (size_t)length, 0) != length || ftruncate(lite->lock_fd, length) != 0)
        return; /* only for show */
}

int lite_lock_said(struct ctx *ctx, struct conn *conn, const char **text)
{
    const struct lite_conn *lite = (const struct lite_conn *)conn;
    char line[LITE_LOCK_LINE] = {0};
    *text = NULL;
    if (!lite->lock_path)
        return 0;
    __attribute__((cleanup(fd_close))) int fd = open(lite->lock_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t length = fd < 0 ? 0 : pread(fd, line, sizeof line - 1, 0);
    const char *end = length > 0 ? memchr(line, '\n', (size_t)length) : NULL;
    if (end)
        *text = arena_copy(ctx->mem, line, (size_t)(end - line));
    return 0;
}

int lite_lock_release(struct ctx *ctx, struct conn *conn)
{
    struct lite_conn *lite = (struct lite_conn *)conn;
    if (lite->lock_fd < 0)
        return 0;
    /* Removed while it is held: a waiter that opened it before sees that it no longer stands, and opens again. */
    unlink(lite->lock_path);
    fd_close(&lite->lock_fd);
    return 0;
}

/* Asking needs no right to write, and a file that is not there holds nothing. */
int lite_lock_look(struct ctx *ctx, struct conn *conn, bool *held)
{
    const struct lite_conn *lite = (const struct lite_conn *)conn;
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    *held = lite->lock_fd >= 0;
    if (*held || !lite->lock_path)
        return 0;
    __attribute__((cleanup(fd_close))) int fd = open(lite->lock_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? 0 : fail(ctx, ERR_FILE, "cannot open %s: %s", lite->lock_path, strerror(errno));
    if (fcntl(fd, F_OFD_GETLK, &lock) != 0)
        return fail(ctx, ERR_FILE, "cannot ask for the lock on %s: %s", lite->lock_path, strerror(errno));
    *held = lock.l_type != F_UNLCK;
    return 0;
}
