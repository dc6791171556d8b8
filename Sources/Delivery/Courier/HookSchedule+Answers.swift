/// What follows from the answers to attempts.
extension HookSchedule {
    /// Takes the answer to an attempt that ``start(now:)`` began.
    ///
    /// - Parameters:
    ///   - duration: nanoseconds that the attempt took.
    ///   - chance: a random number from 0 to 1.
    /// - Returns: nil if no such attempt is in flight.
    public mutating func finish(
        _ sequence: Int64, _ answer: HookAnswer, now: Int64, duration: Int64, chance: Double
    ) -> HookOutcome? {
        guard inFlight.remove(sequence) != nil, var entry = entries[sequence] else { return nil }
        entry.delivery.attempts += 1
        let isProbe = breaker.end(sequence, now: now)
        var outcome = HookOutcome(
            hook: hook, sequence: sequence, alert: entry.delivery.alert,
            revision: entry.delivery.revision, attempts: entry.delivery.attempts, time: now,
            duration: duration, result: .delivered, status: answer.status, reason: "")
        if let status = answer.status, (200...299).contains(status) {
            breaker.close()
            throttles = 0
            deliveredCount += 1
            drop(sequence)
            return outcome
        }
        outcome.reason = Self.reason(answer)
        fail(answer, outcome.reason, now)
        outcome.result = next(&entry, answer, isProbe: isProbe, now: now, chance: chance)
        if outcome.result == .dead {
            outcome.reason += "; another attempt would come after max_age"
            deadCount += 1
            drop(sequence)
        } else {
            retriedCount += 1
            entries[sequence] = entry
            wait(for: entry.delivery.line)
        }
        return outcome
    }

    /// Gives up a delivery in flight that cannot even be tried.
    ///
    /// - Parameter reason: one line.
    public mutating func refuse(_ sequence: Int64, _ reason: String, now: Int64) -> HookOutcome? {
        guard inFlight.remove(sequence) != nil, let entry = entries[sequence] else { return nil }
        _ = breaker.end(sequence, now: now.adding(-breaker.interval))
        return bury(entry.delivery, reason, now)
    }

    /// Holds a delivery again whose attempt was broken off; it does not count.
    public mutating func release(_ sequence: Int64, now: Int64) {
        guard inFlight.remove(sequence) != nil, let entry = entries[sequence] else { return }
        _ = breaker.end(sequence, now: now)
        wait(for: entry.delivery.line)
    }

    /// Gives up what grew too old while the breaker held it back. A disabled hook keeps what it
    /// holds, and without a breaker everything gets its attempt first.
    public mutating func expire(now: Int64) -> [HookOutcome] {
        guard breaker.isOpen, disabledReason == nil else { return [] }
        let old = entries.values.filter { entry in
            entry.delivery.created.adding(maxAge) < now
                && !inFlight.contains(entry.delivery.sequence)
        }
        return old.map(\.delivery).sorted { $0.sequence < $1.sequence }.map { delivery in
            bury(delivery, "held back until max_age was over: \(lastReason)", now)
        }
    }

    /// Sends again at once what is held, with the breaker closed and no pause.
    public mutating func enable(now: Int64) {
        disabledReason = nil
        breaker.close()
        throttledUntil = .min
        throttles = 0
        for sequence in entries.keys {
            entries[sequence]?.pausedUntil = .min
            let due = entries[sequence]?.delivery.due ?? now
            entries[sequence]?.delivery.due = min(due, now)
        }
    }

    /// Sends nothing more until the hook is enabled.
    ///
    /// - Parameter reason: one line.
    public mutating func disable(_ reason: String) { disabledReason = reason }

    // MARK: - Failures

    private mutating func bury(_ delivery: HookDelivery, _ reason: String, _ now: Int64)
        -> HookOutcome
    {
        drop(delivery.sequence)
        deadCount += 1
        return HookOutcome(
            hook: hook, sequence: delivery.sequence, alert: delivery.alert,
            revision: delivery.revision, attempts: delivery.attempts, time: now, duration: 0,
            result: .dead, status: nil, reason: reason)
    }

    /// What a failure means for the hook as a whole.
    private mutating func fail(_ answer: HookAnswer, _ reason: String, _ now: Int64) {
        lastReason = reason
        switch answer.status {
        case 410: disabledReason = reason
        // These judge the message: the receiver itself may be well.
        case 400, 413, 415, 422: break
        case 429, 502, 503, 504:
            throttle(answer.retryAfter, now)
            breaker.fail(now: now)
        default: breaker.fail(now: now)
        }
    }

    private mutating func throttle(_ asked: Int64?, _ now: Int64) {
        let own = min((policy.waits.first ?? 0) << Int64(throttles), policy.probeInterval)
        throttles = min(throttles + 1, 8)
        throttledUntil = max(throttledUntil, now.adding(pause(asked) ?? max(0, own)))
    }

    private func pause(_ asked: Int64?) -> Int64? {
        asked.map { max(0, min($0, policy.longestPause)) }
    }

    /// What a failure means for the delivery.
    private func next(
        _ entry: inout Entry, _ answer: HookAnswer, isProbe: Bool, now: Int64, chance: Double
    ) -> HookOutcome.Result {
        var due = now.adding(wait(entry.step, chance))
        // Attempts that the breaker asked for come out of turn and do not lengthen the waits.
        if !isProbe { entry.step += 1 }
        if let pause = pause(answer.retryAfter) {
            entry.pausedUntil = now.adding(pause)
            due = max(due, entry.pausedUntil)
        }
        entry.delivery.due = due
        let isTooLate = due > entry.delivery.created.adding(maxAge)
        return isTooLate && disabledReason == nil ? .dead : .retried(at: due)
    }

    private func wait(_ step: Int, _ chance: Double) -> Int64 {
        guard let last = policy.waits.last else { return 0 }
        let wait = step < policy.waits.count ? policy.waits[step] : last
        let share = (1 + policy.jitter * (2 * max(0, min(1, chance)) - 1))
        return Int64(exactly: (Double(wait) * share).rounded()) ?? wait
    }

    /// One line about a failed attempt.
    static func reason(_ answer: HookAnswer) -> String {
        guard let status = answer.status else { return PlainLine.bounded(answer.reason) }
        switch status {
        case 300...399: return "HTTP \(status): redirects are not followed"
        case 410: return "HTTP 410: the receiver wants no more; the hook is disabled"
        case 429: return "HTTP 429: too many requests"
        default: return "HTTP \(status)"
        }
    }
}
