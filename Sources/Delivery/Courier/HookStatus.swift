/// How one hook stands.
public struct HookStatus: Sendable, Equatable {
    public var name: String
    /// Deliveries held in memory, with those in flight; the store may have more.
    public var held: Int
    public var inFlight: Int
    public var isBreakerOpen: Bool
    /// Why nothing is sent until somebody enables it; nil if it is enabled.
    public var disabledReason: String?
    /// When the oldest delivery held was committed, nanoseconds UTC; nil if none is held.
    public var oldestCreated: Int64?
    /// Since this process started.
    public var delivered: Int64
    public var retried: Int64
    public var dead: Int64

    public var isDisabled: Bool { disabledReason != nil }

    init(_ schedule: HookSchedule) {
        name = schedule.hook
        held = schedule.heldCount
        inFlight = schedule.inFlightCount
        isBreakerOpen = schedule.isBreakerOpen
        disabledReason = schedule.disabledReason
        oldestCreated = schedule.oldestCreated
        delivered = schedule.deliveredCount
        retried = schedule.retriedCount
        dead = schedule.deadCount
    }
}
