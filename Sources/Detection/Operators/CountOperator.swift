internal import AuditModel
internal import GrantLedger

/// `event_count` and `value_count`: how many events, or different values, the window holds.
///
/// Keeps no more than it takes to decide its bounds: the newest `limit + 1`.
struct CountOperator: RuleOperator {
    /// The largest bound a rule may set.
    static let largestLimit = 10_000
    static let mostKeys = 65_536

    private let clock: WindowClock
    private let bounds: [Operation.Bound]
    /// Empty to count events.
    private let fields: [RuleField]
    private let most: Int
    var table = KeyedTable<WindowEntries<ID128>>(capacity: CountOperator.mostKeys)

    init(_ operation: Operation, fields: [RuleField]) {
        clock = WindowClock(window: operation.window)
        bounds = operation.bounds
        self.fields = fields
        most = min(Self.largestLimit, operation.bounds.map(\.limit).max() ?? 0) + 1
    }

    var evictions: Int { table.evictions }

    var bytesPerKey: Int { WindowEntries<ID128>.bytes(entries: most) }

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
        let (clock, most, bounds) = (clock, most, bounds)
        let countsValues = !fields.isEmpty
        let reference = EventReference(batch, row)
        let (count, evidence) = table.with(occurrence.key, fresh: WindowEntries.init) { entries in
            // Of equal values only the newest stays.
            if countsValues { entries.remove(value) }
            entries.add(value, at: time, clock, most: most)
            let count = entries.parted(at: start, clock).inside.count
            let fired = bounds.allSatisfy { $0.holds(count) }
            let evidence = entries.point(at: reference, since: start, fired: fired)
            return (fired ? count : nil, evidence)
        }
        return count.map { firing($0, evidence) }
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
