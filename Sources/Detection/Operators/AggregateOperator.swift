internal import AuditModel
internal import GrantLedger

/// `value_sum`, `value_avg`, `value_percentile`: one number over the values of a field in the
/// window. Numbers are hundredths; events without a number in the field do not count.
///
/// The percentile is by nearest rank: the smallest value that at least so many percent of the
/// values do not exceed.
struct AggregateOperator: RuleOperator {
    enum Figure: Sendable {
        case sum, average
        case percentile(Int)
    }

    /// Values of one key that count at most; older ones are forgotten.
    static let mostValues = 4_096
    static let mostKeys = 8_192

    struct State: Sendable {
        var entries = WindowEntries<Int>()
        /// Over all entries.
        var sum = 0
    }

    private let clock: WindowClock
    private let bounds: [Operation.Bound]
    private let field: RuleField
    private let figure: Figure
    var table = KeyedTable<State>(capacity: AggregateOperator.mostKeys)

    init(_ operation: Operation, _ figure: Figure, field: RuleField) {
        clock = WindowClock(window: operation.window)
        bounds = operation.bounds
        self.field = field
        self.figure = figure
    }

    var evictions: Int { table.evictions }

    var bytesPerKey: Int {
        WindowEntries<Int>.bytes(entries: Self.mostValues) + MemoryLayout<Int>.stride
    }

    mutating func take(
        _ occurrence: Occurrence, _ batch: EventBatch, _ row: Int, _ transition: Transition?,
        _ pool: StringPool
    ) -> Firing? {
        let value = FieldReader.value(field, batch, row, transition, pool)
        guard let number = value.hundredths else { return nil }
        let time = occurrence.time
        let start = clock.start(at: time, transition)
        let reference = EventReference(batch, row)
        let (clock, figure, bounds) = (clock, figure, bounds)
        let (result, evidence) = table.with(occurrence.key, fresh: State.init) { state in
            var sum = state.sum &+ number
            state.entries.add(number, at: time, clock, most: Self.mostValues) { sum &-= $0 }
            state.sum = sum
            let result = state.figure(figure, since: start, clock)
            let fired = bounds.allSatisfy { $0.holds(result) }
            let evidence = state.entries.point(at: reference, since: start, fired: fired)
            return (fired ? result : nil, evidence)
        }
        return result.map { firing($0, evidence) }
    }

    private func firing(_ result: Int, _ evidence: [EventReference]) -> Firing {
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
    fileprivate func figure(
        _ figure: AggregateOperator.Figure, since start: Int64, _ clock: WindowClock
    ) -> Int {
        let (outside, inside) = entries.parted(at: start, clock)
        let sum = outside.reduce(sum) { $0 &- $1.value }
        switch figure {
        case .sum: return sum
        case .average: return inside.isEmpty ? 0 : sum / inside.count
        case .percentile(let percent):
            let sorted = inside.map(\.value).sorted()
            let rank = (sorted.count * percent + 99) / 100
            return sorted.isEmpty ? 0 : sorted[max(1, min(rank, sorted.count)) - 1]
        }
    }
}
