/*
 * launch OUTPUT COMMAND...: runs a command with its output in a file and prints "wall user sys maxrss status", in
 * seconds and KiB.  A program of its own, because the peak memory of a child counts from what its parent had when it was
 * started: measured from Python, nothing is below Python.  Its own floor is about 1 MB.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double clock_seconds(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static double spent(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    int out = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644),
        in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    double begun = clock_seconds();
    pid_t child = vfork();
    if (child == 0) {
        dup2(in, 0);
        dup2(out, 1);
        dup2(out, 2);
        execvp(argv[2], argv + 2);
        _exit(127);
    }
    struct rusage used;
    int status;
    if (child < 0 || wait4(child, &status, 0, &used) < 0)
        return 1;
    printf("%.6f %.6f %.6f %ld %d\n", clock_seconds() - begun, spent(used.ru_utime), spent(used.ru_stime),
           used.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}
