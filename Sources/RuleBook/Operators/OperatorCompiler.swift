internal import Detection
internal import MarkedText

/// One operator of the block `grantrail:` to an operation and its inputs.
struct OperatorCompiler {
    static let names = [
        "count", "distinct", "ratio", "sequence", "together", "spike", "new_value",
        "geo_velocity", "absence",
    ]

    /// An operator as a rule could write it, for remedies.
    static let examples = [
        "count": "{gte: 10, within: 5m}",
        "distinct": "{of: presented, gte: 50, within: 5m}",
        "ratio": "{of: failed, over: attempts, gte: 0.5, min: 20, within: 10m}",
        "sequence": "{of: [first, second], within: 10m}",
        "together": "{of: [one, other], within: 1h}",
        "spike": "{within: [5m, 30m, 2h], learn: 72h, floor: 8, times: 2, tail: 1e-9}",
        "new_value": "{of: [asn, user_agent], learn: 72h, within: 90d}",
        "geo_velocity": "{speed_kmh: 1000, distance_km: 300, within: 24h}",
        "absence": "{of: expected, after: trigger, within: 1h}, or {tail: 1e-6, within: 15m}",
    ]

    static let mostSteps = 16
    static let mostFields = 8

    let name: String
    private(set) var node: YAMLNode
    /// Names of the rule's selections, in their order.
    let selections: [String]
    /// What the file's own condition says.
    let condition: Rule.Condition
    /// Where ``condition`` could be mended.
    let place: Place

    var operation: Operation?
    var inputs: [Rule.Input] = []
    /// Selections that the operator names.
    var operands: [String] = []

    /// Compiles an operator into a draft whose selections and condition are there.
    static func compile(
        _ name: String, _ node: YAMLNode, _ place: Place, into draft: inout RuleDraft,
        _ report: inout RuleText
    ) {
        var compiler = OperatorCompiler(
            name: name, node: node, selections: draft.rule.selections.map(\.name),
            condition: draft.rule.condition, place: place)
        if node.scalar?.isNull == true, contented.contains(name) {
            compiler.node.content = .mapping([])
        } else if node.entries == nil {
            report.error(
                .wrongType, node.place, "\(name) must be a mapping, not \(node.typeName)",
                remedy: "such as \(name): \(examples[name] ?? "")")
            return
        }
        compiler.read(&report)
        draft.operands += compiler.operands
        guard let operation = compiler.operation else { return }
        draft.rule.operation = operation
        draft.rule.inputs = compiler.inputs
        if !compiler.inputs.isEmpty {
            draft.rule.condition = .any(compiler.inputs.map(\.condition))
        }
    }

    /// Operators that may stand without a value.
    private static let contented = ["spike", "geo_velocity"]

    private mutating func read(_ report: inout RuleText) {
        switch name {
        case "count": count(&report)
        case "distinct": distinct(&report)
        case "ratio": ratio(&report)
        case "sequence": temporal(isOrdered: true, &report)
        case "together": temporal(isOrdered: false, &report)
        case "spike": spike(&report)
        case "new_value": newValue(&report)
        case "geo_velocity": geoVelocity(&report)
        default: absence(&report)
        }
    }

    /// The members of the operator by key; reports unknown and missing ones.
    func members(
        _ keys: [String], required: [String], _ report: inout RuleText
    ) -> [String: YAMLNode] {
        let found = report.entries(node, name, keys: keys)
        // One slip, one diagnostic: a misspelt key is not missing as well.
        let meant = (node.entries ?? []).compactMap(\.key.text).filter { !keys.contains($0) }
            .compactMap { Suggestion.nearest(to: $0, among: keys) }
        for key in required where node[key] == nil && !meant.contains(key) {
            report.error(
                .missingKey, place, "\(name) has no \(key)",
                remedy: "such as \(name): \(Self.examples[name] ?? "")")
        }
        return Dictionary(found.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    // MARK: - Windows and bounds

    static let bounds: [(key: String, comparison: Matcher.Comparison)] = [
        ("gte", .greaterOrEqual), ("gt", .greater), ("lte", .lessOrEqual), ("lt", .less),
        ("eq", .equal), ("neq", .notEqual),
    ]

    func window(_ members: [String: YAMLNode], _ report: inout RuleText) -> Operation.Window? {
        let shapes = Operation.Window.Shape.allCases.map(\.rawValue)
        var shape = Operation.Window.Shape.sliding
        if let node = members["window"], let text = report.string(node, "window") {
            if let known = Operation.Window.Shape(rawValue: text) {
                shape = known
            } else {
                report.unknown(.unknownValue, "window", text, node.place, allowed: shapes)
            }
        }
        guard let node = members["within"],
            let span = report.duration(node, "\(name)'s within")
        else { return nil }
        return Operation.Window(shape, span: span)
    }

    private func limits(
        _ members: [String: YAMLNode], _ report: inout RuleText
    ) -> [Operation.Bound] {
        let found = Self.bounds.filter { members[$0.key] != nil }
        if found.isEmpty {
            report.error(
                .missingKey, place, "\(name) says nothing to compare with",
                remedy: "such as \(name): \(Self.examples[name] ?? "")")
        }
        return found.compactMap { bound in
            members[bound.key].flatMap {
                report.whole($0, "\(name)'s \(bound.key)", 0...1_000_000)
            }.map { Operation.Bound(bound.comparison, $0) }
        }
    }

    func fieldList(_ members: [String: YAMLNode], _ report: inout RuleText) -> [RuleField] {
        guard let node = members["of"] else { return [] }
        let fields = report.fields(node, name)
        if fields.count > Self.mostFields {
            report.error(.tooMany, node.place, "\(name) takes at most \(Self.mostFields) fields")
        }
        return fields
    }

    // MARK: - One stream

    private mutating func count(_ report: inout RuleText) {
        let members = members(
            Self.bounds.map(\.key) + ["within", "window"], required: ["within"], &report)
        let bounds = limits(members, &report)
        guard let window = window(members, &report) else { return }
        operation = Operation(.count, window: window, bounds: bounds)
    }

    private mutating func distinct(_ report: inout RuleText) {
        let members = members(
            ["of"] + Self.bounds.map(\.key) + ["within", "window"], required: ["of", "within"],
            &report)
        let fields = fieldList(members, &report)
        let bounds = limits(members, &report)
        guard let window = window(members, &report) else { return }
        operation = Operation(.distinct(fields), window: window, bounds: bounds)
    }
}
