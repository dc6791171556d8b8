internal import Glibc
internal import Synchronization

/// What other threads may tell a follower, and the pipe that wakes it.
final class FollowControl: Sendable {
    private struct State {
        var isStopped = false
        var paused: Set<String> = []
    }

    private let state = Mutex(State())
    /// Readable when there is something new; -1 if the system has no descriptor left.
    let wakeDescriptor: Int32
    private let writeDescriptor: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        if pipe(&ends) == 0 {
            for end in ends {
                _ = fcntl(end, F_SETFD, FD_CLOEXEC)
                _ = fcntl(end, F_SETFL, O_NONBLOCK)
            }
        }
        wakeDescriptor = ends[0]
        writeDescriptor = ends[1]
    }

    deinit {
        if wakeDescriptor >= 0 { close(wakeDescriptor) }
        if writeDescriptor >= 0 { close(writeDescriptor) }
    }

    var isStopped: Bool { state.withLock { $0.isStopped } }
    var paused: Set<String> { state.withLock { $0.paused } }

    func stop() {
        state.withLock { $0.isStopped = true }
        wake()
    }

    func pause(_ partitions: Set<String>) {
        let isNew = state.withLock { state in
            defer { state.paused = partitions }
            return state.paused != partitions
        }
        if isNew { wake() }
    }

    /// Takes in what woke the follower.
    func clear() {
        var bytes: (UInt64, UInt64) = (0, 0)
        while wakeDescriptor >= 0, read(wakeDescriptor, &bytes, 16) == 16 {}
    }

    private func wake() {
        var byte: UInt8 = 1
        if writeDescriptor >= 0 { _ = write(writeDescriptor, &byte, 1) }
    }
}
