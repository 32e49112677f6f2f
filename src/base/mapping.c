/*
 * Two things may happen to the file below a mapping.  If it is cut off, its pages are gone, and the signal
 * that comes of looking at one is answered with a page of zeros.  If it is written to, the text changes; so sums over
 * blocks are taken when it is opened, and whoever is about to run a part of it compares them.
 * Not here: files that are read whole (file.c).
 */
#include "base/mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 64 << 10, RANGES = 1024 };

/* Where mappings are, for the handler of the signal, which cannot look into anything that has a lock. */
struct range {
    _Atomic uintptr_t from; /* 0: free */
    _Atomic size_t length;
};
static struct range ranges[RANGES];
static struct sigaction before; /* whose signal it is, if it is not ours */

static bool range_has(const struct range *range, uintptr_t at)
{
    uintptr_t from = atomic_load(&range->from);
    return from && at >= from && at - from < atomic_load(&range->length);
}

/* Somebody else's: it comes again as soon as this returns, and then it is his. */
static void signal_pass(int number, siginfo_t *info, void *state)
{
    if (before.sa_flags & SA_SIGINFO && before.sa_sigaction)
        before.sa_sigaction(number, info, state);
    else
        sigaction(number, &before, NULL);
}

static void page_gone(int number, siginfo_t *info, void *state)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), at = (uintptr_t)info->si_addr / page * page;
    int error = errno;
    for (int i = 0; i < RANGES; i++)
        if (range_has(&ranges[i], at) &&
            mmap((void *)at, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED) {
            errno = error;
            return;
        }
    signal_pass(number, info, state);
}

/* Each time, because whoever has called us may have put his own in its place. */
static void handler_set(void)
{
    const struct sigaction action = {.sa_sigaction = page_gone, .sa_flags = SA_SIGINFO | SA_RESTART};
    struct sigaction now;
    sigaction(SIGBUS, NULL, &now);
    if (now.sa_flags & SA_SIGINFO && now.sa_sigaction == page_gone)
        return;
    before = now;
    sigaction(SIGBUS, &action, NULL);
}

static struct range *range_take(const void *from, size_t length)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    struct range *taken = NULL;
    pthread_mutex_lock(&lock);
    handler_set();
    for (int i = 0; i < RANGES && !taken; i++)
        if (!atomic_load(&ranges[i].from))
            taken = &ranges[i];
    if (taken) {
        atomic_store(&taken->length, length);
        atomic_store(&taken->from, (uintptr_t)from);
    }
    pthread_mutex_unlock(&lock);
    return taken;
}

/* Four at a time, because each multiplication waits for the one before it. */
static uint64_t block_sum(const char *text, size_t length)
{
    const uint64_t odd = 0x9E3779B97F4A7C15;
    uint64_t sum[4] = {length, 1, 2, 3}, word[4];
    for (; length >= sizeof word; text += sizeof word, length -= sizeof word) {
        memcpy(word, text, sizeof word);
        for (int i = 0; i < 4; i++) {
            sum[i] = (sum[i] ^ word[i]) * odd;
            sum[i] ^= sum[i] >> 29;
        }
    }
    memset(word, 0, sizeof word);
    memcpy(word, text, length);
    uint64_t all = 0;
    for (int i = 0; i < 4; i++) {
        all = (all ^ sum[i]) * odd;
        all = (all ^ word[i]) * odd;
        all ^= all >> 29;
    }
    return all;
}

static size_t block_length(const struct mapping *mapping, size_t block)
{
    size_t left = mapping->length - block * BLOCK;
    return left < BLOCK ? left : BLOCK;
}

static void mapping_release(void *what)
{
    struct mapping *mapping = what;
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    if (mapping->range)
        atomic_store(&mapping->range->from, 0);
    if (mapping->text)
        munmap((void *)(uintptr_t)mapping->text, (mapping->length / page + 2) * page);
    close(mapping->file);
}

static int fail_mapping(struct ctx *ctx, const char *path)
{
    return fail(ctx, ERR_FILE, "cannot read %s: %s", path, strerror(errno));
}

/* After the file there is room for a zero byte, which a page that it fills does not have. */
static int pages_map(struct ctx *ctx, struct mapping *mapping)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), room = (mapping->length / page + 2) * page;
    char *text = mmap(NULL, room, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (text == MAP_FAILED)
        return fail_mapping(ctx, mapping->path);
    mapping->text = text;
    if (mmap(text, mapping->length, PROT_READ, MAP_PRIVATE | MAP_FIXED, mapping->file, 0) == MAP_FAILED)
        return fail_mapping(ctx, mapping->path);
    madvise(text, mapping->length, MADV_SEQUENTIAL);
    mapping->range = range_take(text, mapping->length);
    return mapping->range ? 0 : fail(ctx, ERR_LIMIT, "%s is one of more than %d large files", mapping->path, RANGES);
}

static void sums_take(struct ctx *ctx, struct mapping *mapping)
{
    size_t blocks = (mapping->length + BLOCK - 1) / BLOCK;
    uint64_t *sum = NEW_ARRAY(ctx->mem, uint64_t, blocks);
    for (size_t i = 0; i < blocks; i++)
        sum[i] = block_sum(mapping->text + i * BLOCK, block_length(mapping, i));
    mapping->sum = sum;
}

int mapping_open(struct ctx *ctx, const char *path, struct mapping **mapping)
{
    struct stat status;
    *mapping = NULL;
    if (stat(path, &status) || !S_ISREG(status.st_mode) || status.st_size < MAPPING_SMALLEST)
        return 0;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &status)) {
        if (file >= 0)
            close(file);
        return fail_mapping(ctx, path);
    }
    struct mapping *new = NEW(ctx->mem, struct mapping);
    *new = (struct mapping){.path = arena_dup(ctx->mem, path), .length = (size_t)status.st_size, .file = file};
    new->changed = status.st_mtim;
    arena_defer(ctx->mem, mapping_release, new);
    TRY(pages_map(ctx, new));
    sums_take(ctx, new);
    *mapping = new;
    return 0;
}

static int fail_changed(struct ctx *ctx, const struct mapping *mapping)
{
    fail(ctx, ERR_FILE, "%s was changed while it was read", mapping->path);
    return fail_hint(ctx, "Run the same command again once nobody writes to it.");
}

int mapping_check(struct ctx *ctx, const struct mapping *mapping)
{
    struct stat status;
    if (fstat(mapping->file, &status))
        return fail_mapping(ctx, mapping->path);
    bool same = status.st_mtim.tv_sec == mapping->changed.tv_sec && status.st_mtim.tv_nsec == mapping->changed.tv_nsec;
    return same && (size_t)status.st_size == mapping->length ? 0 : fail_changed(ctx, mapping);
}

bool mapping_holds(const struct mapping *mapping, const char *text)
{
    return text >= mapping->text && text < mapping->text + mapping->length;
}

int mapping_copy(struct ctx *ctx, const struct mapping *mapping, const char *from, size_t length, const char **copy)
{
    size_t at = (size_t)(from - mapping->text), first = at / BLOCK, last = (at + length + BLOCK - 1) / BLOCK;
    size_t end = last * BLOCK < mapping->length ? last * BLOCK : mapping->length;
    char *blocks = arena_alloc(ctx->mem, end - first * BLOCK + 1);
    memcpy(blocks, mapping->text + first * BLOCK, end - first * BLOCK);
    for (size_t i = first; i < last; i++)
        if (block_sum(blocks + (i - first) * BLOCK, block_length(mapping, i)) != mapping->sum[i])
            return fail_changed(ctx, mapping);
    *copy = blocks + (at - first * BLOCK);
    return 0;
}

int mapping_check_part(struct ctx *ctx, const struct mapping *mapping, const char *from, size_t length)
{
    size_t at = (size_t)(from - mapping->text), last = (at + length + BLOCK - 1) / BLOCK;
    for (size_t i = at / BLOCK; i < last; i++)
        if (block_sum(mapping->text + i * BLOCK, block_length(mapping, i)) != mapping->sum[i])
            return fail_changed(ctx, mapping);
    return mapping_check(ctx, mapping);
}
