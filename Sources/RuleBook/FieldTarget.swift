internal import AuditModel
internal import Detection

/// Where the value of a field is found that a rule names.
enum FieldTarget: Equatable, Sendable {
    case field(RuleField)
    /// The first one if the event has it, otherwise the second: a server's field that goes to a
    /// column in some events and stays in the payload in others.
    case either(RuleField, RuleField)
    /// The event's time, of which rules compare parts.
    case time

    static func column(_ field: Field) -> FieldTarget { .field(.event(field)) }

    static func payload(_ path: String) -> FieldTarget { .field(.payload(path)) }

    /// The one field that groups events; nil for the time.
    var single: RuleField? {
        switch self {
        case .field(let field): field
        case .either(_, let field): field
        case .time: nil
        }
    }
}

extension RuleField {
    /// A field by its canonical name, or by `payload.` and a path in the server's own record.
    static func canonical(_ name: String) -> RuleField? {
        SourceMap.canonical.target(of: name)?.single
    }
}

extension Rule.KeyField {
    /// The key field of a field, the one with a name of its own if there is one.
    init(of field: RuleField) {
        if case .event(let column) = field,
            let named = Self.named.first(where: { $0.name == column.name })
        {
            self = named.field
        } else {
            self = .field(field)
        }
    }
}
