import AuditModel
import Foundation
import Intake
import LogFormats
import TokenScan
import TrafficSimulator
import Testing

@testable import Pipeline

/// Every dialect that the simulator writes, in files as people have them.
@Suite("The dialect of a file is found by its content", .serialized)
final class DialectChoiceTests {
    private let directory = NSTemporaryDirectory() + "choice-\(UUID().uuidString)"

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    private func options() throws -> IntakeOptions {
        IntakeOptions(key: try #require(FingerprintKey(bytes: Array(repeating: 7, count: 32))))
    }

    /// The dialects of a file's events, and what is said about it.
    private func choice(_ path: String) throws -> (names: Set<String>, tally: IntakeTally) {
        let feeds = try FeedSet(InputSet.resolve(paths: [path]), options: try options())
        var names: Set<String> = []
        while let batch = try feeds.next() {
            for row in 0..<batch.events.count {
                names.insert(batch.events.pool.text(batch.events.code(.dialect, row)))
            }
        }
        return (names, feeds.tally)
    }

    /// The registered dialect that a simulated one is written for.
    private func format(_ dialect: SimulatedDialect) throws -> String {
        try #require(
            FormatRegistry.all.map(\.name)
                .filter { dialect.rawValue == $0 || dialect.rawValue.hasPrefix($0 + "-") }
                .max { $0.count < $1.count }, "nothing reads \(dialect.rawValue)")
    }

    /// Some lines of a log as files have them that were rotated, shipped or put together.
    private func variants(_ lines: [String]) -> [(name: String, text: String)] {
        let text = lines.joined(separator: "\n") + "\n"
        let chatter = Self.foreign.prefix(4).flatMap { $0.text.split(separator: "\n").prefix(9) }
        var variants = [
            ("plain", text), ("head", String(text.dropFirst(37))),
            ("tail", String(text.dropLast(41))),
            ("crlf", lines.joined(separator: "\r\n") + "\r\n"), ("blank", "\n\n" + text),
            ("prefixed", chatter.joined(separator: "\n") + "\n" + text), ("one", lines[0] + "\n"),
            ("marked", "\u{FEFF}" + text),
        ]
        if lines.allSatisfy({ $0.hasPrefix("{") }) {
            variants.append(("array", "[" + lines.joined(separator: ",") + "]\n"))
            variants.append(
                ("spaced", lines.joined(separator: "\n").replacing("\":", with: "\": ") + "\n"))
        }
        return variants
    }

    private func write(_ name: String, _ text: String) throws -> String {
        let path = directory + "/files/" + name
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    @Test("right on at least 99 of 100 files of every dialect, and on logs of other programs")
    func choices() throws {
        try FileManager.default.createDirectory(
            atPath: directory + "/files", withIntermediateDirectories: true)
        var plan = SimulationPlan(
            seed: 11, startTime: SimulationPlan.defaultStart, days: 1, subjects: 40)
        plan.quietDays = 0
        plan.dialects = SimulatedDialect.allCases
        _ = try SimulationOutput.write(plan: plan, directory: directory)
        var files: [(path: String, expected: Set<String>)] = []
        for dialect in SimulatedDialect.allCases {
            let name = try format(dialect)
            let text = try String(
                contentsOfFile: directory + "/" + dialect.fileName, encoding: .utf8)
            let lines = text.split(separator: "\n").map(String.init)
            for start in [0, lines.count / 2, lines.count * 3 / 4] {
                let some = Array(lines[start..<min(start + 40, lines.count)])
                for (variant, text) in variants(some) {
                    let file = "\(dialect.rawValue)-\(start)-\(variant).log"
                    files.append((try write(file, text), [name]))
                }
            }
        }
        for (name, text) in Self.foreign { files.append((try write(name, text), [])) }
        for (path, expected) in files.prefix(3) + files.suffix(2) {
            files.append((try compressed(path), expected))
        }
        var wrong: [String] = []
        for (path, expected) in files {
            let found = try choice(path)
            if found.names != expected { wrong.append("\(path): \(found.names)") }
            // Whoever is not understood is told so.
            let isSaid = found.tally.doubts.contains { $0.taken == nil }
            #expect(isSaid == (found.names.isEmpty && found.tally.ignored == 0), "\(path)")
        }
        #expect(files.count > 60)
        #expect(wrong.count * 100 <= files.count, "\(wrong.count) of \(files.count): \(wrong)")
    }

    private func compressed(_ path: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["gzip", "-k", path]
        try process.run()
        process.waitUntilExit()
        return path + ".gz"
    }

    @Test("a record that only nearly tells names the dialects that it might be in")
    func doubts() throws {
        try FileManager.default.createDirectory(
            atPath: directory + "/files", withIntermediateDirectories: true)
        let path = try write("near.log", #"{"type":"s","date":"2026-03-02T10:15:30Z"}"# + "\n")
        let tally = try choice(path).tally
        let doubt = try #require(tally.doubts.first)
        #expect(doubt.taken == nil && doubt.candidates.contains("auth0"))
        #expect(tally.report.contains { $0.contains("might be") && $0.contains("--dialect auth0") })
        #expect(tally.events == 0 && tally.rejected[.dialectUnknown] == 1)
    }

    /// Logs of programs that no dialect is for.
    private static let foreign: [(name: String, text: String)] = [
        (
            "syslog.log",
            """
            Mar  2 10:15:30 web1 sshd[311]: Accepted publickey for root from 192.0.2.7 port 51022
            <34>1 2026-03-02T10:15:31.003Z web1 su - ID47 - 'su root' failed on /dev/pts/8
            Mar  2 10:15:32 web1 systemd[1]: Started Session 77 of user anna.
            """
        ),
        (
            "java.log",
            """
            2026-03-02 10:15:30,123 INFO  [com.acme.shop.Orders] (main) type=LOGIN realm=shop ok
            java.lang.IllegalStateException: "realm" is missing
            \tat com.acme.shop.Orders.place(Orders.java:71)
            2026-03-02 10:15:31,009 DEBUG [io.quarkus] (executor-1) eventType published outcome
            """
        ),
        (
            "json.log",
            """
            {"level":30,"time":1772446530123,"pid":7,"msg":"request completed","req":{"id":4}}
            {"level":50,"time":1772446530124,"msg":"type date log_id","err":{"type":"Error"}}
            {"@timestamp":"2026-03-02T10:15:30Z","log.level":"info","message":"\\"realmId\\""}
            """
        ),
        (
            "zap.log",
            """
            {"level":"info","ts":1772446530.12,"caller":"a.go:1","msg":"token refreshed","user":"a"}
            {"level":"warn","ts":1772446531.12,"caller":"a.go:9","msg":"outcome unknown"}
            """
        ),
        (
            "orders.csv",
            """
            id,time,client,total
            1,2026-03-02T10:15:30Z,portal,12.50
            """
        ),
        (
            "postgres.log",
            """
            2026-03-02 10:15:30.123 UTC [71] LOG:  checkpoint starting: time
            2026-03-02 10:15:30.124 UTC [71] ERROR:  duplicate key value violates "events_pkey"
            """
        ),
        (
            "docker.log",
            """
            {"log":"listening on 8080\\n","stream":"stdout","time":"2026-03-02T10:15:30.1Z"}
            {"log":"GET /health 200\\n","stream":"stdout","time":"2026-03-02T10:15:31.1Z"}
            """
        ),
        (
            "metrics.log",
            """
            {"metric":"cpu","type":"gauge","date":1772446530,"value":0.5,"tags":{"client":"a"}}
            {"metric":"mem","type":"gauge","date":1772446531,"value":0.7,"tags":{"client":"a"}}
            """
        ),
    ]
}
