/* SHA-256 as lower-case hex. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/arena.h"

char *hash_sha256(struct arena *mem, const char *data, size_t length);

#endif
