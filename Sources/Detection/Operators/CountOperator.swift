internal import AuditModel
internal import GrantLedger

/// `event_count` and `value_count`: how many events, or different values, the window holds.
///
/// Keeps no more than it takes to decide its bounds: the newest `limit + 1`.
struct CountOperator: Sendable {
    /// The largest bound a rule may set.
    static let largestLimit = 10_000
    static let mostKeys = 65_536

    fileprivate struct Entry: Sendable, BitwiseCopyable {
        var time: Int64
        var value: ID128
    }

    fileprivate struct State: Sendable {
        var entries = Deque<Entry>()
        var recent = RecentEvents()
        var last: Int64?
    }

    private let clock: WindowClock
    private let bounds: [Operation.Bound]
    /// Empty to count events.
    private let fields: [RuleField]
    private let most: Int
    private var table = KeyedTable<State>(capacity: CountOperator.mostKeys)

    init(_ operation: Operation, fields: [RuleField]) {
        clock = WindowClock(window: operation.window)
        bounds = operation.bounds
        self.fields = fields
        most = min(Self.largestLimit, operation.bounds.map(\.limit).max() ?? 0) + 1
    }

    var evictions: Int { table.evictions }

    /// The most that one key's state takes, in bytes.
    var bytesPerKey: Int {
        RecentEvents.capacity * MemoryLayout<EventReference>.stride
            + most * 2 * MemoryLayout<Entry>.stride + MemoryLayout<State>.stride
    }

    mutating func take(
        _ occurrence: Occurrence, _ batch: EventBatch, _ row: Int, _ transition: Transition?,
        _ pool: StringPool
    ) -> Firing? {
        let value =
            fields.isEmpty
            ? ID128.none : GroupKey.value(fields, batch, row, transition, pool)
        guard let value else { return nil }
        let time = occurrence.time
        let start = clock.start(at: time, transition)
        let oldest = clock.horizon(at: time)
        let (clock, most, countsValues) = (clock, most, !fields.isEmpty)
        let reference = EventReference(batch, row)
        let (count, evidence) = table.with(occurrence.key, fresh: State.init) { state in
            if clock.opensSession(at: time, after: state.last) { state.entries.removeAll() }
            state.last = time
            state.entries.removeFirst { $0.time <= oldest }
            state.add(Entry(time: time, value: value), most, distinct: countsValues)
            let evidence = state.recent.since(start)
            state.recent.add(reference)
            return (state.count(since: start, clock), evidence)
        }
        guard bounds.allSatisfy({ $0.holds(count) }) else { return nil }
        return firing(count, evidence)
    }

    private func firing(_ count: Int, _ evidence: [EventReference]) -> Firing {
        // One more than the bound may stand for many more.
        let text = count == most && most > 1 ? "at least \(count)" : String(count)
        return Firing(
            figures: [
                Firing.Figure(
                    name: fields.isEmpty ? "count" : "distinct", value: text,
                    comparedTo: bounds.text { String($0) } + " in \(clock.text)"),
                Firing.Figure(name: "window", value: clock.text),
            ], evidence: evidence)
    }
}

extension CountOperator.State {
    /// The entries of the window: not all when another grant of the same key began earlier.
    fileprivate func count(since start: Int64, _ clock: WindowClock) -> Int {
        if clock.window.shape == .session { return entries.count }
        return entries.all.count - entries.all.prefix { $0.time <= start }.count
    }

    /// Adds an entry; of equal values only the newest stays.
    fileprivate mutating func add(
        _ entry: CountOperator.Entry, _ most: Int, distinct: Bool
    ) {
        if distinct, let index = entries.all.firstIndex(where: { $0.value == entry.value }) {
            entries.remove(at: index - entries.all.startIndex)
        }
        entries.append(entry)
        if entries.count > most { entries.removeFirst() }
    }
}
