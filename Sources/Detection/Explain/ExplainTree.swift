internal import AuditModel
internal import GrantLedger

/// Evaluates a rule's conditions for one event part by part, without shortcuts, so that every leaf
/// has a verdict.
struct ExplainTree {
    let rule: Rule
    let batch: EventBatch
    let row: Int
    let transition: Transition?
    let pool: StringPool
    /// Names and ids of the rules that fired for the event.
    let fired: Set<String>

    /// Values of one field beyond this are cut.
    private static let longest = 200

    func part(_ condition: Rule.Condition) -> Explanation.Part {
        switch condition {
        case .selection(let index): return selection(index)
        case .fired(let id):
            return Explanation.Part(
                kind: .rule, text: "rule \(id) fired for the event", passed: fired.contains(id),
                actual: nil, parts: [])
        case .not(let inner):
            let part = part(inner)
            return Explanation.Part(
                kind: .not, text: "not", passed: !part.passed, actual: nil, parts: [part])
        case .all(let inner):
            return group(.all, inner.map { part($0) })
        case .any(let inner):
            return group(.any, inner.map { part($0) })
        }
    }

    func selection(_ index: Int) -> Explanation.Part {
        let selection = rule.selections[index]
        let alternatives = selection.alternatives.map { predicates in
            group(.alternative, predicates.map(leaf))
        }
        return Explanation.Part(
            kind: .selection, text: selection.name,
            passed: alternatives.contains { $0.passed }, actual: nil,
            parts: alternatives.count == 1 ? alternatives[0].parts : alternatives)
    }

    private func group(
        _ kind: Explanation.Part.Kind, _ parts: [Explanation.Part]
    ) -> Explanation.Part {
        let passed =
            kind == .any
            ? parts.contains { $0.passed } : parts.allSatisfy { $0.passed }
        let text =
            switch kind {
            case .any: "any of"
            case .alternative: "alternative"
            default: "all of"
            }
        return Explanation.Part(
            kind: kind, text: text, passed: passed, actual: nil, parts: parts)
    }

    private func leaf(_ predicate: Predicate) -> Explanation.Part {
        let value = FieldReader.value(predicate.field, batch, row, transition, pool)
        let passed = PredicateTest.matches(predicate, value) { field in
            FieldReader.value(field, batch, row, transition, pool)
        }
        let text = value.text
        return Explanation.Part(
            kind: .field, text: predicate.text, passed: passed,
            actual: text.count > Self.longest ? text.prefix(Self.longest) + "…" : text, parts: [])
    }
}

extension Predicate {
    /// `reason = expired or revoked`, for explanations.
    public var text: String {
        let joined = matchers.map(\.text).joined(separator: requiresAll ? " and " : " or ")
        return isNegated ? "\(field.name) not (\(joined))" : "\(field.name) \(joined)"
    }
}

extension Matcher {
    /// `= expired`, `>= 2`, `exists`.
    var text: String {
        switch self {
        case .text(let pattern): "= \(pattern.text)"
        case .number(let comparison, let limit):
            [Operation.Bound(comparison, limit)].text(FieldValue.decimal)
        case .truth(let truth): "= \(truth)"
        case .exists(let wanted): wanted ? "exists" : "is absent"
        case .regex(let pattern): "matches /\(pattern.source)/"
        case .network(let prefix): "in \(prefix.text)"
        case .sameAs(let field, let affix, _):
            affix == .whole ? "= that of \(field.name)" : "\(affix.rawValue) that of \(field.name)"
        }
    }
}
