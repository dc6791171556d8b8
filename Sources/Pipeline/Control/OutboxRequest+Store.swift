internal import AuditModel
public import EventStore
internal import WireFormat

extension OutboxRequest {
    /// Does what was asked for in a store that nobody else writes, and keeps that it was done.
    ///
    /// - Parameters:
    ///   - time: nanoseconds UTC.
    ///   - user: who asks, as the kernel says.
    /// - Returns: how many deliveries, or hooks, are not what they were.
    public func perform(
        on store: EventStore, at time: Int64, by user: ControlPeer? = nil
    ) throws(StoreError) -> Int {
        var commit = LiveCommit()
        let count: Int
        switch self {
        case .replay(let hook, let sequences):
            count = try store.requeue(sequences.map { (hook, $0) }, at: time)
            commit.controls = [record("hook.replayed", hook, count, store, time, user)]
        case .drop(let hook, let reason):
            count = try store.giveUp(hook: hook, reason: reason)
            commit.controls = [record("hook.dropped", hook, count, store, time, user)]
        case .enable(let hook):
            count = try store.hookStates().count { $0.name == hook && $0.isDisabled }
            commit.hooks = [HookState(name: hook, isDisabled: false, reason: "", time: time)]
            commit.controls = [record("hook.enabled", hook, nil, store, time, user)]
        }
        if count > 0 { try store.commit(commit) }
        return count
    }

    private func record(
        _ kind: String, _ hook: String, _ count: Int?, _ store: EventStore, _ time: Int64,
        _ user: ControlPeer?
    ) -> ControlRecord {
        .about(kind, at: time, in: store) { writer in
            writer.member("hook", hook)
            writer.member("deliveries", count.map { Int64($0) })
            user?.append(to: &writer)
        }
    }
}
