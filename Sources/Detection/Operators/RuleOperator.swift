internal import AuditModel
internal import GrantLedger

/// What one kind of operation remembers over time, by group key, and makes of each event.
///
/// An engine holds its operators as existentials and changes them in place: a witness call for each
/// event and rule, where an enum of the kinds would have to be moved out and in. Only mutating
/// members are called in the hot path, because reading one copies.
protocol RuleOperator: OperatorState, Sendable {
    /// Group keys remembered at most.
    static var mostKeys: Int { get }
    /// The most that one key's state takes, in bytes.
    var bytesPerKey: Int { get }
    /// Keys that had to make room.
    var evictions: Int { get }
    /// Whether the passing of time alone can make it fire.
    static var isTimed: Bool { get }

    /// Takes in an event that the rule's condition holds for.
    mutating func take(
        _ occurrence: Occurrence, _ batch: EventBatch, _ row: Int, _ transition: Transition?,
        _ pool: StringPool
    ) -> Firing?

    /// What is due by a time, one at a time, the earliest first.
    mutating func expire(before time: Int64) -> Firing?
}

extension RuleOperator {
    static var isTimed: Bool { false }
    mutating func expire(before time: Int64) -> Firing? { nil }
}

extension Operation {
    /// The selection that an operator asks for beside its inputs.
    var selection: Int? {
        if case .spike(let spike) = kind { spike.absolute?.selection } else { nil }
    }
}

extension Rule {
    /// The operator of the rule's operation; nil without one.
    func makeOperator() -> (any RuleOperator)? {
        guard let operation else { return nil }
        switch operation.kind {
        case .count: return CountOperator(operation, fields: [])
        case .distinct(let fields): return CountOperator(operation, fields: fields)
        case .sum(let field): return AggregateOperator(operation, .sum, field: field)
        case .average(let field): return AggregateOperator(operation, .average, field: field)
        case .percentile(let field, let percent):
            return AggregateOperator(operation, .percentile(percent), field: field)
        case .temporal(let isOrdered):
            return TemporalOperator(operation, inputs: inputs, ordered: isOrdered)
        case .ratio(let ratio): return RatioOperator(operation, ratio)
        case .spike(let spike): return SpikeOperator(spike, inputs: inputs.count)
        case .newValue(let news): return NewValueOperator(operation, news)
        case .geoVelocity(let spec):
            return GeoVelocityOperator(operation, spec, fireAt: fireAt?.from ?? 0)
        case .absence(let absence):
            return inputs.isEmpty
                ? SilenceOperator(operation, tail: absence.tail, key: key)
                : AbsenceOperator(operation)
        }
    }

    /// The most memory that the rule's operation takes: group keys, and bytes a key. Both are 0 for
    /// a rule without operation.
    public var stateBound: (keys: Int, bytesPerKey: Int) {
        makeOperator().map { (type(of: $0).mostKeys, $0.bytesPerKey) } ?? (0, 0)
    }
}
