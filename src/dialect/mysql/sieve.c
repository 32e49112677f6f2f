/*
 * A dump on its way to the client program, without what it says of our lock and of the mark of a restore: those tables are in use
 * while it is loaded, and what they held when somebody dumped them says nothing of now.  Dumping programs begin every statement
 * on a line of its own and write line ends within texts as \n, so lines are all that has to be looked at.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "dialect/mysql/parts.h"

struct my_sieve {
    FILE *dump;
    int ends[2]; /* of the pipe */
    bool failed; /* to read; the thread's until it has ended */
    pthread_t thread;
};

static bool begins_own(const char *line)
{
    static const char *const verbs[] = {"DROP TABLE IF EXISTS ", "DROP TABLE ",         "CREATE TABLE IF NOT EXISTS ",
                                        "CREATE TABLE ",         "LOCK TABLES ",        "INSERT INTO ",
                                        "/*!40000 ALTER TABLE ", "INSERT IGNORE INTO ", "REPLACE INTO "};
    static const char *const own[] = {"`" LOCK_TABLE "`", "`" RESTORING_TABLE "`"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (text_starts(line, verbs[i]))
            return text_starts(line + strlen(verbs[i]), own[0]) || text_starts(line + strlen(verbs[i]), own[1]);
    return false;
}

static bool ends_statement(const char *line, size_t length)
{
    while (length && char_is_space((unsigned char)line[length - 1]))
        length--;
    return length && line[length - 1] == ';';
}

static bool write_whole(int fd, const char *text, size_t length)
{
    while (length) {
        ssize_t put = write(fd, text, length);
        if (put < 0 && errno != EINTR)
            return false;
        text += put > 0 ? put : 0;
        length -= put > 0 ? (size_t)put : 0;
    }
    return true;
}

/* Whoever reads may end at any time: that is told by its own end. */
static void *sieve_run(void *argument)
{
    struct my_sieve *sieve = argument;
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    char *line = NULL;
    size_t room = 0;
    bool own = false;
    ssize_t got;
    while ((got = getline(&line, &room, sieve->dump)) >= 0) {
        bool skip = own || begins_own(line);
        own = skip && !ends_statement(line, (size_t)got);
        if (!skip && !write_whole(sieve->ends[1], line, (size_t)got))
            break;
    }
    sieve->failed = got < 0 && !feof(sieve->dump);
    free(line);
    fd_close(&sieve->ends[1]);
    return NULL;
}

static int sieve_start(struct my_sieve *sieve, int fd)
{
    int copy = dup(fd);
    sieve->dump = copy < 0 ? NULL : fdopen(copy, "r");
    if (!sieve->dump && copy >= 0)
        close(copy);
    return !sieve->dump || pipe2(sieve->ends, O_CLOEXEC) || pthread_create(&sieve->thread, NULL, sieve_run, sieve);
}

static int sieve_end(struct ctx *ctx, struct my_sieve *sieve, int code)
{
    fd_close(&sieve->ends[0]);
    pthread_join(sieve->thread, NULL);
    fclose(sieve->dump);
    return code == 0 && sieve->failed ? fail(ctx, ERR_FILE, "the dump could not be read to its end") : code;
}

int my_feed_dump(struct ctx *ctx, struct conn *conn, int fd)
{
    struct my_sieve sieve = {.ends = {-1, -1}};
    if (sieve_start(&sieve, fd) == 0)
        return sieve_end(ctx, &sieve, my_feed(ctx, conn, sieve.ends[0]));
    fd_close(&sieve.ends[0]);
    fd_close(&sieve.ends[1]);
    if (sieve.dump)
        fclose(sieve.dump);
    return fail(ctx, ERR_FILE, "cannot hand the dump to another program: %s", strerror(errno));
}
