internal import AuditModel
public import Detection
public import MarkedText

/// A rule with where it comes from and whether it can see.
public struct LoadedRule: Sendable {
    public var rule: Rule
    /// The file it stands in, and the line of its id.
    public var path: String
    public var line: Int
    /// Whether it is the one that the binary carries.
    public var isFromPack: Bool
    /// Why the rule cannot see anything here; empty when it can.
    public var blindness: [String]
    /// Names of the Sigma filters that hide events from the rule, in the order loaded.
    public var filters: [String] = []
    public var tests: [RuleTest]
    /// What operators changed of it, in the order in which it decides.
    public var overlays: [RuleOverlay] = []
    /// The rule as overlays make it: what is left of it, then one version for each overlay that
    /// changes it for its events. Nil without overlays.
    var versions: [Rule]?

    /// What runs of it.
    public var running: [Rule] { versions ?? [rule] }

    public var isBlind: Bool { !blindness.isEmpty }

    /// Whether its author says that it is not to be trusted yet, or no longer: such a rule runs
    /// only on request.
    public var isOff: Bool {
        switch rule.status {
        case .stable, .test: false
        case .experimental, .deprecated, .unsupported: true
        }
    }
}

/// What loading came to. Rules with errors are not among the rules.
public struct LoadedRules: Sendable {
    /// By name.
    public var rules: [LoadedRule]
    /// By file in the order given, then by place.
    public var diagnostics: [RuleDiagnostic]

    /// Whether rules that are off (``LoadedRule/isOff``) run all the same.
    public var runsExperimental = false

    public init(rules: [LoadedRule], diagnostics: [RuleDiagnostic]) {
        self.rules = rules
        self.diagnostics = diagnostics
    }

    /// The rules an engine runs: all that are neither blind nor off. Rules that are off but that a
    /// running correlation is about give hits, and no alerts of their own.
    public var active: [Rule] {
        if runsExperimental { return rules.filter { !$0.isBlind }.flatMap(\.running) }
        let running = rules.filter { !$0.isBlind && !$0.isOff }.flatMap(\.running)
        let asked = Set(RuleClosure.bases(of: running, among: sighted).map(\.id))
        let added = rules.filter { $0.isOff && asked.contains($0.rule.id) }.map { loaded in
            var rule = loaded.rule
            rule.isSilent = true
            return rule
        }
        return running + added
    }

    /// The rules an engine can run as their authors wrote them, without overlays, those that are
    /// off included: what tests are about.
    public var sighted: [Rule] { rules.filter { !$0.isBlind }.map(\.rule) }

    /// Whether `rules check` fails (exit 2).
    public var hasErrors: Bool { diagnostics.contains { $0.isError } }

    /// 32 hexadecimal digits over all active rules, for state that depends on them.
    public var hash: String {
        var hash = IdentityHash("rules/1")
        for rule in active { hash.add(rule.hash) }
        return hash.id().hex
    }
}
