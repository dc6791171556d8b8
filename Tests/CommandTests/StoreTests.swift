import Foundation
import TestSupport
import Testing

@Suite("A store keeps what it was given")
struct StoreTests {
    let sandbox: Sandbox
    let traffic: Traffic

    init() throws {
        sandbox = try Sandbox()
        // More than one segment of 4096 events, and a journal behind it.
        traffic = try Traffic(sandbox, events: 9000)
        try sandbox.run("ingest", traffic.path, "--store", "events.db").expecting()
    }

    func info() throws -> [String: Any] {
        let objects = try sandbox.run("store", "info", "events.db").expecting().objects()
        return try #require(objects.first)
    }

    func sql(_ text: String) throws -> Finished {
        try sandbox.write("statement.sql", text.utf8)
        return try sandbox.shell("sqlite3 -bail events.db < statement.sql")
    }

    @Test("Ingesting the same again changes nothing", arguments: ["1", "2"])
    func again(jobs: String) throws {
        let before = try info()
        #expect(before["events"] as? Int == 9000)
        let finished = try sandbox.run(
            "ingest", traffic.path, "--store", "events.db", "--jobs", jobs, "--batch-size", "999"
        ).expecting()
        #expect(finished.errorText.contains("9000 duplicates"), "\(finished.errorText)")
        let after = try info()
        #expect(after["events"] as? Int == 9000)
        #expect(after["root"] as? String == before["root"] as? String)
        #expect((before["root"] as? String)?.count == 64)
    }

    @Test(
        "The plain sqlite3 shell cannot change what is there",
        arguments: [
            "DELETE FROM journal", "DELETE FROM segment", "DELETE FROM dict",
            "UPDATE journal SET block = x'00'", "UPDATE segment SET block = x'00'",
            "UPDATE journal SET min_time = 0", "UPDATE segment SET leaf = digest",
            "UPDATE dict SET entries = x'00'", "UPDATE meta SET value = x'00'",
            "INSERT OR REPLACE INTO journal SELECT * FROM journal LIMIT 1",
            "INSERT OR REPLACE INTO segment SELECT * FROM segment LIMIT 1",
            "INSERT OR REPLACE INTO dict SELECT * FROM dict LIMIT 1",
            "REPLACE INTO meta SELECT * FROM meta LIMIT 1",
        ])
    func tampering(statement: String) throws {
        for table in ["journal", "segment", "dict"] {
            let count = try sql("SELECT count(*) FROM \(table)").expecting().outputText
            try #require(Int(count.dropLast()) ?? 0 > 0, "\(table) is empty")
        }
        let before = try info()["root"] as? String
        let finished = try sql(statement)
        #expect(finished.status != 0, "\(statement)")
        #expect(finished.errorText.contains("rows"), "\(finished.errorText)")
        #expect(try info()["root"] as? String == before)
        try sandbox.run("store", "verify", "events.db").expecting()
    }

    struct Target: Sendable {
        var table: String
        var key: String
        var blob: String
        /// What the place is called.
        var place: String
    }

    @Test(
        "One flipped byte is found and its place named",
        arguments: [
            Target(table: "segment", key: "position", blob: "block", place: "segment"),
            Target(table: "segment", key: "position", blob: "filters", place: "segment"),
            Target(table: "segment", key: "position", blob: "leaf", place: "segment"),
            Target(table: "journal", key: "position", blob: "block", place: "journal row"),
            Target(table: "journal", key: "position", blob: "chain", place: "journal row"),
            Target(table: "dict", key: "first_code", blob: "entries", place: "dict row"),
            Target(table: "dict", key: "first_code", blob: "digest", place: "dict row"),
        ])
    func flippedByte(target: Target) throws {
        #expect(try sandbox.run("store", "verify", "events.db").expecting().output.isEmpty)
        try sql("PRAGMA wal_checkpoint(TRUNCATE)").expecting()
        var random = SeededGenerator(seed: UInt64(target.blob.utf8.count))
        let keys = try sql("SELECT \(target.key) FROM \(target.table)").expecting().outputLines
        for row in Set([0, keys.count - 1, Int.random(in: 0..<keys.count, using: &random)]) {
            let hex = try sql(
                "SELECT hex(\(target.blob)) FROM \(target.table) WHERE \(target.key) = \(keys[row])"
            ).expecting().outputText.dropLast()
            let clean = try sandbox.bytes(of: "events.db")
            var bytes = clean
            let place = try Self.randomPlace(ofBlob: String(hex), in: bytes, &random)
            bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            try sandbox.write("events.db", bytes)
            let finished = try sandbox.run("store", "verify", "events.db").expecting(1)
            let name = "\(target.place) \(row)"
            let isNamed = finished.outputLines.contains { $0.contains(name) }
            #expect(isNamed, "byte \(place) of \(name):\n\(finished.outputText)")
            try sandbox.write("events.db", clean)
        }
        try sandbox.run("store", "verify", "events.db").expecting()
    }

    /// A place in the file at which a byte of a blob lies. Long blobs are cut over pages, so a
    /// piece is looked for whose neighbourhood is whole and unique.
    static func randomPlace(
        ofBlob hex: String, in file: [UInt8], _ random: inout SeededGenerator
    ) throws -> Int {
        let digits = Array(hex.utf8)
        let blob = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
        }
        let length = min(24, blob.count)
        let data = Data(file)
        for _ in 0..<40 {
            let start = Int.random(in: 0...(blob.count - length), using: &random)
            let piece = Data(blob[start..<(start + length)])
            guard let found = data.range(of: piece) else { continue }
            if data.range(of: piece, in: found.upperBound..<data.endIndex) != nil { continue }
            return found.lowerBound + Int.random(in: 0..<length, using: &random)
        }
        throw Trouble("the blob's bytes are nowhere in the file")
    }
}
