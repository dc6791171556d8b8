/// Which rules have a say in whether some others fire.
public enum RuleClosure {
    /// The rules and all that they wait for, directly or not; each once, in the order of `rules`
    /// but for the given ones, which come first and need not be among them.
    public static func of(_ wanted: [Rule], among rules: [Rule]) -> [Rule] {
        var result = wanted
        var known = Set(wanted.map(\.id))
        var next = 0
        while next < result.count {
            let names = Set(references(of: result[next]))
            next += 1
            for rule in rules
            where !known.contains(rule.id)
                && (names.contains(rule.id) || names.contains(rule.name))
            {
                known.insert(rule.id)
                result.append(rule)
            }
        }
        return result
    }

    /// The names and ids of the rules that a rule waits for itself.
    public static func references(of rule: Rule) -> [String] {
        rule.unless + references(in: rule.condition)
            + rule.inputs.flatMap { references(in: $0.condition) }
    }

    /// The rules that some others are about: whose hits they count, directly or not.
    public static func bases(of wanted: [Rule], among rules: [Rule]) -> [Rule] {
        var found: [Rule] = []
        var next = wanted
        var known: Set<String> = []
        while let rule = next.popLast() {
            let ids = Set(
                references(in: rule.condition)
                    + rule.inputs.flatMap { references(in: $0.condition) })
            for base in rules where ids.contains(base.id) && known.insert(base.id).inserted {
                found.append(base)
                next.append(base)
            }
        }
        return found
    }

    private static func references(in condition: Rule.Condition) -> [String] {
        switch condition {
        case .selection: []
        case .fired(let id): [id]
        case .not(let part): references(in: part)
        case .all(let parts), .any(let parts): parts.flatMap { references(in: $0) }
        }
    }
}
