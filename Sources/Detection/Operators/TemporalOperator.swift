internal import AuditModel
internal import GrantLedger

/// `temporal`: every input at least once in the window. `temporal_ordered`: by different events, in
/// the order of the inputs; what stands between them does not matter.
struct TemporalOperator: Sendable {
    static let mostInputs = 16
    static let mostKeys = 65_536

    /// Events that satisfy the inputs up to one of them, with the latest start there is.
    fileprivate struct Chain: Sendable {
        var events: ContiguousArray<EventReference> = []
        var start: Int64? { events.first?.time }
    }

    fileprivate struct State: Sendable {
        /// By input: for `temporal` its last event, for `temporal_ordered` the chain that ends in
        /// it.
        var chains: ContiguousArray<Chain>
    }

    private let clock: WindowClock
    private let inputCount: Int
    private let isOrdered: Bool
    private var table = KeyedTable<State>(capacity: TemporalOperator.mostKeys)

    init(_ operation: Operation, inputs: Int, ordered: Bool) {
        clock = WindowClock(window: operation.window)
        inputCount = min(inputs, Self.mostInputs)
        isOrdered = ordered
    }

    var evictions: Int { table.evictions }

    var bytesPerKey: Int {
        let chains = isOrdered ? inputCount * (inputCount + 1) / 2 : inputCount
        return chains * MemoryLayout<EventReference>.stride
            + inputCount * MemoryLayout<Chain>.stride + MemoryLayout<State>.stride
    }

    mutating func take(
        _ occurrence: Occurrence, _ batch: EventBatch, _ row: Int, _ transition: Transition?,
        _ pool: StringPool
    ) -> Firing? {
        let start = clock.start(at: occurrence.time, transition)
        let reference = EventReference(batch, row)
        let (inputCount, isOrdered) = (inputCount, isOrdered)
        let found = table.with(
            occurrence.key,
            fresh: { State(chains: ContiguousArray(repeating: Chain(), count: inputCount)) }
        ) { state -> [EventReference]? in
            isOrdered
                ? state.follow(reference, occurrence.inputs, after: start)
                : state.note(reference, occurrence.inputs, after: start)
        }
        guard let found else { return nil }
        return Firing(
            figures: [
                Firing.Figure(
                    name: "count", value: String(inputCount),
                    comparedTo: isOrdered
                        ? "one after another within \(clock.text)" : "all within \(clock.text)")
            ], evidence: found.filter { $0 != reference })
    }
}

extension TemporalOperator.State {
    /// The last event of every input, if all of them lie in the window.
    fileprivate mutating func note(
        _ event: EventReference, _ inputs: UInt32, after start: Int64
    ) -> [EventReference]? {
        for index in chains.indices where inputs & (1 << UInt32(index)) != 0 {
            chains[index].events = [event]
        }
        var found: [EventReference] = []
        for chain in chains {
            guard let last = chain.events.first, last.time > start else { return nil }
            if !found.contains(last) { found.append(last) }
        }
        return found.sorted { ($0.time, $0.id) < ($1.time, $1.id) }
    }

    /// The chain through all inputs that this event completes.
    fileprivate mutating func follow(
        _ event: EventReference, _ inputs: UInt32, after start: Int64
    ) -> [EventReference]? {
        var completed: [EventReference]?
        // From the last input to the first, so that one event serves each chain once.
        for index in chains.indices.reversed() where inputs & (1 << UInt32(index)) != 0 {
            if index == 0 {
                chains[0].events = [event]
            } else {
                guard let first = chains[index - 1].start, first > start else { continue }
                chains[index].events = chains[index - 1].events + [event]
            }
            if index == chains.count - 1 { completed = Array(chains[index].events) }
        }
        return completed
    }
}
