#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

/// Asks the processor to bring a cache line near; any address is allowed.
static inline void processor_prefetch(const void *address) {
    __builtin_prefetch(address, 0, 3);
}

/// Asks the kernel for large pages for what lies wholly inside some memory: reading all over a table
/// then misses fewer translations, and first use costs one fault for 512. A hint: without effect
/// where there are none.
static inline void processor_use_large_pages(void *start, size_t count) {
    const uintptr_t page = 4096;
    uintptr_t first = ((uintptr_t)start + page - 1) & ~(page - 1);
    uintptr_t end = ((uintptr_t)start + count) & ~(page - 1);
    if (end > first && end - first >= 2u << 20) {
        madvise((void *)first, end - first, MADV_HUGEPAGE);
    }
}
