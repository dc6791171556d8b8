import EventStore
import Foundation
import Testing

@testable import Pipeline

@Suite("What comes after the end of a run is not late", .serialized)
struct LiveEndTests {
    @Test("After a stop, or after its sources ended, a run goes on", arguments: [true, false])
    func goesOn(isStopped: Bool) throws {
        let scene = try LiveScene(events: 6000)
        let lines = scene.dealt(1)[0]
        let first = ScriptedSource(
            "kc", partitions: [Array(lines.prefix(4000))], seed: 2, closesAtEnd: !isStopped)
        let store = try scene.open()
        let run = try LiveRun(store: store, options: scene.options(first), clock: LiveScene.clock) {
            _ in
        }
        let thread = Thread {
            while isStopped, run.status.now.tally.records < 4000 {
                Thread.sleep(forTimeInterval: 0.01)
            }
            if isStopped { run.stop() }
        }
        thread.start()
        try run.run()
        try store.close()
        let second = ScriptedSource("kc", partitions: [lines], seed: 3)
        let reopened = try scene.open()
        let next = try LiveRun(
            store: reopened, options: scene.options(second), clock: LiveScene.clock) { _ in }
        try next.run()
        try reopened.close()
        #expect(next.status.now.appended == lines.count - 4000)
        #expect(next.status.now.late == 0)
        #expect(try scene.stored() == scene.backtest())
    }
}
