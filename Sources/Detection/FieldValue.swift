internal import AuditModel
internal import GrantLedger

/// What a field of one event holds, for matching and for explanations.
enum FieldValue {
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
        case .event(let field): event(field, batch, row, pool)
        case .ledger(let field):
            transition.map { ledger(field, $0, batch.code(.scopes, row), pool) } ?? .absent
        }
    }

    private static func ledger(
        _ field: FactField, _ transition: Transition, _ scopes: UInt32, _ pool: StringPool
    ) -> FieldValue {
        switch field {
        case .fact: .texts(transition.facts.names)
        case .presenterNew: aspects { transition.isNew($0) == .yes }
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
        case .asserted: return .truth(batch.flags[row].contains(.asserted))
        case .issued:
            return texts(
                [IDColumn.issuedRefresh, .issuedAccess].compactMap { batch.text($0, row: row) })
        default: return .absent
        }
    }

    private static func texts(_ texts: [String]) -> FieldValue {
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
