internal import AuditModel
internal import GrantLedger

/// A rule ready to run: what it can possibly match is known beforehand, so that most rules are
/// never looked at for most events.
struct CompiledRule: Sendable {
    let rule: Rule
    /// The event must have at least one of these facts; nil when the rule can do without.
    let facts: FactSet?
    /// The event must be of one of these kinds, by raw value; nil for any.
    let kinds: [Bool]?
    /// At least one of these must hold; nil when there is no such set worth asking first.
    let pivots: [Predicate]?
    /// The rules, by id, of which one must have fired for the same event.
    let triggers: [String]?
    /// Whether its inputs group by different fields.
    let hasAliases: Bool
    /// Whether it makes something of events over time; the operation itself is costly to touch.
    let hasOperation: Bool
    /// The selection that the rule's operator asks for beside its inputs.
    let selection: Int?

    init(_ rule: Rule) {
        let gate = Gate(rule)
        self.rule = rule
        facts = gate.facts
        kinds = gate.kinds
        pivots = gate.pivots
        triggers = gate.triggers
        hasAliases = rule.inputs.contains { $0.key != nil }
        hasOperation = rule.operation != nil
        selection = rule.operation?.selection
    }
}

/// What must hold of an event for a condition to have a chance.
private struct Gate {
    private let rule: Rule

    init(_ rule: Rule) { self.rule = rule }

    var facts: FactSet? {
        necessary(rule.condition, onPredicate: { predicate -> FactSet? in
            guard predicate.field == .ledger(.fact), Self.isPlain(predicate) else { return nil }
            return FactSet.names.filter { Self.matches(predicate, $0) }.reduce(into: FactSet()) {
                if let fact = FactSet(name: $1) { $0.insert(fact) }
            }
        }, merge: { $0.union($1) })
    }

    var kinds: [Bool]? {
        necessary(rule.condition, onPredicate: { predicate -> [Bool]? in
            guard predicate.field == .event(.kind), Self.isPlain(predicate) else { return nil }
            return EventKind.names.map { Self.matches(predicate, $0) }
        }, merge: { zip($0, $1).map { $0 || $1 } })
    }

    /// Predicates with few matching values, one for every way to meet the condition.
    var pivots: [Predicate]? {
        necessary(rule.condition, onPredicate: { predicate -> [Predicate]? in
            CandidateIndex.canServe(predicate) ? [predicate] : nil
        }, merge: { $0 + $1 }, better: { Self.cost($0) < Self.cost($1) })
    }

    var triggers: [String]? {
        necessary(rule.condition, onFired: { [$0] }, merge: { $0 + $1 })
    }

    private static func cost(_ pivots: [Predicate]) -> Int {
        pivots.reduce(0) { $0 + CandidateIndex.cost($1) }
    }

    /// Whether the predicate needs a value, and one of its own values decides.
    private static func isPlain(_ predicate: Predicate) -> Bool {
        !predicate.mayLackValue && !predicate.isNegated && !predicate.comparesFields
    }

    /// Whether one of several values could satisfy one of the matchers.
    private static func matches(_ predicate: Predicate, _ name: String) -> Bool {
        let anyOf = Predicate(field: predicate.field, matchers: predicate.matchers)
        return PredicateTest.matches(anyOf, .texts([name]))
    }

    /// The union over all ways to meet a condition; nil as soon as one way needs nothing. Of
    /// several parts that must all hold the best one is taken, the first if none is better.
    private func necessary<Need>(
        _ condition: Rule.Condition, onPredicate: (Predicate) -> Need? = { _ in nil },
        onFired: (String) -> Need? = { _ in nil }, merge: (Need, Need) -> Need,
        better: (Need, Need) -> Bool = { _, _ in false }
    ) -> Need? {
        func best(_ needs: [Need?]) -> Need? {
            needs.reduce(nil) { found, need in
                guard let need else { return found }
                guard let found else { return need }
                return better(need, found) ? need : found
            }
        }
        func union(_ needs: [Need?]) -> Need? {
            var result: Need?
            for need in needs {
                guard let need else { return nil }
                result = result.map { merge($0, need) } ?? need
            }
            return result
        }
        func needs(_ condition: Rule.Condition) -> Need? {
            switch condition {
            case .not: nil
            case .fired(let rule): onFired(rule)
            case .all(let parts): best(parts.map(needs))
            case .any(let parts): union(parts.map(needs))
            case .selection(let index):
                union(rule.selections[index].alternatives.map { best($0.map(onPredicate)) })
            }
        }
        return needs(condition)
    }
}
