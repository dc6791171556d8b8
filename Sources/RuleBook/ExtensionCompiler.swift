internal import AuditModel
internal import Detection
internal import MarkedText

/// The block `grantrail:` of a rule.
enum ExtensionCompiler {
    static let keys =
        ["key", "suppress"] + OperatorCompiler.names + [
            "needs", "points", "points_from", "fire_at", "raise", "unless", "verdict", "message",
            "actions", "tests",
        ]

    /// Hits of one key within this time are one alert, where a rule does not say otherwise.
    static let usualSuppression: Int64 = 86_400_000_000_000

    /// Bounds a score: no rule adds up to more than a number can hold.
    static let mostHundredths = 100_000
    static let mostActions = 50
    static let mostTests = 500

    static func compile(
        _ node: YAMLNode, into draft: inout RuleDraft, _ report: inout RuleText
    ) {
        for (key, place, value) in report.entries(node, "grantrail", keys: keys) {
            switch key {
            case "key": groupKey(value, &draft, &report)
            case "suppress": draft.suppress = suppression(value, &report)
            case "needs": needs(value, &draft, &report)
            case "points": points(value, &draft, &report)
            case "points_from":
                draft.pointsFrom = report.string(value, key).map {
                    RuleDraft.Reference(name: $0, place: value.place)
                }
            case "fire_at": draft.rule.fireAt = band(value, &report)
            case "raise": raise(value, &draft, &report)
            case "unless":
                draft.unless = references(value, key, &report)
                draft.rule.unless = draft.unless.map(\.name)
            case "verdict": draft.rule.verdict = report.string(value, key)
            case "message": draft.rule.message = template(value, key, &report)
            case "actions": actions(value, &draft, &report)
            case "tests": tests(value, place, &draft, &report)
            default: operation(key, value, place, &draft, &report)
            }
        }
        settleSuppression(&draft)
        checkScore(node, draft, &report)
    }

    private static func operation(
        _ name: String, _ node: YAMLNode, _ place: Place, _ draft: inout RuleDraft,
        _ report: inout RuleText
    ) {
        if let other = draft.operatorName {
            report.error(
                .modifierMisuse, place, "a rule has one operator, and \(other) stands already",
                remedy: "make two rules of it")
            return
        }
        draft.operatorName = name
        OperatorCompiler.compile(name, node, place, into: &draft, &report)
    }

    private static func suppression(
        _ node: YAMLNode, _ report: inout RuleText
    ) -> RuleDraft.Suppression? {
        if node.text == "never" { return .never }
        return report.duration(node, "suppress").map { .within($0) }
    }

    /// A grant or a session ends one day, and so does an alert about it; everything else is told
    /// again the next day.
    static func settleSuppression(_ draft: inout RuleDraft) {
        switch draft.suppress {
        case .within(let span): draft.rule.suppress = span
        case .never: draft.rule.suppress = nil
        case nil:
            let mortal: Set<Rule.KeyField> = [.family, .lineage, .session]
            draft.rule.suppress =
                mortal.isDisjoint(with: draft.rule.key) ? usualSuppression : nil
        }
    }

    // MARK: - Scores

    private static func checkScore(
        _ node: YAMLNode, _ draft: RuleDraft, _ report: inout RuleText
    ) {
        if !draft.points.isEmpty, let from = draft.pointsFrom {
            report.error(
                .modifierMisuse, from.place, "a rule has points or points_from, not both")
        }
        if !draft.points.isEmpty || draft.pointsFrom != nil || draft.operatorName == "geo_velocity"
        {
            return
        }
        let remedy = "add points: {selection: 1}, points_from: the rule that has them, "
            + "or geo_velocity"
        if draft.rule.fireAt != nil, let value = node["fire_at"] {
            report.error(.missingKey, value.place, "fire_at needs points", remedy: remedy)
        }
        for raise in draft.raise where raise.score != nil {
            report.error(
                .missingKey, raise.severity.place,
                "raise's score for \(raise.severity.name) needs points", remedy: remedy)
        }
    }

    private static func references(
        _ node: YAMLNode, _ what: String, _ report: inout RuleText
    ) -> [RuleDraft.Reference] {
        (node.items ?? [node]).compactMap { item in
            report.string(item, what).map { RuleDraft.Reference(name: $0, place: item.place) }
        }
    }

    private static func groupKey(
        _ node: YAMLNode, _ draft: inout RuleDraft, _ report: inout RuleText
    ) {
        let names = Rule.KeyField.named.map(\.name) + FieldSchema.names + ["payload."]
        var fields: [Rule.KeyField] = []
        for reference in references(node, "key", &report) {
            let named = Rule.KeyField.named.first { $0.name == reference.name }?.field
            let other = RuleField.canonical(reference.name).map(Rule.KeyField.field)
            if let field = named ?? other {
                if !fields.contains(field) { fields.append(field) }
            } else {
                report.unknown(
                    .unknownValue, "key field", reference.name, reference.place, allowed: names)
            }
        }
        if fields.isEmpty {
            report.error(.wrongType, node.place, "key must name at least one field")
        } else {
            draft.rule.key = fields
        }
    }

    private static func needs(
        _ node: YAMLNode, _ draft: inout RuleDraft, _ report: inout RuleText
    ) {
        for (key, _, value) in report.entries(node, "needs", keys: ["all", "any", "better"]) {
            let found = references(value, "an entry of needs", &report)
            for reference in found where !FieldSchema.capabilities.contains(reference.name) {
                report.unknown(
                    .unknownValue, "need", reference.name, reference.place,
                    allowed: FieldSchema.capabilities)
            }
            switch key {
            case "all": draft.rule.needs.all = found.map(\.name)
            case "any": draft.rule.needs.any = found.map(\.name)
            default: draft.rule.needs.better = found.map(\.name)
            }
        }
    }

    private static func points(
        _ node: YAMLNode, _ draft: inout RuleDraft, _ report: inout RuleText
    ) {
        guard let entries = node.entries else {
            report.error(
                .wrongType, node.place, "points must be a mapping, not \(node.typeName)",
                remedy: "a selection and its points, such as {ev_new_country: 3.6}")
            return
        }
        for entry in entries {
            guard let name = report.string(entry.key, "a selection's name"),
                let hundredths = bounded(entry.value, "the points of '\(name)'", &report)
            else { continue }
            let reference = RuleDraft.Reference(name: name, place: entry.key.place)
            draft.points.append(
                RuleDraft.NamedPoints(selection: reference, hundredths: hundredths))
        }
    }

    private static func bounded(
        _ node: YAMLNode, _ what: String, _ report: inout RuleText
    ) -> Int? {
        guard let number = report.hundredths(node, what) else { return nil }
        if abs(number) <= mostHundredths { return number }
        report.error(
            .wrongType, node.place, "\(what) must lie between -1000 and 1000")
        return nil
    }

    private static func band(_ node: YAMLNode, _ report: inout RuleText) -> Rule.Band? {
        guard node.entries != nil else {
            return bounded(node, "fire_at", &report).map { Rule.Band(from: $0) }
        }
        var from: Int?
        var below: Int?
        for (key, _, value) in report.entries(node, "fire_at", keys: ["from", "below"]) {
            let number = bounded(value, "fire_at's \(key)", &report)
            if key == "from" { from = number } else { below = number }
        }
        guard let from else {
            if node["from"] == nil {
                report.error(.missingKey, node.place, "fire_at has no from")
            }
            return nil
        }
        if let below, below <= from {
            report.error(.wrongType, node.place, "fire_at's below must be above its from")
        }
        return Rule.Band(from: from, below: below)
    }

    private static func raise(
        _ node: YAMLNode, _ draft: inout RuleDraft, _ report: inout RuleText
    ) {
        for (key, place, value) in report.entries(node, "raise", keys: Severity.names) {
            let severity = RuleDraft.Reference(name: key, place: place)
            if value.scalar?.isPlain == true, value.scalar?.isNull == false,
                DecimalText.hundredths(value.text ?? "") != nil,
                !draft.rule.selections.contains(where: { $0.name == value.text })
            {
                let score = bounded(value, "raise's score", &report)
                draft.raise.append(
                    RuleDraft.NamedRaise(severity: severity, selections: [], score: score))
                continue
            }
            draft.raise.append(
                RuleDraft.NamedRaise(
                    severity: severity,
                    selections: references(value, "a selection's name", &report)))
        }
    }

    private static func template(
        _ node: YAMLNode, _ what: String, _ report: inout RuleText
    ) -> String? {
        guard let text = report.string(node, what) else { return nil }
        for use in Placeholder.uses(in: text) where !Rule.placeholders.contains(use.name) {
            report.unknown(
                .unknownPlaceholder, "placeholder", use.name,
                node.place(at: use.offset, length: use.name.unicodeScalars.count + 2),
                allowed: Rule.placeholders)
        }
        return text
    }

    private static func actions(
        _ node: YAMLNode, _ draft: inout RuleDraft, _ report: inout RuleText
    ) {
        guard let items = node.items, items.count <= mostActions else {
            report.error(.wrongType, node.place, "actions must be a list, not \(node.typeName)")
            return
        }
        draft.rule.actions += items.compactMap { action($0, &report) }
    }

    private static func action(
        _ node: YAMLNode, _ report: inout RuleText
    ) -> Rule.ActionTemplate? {
        let isStandard = node["do"] != nil
        let keys = isStandard ? ["do"] : ["title", "command", "reversible", "do"]
        var action = Rule.ActionTemplate(title: "", command: nil, reversible: false)
        for (key, _, value) in report.entries(node, "an action", keys: keys) {
            switch key {
            case "do": return standard(value, &report)
            case "title": action.title = template(value, key, &report) ?? ""
            case "command": action.command = template(value, key, &report)
            default: action.reversible = report.truth(value, key) ?? false
            }
        }
        if node.entries != nil, node["title"] == nil {
            report.error(
                .missingKey, node.place, "the action has no title",
                remedy: "add title: and perhaps command:, or do: with a standard action")
        }
        return action
    }

    private static func standard(
        _ node: YAMLNode, _ report: inout RuleText
    ) -> Rule.ActionTemplate? {
        guard let name = report.string(node, "do") else { return nil }
        if let action = StandardAction(rawValue: name) { return Rule.ActionTemplate(action) }
        report.unknown(
            .unknownValue, "standard action", name, node.place,
            allowed: StandardAction.allCases.map(\.rawValue))
        return nil
    }

    private static func tests(
        _ node: YAMLNode, _ place: Place, _ draft: inout RuleDraft, _ report: inout RuleText
    ) {
        guard let items = node.items, items.count <= mostTests else {
            report.error(.wrongType, node.place, "tests must be a list, not \(node.typeName)")
            return
        }
        for item in items {
            if let test = TestCompiler.test(item, &report) { draft.tests.append(test) }
        }
    }
}
