/// What an attacker does. A scenario is a value: its name, what should find it, whom it suits and
/// what happens each time its turn comes. Each stands in a file of its own and in one line of
/// ``allCases``.
public struct AttackScenario: Hashable, Sendable {
    /// The name that labels begin with; stable.
    public let rawValue: String
    /// One sentence for people.
    public let explanation: String
    /// The names of the rules any of which should find it, the one it was made for first; empty
    /// where no rule can.
    public let expectedRules: [String]
    /// About how many events it has, given the length of a burst.
    private let events: @Sendable (_ burst: Int) -> Int
    /// Whether an application could be its victim at a moment; nil where it needs none.
    let suits: (@Sendable (_ engine: Engine, _ application: Int, _ time: Int64) -> Bool)?
    /// Milliseconds between two searches for a victim.
    let searchPause: Int64
    /// What the thief of that number does now.
    let act: @Sendable (_ engine: inout Engine, _ thief: Int, _ time: Int64) -> Void

    init(
        _ rawValue: String, _ explanation: String, expect expectedRules: [String],
        events: @escaping @Sendable (_ burst: Int) -> Int = { _ in 8 },
        searchPause: Int64 = 600_000,
        suits: (@Sendable (_ engine: Engine, _ application: Int, _ time: Int64) -> Bool)? = nil,
        act: @escaping @Sendable (_ engine: inout Engine, _ thief: Int, _ time: Int64) -> Void
    ) {
        self.rawValue = rawValue
        self.explanation = explanation
        self.expectedRules = expectedRules
        self.events = events
        self.searchPause = searchPause
        self.suits = suits
        self.act = act
    }

    func length(burst: Int) -> Int { events(burst) }

    public static func == (left: AttackScenario, right: AttackScenario) -> Bool {
        left.rawValue == right.rawValue
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }
}

extension AttackScenario: CaseIterable {
    /// Every scenario. Their order numbers their random streams: new ones go to the end.
    public static let allCases: [AttackScenario] = [
        attackerFirst, victimFirst, victimFirstOlder, silentTakeover, fork,
        distantUse, tokenStuffing, introspectionFlood, leakedToken, leakedDeadToken,
        passwordSpray, bruteForce, secretGuessing, codeReplay, passwordGrant, redirectProbing,
        deviceFlow, verifierFailures, manySessions, hostingTakeover, foreignClient, scopeGrowth,
        sourceSilence,
    ]
}
