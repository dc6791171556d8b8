/// How many events a key has by hour of the week (UTC).
///
/// Each of 168 cells is the mean of its hours of the past weeks, older ones counting less. It is
/// shrunk to the mean of the hour of the day, which is shrunk to the mean of the key: a prior worth
/// ``prior`` events, so that a cell that has seen little says what its neighbours say.
struct Rhythm: Sendable {
    static let cellCount = 168
    /// What a longer silence leaves nothing of.
    static let mostIdleHours: Int64 = 8 * 168
    private static let prior = 20.0
    /// A half-life of two weeks: by week, and by hour.
    private static let weekDecay = 0.7071067811865476
    static let hourDecay = 0.9979391883568344
    /// Weight of a cell by the number of its hours that have passed.
    private static let weights: [Double] = (0..<24).reduce(into: [0]) { weights, _ in
        weights.append(weights[weights.count - 1] * weekDecay + 1)
    }

    let firstHour: Int64
    /// The hour that is being counted, since 1970.
    var hour: Int64
    var cells = ContiguousArray<Float>(repeating: 0, count: Rhythm.cellCount)
    var sum = 0.0
    var weight = 0.0

    static let bytes = MemoryLayout<Rhythm>.stride + cellCount * MemoryLayout<Float>.stride

    init(hour: Int64) {
        firstHour = hour
        self.hour = hour
    }

    /// Ends the hour that is being counted with so many events.
    mutating func finish(_ count: Double) {
        let cell = Self.cell(hour)
        let before = weight(of: cell)
        let after = before * Self.weekDecay + 1
        cells[cell] = Float((Double(cells[cell]) * before * Self.weekDecay + count) / after)
        sum = sum * Self.hourDecay + count
        weight = weight * Self.hourDecay + 1
        hour += 1
    }

    /// Events to expect in an hour.
    func expected(_ hour: Int64) -> Double {
        // Half an event more, so that nothing is ever impossible.
        let mean = (sum + 0.5) / (weight + 1)
        var dayEvents = 0.0
        var dayWeight = 0.0
        var cell = Int(Self.remainder(hour, 24))
        while cell < Self.cellCount {
            let weight = weight(of: cell)
            dayEvents += Double(cells[cell]) * weight
            dayWeight += weight
            cell += 24
        }
        let day = Self.shrunk(dayEvents, dayWeight, to: mean)
        let own = Self.cell(hour)
        let weight = weight(of: own)
        return Self.shrunk(Double(cells[own]) * weight, weight, to: day)
    }

    /// The most to expect in an hour or its neighbours: clocks are put forward and back while
    /// people keep their habits.
    func most(_ hour: Int64) -> Double {
        max(expected(hour - 1), expected(hour), expected(hour + 1))
    }

    /// The least to expect in an hour or its neighbours: no more than they had, and nothing of an
    /// hour of the week that was not seen.
    func least(_ hour: Int64) -> Double {
        var least = Double.infinity
        for hour in (hour - 1)...(hour + 1) {
            let cell = Self.cell(hour)
            if weight(of: cell) < 1 { return 0 }
            least = min(least, Double(cells[cell]), expected(hour))
        }
        return least
    }

    private static func shrunk(_ events: Double, _ weight: Double, to mean: Double) -> Double {
        (prior + events) / (prior / mean + weight)
    }

    /// How much a cell has seen: its hours from the first one to before the current one.
    private func weight(of cell: Int) -> Double {
        let first = firstHour + Self.remainder(Int64(cell) - firstHour, Int64(Self.cellCount))
        if first >= hour { return 0 }
        let passed = (hour - 1 - first) / Int64(Self.cellCount) + 1
        return Self.weights[Int(min(passed, Int64(Self.weights.count - 1)))]
    }

    private static func cell(_ hour: Int64) -> Int {
        Int(remainder(hour, Int64(cellCount)))
    }

    static func remainder(_ number: Int64, _ divisor: Int64) -> Int64 {
        let rest = number % divisor
        return rest < 0 ? rest + divisor : rest
    }

    static func floor(_ number: Int64, _ divisor: Int64) -> Int64 {
        (number - remainder(number, divisor)) / divisor
    }
}

/// The dispersion of counts about their expectation, by moments.
struct Dispersion: Sendable, BitwiseCopyable {
    private static let start = 0.5
    private static let startWeight = 1.0
    private static let largest = 10.0

    var excess = Dispersion.start * Dispersion.startWeight
    var squares = Dispersion.startWeight

    /// `alpha` of the variance `mean + alpha * mean²`.
    var alpha: Double {
        min(Self.largest, max(NegativeBinomial.leastDispersion, excess / squares))
    }

    mutating func note(_ count: Double, expected: Double, times: Double = 1) {
        let distance = count - expected
        excess += (distance * distance - expected) * times
        squares += expected * expected * times
    }

    /// Lets an hour pass.
    mutating func fade() {
        excess *= Rhythm.hourDecay
        squares *= Rhythm.hourDecay
    }

    /// What teaches of a count that may belong to an incident: no more than three deviations above
    /// the expectation.
    func winsorised(_ count: Double, expected: Double) -> Double {
        let variance = expected + alpha * expected * expected
        return min(count, expected + 3 * variance.squareRoot())
    }
}
