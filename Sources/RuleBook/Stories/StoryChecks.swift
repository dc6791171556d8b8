internal import AuditModel
internal import MarkedText

/// What a story must keep to so that it means what it says.
enum StoryChecks {
    static func areSound(
        _ acts: [StoryAct], isMidlife: Bool, _ report: inout RuleText
    ) -> Bool {
        if let act = acts.last, Set(acts.map(\.place.prefix)).count > StoryNetworks.mostPlaces {
            report.error(
                .story, act.line, "a story has at most \(StoryNetworks.mostPlaces) places")
            return false
        }
        if let act = acts.last, generations(acts) > StoryParser.mostActs {
            report.error(
                .story, act.line, "the story's grants are too old: more than "
                    + "\(StoryParser.mostActs) rotations before it opens",
                remedy: "begin with a lower generation, such as g5")
            return false
        }
        var issued: [StoryAct.Lineage: Set<StoryToken>] = [:]
        for (lineage, birth) in StoryBirth.births(acts) {
            issued[lineage] = Set(birth.tokens)
        }
        for act in acts {
            let tokens = act.tokens
            if act.actor == StoryAct.stranger, tokens.named != nil, issued[act.lineage] == nil,
                !isMidlife
            {
                report.error(.story, act.line, "the stranger acts before the owner does")
                return false
            }
            if let named = tokens.named, isAccepted(act), !isMidlife,
                issued[act.lineage]?.contains(named) != true
            {
                report.error(
                    .story, act.line, "\(named.text) was never issued in this story",
                    remedy: "known by then: \(list(issued[act.lineage] ?? []))")
                return false
            }
            if let new = tokens.issued, !issued[act.lineage, default: []].insert(new).inserted {
                report.error(
                    .story, act.line, "\(new.text) is issued already",
                    remedy: "call the second one \(new.text)b")
                return false
            }
        }
        return true
    }

    /// Rotations that lie before the story, at most.
    private static func generations(_ acts: [StoryAct]) -> Int {
        var first: [StoryAct.Lineage: Int] = [:]
        for act in acts where first[act.lineage] == nil {
            if let named = act.tokens.named { first[act.lineage] = named.generation + 1 }
        }
        return first.values.reduce(0, +)
    }

    private static func isAccepted(_ act: StoryAct) -> Bool {
        switch act.verb {
        case .refused: false
        case .deed(let deed): deed.outcome == .success
        default: true
        }
    }

    private static func list(_ tokens: Set<StoryToken>) -> String {
        tokens.isEmpty ? "none" : tokens.map(\.text).sorted().joined(separator: ", ")
    }
}

/// The life of a chain before the story opens: unless the story redeems a code itself, its owner
/// did so an hour before the first line, and rotated down to the token that line presents.
struct StoryBirth {
    /// The owner's first line in this chain.
    var first: StoryAct
    /// The token the code gave and each that followed from it, oldest first.
    var tokens: [StoryToken]

    static let secondsBefore = 3600

    /// The births of all chains that the story does not open itself, in order of appearance.
    static func births(_ acts: [StoryAct]) -> [(StoryAct.Lineage, StoryBirth)] {
        var order: [StoryAct.Lineage] = []
        var chains: [StoryAct.Lineage: [StoryAct]] = [:]
        for act in acts {
            if chains[act.lineage] == nil { order.append(act.lineage) }
            chains[act.lineage, default: []].append(act)
        }
        return order.compactMap { lineage in
            let chain = chains[lineage] ?? []
            return birth(chain).map { (lineage, $0) }
        }
    }

    private static func birth(_ chain: [StoryAct]) -> StoryBirth? {
        let first = chain.first { $0.tokens.named != nil || $0.tokens.issued != nil }
        guard let first, let named = first.tokens.named else { return nil }
        let lowest =
            chain.compactMap { $0.tokens.named?.generation }.min() ?? named.generation
        let generations = min(lowest, named.generation)...named.generation
        let owner = chain.first { $0.actor != StoryAct.stranger } ?? first
        return StoryBirth(
            first: owner, tokens: generations.map { StoryToken(generation: $0) })
    }
}
