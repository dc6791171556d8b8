import Foundation
import TestSupport
import Testing

/// The same events give the same alerts, however they are written down and read.
@Suite("Equal events give equal alerts")
struct EquivalenceTests {
    let sandbox: Sandbox
    let traffic: Traffic
    let expected: [String]

    init() throws {
        sandbox = try Sandbox()
        traffic = try Traffic(sandbox)
        expected = try traffic.alerts(traffic.path)
        try #require(expected.contains { $0.contains("\"name\":\"REF-01\"") })
        try #require(expected.contains { $0.contains("\"name\":\"REF-03\"") })
    }

    @Test("A store gives the alerts of the archive it was made from")
    func store() throws {
        try sandbox.run("ingest", traffic.path, "--store", "events.db").expecting()
        #expect(try traffic.alerts("--store", "events.db") == expected)
    }

    @Test("A store filled in small pieces gives the same alerts")
    func storeInPieces() throws {
        let lines = try traffic.lines()
        for (part, from) in stride(from: 0, to: lines.count, by: 1700).enumerated() {
            let name = "part-\(part)"
            try sandbox.write(name, lines: Array(lines[from..<min(from + 2000, lines.count)]))
            try sandbox.run(
                "ingest", name, "--store", "events.db", "--batch-size", "37", "--jobs", "1"
            ).expecting()
        }
        #expect(try traffic.alerts("--store", "events.db") == expected)
    }

    @Test("Lines out of order within the lateness, and some twice", arguments: [1, 2, 3])
    func jumbled(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let lines = try traffic.lines().jumbled(by: 30_000, doubling: 0.01, &random)
        try sandbox.write("jumbled.jsonl", lines: lines)
        let alerts = try traffic.alerts("jumbled.jsonl")
        #expect(alerts == expected, "seed \(seed)")
        try sandbox.run("ingest", "jumbled.jsonl", "--store", "jumbled.db").expecting()
        #expect(try traffic.alerts("--store", "jumbled.db") == expected, "seed \(seed)")
    }

    @Test("An archive in no order at all is sorted first")
    func disorder() throws {
        var random = SeededGenerator(seed: 9)
        try sandbox.write("disorder.jsonl", lines: try traffic.lines().shuffled(using: &random))
        #expect(try traffic.alerts("disorder.jsonl") == expected)
        // Nothing of the temporary store stays behind.
        #expect(try sandbox.files(withPrefix: "tmp/").isEmpty)
    }

    @Test(
        "Three files, read in any order",
        arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
    func split(order: [Int]) throws {
        let lines = try traffic.lines()
        for part in 0..<3 {
            let dealt = lines.indices.filter { $0 % 3 == part }.map { lines[$0] }
            try sandbox.write("dealt-\(part)", lines: dealt)
            let third = lines.count / 3
            let end = part == 2 ? lines.count : (part + 1) * third
            try sandbox.write("cut-\(part)", lines: Array(lines[(part * third)..<end]))
        }
        #expect(try traffic.alerts(order.map { "dealt-\($0)" }) == expected)
        #expect(try traffic.alerts(order.map { "cut-\($0)" }) == expected)
    }

    @Test(
        "Threads, batches and engines",
        arguments: [
            ["--jobs", "1"], ["--jobs", "2"], ["--batch-size", "1"], ["--batch-size", "7"],
            ["--batch-size", "1024"], ["--shards", "1"], ["--shards", "2"], ["--shards", "7"],
            ["--jobs", "2", "--batch-size", "7", "--shards", "7"],
        ])
    func settings(options: [String]) throws {
        #expect(try traffic.alerts([traffic.path] + options) == expected)
    }

    @Test("Engines over a store", arguments: ["2", "7"])
    func shardsOverStore(count: String) throws {
        try sandbox.run("ingest", traffic.path, "--store", "events.db").expecting()
        #expect(try traffic.alerts("--store", "events.db", "--shards", count) == expected)
    }

    @Test("Compressed archives and standard input")
    func packed() throws {
        try sandbox.shell(
            "gzip -k \(traffic.log) && zstd -q \(traffic.log) -o \(traffic.log).zst"
        ).expecting()
        #expect(try traffic.alerts("\(traffic.log).gz") == expected)
        #expect(try traffic.alerts("\(traffic.log).zst") == expected)
        #expect(try traffic.alerts("-", input: traffic.path) == expected)
    }
}

/// The same for the server's own log, whose records have no ids and whose order is their number.
@Suite("Equal lines of the server's log give equal alerts")
struct TextEquivalenceTests {
    let sandbox: Sandbox
    let traffic: Traffic
    let expected: [String]

    init() throws {
        sandbox = try Sandbox()
        traffic = try Traffic(sandbox, dialect: "keycloak-text")
        expected = try traffic.alerts(traffic.path)
        try #require(expected.contains { $0.contains("\"name\":\"REF-01\"") })
    }

    @Test(
        "Threads, batches and engines",
        arguments: [
            ["--jobs", "1"], ["--jobs", "2"], ["--batch-size", "1"], ["--batch-size", "7"],
            ["--batch-size", "1024"], ["--shards", "2"], ["--shards", "7"],
        ])
    func settings(options: [String]) throws {
        #expect(try traffic.alerts([traffic.path] + options) == expected)
    }

    @Test("A store, made at once or in two runs of another batch size")
    func store() throws {
        try sandbox.run("ingest", traffic.path, "--store", "events.db").expecting()
        #expect(try traffic.alerts("--store", "events.db") == expected)
        try sandbox.run(
            "ingest", traffic.path, "--store", "events.db", "--batch-size", "7", "--jobs", "1"
        ).expecting()
        #expect(try traffic.alerts("--store", "events.db") == expected)
    }
}
