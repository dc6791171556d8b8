/// Keeps a hook whose receiver fails from being tried by every delivery that waits.
struct CircuitBreaker: Sendable {
    let failuresToOpen: Int
    let interval: Int64
    private(set) var isOpen = false
    /// Failures since the last success.
    private var failures = 0
    /// The delivery that probes.
    private var probe: Int64?
    private var nextProbe = Int64.min

    init(_ policy: RetryPolicy) {
        failuresToOpen = max(1, policy.failuresToOpen)
        interval = max(0, policy.probeInterval)
    }

    /// When the next probe may start, nanoseconds UTC; nil while one is under way.
    var probeTime: Int64? { probe == nil ? nextProbe : nil }

    mutating func startProbe(_ sequence: Int64) { probe = sequence }

    /// Says that an attempt ended.
    ///
    /// - Returns: whether it was the probe.
    mutating func end(_ sequence: Int64, now: Int64) -> Bool {
        guard probe == sequence else { return false }
        probe = nil
        nextProbe = now.adding(interval)
        return true
    }

    mutating func fail(now: Int64) {
        failures = min(failures + 1, failuresToOpen)
        if failures == failuresToOpen, !isOpen {
            isOpen = true
            nextProbe = now.adding(interval)
        }
    }

    /// Closes it; also the operator may.
    mutating func close() {
        isOpen = false
        failures = 0
        probe = nil
        nextProbe = .min
    }
}

extension Int64 {
    /// The sum, or the greatest or least number if that is out of range.
    func adding(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }
}
