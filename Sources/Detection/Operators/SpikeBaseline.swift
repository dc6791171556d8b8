internal import AuditModel

/// What one key does in ordinary times, and what it does now: the state of a spike.
struct SpikeBaseline: Sendable {
    static let minute: Int64 = 60_000_000_000
    static let hour: Int64 = 3600 * 1_000_000_000

    let first: Int64
    /// Events of any input.
    var seen = 0
    var rhythm: Rhythm
    var events: MinuteRing
    var attempts: MinuteRing?
    var spread: ContiguousArray<Dispersion>
    var hourSpread = Dispersion()
    var minute: Int64
    /// Of the current hour.
    var hourEvents = 0.0
    var hourAttempts = 0.0
    /// By hour, the current one first: the most to expect, as far as the longest window reaches.
    var expectations: ContiguousArray<Double>
    /// Events and attempts that count, for their ratio.
    var ratio = (events: 0.0, attempts: 0.0)

    /// - Parameter windows: in minutes, ascending.
    init(at time: Int64, _ windows: ContiguousArray<Int>, attempts: Bool) {
        first = time
        minute = Rhythm.floor(time, Self.minute)
        rhythm = Rhythm(hour: Rhythm.floor(minute, 60))
        events = MinuteRing(windows)
        self.attempts = attempts ? MinuteRing(windows) : nil
        spread = ContiguousArray(repeating: Dispersion(), count: windows.count)
        let hours = ((windows.last ?? 1) + 59) / 60 + 1
        expectations = ContiguousArray(repeating: 0, count: hours)
        renewExpectations()
    }

    /// What one key takes at most, in bytes.
    static func bytes(_ windows: ContiguousArray<Int>, attempts: Bool) -> Int {
        let longest = windows.last ?? 1
        let ring = longest * MemoryLayout<UInt16>.stride + windows.count * 4
        return MemoryLayout<SpikeBaseline>.stride + Rhythm.cellCount * MemoryLayout<Float>.stride
            + ring * (attempts ? 2 : 1) + windows.count * MemoryLayout<Dispersion>.stride
            + (longest / 60 + 2) * MemoryLayout<Double>.stride
    }

    /// Whether so much time has passed that nothing of the past holds.
    func isOutlived(at time: Int64) -> Bool {
        Rhythm.floor(time, Self.hour) - rhythm.hour > Rhythm.mostIdleHours
    }

    /// Takes in an event; time must have been advanced to it.
    mutating func add(_ inputs: UInt32) {
        if inputs & 1 != 0 {
            events.add()
            hourEvents += 1
        }
        if inputs & 2 != 0 {
            attempts?.add()
            hourAttempts += 1
        }
        seen += 1
    }

    /// Lets time pass, and teaches what has ended.
    ///
    /// - Parameter isTrusted: whether the past is known well enough to tell an incident, which
    ///   must not teach.
    mutating func advance(
        to time: Int64, _ windows: ContiguousArray<Int>, isTrusted: Bool
    ) {
        let target = Rhythm.floor(time, Self.minute)
        while minute < target {
            let isIdle = Rhythm.remainder(minute, 60) == 0 && target - minute >= 60
                && events.isEmpty && attempts?.isEmpty != false
            if isIdle {
                for index in windows.indices {
                    let expected = rhythm.expected(rhythm.hour) * Double(windows[index]) / 60
                    spread[index].note(0, expected: expected, times: 60 / Double(windows[index]))
                }
                minute += 60
                finishHour(isTrusted)
                continue
            }
            minute += 1
            endBlocks(windows, isTrusted)
            events.turn(windows)
            attempts?.turn(windows)
            if Rhythm.remainder(minute, 60) == 0 { finishHour(isTrusted) }
        }
    }

    /// Events to expect in a window that ends now.
    func expected(_ window: Int) -> Double {
        let inHour = Int(Rhythm.remainder(minute, 60)) + 1
        var rest = Double(window)
        var total = 0.0
        for (index, expectation) in expectations.enumerated() {
            let minutes = min(rest, index == 0 ? Double(inHour) : 60)
            total += expectation * minutes / 60
            rest -= minutes
        }
        return total
    }

    func alpha(_ window: Int) -> Double { spread[window].alpha }

    /// Events that so many attempts explain.
    func explained(by attempts: Int) -> Double {
        (ratio.events + 0.5) / (ratio.attempts + 1) * Double(attempts)
    }

    /// Teaches the dispersion of every window that ends with the minute before.
    private mutating func endBlocks(_ windows: ContiguousArray<Int>, _ isTrusted: Bool) {
        for index in windows.indices
        where Rhythm.remainder(minute, Int64(windows[index])) == 0 {
            let expected = rhythm.expected(rhythm.hour) * Double(windows[index]) / 60
            let count = Double(events.sums[index])
            spread[index].note(
                isTrusted ? spread[index].winsorised(count, expected: expected) : count,
                expected: expected)
        }
    }

    private mutating func finishHour(_ isTrusted: Bool) {
        var taught = hourEvents
        if isTrusted, taught > 0 {
            taught = hourSpread.winsorised(taught, expected: expectations[0])
        }
        hourSpread.note(taught, expected: rhythm.expected(rhythm.hour))
        hourSpread.fade()
        for index in spread.indices { spread[index].fade() }
        let decay = Rhythm.hourDecay
        ratio = (ratio.events * decay + taught, ratio.attempts * decay + hourAttempts)
        rhythm.finish(taught)
        hourEvents = 0
        hourAttempts = 0
        renewExpectations()
    }

    private mutating func renewExpectations() {
        for index in expectations.indices.reversed() where index > 0 {
            expectations[index] = expectations[index - 1]
        }
        expectations[0] = rhythm.most(rhythm.hour)
    }
}
