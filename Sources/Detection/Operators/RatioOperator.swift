internal import AuditModel
internal import GrantLedger

/// `ratio`: how many events of input 0 there are for each of input 1 in the window. An event of
/// both counts in both.
struct RatioOperator: Sendable {
    /// Events of one key that count at most; older ones are forgotten.
    static let mostEntries = 4_096
    static let mostKeys = 8_192

    fileprivate struct Entry: Sendable, BitwiseCopyable {
        var time: Int64
        var inputs: UInt8
    }

    fileprivate struct State: Sendable {
        var entries = Deque<Entry>()
        /// Events of each input among the entries.
        var counts = (part: 0, whole: 0)
        var recent = RecentEvents()
    }

    private let clock: WindowClock
    private let ratio: Operation.Ratio
    private var table = KeyedTable<State>(capacity: RatioOperator.mostKeys)

    init(_ operation: Operation, _ ratio: Operation.Ratio) {
        clock = WindowClock(window: operation.window)
        self.ratio = ratio
    }

    var evictions: Int { table.evictions }

    var bytesPerKey: Int {
        RecentEvents.capacity * MemoryLayout<EventReference>.stride
            + Self.mostEntries * 2 * MemoryLayout<Entry>.stride + MemoryLayout<State>.stride
    }

    mutating func take(
        _ occurrence: Occurrence, _ batch: EventBatch, _ row: Int, _ transition: Transition?
    ) -> Firing? {
        let time = occurrence.time
        let start = clock.start(at: time, transition)
        let oldest = clock.horizon(at: time)
        let reference = EventReference(batch, row)
        let inputs = UInt8(occurrence.inputs & 3)
        let clock = clock
        let (counts, evidence) = table.with(occurrence.key, fresh: State.init) { state in
            if clock.opensSession(at: time, after: state.entries.last?.time) { state.clear() }
            state.drop { $0.time <= oldest }
            state.add(Entry(time: time, inputs: inputs))
            let evidence = state.recent.since(start)
            state.recent.add(reference)
            return (state.counts(since: start, clock), evidence)
        }
        guard counts.whole > 0, counts.whole >= ratio.minimum,
            counts.part * 100 >= ratio.atLeast * counts.whole
        else { return nil }
        return firing(counts, evidence)
    }

    private func firing(
        _ counts: (part: Int, whole: Int), _ evidence: [EventReference]
    ) -> Firing {
        Firing(
            figures: [
                Firing.Figure(
                    name: "ratio", value: FieldValue.decimal(counts.part * 100 / counts.whole),
                    comparedTo: ">= \(FieldValue.decimal(ratio.atLeast)) in \(clock.text)"),
                Firing.Figure(
                    name: "count", value: "\(counts.part) of \(counts.whole)",
                    comparedTo: ">= \(ratio.minimum)"),
                Firing.Figure(name: "window", value: clock.text),
            ], evidence: evidence)
    }
}

extension RatioOperator.State {
    fileprivate mutating func clear() {
        entries.removeAll()
        counts = (0, 0)
    }

    fileprivate mutating func add(_ entry: RatioOperator.Entry) {
        entries.append(entry)
        count(entry, 1)
        if entries.count > RatioOperator.mostEntries { dropFirst() }
    }

    fileprivate mutating func drop(while condition: (RatioOperator.Entry) -> Bool) {
        while let first = entries.first, condition(first) { dropFirst() }
    }

    /// The counts of the window; entries before its start are there when it begins with the grant
    /// of one event and another grant of the same key began earlier.
    fileprivate func counts(
        since start: Int64, _ clock: WindowClock
    ) -> (part: Int, whole: Int) {
        if clock.window.shape == .session { return counts }
        var counts = counts
        for entry in entries.all {
            if entry.time > start { break }
            counts.part -= Int(entry.inputs & 1)
            counts.whole -= Int(entry.inputs >> 1)
        }
        return counts
    }

    private mutating func dropFirst() {
        if let first = entries.first { count(first, -1) }
        entries.removeFirst()
    }

    private mutating func count(_ entry: RatioOperator.Entry, _ sign: Int) {
        counts.part += sign * Int(entry.inputs & 1)
        counts.whole += sign * Int(entry.inputs >> 1)
    }
}
