public import Delivery
public import EventStore

/// A hook of a live run, and which revisions it hears of.
public struct LiveHook: Sendable {
    /// Its name in the configuration, by which the store knows what waits for it.
    public var name: String
    public var takes: @Sendable (AlertRecord) -> Bool

    public init(name: String, takes: @escaping @Sendable (AlertRecord) -> Bool) {
        self.name = name
        self.takes = takes
    }
}

/// Carries deliveries to hooks, in its own time and on threads of its own.
public protocol LiveCourier: AnyObject, Sendable {
    /// How many more deliveries it takes for a hook.
    func room(for hook: String) -> Int
    /// Takes deliveries, those of a hook in order of their sequences.
    func add(_ deliveries: [HookDelivery])
    /// What became of attempts since the last call, in order.
    func takeOutcomes() -> [HookOutcome]
    /// Hooks whose receiver wants nothing any more, and what it said.
    func disabledHooks() -> [(hook: String, reason: String)]
    /// Tries a hook again that was disabled.
    func enable(_ hook: String)
    /// Begins nothing new and waits for what is under way, nanoseconds at most.
    func stop(within nanoseconds: Int64)
}
