public import AuditModel

/// What people want to hear nothing of for a while. Alerts that it covers are stored and counted
/// like all others.
public struct Silence: Sendable, Equatable {
    /// From 1, in the order in which silences were made.
    public var id: Int64
    /// A pattern of names of rules, in which `*` stands for any text; nil for every rule, as with
    /// the other patterns.
    public var rule: String?
    public var client: String?
    public var subject: String?
    public var tenant: String?
    /// Where the attacker's address must lie; empty for anywhere.
    public var attackers: [IPPrefix]
    /// What is more severe is told.
    public var most: Severity
    /// Who made it.
    public var actor: String
    /// Why, in words.
    public var reason: String
    /// When it was made, nanoseconds UTC by the clock of people.
    public var created: Int64
    /// From when on it silences nothing, by the same clock.
    public var until: Int64
    /// Notifications that it held back.
    public var held: Int64
    /// When it ended: at ``until``, or when somebody took it back; nil before that was noted.
    public var ended: Int64?
    /// Who took it back; empty when nobody did.
    public var endedBy: String

    /// A silence that has held back nothing yet.
    public init(
        id: Int64, most: Severity, actor: String, reason: String, created: Int64, until: Int64
    ) {
        self.id = id
        self.most = most
        self.actor = actor
        self.reason = reason
        self.created = created
        self.until = until
        attackers = []
        held = 0
        endedBy = ""
    }

    /// As alerts name it: `silence:3`.
    public var name: String { "silence:\(id)" }
}
