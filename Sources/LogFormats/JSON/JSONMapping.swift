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

    /// How many lists and objects may be around an event.
    static var deepestEnvelope: Int { get }

    /// Says a record that is no JSON, or broken JSON, as the JSON object that it stands for.
    ///
    /// - Parameters:
    ///   - content: at least 8 bytes are readable behind it.
    ///   - text: gets the object; is empty before.
    mutating func rewrite(
        _ content: UnsafeRawBufferPointer, into text: inout ByteBuffer
    ) -> Rewriting

    /// What the object at hand is.
    mutating func judge(_ fields: borrowing JSONFields) -> ObjectVerdict

    /// The member in which a record tells of several events: a list of objects, or only one.
    /// ``JSONFields/part`` is the one at hand.
    static func parts(_ fields: borrowing JSONFields) -> Int?

    /// Writes the event at hand in the shape that the mapping reads, as one JSON object; false,
    /// with nothing written, where it has that shape.
    mutating func reshape(_ fields: borrowing JSONFields, into text: inout ByteBuffer) -> Bool

    /// When the event happened; nil, with the fault, where that cannot be read.
    ///
    /// - Parameter fault: `.fieldMissing` where there is nothing to read.
    func moment(
        _ fields: inout JSONFields, _ zone: ZoneTable, _ fault: inout IssueCode
    ) -> RecordTime?

    /// The issuer as the record writes it; nil where it names none.
    func writtenIssuer(_ fields: borrowing JSONFields) -> UnsafeRawBufferPointer?

    /// The id that the server gave the event; a column holds it from then on.
    mutating func takeID(_ fields: inout JSONFields) -> UnsafeRawBufferPointer?

    /// Fills everything but time, id, place, dialect and source.
    mutating func map(
        _ fields: inout JSONFields, _ row: inout EventRow, _ pool: inout StringPool)
}

extension JSONMapping where Self: ~Copyable {
    static var deepestEnvelope: Int { 6 }

    mutating func rewrite(
        _ content: UnsafeRawBufferPointer, into text: inout ByteBuffer
    ) -> Rewriting { .none }

    static func parts(_ fields: borrowing JSONFields) -> Int? { nil }

    mutating func reshape(
        _ fields: borrowing JSONFields, into text: inout ByteBuffer
    ) -> Bool { false }
}

/// What an object of a record is.
enum ObjectVerdict {
    case event
    /// An event that tells nothing of a token or a grant: it counts as none.
    case ordinary
    /// Something else that a server logs, or an envelope.
    case other
    /// An event that lacks what is named here, or an envelope.
    case incomplete(String)
}

/// What a record is that is no JSON as it stands.
enum Rewriting {
    /// Nothing the dialect knows.
    case none
    /// One of the dialect's, which now stands there as JSON.
    case object
    /// One of the dialect's that cannot be read.
    case fault(IssueCode, String)

    /// One of the dialect's that does not follow its grammar.
    static let broken = Rewriting.fault(.textSyntax, "a line of another grammar")
}
