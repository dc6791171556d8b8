internal import AuditModel

/// Which of a hook's deliveries is sent when: a state machine without clock, chance or threads.
///
/// Deliveries go out in the order of their sequences, several at a time, but only one of a lane
/// (of an alert, that is, of an incident or of a grant) and never before the earlier ones of it are
/// delivered or dead. What fails is tried again by the ``RetryPolicy``; what a receiver asks for
/// (`Retry-After`, 410) is heeded. All times are nanoseconds UTC and are passed in.
public struct HookSchedule: Sendable {
    /// How many deliveries are held unless said otherwise.
    public static let capacity = 2048

    struct Entry {
        var delivery: HookDelivery
        /// The number of the next wait.
        var step: Int
        /// Not before this time even to probe, because the receiver asked for that.
        var pausedUntil = Int64.min
        /// When it was last tried by this schedule.
        var lastStart = Int64.min
    }

    let hook: String
    let maxAge: Int64
    let most: Int
    let capacity: Int
    let policy: RetryPolicy

    var entries: [Int64: Entry] = [:]
    /// Sequences of each lane in the order in which they are sent.
    var chains: [ID128: [Int64]] = [:]
    /// The first of every chain that is not in flight, in order.
    var waiting: [Int64] = []
    var inFlight: Set<Int64> = []
    var breaker: CircuitBreaker
    /// Nothing starts before this time, because the receiver is overloaded.
    var throttledUntil = Int64.min
    var throttles = 0
    /// Why the last attempt failed.
    var lastReason = ""

    /// Why nothing is sent until somebody enables the hook; nil if it is enabled.
    public internal(set) var disabledReason: String?
    public internal(set) var deliveredCount: Int64 = 0
    public internal(set) var retriedCount: Int64 = 0
    public internal(set) var deadCount: Int64 = 0

    /// - Parameter capacity: deliveries that are held at most.
    public init(_ pace: HookPace, capacity: Int = Self.capacity) {
        hook = pace.name
        maxAge = pace.maxAge
        most = pace.inFlight
        policy = pace.policy
        self.capacity = max(1, capacity)
        breaker = CircuitBreaker(pace.policy)
    }

    // MARK: - What is held

    /// How many more deliveries may be added.
    public var room: Int { capacity - entries.count }

    /// Deliveries held, with those in flight.
    public var heldCount: Int { entries.count }

    public var inFlightCount: Int { inFlight.count }

    public var isBreakerOpen: Bool { breaker.isOpen }

    /// When the oldest delivery held was committed; nil if none is held.
    public var oldestCreated: Int64? { entries.values.lazy.map(\.delivery.created).min() }

    /// Whether the delivery with this number is held.
    public func holds(_ sequence: Int64) -> Bool { entries[sequence] != nil }

    /// Holds deliveries, lowest sequence first, as far as there is room. One that is held already
    /// is passed over.
    ///
    /// - Parameter deliveries: the first that the store has pending. A later one of a lane must not
    ///   be added while an earlier one still waits outside.
    /// - Returns: how many were added.
    @discardableResult
    public mutating func add(_ deliveries: [HookDelivery]) -> Int {
        var added = 0
        for delivery in deliveries.sorted(by: { $0.sequence < $1.sequence })
        where entries[delivery.sequence] == nil {
            guard room > 0 else { break }
            hold(delivery)
            added += 1
        }
        return added
    }

    private mutating func hold(_ delivery: HookDelivery) {
        var delivery = delivery
        delivery.attempts = max(0, min(delivery.attempts, 1 << 30))
        // Probes count as attempts and must not make later waits long: after a restart a delivery
        // begins at 30 min at most.
        let step = min(delivery.attempts, 4)
        entries[delivery.sequence] = Entry(delivery: delivery, step: step)
        var chain = chains[delivery.lane] ?? []
        var place = chain.firstIndex { $0 > delivery.sequence } ?? chain.count
        if place == 0, let first = chain.first {
            if inFlight.contains(first) { place = 1 } else { stopWaiting(first) }
        }
        chain.insert(delivery.sequence, at: place)
        chains[delivery.lane] = chain
        if place == 0 { wait(delivery.sequence) }
    }

    /// Lets go of a delivery that is not in flight, so that the next of its lane has its turn.
    mutating func drop(_ sequence: Int64) {
        guard let lane = entries.removeValue(forKey: sequence)?.delivery.lane,
            var chain = chains[lane], let place = chain.firstIndex(of: sequence)
        else { return }
        if place == 0 { stopWaiting(sequence) }
        chain.remove(at: place)
        chains[lane] = chain.isEmpty ? nil : chain
        if place == 0, let next = chain.first { wait(next) }
    }

    private mutating func wait(_ sequence: Int64) {
        waiting.insert(sequence, at: place(of: sequence))
    }

    /// Lets a lane whose delivery is no longer in flight wait for its turn; an earlier one that was
    /// replayed meanwhile goes first.
    mutating func wait(for lane: ID128) {
        guard var chain = chains[lane] else { return }
        chain.sort()
        chains[lane] = chain
        if let first = chain.first { wait(first) }
    }

    private mutating func stopWaiting(_ sequence: Int64) {
        let place = place(of: sequence)
        if place < waiting.count, waiting[place] == sequence { waiting.remove(at: place) }
    }

    /// Where a sequence stands among those that wait, or would stand.
    private func place(of sequence: Int64) -> Int {
        var low = 0
        var high = waiting.count
        while low < high {
            let middle = (low + high) / 2
            if waiting[middle] < sequence { low = middle + 1 } else { high = middle }
        }
        return low
    }

    // MARK: - What is sent

    /// The delivery that is to be sent now, which is in flight from here on; nil if none is.
    public mutating func start(now: Int64) -> HookDelivery? {
        guard disabledReason == nil, inFlight.count < most, now >= throttledUntil,
            let place = breaker.isOpen ? probe(now) : due(now)
        else { return nil }
        let sequence = waiting.remove(at: place)
        inFlight.insert(sequence)
        entries[sequence]?.lastStart = now
        if breaker.isOpen { breaker.startProbe(sequence) }
        return entries[sequence]?.delivery
    }

    private func due(_ now: Int64) -> Int? {
        waiting.firstIndex { sequence in
            entries[sequence].map { $0.delivery.due <= now } ?? false
        }
    }

    /// The one that was not tried for longest, whether it is due or not: a message that the
    /// receiver never takes must not keep the breaker open.
    private func probe(_ now: Int64) -> Int? {
        guard let time = breaker.probeTime, time <= now else { return nil }
        var best: Int?
        var bestStart = Int64.max
        for (place, sequence) in waiting.enumerated() {
            guard let entry = entries[sequence], entry.pausedUntil <= now else { continue }
            if best == nil || entry.lastStart < bestStart {
                best = place
                bestStart = entry.lastStart
            }
        }
        return best
    }

    /// When ``start(now:)`` is to be asked again; nil if only an answer, more deliveries or an
    /// operator can change anything.
    public var wakeTime: Int64? {
        guard disabledReason == nil, inFlight.count < most, !waiting.isEmpty else { return nil }
        let times = waiting.lazy.compactMap { [entries, breaker] sequence in
            breaker.isOpen ? entries[sequence]?.pausedUntil : entries[sequence]?.delivery.due
        }
        guard let first = times.min() else { return nil }
        guard breaker.isOpen else { return max(first, throttledUntil) }
        return breaker.probeTime.map { max($0, first, throttledUntil) }
    }
}
