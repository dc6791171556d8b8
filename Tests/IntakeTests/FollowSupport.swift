import AuditModel
import Foundation
import Glibc
import Intake
import Testing

/// A sink that remembers everything, and hands positions out as a store would.
class RecordingSink: SourceSink, @unchecked Sendable {
    private let lock = NSLock()
    private let stored: [ResumePosition]
    private var messages: [(message: SourceMessage, time: ContinuousClock.Instant)] = []

    init(positions: [ResumePosition] = []) { stored = positions }

    func deliver(_ message: SourceMessage) {
        lock.withLock { messages.append((message, ContinuousClock.now)) }
    }

    func drain() -> Bool { true }

    func positions(of source: String) -> [ResumePosition] {
        stored.filter { $0.source == source }
    }

    var all: [SourceMessage] { lock.withLock { messages.map(\.message) } }

    var batches: [SourceBatch] {
        all.compactMap { if case .records(let batch) = $0 { batch } else { nil } }
    }

    var texts: [String] { batches.flatMap(\.texts) }

    /// The records of one partition.
    func texts(of partition: String) -> [String] {
        batches.filter { $0.position.partition == partition }.flatMap(\.texts)
    }

    var notes: [SourceNote] {
        all.compactMap { if case .note(let note) = $0 { note } else { nil } }
    }

    var conditions: [SourceCondition] {
        all.compactMap { if case .condition(let condition) = $0 { condition } else { nil } }
    }

    var opened: [String] {
        all.compactMap { if case .opened(let partition) = $0 { partition } else { nil } }
    }

    var closed: [String] {
        all.compactMap { if case .closed(let partition) = $0 { partition } else { nil } }
    }

    /// When a record with this text came.
    func arrival(of text: String) -> ContinuousClock.Instant? {
        lock.withLock {
            messages.first {
                guard case .records(let batch) = $0.message else { return false }
                return batch.texts.contains(text)
            }?.time
        }
    }

    /// What a store would hold if it had taken in the first so many messages.
    func positions(after count: Int) -> [ResumePosition] {
        var latest = Dictionary(stored.map { ($0.partition, $0) }) { $1 }
        for case .records(let batch) in all.prefix(count) {
            latest[batch.position.partition] = batch.position
        }
        return Array(latest.values)
    }

    var positions: [ResumePosition] { positions(after: all.count) }
}

extension SourceBatch {
    var texts: [String] {
        result.batch.records.map { record in
            let end = record.offset + record.count
            return String(decoding: result.batch.bytes[record.offset..<end], as: UTF8.self)
        }
    }
}

/// A follower on a thread of its own.
final class Following {
    let follower: FileFollower
    let sink: RecordingSink
    private let done = DispatchSemaphore(value: 0)
    private var isDone = false

    init(_ settings: FollowSettings, _ sink: RecordingSink = RecordingSink()) {
        self.sink = sink
        follower = FileFollower(settings)
        let (follower, done) = (follower, done)
        Thread.detachNewThread {
            try? follower.run(sink)
            done.signal()
        }
    }

    deinit { stop() }

    func stop() {
        follower.stop()
        _ = waitForEnd()
    }

    func waitForEnd() -> Bool {
        if !isDone { isDone = done.wait(timeout: .now() + 10) == .success }
        return isDone
    }
}

/// Settings with times that tests can wait for.
func quick(_ patterns: [String]) -> FollowSettings {
    var settings = FollowSettings(name: "log", patterns: patterns)
    settings.pollInterval = .milliseconds(20)
    settings.grace = .milliseconds(150)
    return settings
}

/// Waits until something holds, for at most so many seconds.
func eventually(_ seconds: Double = 8, _ holds: () -> Bool) -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
        if holds() { return true }
        usleep(1000)
    }
    return holds()
}

extension Scratch {
    func append(_ name: String, _ text: String) throws {
        try append(name, bytes: Array(text.utf8))
    }

    func append(_ name: String, bytes: [UInt8]) throws {
        let descriptor = open(path + "/" + name, O_CREAT | O_WRONLY | O_APPEND, 0o600)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        try #require(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
    }

    func move(_ name: String, to other: String) throws {
        try #require(rename(path + "/" + name, path + "/" + other) == 0)
    }

    func remove(_ name: String) { unlink(path + "/" + name) }

    func bytes(_ name: String) -> [UInt8] {
        FileManager.default.contents(atPath: path + "/" + name).map(Array.init) ?? []
    }

    func empty(_ name: String) throws { try #require(truncate(path + "/" + name, 0) == 0) }

    /// How many descriptors of this process lead to files of this directory.
    var openFiles: Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return names.filter { name in
            let target = try? FileManager.default.destinationOfSymbolicLink(
                atPath: "/proc/self/fd/" + name)
            return target?.hasPrefix(path + "/") ?? false
        }.count
    }
}

/// Holds up whoever passes while it is closed.
final class Gate: @unchecked Sendable {
    private let condition = NSCondition()
    private var closed = false
    private var waiting = false

    var isBlocked: Bool {
        get { condition.withLock { closed } }
        set {
            condition.withLock {
                closed = newValue
                condition.broadcast()
            }
        }
    }

    var isWaiting: Bool { condition.withLock { waiting } }

    func pass() {
        condition.withLock {
            while closed {
                waiting = true
                condition.wait()
            }
            waiting = false
        }
    }
}
