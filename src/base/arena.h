/*
 * Memory of one operation.  Everything a function returns lives in the arena of its context and goes
 * away with it; nothing is freed singly.  A loop over many items saves and rewinds.
 * Not here: file descriptors, processes, connections, locks, secrets; those have owners of their own.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* A place to rewind to; valid until the arena is rewound to an earlier place. */
struct arena_mark {
    void *chunk;
    size_t used;
    size_t total;
    size_t next_size;
};

/* `limit` is in bytes, 0 for none; past it arena_full() turns true for good and the operation must end in an error. */
struct arena *arena_open(size_t limit);
void arena_close(struct arena *arena); /* accepts NULL */
int arena_full(const struct arena *arena);
size_t arena_used(const struct arena *arena);

struct arena_mark arena_save(struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);

/* Never NULL: without memory the process-wide handler is called, which by default aborts. */
void *arena_alloc(struct arena *arena, size_t size);                         /* zeroed, aligned for any type */
void *arena_grow(struct arena *arena, void *old, size_t size, size_t wider); /* copy of `old`, rest zeroed */
char *arena_copy(struct arena *arena, const char *text, size_t length);      /* zero byte appended */
char *arena_dup(struct arena *arena, const char *text);                      /* NULL gives NULL */
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0), nonnull(2)));

#define NEW(arena, type)          ((type *)arena_alloc((arena), sizeof(type)))
#define NEW_ARRAY(arena, type, n) ((type *)arena_alloc((arena), sizeof(type) * (size_t)(n)))

/* What has to be given back when the arena is closed, or rewound to before this. `what` may live in the arena. */
void arena_defer(struct arena *arena, void (*release)(void *what), void *what);

/* Zeroed memory in no arena, for the few things with an owner that calls free(); never NULL. */
void *arena_outside(size_t size);

/* Called when the system has no memory; must not return. NULL restores the default (abort). */
void arena_on_failure(void (*handler)(size_t wanted));

#endif
