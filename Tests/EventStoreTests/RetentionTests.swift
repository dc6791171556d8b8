import AuditModel
import Foundation
import Testing

@testable import EventStore

@Suite struct RetentionTests {
    /// Flushed events in whole blocks and a tail.
    private func makeStore(
        _ path: String, seed: UInt64, count: Int
    ) throws -> (store: EventStore, batch: EventBatch) {
        var traffic = Traffic(seed: seed)
        let batch = traffic.batch(count)
        let store = try open(path)
        _ = try store.append(batch)
        try store.flush()
        return (store, batch)
    }

    @Test func oldBlocksGoAndRootPositionsAndYoungerEventsStay() throws {
        let scratch = try Scratch()
        let (store, batch) = try makeStore(scratch.path, seed: 81, count: 12_400)
        let expected = plain(batch)
        let before = try store.info()
        let cutoff = store.blocks[2].minTime
        let result = try store.retain(after: cutoff)
        #expect(result.removedEvents == 8192 && result.removedSegments == 2)
        #expect(result.firstPosition == 8192 && result.heldBack == 0)
        for _ in 0..<2 {
            let info = try store.info()
            #expect(info.root == before.root && info.events == 12_400 - 8192)
            #expect(info.firstPosition == 8192 && store.eventCount == 12_400)
            #expect(info.segmentBytes < before.segmentBytes)
            #expect(try plain(store) == Array(expected[8192...]))
            #expect(try plainRows(store, from: 0, limit: 20_000, step: 999).count == 12_400 - 8192)
            #expect(try store.retain(after: cutoff).removedEvents == 0)
        }
        try store.close()
        #expect(EventStore.verify(path: scratch.path) == [])
        let again = try open(scratch.path)
        #expect(try again.info().root == before.root)
        #expect(try plain(again) == Array(expected[8192...]))
        let controls = try again.controls(after: 0, limit: 9)
        #expect(controls.map(\.record.kind) == ["retention.removed"])
        #expect(
            controls.first?.record.body
                == "{\"cutoff\":\(cutoff),\"end_position\":8192,\"first_position\":0}")
        #expect(try again.append(slice(batch, 8192..<12_400)).appended == 0)
        try again.close()
    }

    @Test(arguments: [8192, 8200])
    func allBlocksMayGoAndAppendingGoesOn(count: Int) throws {
        let scratch = try Scratch()
        let reference = try Scratch()
        let (store, batch) = try makeStore(scratch.path, seed: 82, count: count)
        #expect(try store.retain(after: .max).removedEvents == 8192)
        #expect(store.firstPosition == 8192 && store.eventCount == Int64(count))
        var traffic = Traffic(seed: 83)
        let more = traffic.batch(4200)
        _ = try store.append(slice(more, 0..<100))
        try store.close()
        #expect(EventStore.verify(path: scratch.path) == [])
        let again = try open(scratch.path)
        _ = try again.append(slice(more, 100..<4200))
        try again.flush()
        let whole = try open(reference.path)
        _ = try whole.append(batch)
        _ = try whole.append(more)
        #expect(try again.info().root == whole.info().root)
        try whole.close()
        try again.close()
        #expect(EventStore.verify(path: scratch.path) == [])
    }

    @Test func blocksBehindAYoungerOneOrNeededByTheRulesStay() throws {
        let scratch = try Scratch()
        let (store, _) = try makeStore(scratch.path, seed: 84, count: 8192)
        var traffic = Traffic(seed: 85)
        let old = traffic.batch(4096)
        _ = try store.append(old)
        let cutoff = store.blocks[1].maxTime
        var result = try store.retain(after: cutoff)
        #expect(result.removedSegments == 1 && result.heldBack == 1)
        var live = LiveCommit()
        live.progress = EngineProgress(read: 12_288, bufferLow: 8191)
        try store.commit(live)
        result = try store.retain(after: .max)
        #expect(result.removedSegments == 0 && result.heldBack == 2)
        live.progress?.bufferLow = 8192
        try store.commit(live)
        result = try store.retain(after: .max)
        #expect(result.removedSegments == 1 && result.heldBack == 1)
        try store.close()
        #expect(EventStore.verify(path: scratch.path) == [])
    }

    @Test func theShellRemovesNothingThatNoRecordCovers() throws {
        let scratch = try Scratch()
        let (store, _) = try makeStore(scratch.path, seed: 86, count: 12_300)
        _ = try store.retain(after: store.blocks[1].minTime)
        try store.close()
        let leaf = "(SELECT leaf FROM segment WHERE position = 4096)"
        let attempts = [
            "DELETE FROM segment", "DELETE FROM segment WHERE position = 4096",
            "DELETE FROM retention", "UPDATE retention SET cutoff = 1",
            "INSERT OR REPLACE INTO retention SELECT * FROM retention",
            "INSERT INTO retention SELECT 2, 0, 0, 0, 8192, leaves || leaves, chain FROM retention",
            "INSERT INTO retention SELECT 2, 0, 0, 4096, 8000, leaves, chain FROM retention",
            "INSERT INTO retention SELECT 2, 0, 0, 4096, 8192, x'00', chain FROM retention",
            "INSERT INTO retention SELECT 2, 0, 0, 4096, 40960, zeroblob(288), chain "
                + "FROM retention",
        ]
        for attempt in attempts {
            let (status, output) = try shell(scratch.path, attempt)
            #expect(status != 0 && output.contains("rror"), "\(attempt): \(output)")
        }
        #expect(EventStore.verify(path: scratch.path) == [])
        let forged =
            "INSERT INTO retention SELECT 2, 0, 0, 4096, 8192, \(leaf), chain FROM retention"
        #expect(try shell(scratch.path, forged).status == 0)
        #expect(EventStore.verify(path: scratch.path).first?.place == "retention 2")
    }

    @Test func aKillLeavesEitherTheEventsOrTheirRecord() throws {
        let scratch = try Scratch()
        let (store, batch) = try makeStore(scratch.path, seed: 87, count: 8300)
        let root = try store.info().root
        let expected = plain(batch)
        let copies = StepCopies(of: store, in: scratch)
        _ = try store.retain(after: .max)
        try store.close()
        #expect(
            copies.made.map(\.step)
                == [.retentionInserted, .segmentsDeleted, .controlsWritten, .committed])
        for copy in copies.made {
            #expect(EventStore.verify(path: copy.path) == [], "\(copy)")
            let again = try open(copy.path)
            let removed = copy.step == .committed ? 8192 : 0
            #expect(try again.info().root == root)
            #expect(try plain(again) == Array(expected[removed...]), "\(copy)")
            #expect(try again.controls(after: 0, limit: 9).count == (removed == 0 ? 0 : 1))
            try again.close()
        }
    }

    @Test func aReaderLearnsThatEventsWereRemoved() throws {
        let scratch = try Scratch()
        let (store, batch) = try makeStore(scratch.path, seed: 88, count: 9000)
        let expected = plain(batch)
        let reader = try EventStore(path: scratch.path, mode: .readOnly)
        let late = try EventStore(path: scratch.path, mode: .readOnly)
        _ = try store.retain(after: store.blocks[1].minTime)
        var failure: StoreError?
        do throws(StoreError) { _ = try reader.readBlock(0) } catch { failure = error }
        #expect(failure?.code == .removed)
        try reader.refresh()
        #expect(reader.firstPosition == 4096)
        #expect(try plain(reader) == Array(expected[4096...]))
        #expect(try reader.info() == store.info())
        var traffic = Traffic(seed: 89)
        let more = traffic.batch(5000)
        _ = try store.append(more)
        try store.flush()
        _ = try store.retain(after: .max)
        for reader in [reader, late] {
            try reader.refresh()
            #expect(reader.firstPosition == 12_288 && reader.eventCount == 14_000)
            #expect(try reader.info() == store.info())
            #expect(try plain(reader) == Array(plain(more)[3288...]))
            try reader.close()
        }
        try store.close()
    }

    @Test func spaceIsGivenBackWhenMuchIsFree() throws {
        let scratch = try Scratch()
        let (store, _) = try makeStore(scratch.path, seed: 90, count: 17_000)
        try store.close()
        let size = StoreFiles.size(scratch.path)
        let again = try open(scratch.path)
        let result = try again.retain(after: again.blocks[3].minTime)
        #expect(result.removedSegments == 3 && result.freedBytes > size / 2)
        try again.close()
        #expect(StoreFiles.size(scratch.path) < size / 2)
        #expect(EventStore.verify(path: scratch.path) == [])
    }
}
