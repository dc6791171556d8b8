internal import AuditModel
internal import Detection

/// Which rules see what through which sources, and what would make them see more.
public struct Coverage: Sendable {
    /// How well a rule works at a source.
    public enum State: String, Sendable, CaseIterable {
        case active, degraded, blind
        /// Not run, as its status says.
        case off
    }

    /// One rule at one source.
    public struct Entry: Sendable, Equatable {
        public var rule: String
        public var title: String
        /// ATT&CK technique ids.
        public var attack: [String]
        /// An index in ``Coverage/sources``.
        public var source: Int
        public var state: State
        /// What it lacks, a phrase each.
        public var why: [String]
        /// Server settings that would help, a sentence each.
        public var cures: [String]
        /// Nothing it waits for has come yet, and nothing keeps it from coming.
        public var isWaiting: Bool
        /// Names of what it lacks: of capabilities, of fields, or such as `successes`.
        var lacks: Set<String> = []
    }

    public let sources: [SourceSurvey.Source]
    /// By source, then rule.
    public let entries: [Entry]

    public init(_ rules: LoadedRules, _ survey: SourceSurvey) {
        let sources = survey.sources
        self.sources = sources
        let byID = Dictionary(
            rules.rules.map { ($0.rule.id, $0.rule) }, uniquingKeysWith: { first, _ in first })
        entries = sources.indices.flatMap { index in
            let sight = RuleSight(source: sources[index], rules: byID)
            return rules.rules.compactMap { loaded in
                Self.entry(loaded, index, sight, runsAll: rules.runsExperimental)
            }
        }
    }

    private static func entry(
        _ loaded: LoadedRule, _ index: Int, _ sight: RuleSight, runsAll: Bool
    ) -> Entry? {
        let rule = loaded.rule
        var entry = Entry(
            rule: rule.name, title: rule.title, attack: rule.attack, source: index,
            state: .active, why: [], cures: [], isWaiting: false)
        let judgement = Judgement(rule, sight)
        if judgement.isElsewhere { return nil }
        if loaded.isBlind {
            entry.state = .blind
            entry.why = loaded.blindness
            return entry
        }
        entry.state = judgement.state
        entry.isWaiting = judgement.isWaiting
        let dialect = sight.source.dialect
        entry.why = judgement.causes.map { $0.text(sight.source) }.uniqued
        entry.lacks = Set(judgement.causes.map(Cures.name))
        entry.cures = judgement.causes.compactMap { Cures.cure($0, dialect: dialect) }.uniqued
        if loaded.isOff, !runsAll {
            entry.state = .off
            entry.why = ["its status is \(rule.status.rawValue)"] + entry.why
        }
        return entry
    }

    /// The best state of every technique that a loaded rule names, by id, with the rules behind.
    public var techniques: [(id: String, state: State, rules: [Entry])] {
        let ids = Set(entries.flatMap(\.attack)).sorted()
        return ids.map { id in
            let own = entries.filter { $0.attack.contains(id) }
            let order = State.allCases
            let best = own.map(\.state).min {
                (order.firstIndex(of: $0) ?? 0) < (order.firstIndex(of: $1) ?? 0)
            }
            return (id, best ?? .blind, own)
        }
    }
}

/// What a rule's needs, its condition and its points come to at one source.
private struct Judgement {
    private(set) var state = Coverage.State.active
    private(set) var causes: [CoverageCause] = []
    private(set) var isWaiting = false
    private(set) var isElsewhere = false

    init(_ rule: Rule, _ sight: RuleSight) {
        take(sight.sight(rule), missing: .blind)
        for name in rule.needs.all { take(sight.sight(ofCapability: name), missing: .blind) }
        let any = rule.needs.any.map(sight.sight(ofCapability:))
        if let best = any.min(by: { $0.rank < $1.rank }) { take(best, missing: .blind) }
        for name in rule.needs.better { take(sight.sight(ofCapability: name), missing: .degraded) }
        for points in rule.points {
            take(sight.sight(rule.selections[points.selection]), missing: .degraded)
        }
        // The one says the other.
        if causes.contains(.assertedOnly) { causes.removeAll { $0 == .successes } }
    }

    private mutating func take(_ found: RuleSight.Sight, missing: Coverage.State) {
        switch found {
        case .seen: return
        case .possible: isWaiting = true
        case .elsewhere: isElsewhere = true
        case .reduced(let cause):
            causes.append(cause)
            if state == .active { state = .degraded }
        case .missing(let cause):
            causes.append(cause)
            if state != .blind { state = missing }
        }
    }
}

extension CoverageCause {
    /// For people.
    func text(_ source: SourceSurvey.Source) -> String {
        switch self {
        case .successes: "no success event among \(source.events) events"
        case .capability(let name): "no \(name) in \(source.sampled) events"
        case .payload(let path): "no \(path) in \(source.sampled) events"
        case .kinds(let names): "\(source.dialect) has no event of kind \(names)"
        case .field(let name): "no \(name) in \(source.sampled) events"
        case .assertedOnly:
            "no success event among \(source.events) events: sees only what the server itself "
                + "calls reuse"
        case .blindness(let why): why
        }
    }
}

extension [String] {
    /// Each text once, where it stands first.
    var uniqued: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
