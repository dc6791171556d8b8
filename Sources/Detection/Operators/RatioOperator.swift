internal import AuditModel
internal import GrantLedger

/// `ratio`: how many events of input 0 there are for each of input 1 in the window. An event of
/// both counts in both.
struct RatioOperator: RuleOperator {
    /// Events of one key that count at most; older ones are forgotten.
    static let mostEntries = 4_096
    static let mostKeys = 8_192

    /// Whether an event belongs to the part, the whole, or both: the bits of its inputs.
    struct State: Sendable {
        var entries = WindowEntries<UInt8>()
        /// Over all entries.
        var counts = Counts()
    }

    struct Counts: Sendable, BitwiseCopyable {
        var part = 0
        var whole = 0

        mutating func add(_ inputs: UInt8, _ sign: Int) {
            part += sign * Int(inputs & 1)
            whole += sign * Int(inputs >> 1)
        }
    }

    private let clock: WindowClock
    private let ratio: Operation.Ratio
    var table = KeyedTable<State>(capacity: RatioOperator.mostKeys)

    init(_ operation: Operation, _ ratio: Operation.Ratio) {
        clock = WindowClock(window: operation.window)
        self.ratio = ratio
    }

    var evictions: Int { table.evictions }

    var bytesPerKey: Int {
        WindowEntries<UInt8>.bytes(entries: Self.mostEntries) + MemoryLayout<Counts>.stride
    }

    mutating func take(
        _ occurrence: Occurrence, _ batch: EventBatch, _ row: Int, _ transition: Transition?,
        _ pool: StringPool
    ) -> Firing? {
        let time = occurrence.time
        let start = clock.start(at: time, transition)
        let reference = EventReference(batch, row)
        let inputs = UInt8(occurrence.inputs & 3)
        let (clock, ratio) = (clock, ratio)
        let (counts, evidence) = table.with(occurrence.key, fresh: State.init) { state in
            var sum = state.counts
            sum.add(inputs, 1)
            state.entries.add(inputs, at: time, clock, most: Self.mostEntries) { sum.add($0, -1) }
            state.counts = sum
            for entry in state.entries.parted(at: start, clock).outside { sum.add(entry.value, -1) }
            let fired =
                sum.whole > 0 && sum.whole >= ratio.minimum
                && sum.part * 100 >= ratio.atLeast * sum.whole
            let evidence = state.entries.point(at: reference, since: start, fired: fired)
            return (fired ? sum : nil, evidence)
        }
        return counts.map { firing($0, evidence) }
    }

    private func firing(_ counts: Counts, _ evidence: [EventReference]) -> Firing {
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
