internal import AuditModel
internal import GrantLedger

/// A column of few values, each a small number: what is found out about one is remembered by it.
enum SmallColumn: Sendable {
    case codes(CodedColumn)
    case kind, outcome, reason, ipRole

    init?(_ field: RuleField) {
        guard case .event(let name) = field else { return nil }
        switch name {
        case .kind: self = .kind
        case .outcome: self = .outcome
        case .reason: self = .reason
        case .ipRole: self = .ipRole
        default:
            guard let column = FieldReader.codedColumn(name) else { return nil }
            self = .codes(column)
        }
    }

    func code(_ batch: EventBatch, _ row: Int, _ transition: Transition?) -> Int {
        switch self {
        case .codes(let column): Int(batch.code(column, row))
        case .kind: Int(batch.kind[row].rawValue)
        case .outcome: Int(batch.outcome[row].rawValue)
        case .reason: Int(batch.reason[row].rawValue)
        case .ipRole: Int(FieldReader.ipRole(batch, row, transition).rawValue)
        }
    }
}
