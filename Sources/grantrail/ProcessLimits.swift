import CAllocator
import Foundation

/// What the process asks of the C library and the kernel before it works.
enum ProcessLimits {
    /// Batches of a megabyte come and go all the time. Kept by the allocator they are reused;
    /// given back to the kernel each time, every page would be faulted in and cleared anew.
    static func keepLargeBlocks() {
        mallopt(M_MMAP_THRESHOLD, 256 << 20)
        mallopt(M_TRIM_THRESHOLD, 512 << 20)
    }

    /// All archives of a backtest are open at once, so that they merge by time.
    static func raiseOpenFiles() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
