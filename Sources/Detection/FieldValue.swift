internal import AuditModel
internal import GrantLedger
internal import WireFormat

/// What a field of one event holds, for matching and for explanations.
enum FieldValue: Sendable {
    case absent
    case texts([String])
    /// Hundredths.
    case number(Int)
    case truth(Bool)

    /// For people: what the alert's `why` says.
    var text: String {
        switch self {
        case .absent: ""
        case .texts(let texts): texts.joined(separator: ", ")
        case .number(let hundredths): Self.decimal(hundredths)
        case .truth(let truth): truth ? "true" : "false"
        }
    }

    /// Of several values the first.
    var firstText: String {
        if case .texts(let texts) = self { texts.first ?? "" } else { text }
    }

    /// As a number in hundredths; nil for what is none.
    var hundredths: Int? {
        switch self {
        case .number(let number): number
        case .texts(let texts): texts.first.flatMap(Self.hundredths)
        case .absent, .truth: nil
        }
    }

    /// Reads `12`, `-0.5`, `3.25`; digits beyond the second decimal are cut.
    static func hundredths(_ text: String) -> Int? {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty, whole.count <= 15,
            parts.allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } }),
            let number = Int(whole)
        else { return nil }
        let cents = parts.count == 2 ? (parts[1].prefix(2) + "00").prefix(2) : "00"
        let magnitude = number * 100 + (Int(cents) ?? 0)
        return text.hasPrefix("-") ? -magnitude : magnitude
    }

    static func decimal(_ hundredths: Int) -> String {
        let sign = hundredths < 0 ? "-" : ""
        let rest = hundredths.magnitude % 100
        let whole = sign + String(hundredths.magnitude / 100)
        if rest == 0 { return whole }
        let zero = rest < 10 ? "0" : ""
        return whole + "." + (rest % 10 == 0 ? String(rest / 10) : zero + String(rest))
    }
}

/// Reads fields of one event and of its transition.
enum FieldReader {
    static func value(
        _ field: RuleField, _ batch: EventBatch, _ row: Int, _ transition: Transition?,
        _ pool: StringPool
    ) -> FieldValue {
        switch field {
        case .event(.ipRole): .texts([ipRole(batch, row, transition).name])
        case .event(let field): event(field, batch, row, pool)
        case .ledger(let field):
            transition.map { ledger(field, $0, batch.code(.scopes, row), pool) } ?? .absent
        case .payload(let path):
            texts(PayloadMembers(batch, row).values(path.asciiLowercased))
        case .anyText:
            texts(ownTexts(batch, row, pool) + PayloadMembers(batch, row).texts)
        case .time(let part): .number(part.value(at: batch.time[row]) * 100)
        }
    }

    /// Whose address an event has, by what the ledger knows of its client.
    static func ipRole(_ batch: EventBatch, _ row: Int, _ transition: Transition?) -> IPRole {
        transition?.isFromCaller == true ? .caller : batch.ipRole[row]
    }

    /// Every text of the event's own fields.
    static func ownTexts(_ batch: EventBatch, _ row: Int, _ pool: StringPool) -> [String] {
        Field.allCases.flatMap { field -> [String] in
            switch event(field, batch, row, pool) {
            case .texts(let texts): texts
            case .number, .truth, .absent: []
            }
        }
    }

    private static func ledger(
        _ field: FactField, _ transition: Transition, _ scopes: UInt32, _ pool: StringPool
    ) -> FieldValue {
        switch field {
        case .fact: .texts(transition.facts.names)
        case .presenterNew:
            transition.isNew(\.prefix) == .no
                ? .texts(["none"]) : aspects { transition.isNew($0) == .yes }
        case .presenterUnseen:
            aspects { transition.presenterNovelty[keyPath: $0] == .yes }
        case .generation: count(transition.generation)
        case .generationGap: count(transition.generationGap)
        case .replayGapSeconds:
            transition.replayGap < 0 ? .absent : .number(Int(transition.replayGap / 10_000_000))
        case .successor: name(transition.successorUsed, "used", "unused")
        case .rotation: name(transition.rotation, "on", "off")
        case .birth: .texts([transition.isBorn ? "seen" : "unseen"])
        case .policyAllows: truth(transition.policyAllows)
        case .sameNetwork: truth(transition.sameNetwork)
        case .branchesForeign: truth(transition.branchesForeign)
        case .refused: .truth(transition.isRefused)
        case .asserted: .truth(transition.isAsserted)
        case .ownerClient:
            transition.ownerClient == 0 ? .absent : .texts([pool.text(transition.ownerClient)])
        case .scopesAdded: scopesAdded(transition, scopes, pool)
        case .leakStatus:
            transition.leakStatus == .none ? .absent : .texts([transition.leakStatus.name])
        case .familyAgeHours: hours(transition.age)
        case .familyIdleHours: hours(transition.idle)
        case .familyLineages:
            transition.family < 0 ? .absent : .number(Int(transition.lineages) * 100)
        }
    }

    private static func aspects(_ isNew: (KeyPath<Novelty, Knowledge>) -> Bool) -> FieldValue {
        let aspects: [(String, KeyPath<Novelty, Knowledge>)] = [
            ("country", \.country), ("asn", \.asn), ("prefix", \.prefix),
        ]
        return texts(aspects.filter { isNew($0.1) }.map(\.0))
    }

    private static func scopesAdded(
        _ transition: Transition, _ scopes: UInt32, _ pool: StringPool
    ) -> FieldValue {
        guard transition.facts.contains(.scopeGrown) else { return .absent }
        let known = Set(pool.text(transition.originalScopes).split(separator: " "))
        return texts(
            pool.text(scopes).split(separator: " ").filter { !known.contains($0) }.map(String.init))
    }

    /// Whole hours of a span in nanoseconds.
    private static func hours(_ span: Int64) -> FieldValue {
        span < 0 ? .absent : .number(Int(span / 3_600_000_000_000) * 100)
    }

    private static func count(_ number: Int32) -> FieldValue {
        number < 0 ? .absent : .number(Int(number) * 100)
    }

    private static func name(_ fact: Knowledge, _ yes: String, _ no: String) -> FieldValue {
        switch fact {
        case .unknown: .absent
        case .yes: .texts([yes])
        case .no: .texts([no])
        }
    }

    private static func truth(_ fact: Knowledge) -> FieldValue {
        fact == .unknown ? .absent : .truth(fact == .yes)
    }

    private static func event(
        _ field: Field, _ batch: EventBatch, _ row: Int, _ pool: StringPool
    ) -> FieldValue {
        if let column = codedColumn(field) {
            let code = batch.code(column, row)
            if code == 0 { return .absent }
            let text = pool.text(code)
            guard field == .scopes else { return .texts([text]) }
            return .texts(text.split(separator: " ").map(String.init))
        }
        if let column = idColumn(field) {
            return batch.text(column, row: row).map { .texts([$0]) } ?? .absent
        }
        switch field {
        case .kind: return .texts([batch.kind[row].name])
        case .effects: return texts(batch.effects[row].names)
        case .outcome: return .texts([batch.outcome[row].name])
        case .reason: return batch.reason[row] == .none ? .absent : .texts([batch.reason[row].name])
        case .ipRole: return .texts([batch.ipRole[row].name])
        case .asn: return batch.asn[row] == 0 ? .absent : .number(Int(batch.asn[row]) * 100)
        case .country: return texts(country(batch.country[row]).map { [$0] } ?? [])
        case .generation: return count(batch.generation[row])
        // Seconds since 1970; what lies below a hundredth of one is cut.
        case .time: return .number(Int(batch.time[row] / 10_000_000))
        case .asserted: return .truth(batch.flags[row].contains(.asserted))
        case .issued:
            return texts(
                [IDColumn.issuedRefresh, .issuedAccess].compactMap { batch.text($0, row: row) })
        default: return .absent
        }
    }

    static func texts(_ texts: [String]) -> FieldValue {
        texts.isEmpty ? .absent : .texts(texts)
    }

    static func country(_ letters: UInt16) -> String? {
        letters == 0
            ? nil
            : String(
                decoding: [UInt8(letters >> 8), UInt8(truncatingIfNeeded: letters)], as: UTF8.self)
    }

    /// The coded column of a field with one text a code.
    static func codedColumn(_ field: Field) -> CodedColumn? {
        CodedColumn.allCases.first { $0.field == field }
    }

    static func idColumn(_ field: Field) -> IDColumn? {
        switch field {
        case .id: .event
        case .session: .session
        case .family: .family
        case .grant: .grant
        case .presented: .presented
        case .code: .code
        case .proofKey: .proofKey
        case .request: .request
        case .ip: .ip
        default: nil
        }
    }
}

extension RuleField.TimePart {
    /// The part of a time in UTC, nanoseconds since 1970.
    func value(at time: Int64) -> Int {
        var seconds = time / TimeText.nanosecondsPerSecond
        if time % TimeText.nanosecondsPerSecond < 0 { seconds -= 1 }
        var days = seconds / 86_400
        if seconds % 86_400 < 0 { days -= 1 }
        let second = Int(seconds - days * 86_400)
        let civil = TimeText.civil(fromDays: days)
        switch self {
        case .minute: return second / 60 % 60
        case .hour: return second / 3600
        case .day: return civil.day
        case .month: return civil.month
        case .year: return Int(civil.year)
        case .week: return Self.isoWeek(days)
        }
    }

    /// ISO 8601: the week belongs to the year that its Thursday is in.
    private static func isoWeek(_ days: Int64) -> Int {
        // 1970-01-01 was a Thursday; Monday is 0.
        let weekday = ((days + 3) % 7 + 7) % 7
        let thursday = days - weekday + 3
        let year = TimeText.civil(fromDays: thursday).year
        let first = TimeText.daysFromCivil(year: year, month: 1, day: 1)
        return Int((thursday - first) / 7) + 1
    }
}
