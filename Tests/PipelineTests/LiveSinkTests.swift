import AuditModel
import EventStore
import Foundation
import Intake
import Testing

@testable import Pipeline

@Suite("Sinks that refuse what they are told", .serialized)
struct LiveSinkTests {
    /// Refuses a number of times, then takes everything.
    final class Fickle: @unchecked Sendable {
        private let lock = NSLock()
        private var refusals: Int
        let told = Told()

        init(refusals: Int) { self.refusals = refusals }

        var sink: LiveSink {
            LiveSink(name: "fickle", minimum: .info) { [self] records in
                lock.lock()
                defer { lock.unlock() }
                if refusals > 0 {
                    refusals -= 1
                    return false
                }
                told.add(records)
                return true
            }
        }
    }

    @Test("What a sink refused comes again in its order; the others hear it at once")
    func comesAgain() throws {
        let scene = try LiveScene(events: 2000)
        let (fickle, steady) = (Fickle(refusals: 2), Told())
        let source = ScriptedSource(
            "kc", partitions: [scene.lines], seed: 1, closesAtEnd: false)
        var options = scene.options(source)
        options.sources[0].idleAfter = 3_600_000_000_000
        options.sinks = [fickle.sink, steady.sink]
        let store = try scene.open()
        let run = try LiveRun(store: store, options: options, clock: LiveScene.clock) { _ in }
        let started = Date()
        Thread.detachNewThread {
            while fickle.told.ids.isEmpty, Date().timeIntervalSince(started) < 30 {
                Thread.sleep(forTimeInterval: 0.01)
            }
            run.stop()
        }
        try run.run()
        try store.close()
        #expect(Date().timeIntervalSince(started) > 2, "asked again at once")
        #expect(!steady.ids.isEmpty)
        #expect(fickle.told.revisions == steady.revisions)
    }

    @Test("What a sink never took is told by the next run")
    func nextRun() throws {
        let scene = try LiveScene(events: 2000)
        let (fickle, steady) = (Fickle(refusals: .max), Told())
        var options = scene.options(
            ScriptedSource("kc", partitions: [scene.lines], seed: 1))
        options.sinks = [fickle.sink, steady.sink]
        let store = try scene.open()
        try LiveScene.run(store, options)
        try store.close()
        #expect(fickle.told.ids.isEmpty && !steady.ids.isEmpty)
        let well = Fickle(refusals: 0)
        options.sinks = [well.sink, steady.sink]
        options.sources = [
            LiveSourceOptions(source: ScriptedSource("kc", partitions: [scene.lines], seed: 2))
        ]
        let again = try scene.open()
        try LiveScene.run(again, options)
        try again.close()
        #expect(well.told.revisions == steady.revisions)
    }
}
