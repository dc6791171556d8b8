internal import AuditModel
internal import MarkedText
internal import WireFormat

/// One event of a test written out under the names of the canonical event.
enum RawEventReader {
    /// Fields that a line of a story may set beside its verb.
    static let storyNames = [
        "outcome", "reason", "reason_raw", "issuer", "tenant", "grant", "family", "presented",
        "issued", "issued_access", "code", "grant_type", "scopes", "audience", "ip", "ip_role",
        "asn", "country", "city", "place", "network", "user_agent", "device", "tls", "proof_key",
        "request", "vendor_type", "dialect", "source", "generation", "asserted", "effects",
    ]

    /// Fields that an event in a list may have.
    static let names = storyNames + ["kind", "client", "subject", "session", "leaked"]

    /// The event at a time; nil after a diagnostic.
    static func event(
        _ raw: RawEvent, number: Int, at time: Int64, _ report: inout RuleText
    ) -> TestEvent? {
        var event = StoryEvents.plain()
        event.row.time = time
        event.payload = Array(raw.payload.replacing("{n}", with: "\(number)").utf8)
        var isComplete = true
        for member in raw.members {
            if !names.contains(member.name) {
                report.unknown(
                    .unknownField, "field of an event", member.name, member.keyPlace,
                    allowed: names)
                isComplete = false
            } else if !read(member.numbered(number), into: &event) {
                report.error(
                    .wrongType, member.place,
                    "'\(member.values.joined(separator: ", ").prefix(60))' is no value of "
                        + member.name)
                isComplete = false
            }
        }
        return isComplete ? event : nil
    }

    static func read(_ member: RawEvent.Member, into event: inout TestEvent) -> Bool {
        guard let text = member.values.first else { return false }
        if let column = CodedColumn.allCases.first(where: { $0.field.name == member.name }) {
            let joined = member.values.joined(separator: " ")
            event.texts[column] = joined
            return isWritten(joined, as: column)
        }
        if let column = idColumn(member.name) { return event.name(text, column) }
        return readFixed(member, text, into: &event.row)
    }

    /// Whether a text is one that this column could hold.
    private static func isWritten(_ text: String, as column: CodedColumn) -> Bool {
        switch column {
        case .place: GeoPoint(text: text)?.text == text
        case .network: NetworkClass(name: text) != nil
        case .leaked: LeakedToken(text: text)?.text == text
        default: true
        }
    }

    private static func readFixed(
        _ member: RawEvent.Member, _ text: String, into row: inout EventRow
    ) -> Bool {
        switch member.name {
        case "kind": return assign(EventKind(name: text), to: &row.kind)
        case "outcome": return assign(value(text, of: Outcome.allCases, \.name), to: &row.outcome)
        case "reason": return assign(value(text, of: Reason.allCases, \.name), to: &row.reason)
        case "ip_role": return assign(value(text, of: IPRole.allCases, \.name), to: &row.ipRole)
        case "ip": return assign(IPAddress(text), to: &row.ip)
        case "asn": return assign(UInt32(text), to: &row.asn)
        case "country":
            row.country = CountryCode.letters(text)
            return row.country != 0
        case "generation": return assign(Int32(text), to: &row.generation)
        case "asserted":
            if text == "true" { row.flags.insert(.asserted) }
            return text == "true" || text == "false"
        default: return readEffects(member.values, into: &row)
        }
    }

    private static func readEffects(_ names: [String], into row: inout EventRow) -> Bool {
        let known: [EffectSet] = [
            .tokenIssued, .codeIssued, .grantRevoked, .tokenUsed, .tokenRevoked, .tokenLeaked,
        ]
        for name in names {
            guard let effect = known.first(where: { $0.names == [name] }) else { return false }
            row.effects.insert(effect)
        }
        return true
    }

    private static func assign<Value>(_ value: Value?, to target: inout Value) -> Bool {
        guard let value else { return false }
        target = value
        return true
    }

    private static func value<Value>(
        _ text: String, of cases: [Value], _ name: (Value) -> String
    ) -> Value? {
        cases.first { name($0) == text }
    }

    private static func idColumn(_ name: String) -> IDColumn? {
        switch name {
        case "session": .session
        case "grant": .grant
        case "family": .family
        case "presented": .presented
        case "issued": .issuedRefresh
        case "issued_access": .issuedAccess
        case "code": .code
        case "proof_key": .proofKey
        case "request": .request
        default: nil
        }
    }
}

/// Moments as rule files write them.
enum RuleTime {
    /// `2026-03-02T10:00:00Z`.
    static func text(_ time: Int64) -> String { TimeText.string(time, precision: 0) }

    /// Before 2249, so that sums of times and spans are times.
    private static let latest: Int64 = 8_800_000_000_000_000_000

    /// Nanoseconds since 1970 of `2026-03-02T10:00:00Z`; nil for anything else, and for what lies
    /// before 1970 or after 2248.
    static func read(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count == 20, bytes[4] == 0x2D, bytes[7] == 0x2D,
            bytes[10] == 0x54 || bytes[10] == 0x20, bytes[13] == 0x3A, bytes[16] == 0x3A,
            bytes[19] == 0x5A
        else { return nil }
        let ranges = [0..<4, 5..<7, 8..<10, 11..<13, 14..<16, 17..<19]
        let numbers = ranges.compactMap { range -> Int64? in
            guard bytes[range].allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            return Int64(String(decoding: bytes[range], as: UTF8.self))
        }
        guard numbers.count == 6 else { return nil }
        let time = TimeText.time(
            year: numbers[0], month: numbers[1], day: numbers[2], hour: numbers[3],
            minute: numbers[4], second: numbers[5], nanosecond: 0)
        return time.flatMap { (0...latest).contains($0) ? $0 : nil }
    }
}
