internal import Foundation
internal import Places
internal import TokenScan

/// What each worker thread owns: nothing in here is shared.
final class WorkerContext {
    var scanner: TokenScanner
    var places: PlaceStage?

    init(scanner: TokenScanner, places: PlaceStage?) {
        self.scanner = scanner
        self.places = places
    }
}

/// A few threads that take jobs in the order given.
///
/// Threads of our own rather than tasks: jobs block on files and decompression.
final class WorkerPool: @unchecked Sendable {
    typealias Job = @Sendable (WorkerContext) -> Void

    private let condition = NSCondition()
    /// Guarded by `condition`.
    private var jobs: [Job] = []
    private var isClosed = false

    /// - Parameter makeContext: called once on every thread.
    init(threads: Int, makeContext: @escaping @Sendable () -> WorkerContext) {
        for index in 0..<max(1, threads) {
            let thread = Thread { [self] in
                let context = makeContext()
                while let job = take() { job(context) }
            }
            thread.name = "decode-\(index)"
            thread.stackSize = 4 << 20
            thread.start()
        }
    }

    func add(_ job: @escaping Job) {
        condition.lock()
        jobs.append(job)
        condition.signal()
        condition.unlock()
    }

    /// Lets the threads end once their jobs are done.
    func close() {
        condition.lock()
        isClosed = true
        condition.broadcast()
        condition.unlock()
    }

    private func take() -> Job? {
        condition.lock()
        defer { condition.unlock() }
        while jobs.isEmpty {
            if isClosed { return nil }
            condition.wait()
        }
        return jobs.removeFirst()
    }
}
