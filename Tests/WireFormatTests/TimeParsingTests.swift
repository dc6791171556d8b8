import AuditModel
import Foundation
import TestSupport
import Testing
import WireFormat

private func parse(_ text: String) -> TimeText.Parsed? {
    Array(text.utf8).withUnsafeBytes { TimeText.parse($0) }
}

@Suite("Times from text")
struct TimeParsingTests {
    @Test("RFC 3339 and log prefixes are read", arguments: [
        ("1970-01-01T00:00:00Z", 0, 0, false),
        ("2026-03-02T10:15:30.123Z", 1_772_446_530_123_000_000, 3, false),
        ("2026-03-02T11:15:30.123+01:00", 1_772_446_530_123_000_000, 3, false),
        ("2026-03-02t04:45:30.1234567-05:30", 1_772_446_530_123_456_700, 9, false),
        ("2026-03-02 10:15:30,123", 1_772_446_530_123_000_000, 3, true),
        ("2026-03-02T10:15:30.123456789z", 1_772_446_530_123_456_789, 9, false),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000_000_000, 0, false),
        ("1969-12-31T23:59:59Z", -1_000_000_000, 0, false),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000_000_000, 0, false),
    ] as [(String, Int64, UInt8, Bool)])
    func read(text: String, time: Int64, precision: UInt8, isLocal: Bool) {
        #expect(parse(text) == TimeText.Parsed(time: time, precision: precision, isLocal: isLocal))
    }

    @Test("what is no time is refused", arguments: [
        "", "2026-03-02", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-03-02T24:00:00Z",
        "2026-03-02T10:60:00Z", "2026-03-02T10:15:30.Z", "2026-03-02T10:15:30.1234567890Z",
        "2026-03-02T10:15:30+1:00", "2026-03-02T10:15:30+24:00", "2026-03-02T10:15:30Zx",
        "9999-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "2026-03-02_10:15:30Z",
        "2026-0x-02T10:15:30Z", "2026-03-02T10:15:30 Z",
    ])
    func refused(text: String) {
        #expect(parse(text) == nil)
    }

    @Test("every time that is written is read back")
    func roundTrip() {
        let seed: UInt64 = 0x71AE
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            let scale = random.pick([1, 1_000, 1_000_000, 1_000_000_000]) as Int64
            let time = Int64(bitPattern: random.next()) / scale * scale
            let text = TimeText.string(time)
            // Years of other than four digits cannot occur: nanoseconds end in 2262.
            #expect(parse(text)?.time == time, "seed \(seed): \(text)")
        }
    }

    @Test("a zone table built from the system gives the system's instants")
    func zone() throws {
        let zone = try #require(TimeZone(identifier: "Europe/Berlin"))
        var spans = [ZoneTable.Span(start: .min, offset: 3600)]
        var date = Date(timeIntervalSince1970: 1_735_689_600)
        while let next = zone.nextDaylightSavingTimeTransition(after: date), spans.count < 6 {
            spans.append(
                ZoneTable.Span(
                    start: Int64(next.timeIntervalSince1970),
                    offset: Int64(zone.secondsFromGMT(for: next.addingTimeInterval(1)))))
            date = next.addingTimeInterval(1)
        }
        let table = ZoneTable(spans: spans.shuffled())
        for hour in 0..<(24 * 700) {
            let utc = 1_735_700_000 + Int64(hour) * 3600
            let offset = Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(utc))))
            let found = table.utc(fromLocal: (utc + offset) * 1_000_000_000) / 1_000_000_000
            // In the hour that occurs twice the earlier instant is taken.
            #expect(found == utc || found == utc - 3600 && isTwice(utc, zone))
        }
    }

    private func isTwice(_ utc: Int64, _ zone: TimeZone) -> Bool {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(utc - 3600)))
            > zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(utc)))
    }

    @Test("local times in a gap and in an overlap have one defined instant")
    func changes() {
        let table = ZoneTable(spans: [
            ZoneTable.Span(start: 0, offset: 3600), ZoneTable.Span(start: 1_000_000, offset: 7200),
            ZoneTable.Span(start: 2_000_000, offset: 3600),
        ])
        let utc = { (local: Int64) in
            table.utc(fromLocal: local * 1_000_000_000) / 1_000_000_000
        }
        #expect(utc(1_003_599) == 999_999)
        #expect(utc(1_003_600) == 1_000_000)
        #expect(utc(1_005_000) == 1_001_400)
        #expect(utc(1_007_200) == 1_000_000)
        #expect(utc(2_007_199) == 1_999_999)
        #expect(utc(2_004_000) == 1_996_800)
        #expect(utc(2_007_200) == 2_003_600)
        #expect(ZoneTable.utc.utc(fromLocal: .min) == .min)
    }
}
