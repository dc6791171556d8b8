internal import Detection

/// `detection:` of a rule file to selections and a condition.
struct SelectionCompiler {
    var selections: [Rule.Selection] = []
    var condition: Rule.Condition = .all([])
    /// Where each selection stands.
    var places: [Place] = []
    /// Why the rule cannot see anything, one reason a cause; empty when it can.
    var blindness: [String] = []
    /// False for a rule on another log source: its fields are not ours to judge.
    let isOurs: Bool

    static let mostSelections = 200
    static let mostValues = 10_000

    init(isOurs: Bool) {
        self.isOurs = isOurs
    }

    mutating func compile(_ node: YAMLNode, _ report: inout RuleText) {
        guard let entries = node.entries else {
            report.error(
                .wrongType, node.place, "detection must be a mapping, not \(node.typeName)")
            return
        }
        var conditionNode: YAMLNode?
        for entry in entries {
            guard let name = report.string(entry.key, "a selection's name") else { continue }
            if name == "condition" {
                conditionNode = entry.value
            } else if name == "timeframe" {
                notYet("timeframe", entry.key.place, &report)
            } else if selections.count < Self.mostSelections {
                places.append(entry.key.place)
                selections.append(
                    Rule.Selection(name: name, alternatives: alternatives(entry.value, &report)))
            } else {
                report.error(
                    .tooMany, entry.key.place, "more than \(Self.mostSelections) selections")
                return
            }
        }
        guard let conditionNode else {
            report.error(
                .missingKey, node.place, "detection has no condition",
                remedy: "add a line such as condition: \(selections.first?.name ?? "selection")")
            return
        }
        compileCondition(conditionNode, &report)
    }

    private mutating func compileCondition(_ node: YAMLNode, _ report: inout RuleText) {
        let names = selections.map(\.name)
        let nodes = node.items ?? [node]
        if nodes.isEmpty {
            report.error(.condition, node.place, "the condition is empty")
            return
        }
        let conditions = nodes.compactMap { item -> Rule.Condition? in
            guard let text = report.string(item, "a condition") else { return nil }
            var parser = ConditionParser(text: text, node: item, names: names)
            return parser.parse(&report)
        }
        condition = conditions.count == 1 ? conditions[0] : .any(conditions)
    }

    private mutating func alternatives(
        _ node: YAMLNode, _ report: inout RuleText
    ) -> [[Predicate]] {
        guard let items = node.items else {
            if node.entries != nil { return [predicates(node, &report)] }
            keywords(node, &report)
            return []
        }
        var alternatives: [[Predicate]] = []
        for item in items {
            if item.entries != nil {
                alternatives.append(predicates(item, &report))
            } else {
                keywords(item, &report)
                break
            }
        }
        return alternatives
    }

    private mutating func keywords(_ node: YAMLNode, _ report: inout RuleText) {
        if node.scalar?.isNull != false {
            report.error(
                .wrongType, node.place,
                "a selection must be a mapping of fields or a list of such, not \(node.typeName)")
            return
        }
        guard isOurs else { return }
        blindness.append("it searches keywords")
        report.warning(
            .keywords, node.place, "keywords without a field are not searched; the rule is blind",
            remedy: "name a field, such as user_agent|contains: \(node.text ?? "text")")
    }

    private mutating func predicates(
        _ node: YAMLNode, _ report: inout RuleText
    ) -> [Predicate] {
        (node.entries ?? []).compactMap { entry in
            guard let name = report.string(entry.key, "a field name") else { return nil }
            return predicate(name, entry.key, entry.value, &report)
        }
    }

    private mutating func predicate(
        _ name: String, _ key: YAMLNode, _ value: YAMLNode, _ report: inout RuleText
    ) -> Predicate? {
        let parts = name.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        let fieldName = parts.first ?? ""
        let modifiers = readModifiers(parts.dropFirst(), key, from: fieldName, &report)
        guard isOurs else { return nil }
        guard let field = FieldSchema.field(named: fieldName) else {
            blindness.append("nothing has a field '\(fieldName)'")
            let nearest = Suggestion.phrase(for: fieldName, among: FieldSchema.names)
            report.warning(
                .unknownField, key.place(at: 0, length: fieldName.unicodeScalars.count),
                "unknown field '\(fieldName.prefix(60))'; the rule is blind\(nearest)",
                remedy: "docs/RULES.md lists the fields")
            return nil
        }
        guard let modifiers else { return nil }
        let reader = ValueReader(
            field: field, name: fieldName, modifiers: modifiers, place: key.place)
        return reader.predicate(value, &report)
    }

    private mutating func readModifiers(
        _ names: ArraySlice<String>, _ key: YAMLNode, from field: String,
        _ report: inout RuleText
    ) -> Modifiers? {
        var modifiers = Modifiers()
        var offset = field.unicodeScalars.count + 1
        var isUsable = true
        for name in names {
            let length = name.unicodeScalars.count
            let place = key.place(at: offset, length: length)
            offset += length + 1
            switch modifiers.read(name) {
            case .understood: continue
            case .unsupported: notYet("modifier '\(name)'", place, &report)
            case .repeated:
                report.error(
                    .modifierMisuse, place, "modifier '\(name)' contradicts the one before it")
            case .unknown:
                report.unknown(
                    .unknownModifier, "modifier", name, place,
                    allowed: Modifiers.supported + Modifiers.unsupported)
            }
            isUsable = false
        }
        return isUsable ? modifiers : nil
    }

    /// Says that something is good Sigma but not read here.
    private mutating func notYet(_ what: String, _ place: Place, _ report: inout RuleText) {
        guard isOurs else { return }
        blindness.append("it uses \(what)")
        report.warning(
            .unsupportedModifier, place,
            "\(what) is Sigma, but this version does not read it; the rule is blind",
            remedy: "supported modifiers: \(Modifiers.supported.joined(separator: ", "))")
    }
}
