internal import AuditModel
internal import WireFormat

/// What a translator made of a record of text.
enum Translated {
    /// The JSON object is in the buffer.
    case event
    /// The record is no event, such as a line of a stack trace.
    case nothing
    /// The record should have been an event.
    case fault(IssueCode, String)
}

/// Takes records of text apart for a dialect whose server writes text and JSON, or several kinds
/// of text: every kind becomes the same JSON object, so that one ``JSONDialect`` maps all of them.
protocol TextTranslator: ~Copyable {
    /// Writes what a record says as one JSON object.
    ///
    /// - Parameters:
    ///   - record: at least 8 bytes are readable behind it.
    ///   - json: empty.
    mutating func translate(
        _ record: UnsafeRawBufferPointer, into json: inout ByteBuffer
    ) -> Translated
}

/// Decodes records of text and of JSON by one dialect.
///
/// Events keep the place and the digest of the record as its server wrote it.
enum TextTranslation {
    static func decode<
        Dialect: JSONDialect & ~Copyable, Translator: TextTranslator & ~Copyable
    >(
        _ dialect: Dialect.Type, _ translator: inout Translator, _ records: RecordBatch,
        _ settings: DecodeSettings, into batch: inout EventBatch, _ issues: inout [DecodeIssue]
    ) -> DecodeTally {
        var tally = DecodeTally()
        let translated = translate(records, &translator, &tally, &issues)
        let decoded = JSONEventDecoder<Dialect>.decode(
            translated ?? records, settings, into: &batch, &issues)
        tally.events += decoded.events
        tally.ignored += decoded.ignored - tally.failed
        tally.failed += decoded.failed
        return tally
    }

    /// The batch with JSON for its text; nil if it has no text. A record without an event is empty
    /// then, and counted as ignored by the decoder.
    private static func translate<Translator: TextTranslator & ~Copyable>(
        _ records: RecordBatch, _ translator: inout Translator, _ tally: inout DecodeTally,
        _ issues: inout [DecodeIssue]
    ) -> RecordBatch? {
        guard hasText(records) else { return nil }
        var json = ByteBuffer(capacity: 4096)
        var result = RecordBatch(stream: records.stream, bytes: [], records: records.records)
        result.bytes.reserveCapacity(records.bytes.count * 2)
        for index in records.records.indices {
            result.records[index].offset = -1
            withContent(of: index, records) { record in
                let start = result.bytes.count
                if JSONFraming.isJSON(record) {
                    result.bytes.append(contentsOf: record)
                } else {
                    json.truncate(to: 0)
                    let outcome = translator.translate(record, into: &json)
                    note(outcome, record, index, &tally, &issues)
                    if case .event = outcome { result.bytes.append(contentsOf: json.bytes) }
                }
                result.records[index].offset = start
                result.records[index].count = result.bytes.count - start
                result.originalDigests[index] = records.digest(of: index)
            }
        }
        result.bytes.append(contentsOf: repeatElement(0, count: RecordBatch.tailPadding))
        return result
    }

    private static func hasText(_ records: RecordBatch) -> Bool {
        records.records.indices.contains { index in
            var isText = false
            withContent(of: index, records) { isText = !JSONFraming.isJSON($0) }
            return isText
        }
    }

    /// Hands over the bytes of a record, unless it lies outside its batch.
    private static func withContent(
        of index: Int, _ records: RecordBatch, _ body: (UnsafeRawBufferPointer) -> Void
    ) {
        let place = records.records[index]
        let end = place.offset &+ place.count
        records.bytes.withUnsafeBytes { bytes in
            guard place.offset >= 0, place.count >= 0,
                end <= bytes.count - RecordBatch.tailPadding
            else { return }
            body(UnsafeRawBufferPointer(rebasing: bytes[place.offset..<end]))
        }
    }

    private static func note(
        _ outcome: Translated, _ record: UnsafeRawBufferPointer, _ index: Int,
        _ tally: inout DecodeTally, _ issues: inout [DecodeIssue]
    ) {
        switch outcome {
        case .event:
            if UTF8Check.isValid(record) { return }
            issues.append(
                DecodeIssue(
                    code: .textUTF8, record: index, detail: "U+FFFD stands for the bad bytes",
                    isPartial: true))
        case .nothing: break
        case .fault(let code, let detail):
            tally.failed += 1
            issues.append(DecodeIssue(code: code, record: index, detail: detail))
        }
    }
}

/// The members of an object that a translator has found, as slices of its record.
///
/// A name that was there twice is written with both values as an array: a value that poses as
/// another field does not become a column then, and stays to be seen. What is empty is left out.
struct TextMembers: ~Copyable {
    /// The most members; more are left out.
    static let maximum = 64

    private struct Member {
        var key: UnsafeRawBufferPointer
        var value: UnsafeRawBufferPointer
        var other: UnsafeRawBufferPointer?
    }

    private var members: ContiguousArray<Member> = []

    init() { members.reserveCapacity(Self.maximum) }

    mutating func removeAll() { members.removeAll(keepingCapacity: true) }

    mutating func add(
        _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer,
        keepsFirst: Bool = false
    ) {
        for index in members.indices where RawBytes.equal(members[index].key, key) {
            if members[index].other == nil, !keepsFirst { members[index].other = value }
            return
        }
        guard members.count < Self.maximum else { return }
        members.append(Member(key: key, value: value))
    }

    mutating func add(_ key: StaticString, _ value: UnsafeRawBufferPointer) {
        add(
            UnsafeRawBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount), value)
    }

    func write(into json: inout ByteBuffer) {
        json.append(0x7B)
        for index in members.indices {
            let member = members[index]
            if member.value.isEmpty, member.other == nil { continue }
            if json.count > 1 { json.append(0x2C) }
            json.appendJSON(member.key)
            json.append(0x3A)
            if let other = member.other {
                json.append(0x5B)
                json.appendJSON(member.value)
                json.append(0x2C)
                json.appendJSON(other)
                json.append(0x5D)
            } else {
                json.appendJSON(member.value)
            }
        }
        json.append(0x7D)
    }
}

extension UnsafeRawBufferPointer {
    /// Without blanks and line ends at both ends.
    func trimmed() -> UnsafeRawBufferPointer {
        var start = 0
        var end = count
        while start < end, self[start] <= 0x20 { start += 1 }
        while end > start, self[end - 1] <= 0x20 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: self[start..<end])
    }
}
