extension SimulationPlan {
    /// Sets ``targetEvents``, and ``subjects`` so that the log reaches that number shortly before
    /// its last day ends. Tries out a sample of at most a thousand subjects and four weeks.
    /// Leaves room for the attacks, up to half of the log.
    public mutating func fit(events: Int) {
        let asked = max(1, min(events, 2_000_000_000))
        targetEvents = asked
        let wanted = asked - min(asked / 2, attackEvents)
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
    }

    /// How many events one burst of an attack has: fewer in a small log.
    var burst: Int { min(420, max(60, (targetEvents ?? Int.max) / 60)) }

    /// About how many events the attacks add.
    private var attackEvents: Int {
        attacks.reduce(0) { sum, attack in
            sum + attack.key.length(burst: burst) * max(0, min(attack.value, 100_000))
        }
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
