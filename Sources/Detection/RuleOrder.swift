/// In which order rules look at one event.
enum RuleOrder {
    /// Rules after those whose firing they ask for; cycles are cut where they are met.
    static func sorted(_ rules: [Rule]) -> [Rule] {
        var result: [Rule] = []
        var placed: Set<String> = []
        var waiting = rules
        while !waiting.isEmpty {
            let names = Set(waiting.flatMap { [$0.name, $0.id] })
            let ready = waiting.filter { rule in
                awaited(rule).allSatisfy { placed.contains($0) || !names.contains($0) }
            }
            // Versions of one rule share its id and go together.
            let next = ready.isEmpty ? waiting.filter { $0.id == waiting[0].id } : ready
            let taken = Set(next.map(\.id))
            result += next
            placed.formUnion(next.flatMap { [$0.name, $0.id] })
            waiting.removeAll { taken.contains($0.id) }
        }
        return result
    }

    private static func awaited(_ rule: Rule) -> [String] {
        rule.unless + rule.condition.awaited + rule.inputs.flatMap { $0.condition.awaited }
    }
}

extension Rule.Condition {
    /// The ids of the rules whose firing it asks for.
    fileprivate var awaited: [String] {
        switch self {
        case .selection: []
        case .fired(let id): [id]
        case .not(let part): part.awaited
        case .all(let parts), .any(let parts): parts.flatMap(\.awaited)
        }
    }
}
