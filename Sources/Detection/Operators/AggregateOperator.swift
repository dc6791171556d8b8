internal import AuditModel
internal import GrantLedger

/// `value_sum`, `value_avg`, `value_percentile`: one number over the values of a field in the
/// window. Numbers are hundredths; events without a number in the field do not count.
///
/// The percentile is by nearest rank: the smallest value that at least so many percent of the
/// values do not exceed.
struct AggregateOperator: Sendable {
    enum Figure: Sendable {
        case sum, average
        case percentile(Int)
    }

    /// Values of one key that count at most; older ones are forgotten.
    static let mostValues = 4_096
    static let mostKeys = 8_192

    fileprivate struct Entry: Sendable, BitwiseCopyable {
        var time: Int64
        var number: Int
    }

    fileprivate struct State: Sendable {
        var entries = Deque<Entry>()
        var sum = 0
        var recent = RecentEvents()
    }

    private let clock: WindowClock
    private let bounds: [Operation.Bound]
    private let field: RuleField
    private let figure: Figure
    private var table = KeyedTable<State>(capacity: AggregateOperator.mostKeys)

    init(_ operation: Operation, _ figure: Figure, field: RuleField) {
        clock = WindowClock(window: operation.window)
        bounds = operation.bounds
        self.field = field
        self.figure = figure
    }

    var evictions: Int { table.evictions }

    var bytesPerKey: Int {
        RecentEvents.capacity * MemoryLayout<EventReference>.stride
            + Self.mostValues * 2 * MemoryLayout<Entry>.stride + MemoryLayout<State>.stride
    }

    mutating func take(
        _ occurrence: Occurrence, _ batch: EventBatch, _ row: Int, _ transition: Transition?,
        _ pool: StringPool
    ) -> Firing? {
        let value = FieldReader.value(field, batch, row, transition, pool)
        guard let number = value.hundredths else { return nil }
        let time = occurrence.time
        let start = clock.start(at: time, transition)
        let oldest = clock.horizon(at: time)
        let reference = EventReference(batch, row)
        let (clock, figure) = (clock, figure)
        let (result, evidence) = table.with(occurrence.key, fresh: State.init) { state in
            if clock.opensSession(at: time, after: state.entries.last?.time) { state.clear() }
            state.drop { $0.time <= oldest }
            state.entries.append(Entry(time: time, number: number))
            state.sum &+= number
            if state.entries.count > Self.mostValues { state.drop(1) }
            let evidence = state.recent.since(start)
            state.recent.add(reference)
            let first = clock.window.shape == .session ? .min : start
            return (state.figure(figure, since: first), evidence)
        }
        guard bounds.allSatisfy({ $0.holds(result) }) else { return nil }
        let name =
            switch figure {
            case .sum: "sum"
            case .average: "average"
            case .percentile: "percentile"
            }
        return Firing(
            figures: [
                Firing.Figure(
                    name: name, value: FieldValue.decimal(result),
                    comparedTo: bounds.text(FieldValue.decimal) + " in \(clock.text)"),
                Firing.Figure(name: "window", value: clock.text),
            ], evidence: evidence)
    }
}

extension AggregateOperator.State {
    fileprivate mutating func clear() {
        entries.removeAll()
        sum = 0
    }

    fileprivate mutating func drop(while condition: (AggregateOperator.Entry) -> Bool) {
        while let first = entries.first, condition(first) { drop(1) }
    }

    fileprivate mutating func drop(_ count: Int) {
        for _ in 0..<count {
            sum &-= entries.first?.number ?? 0
            entries.removeFirst()
        }
    }

    fileprivate func figure(_ figure: AggregateOperator.Figure, since start: Int64) -> Int {
        // Not all are in the window when another grant of the same key began earlier.
        let outside = entries.all.prefix { $0.time <= start }
        let sum = outside.reduce(sum) { $0 &- $1.number }
        let count = entries.count - outside.count
        switch figure {
        case .sum: return sum
        case .average: return count == 0 ? 0 : sum / count
        case .percentile(let percent):
            let sorted = entries.all.dropFirst(outside.count).map(\.number).sorted()
            let rank = (sorted.count * percent + 99) / 100
            return sorted.isEmpty ? 0 : sorted[max(1, min(rank, sorted.count)) - 1]
        }
    }
}
