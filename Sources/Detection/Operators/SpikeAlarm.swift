internal import AuditModel

/// The absolute rule of a spike: so many events, of so many different values, in one window, where
/// the day before the window had fewer than a quarter as many in all.
struct SpikeAlarm: Sendable {
    static let mostEntries = 256
    static let pastHours = 24

    struct Entry: Sendable, BitwiseCopyable {
        var time: Int64
        var value: ID128
    }

    var entries = Deque<Entry>()
    /// Events that have left the window, by hour.
    var past: ContiguousArray<UInt16> = []
    var pastHour: Int64 = 0
    /// When it last went off.
    var last: Int64?

    static func bytes(_ absolute: Operation.Spike.Absolute) -> Int {
        (most(absolute) + 1) * 2 * MemoryLayout<Entry>.stride
            + (pastHours + 1) * MemoryLayout<UInt16>.stride
    }

    private static func most(_ absolute: Operation.Spike.Absolute) -> Int {
        min(mostEntries, max(absolute.count, absolute.distinct) * 4)
    }

    /// Takes in an event of the attack.
    ///
    /// - Returns: the figures of the window when it is an alarm.
    mutating func add(
        _ value: ID128, at time: Int64, _ absolute: Operation.Spike.Absolute
    ) -> (events: Int, values: Int)? {
        let (start, overflow) = time.subtractingReportingOverflow(absolute.window)
        while let first = entries.first, !overflow, first.time <= start {
            remember(first.time)
            entries.removeFirst()
        }
        if entries.count == Self.most(absolute) { entries.removeFirst() }
        entries.append(Entry(time: time, value: value))
        guard entries.count >= absolute.count else { return nil }
        let values = distinctValues
        guard values >= absolute.distinct else { return nil }
        let isSame = last.map { $0 > start } ?? false
        guard isSame || isQuiet(before: time, absolute) else { return nil }
        last = time
        return (entries.count, values)
    }

    private var distinctValues: Int {
        let sorted = entries.all.map(\.value).filter { !$0.isNone }.sorted()
        return zip(sorted, sorted.dropFirst()).count { $0 != $1 } + (sorted.isEmpty ? 0 : 1)
    }

    private func isQuiet(before time: Int64, _ absolute: Operation.Spike.Absolute) -> Bool {
        let hours = Rhythm.floor(time, SpikeBaseline.hour) - pastHour
        guard !past.isEmpty, hours <= Int64(Self.pastHours) else { return true }
        // The oldest hour is first.
        let events = past.dropFirst(Int(max(0, hours))).reduce(0) { $0 + Int($1) }
        return events * 4 < absolute.count
    }

    private mutating func remember(_ time: Int64) {
        let hour = Rhythm.floor(time, SpikeBaseline.hour)
        if past.isEmpty || hour - pastHour > Int64(Self.pastHours) {
            past = ContiguousArray(repeating: 0, count: Self.pastHours + 1)
            pastHour = hour
        }
        while pastHour < hour {
            past.removeFirst()
            past.append(0)
            pastHour += 1
        }
        if past[Self.pastHours] < .max { past[Self.pastHours] += 1 }
    }
}
