import AuditModel
import Detection
import EventStore
import Foundation
import Testing

@testable import Pipeline

@Suite("What a service of months meets", .serialized)
struct LiveServiceTests {
    /// Lines of a run's log.
    final class Log: @unchecked Sendable {
        private let lock = NSLock()
        private var lines: [LiveLogLine] = []

        func add(_ line: LiveLogLine) {
            lock.lock()
            lines.append(line)
            lock.unlock()
        }

        func has(_ code: String) -> Bool {
            lock.lock()
            defer { lock.unlock() }
            return lines.contains { $0.code == code }
        }
    }

    @Test("A clock that jumps changes no alert")
    func clockJumps() throws {
        let scene = try LiveScene(events: 3000)
        let store = try scene.open()
        let source = ScriptedSource("kc", partitions: scene.dealt(2), seed: 4)
        let wall = LiveClock(
            wall: { Int64.random(in: 0 ... 4_000_000_000_000_000_000) },
            steady: LiveScene.clock.steady)
        var options = scene.options(source)
        options.retention = 400 * 86_400_000_000_000
        try LiveRun(store: store, options: options, clock: wall) { _ in }.run()
        try store.close()
        #expect(try scene.stored() == scene.backtest())
    }

    @Test("New rules learn what the store holds and take over without a gap")
    func exchange() throws {
        let scene = try LiveScene(events: 4000)
        let store = try scene.open()
        let source = ScriptedSource("kc", partitions: [scene.lines], seed: 6, closesAtEnd: false)
        var options = scene.options(source)
        options.rules = scene.rules.filter { $0.name.hasPrefix("VAL") }
        options.sources[0].idleAfter = 200_000_000
        let log = Log()
        let run = try LiveRun(store: store, options: options, clock: LiveScene.clock) {
            log.add($0)
        }
        let rules = scene.rules
        Thread.detachNewThread {
            while source.acknowledgements["p0"] ?? 0 < 1000 { Thread.sleep(forTimeInterval: 0.005) }
            run.replaceRules(rules)
            while !log.has("rules.loaded") { Thread.sleep(forTimeInterval: 0.005) }
            while run.status.now.pending > 0 || run.status.now.stored < 3000 {
                Thread.sleep(forTimeInterval: 0.01)
            }
            Thread.sleep(forTimeInterval: 0.5)
            run.stop()
        }
        try run.run()
        try store.close()
        #expect(run.status.now.rules == rules.count)
        #expect(try scene.stored() == scene.backtest())
    }

    @Test("Old events leave, the newest stay, and the store stays sound")
    func retains() throws {
        let scene = try LiveScene(events: 30_000)
        let store = try scene.open()
        let source = ScriptedSource(
            "kc", partitions: [scene.lines], seed: 6, closesAtEnd: false)
        var options = scene.options(source)
        options.retention = 86_400_000_000_000
        let log = Log()
        let run = try LiveRun(
            store: store, options: options,
            // Every look at the steady clock is a second later, so that a day passes soon.
            clock: LiveClock(wall: LiveScene.clock.wall, steady: Ticker().next)
        ) { log.add($0) }
        let lines = Int64(scene.lines.count)
        Thread.detachNewThread {
            while !log.has("retention.removed") { Thread.sleep(forTimeInterval: 0.01) }
            while source.acknowledgements["p0"] ?? 0 < lines {
                Thread.sleep(forTimeInterval: 0.01)
            }
            run.stop()
        }
        try run.run()
        let count = store.eventCount
        #expect(count == Int64(scene.lines.count))
        #expect(store.firstPosition > 0)
        try store.close()
        #expect(EventStore.verify(path: scene.storePath) == [])
    }

    @Test("A disk that is nearly full is said")
    func lowWater() throws {
        let scene = try LiveScene(events: 300)
        let store = try scene.open()
        var options = scene.options(
            ScriptedSource("kc", partitions: [scene.lines], seed: 1))
        options.lowWater = .max
        let log = Log()
        try LiveRun(store: store, options: options, clock: LiveScene.clock) { log.add($0) }.run()
        try store.close()
        #expect(log.has("disk.low"))
    }
}

/// A clock that goes on by a second each time it is read.
final class Ticker: @unchecked Sendable {
    private let lock = NSLock()
    private var time: Int64 = 0

    @Sendable func next() -> Int64 {
        lock.lock()
        defer { lock.unlock() }
        time += 1_000_000_000
        return time
    }
}
