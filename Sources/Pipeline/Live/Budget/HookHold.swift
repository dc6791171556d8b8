public import EventStore
public import WireFormat

/// How much of its budget a hook has spent, and what it is not told one by one.
public struct HookHold: Sendable, Equatable {
    /// One class of notifications.
    public struct Lane: Sendable, Equatable {
        /// Within the last 24 hours; may exceed the limit.
        public var told: Int
        public var limit: Int
        /// Held back since the budget was spent.
        public var held: Int
        /// When there is room again if nothing more is told, nanoseconds UTC; nil when there is.
        public var until: Int64?
    }

    public var pages: Lane
    public var tickets: Lane

    /// How a hook stands by the rows of a store, whoever writes it.
    ///
    /// - Parameter now: nanoseconds UTC.
    public static func read(
        hook: String, _ budget: NotificationBudget, from store: EventStore, at now: Int64
    ) throws(StoreError) -> HookHold {
        try HookBudget(hook: hook, budget, from: store, at: now).hold(at: now)
    }

    /// Both classes by name.
    public var lanes: [(name: String, lane: Lane)] {
        [(NotificationClass.pages.name, pages), (NotificationClass.tickets.name, tickets)]
    }

    /// Writes one object with a member for each class.
    public func append(to writer: inout JSONWriter) {
        writer.beginObject()
        for (name, lane) in lanes {
            writer.key(name)
            writer.beginObject()
            writer.member("told", Int64(lane.told))
            writer.member("limit", Int64(lane.limit))
            writer.member("held", Int64(lane.held))
            if let until = lane.until { writer.member("until", time: until, precision: 3) }
            writer.endObject()
        }
        writer.endObject()
    }
}
