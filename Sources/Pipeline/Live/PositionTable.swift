internal import AuditModel
internal import Foundation

/// How far partitions were taken in as far as it is durable, for threads that may not use the
/// store.
final class PositionTable: @unchecked Sendable {
    private let lock = NSLock()
    /// By source and partition; guarded by `lock`.
    private var positions: [String: [String: ResumePosition]] = [:]

    /// They are durable now.
    func note(_ durable: [ResumePosition]) {
        if durable.isEmpty { return }
        lock.lock()
        for position in durable {
            positions[position.source, default: [:]][position.partition] = position
        }
        lock.unlock()
    }

    func positions(of source: String) -> [ResumePosition] {
        lock.lock()
        defer { lock.unlock() }
        return (positions[source] ?? [:]).values.sorted { $0.partition < $1.partition }
    }
}
