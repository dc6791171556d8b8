public import AuditModel

/// A batch of events that many may point at.
public final class SharedBatch: Sendable {
    public let events: EventBatch

    /// - Parameter events: with codes of the run's pool.
    public init(_ events: EventBatch) { self.events = events }
}

/// One event of a batch, cheap to hand on.
public struct RowReference: Sendable {
    public var batch: SharedBatch
    public var row: Int

    public init(_ batch: SharedBatch, row: Int) {
        self.batch = batch
        self.row = row
    }
}
