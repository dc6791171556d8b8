internal import AuditModel

/// The events of one key that may lie in a window, oldest first, with a value each; and the last
/// few of them to point at.
struct WindowEntries<Value: BitwiseCopyable & Sendable>: Sendable {
    struct Entry: Sendable, BitwiseCopyable {
        var time: Int64
        var value: Value
    }

    var entries = Deque<Entry>()
    var recent = RecentEvents()
    /// When the last event came.
    var last: Int64?

    /// The most that one takes, in bytes; a deque holds up to twice what is in it.
    static func bytes(entries: Int) -> Int {
        RecentEvents.capacity * MemoryLayout<EventReference>.stride
            + entries * 2 * MemoryLayout<Entry>.stride + MemoryLayout<Self>.stride
    }

    /// Takes an event in, after those that no window reaches any more are gone.
    ///
    /// - Parameters:
    ///   - most: entries that are kept; older ones are forgotten.
    ///   - forget: gets the value of each entry that goes.
    mutating func add(
        _ value: Value, at time: Int64, _ clock: WindowClock, most: Int,
        forget: (Value) -> Void = { _ in }
    ) {
        let opens = clock.opensSession(at: time, after: last)
        last = time
        let oldest = clock.horizon(at: time)
        while let first = entries.first, opens || first.time <= oldest { drop(first, forget) }
        entries.append(Entry(time: time, value: value))
        if entries.count > most, let first = entries.first { drop(first, forget) }
    }

    private mutating func drop(_ first: Entry, _ forget: (Value) -> Void) {
        forget(first.value)
        entries.removeFirst()
    }

    /// Removes the first entry with a value.
    mutating func remove(_ value: Value) where Value: Equatable {
        guard let index = entries.all.firstIndex(where: { $0.value == value }) else { return }
        entries.remove(at: index - entries.all.startIndex)
    }

    /// The entries outside and inside of a window that begins after `start`: some may lie outside
    /// when another grant of the same key began earlier.
    func parted(at start: Int64, _ clock: WindowClock) -> (
        outside: ArraySlice<Entry>, inside: ArraySlice<Entry>
    ) {
        let all = entries.all
        if clock.window.shape == .session { return (all.prefix(0), all) }
        let outside = all.prefix { $0.time <= start }
        return (outside, all.dropFirst(outside.count))
    }

    /// Notes the event just taken in as one to point at later.
    ///
    /// - Returns: the ones before it in the window, if it fired.
    mutating func point(
        at event: EventReference, since start: Int64, fired: Bool
    ) -> [EventReference] {
        let earlier = fired ? recent.since(start) : []
        recent.add(event)
        return earlier
    }
}
