import AuditModel
import LogFormats
import Testing
import WireFormat

@testable import Pipeline

@Suite("An hour that the clocks repeat")
struct RepeatedHourTests {
    /// Clocks go back by an hour at second 7200 UTC: local 2:00 to 3:00 occurs twice.
    private static let zone = ZoneTable(spans: [
        ZoneTable.Span(start: -1_000_000, offset: 3600), ZoneTable.Span(start: 7200, offset: 0),
    ])

    /// Decodes local minutes as a dialect does and settles them, some at a time.
    private func settled(
        _ minutes: [Double], batch size: Int = 3
    ) throws -> (utc: [Double], tally: IntakeTally, flags: [Bool]) {
        var hour = try #require(RepeatedHour(Self.zone))
        var (utc, tally, flags): ([Double], IntakeTally, [Bool]) = ([], IntakeTally(), [])
        for start in stride(from: 0, to: minutes.count, by: size) {
            var events = EventBatch(capacity: size)
            for minute in minutes[start..<min(start + size, minutes.count)] {
                var row = EventRow()
                row.time = Self.zone.utc(fromLocal: Int64(minute * 60) * 1_000_000_000)
                if Self.zone.laterTwin(of: row.time) != nil { row.flags = .timeAmbiguous }
                events.append(row)
            }
            var batch = DecodedBatch(events: events, tally: IntakeTally(), rejected: [])
            hour.settle(&batch)
            utc += batch.events.time.map { Double($0) / 60e9 }
            flags += batch.events.flags.map { $0.contains(.timeAmbiguous) }
            tally.add(batch.tally)
        }
        return (utc, tally, flags)
    }

    @Test("only the repeated local times have a later twin")
    func twins() {
        let second: Int64 = 1_000_000_000
        #expect(Self.zone.laterTwin(of: 3599 * second) == nil)
        #expect(Self.zone.laterTwin(of: 3600 * second) == 7200 * second)
        #expect(Self.zone.laterTwin(of: 7199 * second) == 10_799 * second)
        #expect(Self.zone.laterTwin(of: 7200 * second) == nil)
        #expect(ZoneTable.utc.laterTwin(of: 0) == nil)
        #expect(RepeatedHour(.utc) == nil)
    }

    @Test("the order of the lines tells the passes apart", arguments: [1, 2, 3, 100])
    func told(size: Int) throws {
        let local: [Double] = [110, 118, 120, 130, 140, 150, 160, 170, 179, 120, 130, 150, 179, 181]
        let found = try settled(local, batch: size)
        #expect(
            found.utc == [50, 58, 60, 70, 80, 90, 100, 110, 119, 120, 130, 150, 179, 181])
        #expect(found.tally.repeatedTimes == 11 && found.tally.ambiguousTimes == 0)
        #expect(found.flags.allSatisfy { !$0 })
    }

    @Test("threads that write out of order by some seconds confuse nothing")
    func jitter() throws {
        let found = try settled(
            [119, 120.5, 120.2, 121, 130, 145, 160, 175, 179.9, 120.1, 179.95, 121])
        #expect(
            found.utc == [59, 60.5, 60.2, 61, 70, 85, 100, 115, 119.9, 120.1, 119.95, 121])
    }

    @Test("what nothing tells is the first pass, and flagged", arguments: [1, 2, 50])
    func ambiguous(size: Int) throws {
        // A log that begins within the hour, and one that was silent before it.
        let start = try settled([150, 155, 160], batch: size)
        #expect(start.utc == [90, 95, 100] && start.tally.ambiguousTimes == 3)
        #expect(start.tally.repeatedTimes == 3)
        let silent = try settled([60, 150, 155, 125, 190], batch: size)
        #expect(silent.utc == [0, 90, 95, 125, 190])
        #expect(silent.flags == [false, true, true, false, false])
    }

    @Test("lines far out of order stay flagged")
    func disorder() throws {
        let found = try settled([119, 125, 300, 130])
        #expect(found.utc == [59, 65, 300, 70])
        #expect(found.flags == [false, false, false, true])
    }
}
