internal import AuditModel
internal import WireFormat

/// Events as lines of the server's log, in every dialect and with whatever its carrier puts before
/// them.
extension KeycloakDecoder {
    mutating func decodeText(
        _ content: UnsafeRawBufferPointer, _ record: Int, _ at: Int64, level: Int,
        _ batch: inout EventBatch, _ issues: inout [DecodeIssue]
    ) {
        if let line = LogLine(content) {
            decodeFramed(line, record, at, &batch, &issues)
            return
        }
        let prefix = LinePrefix(content)
        guard prefix.end > 0 else {
            judgeOther(content, record, &issues)
            return
        }
        if let time = prefix.time { carrierTime = time.time }
        if prefix.isPartial {
            decodePieces(content, record, at, level: level, &batch, &issues)
            return
        }
        let rest = UnsafeRawBufferPointer(rebasing: content[prefix.end...])
        if Self.framing(of: rest) == .json {
            decodeJSON(rest, record, at, level: level, &batch, &issues)
        } else if let line = LogLine(rest) {
            decodeFramed(line, record, at, &batch, &issues)
        } else {
            judgeOther(rest, record, &issues)
        }
    }

    /// Joins the pieces into which a container runtime has cut a line.
    private mutating func decodePieces(
        _ content: UnsafeRawBufferPointer, _ record: Int, _ at: Int64, level: Int,
        _ batch: inout EventBatch, _ issues: inout [DecodeIssue]
    ) {
        guard level == 0, content.contains(0x0A) else {
            fail(.recordTruncated, record, "the rest of the line is missing", &issues)
            return
        }
        wrapped.truncate(to: 0)
        var start = 0
        while start < content.count {
            var end = start
            while end < content.count, content[end] != 0x0A { end += 1 }
            let piece = UnsafeRawBufferPointer(rebasing: content[start..<end])
            let prefix = LinePrefix(piece)
            wrapped.append(UnsafeRawBufferPointer(rebasing: piece[prefix.end...]))
            start = end + 1
        }
        decode(wrapped.bytes, record, at, level: 1, &batch, &issues)
    }

    /// Whether log lines of a category are events.
    ///
    /// Consoles may shorten a category: to its last part, or every part before it.
    static func isEventCategory(_ category: UnsafeRawBufferPointer) -> Bool {
        if ByteSearch.equals(category, "org.keycloak.events")
            || ByteSearch.equals(category, "events")
        {
            return true
        }
        let parts = category.split(separator: 0x2E, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[2].elementsEqual("events".utf8) else { return false }
        return isShort(parts[0], "org") && isShort(parts[1], "keycloak")
    }

    private static func isShort(
        _ part: Slice<UnsafeRawBufferPointer>, _ name: StaticString
    ) -> Bool {
        !part.isEmpty && part.count <= name.utf8CodeUnitCount
            && part.elementsEqual(
                UnsafeRawBufferPointer(start: name.utf8Start, count: part.count))
    }

    /// A log line of the server: an event, a code that was used twice, or none of ours.
    private mutating func decodeFramed(
        _ line: LogLine, _ record: Int, _ at: Int64, _ batch: inout EventBatch,
        _ issues: inout [DecodeIssue]
    ) {
        if let replay = KeycloakCodeLine(category: line.category, line.message) {
            guard let moment = moment(line, record, &issues) else { return }
            emit(replay, moment, record: record, at: at, &batch, &issues)
        } else if Self.isEventCategory(line.category) {
            guard let moment = moment(line, record, &issues),
                keepMessage(line.message, record, &issues)
            else { return }
            emit(moment, nativeID: nil, record: record, at: at, &batch, &issues)
        } else {
            ignore()
        }
    }

    /// A line without the frame of a log entry: the rest of an entry over several lines, or a
    /// broken event.
    private mutating func judgeOther(
        _ content: UnsafeRawBufferPointer, _ record: Int, _ issues: inout [DecodeIssue]
    ) {
        if ByteSearch.contains(content, "[org.keycloak.events]") {
            fail(.timeInvalid, record, "the line does not start with its time", &issues)
        } else if KeycloakSign.mentionsRealm(content)
            || ByteSearch.contains(content, ", realmId=")
        {
            fail(.textSyntax, record, "part of an event", &issues)
        } else if content.contains(0) || !UTF8Check.isValid(content) {
            fail(.textSyntax, record, "no text", &issues)
        } else {
            ignore()
        }
    }

    // MARK: - The message

    /// Keeps the fields of an event's message; false, with an issue, if it is none.
    mutating func keepMessage(
        _ message: UnsafeRawBufferPointer, _ record: Int, _ issues: inout [DecodeIssue]
    ) -> Bool {
        guard !UTF8Check.isValid(message) else { return keepValid(message, record, &issues) }
        note(.textUTF8, record, "U+FFFD stands for the bad bytes", &issues)
        var repaired = String(decoding: message, as: UTF8.self)
        wrappedTwice.truncate(to: 0)
        repaired.withUTF8 { wrappedTwice.append(UnsafeRawBufferPointer($0)) }
        return keepValid(wrappedTwice.bytes, record, &issues)
    }

    private mutating func keepValid(
        _ message: UnsafeRawBufferPointer, _ record: Int, _ issues: inout [DecodeIssue]
    ) -> Bool {
        guard keepPairs(message, record, &issues) else {
            fail(.textSyntax, record, "not a list of key=\"value\"", &issues)
            return false
        }
        if namesType { return true }
        fail(.fieldMissing, record, "type", &issues)
        return false
    }

    private mutating func keepPairs(
        _ message: UnsafeRawBufferPointer, _ record: Int, _ issues: inout [DecodeIssue]
    ) -> Bool {
        beginEvent()
        guard let quote = Self.quote(message) else {
            return keepPlain(message, record, &issues) || message.isEmpty
        }
        for reading in QuotedPairs.Reading.allCases {
            if keepQuoted(message, quote, reading, record, &issues) { return true }
        }
        return false
    }

    /// What stands around the first value, and so around all; nil where nothing does.
    private static func quote(_ message: UnsafeRawBufferPointer) -> UInt8? {
        guard let sign = message.firstIndex(of: 0x3D), sign + 1 < message.count else { return nil }
        let first = message[sign + 1]
        return QuotedPairs.isKeyByte(first) || first >= 0x80 ? nil : first
    }

    /// Keeps the fields of a message; false, with nothing kept, if it is not well-formed when
    /// read this way.
    private mutating func keepQuoted(
        _ message: UnsafeRawBufferPointer, _ quote: UInt8, _ reading: QuotedPairs.Reading,
        _ record: Int, _ issues: inout [DecodeIssue]
    ) -> Bool {
        beginEvent()
        scratch.truncate(to: 0)
        // Unescaping only shortens: slices of the buffer stay in place for the whole line.
        scratch.reserve(message.count)
        let noted = issues.count
        var pairs = QuotedPairs(message, quote: quote, reading)
        while true {
            switch pairs.next() {
            case .pair(let pair): keepPair(pair, quote, record, &issues)
            case .end: return true
            case .fault:
                withdrawNotes(to: noted, &issues)
                return false
            }
        }
    }

    @inline(__always)
    private mutating func keepPair(
        _ pair: QuotedPairs.Pair, _ quote: UInt8, _ record: Int, _ issues: inout [DecodeIssue]
    ) {
        let value = pair.hasEscapes ? unescaped(pair.value, quote) : pair.value
        var slot = table.index(of: pair.key, hash: KeyHash.of(pair.key))
        if let found = slot, !isTextField(found) { slot = nil }
        keep(slot, pair.key, value, record, &issues)
    }

    /// Text has no members `id` and `time` of its own, and those of admin events only where it
    /// began as one.
    @inline(__always)
    private func isTextField(_ slot: Int) -> Bool {
        if slot == KeycloakField.id.rawValue || slot == KeycloakField.time.rawValue { return false }
        if slot < KeycloakField.operationType.rawValue || slot >= KeycloakField.firstDetail {
            return true
        }
        return fields.text(.type) == nil && slot <= KeycloakField.representation.rawValue
    }

    /// The value with its escaped quotes as they were.
    private mutating func unescaped(
        _ value: UnsafeRawBufferPointer, _ quote: UInt8
    ) -> UnsafeRawBufferPointer {
        let start = scratch.count
        for index in value.indices {
            let isEscape =
                value[index] == 0x5C && index + 1 < value.count && value[index + 1] == quote
            if !isEscape { scratch.append(value[index]) }
        }
        return UnsafeRawBufferPointer(rebasing: scratch.bytes[start...])
    }

    /// Keeps the fields of a message whose values are not all in quotes.
    private mutating func keepPlain(
        _ message: UnsafeRawBufferPointer, _ record: Int, _ issues: inout [DecodeIssue]
    ) -> Bool {
        for style in KeycloakPlainStyle.allCases {
            guard let header = KeycloakPlainHeader(message, style) else { continue }
            for field in header.fields {
                let index = field.slot.rawValue
                keep(index, KeycloakField.table.name(index), field.value, record, &issues)
            }
            if header.isDoubtful {
                for field in [KeycloakField.clientId, .userId, .ipAddress] { fields.drop(field) }
                note(
                    .textSyntax, record,
                    "values pose as other fields: client, user and address are left out", &issues)
            }
            var pairs = KeycloakPlainPairs(message, style, from: header.end)
            while case .pair(let pair) = pairs.next() {
                let slot = table.index(of: pair.key, hash: KeyHash.of(pair.key))
                // The fixed fields all stand before the details.
                let isDetail = slot.map { $0 >= KeycloakField.firstDetail } ?? false
                keep(isDetail ? slot : nil, pair.key, pair.value, record, &issues)
            }
            return true
        }
        return false
    }

    // MARK: - The time

    /// The event time: as written where it names its zone; else what the carrier's time makes of
    /// it; else in the configured zone.
    private mutating func moment(
        _ line: LogLine, _ record: Int, _ issues: inout [DecodeIssue]
    ) -> RecordTime? {
        guard line.hasDate else { return momentOfDay(line.time, record, &issues) }
        guard let parsed = TimeText.parse(line.time) else {
            fail(Self.yearIsLate(line.time) ? .timeRange : .timeInvalid, record, "time", &issues)
            return nil
        }
        var moment = RecordTime(parsed, settings.timeZone)
        if parsed.isLocal, let carried = carried(parsed, isDated: true) { moment = carried }
        guard moment.time >= 0 else {
            fail(.timeRange, record, "time", &issues)
            return nil
        }
        return moment
    }

    /// A console that writes no date: only its carrier knows the day.
    private mutating func momentOfDay(
        _ text: UnsafeRawBufferPointer, _ record: Int, _ issues: inout [DecodeIssue]
    ) -> RecordTime? {
        scratch.truncate(to: 0)
        scratch.append("1970-01-01 ")
        scratch.append(text)
        guard let parsed = TimeText.parse(scratch.bytes),
            let moment = carried(parsed, isDated: false)
        else {
            fail(.timeInvalid, record, "the line names no date", &issues)
            return nil
        }
        return moment
    }

    /// The most by which a carrier's time may differ, zones aside, nanoseconds.
    private static let carrierDelay: Int64 = 60_000_000_000

    /// No zone is farther from UTC, nanoseconds.
    private static let widestZone: Int64 = 54_000_000_000_000

    /// A local time in the zone that the carrier's time shows: zones differ by quarters of an hour.
    private func carried(_ parsed: TimeText.Parsed, isDated: Bool) -> RecordTime? {
        guard let carrierTime else { return nil }
        let quarter: Int64 = 900_000_000_000
        let (distance, overflow) = parsed.time.subtractingReportingOverflow(carrierTime)
        if overflow || (isDated && distance.magnitude > Self.widestZone.magnitude) { return nil }
        var rest = distance % quarter
        if rest > quarter / 2 { rest -= quarter }
        if rest < -quarter / 2 { rest += quarter }
        let (time, isOver) = carrierTime.addingReportingOverflow(rest)
        guard rest.magnitude <= Self.carrierDelay.magnitude, !isOver else { return nil }
        return RecordTime(time: time, precision: parsed.precision)
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
