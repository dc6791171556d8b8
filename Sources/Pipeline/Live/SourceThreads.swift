internal import Foundation
internal import Intake

/// The threads on which live sources read.
final class SourceThreads: @unchecked Sendable {
    private let condition = NSCondition()
    /// Guarded by `condition`.
    private var running = 0

    func start(
        _ source: any LiveSource, _ sink: any SourceSink,
        finished: @escaping @Sendable (SourceError?) -> Void
    ) {
        condition.lock()
        running += 1
        condition.unlock()
        let thread = Thread { [self] in
            var failure: SourceError?
            do throws(SourceError) {
                try source.run(sink)
            } catch {
                failure = error
            }
            finished(failure)
            condition.lock()
            running -= 1
            condition.broadcast()
            condition.unlock()
        }
        thread.name = "source-\(source.name.prefix(8))"
        thread.stackSize = 4 << 20
        thread.start()
    }

    /// Waits until all have ended, for so long.
    func wait(seconds: Double) {
        let deadline = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        while running > 0, condition.wait(until: deadline) {}
    }
}
