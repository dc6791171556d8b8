internal import AuditModel
internal import Detection
internal import GrantLedger

/// The fields a rule can name, and what each may be compared with.
enum FieldSchema {
    enum FieldType: Equatable {
        case text
        case names([String])
        case number
        case truth
        /// Whatever a server wrote: compared as text or as number, as the rule wants.
        case open
    }

    /// The field with this name. Where ledger and event share a name, the ledger's is meant: its
    /// `generation` is counted from the events, its `asserted` includes the server's word.
    static func field(named name: String) -> RuleField? {
        if let fact = FactField(rawValue: name) { return .ledger(fact) }
        guard let field = Field(rawValue: name), !notComparable.contains(field) else { return nil }
        return .event(field)
    }

    static func type(of field: RuleField) -> FieldType {
        switch field {
        case .ledger(let fact):
            switch fact.type {
            case .names(let names): .names(names)
            case .text: .text
            case .number: .number
            case .truth: .truth
            }
        case .event(let field): type(of: field)
        case .payload, .anyText: .open
        case .time: .number
        }
    }

    private static func type(of field: Field) -> FieldType {
        switch field {
        case .kind: .names(EventKind.names)
        case .effects: .names(EffectSet(rawValue: .max).names)
        case .outcome: .names(Outcome.names)
        case .reason: .names(Reason.names.filter { !$0.isEmpty })
        case .ipRole: .names(IPRole.names)
        case .network: .names(NetworkClass.names)
        case .asn, .generation: .number
        case .asserted: .truth
        default: .text
        }
    }

    /// A moment and what only the ledger knows: an event holds no text of them.
    private static let notComparable: Set<Field> = [.time, .lineage]

    /// Every name a rule may use, in alphabetical order.
    static let names: [String] = {
        let events = Field.allCases.filter { !notComparable.contains($0) }.map(\.name)
        return Set(events + FactField.allCases.map(\.rawValue)).sorted()
    }()

    /// What a source can show, as `needs` names it.
    static let capabilities = [
        "access_id", "asn", "client", "code_id", "country", "device", "failures", "family",
        "generation", "introspection", "ip", "parent_id", "proof_key", "refresh_id", "revocation",
        "scopes", "session", "subject", "tls", "token_use", "user_agent",
    ]
}
