internal import AuditModel
internal import GrantLedger

/// What the operation of one rule remembers, by kind of operation.
enum OperatorState: Sendable {
    case none
    case count(CountOperator)
    case aggregate(AggregateOperator)
    case temporal(TemporalOperator)
    case geoVelocity(GeoVelocityOperator)

    init(_ rule: Rule) {
        guard let operation = rule.operation else {
            self = .none
            return
        }
        switch operation.kind {
        case .count: self = .count(CountOperator(operation, fields: []))
        case .distinct(let fields): self = .count(CountOperator(operation, fields: fields))
        case .sum(let field): self = .aggregate(AggregateOperator(operation, .sum, field: field))
        case .average(let field):
            self = .aggregate(AggregateOperator(operation, .average, field: field))
        case .percentile(let field, let percent):
            self = .aggregate(AggregateOperator(operation, .percentile(percent), field: field))
        case .temporal(let isOrdered):
            self = .temporal(
                TemporalOperator(operation, inputs: rule.inputs.count, ordered: isOrdered))
        case .geoVelocity(let spec):
            self = .geoVelocity(
                GeoVelocityOperator(operation, spec, fireAt: rule.fireAt?.from ?? 0))
        case .ratio, .spike, .newValue, .absence: self = .none
        }
    }

    /// Takes in an event that the rule's condition holds for.
    mutating func take(
        _ occurrence: Occurrence, _ batch: EventBatch, _ row: Int, _ transition: Transition?,
        _ pool: StringPool
    ) -> Firing? {
        // Taken out while it changes, so that its tables are not copied.
        let state = self
        self = .none
        switch consume state {
        case .none: return nil
        case .count(var state):
            let firing = state.take(occurrence, batch, row, transition, pool)
            self = .count(state)
            return firing
        case .aggregate(var state):
            let firing = state.take(occurrence, batch, row, transition, pool)
            self = .aggregate(state)
            return firing
        case .temporal(var state):
            let firing = state.take(occurrence, batch, row, transition, pool)
            self = .temporal(state)
            return firing
        case .geoVelocity(var state):
            let firing = state.take(occurrence, batch, row, transition, pool)
            self = .geoVelocity(state)
            return firing
        }
    }

    /// What is due before a time, one at a time, the earliest first.
    mutating func expire(before time: Int64) -> Firing? { nil }

    /// Whether the passing of time alone can make it fire.
    var isTimed: Bool { false }

    /// A selection it asks for beside its inputs, see ``Occurrence/isSelected``.
    var selection: Int? { nil }

    /// Keys that had to make room.
    var evictions: Int {
        switch self {
        case .none: 0
        case .count(let state): state.evictions
        case .aggregate(let state): state.evictions
        case .temporal(let state): state.evictions
        case .geoVelocity(let state): state.evictions
        }
    }

    /// The most that its state takes: keys, and bytes a key.
    var bound: (keys: Int, bytesPerKey: Int) {
        switch self {
        case .none: (0, 0)
        case .count(let state): (CountOperator.mostKeys, state.bytesPerKey)
        case .aggregate(let state): (AggregateOperator.mostKeys, state.bytesPerKey)
        case .temporal(let state): (TemporalOperator.mostKeys, state.bytesPerKey)
        case .geoVelocity(let state): (GeoVelocityOperator.mostKeys, state.bytesPerKey)
        }
    }
}

extension Rule {
    /// The most memory that the rule's operation takes: group keys, and bytes a key. Both are 0 for
    /// a rule without operation.
    public var stateBound: (keys: Int, bytesPerKey: Int) { OperatorState(self).bound }
}
