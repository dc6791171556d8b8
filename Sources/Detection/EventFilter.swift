public import AuditModel
internal import GrantLedger

/// Picks events by a condition, with the meaning that it has in a rule.
public struct EventFilter: Sendable {
    private var engine: Engine
    private let condition: Rule.Condition
    /// What it means for its grant that an event happened; nil when the condition does not ask.
    private var ledger: Ledger?

    public init(selections: [Rule.Selection], condition: Rule.Condition) {
        var rule = Rule(id: "filter", name: "filter", title: "", level: .info)
        rule.selections = selections
        rule.condition = condition
        engine = Engine(rules: [rule])
        self.condition = condition
        let predicates = selections.flatMap(\.alternatives).joined()
        ledger = predicates.contains(where: \.asksLedger) ? Ledger() : nil
    }

    /// Whether an event meets the condition. Facts about grants want every event of the run, in
    /// total order.
    public mutating func matches(_ batch: EventBatch, row: Int, pool: StringPool) -> Bool {
        var transition = Transition()
        let hasMeaning =
            ledger?.apply(batch, row: row, pool: pool, into: &transition) ?? false
        engine.predicates.nextEvent()
        return engine.holds(condition, 0, batch, row, hasMeaning ? transition : nil, pool)
    }
}

extension Predicate {
    /// Whether it reads what only the ledger knows.
    fileprivate var asksLedger: Bool {
        ([field] + matchers.compactMap(\.other)).contains { field in
            if case .ledger = field { true } else { false }
        }
    }
}

extension Matcher {
    /// The field that the value is held against.
    fileprivate var other: RuleField? {
        if case .sameAs(let field, _, _) = self { field } else { nil }
    }
}
