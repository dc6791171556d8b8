internal import AuditModel
internal import GrantLedger

/// `spike`: more events than the key's own rhythm explains (``SpikeBaseline``), in one of several
/// windows of whole minutes; or, for a key without a past, so many of an attack's events that no
/// past is needed (``SpikeAlarm``).
struct SpikeOperator: RuleOperator {
    static let mostKeys = 16_384
    static let mostWindows = 4
    /// In hundredths: the shortest of several windows must hold this multiple.
    private static let shortestRatio = 300

    struct State: Sendable {
        var baseline: SpikeBaseline
        var alarm = SpikeAlarm()
        var recent = RecentEvents()
    }

    private let spike: Operation.Spike
    /// In minutes, ascending.
    let windows: ContiguousArray<Int>
    let countsAttempts: Bool
    private let limit: Int
    var table = KeyedTable<State>(capacity: SpikeOperator.mostKeys)

    init(_ spike: Operation.Spike, inputs: Int) {
        self.spike = spike
        let minutes = spike.windows.map { window in
            Int(min(max(1, window / SpikeBaseline.minute), Int64(MinuteRing.mostMinutes)))
        }
        windows = ContiguousArray(minutes.sorted().prefix(Self.mostWindows))
        countsAttempts = inputs > 1
        limit = NegativeBinomial.limit(tail: spike.tail)
    }

    var evictions: Int { table.evictions }

    var bytesPerKey: Int {
        SpikeBaseline.bytes(windows, attempts: countsAttempts)
            + (spike.absolute.map(SpikeAlarm.bytes) ?? 0)
            + RecentEvents.capacity * MemoryLayout<EventReference>.stride
            + MemoryLayout<State>.stride
    }

    mutating func take(
        _ occurrence: Occurrence, _ batch: EventBatch, _ row: Int, _ transition: Transition?,
        _ pool: StringPool
    ) -> Firing? {
        let time = occurrence.time
        let isEvent = occurrence.inputs & 1 != 0
        let value =
            if isEvent, let absolute = spike.absolute,
                absolute.selection == nil || occurrence.isSelected
            {
                GroupKey.value(absolute.fields, batch, row, transition, pool) ?? .none
            } else {
                ID128?.none
            }
        let reference = EventReference(batch, row)
        let (windows, countsAttempts, spike, limit) = (windows, countsAttempts, spike, limit)
        return table.with(
            occurrence.key,
            fresh: {
                State(baseline: SpikeBaseline(at: time, windows, attempts: countsAttempts))
            }
        ) { state in
            state.advance(to: time, windows, spike, attempts: countsAttempts)
            state.baseline.add(occurrence.inputs)
            guard isEvent else { return nil }
            let alarm = state.alarm(spike.absolute, value, at: time)
            let firing =
                alarm ?? state.excess(spike, windows, limit: limit, at: time)
            let evidence = state.recent
            state.recent.add(reference)
            guard var firing else { return nil }
            let longest = Int64(windows.last ?? 1) * SpikeBaseline.minute
            firing.evidence = evidence.since(
                time.subtractingReportingOverflow(longest).partialValue)
            return firing
        }
    }
}

extension SpikeOperator.State {
    fileprivate mutating func advance(
        to time: Int64, _ windows: ContiguousArray<Int>, _ spike: Operation.Spike,
        attempts: Bool
    ) {
        if baseline.isOutlived(at: time) {
            baseline = SpikeBaseline(at: time, windows, attempts: attempts)
        }
        baseline.advance(to: time, windows, isTrusted: isLearnt(spike, at: time))
    }

    private func isLearnt(_ spike: Operation.Spike, at time: Int64) -> Bool {
        time.subtractingReportingOverflow(baseline.first).partialValue >= spike.learn
            && baseline.seen >= spike.learnEvents
    }

    fileprivate mutating func alarm(
        _ absolute: Operation.Spike.Absolute?, _ value: ID128?, at time: Int64
    ) -> Firing? {
        guard let absolute, let value,
            let counts = alarm.add(value, at: time, absolute)
        else { return nil }
        let window = DurationText.text(absolute.window)
        return Firing(
            figures: [
                Firing.Figure(
                    name: "count", value: String(counts.events),
                    comparedTo: ">= \(absolute.count) in \(window)"),
                Firing.Figure(
                    name: "distinct", value: String(counts.values),
                    comparedTo: ">= \(absolute.distinct)"),
                Firing.Figure(name: "window", value: window),
            ])
    }

    /// The shortest window that holds more than the baseline explains.
    fileprivate func excess(
        _ spike: Operation.Spike, _ windows: ContiguousArray<Int>, limit: Int, at time: Int64
    ) -> Firing? {
        guard isLearnt(spike, at: time) else { return nil }
        for index in windows.indices {
            let count = Int(baseline.events.sums[index])
            guard count >= spike.floorCount else { continue }
            let expected = baseline.expected(windows[index])
            let ratio =
                index == 0 && windows.count > 1
                ? max(spike.floorRatio, SpikeOperator.shortestRatio) : spike.floorRatio
            guard Double(count) * 100 >= Double(ratio) * expected,
                isBeyond(limit, count, expected, index), !isExplained(limit, count, index)
            else { continue }
            return firing(count, expected, windows[index])
        }
        return nil
    }

    private func isBeyond(
        _ limit: Int, _ count: Int, _ expected: Double, _ window: Int
    ) -> Bool {
        NegativeBinomial.upperTail(
            count, mean: expected, dispersion: baseline.alpha(window)) < limit
    }

    /// Whether a rise of attempts explains the rise of events.
    private func isExplained(_ limit: Int, _ count: Int, _ window: Int) -> Bool {
        guard let attempts = baseline.attempts else { return false }
        let expected = baseline.explained(by: Int(attempts.sums[window]))
        return !isBeyond(limit, count, expected, window)
    }

    private func firing(_ count: Int, _ expected: Double, _ window: Int) -> Firing {
        let tenths = Int((expected * 10).rounded())
        let duration = DurationText.text(Int64(window) * SpikeBaseline.minute)
        return Firing(
            figures: [
                Firing.Figure(
                    name: "count", value: String(count),
                    comparedTo: "\(FieldValue.decimal(tenths * 10)) expected in \(duration)"),
                Firing.Figure(name: "expected", value: FieldValue.decimal(tenths * 10)),
                Firing.Figure(name: "window", value: duration),
                Firing.Figure(
                    name: "times",
                    value: FieldValue.decimal(
                        Int((Double(count) / max(expected, 0.1) * 10).rounded()) * 10)),
            ])
    }
}
