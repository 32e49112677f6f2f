/* SHA-256 through libmd, which already answers in lower-case hex. */
#include "base/hash.h"

#include <sha256.h>

char *hash_sha256(struct arena *mem, const char *data, size_t length)
{
    char hex[SHA256_DIGEST_STRING_LENGTH];
    SHA256Data((const uint8_t *)data, length, hex);
    return arena_dup(mem, hex);
}
