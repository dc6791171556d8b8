internal import Detection

/// The rules that tests run with: those a test is about, and whatever decides for these.
struct TestRules {
    private let rules: [Rule]
    /// Indexes by name and by id.
    private var places: [String: Int] = [:]

    init(_ rules: [Rule]) {
        self.rules = rules
        for (index, rule) in rules.enumerated() {
            places[rule.name] = index
            places[rule.id] = index
        }
    }

    /// Some rules, with every rule that their `unless` or their conditions wait for: no other one
    /// can change their alerts.
    func deciding(_ names: Set<String>) -> [Rule] {
        var found = Set<Int>()
        var open = names.compactMap { places[$0] }
        while let index = open.popLast() {
            guard found.insert(index).inserted else { continue }
            let rule = rules[index]
            let conditions = [rule.condition] + rule.inputs.map(\.condition)
            open += (rule.unless + conditions.flatMap(\.triggers)).compactMap { places[$0] }
        }
        return found.sorted().map { rules[$0] }
    }
}

extension Rule.Condition {
    /// The rules, by id, that the condition asks for.
    fileprivate var triggers: [String] {
        switch self {
        case .fired(let rule): [rule]
        case .selection: []
        case .not(let part): part.triggers
        case .all(let parts), .any(let parts): parts.flatMap(\.triggers)
        }
    }
}
