/* Files: whole-file reading, atomic writing, folders. Paths are shown in errors as given. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "base/list.h"

/* The owner of a descriptor: __attribute__((cleanup(fd_close))) int fd = -1; */
void fd_close(int *fd);

bool file_exists(const char *path);
bool folder_exists(const char *path);

/* The whole file with a zero byte after it. ERR_FILE; ERR_LIMIT above `limit` bytes (0: the default of 64 MiB). */
/* The first bytes of an ordinary file: ERR_FILE for a folder, a pipe, a device or a socket, which it does not wait for. */
int file_head(struct ctx *ctx, const char *path, char *head, size_t room, size_t *length);
int file_read(struct ctx *ctx, const char *path, size_t limit, char **text, size_t *length);

/* Removes the temporary files of file_write() whose writer was killed. */
void folder_tidy(const char *folder);

/* The mode of what users keep, share and put into git: their umask says who may read it. */
enum { FILE_SHARED = 0666 };

/*
 * Written beside the target, synced, renamed over it, folder synced: after a crash the old or the new, never half.
 * A symbolic link stays and what it leads to is replaced; a file that exists keeps its mode, a new one gets `mode`.
 */
int file_write(struct ctx *ctx, const char *path, const char *text, size_t length, mode_t mode);
/* The same of a text that is put together while it is written, and never whole. */
typedef void file_text_fn(struct buf *out, const void *what);
int file_write_as(struct ctx *ctx, const char *path, mode_t mode, file_text_fn *text, const void *what);
/* Several of one folder, each as by file_write(), but that the folder is synced once. */
struct file_new {
    const char *name;
    const char *text;
};
int folder_write(struct ctx *ctx, const char *folder, const struct list *files, mode_t mode); /* struct file_new * */
/*
 * The same for a file that somebody else fills: an empty one beside `path` for us alone, whose name is *temporary; then
 * synced and given its name, in which a file that is there already is an error. file_drop() is for when that failed.
 */
int file_begin(struct ctx *ctx, const char *path, char **temporary);
int file_finish(struct ctx *ctx, const char *temporary, const char *path);
void file_drop(const char *temporary);
int file_remove(struct ctx *ctx, const char *path); /* no failure if it is absent */
int folder_make(struct ctx *ctx, const char *path); /* with its parents; no failure if it is there */

/* Names in a folder, sorted by bytes, without "." and "..". */
int folder_list(struct ctx *ctx, const char *path, struct names *names);

char *path_join(struct arena *mem, const char *folder, const char *name); /* an absolute `name` stands for itself */
char *path_folder(struct arena *mem, const char *path);                   /* "." if there is no slash */
const char *path_name(const char *path);                                  /* after the last slash */
char *path_stem(struct arena *mem, const char *path);                     /* name without its last extension */
char *path_absolute(struct ctx *ctx, const char *path);                   /* NULL if the working folder is gone */

#endif
