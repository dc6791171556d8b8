import AuditModel
import Foundation
import TestSupport
import Testing

@testable import EventStore

@Suite struct EvidenceTests {
    /// Two segments, three journal rows, several dictionary rows.
    private func makeStore(_ path: String, seed: UInt64) throws {
        var traffic = Traffic(seed: seed)
        let store = try open(path)
        _ = try store.append(traffic.batch(8200))
        try store.flush()
        for size in [1, 30] {
            _ = try store.append(traffic.batch(size))
            try store.flush()
        }
        try store.close()
    }

    @Test func theShellCannotChangeOrRemoveARow() throws {
        let scratch = try Scratch()
        try makeStore(scratch.path, seed: 21)
        let before = try info(scratch.path)
        let attempts = [
            "DELETE FROM journal", "DELETE FROM segment", "DELETE FROM dict", "DELETE FROM meta",
            "DELETE FROM journal WHERE position = 8192", "DELETE FROM segment WHERE position = 0",
            "UPDATE journal SET count = count", "UPDATE segment SET block = x'00'",
            "UPDATE dict SET count = 1", "UPDATE meta SET value = x'00'",
            "UPDATE OR REPLACE segment SET position = 4096 WHERE position = 0",
            "INSERT OR REPLACE INTO journal SELECT * FROM journal",
            "INSERT OR REPLACE INTO segment SELECT * FROM segment",
            "INSERT OR REPLACE INTO dict SELECT * FROM dict",
            "INSERT OR REPLACE INTO meta SELECT * FROM meta",
            "REPLACE INTO segment SELECT position, count, 0, 0, 0, leaf, digest, filters, block "
                + "FROM segment WHERE position = 4096",
            "INSERT INTO segment SELECT position + 8192, count, 0, 0, 0, leaf, digest, filters, "
                + "block FROM segment WHERE position = 4096",
            "INSERT INTO journal SELECT position + 5000, count, 0, 0, 0, chain, digest, block "
                + "FROM journal LIMIT 1",
            "INSERT INTO journal SELECT NULL, count, 0, 0, 0, chain, digest, block FROM journal",
            "INSERT INTO dict SELECT first_code + 9999, count, chain, digest, entries FROM dict",
        ]
        for attempt in attempts {
            let (status, output) = try shell(scratch.path, attempt)
            #expect(status != 0 && output.contains("rror"), "\(attempt): \(output)")
        }
        #expect(EventStore.verify(path: scratch.path) == [])
        #expect(try info(scratch.path) == before)
    }

    private func info(_ path: String) throws -> StoreInfo {
        let store = try EventStore(path: path, mode: .readOnly)
        let info = try store.info()
        try store.close()
        return info
    }

    @Test(arguments: [31, 32] as [UInt64])
    func verifyNamesTheRowOfAnyFlippedByte(seed: UInt64) throws {
        let scratch = try Scratch()
        try makeStore(scratch.path, seed: seed)
        var random = SeededGenerator(seed: seed)
        let tables: [(table: String, place: String, key: String, columns: [String])] = [
            (
                "segment", "segment", "position",
                [
                    "position", "count", "min_time", "max_time", "ingest_time", "leaf", "digest",
                    "filters", "block", "block",
                ]
            ),
            (
                "journal", "journal row", "position",
                [
                    "position", "count", "min_time", "max_time", "ingest_time", "chain",
                    "digest", "block", "block",
                ]
            ),
            (
                "dict", "dict row", "first_code",
                ["first_code", "count", "chain", "digest", "entries", "entries"]
            ),
        ]
        for table in tables {
            for column in table.columns {
                let database = try Database(path: scratch.path, isReadOnly: false)
                let change = try flip(database, table.table, table.key, column, &random)
                let faults = EventStore.verify(path: scratch.path)
                let place = column == table.key ? table.place : "\(table.place) \(change.row) ("
                #expect(
                    faults.first?.place.hasPrefix(place) == true,
                    "seed \(seed) \(table.table).\(column) byte \(change.offset): \(faults)")
                try change.undo()
                database.close()
            }
        }
        #expect(EventStore.verify(path: scratch.path) == [])
    }

    /// Changes one bit of one column of one row behind the triggers' back.
    private func flip(
        _ database: Database, _ table: String, _ key: String, _ column: String,
        _ random: inout SeededGenerator
    ) throws -> (row: Int, offset: Int, undo: () throws -> Void) {
        let rows = Int(try database.number("SELECT count(*) FROM \(table)", doing: "test"))
        let row = random.below(rows)
        let query = try database.prepare(
            "SELECT \(key), \(column), typeof(\(column)) FROM \(table) ORDER BY \(key) "
                + "LIMIT 1 OFFSET \(row)", doing: "test")
        #expect(try query.step())
        let place = query.int(0)
        let isBlob = query.text(2) == "blob"
        let number = query.int(1)
        let bytes = query.array(1)
        query.reset()
        let bit = random.below(8)
        let offset = isBlob ? random.below(bytes.count) : random.below(5)
        var changed = bytes
        if isBlob { changed[offset] ^= 1 << UInt8(bit) }
        let other = number ^ (1 << Int64(8 * offset + bit))
        func write(_ number: Int64, _ bytes: [UInt8], at place: Int64) throws {
            let trigger = try #require(Schema.objects.first { $0.name == "\(table)_update" })
            try database.execute("DROP TRIGGER \(table)_update", doing: "test")
            let update = try database.prepare(
                "UPDATE \(table) SET \(column) = ?1 WHERE \(key) = ?2", doing: "test")
            if isBlob { update.bind(1, bytes) } else { update.bind(1, number) }
            update.bind(2, place)
            try update.run()
            try database.execute(trigger.sql, doing: "test")
        }
        try write(other, changed, at: place)
        return (row, offset, { try write(number, bytes, at: column == key ? other : place) })
    }

    @Test func verifySaysThatATriggerIsGone() throws {
        let scratch = try Scratch()
        try makeStore(scratch.path, seed: 23)
        _ = try shell(scratch.path, "DROP TRIGGER segment_delete")
        #expect(
            EventStore.verify(path: scratch.path)
                == [Fault(place: "schema", what: "segment_delete is missing")])
    }

    @Test(arguments: [41, 42] as [UInt64])
    func aFileWithRandomDamageIsReadWithoutTrapping(seed: UInt64) throws {
        let scratch = try Scratch()
        try makeStore(scratch.path, seed: seed)
        let whole = try Data(contentsOf: URL(fileURLWithPath: scratch.path))
        var random = SeededGenerator(seed: seed)
        for round in 0..<12 {
            var damaged = whole
            if round % 4 == 3 { damaged = damaged.prefix(random.below(whole.count)) }
            for _ in 0..<(round % 4 == 3 ? 0 : 1 + round) {
                damaged[random.below(damaged.count)] = UInt8(random.below(256))
            }
            try damaged.write(to: URL(fileURLWithPath: scratch.path))
            _ = EventStore.verify(path: scratch.path)
            guard let store = try? EventStore(path: scratch.path, mode: .readOnly) else {
                continue
            }
            for index in store.blocks.indices { _ = try? store.readBlock(index) }
            _ = try? store.info()
            try? store.close()
        }
    }

    @Test(arguments: [51, 52, 53] as [UInt64])
    func anyBytesGiveEventsOrAFault(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for stored in try sampleBlocks(seed: seed) {
            for _ in 0..<400 {
                var bytes = stored
                switch random.below(3) {
                case 0: bytes = Array(bytes.prefix(random.below(bytes.count + 1)))
                case 1: bytes[random.below(bytes.count)] = UInt8(random.below(256))
                default:
                    // Mostly header, directory and the beginnings of columns.
                    let limit = min(bytes.count, 400)
                    for _ in 0..<3 { bytes[random.below(limit)] ^= 1 << UInt8(random.below(8)) }
                }
                let decoder = BlockDecoder()
                _ = bytes.withUnsafeBytes { try? BlockDecoder.eventIDs($0) }
                guard let columns = bytes.withUnsafeBytes({ try? decoder.decode($0) }) else {
                    continue
                }
                let batch = EventBatch(columns)
                for row in 0..<batch.count {
                    _ = batch[row]
                    _ = batch.withPayload(row) { $0.count }
                    _ = batch.kind[row].name
                }
            }
        }
    }

    /// The stored form of a block, compressed and not, so that damage reaches every decoder.
    private func sampleBlocks(seed: UInt64) throws -> [[UInt8]] {
        var traffic = Traffic(seed: seed)
        let batch = traffic.batch(700)
        let scratch = try Scratch()
        let store = try open(scratch.path)
        _ = try store.append(batch)
        let info = store.tailInfo(0..<700)
        store.encoder.encode(store.tail, rows: 0..<700, header: store.header(of: info))
        let compressed = [UInt8](store.encoder.storedBytes)
        let plain = try compressed.withUnsafeBytes { bytes in
            let parts = try store.decoder.split(bytes)
            let length = UInt32(parts.packed.count).littleEndian
            return [UInt8](parts.head) + [0] + withUnsafeBytes(of: length) { [UInt8]($0) }
                + [UInt8](parts.packed) + [UInt8](parts.raw)
        }
        try store.close()
        return [compressed, plain]
    }
}
