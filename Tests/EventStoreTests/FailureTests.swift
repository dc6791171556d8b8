import AuditModel
import Foundation
import Testing

@testable import EventStore

@Suite struct FailureTests {
    private func code(_ body: () throws(StoreError) -> Void) -> StoreError.Code? {
        do throws(StoreError) {
            try body()
            return nil
        } catch {
            return error.code
        }
    }

    @Test func aKillAfterAnyWriteLosesAndDoublesNothing() throws {
        let scratch = try Scratch()
        var traffic = Traffic(seed: 61)
        let batch = traffic.batch(17_000)
        let reference = try Scratch()
        let whole = try open(reference.path)
        _ = try whole.append(batch)
        let root = try whole.info().root
        try whole.close()

        let store = try open(scratch.path)
        store.blocksPerCommit = 2
        let copies = StepCopies(of: store, in: scratch)
        for start in stride(from: 0, to: batch.count, by: 3000) {
            _ = try store.append(slice(batch, start..<min(batch.count, start + 3000)))
            try store.flush()
        }
        try store.close()
        let steps = Set(copies.made.map(\.step))
        #expect(
            steps == [
                .segmentInserted, .journalDeleted, .journalInserted, .dictInserted, .committed,
            ])
        for copy in copies.made {
            #expect(EventStore.verify(path: copy.path) == [], "\(copy)")
            let again = try open(copy.path)
            let had = Int(try again.info().events)
            #expect(try again.append(batch).appended == batch.count - had, "\(copy)")
            #expect(try again.info().root == root, "\(copy)")
            try again.close()
            #expect(EventStore.verify(path: copy.path) == [], "\(copy)")
        }
    }

    @Test func anErrorLeavesAStoreThatCanBeOpenedAndCompleted() throws {
        let scratch = try Scratch()
        var traffic = Traffic(seed: 62)
        let batch = traffic.batch(9000)
        var store = try open(scratch.path)
        _ = try store.append(slice(batch, 0..<100))
        try store.flush()
        try store.database.execute("PRAGMA max_page_count = 30", doing: "test")
        #expect(code { () throws(StoreError) in
            _ = try store.append(batch)
            try store.flush()
        } == .diskFull)
        #expect(code { () throws(StoreError) in try store.flush() } == .diskFull)
        try store.close()
        #expect(EventStore.verify(path: scratch.path) == [])
        store = try open(scratch.path)
        let expected = AppendResult(appended: 8900, duplicates: 100, first: 100)
        #expect(try store.append(batch) == expected)
        try store.close()
        #expect(EventStore.verify(path: scratch.path) == [])
    }

    @Test func aSecondWriterIsRefusedAtOnceAndReadersAreNot() throws {
        let scratch = try Scratch()
        var traffic = Traffic(seed: 63)
        let batch = traffic.batch(5000)
        let writer = try open(scratch.path)
        _ = try writer.append(batch)
        try writer.flush()
        let error = code { () throws(StoreError) in _ = try open(scratch.path) }
        #expect(error == .locked)
        let reader = try EventStore(path: scratch.path, mode: .readOnly)
        #expect(try plain(reader) == plain(batch))
        _ = try writer.append(traffic.batch(5000))
        try writer.flush()
        #expect(try reader.info().events == 5000)
        #expect(try reader.readBlock(0).count == 4096)
        try reader.close()
        try writer.close()
        #expect(scratch.files == ["s.db"])
        let next = try open(scratch.path)
        try next.close()
    }

    @Test func onlyTheOwnerMayReadAnyFileOfAStore() throws {
        let scratch = try Scratch()
        let before = umask(0)
        let store = try open(scratch.path)
        umask(before)
        var traffic = Traffic(seed: 64)
        _ = try store.append(traffic.batch(10))
        try store.flush()
        #expect(scratch.files == ["s.db", "s.db-lock", "s.db-shm", "s.db-wal"])
        for file in scratch.files {
            let attributes = try FileManager.default.attributesOfItem(
                atPath: scratch.directory + "/" + file)
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(file)")
        }
        try store.close()
    }

    @Test func eachReasonNotToOpenHasItsCode() throws {
        let scratch = try Scratch()
        let path = scratch.path
        func openToRead() throws(StoreError) {
            _ = try EventStore(path: path, mode: .readOnly)
        }
        #expect(code(openToRead) == .missing)
        try Data("this is no database, only some text that is long enough".utf8)
            .write(to: URL(fileURLWithPath: path))
        #expect(code(openToRead) == .notAStore)
        #expect(code { () throws(StoreError) in _ = try open(path) } == .notAStore)
        try FileManager.default.removeItem(atPath: path)
        _ = try shell(path, "CREATE TABLE other (a)")
        #expect(code(openToRead) == .notAStore)
        #expect(code { () throws(StoreError) in _ = try open(path) } == .notAStore)
        try FileManager.default.removeItem(atPath: path)
        try open(path).close()
        let wrong = EventStore.Mode.readWrite(keyCheck: [UInt8](repeating: 8, count: 16))
        let mismatch = { () throws(StoreError) in _ = try EventStore(path: path, mode: wrong) }
        #expect(code(mismatch) == .keyMismatch)
        let reader = try EventStore(path: path, mode: .readOnly)
        var traffic = Traffic(seed: 65)
        let batch = traffic.batch(1)
        #expect(code { () throws(StoreError) in _ = try reader.append(batch) } == .readOnly)
        try reader.close()
        #expect(code { () throws(StoreError) in _ = try reader.info() } == .closed)
        _ = try shell(path, "PRAGMA user_version = \(Schema.version + 1)")
        #expect(code(openToRead) == .newerFormat)
        let nowhere = scratch.directory + "/none/s.db"
        #expect(code { () throws(StoreError) in _ = try open(nowhere) } == .io)
    }

    @Test func aBatchThatBreaksTheRulesIsRefusedWhole() throws {
        let scratch = try Scratch()
        let store = try open(scratch.path)
        var nameless = EventBatch(capacity: 1)
        nameless.append(EventRow())
        #expect(code { () throws(StoreError) in _ = try store.append(nameless) } == .invalidBatch)
        var row = EventRow()
        row.id = ID128(high: 1, low: 1)
        row.client = 9
        var foreign = EventBatch(capacity: 1)
        foreign.append(row)
        #expect(code { () throws(StoreError) in _ = try store.append(foreign) } == .invalidBatch)
        row.client = 0
        var long = EventBatch(capacity: 1)
        [UInt8](repeating: 1, count: 1 << 18).withUnsafeBytes { long.append(row, payload: $0) }
        #expect(code { () throws(StoreError) in _ = try store.append(long) } == .invalidBatch)
        #expect(try store.info().events == 0)
        try store.close()
    }
}
