internal import Detection
internal import MarkedText

/// One correlation and its rules to a rule with an operation.
struct CorrelationJoiner {
    private let correlation: CorrelationDraft
    private let rules: [RuleDraft]
    private let index: RuleIndex
    /// Of `rules` in the index.
    private let places: [Int]
    private var blindness: [String] = []

    init(_ correlation: CorrelationDraft, _ rules: [RuleDraft], names: RuleIndex, _ places: [Int]) {
        self.correlation = correlation
        self.rules = rules
        index = names
        self.places = places
    }

    mutating func join(into draft: inout RuleDraft, _ report: inout RuleText) {
        let keys = rules.indices.map { key($0, &report) }
        let fields = valueFields(&report)
        draft.rule.inputs = rules.indices.map { number in
            Rule.Input(
                name: rules[number].rule.name, condition: .fired(rules[number].rule.id),
                key: keys[number] == keys[0] ? nil : keys[number])
        }
        draft.rule.condition = .any(rules.map { .fired($0.rule.id) })
        draft.rule.key = keys.first ?? []
        draft.rule.operation = Operation(
            kind(fields), window: Operation.Window(span: correlation.span),
            bounds: correlation.bounds)
        draft.map = rules.first?.map
        if !correlation.hasLevel {
            draft.rule.level = rules.map(\.rule.level).max() ?? draft.rule.level
        }
        checkRules(&report)
        draft.blindness += blindness
    }

    private func kind(_ fields: [RuleField]) -> Operation.Kind {
        switch correlation.kind {
        case .eventCount: .count
        case .valueCount: .distinct(fields)
        case .sum: .sum(fields.first ?? .anyText)
        case .average: .average(fields.first ?? .anyText)
        case .percentile: .percentile(fields.first ?? .anyText, correlation.percent)
        case .temporal: .temporal(ordered: false)
        case .ordered: .temporal(ordered: true)
        }
    }

    /// Rules that never fire leave a count with less, and a pattern in time with nothing.
    private mutating func checkRules(_ report: inout RuleText) {
        let blind = rules.filter { !$0.blindness.isEmpty }.map(\.rule.name)
        if blind.isEmpty { return }
        let named = blind.prefix(3).joined(separator: ", ")
        if blind.count == rules.count || correlation.kind.isTemporal {
            blindness.append("it stands on \(named), blind")
            report.warning(
                .correlation, correlation.place, "it stands on \(named), blind; so is the rule")
        } else {
            report.warning(
                .correlation, correlation.place,
                "it stands on \(named), blind; only the other rules count")
        }
    }

    // MARK: - Fields

    private mutating func key(_ rule: Int, _ report: inout RuleText) -> [Rule.KeyField] {
        correlation.groupBy.compactMap { reference in
            guard let alias = correlation.aliases.first(where: { $0.name == reference.name })
            else { return keyField(reference, rule, &report) }
            let mapped = alias.fields.first { index.draft($0.rule.name) == places[rule] }
            guard let mapped else {
                report.warning(
                    .undefined, reference.place,
                    "alias '\(alias.name.prefix(60))' says nothing about "
                        + "'\(rules[rule].rule.name)'; read as a field of that name")
                return keyField(reference, rule, &report)
            }
            return keyField(mapped.field, rule, &report)
        }
    }

    private mutating func keyField(
        _ reference: RuleDraft.Reference, _ rule: Int, _ report: inout RuleText
    ) -> Rule.KeyField? {
        let map = rules[rule].map ?? .canonical
        if map.isCanonical,
            let named = Rule.KeyField.named.first(where: { $0.name == reference.name })
        {
            return named.field
        }
        return field(reference, map, &report).map { Rule.KeyField(of: $0) }
    }

    /// The fields whose values count; the same in every rule, since an operation reads one.
    private mutating func valueFields(_ report: inout RuleText) -> [RuleField] {
        correlation.fields.compactMap { reference in
            if correlation.aliases.contains(where: { $0.name == reference.name }) {
                blind(
                    "the values of an alias are not read", reference.place,
                    "Sigma has aliases for group-by only; 'field' names an alias", &report)
                return nil
            }
            let targets = rules.map { ($0.map ?? .canonical).target(of: reference.name) }
            if let first = targets.first, targets.contains(where: { $0 != first }) {
                blind(
                    "its rules have '\(reference.name)' in different places", reference.place,
                    "the rules have '\(reference.name.prefix(60))' in different places", &report)
                return nil
            }
            return field(reference, rules.first?.map ?? .canonical, &report)
        }
    }

    private mutating func field(
        _ reference: RuleDraft.Reference, _ map: SourceMap, _ report: inout RuleText
    ) -> RuleField? {
        if let field = map.target(of: reference.name)?.single { return field }
        blind(
            "nothing has a field '\(reference.name.prefix(60))'", reference.place,
            "unknown field '\(reference.name.prefix(60))'", &report,
            Suggestion.phrase(for: reference.name, among: FieldSchema.names))
        return nil
    }

    private mutating func blind(
        _ reason: String, _ place: Place, _ message: String, _ report: inout RuleText,
        _ nearest: String = ""
    ) {
        guard !blindness.contains(reason) else { return }
        blindness.append(reason)
        report.warning(.unknownField, place, "\(message); the rule is blind\(nearest)")
    }
}
