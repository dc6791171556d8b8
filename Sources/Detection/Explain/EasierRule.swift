/// A form of a rule whose operation asks for less, to find out how much was missing.
struct EasierRule: Sendable {
    let rule: Rule
    /// The input that it does without; nil for a form that only shows its figures.
    let lacks: String?

    /// A count that no bound forbids, above the largest a rule may set, so that the operation
    /// counts on as far as it can.
    private static let noBound = Int(Int32.max)

    static func all(_ rule: Rule) -> [EasierRule] {
        guard let operation = rule.operation else { return [] }
        switch operation.kind {
        case .count, .distinct, .sum, .average, .percentile:
            var easy = named(rule, "figures")
            easy.operation?.bounds = [Operation.Bound(.notEqual, noBound)]
            return [EasierRule(rule: easy, lacks: nil)]
        case .ratio:
            var easy = named(rule, "figures")
            easy.operation?.kind = .ratio(Operation.Ratio(atLeast: 0, minimum: 0))
            return [EasierRule(rule: easy, lacks: nil)]
        case .spike(var spike):
            spike.floorCount = 0
            spike.floorRatio = 0
            spike.tail = 0
            var easy = named(rule, "figures")
            easy.operation?.kind = .spike(spike)
            return [EasierRule(rule: easy, lacks: nil)]
        case .geoVelocity(var geo):
            geo.speedKmh = 0
            geo.distanceKm = 1
            var easy = named(rule, "figures")
            easy.operation?.kind = .geoVelocity(geo)
            easy.fireAt = nil
            return [EasierRule(rule: easy, lacks: nil)]
        case .temporal: return withoutOneInput(rule)
        case .newValue, .absence: return []
        }
    }

    private static func withoutOneInput(_ rule: Rule) -> [EasierRule] {
        guard rule.inputs.count > 1 else { return [] }
        return rule.inputs.indices.map { index in
            var easy = named(rule, "without/\(index)")
            easy.inputs.remove(at: index)
            easy.condition = .any(easy.inputs.map(\.condition))
            return EasierRule(rule: easy, lacks: rule.inputs[index].name)
        }
    }

    private static func named(_ rule: Rule, _ suffix: String) -> Rule {
        var easy = rule
        easy.id = "\(rule.id)/explain/\(suffix)"
        easy.name = easy.id
        easy.unless = []
        return easy
    }
}
