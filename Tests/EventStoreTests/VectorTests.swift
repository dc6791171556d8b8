import AuditModel
import Foundation
import Testing

@testable import EventStore

@Suite struct VectorTests {
    @Test func theDocumentedVectorsAreWhatTheStoreWrites() throws {
        let scratch = try Scratch()
        let store = try open(scratch.path)
        store.now = { 1_760_000_100_000_000_000 }
        _ = try store.append(events())
        try store.flush()
        var written: [String: String] = [:]
        let info = store.tailInfo(0..<2)
        store.encoder.encode(store.tail, rows: 0..<2, header: store.header(of: info))
        written["image"] = hexText(store.encoder.imageBytes)
        written["leaf"] = hexText(store.encoder.leaf())
        #expect(try store.info().root == written["leaf"])
        try store.close()
        let database = try Database(path: scratch.path, isReadOnly: true)
        let journal = try database.prepare(
            "SELECT chain, digest, block FROM journal", doing: "test")
        #expect(try journal.step())
        for (index, name) in ["chain", "digest", "block"].enumerated() {
            written["journal.\(name)"] = hexText(journal.array(Int32(index)))
        }
        let dict = try database.prepare("SELECT chain, digest, entries FROM dict", doing: "test")
        #expect(try dict.step())
        for (index, name) in ["chain", "digest", "entries"].enumerated() {
            written["dict.\(name)"] = hexText(dict.array(Int32(index)))
        }
        #expect(try documented() == written)
    }

    private func events() -> EventBatch {
        var batch = EventBatch(capacity: 2)
        func same(_ byte: UInt64) -> ID128 {
            ID128(high: byte &* 0x0101_0101_0101_0101, low: byte &* 0x0101_0101_0101_0101)
        }
        var row = EventRow()
        row.kind = .refreshSucceeded
        row.issuer = batch.pool.code(of: "https://id.example/")
        row.id = same(0x11)
        row.time = 1_760_000_000_000_000_000
        row.issuedRefresh = same(0x33)
        batch.append(row)
        row.id = same(0x22)
        row.time += 1_500_000_000
        row.presented = same(0x33)
        row.issuedRefresh = .none
        batch.append(row)
        return batch
    }

    /// The block of `name = hex` lines in the specification; indented lines go on.
    private func documented() throws -> [String: String] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../docs/STORE-FORMAT.md")
        let text = try String(contentsOf: file, encoding: .utf8)
        let block = try #require(text.components(separatedBy: "```vectors\n").last)
        var vectors: [String: String] = [:]
        var name = ""
        for line in block.components(separatedBy: "\n") {
            if line.hasPrefix("```") { break }
            let parts = line.components(separatedBy: " = ")
            if parts.count == 2 { name = parts[0].trimmingCharacters(in: .whitespaces) }
            vectors[name, default: ""] += (parts.last ?? "").trimmingCharacters(in: .whitespaces)
        }
        return vectors
    }
}
