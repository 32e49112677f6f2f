/*
 * delay: a slow link.  Every byte arrives so many milliseconds after it was sent, in both ways, and no sooner or later for how
 * many there are.
 *
 *   delay PORT MILLISECONDS TARGET_PORT     from PORT to TARGET_PORT of this machine; one process a connection
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PIECE = 64 << 10 };

struct piece {
    struct piece *next;
    double due;
    size_t length;
    char data[PIECE];
};

/* One way: what came in and is not due yet. */
struct way {
    int from, to;
    struct piece *first, **last;
    bool ended;
};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void take(struct way *way, double delay)
{
    struct piece *piece = malloc(sizeof *piece);
    if (!piece)
        die("malloc");
    ssize_t got = read(way->from, piece->data, PIECE);
    way->ended = got <= 0;
    piece->length = got > 0 ? (size_t)got : 0;
    piece->due = now() + delay;
    piece->next = NULL;
    *way->last = piece;
    way->last = &piece->next;
}

/* An empty piece is the end. */
static void give(struct way *way)
{
    while (way->first && way->first->due <= now()) {
        struct piece *piece = way->first;
        for (size_t done = 0; done < piece->length;) {
            ssize_t put = write(way->to, piece->data + done, piece->length - done);
            if (put <= 0)
                exit(0);
            done += (size_t)put;
        }
        if (!piece->length)
            exit(0);
        way->first = piece->next;
        if (!way->first)
            way->last = &way->first;
        free(piece);
    }
}

static void carry(int client, int server, double delay)
{
    struct way way[2] = {{.from = client, .to = server}, {.from = server, .to = client}};
    for (int i = 0; i < 2; i++)
        way[i].last = &way[i].first;
    for (;;) {
        struct pollfd fd[2];
        double wait = 60;
        for (int i = 0; i < 2; i++) {
            fd[i] = (struct pollfd){.fd = way[i].ended ? -1 : way[i].from, .events = POLLIN};
            if (way[i].first && way[i].first->due - now() < wait)
                wait = way[i].first->due - now();
        }
        wait = wait > 0 ? wait : 0;
        struct timespec time = {(time_t)wait, (long)((wait - (double)(time_t)wait) * 1e9)};
        ppoll(fd, 2, &time, NULL);
        for (int i = 0; i < 2; i++) {
            if (fd[i].revents)
                take(&way[i], delay);
            give(&way[i]);
        }
    }
}

static int local(int port, bool listens)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    int yes = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (listens ? bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 16)
                : connect(fd, (struct sockaddr *)&address, sizeof address))
        die(listens ? "listen" : "connect");
    return fd;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    signal(SIGCHLD, SIG_IGN);
    int listening = local(atoi(argv[1]), true), yes = 1;
    double delay = atof(argv[2]) / 1000;
    for (;;) {
        int client = accept(listening, NULL, NULL);
        if (client < 0 || fork()) {
            close(client);
            continue;
        }
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        prctl(PR_SET_TIMERSLACK, 1UL);
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        carry(client, local(atoi(argv[3]), false), delay);
    }
}
