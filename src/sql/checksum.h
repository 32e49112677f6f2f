/* The end of a SHA-256 that was fed piece by piece, as lower-case hex. */
#ifndef SQL_CHECKSUM_H
#define SQL_CHECKSUM_H

#include <sha256.h>

#include "base/arena.h"

char *checksum_text(struct arena *mem, SHA256_CTX *hash);

#endif
