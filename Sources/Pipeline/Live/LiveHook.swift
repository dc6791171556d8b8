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
    ///
    /// - Returns: how many of them; those it holds already are passed over.
    @discardableResult func add(_ deliveries: [HookDelivery]) -> Int
    /// What became of attempts since the last call, in order.
    func takeOutcomes() -> [HookOutcome]
    /// Hooks whose receiver wants nothing any more, and what it said.
    func disabledHooks() -> [(hook: String, reason: String)]
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
    /// Hooks that answered 410 and get nothing.
    public func disabledHooks() -> [(hook: String, reason: String)] {
        statuses().compactMap { status in
            status.disabledReason.map { (hook: status.name, reason: $0) }
        }
    }
}
