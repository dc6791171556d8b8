extension SimulationPlan {
    /// Sets ``targetEvents``, and ``subjects`` so that the log reaches that number shortly before
    /// its last day ends. Tries out a sample of at most a thousand subjects and four weeks.
    public mutating func fit(events: Int) {
        let wanted = max(1, min(events, 2_000_000_000))
        let sampleDays = max(1, min(days, 28))
        let sampleWanted = wanted * sampleDays / max(days, 1)
        var sample = benignTwin
        sample.days = sampleDays
        sample.targetEvents = nil
        var guess = 1 + sampleWanted / (24 * sampleDays)
        for _ in 0..<6 {
            sample.subjects = min(guess, 1000)
            let given = max(Simulation.count(sample), 1)
            let isWhole = guess == sample.subjects
            if isWhole, given >= sampleWanted, given / 112 < sampleWanted / 100 + 2 { break }
            guess = 1 + sampleWanted * sample.subjects / given * 106 / 100
            if !isWhole, guess > 1000 { break }
        }
        subjects = guess
        targetEvents = wanted
    }
}

extension Simulation {
    private struct Counter: SimulatedEventSink {
        var count = 0

        mutating func accept(
            _ event: SimulatedEvent, world: SimulatedWorld
        ) throws(SimulationError) {
            count += 1
        }
    }

    /// The number of events that a plan gives.
    static func count(_ plan: SimulationPlan) -> Int {
        var counter = Counter()
        do {
            try Simulation(plan: plan).run(into: &counter)
        } catch {
            // Counting writes nothing, so nothing can fail.
            return counter.count
        }
        return counter.count
    }
}
