import AuditModel
import Glibc
import GrantLedger
import TestSupport
import Testing

@testable import Detection

@Suite("Spikes")
struct SpikeTests {
    static let minute: Int64 = 60_000_000_000
    static let hour = 60 * minute
    static let day = 24 * hour

    private static func spike(
        inputs: Int = 0, tail: Int = 900, absolute: Operation.Spike.Absolute? = nil
    ) -> Rule {
        var rule = Rule(id: "spike", name: "SPIKE", title: "spike", level: .medium)
        func text(_ value: String) -> Predicate {
            Predicate(field: .event(.outcome), matchers: [.text(TextPattern(value))])
        }
        let attack = Predicate(
            field: .event(.reason), matchers: [.text(TextPattern("signature"))])
        rule.selections = [
            Rule.Selection(name: "failed", alternatives: [[text("failure")]]),
            Rule.Selection(name: "attempts", alternatives: [[text("failure")], [text("success")]]),
            Rule.Selection(name: "attack", alternatives: [[attack]]),
        ]
        rule.condition = .selection(inputs == 0 ? 0 : 1)
        if inputs > 0 {
            rule.inputs = [
                Rule.Input(name: "failed", condition: .selection(0)),
                Rule.Input(name: "attempts", condition: .selection(1)),
            ]
        }
        rule.key = [.client]
        rule.suppress = 12 * hour
        rule.message = "{count} {expected} {window} {times}"
        rule.operation = Operation(
            .spike(
                Operation.Spike(
                    windows: [5 * minute, 30 * minute, 120 * minute], learn: 72 * hour,
                    learnEvents: 50, floorCount: 8, floorRatio: 200, tail: tail,
                    absolute: absolute)), window: Operation.Window(span: 120 * minute))
        return rule
    }

    private struct Series {
        var random: SeededGenerator
        var events: [(time: Int64, isFailure: Bool)] = []

        init(seed: UInt64) { random = SeededGenerator(seed: seed) }

        private mutating func uniform() -> Double {
            (Double(random.next() >> 11) + 0.5) / 9_007_199_254_740_992
        }

        private mutating func gamma(shape: Int, mean: Double) -> Double {
            var sum = 0.0
            for _ in 0..<shape { sum -= log(uniform()) }
            return sum * mean / Double(shape)
        }

        private mutating func poisson(_ mean: Double) -> Int {
            var count = 0
            var time = -log(uniform())
            while time < mean {
                count += 1
                time -= log(uniform())
            }
            return count
        }

        /// Over-dispersed (gamma of shape 3 for every 5 minutes), by hour of day and day of week.
        mutating func add(
            from: Int64, to: Int64, per5min rate: Double, times: Double = 1, failing: Double = 1
        ) {
            var time = from
            while time < to {
                let hour = Double(time / SpikeTests.hour % 24)
                let day = time / SpikeTests.day % 7
                let daily = 1 - 0.8 * ((hour - 14) / 12) * ((hour - 14) / 12)
                let weekly = day >= 5 ? 0.4 : 1.0
                let mean = rate * max(0.2, daily) * weekly * times
                for _ in 0..<poisson(gamma(shape: 3, mean: mean)) {
                    events.append(
                        (time + Int64(uniform() * Double(5 * SpikeTests.minute)),
                            uniform() < failing))
                }
                time += 5 * SpikeTests.minute
            }
        }

        mutating func alerts(_ rule: Rule, reason: Reason = .expired) -> [Alert] {
            events.sort { $0.time < $1.time }
            var batch = EventBatch(capacity: events.count)
            for (index, event) in events.enumerated() {
                var row = EventRow()
                row.time = event.time
                row.id = ID128(high: 5, low: UInt64(index + 1))
                row.kind = .tokenValidationFailed
                row.outcome = event.isFailure ? .failure : .success
                row.reason = reason
                row.client = batch.pool.code(of: "web")
                row.presented = ID128(high: 6, low: UInt64(index % 7 + 1))
                batch.append(row)
            }
            var run = DetectionRun(rules: [rule])
            for row in 0..<batch.count { run.take(batch, row: row, pool: batch.pool) }
            return run.alerts()
        }
    }

    /// `GRANTRAIL_SERIES` multiplies the series that are tried.
    private static let effort =
        getenv("GRANTRAIL_SERIES").flatMap { Int(String(cString: $0)) } ?? 1

    @Test("over-dispersed rhythms of four weeks raise hardly any alarm", arguments: [
        (0.2, 8), (2.0, 4), (20.0, 1),
    ])
    func falseAlarms(rate: Double, series: Int) {
        var alarms = [600: 0, 900: 0]
        for seed in 0..<(series * Self.effort) {
            var series = Series(seed: UInt64(seed) &* 77 &+ 5)
            series.add(from: 0, to: 28 * Self.day, per5min: rate)
            for tail in [600, 900] {
                alarms[tail, default: 0] += series.alerts(Self.spike(tail: tail)).count
            }
        }
        let count = series * Self.effort
        print("spike: \(rate) per 5 min, 28 days × \(count): false alarms \(alarms)")
        #expect(alarms[900, default: 0] * 10 <= series * Self.effort)
        #expect(alarms[600, default: 0] <= series * Self.effort)
    }

    @Test("ten times as much for ten minutes is found", arguments: [(2.0, 4), (20.0, 2)])
    func detection(rate: Double, series: Int) {
        var found = [600: 0, 900: 0]
        let start = 11 * Self.day + 13 * Self.hour
        for seed in 0..<(series * Self.effort) {
            var series = Series(seed: UInt64(seed) &* 131 &+ 9)
            series.add(from: 0, to: start + Self.hour, per5min: rate)
            series.add(from: start, to: start + 10 * Self.minute, per5min: rate, times: 10)
            for tail in [600, 900] {
                let alerts = series.alerts(Self.spike(tail: tail))
                let isFound = alerts.contains {
                    $0.time >= start && $0.time < start + 10 * Self.minute
                }
                found[tail, default: 0] += isFound ? 1 : 0
            }
        }
        print("spike: ×10 at \(rate) per 5 min: \(found) of \(series * Self.effort) in 10 min")
        if rate >= 20 { #expect(found[600, default: 0] * 10 >= series * Self.effort * 9) }
    }

    @Test("ten days of rhythm, then 400 in half an hour: at the burst and not before")
    func burst() throws {
        var series = Series(seed: 3)
        series.add(from: 0, to: 10 * Self.day, per5min: 1)
        let start = 9 * Self.day + 13 * Self.hour
        for index in 0..<400 {
            series.events.append((start + Int64(index) * 30 * Self.minute / 400, true))
        }
        let alerts = series.alerts(Self.spike())
        let first = try #require(alerts.first)
        #expect(alerts.count == 1 && first.time >= start)
        #expect(first.time < start + 5 * Self.minute)
        #expect(first.count > 300)
    }

    @Test("no verdict before the key is known, but an attack needs none")
    func coldStart() {
        var series = Series(seed: 8)
        series.add(from: 0, to: Self.day, per5min: 0.02)
        for index in 0..<60 {
            series.events.append((Self.day + Int64(index) * 2_000_000_000, true))
        }
        #expect(series.alerts(Self.spike()).isEmpty)
        let absolute = Operation.Spike.Absolute(
            selection: 2, window: 5 * Self.minute, count: 10, fields: [.event(.presented)],
            distinct: 3)
        #expect(series.alerts(Self.spike(absolute: absolute), reason: .expired).isEmpty)
        let alerts = series.alerts(Self.spike(absolute: absolute), reason: .signature)
        #expect(alerts.count == 1 && alerts[0].time >= Self.day)
        // The same reason all day long is no attack.
        var usual = Series(seed: 8)
        usual.add(from: 0, to: Self.day, per5min: 1)
        usual.events += series.events.filter { $0.time >= Self.day }
        #expect(usual.alerts(Self.spike(absolute: absolute), reason: .signature).isEmpty)
    }

    @Test("a rise of attempts explains a rise of failures; a rise of their share does not")
    func attempts() {
        for share in [0.05, 0.6] {
            var series = Series(seed: 21)
            series.add(from: 0, to: 12 * Self.day, per5min: 20, failing: 0.05)
            let start = 11 * Self.day + 13 * Self.hour
            series.add(
                from: start, to: start + 30 * Self.minute, per5min: 20, times: 8,
                failing: share)
            let alerts = series.alerts(Self.spike(inputs: 2))
            #expect(alerts.contains { $0.time >= start } == (share > 0.5), "\(share)")
        }
    }

    @Test("an incident does not become the rhythm")
    func incidents() {
        var series = Series(seed: 30)
        series.add(from: 0, to: 24 * Self.day, per5min: 0.5)
        // Every day at noon for four days, and once more.
        for day in 18..<23 {
            let start = Int64(day) * Self.day + 12 * Self.hour
            for index in 0..<500 {
                series.events.append((start + Int64(index) * 4_000_000_000, true))
            }
        }
        let alerts = series.alerts(Self.spike())
        #expect(alerts.count == 5)
    }
}

@Suite("Tails")
struct NegativeBinomialTests {
    @Test("the tail is that of the distribution", arguments: [
        (3, 0.5, 0.2), (20, 4.0, 0.33), (100, 60.0, 0.05), (9, 0.01, 0.5),
    ])
    func tail(count: Int, mean: Double, dispersion: Double) {
        // Summed from zero, term by term.
        let size = 1 / dispersion
        let odds = mean / (size + mean)
        var mass = 1.0
        // (1 - odds)^size by its logarithm.
        let logarithm = size * log(1 - odds)
        var below = 0.0
        for index in 0..<count {
            below += mass
            mass *= (Double(index) + size) / Double(index + 1) * odds
        }
        var above = 0.0
        for index in count..<(count + 5000) {
            above += mass
            mass *= (Double(index) + size) / Double(index + 1) * odds
        }
        let expected = (log(above) + logarithm) * 1000
        let found = NegativeBinomial.upperTail(count, mean: mean, dispersion: dispersion)
        #expect(abs(Double(found) - expected) < 1, "\(found) \(expected) \(below)")
    }

    @Test("a rule's exponent is on the same scale")
    func limit() {
        #expect(NegativeBinomial.limit(tail: 900) == -20_723)
        #expect(NegativeBinomial.zero(mean: 10, dispersion: 0.5) == -3_584)
    }
}
