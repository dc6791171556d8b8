/// When people use their applications: a week of hourly weights, and the way from one use to the
/// next through it. Times are milliseconds since 1970 UTC.
struct ActivityClock: Sendable {
    static let hour: Int64 = 3_600_000
    static let day: Int64 = 24 * hour

    /// The week everybody lives.
    static let week = ActivityClock()

    /// Weights of the 168 hours of a week from Monday 00:00, in per mille of an average hour.
    private let weights: [Int64]

    init() {
        let weekday: [Int64] = [
            90, 50, 40, 40, 60, 200, 620, 1180, 1750, 2050, 2000, 1850,
            1600, 1800, 1900, 1800, 1600, 1400, 1300, 1250, 1150, 900, 520, 220,
        ]
        var week: [Int64] = []
        for day in 0..<7 {
            week += day < 5 ? weekday : weekday.map { $0 * 45 / 100 + 4 }
        }
        // After the weekend everybody logs in at once.
        for hour in 7...10 { week[hour] = week[hour] * 13 / 10 }
        weights = week
    }

    /// How busy an hour is, in per mille of an average one.
    func weight(at time: Int64, zoneHours: Int) -> Int64 {
        weights[max(0, Int((time / Self.hour + Int64(zoneHours) + 72) % 168))]
    }

    /// The hour of the day, 0 to 23, in a zone `zoneHours` east of UTC.
    static func hourOfDay(_ time: Int64, zoneHours: Int) -> Int {
        Int((time / hour + Int64(zoneHours) + 24) % 24)
    }

    /// Whether it is Saturday or Sunday.
    static func isWeekend(_ time: Int64, zoneHours: Int) -> Bool {
        ((time / hour + Int64(zoneHours)) / 24 + 3) % 7 >= 5
    }

    /// The moment that lies `work` milliseconds of average activity after `time`: quiet hours
    /// pass without counting much, busy hours count double.
    func advance(from time: Int64, by work: Int64, zoneHours: Int) -> Int64 {
        var now = time
        var rest = work &* 1000
        while true {
            let hours = now / Self.hour
            // 1970-01-01 was a Thursday, three days after a Monday.
            let hourOfWeek = Int((hours + Int64(zoneHours) + 72) % 168)
            let weight = weights[max(0, hourOfWeek)]
            let left = (hours + 1) * Self.hour - now
            let available = left * weight
            if rest <= available { return now + rest / weight + 1 }
            rest -= available
            now += left
        }
    }
}
