import AuditModel
import EventStore
import Foundation
import Intake
import Testing

@testable import Pipeline

@Suite("Live runs that only store, and such over temporary stores", .serialized)
struct LiveRowsTests {
    /// Ids of rows in the order they were shown.
    final class Shown: @unchecked Sendable {
        private(set) var ids: [ID128] = []
        private(set) var issuers: Set<String> = []

        func add(_ batch: EventBatch, _ pool: StringPool) {
            for row in 0..<batch.count {
                ids.append(batch.id(.event, row))
                issuers.insert(pool.text(batch.code(.issuer, row)))
            }
        }
    }

    @Test("Without rules events and positions are stored, new rows are shown, nothing else")
    func onlyStores() throws {
        let scene = try LiveScene(events: 6000)
        let source = ScriptedSource("kc", partitions: scene.dealt(3), seed: 9)
        let shown = Shown()
        var options = scene.options(source)
        options.judges = false
        options.rows = shown.add
        let store = try scene.open()
        try LiveScene.run(store, options)
        #expect(store.eventCount > 4096)
        #expect(shown.ids.count == store.eventCount)
        #expect(try Self.ids(store) == shown.ids)
        #expect(!shown.issuers.isEmpty && !shown.issuers.contains(""))
        #expect(try store.progress() == nil)
        #expect(try store.alertRecords().isEmpty)
        #expect(try store.positions().map(\.offset) == scene.dealt(3).map { Int64($0.count) })
        try store.close()
        #expect(!FileManager.default.fileExists(atPath: scene.storePath + "-state"))
        // The same again shows nothing: every event is known.
        let again = Shown()
        options.sources = [
            LiveSourceOptions(source: ScriptedSource("other", partitions: scene.dealt(2), seed: 1))
        ]
        options.rows = again.add
        let reopened = try scene.open()
        try LiveScene.run(reopened, options)
        #expect(again.ids.isEmpty && reopened.eventCount == shown.ids.count)
        try reopened.close()
    }

    @Test("A run over a temporary store tells the alerts of a backtest")
    func temporary() throws {
        let scene = try LiveScene(events: 6000)
        let source = ScriptedSource("kc", partitions: scene.dealt(1), seed: 4)
        let told = Told()
        var options = scene.options(source)
        options.statePath = nil
        options.sinks = [told.sink]
        let store = try EventStore(temporaryIn: scene.directory)
        try LiveScene.run(store, options)
        #expect(store.eventCount > 4096)
        #expect(try LiveScene.standing(store) == scene.backtest())
        #expect(!told.ids.isEmpty)
        try store.close()
    }

    private static func ids(_ store: EventStore) throws -> [ID128] {
        var ids: [ID128] = []
        for index in store.blocks.indices {
            let batch = try store.readBlock(index)
            for row in 0..<batch.count { ids.append(batch.id(.event, row)) }
        }
        return ids
    }
}
