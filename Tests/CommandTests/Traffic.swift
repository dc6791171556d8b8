import Foundation
import TestSupport

/// Simulated logs, and ways to write the same events down differently.
struct Traffic {
    let sandbox: Sandbox
    /// Name of the log in the sandbox.
    let log: String

    init(_ sandbox: Sandbox, dialect: String = "keycloak", events: Int = 6000) throws {
        self.sandbox = sandbox
        try sandbox.run(
            "simulate", "--out", sandbox.path("traffic"), "--events", String(events), "--attacks",
            "2", "--dialect", dialect
        ).expecting()
        log = dialect == "keycloak" ? "traffic/keycloak.jsonl" : "traffic/keycloak-text.log"
    }

    var path: String { sandbox.path(log) }

    func lines() throws -> [String] { try sandbox.lines(of: log) }

    /// The alert lines of a backtest without what may differ between sources.
    func alerts(_ arguments: String..., input: String? = nil) throws -> [String] {
        try alerts(arguments, input: input)
    }

    func alerts(_ arguments: [String], input: String? = nil) throws -> [String] {
        try sandbox.run(["backtest", "--output", "ndjson"] + arguments, input: input)
            .expecting().comparableAlerts
    }
}

extension Finished {
    /// Alert lines without revision and state: how often an alert grew is no part of what it says.
    var comparableAlerts: [String] {
        outputLines.map { line in
            guard let start = line.range(of: "\"revision\":"),
                let end = line.range(of: "\"rule\":", range: start.upperBound..<line.endIndex)
            else { return line }
            return String(line[..<start.lowerBound] + line[end.lowerBound...])
        }
    }
}

extension [String] {
    /// Keycloak JSON lines out of order by less than `milliseconds` of event time, and a share of
    /// them twice.
    func jumbled(
        by milliseconds: Int64, doubling share: Double, _ random: inout SeededGenerator
    ) throws -> [String] {
        var placed: [(place: Int64, line: String)] = []
        for line in self {
            guard let member = line.range(of: "\"time\":"),
                let time = Int64(line[member.upperBound...].prefix { $0.isNumber })
            else { throw Trouble("no time: \(line)") }
            let copies = Double.random(in: 0..<1, using: &random) < share ? 2 : 1
            for _ in 0..<copies {
                placed.append((time + Int64.random(in: 0..<milliseconds, using: &random), line))
            }
        }
        return placed.sorted { $0.place < $1.place }.map(\.line)
    }
}
