internal import Detection
internal import MarkedText

/// The operators over several streams: each stream is a selection among the events that the
/// condition lets through.
extension OperatorCompiler {
    mutating func ratio(_ report: inout RuleText) {
        let members = members(
            ["of", "over", "gte", "min", "within", "window"],
            required: ["of", "over", "gte", "min", "within"], &report)
        let part = members["of"].flatMap { operand($0, &report) }
        let whole = members["over"].flatMap { operand($0, &report) }
        let share = members["gte"].flatMap { portion($0, &report) }
        let minimum = members["min"].flatMap { report.whole($0, "ratio's min") }
        let window = window(members, &report)
        guard let part, let whole, let share, let minimum, let window else { return }
        inputs = [stream(part), stream(whole)]
        operation = Operation(
            .ratio(Operation.Ratio(atLeast: share, minimum: minimum)), window: window)
    }

    private func portion(_ node: YAMLNode, _ report: inout RuleText) -> Int? {
        guard let number = report.hundredths(node, "ratio's gte") else { return nil }
        if (1...100).contains(number) { return number }
        report.error(
            .wrongType, node.place, "ratio's gte must lie between 0.01 and 1",
            remedy: "0.5 is a half, 1 is all")
        return nil
    }

    mutating func temporal(isOrdered: Bool, _ report: inout RuleText) {
        let members = members(["of", "within"], required: ["of", "within"], &report)
        let steps = members["of"].map { stages($0, counts: isOrdered, &report) } ?? []
        guard let window = window(members, &report) else { return }
        inputs = steps
        checkCondition(&report)
        operation = Operation(.temporal(ordered: isOrdered), window: window)
    }

    private mutating func stages(
        _ node: YAMLNode, counts: Bool, _ report: inout RuleText
    ) -> [Rule.Input] {
        guard let items = node.items, (2...Self.mostSteps).contains(items.count) else {
            report.error(
                .wrongType, node.place,
                "\(name) wants a list of 2 to \(Self.mostSteps) selections",
                remedy: "such as \(name): \(Self.examples[name] ?? "")")
            return []
        }
        var steps: [Rule.Input] = []
        for item in items {
            let entry = counts && item.entries?.count == 1 ? item.entries?.first : nil
            let most = 10_000
            let least = entry.map { report.whole($0.value, "a step's number", 1...most) ?? 1 } ?? 1
            guard let index = operand(entry?.key ?? item, &report) else { continue }
            var step = stream(index)
            step.least = least
            if steps.contains(where: { $0.name == step.name }) {
                report.error(
                    .modifierMisuse, item.place, "\(name) names '\(step.name)' twice",
                    remedy: "one step may take several events: {\(step.name): 2}")
            }
            steps.append(step)
        }
        return steps
    }

    mutating func absence(_ report: inout RuleText) {
        let isRhythm = node["of"] == nil && node["after"] == nil
        let required = isRhythm ? ["tail", "within"] : ["of", "after", "within"]
        let members = members(["of", "after", "tail", "within"], required: required, &report)
        let expected = members["of"].flatMap { operand($0, &report) }
        let trigger = members["after"].flatMap { operand($0, &report) }
        let tail = members["tail"].flatMap { report.tail($0, "absence's tail") }
        if !isRhythm, let node = members["tail"] {
            report.error(
                .modifierMisuse, node.place, "tail is for a key's own rhythm",
                remedy: "leave out tail, or of and after")
        }
        guard let window = window(members, &report) else { return }
        if !isRhythm {
            guard let expected, let trigger else { return }
            inputs = [stream(trigger), stream(expected)]
            checkCondition(&report)
        }
        operation = Operation(.absence(Operation.Absence(tail: tail ?? 0)), window: window)
    }

    // MARK: - Operands

    mutating func operand(_ node: YAMLNode, _ report: inout RuleText) -> Int? {
        guard let index = report.selection(node, "a selection's name", among: selections)
        else { return nil }
        operands.append(selections[index])
        return index
    }

    /// What a stream takes: the selection, among the events of the condition. A condition that
    /// names nothing but selections, one of which will do, adds nothing to those it names.
    func stream(_ index: Int) -> Rule.Input {
        let isPlain = condition == .selection(index) || alternatives?.contains(index) == true
        return Rule.Input(
            name: selections[index],
            condition: isPlain ? .selection(index) : .all([.selection(index), condition]))
    }

    /// The selections of a condition that is any of them.
    private var alternatives: [Int]? {
        guard case .any(let parts) = condition else { return nil }
        let indexes = parts.compactMap { part -> Int? in
            if case .selection(let index) = part { index } else { nil }
        }
        return indexes.count == parts.count ? indexes : nil
    }

    /// A condition that names one step and not another one would never let that one pass.
    private func checkCondition(_ report: inout RuleText) {
        let named = Set(condition.mentioned.map { selections[$0] })
        let missing = operands.filter { !named.contains($0) }
        guard !missing.isEmpty, missing.count < operands.count else { return }
        report.error(
            .condition, place,
            "the condition is about other steps of \(name) but leaves out "
                + missing.map { "'\($0)'" }.joined(separator: ", "),
            remedy: "write condition: \(operands.joined(separator: " or "))")
    }
}

extension Rule.Condition {
    /// The indexes of all selections in the condition.
    var mentioned: [Int] {
        switch self {
        case .selection(let index): [index]
        case .fired: []
        case .not(let part): part.mentioned
        case .all(let parts), .any(let parts): parts.flatMap(\.mentioned)
        }
    }
}
