/// Finds the smallest change that would have made a rule fire.
struct NearestMiss {
    private let explanation: Explanation
    private let rule: Rule
    /// Inputs without which the operation would have fired.
    private let lacking: [String]

    init(_ explanation: Explanation, _ rule: Rule, lacking: [String]) {
        self.explanation = explanation
        self.rule = rule
        self.lacking = lacking
    }

    /// Leaves that one sentence names at most.
    private static let most = 4

    var sentences: [String] {
        if explanation.fired { return [] }
        var sentences = explanation.silencedBy.map {
            "\($0) fired for the same event and keeps this rule silent"
        }
        let condition = Self.changes(explanation.condition, to: true)
        if !condition.isEmpty { sentences.append(Self.sentence(condition)) }
        if explanation.operation != nil, condition.isEmpty { sentences += operation }
        sentences += score
        return sentences
    }

    // MARK: - Condition

    /// The fewest leaves that must change for a part to pass, or not to; a phrase each.
    static func changes(_ part: Explanation.Part, to wanted: Bool) -> [String] {
        if part.passed == wanted { return [] }
        switch part.kind {
        case .field: return [phrase(part, wanted)]
        case .rule: return [wanted ? "\(part.text), which it did not" : "not: \(part.text)"]
        case .not: return part.parts.first.map { changes($0, to: !wanted) } ?? []
        case .all, .alternative: return combined(part, to: wanted, needsAll: wanted)
        case .any: return combined(part, to: wanted, needsAll: !wanted)
        case .selection:
            // One alternative stands for itself: its fields are the selection's.
            let isList = part.parts.contains { $0.kind == .alternative }
            return combined(part, to: wanted, needsAll: isList ? !wanted : wanted)
        }
    }

    private static func combined(
        _ part: Explanation.Part, to wanted: Bool, needsAll: Bool
    ) -> [String] {
        let options = part.parts.map { changes($0, to: wanted) }
        if needsAll { return options.flatMap { $0 } }
        return options.min { $0.count < $1.count } ?? []
    }

    private static func phrase(_ part: Explanation.Part, _ wanted: Bool) -> String {
        let actual = part.actual.flatMap { $0.isEmpty ? nil : "is \($0)" } ?? "is absent"
        let field = part.text.split(separator: " ").first.map(String.init) ?? ""
        return wanted
            ? "\(field) \(actual), wanted: \(part.text)"
            : "\(field) \(actual), wanted: not \(part.text)"
    }

    private static func sentence(_ changes: [String]) -> String {
        let shown = changes.prefix(most).joined(separator: "; ")
        if changes.count == 1 { return "one field decides: \(shown)" }
        let rest = changes.count > most ? "; and \(changes.count - most) more" : ""
        return "\(changes.count) fields decide: \(shown)\(rest)"
    }

    // MARK: - Operation

    private var operation: [String] {
        guard let operation = explanation.operation, !operation.fired else { return [] }
        let absent = explanation.key.filter { $0.value == nil }.map(\.name)
        if !absent.isEmpty, rule.inputs.allSatisfy({ $0.key == nil }) {
            let names = absent.joined(separator: ", no ")
            return ["the event has no \(names), by which the rule groups"]
        }
        if !lacking.isEmpty {
            return ["missing in the window: " + lacking.joined(separator: ", or ")]
        }
        if operation.figures.isEmpty { return ["so far not met: \(operation.text)"] }
        let figures = operation.figures.map { "\($0.name) \($0.value)" }
        return ["\(figures.joined(separator: ", ")); wanted: \(operation.text)"]
    }

    // MARK: - Score

    private var score: [String] {
        guard let band = explanation.fireAt, let score = explanation.score,
            !band.contains(score)
        else { return [] }
        if let below = band.below, score >= below {
            return ["score \(decimal(score)) is not below \(decimal(below))"]
        }
        let start = "score \(decimal(score)) of \(decimal(band.from))"
        let gap = band.from - score
        if let one = single(gap) { return ["\(start): \(one)"] }
        var sum = 0
        var names: [String] = []
        for points in open.sorted(by: { $0.hundredths > $1.hundredths }) where sum < gap {
            sum += points.hundredths
            names.append(points.part.text)
        }
        if sum < gap { return [start] }
        return ["\(start): \(names.joined(separator: " and ")) would add \(decimal(sum))"]
    }

    /// Selections that did not match and would add points.
    private var open: [Explanation.Points] {
        explanation.points.filter { !$0.part.passed && $0.hundredths > 0 }
    }

    /// The one selection that closes a gap with the fewest changes, then the fewest points.
    private func single(_ gap: Int) -> String? {
        let added = open.filter { $0.hundredths >= gap }.map { points in
            (Self.changes(points.part, to: true).count, points.hundredths,
                "\(points.part.text) would add \(decimal(points.hundredths))")
        }
        let removed = explanation.points.filter { $0.part.passed && -$0.hundredths >= gap }
            .map { points in
                (Self.changes(points.part, to: false).count, -points.hundredths,
                    "without \(points.part.text) it would be "
                        + decimal((explanation.score ?? 0) - points.hundredths))
            }
        return (added + removed).min { ($0.0, $0.1) < ($1.0, $1.1) }?.2
    }

    private func decimal(_ hundredths: Int) -> String { FieldValue.decimal(hundredths) }
}
