internal import Detection
internal import MarkedText

/// The block `correlation:` of a document.
struct CorrelationCompiler {
    static let keys = [
        "type", "rules", "group-by", "timespan", "condition", "aliases", "generate",
    ]
    static let mostRules = 32
    static let mostFields = 16

    private let node: YAMLNode
    private var draft: CorrelationDraft
    /// Why it sees nothing.
    private(set) var blindness: [String] = []

    private init(_ node: YAMLNode, _ kind: CorrelationDraft.Kind) {
        self.node = node
        draft = CorrelationDraft(kind: kind, place: node.place)
    }

    /// - Parameter document: the whole one: `generate` and `level` may stand beside the block.
    static func compile(
        _ node: YAMLNode, in document: YAMLNode, _ report: inout RuleText
    ) -> (draft: CorrelationDraft, blindness: [String])? {
        let entries = report.entries(node, "correlation", keys: keys)
        guard node.entries != nil, let kind = kind(node, &report) else { return nil }
        var compiler = CorrelationCompiler(node, kind)
        for (key, _, value) in entries {
            switch key {
            case "rules": compiler.draft.rules = references(value, "rules", mostRules, &report)
            case "group-by":
                compiler.draft.groupBy = references(value, "group-by", mostFields, &report)
            case "timespan":
                compiler.draft.span = span(value, &report)
            case "condition": compiler.condition(value, &report)
            case "aliases": compiler.aliases(value, &report)
            case "generate":
                compiler.draft.generates = report.truth(value, "generate") ?? false
            default: break
            }
        }
        if let generate = document["generate"] {
            compiler.draft.generates = report.truth(generate, "generate") ?? false
        }
        compiler.draft.hasLevel = document["level"] != nil
        compiler.checkParts(&report)
        return (compiler.draft, compiler.blindness)
    }

    private static func kind(
        _ node: YAMLNode, _ report: inout RuleText
    ) -> CorrelationDraft.Kind? {
        guard let type = node["type"] else {
            report.error(.missingKey, node.place, "the correlation has no type")
            return nil
        }
        guard let name = report.string(type, "type") else { return nil }
        if let kind = CorrelationDraft.Kind(rawValue: name) { return kind }
        report.unknown(
            .unknownValue, "correlation type", name, type.place,
            allowed: CorrelationDraft.Kind.allCases.map(\.rawValue))
        return nil
    }

    private static func references(
        _ node: YAMLNode, _ what: String, _ most: Int, _ report: inout RuleText
    ) -> [RuleDraft.Reference] {
        let items = node.items ?? [node]
        if items.count > most {
            report.error(.tooMany, node.place, "\(what) has more than \(most) entries")
            return []
        }
        var found: [RuleDraft.Reference] = []
        for item in items {
            guard let name = report.string(item, "an entry of \(what)") else { continue }
            if found.contains(where: { $0.name == name }) {
                report.error(.correlation, item.place, "\(what) names '\(name.prefix(60))' twice")
            }
            found.append(RuleDraft.Reference(name: name, place: item.place))
        }
        return found
    }

    private mutating func checkParts(_ report: inout RuleText) {
        let needed = ["rules", "timespan"] + (draft.kind.isTemporal ? [] : ["condition"])
        for key in needed where node[key] == nil {
            report.error(.missingKey, node.place, "the correlation has no \(key)")
        }
        if node["rules"] != nil, draft.rules.isEmpty, !report.hasErrors {
            report.error(.missingKey, node.place, "the correlation names no rules")
        }
        if draft.kind.isTemporal, draft.rules.count > 16, let rules = node["rules"] {
            report.error(.tooMany, rules.place, "a temporal correlation has at most 16 rules")
        }
        if draft.groupBy.isEmpty {
            report.warning(
                .undefined, node.place,
                "the correlation has no group-by; read as one group of all events",
                remedy: "add group-by: with the fields that events must share")
        }
    }

    // MARK: - Time

    /// `10s`, `5m`, `1h`, `2d`, `1w` in nanoseconds; 0 after an error.
    private static func span(_ node: YAMLNode, _ report: inout RuleText) -> Int64 {
        guard let text = report.string(node, "timespan") else { return 0 }
        if let span = DurationText.nanoseconds(text) { return span }
        let what =
            switch text.last {
            case "M": "is in months, which have no fixed length"
            case "y": "is in years, which have no fixed length"
            default: "is no timespan"
            }
        report.error(
            .correlation, node.place, "timespan '\(text.prefix(20))' \(what)",
            remedy: DurationText.remedy)
        return 0
    }

    // MARK: - Condition

    private mutating func condition(_ node: YAMLNode, _ report: inout RuleText) {
        if node.scalar != nil {
            report.error(
                .correlation, node.place,
                "a condition that is an expression is not part of Sigma 2.1",
                remedy: "say it by a chain of correlations; temporal alone means all of its rules")
            return
        }
        let comparisons = Matcher.Comparison.allCases.map(\.rawValue)
        let keys = comparisons + ["field", "percentile"]
        for (key, place, value) in report.entries(node, "condition", keys: keys) {
            switch key {
            case "field":
                draft.fields = Self.references(value, "field", Self.mostFields, &report)
                if !draft.kind.needsField {
                    report.error(
                        .correlation, place, "\(draft.kind.rawValue) counts no field's values")
                }
            case "percentile": percentile(value, place, &report)
            default:
                guard let comparison = Matcher.Comparison(rawValue: key),
                    let limit = limit(value, &report)
                else { continue }
                draft.bounds.append(Operation.Bound(comparison, limit))
            }
        }
        checkCondition(node, &report)
    }

    /// A count as it is, a field's value in hundredths.
    private func limit(_ node: YAMLNode, _ report: inout RuleText) -> Int? {
        guard let hundredths = report.hundredths(node, "a bound") else { return nil }
        if [.sum, .average, .percentile].contains(draft.kind) { return hundredths }
        guard hundredths % 100 == 0, hundredths >= 0 else {
            report.error(.wrongType, node.place, "a count is a whole number, not \(node.typeName)")
            return nil
        }
        return hundredths / 100
    }

    private mutating func percentile(
        _ node: YAMLNode, _ place: Place, _ report: inout RuleText
    ) {
        guard draft.kind == .percentile else {
            return report.error(
                .correlation, place, "only value_percentile has a percentile")
        }
        guard let hundredths = report.hundredths(node, "percentile") else { return }
        if hundredths % 100 == 0, (1...100).contains(hundredths / 100) {
            draft.percent = hundredths / 100
        } else {
            report.error(
                .wrongType, node.place, "percentile is a whole number from 1 to 100")
        }
    }

    private mutating func checkCondition(_ node: YAMLNode, _ report: inout RuleText) {
        if draft.kind.needsField, draft.fields.isEmpty {
            report.error(
                .missingKey, node.place, "\(draft.kind.rawValue) needs a field",
                remedy: "add field: beside the bound")
        }
        if draft.kind != .valueCount, draft.fields.count > 1 {
            report.error(
                .correlation, node.place, "\(draft.kind.rawValue) takes the values of one field")
        }
        if draft.bounds.isEmpty, !report.hasErrors {
            report.error(
                .missingKey, node.place, "the condition has no bound",
                remedy: "one of gt, gte, lt, lte, eq, neq, such as gte: 10")
        }
        if draft.kind == .percentile, node["percentile"] == nil {
            report.warning(
                .undefined, node.place, "the condition names no percentile; read as 50, the median",
                remedy: "add percentile: 95")
        }
        if draft.kind.isTemporal { return checkTemporal(node, &report) }
        checkBounds(node, &report)
    }

    /// The count of a temporal correlation is of different rules; only all of them are looked for.
    private mutating func checkTemporal(_ node: YAMLNode, _ report: inout RuleText) {
        let count = self.node["rules"]?.items?.count ?? 1
        let allowed = [
            Operation.Bound(.greaterOrEqual, count), Operation.Bound(.equal, count),
            Operation.Bound(.greater, count - 1),
        ]
        if draft.bounds.allSatisfy(allowed.contains) {
            draft.bounds = []
            return
        }
        blindness.append("its condition asks for fewer than all of its rules")
        report.warning(
            .undefined, node.place,
            "a temporal correlation of fewer or more than all of its rules is not run; "
                + "the rule is blind",
            remedy: "leave the condition out: all rules are meant")
    }

    private mutating func checkBounds(_ node: YAMLNode, _ report: inout RuleText) {
        let isCount = draft.kind == .eventCount || draft.kind == .valueCount
        if isCount, let most = draft.bounds.map(\.limit).max(), most > 10_000 {
            blindness.append("it counts to \(most)")
            report.warning(
                .tooMany, node.place,
                "counts are kept up to 10000 for a group; the rule is blind",
                remedy: "a lower bound in a shorter timespan")
        }
        let rising: [Matcher.Comparison] = [.greater, .greaterOrEqual]
        if !draft.bounds.isEmpty,
            !draft.bounds.contains(where: { rising.contains($0.comparison) })
        {
            report.warning(
                .undefined, node.place,
                "Sigma does not say when a figure without a lower bound is compared; read as: at "
                    + "every event of the group, so that a group without events never fires",
                remedy: "add gt or gte")
        }
    }

    // MARK: - Aliases

    private mutating func aliases(_ node: YAMLNode, _ report: inout RuleText) {
        guard let entries = node.entries, entries.count <= Self.mostFields else {
            report.error(
                .wrongType, node.place, "aliases must be a mapping, not \(node.typeName)",
                remedy: "such as {source: {rule_a: src_ip, rule_b: client_ip}}")
            return
        }
        for entry in entries {
            guard let name = report.string(entry.key, "an alias") else { continue }
            guard let fields = entry.value.entries else {
                report.error(
                    .wrongType, entry.value.place,
                    "alias '\(name.prefix(60))' must be a mapping of rules to fields")
                continue
            }
            var alias = CorrelationDraft.Alias(name: name, fields: [])
            for field in fields {
                guard let rule = report.string(field.key, "a rule's name"),
                    let text = report.string(field.value, "a field's name")
                else { continue }
                alias.fields.append(
                    (
                        rule: RuleDraft.Reference(name: rule, place: field.key.place),
                        field: RuleDraft.Reference(name: text, place: field.value.place)
                    ))
            }
            draft.aliases.append(alias)
        }
    }
}
