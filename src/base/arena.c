/*
 * Memory of one operation: chunks in a chain, newest first, each filled from its start.  A mark is a chunk
 * and how full it was, so that rewinding frees what came later.  Under AddressSanitizer every allocation
 * is a chunk of its own, so that a read one byte too far is seen.
 * Not here: returning single allocations, and sharing an arena between threads.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdbool.h>

#define CHUNK_FIRST   ((size_t)16 << 10)
#define CHUNK_LARGEST ((size_t)1 << 20)

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SINGLY true /* clang */
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define SINGLY true
#endif
#ifndef SINGLY
#define SINGLY false
#endif

struct chunk {
    struct chunk *older;
    void (*release)(void *what); /* NULL: there is nothing to do */
    void *what;
    size_t size;
    size_t used;
    size_t dirty; /* what was ever used of it: the rest is zero as it came */
    alignas(max_align_t) unsigned char data[];
};

struct arena {
    struct chunk *newest;
    size_t next_size;
    size_t limit;
    size_t total;
    bool full;
};

static void (*on_failure)(size_t wanted);

void arena_on_failure(void (*handler)(size_t wanted))
{
    on_failure = handler;
}

static void no_memory(size_t wanted)
{
    if (on_failure)
        on_failure(wanted);
    abort();
}

void *arena_outside(size_t size)
{
    if (size > PTRDIFF_MAX)
        no_memory(size);
    void *memory = calloc(1, size ? size : 1);
    if (!memory)
        no_memory(size);
    return memory;
}

struct arena *arena_open(size_t limit)
{
    struct arena *arena = arena_outside(sizeof *arena);
    arena->limit = limit;
    arena->next_size = CHUNK_FIRST;
    return arena;
}

static void free_newer_than(struct arena *arena, const struct chunk *last)
{
    while (arena->newest != last) {
        struct chunk *gone = arena->newest;
        arena->newest = gone->older;
        if (gone->release)
            gone->release(gone->what);
        free(gone);
    }
}

void arena_close(struct arena *arena)
{
    if (!arena)
        return;
    free_newer_than(arena, NULL);
    free(arena);
}

int arena_full(const struct arena *arena)
{
    return arena->full;
}

size_t arena_used(const struct arena *arena)
{
    return arena->total;
}

struct arena_mark arena_save(struct arena *arena)
{
    struct chunk *newest = arena->newest;
    return (struct arena_mark){newest, newest ? newest->used : 0, arena->total, arena->next_size};
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
    free_newer_than(arena, mark.chunk);
    if (arena->newest)
        arena->newest->used = mark.used;
    arena->total = mark.total;
    arena->next_size = mark.next_size; /* who takes and rewinds again and again shall not pay for ever larger chunks */
}

static size_t aligned(size_t size)
{
    size_t unit = alignof(max_align_t);
    return (size + unit - 1) / unit * unit;
}

static struct chunk *add_chunk(struct arena *arena, size_t needed)
{
    size_t size = needed;
    if (!SINGLY && size < arena->next_size) {
        size = arena->next_size;
        if (arena->next_size < CHUNK_LARGEST)
            arena->next_size *= 2;
    }
    struct chunk *chunk = arena_outside(sizeof *chunk + size);
    chunk->older = arena->newest;
    chunk->size = size;
    arena->newest = chunk;
    return chunk;
}

void arena_defer(struct arena *arena, void (*release)(void *what), void *what)
{
    struct chunk *chunk = add_chunk(arena, 0);
    chunk->release = release;
    chunk->what = what;
}

static void account(struct arena *arena, size_t size)
{
    arena->total += size;
    if (arena->limit && arena->total > arena->limit)
        arena->full = true;
}

/* Takes the next `more` bytes of a chunk, of which the caller sees zeroes from `from` to there. */
static void take(struct chunk *chunk, size_t from, size_t more)
{
    chunk->used += more;
    if (chunk->dirty > from)
        memset(chunk->data + from, 0, (chunk->dirty < chunk->used ? chunk->dirty : chunk->used) - from);
    if (chunk->dirty < chunk->used)
        chunk->dirty = chunk->used;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > PTRDIFF_MAX / 2)
        no_memory(size);
    size_t needed = SINGLY ? size : aligned(size ? size : 1);
    struct chunk *chunk = arena->newest;
    if (SINGLY || !chunk || chunk->size - chunk->used < needed)
        chunk = add_chunk(arena, needed);
    void *memory = chunk->data + chunk->used;
    take(chunk, chunk->used, needed);
    account(arena, needed);
    return memory;
}

/* The newest allocation can widen where it stands, which is what a growing text mostly does. */
static bool widen(struct arena *arena, const void *old, size_t size, size_t wider)
{
    struct chunk *chunk = arena->newest;
    if (SINGLY || !chunk || !size)
        return false;
    size_t had = aligned(size), more = aligned(wider) - had;
    if (chunk->used < had || old != chunk->data + chunk->used - had || chunk->size - chunk->used < more)
        return false;
    take(chunk, chunk->used - had + size, more);
    account(arena, more);
    return true;
}

void *arena_grow(struct arena *arena, void *old, size_t size, size_t wider)
{
    if (wider < size || wider > PTRDIFF_MAX / 2)
        no_memory(wider);
    if (old && widen(arena, old, size, wider))
        return old;
    void *memory = arena_alloc(arena, wider);
    if (old && size)
        memcpy(memory, old, size);
    return memory;
}

char *arena_copy(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);
    if (length)
        memcpy(copy, text, length);
    return copy;
}

char *arena_dup(struct arena *arena, const char *text)
{
    return text ? arena_copy(arena, text, strlen(text)) : NULL;
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
    char small[256]; /* most texts are, and then one pass is enough */
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(small, sizeof small, format, again);
    va_end(again);
    if (length < (int)sizeof small)
        return arena_copy(arena, small, length > 0 ? (size_t)length : 0);
    char *text = arena_alloc(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, args);
    return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}
