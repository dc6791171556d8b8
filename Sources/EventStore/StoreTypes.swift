public import AuditModel

/// Where one block of events lies in a store.
public struct BlockInfo: Sendable, Equatable {
    /// Position of the first event, from 0.
    public let position: Int64
    public let count: Int
    /// Smallest and largest event time, nanoseconds UTC.
    public let minTime: Int64
    public let maxTime: Int64

    public init(position: Int64, count: Int, minTime: Int64, maxTime: Int64) {
        self.position = position
        self.count = count
        self.minTime = minTime
        self.maxTime = maxTime
    }
}

/// What became of the events of one batch.
public struct AppendResult: Sendable, Equatable {
    /// Events that the store did not have.
    public var appended = 0
    /// Events that it had already, or that the batch held twice.
    public var duplicates = 0
    /// Position of the first appended event; the others follow it without gaps.
    public var first: Int64 = 0

    public init(appended: Int = 0, duplicates: Int = 0, first: Int64 = 0) {
        self.first = first
        self.appended = appended
        self.duplicates = duplicates
    }
}

/// A record that did not become an event, kept redacted so that it can be read again.
public struct QuarantinedRecord: Sendable, Equatable {
    /// The stream; its lineage, `at` and `code` identify the entry.
    public var source: RecordStream
    /// Where the record starts in the stream, decompressed bytes.
    public var at: Int64
    /// The name of an ``IssueCode``.
    public var code: String
    public var detail: String
    /// The record after redaction.
    public var bytes: [UInt8]

    public init(source: RecordStream, at: Int64, code: String, detail: String, bytes: [UInt8]) {
        self.source = source
        self.at = at
        self.code = code
        self.detail = detail
        self.bytes = bytes
    }
}

/// A store in figures.
public struct StoreInfo: Sendable, Equatable {
    /// Events that are there.
    public var events: Int64
    /// Position of the oldest of them: so many events were removed by retention.
    public var firstPosition: Int64
    /// Size of the store's files.
    public var bytes: Int64
    /// Sealed blocks.
    public var segments: Int
    /// Stored bytes of the sealed blocks and their filters.
    public var segmentBytes: Int64
    /// Distinct texts in the dictionary.
    public var texts: Int
    public var quarantined: Int64
    /// Smallest and largest event time, nanoseconds UTC; nil when there are no events.
    public var firstTime: Int64?
    public var lastTime: Int64?
    public var formatVersion: Int
    /// The store's id; none in format 1.
    public var identity: ID128
    /// Alerts and control records of live runs.
    public var alerts: Int64
    public var controls: Int64
    /// Root of the tree over all blocks, 64 hexadecimal digits. Depends on the events and their
    /// order only.
    public var root: String
}
