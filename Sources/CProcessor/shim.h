#pragma once

/// Asks the processor to bring a cache line near; any address is allowed.
static inline void processor_prefetch(const void *address) {
    __builtin_prefetch(address, 0, 3);
}
