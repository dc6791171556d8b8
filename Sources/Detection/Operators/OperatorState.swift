internal import AuditModel
internal import GrantLedger

/// What the operation of one rule remembers, by kind of operation.
enum OperatorState: Sendable {
    case none
    case count(CountOperator)
    case aggregate(AggregateOperator)
    case temporal(TemporalOperator)
    case geoVelocity(GeoVelocityOperator)
    case ratio(RatioOperator)
    case spike(SpikeOperator)
    case newValue(NewValueOperator)
    case absence(AbsenceOperator)
    case silence(SilenceOperator)

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
            self = .temporal(TemporalOperator(operation, inputs: rule.inputs, ordered: isOrdered))
        case .ratio(let ratio): self = .ratio(RatioOperator(operation, ratio))
        case .spike(let spike): self = .spike(SpikeOperator(spike, inputs: rule.inputs.count))
        case .newValue(let news): self = .newValue(NewValueOperator(operation, news))
        case .absence(let absence):
            self =
                rule.inputs.isEmpty
                ? .silence(SilenceOperator(operation, tail: absence.tail, key: rule.key))
                : .absence(AbsenceOperator(operation))
        case .geoVelocity(let spec):
            self = .geoVelocity(
                GeoVelocityOperator(operation, spec, fireAt: rule.fireAt?.from ?? 0))
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
            let firing = state.take(occurrence, batch, row, transition)
            self = .temporal(state)
            return firing
        case .geoVelocity(var state):
            let firing = state.take(occurrence, batch, row, transition, pool)
            self = .geoVelocity(state)
            return firing
        case .ratio(var state):
            let firing = state.take(occurrence, batch, row, transition)
            self = .ratio(state)
            return firing
        case .spike(var state):
            let firing = state.take(occurrence, batch, row, transition, pool)
            self = .spike(state)
            return firing
        case .newValue(var state):
            let firing = state.take(occurrence, batch, row, transition, pool)
            self = .newValue(state)
            return firing
        case .absence(var state):
            state.take(occurrence, batch, row, transition)
            self = .absence(state)
            return nil
        case .silence(var state):
            let firing = state.take(occurrence, batch, row)
            self = .silence(state)
            return firing
        }
    }

    /// What is due before a time, one at a time, the earliest first.
    mutating func expire(before time: Int64) -> Firing? {
        if due > time { return nil }
        let state = self
        self = .none
        switch consume state {
        case .absence(var state):
            let firing = state.expire(before: time)
            self = .absence(state)
            return firing
        case .silence(var state):
            let firing = state.expire(before: time)
            self = .silence(state)
            return firing
        case let other:
            self = other
            return nil
        }
    }

    /// The earliest time at which time alone may make it fire; `.max` for never.
    private var due: Int64 {
        switch self {
        case .absence(let state): state.due
        case .silence(let state): state.due
        default: .max
        }
    }

    /// Whether the passing of time alone can make it fire.
    var isTimed: Bool {
        switch self {
        case .absence, .silence: true
        default: false
        }
    }

    /// A selection it asks for beside its inputs, see ``Occurrence/isSelected``.
    var selection: Int? {
        if case .spike(let state) = self { state.selection } else { nil }
    }

    /// Keys that had to make room.
    var evictions: Int {
        switch self {
        case .none: 0
        case .count(let state): state.evictions
        case .aggregate(let state): state.evictions
        case .temporal(let state): state.evictions
        case .geoVelocity(let state): state.evictions
        case .ratio(let state): state.evictions
        case .spike(let state): state.evictions
        case .newValue(let state): state.evictions
        case .absence(let state): state.evictions
        case .silence(let state): state.evictions
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
        case .ratio(let state): (RatioOperator.mostKeys, state.bytesPerKey)
        case .spike(let state): (SpikeOperator.mostKeys, state.bytesPerKey)
        case .newValue(let state): (NewValueOperator.mostKeys, state.bytesPerKey)
        case .absence(let state): (AbsenceOperator.mostKeys, state.bytesPerKey)
        case .silence(let state): (SilenceOperator.mostKeys, state.bytesPerKey)
        }
    }
}

extension Rule {
    /// The most memory that the rule's operation takes: group keys, and bytes a key. Both are 0 for
    /// a rule without operation.
    public var stateBound: (keys: Int, bytesPerKey: Int) { OperatorState(self).bound }
}
