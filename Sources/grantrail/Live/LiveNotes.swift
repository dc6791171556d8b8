import Delivery
import Foundation
import Pipeline
import Synchronization

/// What people at a terminal hear of a live run: trouble, and that it is over.
final class LiveNotes: Sendable {
    private let isTroubled = Mutex(false)

    /// Takes a line of the run's log. Errors end the run and are told by it.
    func take(_ line: LiveLogLine) {
        let isWell = line.code == "source.ready"
        let isTold = isTroubled.withLock { troubled in
            let isTold = line.level == .warning || (isWell && troubled)
            if line.level == .warning { troubled = true } else if isWell { troubled = false }
            return isTold
        }
        guard isTold else { return }
        let text = TextStyle(isColoured: false).escape(line.message, limit: 4096)
        Terminal.note("note: \(text)")
    }
}

/// Whether work should end: set by signals and by a reader that left, waited for between rounds.
final class StopRequest: Sendable {
    private let isMade = Mutex(false)
    private let semaphore = DispatchSemaphore(value: 0)

    func make() {
        isMade.withLock { $0 = true }
        semaphore.signal()
    }

    var wasMade: Bool { isMade.withLock { $0 } }

    /// Waits so long, or until it is made.
    ///
    /// - Returns: whether it was made.
    func wait(seconds: Double) -> Bool {
        if wasMade { return true }
        _ = semaphore.wait(timeout: .now() + seconds)
        return wasMade
    }
}
