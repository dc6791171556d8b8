internal import Glibc

/// A clock for timeouts that nobody sets.
enum MonotonicTime {
    /// Nanoseconds since some moment.
    static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }

    static func sleep(milliseconds: UInt32) { usleep(milliseconds * 1000) }
}
