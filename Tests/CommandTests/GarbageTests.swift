import Foundation
import Testing

@Suite("Garbage costs itself and nothing else")
struct GarbageTests {
    /// One line that is no event, and the ways in which standard error may name the loss.
    struct Garbage: Sendable, CustomTestStringConvertible {
        var name: String
        var bytes: [UInt8]
        var codes: [String]

        init(_ name: String, _ bytes: [UInt8], _ codes: String...) {
            self.name = name
            self.bytes = bytes
            self.codes = codes
        }

        init(_ name: String, _ text: String, _ codes: String...) {
            self.name = name
            bytes = Array(text.utf8)
            self.codes = codes
        }

        var testDescription: String { name }
    }

    static func event(time: String = "1772445900000", user: String = "anna") -> String {
        "{\"id\":\"5ba7ab1e-0000-4000-8000-000000000001\",\"time\":\(time),\"type\":\"LOGIN\","
            + "\"realmId\":\"r\",\"realmName\":\"shop\",\"clientId\":\"web\","
            + "\"userId\":\"\(user)\","
            + "\"sessionId\":\"s-9\",\"ipAddress\":\"192.0.2.9\",\"error\":null,\"details\":{}}"
    }

    static let jsonGarbage: [Garbage] = [
        Garbage("NULs", [UInt8](repeating: 0, count: 300), "text.syntax"),
        Garbage("an event with a NUL", event(user: "an\u{0}na"), "json.syntax"),
        // A record as large as a batch comes before anything that shows the dialect.
        Garbage(
            "1 MiB of brackets", [UInt8](repeating: 0x5B, count: 1 << 20), "json.depth",
            "dialect.unknown"),
        Garbage(
            "1 MiB of braces", [UInt8](repeating: 0x7B, count: 1 << 20), "json.syntax",
            "json.depth", "dialect.unknown"),
        Garbage("2 MiB of brackets", [UInt8](repeating: 0x5B, count: 2 << 20), "record.too_long"),
        Garbage(
            "bad UTF-8", Array(event(user: "X").utf8).replacing([0x58], with: [0xC0, 0xAF]),
            "json.utf8"),
        Garbage("a lone high surrogate", event(user: "\\ud800"), "json.utf8"),
        Garbage("a lone low surrogate", event(user: "\\udc00"), "json.utf8"),
        Garbage("1e999", event(time: "1e999"), "time.invalid"),
        Garbage("year 9999", event(time: "253402300799000"), "time.range"),
        Garbage("negative time", event(time: "-5"), "time.range"),
        Garbage("the least time", event(time: "-9223372036854775808"), "time.range"),
        Garbage(
            "a number of 400 digits", event(time: String(repeating: "9", count: 400)),
            "time.range"),
        Garbage("a cut line", String(event().prefix(120)), "record.truncated"),
        Garbage(
            "an event with one key twice", event().replacing("\"error\"", with: "\"type\""),
            "json.duplicate_key"),
        Garbage("nothing but a bracket", "[", "record.truncated"),
    ]

    enum Place: CaseIterable { case first, middle, last }

    let sandbox: Sandbox
    let good: [String]
    let alerts: [String]

    init() throws {
        sandbox = try Sandbox()
        var story = StoryTests.life(refreshes: 40)
        story.refused(25_000, StoryTests.stranger, "g2")
        good = story.lines(.json)
        try sandbox.write("good.jsonl", lines: good)
        alerts = try sandbox.run("backtest", "good.jsonl").expecting().comparableAlerts
        try #require(alerts.count == 1)
    }

    func mixed(_ garbage: [UInt8], _ place: Place, _ lines: [String]) -> [UInt8] {
        let index = place == .first ? 0 : place == .middle ? lines.count / 2 : lines.count
        let before = lines[..<index].map { $0 + "\n" }.joined()
        let after = lines[index...].map { $0 + "\n" }.joined()
        return Array(before.utf8) + garbage + [0x0A] + Array(after.utf8)
    }

    @Test("Lines around garbage are kept", arguments: jsonGarbage, Place.allCases)
    func around(garbage: Garbage, place: Place) throws {
        try sandbox.write("mixed.jsonl", mixed(garbage.bytes, place, good))
        let finished = try sandbox.run("backtest", "mixed.jsonl").expecting()
        #expect(finished.comparableAlerts == alerts)
        let said = finished.errorText
        #expect(said.contains(" \(good.count) events"), "\(said)")
        #expect(garbage.codes.contains { said.contains("1 lost: \($0) ") }, "\(said)")
    }

    @Test("Garbage is put aside, and everything else is stored", arguments: jsonGarbage)
    func stored(garbage: Garbage) throws {
        try sandbox.write("mixed.jsonl", mixed(garbage.bytes, .middle, good))
        try sandbox.run("ingest", "mixed.jsonl", "--store", "events.db").expecting()
        #expect(
            try sandbox.run("backtest", "--store", "events.db").comparableAlerts == alerts)
        let kept = try sandbox.run("store", "quarantine", "events.db").expecting().objects()
        #expect(kept.count == 1)
        #expect(garbage.codes.contains(kept.first?["code"] as? String ?? ""), "\(kept)")
    }

    @Test("Lines that are no records are counted as such", arguments: ["a text", "]}]}", "42"])
    func notEvents(text: String) throws {
        try sandbox.write("mixed.jsonl", mixed(Array(text.utf8), .middle, good))
        let finished = try sandbox.run("backtest", "mixed.jsonl").expecting()
        #expect(finished.comparableAlerts == alerts)
        #expect(finished.errorText.contains("43 events, 1 not events"), "\(finished.errorText)")
    }

    @Test("All garbage at once, on one thread or two, in batches of any size")
    func together() throws {
        var bytes: [UInt8] = []
        for (index, line) in good.enumerated() {
            bytes += Array((line + "\n").utf8)
            bytes += Self.jsonGarbage[index % Self.jsonGarbage.count].bytes + [0x0A]
        }
        try sandbox.write("mixed.jsonl", bytes)
        var reports: Set<String> = []
        for jobs in ["1", "2"] {
            for size in ["1", "7", "4096"] {
                let finished = try sandbox.run(
                    "backtest", "mixed.jsonl", "--jobs", jobs, "--batch-size", size
                ).expecting()
                #expect(finished.comparableAlerts == alerts)
                reports.insert(finished.errorText)
            }
        }
        // What was lost, and why, depends on the bytes alone.
        #expect(reports.count == 1, "\(reports)")
    }

    @Test("A last line without its end is counted, or kept when it is whole")
    func lastLine() throws {
        let text = good.joined(separator: "\n")
        try sandbox.write("whole.jsonl", text.utf8)
        let whole = try sandbox.run("backtest", "whole.jsonl").expecting()
        #expect(whole.comparableAlerts == alerts)
        #expect(!whole.errorText.contains("lost"), "\(whole.errorText)")
        try sandbox.write("cut.jsonl", (text + "\n" + Self.event().prefix(100)).utf8)
        let cut = try sandbox.run("backtest", "cut.jsonl").expecting()
        #expect(cut.comparableAlerts == alerts)
        #expect(cut.errorText.contains("1 lost: "), "\(cut.errorText)")
    }

    @Test("A line from the future makes no other line late", arguments: [0, 3, 20, 42])
    func future(index: Int) throws {
        var lines = good
        lines.insert(Self.event(time: "1930000000000"), at: index)
        try sandbox.write("future.jsonl", lines: lines)
        for size in ["1", "4096"] {
            let finished = try sandbox.run("backtest", "future.jsonl", "--batch-size", size)
                .expecting()
            #expect(finished.comparableAlerts == alerts)
            #expect(finished.errorText.contains(" \(lines.count) events"))
        }
    }

    @Test("Garbage among the lines of the server's log", arguments: Place.allCases)
    func text(place: Place) throws {
        var story = StoryTests.life(refreshes: 40)
        story.refused(25_000, StoryTests.stranger, "g2")
        let lines = story.lines(.text)
        try sandbox.write("good.log", lines: lines)
        let expected = try sandbox.run("backtest", "good.log").expecting().comparableAlerts
        #expect(expected.count == 1)
        let pieces: [[UInt8]] = [
            [UInt8](repeating: 0, count: 300), [UInt8](repeating: 0x5B, count: 1 << 20),
            [0xFF, 0xFE, 0xC0, 0xAF, 0x80], Array(lines[4].utf8.prefix(130)),
            Array(lines[4].replacing("=", with: ":").utf8),
            Array(lines[4].replacing("2026-03-02", with: "9999-99-99").utf8),
        ]
        for piece in pieces {
            try sandbox.write("mixed.log", mixed(piece, place, lines))
            let finished = try sandbox.run("backtest", "mixed.log").expecting()
            #expect(Self.withoutIDs(finished) == Self.withoutIDs(expected), "\(piece.prefix(80))")
            #expect(finished.errorText.contains(" \(lines.count) events"), "\(finished.errorText)")
        }
    }

    /// Records of the server's log are known by their place, which garbage before them moves.
    static func withoutIDs(_ alerts: [String]) -> [String] {
        alerts.map { $0.replacing(#/"([0-9a-f]{32}|in_[0-9a-f]{16})"/#, with: "") }
    }

    static func withoutIDs(_ finished: Finished) -> [String] {
        withoutIDs(finished.comparableAlerts)
    }
}
