import AuditModel
import TestSupport
import Testing

@testable import EventStore

@Suite struct RoundTripTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func everyColumnComesBackAsItWasAppended(seed: UInt64) throws {
        let scratch = try Scratch()
        var traffic = Traffic(seed: seed)
        let batch = traffic.batch(9000)
        let store = try open(scratch.path)
        #expect(try store.append(batch) == AppendResult(appended: 9000, duplicates: 0))
        #expect(store.blocks.map(\.count) == [4096, 4096, 808])
        #expect(try plain(store) == plain(batch), "seed \(seed)")
        try store.close()
        let again = try EventStore(path: scratch.path, mode: .readOnly)
        #expect(try plain(again) == plain(batch), "seed \(seed)")
        try again.close()
        #expect(EventStore.verify(path: scratch.path) == [])
        #expect(scratch.files == ["s.db"])
    }

    @Test func rootAndEventsDoNotDependOnBatchesOrReopening() throws {
        var traffic = Traffic(seed: 11)
        let batch = traffic.batch(5000)
        var roots: Set<String> = []
        for (size, reopen) in [(5000, false), (1, false), (7, false), (1024, true), (4096, true)] {
            let scratch = try Scratch()
            var store = try open(scratch.path)
            var start = 0
            while start < batch.count {
                let end = min(batch.count, start + size)
                _ = try store.append(slice(batch, start..<end))
                if size > 1, size < 5000 { try store.flush() }
                if reopen {
                    try store.close()
                    store = try open(scratch.path)
                }
                start = end
            }
            try store.flush()
            roots.insert(try store.info().root)
            #expect(try plain(store) == plain(batch), "batches of \(size)")
            try store.close()
            #expect(EventStore.verify(path: scratch.path) == [], "batches of \(size)")
        }
        #expect(roots.count == 1)
    }

    @Test func appendingEverythingAgainShuffledAndDoubledChangesNothing() throws {
        let scratch = try Scratch()
        var traffic = Traffic(seed: 5)
        let batch = traffic.batch(9000)
        var store = try open(scratch.path)
        _ = try store.append(batch)
        let before = try store.info()
        try store.close()
        store = try open(scratch.path)
        var order = Array(0..<batch.count) + Array(0..<900)
        order.shuffle(using: &traffic.random)
        let result = try store.append(slice(batch, order))
        #expect(result == AppendResult(appended: 0, duplicates: 9900, first: 9000))
        #expect(try store.info().root == before.root)
        #expect(try store.info().events == 9000)
        try store.close()
    }

    @Test func aShuffledBatchWithDoublesKeepsEveryEventOnce() throws {
        let scratch = try Scratch()
        var traffic = Traffic(seed: 6)
        let batch = traffic.batch(10_000)
        var order = Array(0..<batch.count) + (0..<2000).map { $0 * 5 }
        order.shuffle(using: &traffic.random)
        let store = try open(scratch.path)
        let result = try store.append(slice(batch, order))
        #expect(result == AppendResult(appended: 10_000, duplicates: 2000))
        var ids: Set<ID128> = []
        for index in store.blocks.indices {
            let block = try store.readBlock(index)
            for row in 0..<block.count { ids.insert(block.id(.event, row)) }
        }
        #expect(ids.count == 10_000)
        try store.close()
    }

    @Test func filtersNeverDenyWhatABlockHolds() throws {
        let scratch = try Scratch()
        var traffic = Traffic(seed: 8)
        let store = try open(scratch.path)
        _ = try store.append(traffic.batch(8300))
        var falseHits = 0
        for index in store.blocks.indices {
            let block = try store.readBlock(index)
            for row in 0..<block.count {
                for column in [IDColumn.event, .session] {
                    let id = block.id(column, row)
                    #expect(try store.mayContain(id, column: column, block: index))
                }
            }
            for _ in 0..<1000 {
                let id = traffic.random.id()
                if try store.mayContain(id, column: .event, block: index) { falseHits += 1 }
            }
        }
        #expect(falseHits < 90)
        try store.close()
    }

    @Test func aTemporaryStoreHoldsEventsAndLeavesNoFile() throws {
        let scratch = try Scratch()
        var traffic = Traffic(seed: 9)
        let batch = traffic.batch(5000)
        let store = try EventStore(temporaryIn: scratch.directory)
        _ = try store.append(batch)
        #expect(scratch.files == [])
        #expect(try plain(store) == plain(batch))
        try store.close()
    }

    @Test func quarantinedRecordsAreKeptOnce() throws {
        let scratch = try Scratch()
        let stream = RecordStream(lineage: ID128(high: 1, low: 2), name: "a.log")
        let entry = QuarantinedRecord(
            source: stream, at: 17, code: "json.syntax", detail: "no value", bytes: [1, 0, 255])
        var other = entry
        other.code = "time.range"
        other.bytes = []
        var store = try open(scratch.path)
        try store.quarantine([entry, other, entry])
        try store.close()
        store = try open(scratch.path)
        try store.quarantine([other])
        #expect(try store.quarantined() == [entry, other])
        #expect(try store.info().quarantined == 2)
        try store.close()
    }
}
