internal import AuditModel
internal import WireFormat

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
    init(settings: DecodeSettings, pool: inout StringPool)

    /// Whether the object at hand is an event, not an envelope around some.
    static func isEvent(_ fields: borrowing JSONFields) -> Bool

    /// The fields that have the time and the id of the event at hand, where its log decides which
    /// they are.
    static func timeField(of fields: borrowing JSONFields) -> Field
    static func idField(of fields: borrowing JSONFields) -> Field

    /// The time that the text of the time field says, see ``RecordTime``.
    static func time(
        _ text: UnsafeRawBufferPointer, _ zone: ZoneTable, _ fault: inout IssueCode
    ) -> RecordTime?

    /// The time of an event whose time field is absent, where another field tells it.
    static func otherTime(_ fields: borrowing JSONFields) -> RecordTime?

    /// Whether an object that is neither an event nor an envelope is no fault, such as another line
    /// of the server's log.
    static func isOther(_ fields: borrowing JSONFields) -> Bool

    /// Whether the event at hand tells nothing of a token or a grant: it counts as no event.
    static func isOrdinary(_ fields: borrowing JSONFields) -> Bool

    /// The issuer as the record writes it, for the event's id; nil where it names none.
    static func issuer(_ fields: borrowing JSONFields) -> UnsafeRawBufferPointer?
}

extension JSONDialect where Self: ~Copyable {
    static func timeField(of fields: borrowing JSONFields) -> Field { timeField }
    static func idField(of fields: borrowing JSONFields) -> Field { idField }

    static func time(
        _ text: UnsafeRawBufferPointer, _ zone: ZoneTable, _ fault: inout IssueCode
    ) -> RecordTime? {
        RecordTime(text, zone, &fault)
    }

    static func otherTime(_ fields: borrowing JSONFields) -> RecordTime? { nil }

    static func isOther(_ fields: borrowing JSONFields) -> Bool { false }

    static func isOrdinary(_ fields: borrowing JSONFields) -> Bool { false }

    var dialectName: String { Self.name }
    var fieldTree: FieldTree { Self.tree }
    var openedTexts: [[String]] { [] }

    func content(of document: borrowing JSONDocument, _ root: Int) -> Int? { nil }

    func judge(_ fields: borrowing JSONFields) -> ObjectVerdict {
        if Self.isEvent(fields) { return Self.isOrdinary(fields) ? .ordinary : .event }
        return Self.isOther(fields) ? .other : .incomplete(Self.requirement)
    }

    func moment(
        _ fields: inout JSONFields, _ zone: ZoneTable, _ fault: inout IssueCode
    ) -> RecordTime? {
        if let text = fields.take(Self.timeField(of: fields)) {
            return Self.time(text, zone, &fault)
        }
        fault = .fieldMissing
        return Self.otherTime(fields)
    }

    func writtenIssuer(_ fields: borrowing JSONFields) -> UnsafeRawBufferPointer? {
        Self.issuer(fields)
    }

    func takeID(_ fields: inout JSONFields) -> UnsafeRawBufferPointer? {
        fields.take(Self.idField(of: fields))
    }
}

extension JSONEventDecoder where Dialect: JSONDialect & ~Copyable {
    /// Decodes a batch in a dialect, as ``LogFormat`` asks for it.
    static func decode(
        _ records: RecordBatch, _ settings: DecodeSettings, into batch: inout EventBatch,
        _ issues: inout [DecodeIssue]
    ) -> DecodeTally {
        let dialect = Dialect(settings: settings, pool: &batch.pool)
        return decode(records, settings, with: dialect, into: &batch, &issues)
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

    /// The time that a text or a number says: RFC 3339 and its kin (``OtherTimeText``), in the
    /// source's zone where it names none; seconds or milliseconds since 1970.
    ///
    /// - Returns: nil, with `.timeInvalid` or `.timeRange` in `fault`, where there is none.
    init?(_ text: UnsafeRawBufferPointer, _ zone: ZoneTable, _ fault: inout IssueCode) {
        fault = .timeInvalid
        if let parsed = TimeText.parse(text) ?? OtherTimeText.parse(text) {
            self.init(parsed, zone)
        } else {
            switch JSONNumber.integer(text) {
            case .value(let number) where number.magnitude < Self.latestSeconds.magnitude:
                self.init(time: number * 1_000_000_000, precision: 0)
            case .value(let number) where number.magnitude < Self.latestMilliseconds.magnitude:
                self.init(time: number * 1_000_000, precision: 3)
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

    /// The time that a text says, in the source's zone where it names none.
    init(_ parsed: TimeText.Parsed, _ zone: ZoneTable) {
        time = parsed.time
        precision = parsed.precision
        guard parsed.isLocal else { return }
        time = zone.utc(fromLocal: parsed.time)
        flags = .timeZoneAssumed
        if zone.laterTwin(of: time) != nil { flags.insert(.timeAmbiguous) }
    }

    /// Numbers below this are seconds: 2262 as seconds is 1970-04 as milliseconds.
    private static let latestSeconds: Int64 = 9_223_372_036
    private static let latestMilliseconds: Int64 = 9_223_372_036_854
}
