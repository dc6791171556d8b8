internal import AuditModel
internal import WireFormat

/// Events as lines of the server's log, dialects B and C.
extension KeycloakDecoder {
    mutating func decodeText(
        _ content: UnsafeRawBufferPointer, _ record: Int, _ at: Int64,
        _ batch: inout EventBatch, _ issues: inout [DecodeIssue]
    ) {
        guard let line = LogLine(content), Self.beginsWithDigit(line.time) else {
            judgeOther(content, record, &issues)
            return
        }
        guard Self.isEventCategory(line.category) else {
            ignore()
            return
        }
        if UTF8Check.isValid(line.message) {
            decodeLine(line, record, at, &batch, &issues)
            return
        }
        note(.textUTF8, record, "U+FFFD stands for the bad bytes", &issues)
        let repaired =
            Array(String(decoding: line.message, as: UTF8.self).utf8)
            + [UInt8](repeating: 0, count: RecordBatch.tailPadding)
        repaired.withUnsafeBytes { bytes in
            var line = line
            line.message = UnsafeRawBufferPointer(
                rebasing: bytes[0..<(bytes.count - RecordBatch.tailPadding)])
            decodeLine(line, record, at, &batch, &issues)
        }
    }

    static func isEventCategory(_ category: UnsafeRawBufferPointer) -> Bool {
        ByteSearch.equals(category, "org.keycloak.events") || ByteSearch.equals(category, "events")
    }

    private static func beginsWithDigit(_ text: UnsafeRawBufferPointer) -> Bool {
        text.first.map { $0 &- 0x30 < 10 } ?? false
    }

    /// A line without the frame of a log entry: the rest of an entry over several lines, or a
    /// broken event.
    private mutating func judgeOther(
        _ content: UnsafeRawBufferPointer, _ record: Int, _ issues: inout [DecodeIssue]
    ) {
        if ByteSearch.contains(content, "[org.keycloak.events]") {
            fail(.timeInvalid, record, "the line does not start with its time", &issues)
        } else if Self.mentionsRealm(content) || ByteSearch.contains(content, "realmId=\"") {
            fail(.textSyntax, record, "part of an event", &issues)
        } else if content.contains(0) || !UTF8Check.isValid(content) {
            fail(.textSyntax, record, "no text", &issues)
        } else {
            ignore()
        }
    }

    private mutating func decodeLine(
        _ line: LogLine, _ record: Int, _ at: Int64, _ batch: inout EventBatch,
        _ issues: inout [DecodeIssue]
    ) {
        let isRead = QuotedPairs.Reading.allCases.contains {
            keepPairs(line.message, $0, record, &issues)
        }
        guard isRead else {
            fail(.textSyntax, record, "not a list of key=\"value\"", &issues)
            return
        }
        guard fields.text(.type) != nil else {
            fail(.fieldMissing, record, "type", &issues)
            return
        }
        guard let moment = moment(line.time, record, &issues) else { return }
        emit(moment, nativeID: nil, record: record, at: at, &batch, &issues)
    }

    /// Keeps the fields of a message; false, with nothing kept, if it is not well-formed when
    /// read this way.
    private mutating func keepPairs(
        _ message: UnsafeRawBufferPointer, _ reading: QuotedPairs.Reading, _ record: Int,
        _ issues: inout [DecodeIssue]
    ) -> Bool {
        beginEvent()
        scratch.truncate(to: 0)
        // Unescaping only shortens: slices of the buffer stay in place for the whole line.
        scratch.reserve(message.count)
        let noted = issues.count
        var pairs = QuotedPairs(message, reading)
        while true {
            switch pairs.next() {
            case .pair(let pair): keepPair(pair, record, &issues)
            case .end: return true
            case .fault:
                withdrawNotes(to: noted, &issues)
                return false
            }
        }
    }

    @inline(__always)
    private mutating func keepPair(
        _ pair: QuotedPairs.Pair, _ record: Int, _ issues: inout [DecodeIssue]
    ) {
        let value = pair.hasEscapes ? unescaped(pair.value) : pair.value
        var slot = table.index(of: pair.key, hash: KeyHash.of(pair.key))
        // Text has no members `id` and `time` of its own.
        if slot == KeycloakField.id.rawValue || slot == KeycloakField.time.rawValue { slot = nil }
        keep(slot, pair.key, value, record, &issues)
    }

    /// The value with `\"` as `"`.
    private mutating func unescaped(_ value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let start = scratch.count
        for index in value.indices {
            let isEscape =
                value[index] == 0x5C && index + 1 < value.count && value[index + 1] == 0x22
            if !isEscape { scratch.append(value[index]) }
        }
        return UnsafeRawBufferPointer(rebasing: scratch.bytes[start...])
    }

    /// The event time in the configured zone where the line names none.
    private mutating func moment(
        _ text: UnsafeRawBufferPointer, _ record: Int, _ issues: inout [DecodeIssue]
    ) -> Moment? {
        guard let parsed = TimeText.parse(text) else {
            fail(Self.yearIsLate(text) ? .timeRange : .timeInvalid, record, "time", &issues)
            return nil
        }
        var moment = Moment(time: parsed.time, precision: parsed.precision, flags: [])
        if parsed.isLocal {
            moment.time = settings.timeZone.utc(fromLocal: parsed.time)
            moment.flags = .timeZoneAssumed
        }
        guard moment.time >= 0 else {
            fail(.timeRange, record, "time", &issues)
            return nil
        }
        return moment
    }

    private static func yearIsLate(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count >= 5, text[4] == 0x2D else { return false }
        var year = 0
        for byte in text.prefix(4) {
            guard byte &- 0x30 < 10 else { return false }
            year = year * 10 + Int(byte - 0x30)
        }
        return year >= 2262
    }
}
