internal import AuditModel
internal import GrantLedger

/// `absence` without inputs: a key falls silent for longer than its own rhythm explains. Told once
/// for each silence, as soon as event time has come so far, and again when it ends; the alert is
/// about the last event before it.
struct SilenceOperator: RuleOperator {
    static let mostKeys = 16_384
    /// A key gets no verdict before it has so many events; nor before a week has passed, because an
    /// hour of the week that was not seen may be silent.
    static let learnEvents = 50
    static let isTimed = true

    struct State: Sendable {
        var seen = 0
        var rhythm: Rhythm
        var spread = Dispersion()
        var inHour = 0.0
        var last: EventReference
        /// The last event; of a key that is about sources, what all events of the source share.
        var kept: KeptEvent
        /// The silence that goes on was told.
        var isTold = false
        /// A check is due for it.
        var isWatched = false
    }

    private let clock: WindowClock
    private let limit: Int
    /// The key is the event's source, so that nothing else of events need be kept.
    private let isAboutSources: Bool
    var table = KeyedTable<State>(capacity: SilenceOperator.mostKeys)
    /// When to look at a key again: one entry for each key that may fall silent.
    var checks = CheckList()

    init(_ operation: Operation, tail: Int, key: [Rule.KeyField]) {
        let ofSources: Set<Rule.KeyField> = [
            .issuer, .tenant, .field(.event(.dialect)), .field(.event(.source)),
        ]
        isAboutSources = ofSources.isSuperset(of: key)
        clock = WindowClock(window: operation.window)
        limit = NegativeBinomial.limit(tail: tail)
    }

    var evictions: Int { table.evictions }

    var bytesPerKey: Int {
        MemoryLayout<State>.stride + Rhythm.cellCount * MemoryLayout<Float>.stride
            + KeptEvent.bytes + 2 * MemoryLayout<CheckList.Check>.stride
    }

    /// Takes an event in; fires when it ends a silence that was told.
    mutating func take(
        _ occurrence: Occurrence, _ batch: EventBatch, _ row: Int, _ transition: Transition?,
        _ pool: StringPool
    ) -> Firing? {
        let time = occurrence.time
        let event = EventReference(batch, row)
        let kept = isAboutSources ? nil : KeptEvent(batch, row, transition)
        // A closure that named the batch would copy it for every event.
        let source = KeptEvent.source(of: batch, row)
        let clock = clock
        let (isWatched, told) = table.with(
            occurrence.key,
            fresh: { State(event, kept ?? KeptEvent(event, ofSource: source)) }
        ) { state -> (Bool, Firing?) in
            let isWatched = state.isWatched
            let told = state.isTold ? state.firing(at: time, clock) : nil
            state.take(event, kept ?? state.kept)
            state.isWatched = true
            return (isWatched, told)
        }
        if !isWatched { schedule(occurrence.key, after: time) }
        return told
    }

    private mutating func schedule(_ key: ID128, after time: Int64) {
        let (due, overflow) = time.addingReportingOverflow(clock.window.span)
        checks.add(CheckList.Check(due: overflow ? .max : due, key: key))
        if checks.count > 2 * Self.mostKeys { checks.keep { table[$0] != nil } }
    }

    /// The next silence that is longer than its key's rhythm explains.
    mutating func expire(before time: Int64) -> Firing? {
        while let check = checks.earliest, check <= time, let key = checks.removeFirst() {
            guard let state = table[key], state.isWatched else { continue }
            let (earliest, overflow) = state.last.time.addingReportingOverflow(
                clock.window.span)
            if overflow || earliest > time {
                checks.add(CheckList.Check(due: overflow ? .max : earliest, key: key))
                continue
            }
            let deadline = state.deadline(limit, from: earliest)
            if let deadline, deadline > time {
                checks.add(CheckList.Check(due: deadline, key: key))
                continue
            }
            _ = table.existing(key) {
                $0.isWatched = false
                $0.isTold = deadline != nil
            }
            guard deadline != nil else { continue }
            var firing = state.firing(at: time, clock)
            firing.anchor =
                isAboutSources ? KeptEvent(state.last, ofSource: state.kept.row) : state.kept
            return firing
        }
        return nil
    }
}

extension SilenceOperator.State {
    fileprivate init(_ event: EventReference, _ kept: KeptEvent) {
        rhythm = Rhythm(hour: Rhythm.floor(event.time, SpikeBaseline.hour))
        last = event
        self.kept = kept
    }

    /// The silence up to a time.
    fileprivate func firing(at time: Int64, _ clock: WindowClock) -> Firing {
        let silence = time.subtractingReportingOverflow(last.time).partialValue
        let hour = rhythm.expected(Rhythm.floor(last.time, SpikeBaseline.hour))
        let tenths = Int((hour * 10).rounded())
        return Firing(
            figures: [
                Firing.Figure(
                    name: "silence", value: DurationText.text(silence),
                    comparedTo: ">= \(clock.text)"),
                Firing.Figure(
                    name: "expected", value: FieldValue.decimal(tenths * 10),
                    comparedTo: "in one hour"),
            ])
    }

    fileprivate mutating func take(_ event: EventReference, _ kept: KeptEvent) {
        let hour = Rhythm.floor(event.time, SpikeBaseline.hour)
        if hour - rhythm.hour > Rhythm.mostIdleHours {
            self = Self(event, kept)
        }
        while rhythm.hour < hour {
            let expected = rhythm.expected(rhythm.hour)
            // What was told as an incident does not teach.
            let count = isTold && inHour == 0 ? expected : inHour
            spread.note(count, expected: expected)
            spread.fade()
            rhythm.finish(count)
            inHour = 0
        }
        inHour += 1
        seen += 1
        isTold = false
        last = event
        self.kept = kept
    }

    /// When a silence that goes on becomes improbable, not before a time; nil for a key of which
    /// too little is known, or which is allowed to be silent for weeks.
    fileprivate func deadline(_ limit: Int, from earliest: Int64) -> Int64? {
        let start = last.time
        guard seen >= SilenceOperator.learnEvents else { return nil }
        var hour = Rhythm.floor(start, SpikeBaseline.hour)
        var from = start
        var mean = 0.0
        for _ in 0..<Rhythm.mostIdleHours {
            let (end, overflow) = (hour + 1).multipliedReportingOverflow(by: SpikeBaseline.hour)
            if overflow { return nil }
            let rate = rhythm.least(hour) / Double(SpikeBaseline.hour)
            let whole = mean + rate * Double(end - from)
            if NegativeBinomial.zero(mean: whole, dispersion: spread.alpha) < limit {
                return max(earliest, end)
            }
            mean = whole
            from = end
            hour += 1
        }
        return nil
    }
}

/// Keys with the times at which they are due: a heap, the earliest first, equal times by key.
struct CheckList: Sendable {
    struct Check: Sendable, BitwiseCopyable, Comparable {
        var due: Int64
        var key: ID128

        static func < (left: Check, right: Check) -> Bool {
            (left.due, left.key) < (right.due, right.key)
        }
    }

    var heap: ContiguousArray<Check> = []

    var count: Int { heap.count }
    var earliest: Int64? { heap.first?.due }

    mutating func add(_ check: Check) {
        heap.append(check)
        var place = heap.count - 1
        while place > 0, heap[place] < heap[(place - 1) / 2] {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    mutating func removeFirst() -> ID128? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if heap.isEmpty { return first.key }
        heap[0] = last
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2]
            where child < heap.count && heap[child] < heap[least] {
                least = child
            }
            if least == place { return first.key }
            heap.swapAt(place, least)
            place = least
        }
    }

    /// Drops what is no longer wanted.
    mutating func keep(_ isWanted: (ID128) -> Bool) {
        let wanted = heap.filter { isWanted($0.key) }
        heap.removeAll()
        for check in wanted { add(check) }
    }
}
