internal import AuditModel
internal import WireFormat

/// What ``JSONEventDecoder`` asks about the records of one batch: of a ``JSONDialect``, whose
/// answers are fixed, or of a map that somebody wrote.
protocol JSONMapping: ~Copyable {
    /// What the `dialect` of events calls it; part of the ids of events.
    var dialectName: String { get }
    /// The members that the mapping reads.
    var fieldTree: FieldTree { get }
    /// Paths of texts that hold JSON and are read as what they hold.
    var openedTexts: [[String]] { get }

    /// The events of a record, where the mapping knows their place in it; nil for the record.
    func content(of document: borrowing JSONDocument, _ root: Int) -> Int?

    /// What the object at hand is.
    mutating func judge(_ fields: borrowing JSONFields) -> ObjectVerdict

    /// When the event happened; nil, with the fault, where that cannot be read.
    ///
    /// - Parameter fault: `.fieldMissing` where there is nothing to read.
    func moment(
        _ fields: inout JSONFields, _ zone: ZoneTable, _ fault: inout IssueCode
    ) -> RecordTime?

    /// The issuer as the record writes it; nil where it names none.
    func writtenIssuer(_ fields: borrowing JSONFields) -> UnsafeRawBufferPointer?

    /// The id that the server gave the event; a column holds it from then on.
    func takeID(_ fields: inout JSONFields) -> UnsafeRawBufferPointer?

    /// Fills everything but time, id, place, dialect and source.
    mutating func map(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool)
}

/// What an object of a record is.
enum ObjectVerdict {
    case event
    /// Something else that a server logs, or an envelope.
    case other
    /// An event that lacks what is named here, or an envelope.
    case incomplete(String)
}

/// What a dialect of JSON adds to the common way of its records, see ``JSONEventDecoder``.
///
/// A new one is a folder with such a type, its fields, its tables and a ``LogFormat``, and one
/// line in ``FormatRegistry``.
protocol JSONDialect: JSONMapping, ~Copyable {
    /// The fields that the mapping reads, numbered from 0 as ``tree`` has their paths.
    associatedtype Field: RawRepresentable<Int>

    /// What `--dialect` and the `dialect` of events call it; part of the ids of events.
    static var name: String { get }
    static var tree: FieldTree { get }
    /// The event time, and the id that the server gave the event.
    static var timeField: Field { get }
    static var idField: Field { get }
    /// What an object lacks that is no event, as issues name it.
    static var requirement: String { get }

    /// - Parameter pool: the pool of the batch, for texts that are the same in every event.
    init(settings: DecodeSettings, stream: RecordStream, pool: inout StringPool)

    /// Whether the object at hand is an event, not an envelope around some.
    static func isEvent(_ fields: borrowing JSONFields) -> Bool

    /// The time of an event whose time field is absent, where another field tells it.
    static func otherTime(_ fields: borrowing JSONFields) -> RecordTime?

    /// The issuer as the record writes it, for the event's id; nil where it names none.
    static func issuer(_ fields: borrowing JSONFields) -> UnsafeRawBufferPointer?
}

extension JSONDialect where Self: ~Copyable {
    static func otherTime(_ fields: borrowing JSONFields) -> RecordTime? { nil }

    var dialectName: String { Self.name }
    var fieldTree: FieldTree { Self.tree }
    var openedTexts: [[String]] { [] }

    func content(of document: borrowing JSONDocument, _ root: Int) -> Int? { nil }

    func judge(_ fields: borrowing JSONFields) -> ObjectVerdict {
        Self.isEvent(fields) ? .event : .incomplete(Self.requirement)
    }

    func moment(
        _ fields: inout JSONFields, _ zone: ZoneTable, _ fault: inout IssueCode
    ) -> RecordTime? {
        if let text = fields.take(Self.timeField) { return RecordTime(text, zone, &fault) }
        fault = .fieldMissing
        return Self.otherTime(fields)
    }

    func writtenIssuer(_ fields: borrowing JSONFields) -> UnsafeRawBufferPointer? {
        Self.issuer(fields)
    }

    func takeID(_ fields: inout JSONFields) -> UnsafeRawBufferPointer? {
        fields.take(Self.idField)
    }
}

/// When an event happened.
struct RecordTime: Equatable {
    /// Nanoseconds since 1970 UTC.
    var time: Int64
    var precision: UInt8
    var flags: EventFlags = []

    init(time: Int64, precision: UInt8) {
        self.time = time
        self.precision = precision
    }

    /// The time that a text or a number says: RFC 3339 and its kin, in the source's zone where it
    /// names none; seconds or milliseconds since 1970.
    ///
    /// - Returns: nil, with `.timeInvalid` or `.timeRange` in `fault`, where there is none.
    init?(_ text: UnsafeRawBufferPointer, _ zone: ZoneTable, _ fault: inout IssueCode) {
        fault = .timeInvalid
        if let parsed = TimeText.parse(text) {
            time = parsed.isLocal ? zone.utc(fromLocal: parsed.time) : parsed.time
            precision = parsed.precision
            if parsed.isLocal { flags = .timeZoneAssumed }
        } else {
            switch JSONNumber.integer(text) {
            case .value(let number) where number.magnitude < Self.latestSeconds.magnitude:
                (time, precision) = (number * 1_000_000_000, 0)
            case .value(let number) where number.magnitude < Self.latestMilliseconds.magnitude:
                (time, precision) = (number * 1_000_000, 3)
            case .notInteger: return nil
            default:
                fault = .timeRange
                return nil
            }
        }
        if time < 0 {
            fault = .timeRange
            return nil
        }
    }

    /// Numbers below this are seconds: 2262 as seconds is 1970-04 as milliseconds.
    private static let latestSeconds: Int64 = 9_223_372_036
    private static let latestMilliseconds: Int64 = 9_223_372_036_854
}
