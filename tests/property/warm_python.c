/* Stands in for the interpreter of a project in tests; tests/integration/support/warm.py says what for. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DESCRIPTORS = 4, LARGEST = 1 << 20 };

static char request[LARGEST];
static size_t length;

static bool add(const char *word)
{
    size_t n = strlen(word) + 1;
    if (n > sizeof request - length)
        return false;
    memcpy(request + length, word, n);
    length += n;
    return true;
}

static bool request_make(int argc, char **argv)
{
    char folder[4096], count[16];
    snprintf(count, sizeof count, "%d", argc);
    bool fits = add(count);
    for (int i = 0; i < argc; i++)
        fits = fits && add(argv[i]);
    fits = fits && getcwd(folder, sizeof folder) && add(folder);
    for (char **variable = environ; *variable; variable++)
        fits = fits && add(*variable);
    return fits;
}

static bool is_plain(int argc, char **argv)
{
    return argc > 2 && strcmp(argv[1], "-c") == 0 && !getenv("PYTHONPATH") && !getenv("LD_LIBRARY_PATH");
}

static int connected(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!path || strlen(path) >= sizeof address.sun_path)
        return -1;
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0 ? fd : -1;
}

/* The length in eight digits goes with the descriptors, the request after it. */
static bool hand_over(int server)
{
    char digits[9], room[CMSG_SPACE(DESCRIPTORS * sizeof(int))] = {0};
    snprintf(digits, sizeof digits, "%08zu", length);
    struct iovec data = {digits, 8};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    struct cmsghdr *control = CMSG_FIRSTHDR(&message);
    control->cmsg_level = SOL_SOCKET;
    control->cmsg_type = SCM_RIGHTS;
    control->cmsg_len = CMSG_LEN(DESCRIPTORS * sizeof(int));
    int descriptors[DESCRIPTORS] = {0, 1, 2, 3};
    memcpy(CMSG_DATA(control), descriptors, sizeof descriptors);
    if (sendmsg(server, &message, 0) != 8)
        return false;
    for (size_t sent = 0; sent < length;) {
        ssize_t n = write(server, request + sent, length - sent);
        if (n <= 0)
            return false;
        sent += (size_t)n;
    }
    return true;
}

int main(int argc, char **argv)
{
    int server = is_plain(argc, argv) && request_make(argc, argv) ? connected(getenv("WARM_SOCKET")) : -1;
    if (server < 0 || !hand_over(server)) {
        argv[0] = getenv("WARM_PYTHON");
        execv(argv[0], argv);
        fprintf(stderr, "warm_python: %s: %s\n", argv[0], strerror(errno));
        return 127;
    }
    for (int fd = 0; fd < DESCRIPTORS; fd++)
        close(fd);
    int status;
    if (read(server, &status, sizeof status) != sizeof status)
        return 1;
    if (WIFSIGNALED(status))
        kill(getpid(), WTERMSIG(status));
    return WEXITSTATUS(status);
}
