/// The rules that need nothing but an event and what the ledger made of it.
enum StatelessRules {
    /// Those without an operation that wait for no rule with one, directly or not, in the order of
    /// `rules`.
    static func of(_ rules: [Rule]) -> [Rule] {
        var kept = rules.filter { $0.operation == nil }
        var dropped = rules.filter { $0.operation != nil }
        while !dropped.isEmpty {
            let names = Set(dropped.flatMap { [$0.id, $0.name] })
            dropped = kept.filter { !names.isDisjoint(with: RuleClosure.references(of: $0)) }
            kept.removeAll { !names.isDisjoint(with: RuleClosure.references(of: $0)) }
        }
        return kept
    }
}
