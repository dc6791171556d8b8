import Testing

@testable import Pipeline

@Suite("How far a partition's event time has come")
struct WatermarkTests {
    static let second: Int64 = 1_000_000_000
    static let hour: Int64 = 3600 * second
    static let start: Int64 = 1_772_446_530 * second

    /// A tracker past its start: 16 events, a second apart, the last at `start`.
    static func started() -> WatermarkTracker {
        var tracker = WatermarkTracker(lateness: 30 * second)
        for step in 0..<16 { tracker.observe(start - Int64(15 - step) * second) }
        return tracker
    }

    @Test("No event is in order before sixteen were seen")
    func beforeStart() {
        var tracker = WatermarkTracker(lateness: 30 * Self.second)
        for step in 0..<15 {
            tracker.observe(Self.start + Int64(step))
            #expect(tracker.watermark == .min)
        }
        tracker.observe(Self.start)
        #expect(tracker.watermark == Self.start + 14 - 30 * Self.second)
    }

    @Test("The watermark is the greatest time less the lateness")
    func greatest() {
        var tracker = Self.started()
        #expect(tracker.watermark == Self.start - 30 * Self.second)
        tracker.observe(Self.start - 20 * Self.second)
        #expect(tracker.watermark == Self.start - 30 * Self.second)
        tracker.observe(Self.start + 7)
        #expect(tracker.watermark == Self.start + 7 - 30 * Self.second)
    }

    @Test("A first line from the future does not set the watermark")
    func futureFirstLine() {
        var tracker = WatermarkTracker(lateness: 30 * Self.second)
        tracker.observe(Self.start + 400 * 24 * Self.hour)
        for step in 0..<15 { tracker.observe(Self.start + Int64(step)) }
        #expect(tracker.watermark == Self.start + 14 - 30 * Self.second)
        #expect(tracker.suspectedCount == 1)
    }

    @Test("A first line from 1970 does not hold the watermark back")
    func ancientFirstLine() {
        var tracker = WatermarkTracker(lateness: 30 * Self.second)
        tracker.observe(0)
        for step in 0..<15 { tracker.observe(Self.start + Int64(step)) }
        #expect(tracker.watermark == Self.start + 14 - 30 * Self.second)
        #expect(tracker.suspectedCount == 0)
    }

    @Test("One line from the future moves nothing")
    func futureLine() {
        var tracker = Self.started()
        tracker.observe(Self.start + 2 * Self.hour)
        #expect(tracker.watermark == Self.start - 30 * Self.second)
        #expect(tracker.suspectedCount == 1)
        tracker.observe(Self.start + Self.second)
        #expect(tracker.watermark == Self.start - 29 * Self.second)
    }

    @Test("A jump of exactly an hour is no jump")
    func anHour() {
        var tracker = Self.started()
        tracker.observe(Self.start + Self.hour)
        #expect(tracker.watermark == Self.start + Self.hour - 30 * Self.second)
        #expect(tracker.suspectedCount == 0)
    }

    @Test("A jump counts after sixteen more events beyond it")
    func confirmedJump() {
        var tracker = Self.started()
        let after = Self.start + 9 * Self.hour
        for step in 0..<16 {
            tracker.observe(after + Int64(step))
            #expect(tracker.watermark == Self.start - 30 * Self.second)
        }
        tracker.observe(after + 16)
        // From the median of the seventeen: none of them can become late by one that lies ahead.
        #expect(tracker.watermark == after + 8 - 30 * Self.second)
        #expect(tracker.suspectedCount == 0)
    }

    @Test("A wrong clock among the events behind a jump does not set the watermark")
    func wrongClockBehindJump() {
        var tracker = Self.started()
        let after = Self.start + 9 * Self.hour
        tracker.observe(after + 5000 * Self.hour)
        for step in 0..<16 { tracker.observe(after + Int64(step)) }
        #expect(tracker.watermark < after)
        #expect(tracker.watermark >= after - 30 * Self.second)
    }

    @Test("A closed partition holds nothing back")
    func close() {
        var tracker = Self.started()
        tracker.close()
        #expect(tracker.watermark == .max)
    }

    @Test("Times at the ends of what decoders let through do not trap")
    func extremes() {
        for times: [Int64] in [[0], [.max], [0, .max], [.max, 0], [1, .max, 0]] {
            var tracker = WatermarkTracker(lateness: .max)
            for round in 0..<64 { tracker.observe(times[round % times.count]) }
            #expect(tracker.watermark <= 0)
        }
    }

    @Test("A line from the future now and then moves nothing, however many they become")
    func futureLinesOverMonths() {
        var tracker = Self.started()
        for step in 1...40 {
            tracker.observe(Self.start + 90_000 * Self.hour)
            for event in 0..<300 {
                tracker.observe(Self.start + (Int64(step) * 300 + Int64(event)) * Self.second)
            }
        }
        #expect(tracker.watermark == Self.start + (40 * 300 + 299 - 30) * Self.second)
        tracker.observe(.max)
        tracker.observe(.min)
        #expect(tracker.suspectedCount == 1)
    }
}
