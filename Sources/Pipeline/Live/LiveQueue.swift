internal import AuditModel
internal import Foundation
internal import Intake

/// What sources said, in order, on its way to the stage: records are decoded meanwhile by any
/// thread, and leave in the order they came. Bounded by bytes: a source that is too fast waits.
final class LiveQueue: @unchecked Sendable {
    /// Everything before it is durable once it is answered.
    final class Drain: @unchecked Sendable {
        private let condition = NSCondition()
        private var answer: Bool?

        func finish(_ isDurable: Bool) {
            condition.lock()
            if answer == nil { answer = isDurable }
            condition.broadcast()
            condition.unlock()
        }

        var isAnswered: Bool {
            condition.lock()
            defer { condition.unlock() }
            return answer != nil
        }

        func wait() -> Bool {
            condition.lock()
            defer { condition.unlock() }
            while true {
                if let answer { return answer }
                condition.wait()
            }
        }
    }

    enum Content {
        case records(DecodedBatch, partition: String, position: ResumePosition?, lag: Int64?)
        case message(SourceMessage)
        case drain(Drain)
        case finished(SourceError?)
    }

    /// One place in the queue, filled at once or by a decoder.
    final class Entry: @unchecked Sendable {
        let source: Int
        fileprivate let bytes: Int
        fileprivate var content: Content?

        fileprivate init(source: Int, bytes: Int, content: Content?) {
            self.source = source
            self.bytes = bytes
            self.content = content
        }
    }

    private let limit: Int
    private let condition = NSCondition()
    // Guarded by `condition`.
    private var entries: [Entry] = []
    private var head = 0
    private var bytes = 0
    private var isClosed = false
    /// Drains that nobody answered yet, taken or not.
    private var drains: [Drain] = []

    init(limit: Int) { self.limit = limit }

    /// Whether everything that was delivered was taken.
    var isEmpty: Bool {
        condition.lock()
        defer { condition.unlock() }
        return head == entries.count
    }

    /// Raw bytes of records that were delivered and not taken.
    var waitingBytes: Int {
        condition.lock()
        defer { condition.unlock() }
        return bytes
    }

    /// Adds an entry that is complete, or a place for one; waits while too much is under way.
    func add(source: Int, bytes: Int = 0, _ content: Content? = nil) -> Entry {
        let entry = Entry(source: source, bytes: bytes, content: content)
        condition.lock()
        defer { condition.unlock() }
        while self.bytes > limit, !isClosed { condition.wait() }
        if case .drain(let drain) = content {
            if isClosed { drain.finish(false) }
            drains.removeAll(where: \.isAnswered)
            drains.append(drain)
        }
        if isClosed { return entry }
        entries.append(entry)
        self.bytes += bytes
        condition.broadcast()
        return entry
    }

    func fill(_ entry: Entry, _ content: Content) {
        condition.lock()
        entry.content = content
        condition.broadcast()
        condition.unlock()
    }

    /// The next entries that are complete, in order; none when nothing came in time.
    ///
    /// - Parameters:
    ///   - mostBytes: of raw records; at least one entry is given.
    ///   - seconds: how long to wait for the first.
    func take(mostBytes: Int, within seconds: Double) -> [(source: Int, content: Content)] {
        let deadline = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        while head == entries.count || entries[head].content == nil {
            if isClosed { return [] }
            if !condition.wait(until: deadline) { return [] }
        }
        var taken: [(source: Int, content: Content)] = []
        var size = 0
        while head < entries.count, size <= mostBytes, let content = entries[head].content {
            taken.append((entries[head].source, content))
            size += entries[head].bytes
            head += 1
        }
        if head == entries.count || head > 1024 {
            entries.removeFirst(head)
            head = 0
        }
        bytes -= size
        condition.broadcast()
        return taken
    }

    /// Lets nobody wait any more: what comes from now on, is still here, or was taken and is not
    /// durable, is not taken in.
    func close() {
        condition.lock()
        isClosed = true
        for drain in drains { drain.finish(false) }
        drains = []
        entries = []
        head = 0
        condition.broadcast()
        condition.unlock()
    }
}
