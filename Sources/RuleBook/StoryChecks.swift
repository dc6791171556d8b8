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
        var issued: [StoryAct.Lineage: Set<StoryToken>] = [:]
        for (lineage, birth) in StoryBirth.births(acts) {
            issued[lineage] = Set(birth.tokens)
        }
        for act in acts {
            if act.actor == StoryAct.stranger, issued[act.lineage] == nil, !isMidlife {
                report.error(.story, act.line, "the stranger acts before the owner does")
                return false
            }
            let tokens = act.tokens
            var known = issued[act.lineage] ?? []
            if let named = tokens.named, isAccepted(act), !isMidlife, !known.contains(named) {
                report.error(
                    .story, act.line, "\(named.text) was never issued in this story",
                    remedy: "known by then: \(list(known))")
                return false
            }
            if let new = tokens.issued, !known.insert(new).inserted {
                report.error(
                    .story, act.line, "\(new.text) is issued already",
                    remedy: "call the second one \(new.text)b")
                return false
            }
            issued[act.lineage] = known
        }
        return true
    }

    private static func isAccepted(_ act: StoryAct) -> Bool {
        if case .refused = act.verb { false } else { true }
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
        var births: [(StoryAct.Lineage, StoryBirth)] = []
        var seen: Set<StoryAct.Lineage> = []
        for act in acts {
            guard let named = act.tokens.named ?? act.tokens.issued,
                seen.insert(act.lineage).inserted
            else { continue }
            if case .code = act.verb { continue }
            let lowest =
                acts.filter { $0.lineage == act.lineage }
                .compactMap { $0.tokens.named?.generation }.min() ?? named.generation
            let generations = min(lowest, named.generation)...named.generation
            let owner =
                acts.first { $0.lineage == act.lineage && $0.actor != StoryAct.stranger } ?? act
            births.append(
                (
                    act.lineage,
                    StoryBirth(
                        first: owner, tokens: generations.map { StoryToken(generation: $0) })
                ))
        }
        return births
    }
}
