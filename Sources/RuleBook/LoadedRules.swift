internal import AuditModel
public import Detection

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
}

/// What loading came to. Rules with errors are not among the rules.
public struct LoadedRules: Sendable {
    /// By name.
    public var rules: [LoadedRule]
    /// By file in the order given, then by place.
    public var diagnostics: [RuleDiagnostic]

    public init(rules: [LoadedRule], diagnostics: [RuleDiagnostic]) {
        self.rules = rules
        self.diagnostics = diagnostics
    }

    /// The rules an engine can run: all that are not blind.
    public var active: [Rule] { rules.filter { !$0.isBlind }.flatMap(\.running) }

    /// ``active`` as their authors wrote them, without overlays: what tests are about.
    var asWritten: [Rule] { rules.filter { !$0.isBlind }.map(\.rule) }

    /// Whether `rules check` fails (exit 2).
    public var hasErrors: Bool { diagnostics.contains { $0.isError } }

    /// 32 hexadecimal digits over all active rules, for state that depends on them.
    public var hash: String {
        var hash = IdentityHash("rules/1")
        for rule in active { hash.add(rule.hash) }
        return hash.id().hex
    }
}
