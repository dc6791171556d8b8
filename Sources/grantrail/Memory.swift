import CAllocator

/// Settings of the C allocator.
enum Memory {
    /// Batches of a megabyte come and go all the time. Kept by the allocator they are reused;
    /// given back to the kernel each time, every page would be faulted in and cleared anew.
    static func keepLargeBlocks() {
        mallopt(M_MMAP_THRESHOLD, 256 << 20)
        mallopt(M_TRIM_THRESHOLD, 512 << 20)
    }
}
