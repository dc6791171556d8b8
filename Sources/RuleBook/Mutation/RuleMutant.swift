internal import AuditModel
internal import Detection
internal import MarkedText

/// A rule with one mistake put into it.
struct RuleMutant {
    var rule: Rule
    /// What was changed, for people: `drop selection allowed`.
    var change: String
    /// The selection that was changed, to find its line; nil for other parts.
    var selection: String?
}

/// Makes mutants of a rule. One that would mean the same as the rule, or as another mutant, is left
/// out.
struct RuleMutator {
    private let original: Rule
    private var seen: Set<String>
    private(set) var mutants: [RuleMutant] = []

    /// All mutants of a rule, in a fixed order.
    static func mutants(of rule: Rule) -> [RuleMutant] {
        var mutator = RuleMutator(rule)
        mutator.dropSelections()
        mutator.dropPredicates()
        mutator.mutateConditions()
        mutator.shiftThresholds()
        mutator.dropRaises()
        return mutator.mutants
    }

    private init(_ rule: Rule) {
        original = rule
        seen = [RuleHash.hash(of: rule)]
    }

    private mutating func add(
        _ change: String, selection: String? = nil, _ mutate: (inout Rule) -> Void
    ) {
        var rule = original
        mutate(&rule)
        guard seen.insert(RuleHash.hash(of: rule)).inserted, !isEquivalent(rule) else { return }
        mutants.append(RuleMutant(rule: rule, change: change, selection: selection))
    }

    /// Whether only conditions differ, and hold for the same events all the same.
    private func isEquivalent(_ rule: Rule) -> Bool {
        var same = rule
        same.condition = original.condition
        same.inputs = original.inputs
        let pairs =
            [(rule.condition, original.condition)]
            + zip(rule.inputs, original.inputs).map { ($0.condition, $1.condition) }
        return same == original && pairs.allSatisfy(TruthTable.areEqual)
    }

    // MARK: - Selections

    /// A selection goes from the condition, the points and the raises.
    private mutating func dropSelections() {
        for index in original.selections.indices {
            let name = original.selections[index].name
            add("drop selection \(name)", selection: name) { rule in
                rule.condition = rule.condition.without(index) ?? .all([])
                for input in rule.inputs.indices {
                    let rest = rule.inputs[input].condition.without(index)
                    rule.inputs[input].condition = rest ?? .all([])
                }
                rule.points.removeAll { $0.selection == index }
                for raise in rule.raise.indices {
                    rule.raise[raise].selections.removeAll { $0 == index }
                }
            }
        }
    }

    private mutating func dropPredicates() {
        for (index, selection) in original.selections.enumerated() where isUsed(index) {
            for (place, predicates) in selection.alternatives.enumerated() {
                if selection.alternatives.count > 1 {
                    add(
                        "drop alternative \(place + 1) of \(selection.name)",
                        selection: selection.name
                    ) { $0.selections[index].alternatives.remove(at: place) }
                }
                for (number, predicate) in predicates.enumerated() {
                    dropPredicate(index, place, number, predicate, of: predicates.count)
                }
            }
        }
    }

    private mutating func dropPredicate(
        _ index: Int, _ place: Int, _ number: Int, _ predicate: Predicate, of count: Int
    ) {
        let name = original.selections[index].name
        if count > 1 {
            add("drop \(predicate.text) from \(name)", selection: name) {
                $0.selections[index].alternatives[place].remove(at: number)
            }
        }
        guard predicate.matchers.count > 1 else { return }
        for value in predicate.matchers.indices {
            var single = predicate
            single.matchers = [predicate.matchers[value]]
            add("drop value \(single.text) from \(name)", selection: name) {
                $0.selections[index].alternatives[place][number].matchers.remove(at: value)
            }
        }
    }

    private func isUsed(_ index: Int) -> Bool {
        original.condition.uses(index) || original.points.contains { $0.selection == index }
            || original.inputs.contains { $0.condition.uses(index) }
            || original.raise.contains { $0.selections.contains(index) }
    }

    // MARK: - Conditions

    private mutating func mutateConditions() {
        let names = original.selections.map(\.name)
        // Where points decide, one more way to meet the condition decides nothing.
        let pointsDecide = (original.fireAt?.from ?? 0) > 0 && !original.points.isEmpty
        if original.inputs.isEmpty {
            let variants = original.condition.variants(names, entersAny: !pointsDecide)
            for (change, condition) in variants { add(change) { $0.condition = condition } }
        }
        for (index, input) in original.inputs.enumerated() {
            for (change, condition) in input.condition.variants(names, entersAny: true) {
                add("input \(input.name): \(change)") { rule in
                    rule.inputs[index].condition = condition
                    rule.condition = .any(rule.inputs.map(\.condition))
                }
            }
        }
        for (index, name) in original.unless.enumerated() {
            add("drop unless \(name)") { $0.unless.remove(at: index) }
        }
    }

    // MARK: - Numbers

    private mutating func shiftThresholds() {
        if let band = original.fireAt {
            for shift in [100, -100] {
                add("fire_at \(decimal(band.from)) to \(decimal(band.from + shift))") {
                    $0.fireAt?.from += shift
                }
                if let below = band.below {
                    add("fire_at below \(decimal(below)) to \(decimal(below + shift))") {
                        $0.fireAt?.below = below + shift
                    }
                }
            }
        }
        guard let operation = original.operation else { return }
        for (index, bound) in operation.bounds.enumerated() {
            for limit in Self.shifts(bound.limit) {
                add("bound \(bound.limit) to \(limit)") {
                    $0.operation?.bounds[index].limit = limit
                }
            }
        }
        // A spike has windows of its own.
        if operation.window.span >= 10, !operation.kind.isSpike {
            add("window to a tenth") { $0.operation?.window.span /= 10 }
        }
        shiftKind(operation.kind)
    }

    private mutating func shiftKind(_ kind: Operation.Kind) {
        switch kind {
        case .ratio(let ratio):
            for share in Self.shifts(ratio.atLeast) {
                add("ratio \(decimal(ratio.atLeast)) to \(decimal(share))") {
                    var changed = ratio
                    changed.atLeast = share
                    $0.operation?.kind = .ratio(changed)
                }
            }
            for minimum in Self.shifts(ratio.minimum) {
                add("min \(ratio.minimum) to \(minimum)") {
                    var changed = ratio
                    changed.minimum = minimum
                    $0.operation?.kind = .ratio(changed)
                }
            }
        case .newValue(let value):
            add("learn to a tenth") {
                var changed = value
                changed.learn /= 10
                $0.operation?.kind = .newValue(changed)
            }
        case .geoVelocity(let geo):
            add("speed_kmh \(geo.speedKmh) to \(geo.speedKmh * 10)") {
                var changed = geo
                changed.speedKmh *= 10
                $0.operation?.kind = .geoVelocity(changed)
            }
        case .spike(let spike):
            add("floor \(spike.floorCount) to \(spike.floorCount * 10)") {
                var changed = spike
                changed.floorCount *= 10
                $0.operation?.kind = .spike(changed)
            }
            add("windows to a tenth") {
                var changed = spike
                changed.windows = spike.windows.map { $0 / 10 }
                $0.operation?.kind = .spike(changed)
            }
            if spike.absolute != nil {
                add("drop absolute") {
                    var changed = spike
                    changed.absolute = nil
                    $0.operation?.kind = .spike(changed)
                }
            }
        case .count, .distinct, .sum, .average, .percentile, .temporal, .absence: return
        }
    }

    /// A fifth up and down, at least one.
    private static func shifts(_ limit: Int) -> [Int] {
        let step = max(1, abs(limit) / 5)
        return [limit + step, limit - step].filter { $0 > 0 }
    }

    private mutating func dropRaises() {
        for (index, raise) in original.raise.enumerated() {
            add("drop raise to \(raise.severity.name)") { $0.raise.remove(at: index) }
        }
    }

    private func decimal(_ hundredths: Int) -> String { DecimalText.text(hundredths) }
}

extension Operation.Kind {
    fileprivate var isSpike: Bool {
        if case .spike = self { true } else { false }
    }
}
