internal import Detection
internal import MarkedText

/// Joins correlations with the rules they name.
struct CorrelationLinker {
    private var drafts: [RuleDraft]
    private var files: [RuleText]
    private let sets: [Int]
    private let index: RuleIndex
    /// By correlation: the drafts of its rules; nil once one was not found.
    private var targets: [Int: [Int]] = [:]
    /// By draft: how many correlations stand on one another under it.
    private var depth: [Int: Int] = [:]

    /// Correlations of correlations.
    static let deepest = 16

    private init(_ drafts: [RuleDraft], _ files: [RuleText], _ sets: [Int]) {
        self.drafts = drafts
        self.files = files
        self.sets = sets
        index = RuleIndex(drafts)
    }

    static func link(
        _ drafts: inout [RuleDraft], _ files: inout [RuleText], _ sets: [Int]
    ) {
        guard drafts.contains(where: { $0.correlation != nil }) else { return }
        var linker = CorrelationLinker(drafts, files, sets)
        linker.findTargets()
        linker.joinAll()
        linker.silence()
        drafts = linker.drafts
        files = linker.files
    }

    private mutating func findTargets() {
        for place in drafts.indices {
            guard let correlation = drafts[place].correlation else {
                depth[place] = 0
                continue
            }
            let found = correlation.rules.map { reference -> Int? in
                if let target = index.draft(reference.name) { return target }
                unknown(reference, drafts[place].file)
                return nil
            }
            if found.contains(nil) {
                drafts[place].isRefused = true
            } else {
                targets[place] = found.compactMap { $0 }
            }
        }
    }

    private mutating func unknown(_ reference: RuleDraft.Reference, _ file: Int) {
        files[file].error(
            .unknownRule, reference.place,
            "no rule has the name or id '\(reference.name.prefix(60))'"
                + Suggestion.phrase(for: reference.name, among: index.names),
            remedy: "load the file it stands in as well, or see the errors in it")
    }

    /// Bottom up, so that what a correlation stands on is known.
    private mutating func joinAll() {
        var waiting = targets.keys.sorted()
        for level in 1...Self.deepest {
            let ready = waiting.filter { place in
                targets[place]?.allSatisfy { depth[$0] != nil } ?? false
            }
            for place in ready { join(place) }
            for place in ready { depth[place] = level }
            let done = Set(ready)
            waiting.removeAll { done.contains($0) }
        }
        for place in waiting { refuse(place) }
    }

    /// A correlation that waits for itself, or stands too high.
    private mutating func refuse(_ place: Int) {
        guard let correlation = drafts[place].correlation else { return }
        let waits = correlation.rules.first { reference in
            index.draft(reference.name).map { depth[$0] == nil } ?? false
        }
        drafts[place].isRefused = true
        guard let waits else { return }
        files[drafts[place].file].error(
            .correlation, waits.place,
            "'\(waits.name.prefix(60))' cannot be had: it has errors, waits for this correlation "
                + "in turn, or stands on more than \(Self.deepest) others",
            remedy: "a chain of correlations must begin with rules about events")
    }

    private mutating func join(_ place: Int) {
        guard let correlation = drafts[place].correlation, let found = targets[place]
        else { return }
        let rules = found.map { drafts[$0] }
        var joiner = CorrelationJoiner(correlation, rules, names: index, found)
        joiner.join(into: &drafts[place], &files[drafts[place].file])
    }

    /// Rules that a correlation of the same directory stands on give no alerts of their own, unless
    /// one says `generate`. Rules of the pack keep theirs, whatever is built on them.
    private mutating func silence() {
        var silent: Set<Int> = []
        var loud: Set<Int> = []
        for (place, found) in targets {
            guard let correlation = drafts[place].correlation, drafts[place].blindness.isEmpty,
                depth[place] != nil
            else { continue }
            for target in found where sets[drafts[target].file] == sets[drafts[place].file] {
                if correlation.generates { loud.insert(target) } else { silent.insert(target) }
            }
        }
        for target in silent.subtracting(loud) { drafts[target].rule.isSilent = true }
    }
}

/// Finds drafts by id or name.
struct RuleIndex {
    private var byID: [String: Int] = [:]
    private var byName: [String: Int] = [:]

    init(_ drafts: [RuleDraft]) {
        for (index, draft) in drafts.enumerated() { byID[draft.rule.id] = index }
        // A name that a rule was given counts before one that it has from its file.
        for isGiven in [true, false] {
            for (index, draft) in drafts.enumerated() where draft.hasOwnName == isGiven {
                if byName[draft.rule.name] == nil { byName[draft.rule.name] = index }
            }
        }
    }

    func draft(_ reference: String) -> Int? {
        byID[reference.asciiLowercased] ?? byName[reference]
    }

    var names: [String] { Array(byName.keys) }
}
