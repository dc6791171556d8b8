internal import Detection

extension Rule.Condition {
    /// The condition without a selection; nil when nothing is left of it.
    func without(_ index: Int) -> Rule.Condition? {
        switch self {
        case .selection(let own): return own == index ? nil : self
        case .fired: return self
        case .not(let part): return part.without(index).map { .not($0) }
        case .all(let parts):
            let rest = parts.compactMap { $0.without(index) }
            return rest.isEmpty ? nil : .all(rest)
        case .any(let parts):
            let rest = parts.compactMap { $0.without(index) }
            return rest.isEmpty ? nil : .any(rest)
        }
    }

    func uses(_ index: Int) -> Bool {
        switch self {
        case .selection(let own): own == index
        case .fired: false
        case .not(let part): part.uses(index)
        case .all(let parts), .any(let parts): parts.contains { $0.uses(index) }
        }
    }

    /// The condition with one part negated, or with one `not` part dropped.
    ///
    /// - Parameter entersAny: whether parts of which any suffices are negated, too.
    func variants(
        _ names: [String], entersAny: Bool
    ) -> [(change: String, condition: Rule.Condition)] {
        var found: [(change: String, condition: Rule.Condition)] = []
        if case .not(let part) = self {
            found.append(("drop the not before \(part.text(names))", part))
        } else {
            found.append(("negate \(text(names))", .not(self)))
        }
        switch self {
        case .selection, .fired: break
        case .not(let part):
            for (change, inner) in part.variants(names, entersAny: entersAny).dropFirst() {
                found.append((change, .not(inner)))
            }
        case .all(let parts):
            for (index, part) in parts.enumerated() {
                if case .not = part, parts.count > 1 {
                    var rest = parts
                    rest.remove(at: index)
                    found.append(("drop \(part.text(names))", .all(rest)))
                }
                for (change, inner) in part.variants(names, entersAny: entersAny) {
                    var changed = parts
                    changed[index] = inner
                    found.append((change, .all(changed)))
                }
            }
        case .any(let parts) where entersAny && parts.count > 1:
            for (index, part) in parts.enumerated() {
                for (change, inner) in part.variants(names, entersAny: true) {
                    var changed = parts
                    changed[index] = inner
                    found.append((change, .any(changed)))
                }
            }
        case .any: break
        }
        return found
    }

    private func text(_ names: [String]) -> String {
        switch self {
        case .selection(let index): names.indices.contains(index) ? names[index] : "?"
        case .fired(let id): "rule \(id)"
        case .not(let part): "not \(part.text(names))"
        case .all(let parts): "(" + parts.map { $0.text(names) }.joined(separator: " and ") + ")"
        case .any(let parts): "(" + parts.map { $0.text(names) }.joined(separator: " or ") + ")"
        }
    }
}

/// Compares conditions by what they make of every combination of selections.
enum TruthTable {
    /// Conditions over more selections and rules are not compared.
    private static let most = 12

    /// Whether two conditions hold for the same combinations; false when there are too many.
    static func areEqual(_ left: Rule.Condition, _ right: Rule.Condition) -> Bool {
        if left == right { return true }
        var variables: [Rule.Condition] = []
        collect(left, &variables)
        collect(right, &variables)
        guard variables.count <= most else { return false }
        return (0..<(1 << variables.count)).allSatisfy { bits in
            func value(_ condition: Rule.Condition) -> Bool {
                switch condition {
                case .selection, .fired:
                    variables.firstIndex(of: condition).map { bits & (1 << $0) != 0 } ?? false
                case .not(let part): !value(part)
                case .all(let parts): parts.allSatisfy(value)
                case .any(let parts): parts.contains(where: value)
                }
            }
            return value(left) == value(right)
        }
    }

    private static func collect(
        _ condition: Rule.Condition, _ variables: inout [Rule.Condition]
    ) {
        switch condition {
        case .selection, .fired:
            if !variables.contains(condition) { variables.append(condition) }
        case .not(let part): collect(part, &variables)
        case .all(let parts), .any(let parts):
            for part in parts { collect(part, &variables) }
        }
    }
}
