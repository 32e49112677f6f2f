/*
 * SHA-256.  Every migration is hashed, so its speed is that of a large file: where the processor has instructions for it they
 * are used, eight times as fast as code; elsewhere libmd does the work.  Here is only what is around the blocks of 64 bytes.
 */
#include "base/hash.h"

#include <sha256.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>

static const uint32_t round_constant[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* The compiler's own test does not know this one.  Asked once: in a virtual machine the answer takes longer than many blocks. */
static bool has_instructions(void)
{
    enum { UNKNOWN, NO, YES };
    static atomic_int known;
    int said = atomic_load_explicit(&known, memory_order_relaxed);
    unsigned a, b, c, d;
    if (said == UNKNOWN) {
        bool has = __builtin_cpu_supports("sse4.1") && __get_cpuid_count(7, 0, &a, &b, &c, &d) && b & 1u << 29;
        atomic_store_explicit(&known, said = has ? YES : NO, memory_order_relaxed);
    }
    return said == YES;
}

/* The state stands in two registers as the instructions want it, A B E F and C D G H; `w` is the schedule's last 16 words. */
__attribute__((target("sha,sse4.1"))) static void blocks_by_instructions(uint32_t state[8], const uint8_t *data,
                                                                         size_t n)
{
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    __m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xB1);
    __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1B);
    __m128i abef = _mm_alignr_epi8(cdab, efgh, 8), cdgh = _mm_blend_epi16(efgh, cdab, 0xF0);
    for (; n; n--, data += 64) {
        const __m128i abef_before = abef, cdgh_before = cdgh;
        __m128i w[4];
        for (int i = 0; i < 4; i++)
            w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(data + 16 * i)), big_endian);
#pragma GCC unroll 16
        for (int i = 0; i < 16; i++) {
            __m128i *now = &w[i % 4], last = w[(i + 3) % 4];
            __m128i sum = _mm_add_epi32(*now, _mm_load_si128((const __m128i *)(round_constant + 4 * i)));
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0E));
            const __m128i middle = _mm_alignr_epi8(last, w[(i + 2) % 4], 4);
            *now = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(*now, w[(i + 1) % 4]), middle), last);
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
    const __m128i feba = _mm_shuffle_epi32(abef, 0x1B), dchg = _mm_shuffle_epi32(cdgh, 0xB1);
    _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xF0));
    _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}
#else
static bool has_instructions(void)
{
    return false;
}

static void blocks_by_instructions(uint32_t state[8], const uint8_t *data, size_t n)
{
    (void)state, (void)data, (void)n;
}
#endif

static void blocks(uint32_t state[8], const uint8_t *data, size_t n)
{
    if (has_instructions()) {
        blocks_by_instructions(state, data, n);
        return;
    }
    for (; n; n--, data += 64)
        SHA256Transform(state, data);
}

void hash_open(struct hash *hash)
{
    static const uint32_t first[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(hash->state, first, sizeof first);
    hash->length = hash->used = 0;
}

void hash_add(struct hash *hash, const void *data, size_t length)
{
    const uint8_t *from = data;
    size_t room = sizeof hash->bytes - hash->used;
    hash->length += length;
    if (length > room) {
        memcpy(hash->bytes + hash->used, from, room);
        blocks(hash->state, hash->bytes, sizeof hash->bytes / 64);
        hash->used = 0;
        from += room;
        length -= room;
    }
    if (length > sizeof hash->bytes) {
        blocks(hash->state, from, length / 64);
        from += length / 64 * 64;
        length %= 64;
    }
    memcpy(hash->bytes + hash->used, from, length);
    hash->used += length;
}

char *hash_close(struct arena *mem, struct hash *hash)
{
    static const char hex[] = "0123456789abcdef";
    const uint64_t bits = hash->length * 8;
    const size_t zeros = (119 - hash->length % 64) % 64;
    uint8_t end[1 + 63 + 8] = {0x80};
    char *text = arena_alloc(mem, 2 * sizeof hash->state + 1);
    for (int i = 0; i < 8; i++)
        end[1 + zeros + (size_t)i] = (uint8_t)(bits >> (56 - 8 * i));
    hash_add(hash, end, 1 + zeros + 8);
    blocks(hash->state, hash->bytes, hash->used / 64);
    for (size_t i = 0; i < 2 * sizeof hash->state; i++)
        text[i] = hex[hash->state[i / 8] >> (28 - 4 * (i % 8)) & 15];
    return text;
}

char *hash_sha256(struct arena *mem, const char *data, size_t length)
{
    struct hash hash;
    hash_open(&hash);
    hash_add(&hash, data, length);
    return hash_close(mem, &hash);
}
