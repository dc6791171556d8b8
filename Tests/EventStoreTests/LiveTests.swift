import AuditModel
import Foundation
import TestSupport
import Testing

@testable import EventStore

@Suite struct LiveTests {
    private func makeTemporaryFile(_ scratch: Scratch, _ name: String) throws -> String {
        let path = scratch.directory + "/" + name
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        return path
    }

    @Test func aLiveCommitComesBackAsItWasCommitted() throws {
        let scratch = try Scratch()
        var store = try open(scratch.path)
        let identity = store.identity
        #expect(!identity.isNone)
        #expect(try store.positions() == [] && store.progress() == nil)
        for number in 1...3 { try store.commit(liveCommit(number)) }
        try store.commit(LiveCommit())
        for isReopened in [false, true] {
            if isReopened {
                try store.close()
                #expect(EventStore.verify(path: scratch.path) == [])
                store = try EventStore(path: scratch.path, mode: .readOnly)
            }
            let last = liveCommit(3)
            #expect(try store.positions() == last.positions.sorted { $0.source < $1.source })
            #expect(try store.progress() == last.progress)
            let controls = try store.controls(after: 1, limit: 9)
            #expect(controls.map(\.sequence) == [2, 3])
            #expect(controls.map(\.record) == liveCommit(2).controls + liveCommit(3).controls)
            #expect(try store.controls(after: 0, limit: 1).map(\.sequence) == [1])
            let kept = [liveCommit(1).alerts[0], alertRecord(7), last.alerts[0]]
            #expect(try store.alertRecords() == kept)
            #expect(try store.alertRecord(id: last.alerts[0].id) == last.alerts[0])
            #expect(try store.alertRecord(id: ID128(high: 5, low: 5)) == nil)
            #expect(try store.notices(after: 1, limit: 1).map(\.sequence) == [2])
            #expect(try store.notices(after: 0, limit: 9).map(\.record.revision) == [1, 2, 3])
            #expect(try store.lastNotice() == 3)
            #expect(store.identity == identity)
        }
        let info = try store.info()
        #expect(info.alerts == 3 && info.controls == 3 && info.identity == identity)
        #expect(info.formatVersion == 4)
        try store.close()
    }

    @Test func whatASinkTookGrowsOnlyAndIsDurableWithTheNextCommit() throws {
        let scratch = try Scratch()
        var store = try open(scratch.path)
        for number in 1...3 { try store.commit(liveCommit(number)) }
        try store.setDelivered(2, to: "stdout")
        try store.setDelivered(1, to: "stdout")
        #expect(try store.delivered(to: "stdout") == 2)
        #expect(throws: StoreError.self) { try store.setDelivered(4, to: "stdout") }
        let reader = try EventStore(path: scratch.path, mode: .readOnly)
        #expect(try reader.delivered(to: "stdout") == nil)
        try store.flush()
        #expect(try reader.delivered(to: "stdout") == 2)
        try reader.close()
        try store.setDelivered(3, to: "stdout")
        try store.close()
        store = try open(scratch.path)
        #expect(try store.delivered(to: "stdout") == 3)
        #expect(try store.delivered(to: "other") == nil)
        try store.close()
        #expect(EventStore.verify(path: scratch.path) == [])
    }

    @Test func aCommitThatBreaksTheRulesWritesNothingAndDoesNoHarm() throws {
        let scratch = try Scratch()
        let store = try open(scratch.path)
        var live = liveCommit(1)
        live.alerts[1].id = .none
        #expect(throws: StoreError.self) { try store.commit(live) }
        live = liveCommit(1)
        live.alerts[0].body = [UInt8](repeating: 32, count: 1 << 21)
        #expect(throws: StoreError.self) { try store.commit(live) }
        #expect(try store.positions() == [])
        try store.commit(liveCommit(2))
        #expect(try store.positions().count == 2)
        try store.close()
    }

    @Test(arguments: [71, 72] as [UInt64])
    func rowsAreTheAppendedOnesWhereverTheyStand(seed: UInt64) throws {
        let scratch = try Scratch()
        var traffic = Traffic(seed: seed)
        let batch = traffic.batch(5000)
        let expected = plain(batch)
        let store = try open(scratch.path)
        var random = SeededGenerator(seed: seed)
        var start = 0
        while start < batch.count {
            let end = min(batch.count, start + 1 + random.below(1500))
            let result = try store.append(slice(batch, start..<end))
            #expect(result == AppendResult(appended: end - start, first: Int64(start)))
            if random.below(3) == 0 { try store.flush() }
            #expect(store.eventCount == Int64(end))
            let found = try plainRows(
                store, from: Int64(start), limit: end - start, step: 1 + random.below(700))
            #expect(found == Array(expected[start..<end]), "seed \(seed) at \(start)")
            start = end
        }
        #expect(try store.rows(from: 5000, limit: 10) == nil)
        #expect(try store.rows(from: 0, limit: 0) == nil)
        #expect(try store.rows(from: .min, limit: .max)?.batch.count == 4096)
        try store.close()
        let reader = try EventStore(path: scratch.path, mode: .readOnly)
        let step = seed == 71 ? 999 : 5000
        #expect(try plainRows(reader, from: 0, limit: 5000, step: step) == expected)
        try reader.close()
    }

    @Test func afterAKillEverythingIsFromOneCommit() throws {
        let scratch = try Scratch()
        var traffic = Traffic(seed: 73)
        let batch = traffic.batch(4200)
        let store = try open(scratch.path)
        let copies = StepCopies(of: store, in: scratch)
        for number in 1...3 {
            _ = try store.append(slice(batch, ((number - 1) * 1400)..<(number * 1400)))
            if number > 1 { try store.setDelivered(Int64(number - 1), to: "stdout") }
            try store.commit(liveCommit(number))
        }
        try store.close()
        let steps = Set(copies.made.map(\.step))
        #expect(
            steps.isSuperset(of: [
                .positionsWritten, .controlsWritten, .alertsWritten, .progressWritten,
                .sinksWritten, .incidentsWritten, .segmentInserted, .journalDeleted,
                .journalInserted, .committed,
            ]))
        for copy in copies.made {
            #expect(EventStore.verify(path: copy.path) == [], "\(copy)")
            let again = try open(copy.path)
            let number = Int(again.eventCount) / 1400
            #expect(again.eventCount % 1400 == 0, "\(copy)")
            #expect(try again.controls(after: 0, limit: 99).count == number, "\(copy)")
            #expect(try again.lastNotice() == Int64(number), "\(copy)")
            #expect(try again.progress() == (number == 0 ? nil : liveCommit(number).progress))
            #expect(
                try again.positions().first
                    == (number == 0 ? nil : liveCommit(number).positions[1]), "\(copy)")
            #expect(try again.delivered(to: "stdout") ?? 0 == Int64(max(0, number - 1)), "\(copy)")
            try again.close()
        }
    }

    @Test func aFullDiskLosesTheWholeCommitAndNothingElse() throws {
        let scratch = try Scratch()
        var traffic = Traffic(seed: 74)
        let store = try open(scratch.path)
        _ = try store.append(traffic.batch(100))
        try store.commit(liveCommit(1))
        let pages = try store.database.number("PRAGMA page_count", doing: "test")
        try store.database.execute("PRAGMA max_page_count = \(pages + 2)", doing: "test")
        _ = try store.append(traffic.batch(50))
        var live = liveCommit(2)
        live.alerts[0].body = [UInt8](repeating: 32, count: 1 << 19)
        var failure: StoreError?
        do throws(StoreError) { try store.commit(live) } catch { failure = error }
        #expect(failure?.code == .diskFull)
        #expect(throws: StoreError.self) { try store.commit(LiveCommit()) }
        try store.close()
        #expect(EventStore.verify(path: scratch.path) == [])
        let again = try open(scratch.path)
        #expect(again.eventCount == 100)
        #expect(try again.progress() == liveCommit(1).progress)
        try again.commit(live)
        #expect(try again.progress() == live.progress)
        try again.close()
        #expect(EventStore.verify(path: scratch.path) == [])
    }

    @Test func aReaderSeesNewCommitsWhenItRefreshes() throws {
        let scratch = try Scratch()
        var traffic = Traffic(seed: 75)
        let writer = try open(scratch.path)
        let reader = try EventStore(path: scratch.path, mode: .readOnly)
        var expected: [PlainEvent] = []
        for size in [10, 300, 4500, 1, 8200, 3] {
            let batch = traffic.batch(size)
            _ = try writer.append(batch)
            #expect(reader.eventCount == Int64(expected.count))
            try writer.commit(liveCommit(size))
            let known = reader.eventCount
            try reader.refresh()
            #expect(reader.eventCount == known + Int64(size))
            let news = try plainRows(reader, from: known, limit: size, step: 4096)
            #expect(news == plain(batch))
            expected += plain(batch)
            #expect(try reader.info().root == writer.info().root)
            #expect(try reader.progress() == liveCommit(size).progress)
        }
        #expect(try plain(reader) == expected)
        try writer.close()
        try reader.refresh()
        #expect(reader.eventCount == Int64(expected.count))
        try reader.close()
    }

    @Test(arguments: [1, 2, 3] as [Int64])
    func aStoreOfAnOlderFormatIsReadAsItIsAndBroughtOnWhenWritten(_ format: Int64) throws {
        let scratch = try Scratch()
        let old = try makeTemporaryFile(scratch, "old.db")
        var traffic = Traffic(seed: 76)
        let batch = traffic.batch(4200)
        let made = try open(scratch.path)
        _ = try made.append(batch)
        let root = try made.info().root
        try made.close()
        try makeOlderFormat(format, of: scratch.path, at: old)
        #expect(EventStore.verify(path: old) == [])
        let bytes = try Data(contentsOf: URL(fileURLWithPath: old))
        let reader = try EventStore(path: old, mode: .readOnly)
        #expect(try reader.info().formatVersion == Int(format) && reader.info().root == root)
        #expect(try reader.positions() == [] && reader.progress() == nil)
        #expect(try reader.alertRecords() == [] && reader.lastNotice() == 0)
        #expect(try reader.deliveryCounts() == [] && reader.hookStates() == [])
        #expect(try reader.silences(includingEnded: true) == [])
        #expect(try reader.incidentMembers(since: .min) == [] && reader.incidentRows() == [])
        #expect(try plain(reader) == plain(batch))
        try reader.close()
        #expect(try Data(contentsOf: URL(fileURLWithPath: old)) == bytes)
        let writer = try open(old)
        #expect(try writer.info().formatVersion == 4 && writer.info().root == root)
        #expect(!writer.identity.isNone)
        try writer.commit(liveCommit(1))
        #expect(try writer.append(batch).appended == 0)
        try writer.close()
        #expect(EventStore.verify(path: old) == [])
    }

    @Test func aStoreWhoseTriggersAreGoneIsNotBroughtOn() throws {
        let scratch = try Scratch()
        let old = try makeTemporaryFile(scratch, "old.db")
        try open(scratch.path).close()
        try makeOlderFormat(of: scratch.path, at: old)
        _ = try shell(old, "DROP TRIGGER segment_delete")
        #expect(throws: StoreError.self) { _ = try open(old) }
        #expect(
            EventStore.verify(path: old)
                == [Fault(place: "schema", what: "segment_delete is missing")])
    }
}
