internal import AuditModel
public import EventStore
internal import WireFormat

extension OutboxRequest {
    /// Does what was asked for in a store that nobody else writes.
    ///
    /// - Parameter time: nanoseconds UTC.
    /// - Returns: how many deliveries, or hooks, are not what they were.
    public func perform(on store: EventStore, at time: Int64) throws(StoreError) -> Int {
        switch self {
        case .replay(let hook, let sequences):
            return try store.requeue(sequences.map { (hook, $0) }, at: time)
        case .drop(let hook, let reason): return try store.giveUp(hook: hook, reason: reason)
        case .enable(let hook):
            let isDisabled = try store.hookStates().contains { $0.name == hook && $0.isDisabled }
            guard isDisabled else { return 0 }
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("hook", hook)
            writer.endObject()
            var commit = LiveCommit()
            commit.hooks = [HookState(name: hook, isDisabled: false, reason: "", time: time)]
            commit.controls = [
                ControlRecord(
                    time: time, kind: "hook.enabled", position: store.eventCount,
                    body: String(decoding: writer.takeBytes(), as: UTF8.self))
            ]
            try store.commit(commit)
            return 1
        }
    }
}
