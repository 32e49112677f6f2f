/* Child processes: started without a shell, in a process group of their own, with a time limit. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include "base/ctx.h"
#include "base/list.h"

struct process_spec {
    const char *const *argv; /* argv[0] is looked up on PATH; NULL at the end */
    const char *folder;      /* working folder, NULL for ours */
    const char *input;       /* sent to standard input; NULL: /dev/null */
    size_t input_length;
    int input_fd;        /* instead of `input`: a file of ours that becomes standard input; 0: none */
    int output_fd;       /* a file of ours that standard output goes into; 0: none */
    const int *pass_fds; /* more of ours that the child gets under their numbers, all above 2; 0 ends them; NULL */
    const char *const *keep_env; /* only these variables of ours are handed on; NULL-terminated; NULL: all */
    const char *const *add_env;  /* "NAME=value" added to our environment; NULL-terminated, may be NULL */
    int reply_fd;   /* where the child writes its answer: descriptor 3 or more, 0 for its standard output */
    double seconds; /* time limit; the whole group is killed then; 0: none */
    bool tells; /* every complete line of the answer is an info event as it comes, up to the limit; the rest answers */
    size_t limit; /* largest answer in bytes, else ERR_LIMIT; 0: the default of 64 MiB */
};

struct process_result {
    char *reply; /* what came through the reply pipe, zero byte appended */
    size_t reply_length;
    const char *told; /* the last line that it told; NULL: none */
    char *errors;     /* standard error, and standard output if reply_fd is another; last 64 KiB */
    int status;       /* exit status, or 128 + signal */
    bool timed_out;
};

/*
 * Runs to its end, then ends what is left of its group. A non-zero exit or a time limit that ran out is not a failure
 * here; ERR_FILE if it cannot be started, ERR_LIMIT, ERR_CANCELLED.
 */
int process_run(struct ctx *ctx, const struct process_spec *spec, struct process_result *result);

/*
 * A folder, and one child at a time in it, that do not outlive us: however this process ends, a watcher outlives it by a
 * moment, ends the child and removes the folder.  The folder and the child are root's no more: of "nobody" then.
 */
struct process_kept;

struct process_kept_spec {
    const char *const *argv;    /* argv[0] is a path; NULL at the end */
    const char *const *add_env; /* "NAME=value", NULL-terminated; may be NULL */
    const char *drop_env;       /* variables that begin so are left out; NULL: none */
};

enum { PROCESS_KEPT_FOLDER = 64 };

/* `stop` is the signal that asks the child to end; it has a few seconds before the group is killed. */
int process_keep(struct ctx *ctx, const char *folder_template, int stop, struct process_kept **kept);
const char *process_kept_folder(const struct process_kept *kept);
/* Working folder is the folder, output goes to its file "log". ERR_FILE if it cannot be started. */
int process_kept_start(struct ctx *ctx, struct process_kept *kept, const struct process_kept_spec *spec);
/* Has the child ended? *status is its exit status, or 128 + signal, or -1 if somebody else took it. */
bool process_kept_ended(struct process_kept *kept, int *status);
void process_kept_end(struct process_kept *kept); /* all of it; accepts NULL */

/*
 * A text as a file that only a child of ours sees, for passwords: in memory, without a name, readable for us alone. The child
 * that has it among its `pass_fds` opens /dev/fd/NUMBER. The owner closes it with fd_close(). ERR_FILE.
 */
int process_secret(struct ctx *ctx, const char *text, size_t length, int *fd);

/* Where `name` is on PATH, or NULL. */
char *process_find(struct arena *mem, const char *name);

#endif
