/// One hook in numbers, as whoever delivers counts them. Counts are of this process.
public struct HookMetric: Sendable, Equatable {
    /// The sink's name in the configuration.
    public var hook: String
    /// Deliveries that wait.
    public var queue: Int
    /// How long the oldest of them has waited; 0 when none does.
    public var oldestSeconds: Double
    /// Dead letters that lie there now.
    public var dead: Int
    /// Attempts that were accepted.
    public var delivered: Int
    /// Attempts after which another follows.
    public var retried: Int
    /// Attempts after which a delivery was given up.
    public var gaveUp: Int
    /// Whether nothing but a probe is sent at the moment, because too much failed.
    public var breakerOpen: Bool
    /// Notifications that were held back for digests, by the budget that was spent.
    public var heldPages = 0
    public var heldTickets = 0
    /// How its budget stands; nil when it has none.
    public var hold: HookHold?

    public init(
        hook: String, queue: Int = 0, oldestSeconds: Double = 0, dead: Int = 0,
        delivered: Int = 0, retried: Int = 0, gaveUp: Int = 0, breakerOpen: Bool = false
    ) {
        self.hook = hook
        self.queue = queue
        self.oldestSeconds = oldestSeconds
        self.dead = dead
        self.delivered = delivered
        self.retried = retried
        self.gaveUp = gaveUp
        self.breakerOpen = breakerOpen
    }
}
