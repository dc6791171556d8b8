internal import Detection
internal import MarkedText

/// A filter document (`filter:`).
enum FilterCompiler {
    static let mostRules = 1_000

    /// Nil for one that cannot be used, after diagnostics.
    static func filter(
        _ node: YAMLNode, stem: String, _ placeholders: Placeholders, _ report: inout RuleText
    ) -> FilterDraft? {
        guard let block = node["filter"] else { return nil }
        let errors = report.errorCount
        DocumentCompiler.checkKeys(of: node, &report)
        let title = node["title"].flatMap { report.string($0, "title") }
        if node["title"] == nil {
            report.error(.missingKey, node.place, "the filter has no title")
        }
        let rules = references(block, &report)
        var blindness: [String] = []
        guard let source = node["logsource"] else {
            report.error(
                .missingKey, node.place, "the filter has no logsource",
                remedy: "add the logsource of its rules")
            return nil
        }
        let map = LogSource.read(source, blindness: &blindness, &report)
        var compiler = SelectionCompiler(map: map, placeholders: placeholders, what: "filter")
        compiler.compile(block, besides: ["rules"], &report)
        blindness += compiler.blindness
        guard report.errorCount == errors else { return nil }
        guard let map, blindness.isEmpty else {
            report.warning(
                .filter, block.place,
                "the filter cannot see (\(blindness.joined(separator: "; "))); it hides nothing")
            return nil
        }
        let name = node["name"]?.text ?? title ?? stem
        return FilterDraft(
            name: name, id: node["id"]?.text?.asciiLowercased ?? title ?? stem, place: block.place,
            rules: rules, map: map, selections: compiler.selections,
            condition: kept(compiler.condition, block, &report))
    }

    private static func references(
        _ block: YAMLNode, _ report: inout RuleText
    ) -> [RuleDraft.Reference]? {
        guard let rules = block["rules"] else {
            if block.entries != nil {
                report.error(
                    .missingKey, block.place, "the filter names no rules",
                    remedy: "add rules: with names or ids, or rules: any")
            }
            return []
        }
        if rules.text?.lowercased() == "any" { return nil }
        let items = rules.items ?? [rules]
        if items.isEmpty || items.count > mostRules {
            report.error(.wrongType, rules.place, "rules has \(items.count) entries")
        }
        return items.prefix(mostRules).compactMap { item in
            report.string(item, "an entry of rules").map {
                RuleDraft.Reference(name: $0, place: item.place)
            }
        }
    }

    /// What must hold for an event to be seen. The specification's own example names what is to be
    /// hidden; its tools add the condition to the rule's, so that their filters begin with `not`.
    /// Both say what they mean.
    private static func kept(
        _ condition: Rule.Condition, _ block: YAMLNode, _ report: inout RuleText
    ) -> Rule.Condition {
        if condition.isNegative { return condition }
        report.warning(
            .undefined, block["condition"]?.place ?? block.place,
            "Sigma's specification and its tools disagree about a filter's condition without not; "
                + "read as: events that meet it are hidden",
            remedy: "write not in front of what is to be hidden; both agree on that")
        return .not(condition)
    }
}

extension Rule.Condition {
    /// Whether it is made of negations only.
    fileprivate var isNegative: Bool {
        switch self {
        case .not: true
        case .selection, .fired: false
        case .all(let parts), .any(let parts): parts.allSatisfy(\.isNegative)
        }
    }
}
