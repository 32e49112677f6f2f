/*
 * A large file as text, read where it stands: its pages come into memory when they are looked at and may leave it again, so it
 * may be larger than memory.  Somebody may write to it in the meantime: what must be certain is copied, and the copy is held
 * against what the file was when it was opened.
 */
#ifndef BASE_MAPPING_H
#define BASE_MAPPING_H

#include "base/ctx.h"

enum { MAPPING_SMALLEST = 16 << 20 }; /* what is smaller had better be read whole */

struct mapping {
    const char *path;
    const char *text; /* with a zero byte after it */
    size_t length;
    const uint64_t *sum; /* of each block */
    int file;
    struct range *range; /* the addresses where it stands */
    struct timespec changed;
};

/* It lasts as long as the arena. *mapping is NULL for a file that is smaller. */
int mapping_open(struct ctx *ctx, const char *path, struct mapping **mapping);
/* Has it been what it was at the beginning all the time? Else ERR_FILE. */
int mapping_check(struct ctx *ctx, const struct mapping *mapping);
bool mapping_holds(const struct mapping *mapping, const char *text);
/* The part that begins there, as it was when the file was opened; ERR_FILE if it is not so any more. */
int mapping_copy(struct ctx *ctx, const struct mapping *mapping, const char *from, size_t length, const char **copy);
/* The same without a copy: whoever has read it since then has read that. */
int mapping_check_part(struct ctx *ctx, const struct mapping *mapping, const char *from, size_t length);

#endif
