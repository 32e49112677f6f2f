/* SHA-256: of a text, or of what is added piece by piece. As lower-case hex. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/arena.h"

struct hash {
    uint32_t state[8];
    uint64_t length; /* of all that was added */
    size_t used;     /* of `bytes`, which gathers what is short */
    uint8_t bytes[4096];
};
void hash_open(struct hash *hash);
void hash_add(struct hash *hash, const void *data, size_t length);
char *hash_close(struct arena *mem, struct hash *hash);

char *hash_sha256(struct arena *mem, const char *data, size_t length);

#endif
