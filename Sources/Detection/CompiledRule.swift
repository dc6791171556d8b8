internal import AuditModel
internal import GrantLedger

/// A rule ready to run: what it can possibly match is known beforehand, so that most rules are
/// never looked at for most events.
struct CompiledRule: Sendable {
    let rule: Rule
    /// The event must have at least one of these facts; nil when the rule can do without.
    let facts: FactSet?
    /// The event must be of one of these kinds; nil for any.
    let kinds: [EventKind]?

    init(_ rule: Rule) {
        self.rule = rule
        facts = Gate(rule).facts
        kinds = Gate(rule).kinds
    }
}

/// What must hold of an event for a condition to have a chance.
private struct Gate {
    let facts: FactSet?
    let kinds: [EventKind]?

    init(_ rule: Rule) {
        facts = Self.necessary(rule.condition, rule) { predicate in
            guard predicate.field == .ledger(.fact), !mayLack(predicate) else { return nil }
            return FactSet.names.filter { matches(predicate, $0) }.reduce(into: FactSet()) {
                if let fact = FactSet(name: $1) { $0.insert(fact) }
            }
        } merge: { $0.union($1) }
        kinds = Self.necessary(rule.condition, rule) { predicate -> Set<EventKind>? in
            guard predicate.field == .event(.kind), !mayLack(predicate) else { return nil }
            return Set(EventKind.allCases.filter { matches(predicate, $0.name) })
        } merge: { $0.union($1) }.map { kinds in
            kinds.sorted { $0.rawValue < $1.rawValue }
        }

        /// Whether one of several values could satisfy one of the matchers.
        func matches(_ predicate: Predicate, _ name: String) -> Bool {
            let anyOf = Predicate(field: predicate.field, matchers: predicate.matchers)
            return PredicateTest.matches(anyOf, .texts([name]))
        }

        func mayLack(_ predicate: Predicate) -> Bool {
            predicate.matchers.contains(.exists(false))
        }
    }

    /// The union over all ways to satisfy the condition; nil as soon as one way needs nothing.
    private static func necessary<Need>(
        _ condition: Rule.Condition, _ rule: Rule, _ need: (Predicate) -> Need?,
        merge: (Need, Need) -> Need
    ) -> Need? {
        switch condition {
        case .not: return nil
        case .all(let parts):
            for part in parts {
                if let found = necessary(part, rule, need, merge: merge) { return found }
            }
            return nil
        case .any(let parts):
            return union(parts.map { necessary($0, rule, need, merge: merge) }, merge)
        case .selection(let index):
            let alternatives = rule.selections[index].alternatives
            return union(alternatives.map { $0.lazy.compactMap(need).first }, merge)
        }
    }

    private static func union<Need>(_ needs: [Need?], _ merge: (Need, Need) -> Need) -> Need? {
        var result: Need?
        for need in needs {
            guard let need else { return nil }
            result = result.map { merge($0, need) } ?? need
        }
        return result
    }
}

/// Matches one predicate against one value.
enum PredicateTest {
    static func matches(_ predicate: Predicate, _ value: FieldValue) -> Bool {
        predicate.requiresAll
            ? predicate.matchers.allSatisfy { matches($0, value) }
            : predicate.matchers.contains { matches($0, value) }
    }

    private static func matches(_ matcher: Matcher, _ value: FieldValue) -> Bool {
        switch (matcher, value) {
        case (.exists(let wanted), .absent): !wanted
        case (.exists(let wanted), _): wanted
        case (_, .absent): false
        case (.text(let pattern), .texts(let texts)): texts.contains { pattern.matches($0) }
        case (.text(let pattern), let other): pattern.matches(other.text)
        case (.truth(let wanted), .truth(let truth)): wanted == truth
        case (.number(let comparison, let limit), .number(let number)):
            compare(comparison, number, limit)
        case (.truth, _), (.number, _): false
        }
    }

    private static func compare(_ comparison: Matcher.Comparison, _ number: Int, _ limit: Int)
        -> Bool
    {
        switch comparison {
        case .equal: number == limit
        case .greater: number > limit
        case .greaterOrEqual: number >= limit
        case .less: number < limit
        case .lessOrEqual: number <= limit
        }
    }
}
