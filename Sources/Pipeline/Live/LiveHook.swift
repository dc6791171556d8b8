public import Delivery
public import EventStore

/// A hook of a live run, and which revisions it hears of.
public struct LiveHook: Sendable {
    /// Its name in the configuration, by which the store knows what waits for it.
    public var name: String
    /// Whether it hears of an incident once, and then only of what changes about it.
    public var groupsIncidents: Bool
    public var takes: @Sendable (AlertRecord) -> Bool
    /// How much it is told one by one; nil for everything.
    public var budget: NotificationBudget?

    public init(
        name: String, groupsIncidents: Bool = false, budget: NotificationBudget? = nil,
        takes: @escaping @Sendable (AlertRecord) -> Bool
    ) {
        self.name = name
        self.groupsIncidents = groupsIncidents
        self.budget = budget
        self.takes = takes
    }

    /// Whether it is told of a revision.
    func hears(_ record: AlertRecord) -> Bool {
        !record.withheld.contains(name) && (takes(record) || record.owed.contains(name))
    }
}

/// How a hook stands with its courier. Counts are of this process.
public struct LiveHookState: Sendable, Equatable {
    public var hook: String
    /// What its receiver said that wants nothing any more; nil for one that is tried.
    public var disabledReason: String?
    /// Whether only probes are sent, because too much failed.
    public var isBreakerOpen = false
    public var delivered = 0
    public var retried = 0
    public var dead = 0

    public init(hook: String) { self.hook = hook }
}

/// Carries deliveries to hooks, in its own time and on threads of its own.
public protocol LiveCourier: AnyObject, Sendable {
    /// How many more deliveries it takes for a hook.
    func room(for hook: String) -> Int
    /// Takes deliveries, those of a hook in order of their sequences.
    ///
    /// - Returns: how many of them; those it holds already are passed over.
    @discardableResult func add(_ deliveries: [HookDelivery]) -> Int
    /// What became of attempts since the last call, in order.
    func takeOutcomes() -> [HookOutcome]
    /// How each hook stands.
    func states() -> [LiveHookState]
    /// Tries a hook again that was disabled.
    ///
    /// - Returns: false if there is no such hook.
    @discardableResult func enable(_ hook: String) -> Bool
    /// Begins nothing new and waits so many seconds for what is under way.
    ///
    /// - Returns: whether all of it ended in time.
    @discardableResult func stop(within seconds: Double) -> Bool
}

extension Courier: LiveCourier {
    /// How each hook stands.
    public func states() -> [LiveHookState] {
        statuses().map { status in
            var state = LiveHookState(hook: status.name)
            state.disabledReason = status.disabledReason
            state.isBreakerOpen = status.isBreakerOpen
            state.delivered = Int(status.delivered)
            state.retried = Int(status.retried)
            state.dead = Int(status.dead)
            return state
        }
    }
}
