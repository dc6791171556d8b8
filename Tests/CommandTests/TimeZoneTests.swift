import Foundation
import Testing

/// A server's log in local time over the night in which clocks are set back.
@Suite("Clocks set back in October")
struct TimeZoneTests {
    private static func line(_ clock: String, _ number: Int) -> String {
        "2026-10-25 \(clock),000 INFO  [org.keycloak.events] (executor-thread-1) type=\"LOGIN\", "
            + "realmId=\"r\", realmName=\"acme\", clientId=\"spa\", userId=\"u\(number)\", "
            + "sessionId=\"s\(number)\", ipAddress=\"198.51.100.23\", username=\"u\(number)\""
    }

    /// Every five minutes from 1:30 summer time to 3:25 winter time, as the clock on the wall
    /// shows.
    private static let clocks: [String] = {
        let summer = Array(stride(from: 90, to: 180, by: 5))
        let minutes = summer + Array(stride(from: 120, to: 210, by: 5))
        return minutes.map {
            String(format: "%02d:%02d:00", $0 / 60, $0 % 60)
        }
    }()

    private func events(_ sandbox: Sandbox, _ arguments: String...) throws -> [[String: Any]] {
        try sandbox.run(["tail", "events", "--output", "ndjson"] + arguments).expecting().objects()
    }

    @Test("the true order is kept, and what was told apart is said")
    func order() throws {
        let sandbox = try Sandbox()
        let lines = Self.clocks.enumerated().map { Self.line($1, $0) }
        try sandbox.write("kc.log", lines: lines)
        let finished = try sandbox.run(
            "tail", "events", "--output", "ndjson", "--time-zone", "Europe/Berlin", "kc.log"
        ).expecting()
        let found = try finished.objects()
        #expect(found.compactMap { $0["subject"] as? String } == (0..<36).map { "u\($0)" })
        let times = found.compactMap { $0["time"] as? String }
        #expect(times.first == "2026-10-24T23:30:00.000Z")
        #expect(times.last == "2026-10-25T02:25:00.000Z")
        #expect(Set(times).count == 36 && times == times.sorted())
        #expect(!found.contains { $0["time_ambiguous"] != nil })
        #expect(
            finished.errorText.contains(
                "24 events lie in an hour that the clocks repeat: the order of the lines tells"),
            "\(finished.errorText)")
        for size in ["1", "7"] {
            let again = try events(
                sandbox, "--time-zone", "Europe/Berlin", "--batch-size", size, "kc.log")
            #expect(again.compactMap { $0["time"] as? String } == times)
        }
        // Without the zone nothing is repeated, and nothing true.
        let wrong = try events(sandbox, "kc.log")
        #expect(wrong.compactMap { $0["time"] as? String }.first == "2026-10-25T01:30:00.000Z")
    }

    @Test("what nothing tells apart is flagged in the event and said")
    func ambiguous() throws {
        let sandbox = try Sandbox()
        try sandbox.write("kc.log", lines: [Self.line("02:30:00", 0), Self.line("02:31:00", 1)])
        let finished = try sandbox.run(
            "tail", "events", "--output", "ndjson", "--time-zone", "Europe/Berlin", "kc.log"
        ).expecting()
        let found = try finished.objects()
        #expect(found.count == 2)
        #expect(found.allSatisfy { $0["time_ambiguous"] as? Bool == true })
        #expect(found.first?["time"] as? String == "2026-10-25T00:30:00.000Z")
        #expect(
            finished.errorText.contains("2 events lie in an hour that the clocks repeat"),
            "\(finished.errorText)")
        #expect(finished.errorText.contains("2 of them count as the first pass"))
    }

    @Test("a container runtime's own time settles it without a setting")
    func carried() throws {
        let sandbox = try Sandbox()
        try sandbox.write("kc.log", lines: [
            "2026-10-25T00:30:00.001Z stdout F " + Self.line("02:30:00", 0),
            "2026-10-25T01:30:00.001Z stdout F " + Self.line("02:30:00", 1),
        ])
        let found = try events(sandbox, "kc.log")
        #expect(
            found.compactMap { $0["time"] as? String }
                == ["2026-10-25T00:30:00.000Z", "2026-10-25T01:30:00.000Z"])
        #expect(!found.contains { $0["time_zone_assumed"] != nil })
    }

    @Test("a service's source has its own zone, and says what it cannot tell")
    func service() throws {
        let sandbox = try Sandbox()
        let lines = Self.clocks.enumerated().map { Self.line($1, $0) }
        try sandbox.write("kc.log", lines: lines)
        try sandbox.write("late.log", lines: [Self.line("02:30:00", 99)])
        try sandbox.write("config.yaml", lines: [
            "store: {path: \(sandbox.path("s.db"))}", "sources:",
            "  - {name: kc, type: file, path: \(sandbox.path("kc.log")), until: end, "
                + "time_zone: Europe/Berlin}",
            "  - {name: late, type: file, path: \(sandbox.path("late.log")), until: end, "
                + "time_zone: Europe/Berlin}",
        ])
        let run = try sandbox.run("run", "--config", "config.yaml").expecting()
        #expect(run.errorText.contains("time.ambiguous"), "\(run.errorText)")
        #expect(run.errorText.contains("late: 1 events lie in an hour"), "\(run.errorText)")
        let found = try events(sandbox, "--store", "s.db")
            .filter { $0["subject"] as? String != "u99" }
        #expect(found.compactMap { $0["subject"] as? String } == (0..<36).map { "u\($0)" })
        #expect(found.last?["time"] as? String == "2026-10-25T02:25:00.000Z")
    }
}
