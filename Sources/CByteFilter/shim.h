#ifndef GRANTRAIL_CBYTEFILTER_H
#define GRANTRAIL_CBYTEFILTER_H

#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Marks places in text where three neighbouring bytes belong to one of a few classes. Swift has no
// byte shuffle, which tests sixteen classes at once whatever they hold; hence these lines of C.
//
// A class is a bit. A byte is in a class if both its halves are: bit set in high[byte >> 4] and in
// low[byte & 15]. A place is marked if some class of `pair` holds its first two bytes and the third
// byte is a delimiter, or some class of `triple` holds all three bytes. The delimiter test is exact
// below 0x80: bit (byte >> 4) of delimiter[byte & 15].
typedef struct {
    uint8_t pair_high[2][16], pair_low[2][16];
    uint8_t triple_high[3][16], triple_low[3][16];
    uint8_t delimiter[16];
} grantrail_filter;

static inline int grantrail_filter_place(const grantrail_filter *filter, uint8_t first,
                                         uint8_t second, uint8_t third) {
    uint8_t pair = filter->pair_high[0][first >> 4] & filter->pair_low[0][first & 15] &
                   filter->pair_high[1][second >> 4] & filter->pair_low[1][second & 15];
    uint8_t triple = filter->triple_high[0][first >> 4] & filter->triple_low[0][first & 15] &
                     filter->triple_high[1][second >> 4] & filter->triple_low[1][second & 15] &
                     filter->triple_high[2][third >> 4] & filter->triple_low[2][third & 15];
    int ends = third < 0x80 && (filter->delimiter[third & 15] >> (third >> 4) & 1);
    return triple != 0 || (pair != 0 && ends);
}

#if defined(__x86_64__)
// Bit i of masks[n] tells whether place 64 n + i is marked. Reads 64 * count + 2 bytes.
__attribute__((target("avx2"))) static inline void grantrail_filter_avx2(
    const grantrail_filter *filter, const uint8_t *base, size_t count, uint64_t *masks) {
#define GRANTRAIL_TABLE(field) \
    _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)(field)))
    const __m256i pair_high0 = GRANTRAIL_TABLE(filter->pair_high[0]);
    const __m256i pair_low0 = GRANTRAIL_TABLE(filter->pair_low[0]);
    const __m256i pair_high1 = GRANTRAIL_TABLE(filter->pair_high[1]);
    const __m256i pair_low1 = GRANTRAIL_TABLE(filter->pair_low[1]);
    const __m256i high0 = GRANTRAIL_TABLE(filter->triple_high[0]);
    const __m256i low0 = GRANTRAIL_TABLE(filter->triple_low[0]);
    const __m256i high1 = GRANTRAIL_TABLE(filter->triple_high[1]);
    const __m256i low1 = GRANTRAIL_TABLE(filter->triple_low[1]);
    const __m256i high2 = GRANTRAIL_TABLE(filter->triple_high[2]);
    const __m256i low2 = GRANTRAIL_TABLE(filter->triple_low[2]);
    const __m256i delimiter = GRANTRAIL_TABLE(filter->delimiter);
#undef GRANTRAIL_TABLE
    const __m256i bits = _mm256_setr_epi8(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0, 1,
                                          2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0);
    const __m256i half = _mm256_set1_epi8(15);
    const __m256i zero = _mm256_setzero_si256();
    for (size_t block = 0; block < 2 * count; block++) {
        const uint8_t *at = base + 32 * block;
        __m256i byte0 = _mm256_loadu_si256((const __m256i *)(const void *)at);
        __m256i byte1 = _mm256_loadu_si256((const __m256i *)(const void *)(at + 1));
        __m256i byte2 = _mm256_loadu_si256((const __m256i *)(const void *)(at + 2));
        __m256i lower0 = _mm256_and_si256(byte0, half), lower1 = _mm256_and_si256(byte1, half);
        __m256i lower2 = _mm256_and_si256(byte2, half);
        __m256i upper0 = _mm256_and_si256(_mm256_srli_epi16(byte0, 4), half);
        __m256i upper1 = _mm256_and_si256(_mm256_srli_epi16(byte1, 4), half);
        __m256i upper2 = _mm256_and_si256(_mm256_srli_epi16(byte2, 4), half);
        __m256i pair = _mm256_and_si256(
            _mm256_and_si256(_mm256_shuffle_epi8(pair_high0, upper0),
                             _mm256_shuffle_epi8(pair_low0, lower0)),
            _mm256_and_si256(_mm256_shuffle_epi8(pair_high1, upper1),
                             _mm256_shuffle_epi8(pair_low1, lower1)));
        __m256i ends = _mm256_and_si256(_mm256_shuffle_epi8(delimiter, lower2),
                                        _mm256_shuffle_epi8(bits, upper2));
        __m256i triple = _mm256_and_si256(
            _mm256_and_si256(_mm256_and_si256(_mm256_shuffle_epi8(high0, upper0),
                                              _mm256_shuffle_epi8(low0, lower0)),
                             _mm256_and_si256(_mm256_shuffle_epi8(high1, upper1),
                                              _mm256_shuffle_epi8(low1, lower1))),
            _mm256_and_si256(_mm256_shuffle_epi8(high2, upper2),
                             _mm256_shuffle_epi8(low2, lower2)));
        __m256i none = _mm256_and_si256(
            _mm256_or_si256(_mm256_cmpeq_epi8(pair, zero), _mm256_cmpeq_epi8(ends, zero)),
            _mm256_cmpeq_epi8(triple, zero));
        uint64_t mask = (uint32_t)~_mm256_movemask_epi8(none);
        if (block % 2 == 0) {
            masks[block / 2] = mask;
        } else {
            masks[block / 2] |= mask << 32;
        }
    }
}
#endif

// As above, on any machine.
static inline void grantrail_filter_masks(const grantrail_filter *filter, const uint8_t *base,
                                          size_t count, uint64_t *masks) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) {
        grantrail_filter_avx2(filter, base, count, masks);
        return;
    }
#endif
    for (size_t block = 0; block < count; block++) {
        uint64_t mask = 0;
        for (int bit = 0; bit < 64; bit++) {
            const uint8_t *at = base + 64 * block + bit;
            if (grantrail_filter_place(filter, at[0], at[1], at[2])) mask |= 1ull << bit;
        }
        masks[block] = mask;
    }
}

#if defined(__x86_64__)
__attribute__((target("avx2,popcnt"))) static inline size_t grantrail_line_feeds_avx2(
    const uint8_t *base, size_t blocks) {
    const __m256i feed = _mm256_set1_epi8(0x0A);
    size_t lines = 0;
    for (size_t block = 0; block < blocks; block++) {
        __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)(base + 32 * block));
        int mask = _mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, feed));
        lines += (size_t)__builtin_popcount((unsigned)mask);
    }
    return lines;
}
#endif

// Line feeds among some bytes.
static inline size_t grantrail_line_feeds(const uint8_t *base, size_t count) {
    size_t lines = 0;
    size_t index = 0;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) {
        lines = grantrail_line_feeds_avx2(base, count / 32);
        index = count / 32 * 32;
    }
#endif
    for (; index < count; index++) lines += base[index] == 0x0A;
    return lines;
}

// The index behind the last line feed; 0 if there is none.
static inline size_t grantrail_line_start(const uint8_t *base, size_t count) {
#if defined(__GLIBC__)
    // Declared in string.h only for those who ask for GNU extensions of all headers.
    extern void *memrchr(const void *, int, size_t);
    const uint8_t *found = (const uint8_t *)memrchr(base, 0x0A, count);
    return found ? (size_t)(found - base) + 1 : 0;
#else
    while (count > 0 && base[count - 1] != 0x0A) count--;
    return count;
#endif
}

#endif
