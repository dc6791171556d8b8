/// The stream that records come from: one file, one archive, standard input or one Kafka partition.
public struct RecordStream: Sendable, Equatable {
    /// The digest of the stream's first complete record; never a path or an inode, so that a
    /// renamed or copied file keeps the identity of its events.
    public var lineage: ID128
    /// What people call it: the path as given, or `-`.
    public var name: String

    public init(lineage: ID128, name: String) {
        self.lineage = lineage
        self.name = name
    }

    /// The lineage of a stream whose first complete record has these bytes.
    public static func lineage(ofFirstRecord bytes: UnsafeRawBufferPointer) -> ID128 {
        var hash = IdentityHash("stream/1")
        hash.add(bytes)
        return hash.id()
    }
}

/// Some records of one stream, in order: raw bytes of log entries without their line ends.
///
/// All records lie in one arena that ends in ``tailPadding`` zero bytes, so that readers may load
/// whole words past the end of a record.
public struct RecordBatch: Sendable {
    public static let tailPadding = 64

    public var stream: RecordStream
    /// All records and ``tailPadding`` zero bytes.
    public var bytes: [UInt8]
    public var records: [Record]

    /// One record's place.
    public struct Record: Sendable, Equatable {
        /// The first byte in ``RecordBatch/bytes``.
        public var offset: Int
        public var count: Int
        /// Where the record starts in its stream, in decompressed bytes.
        public var at: Int64

        public init(offset: Int, count: Int, at: Int64) {
            self.offset = offset
            self.count = count
            self.at = at
        }
    }

    /// SHA-256, cut to 128 bits, of records as they were before a redaction changed them, by
    /// index in `records`. Records that are not in here are unchanged.
    public var originalDigests: [Int: ID128] = [:]

    public init(stream: RecordStream, bytes: [UInt8], records: [Record]) {
        self.stream = stream
        self.bytes = bytes
        self.records = records
    }

    /// The digest of a record as its server wrote it; the same with any fingerprint key.
    public func digest(of index: Int) -> ID128 {
        if let original = originalDigests[index] { return original }
        return bytes.withUnsafeBytes { all in
            let record = records[index]
            return Self.digest(
                of: UnsafeRawBufferPointer(
                    rebasing: all[record.offset..<(record.offset + record.count)]))
        }
    }

    /// The digest of one record's bytes.
    public static func digest(of bytes: UnsafeRawBufferPointer) -> ID128 {
        var hash = IdentityHash("record/1")
        hash.add(bytes)
        return hash.id()
    }
}

/// Why a record, or a part of it, did not become an event. Names are stable codes in output.
public enum IssueCode: String, CaseIterable, Sendable {
    case recordTooLong = "record.too_long"
    case recordTruncated = "record.truncated"
    case recordEmpty = "record.empty"
    case jsonSyntax = "json.syntax"
    case jsonDepth = "json.depth"
    case jsonDuplicateKey = "json.duplicate_key"
    case jsonUTF8 = "json.utf8"
    case jsonNumber = "json.number"
    case textSyntax = "text.syntax"
    case textUTF8 = "text.utf8"
    case dialectUnknown = "dialect.unknown"
    case fieldMissing = "field.missing"
    case fieldInvalid = "field.invalid"
    case fieldTooLong = "field.too_long"
    case timeInvalid = "time.invalid"
    case timeRange = "time.range"

    /// One sentence for people.
    public var explanation: String {
        switch self {
        case .recordTooLong: "the record is longer than the limit"
        case .recordTruncated: "the record is cut off before its end"
        case .recordEmpty: "the record holds no text"
        case .jsonSyntax: "the record is not valid JSON"
        case .jsonDepth: "the JSON is nested too deeply"
        case .jsonDuplicateKey: "a JSON object names one key twice"
        case .jsonUTF8: "a JSON text is not valid UTF-8, or has an unpaired surrogate"
        case .jsonNumber: "a JSON number is out of range"
        case .textSyntax: "the line does not follow the dialect's grammar"
        case .textUTF8: "the line is not valid UTF-8; the bad bytes were replaced"
        case .dialectUnknown: "no known dialect matches the record"
        case .fieldMissing: "a field that every event needs is missing"
        case .fieldInvalid: "a field has a value of the wrong type"
        case .fieldTooLong: "a value was longer than the limit and was cut or left out"
        case .timeInvalid: "the event time cannot be read"
        case .timeRange: "the event time is outside the years 1970 to 2262"
        }
    }
}

/// A record that could not be used, or a part of one that was dropped.
public struct DecodeIssue: Sendable, Equatable {
    public var code: IssueCode
    /// The record's index in its ``RecordBatch``.
    public var record: Int
    /// What exactly: a field name or a place, never a value from the record.
    public var detail: String
    /// The record gave its event all the same; only the named part was dropped or changed.
    public var isPartial: Bool

    public init(code: IssueCode, record: Int, detail: String, isPartial: Bool = false) {
        self.code = code
        self.record = record
        self.detail = detail
        self.isPartial = isPartial
    }
}
