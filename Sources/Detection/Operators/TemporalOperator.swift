internal import AuditModel
internal import GrantLedger

/// `temporal`: of every input so many events as it asks for, in the window. `temporal_ordered`: by
/// different events, those of each input after those of the input before; what stands between them
/// does not matter.
struct TemporalOperator: RuleOperator {
    static let mostKeys = 65_536
    /// Events that a chain remembers of the steps before.
    private static let mostEvidence = AlertDesk.evidenceLimit - 1

    /// An event of one input, with the chain through all earlier inputs that it carries on: of all
    /// there are the one that starts last.
    struct Link: Sendable {
        var event: EventReference
        var start: Int64
        var before: ContiguousArray<EventReference>
    }

    /// The last events of one input, as many as it asks for.
    struct Step: Sendable {
        let least: Int
        var links: ContiguousArray<Link> = []

        var isComplete: Bool { links.count == least }
    }

    struct State: Sendable {
        var steps: ContiguousArray<Step>
    }

    private let clock: WindowClock
    let leasts: [Int]
    private let isOrdered: Bool
    var table = KeyedTable<State>(capacity: TemporalOperator.mostKeys)

    init(_ operation: Operation, inputs: [Rule.Input], ordered: Bool) {
        clock = WindowClock(window: operation.window)
        leasts = inputs.prefix(Operation.mostInputs).map {
            min(max(1, $0.least), Operation.largestLeast)
        }
        isOrdered = ordered
    }

    var evictions: Int { table.evictions }

    var bytesPerKey: Int {
        var before = 0
        var bytes = MemoryLayout<State>.stride
        for least in leasts {
            let evidence = isOrdered ? min(before, Self.mostEvidence) : 0
            bytes += MemoryLayout<Step>.stride
                + least * (MemoryLayout<Link>.stride
                    + evidence * MemoryLayout<EventReference>.stride)
            before += least
        }
        return bytes
    }

    mutating func take(
        _ occurrence: Occurrence, _ batch: EventBatch, _ row: Int, _ transition: Transition?,
        _ pool: StringPool
    ) -> Firing? {
        let start = clock.start(at: occurrence.time, transition)
        let oldest = clock.horizon(at: occurrence.time)
        let reference = EventReference(batch, row)
        let (leasts, isOrdered) = (leasts, isOrdered)
        let found = table.with(
            occurrence.key,
            fresh: { State(steps: ContiguousArray(leasts.map { Step(least: $0) })) }
        ) { state -> [EventReference]? in
            isOrdered
                ? state.follow(reference, occurrence.inputs, after: start, oldest: oldest)
                : state.note(reference, occurrence.inputs, after: start)
        }
        guard let found else { return nil }
        return Firing(
            figures: [
                Firing.Figure(
                    name: "count", value: String(leasts.reduce(0, +)),
                    comparedTo: isOrdered
                        ? "one after another within \(clock.text)" : "all within \(clock.text)"),
                Firing.Figure(name: "window", value: clock.text),
            ], evidence: Array(found.filter { $0 != reference }.suffix(Self.mostEvidence)))
    }
}

extension TemporalOperator.Step {
    fileprivate mutating func add(_ link: TemporalOperator.Link) {
        if isComplete { links.removeFirst() }
        links.append(link)
    }

    /// The chain that ends in the last event; nil while it is too short.
    fileprivate var chain: (start: Int64, events: ContiguousArray<EventReference>)? {
        guard isComplete, let first = links.first else { return nil }
        return (first.start, first.before + links.map(\.event))
    }
}

extension TemporalOperator.State {
    /// The last events of every input, if all of them lie in the window.
    fileprivate mutating func note(
        _ event: EventReference, _ inputs: UInt32, after start: Int64
    ) -> [EventReference]? {
        for index in steps.indices where inputs & (1 << UInt32(index)) != 0 {
            steps[index].add(
                TemporalOperator.Link(event: event, start: event.time, before: []))
        }
        for step in steps {
            guard step.isComplete, let first = step.links.first, first.start > start
            else { return nil }
        }
        var found: [EventReference] = []
        for step in steps {
            for link in step.links where !found.contains(link.event) { found.append(link.event) }
        }
        return found.sorted { ($0.time, $0.id) < ($1.time, $1.id) }
    }

    /// The chain through all inputs that this event completes.
    fileprivate mutating func follow(
        _ event: EventReference, _ inputs: UInt32, after start: Int64, oldest: Int64
    ) -> [EventReference]? {
        var completed: [EventReference]?
        // From the last input to the first, so that one event serves each chain once.
        for index in steps.indices.reversed() where inputs & (1 << UInt32(index)) != 0 {
            if index == 0 {
                steps[0].add(
                    TemporalOperator.Link(event: event, start: event.time, before: []))
            } else {
                guard let chain = steps[index - 1].chain, chain.start > oldest else { continue }
                let before = chain.events.suffix(AlertDesk.evidenceLimit - 1)
                steps[index].add(
                    TemporalOperator.Link(
                        event: event, start: chain.start, before: ContiguousArray(before)))
            }
            guard index == steps.count - 1, let chain = steps[index].chain, chain.start > start
            else { continue }
            completed = Array(chain.events)
        }
        return completed
    }
}
