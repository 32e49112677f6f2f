/*
 * What every fuzz target shares.  A target is libFuzzer's LLVMFuzzerTestOneInput(); linked with main.c instead, it is
 * an ordinary test that runs its corpus.  A broken promise aborts, with the line of the check.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include "base/ctx.h"
#include "dialect/dialect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                            \
    do {                                                                            \
        if (!(condition)) {                                                         \
            fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                \
        }                                                                           \
    } while (0)

/* The input is text after a first byte that chooses the engine: '0' SQLite, '1' PostgreSQL, '2' MySQL, '3' MariaDB. */
static inline const struct dialect *fuzz_dialect(const uint8_t *data, size_t size)
{
    size_t n = 0;
    while (dialect_list[n])
        n++;
    return size > 0 ? dialect_list[data[0] % 16 % n] : NULL;
}

/* Writes the input to a file of that name in a folder in memory that lasts as long as the process; gives its path. */
const char *fuzz_file(const char *name, const uint8_t *data, size_t size);
const char *fuzz_folder(void);

#endif
