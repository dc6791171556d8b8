internal import Foundation

/// One hook: how often it is tried, and who brings it what there is.
public struct CourierHook: Sendable {
    public var pace: HookPace
    /// Called on the courier's threads, its lanes on the owner's.
    public var carrier: any HookCarrier

    public init(pace: HookPace, carrier: any HookCarrier) {
        self.pace = pace
        self.carrier = carrier
    }
}

/// Brings deliveries to hooks on threads of its own.
///
/// The owner keeps the outbox: it adds what is pending, takes what became of it and commits that.
/// To refill, it takes and commits the outcomes first, then reads the first pending rows of a hook
/// in the order of their sequences and adds them: those that are held, and those whose outcome
/// still waits to be taken, are passed over. So a delivery is never sent again after it was
/// delivered, unless the process ends before the commit; the receiver knows that by its id.
public final class Courier: Sendable {
    private let hooks: [HookWorkers]

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - hooks: with unique names.
    ///   - capacity: deliveries held for each hook at most.
    ///   - onOutcome: called on the courier's threads when there is something to take.
    public init(
        hooks: [CourierHook], capacity: Int = HookSchedule.capacity,
        environment: CourierEnvironment = .system,
        onOutcome: @escaping @Sendable () -> Void
    ) {
        self.hooks = hooks.map { hook in
            HookWorkers(
                hook, capacity: capacity, environment: environment, onOutcome: onOutcome)
        }
        for hook in self.hooks { hook.start() }
    }

    deinit {
        for hook in hooks {
            hook.stopStarting()
            hook.abandon()
        }
    }

    /// Holds deliveries as far as their hooks have room; those of unknown hooks are left.
    ///
    /// - Parameter deliveries: in any order; an alert's later revision not before an earlier one.
    /// - Returns: how many were added.
    @discardableResult
    public func add(_ deliveries: [HookDelivery]) -> Int {
        var added = 0
        for hook in hooks {
            let own = deliveries.filter { $0.hook == hook.name }
            if !own.isEmpty { added += hook.add(own) }
        }
        return added
    }

    /// What became of attempts since the last call: each hook's in the order in which they ended.
    public func takeOutcomes() -> [HookOutcome] { hooks.flatMap { $0.takeOutcomes() } }

    /// How many more deliveries a hook can hold; 0 for an unknown one.
    public func room(for hook: String) -> Int { find(hook)?.room ?? 0 }

    /// How each hook stands, in the order they were given.
    public func statuses() -> [HookStatus] { hooks.map(\.status) }

    /// Sends what a hook holds at once, whether it was disabled, paused or held by its breaker.
    ///
    /// - Returns: false if there is no such hook.
    @discardableResult
    public func enable(_ hook: String) -> Bool {
        find(hook)?.enable()
        return find(hook) != nil
    }

    /// Sends nothing more to a hook until it is enabled: after a restart, for one that answered
    /// 410 before.
    ///
    /// - Parameter reason: one line.
    /// - Returns: false if there is no such hook.
    @discardableResult
    public func disable(_ hook: String, reason: String) -> Bool {
        find(hook)?.disable(reason)
        return find(hook) != nil
    }

    /// Starts nothing more and waits for what is in flight. What is in flight even then is broken
    /// off: it has no outcome and stays pending. Outcomes may still be taken.
    ///
    /// - Returns: whether everything in flight ended in time.
    @discardableResult
    public func stop(within seconds: Double) -> Bool {
        for hook in hooks { hook.stopStarting() }
        let deadline = Date(timeIntervalSinceNow: max(0, seconds))
        let late = hooks.filter { !$0.wait(until: deadline) }
        for hook in late { hook.abandon() }
        // Attempts look at the flag about once a second.
        let last = Date(timeIntervalSinceNow: 2)
        for hook in late { _ = hook.wait(until: last) }
        for hook in hooks { hook.close() }
        return late.isEmpty
    }

    private func find(_ name: String) -> HookWorkers? { hooks.first { $0.name == name } }
}
