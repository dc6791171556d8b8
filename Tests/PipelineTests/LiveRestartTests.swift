import AuditModel
import Detection
import EventStore
import Foundation
import Intake
import Testing

@testable import EventStore
@testable import Pipeline

@Suite("Live runs from start to start", .serialized)
struct LiveRestartTests {
    static let day: Int64 = 86_400_000_000_000

    /// Runs over a source; gives the status at its end.
    ///
    /// - Parameter isHurried: whether the run looks at one grant of late events at a time, takes a
    ///   snapshot as often as it can, and waits for nothing at its end.
    @discardableResult
    static func run(
        _ scene: LiveScene, _ source: any LiveSource, idleAfter: Int64 = 3600_000_000_000,
        isHurried: Bool = false,
        onStep: ((EventStore.WriteStep) throws(StoreError) -> Void)? = nil,
        log: @escaping @Sendable (LiveLogLine) -> Void = { _ in },
        while body: ((LiveRun) -> Void)? = nil
    ) throws -> LiveStatus {
        let store = try scene.open()
        defer { try? store.close() }
        store.onStep = onStep
        var options = LiveOptions(
            sources: [LiveSourceOptions(source: source)], rules: scene.rules, key: scene.key)
        options.statePath = scene.storePath + "-state"
        options.drainTimeout = 3_000_000_000
        options.sources[0].idleAfter = idleAfter
        if isHurried {
            options.drainTimeout = 0
            options.snapshotEvery = 1
        }
        let run = try LiveRun(store: store, options: options, clock: LiveScene.clock, log: log)
        if isHurried { run.late = LateGrants(blocksPerTurn: 0) }
        if let body {
            let run = run
            nonisolated(unsafe) let body = body
            Thread.detachNewThread {
                body(run)
                run.stop()
            }
        }
        try run.run()
        return run.status.now
    }

    @Test("What comes after sources ended, were stopped or failed is not late",
        arguments: ["ended", "stopped", "failed"], [true, false])
    func goesOn(how: String, keepsState: Bool) throws {
        let scene = try LiveScene(events: 2000)
        let half = scene.lines.count / 2
        let first = ClosureSource("kc") { (source, sink) throws(SourceError) in
            sink.deliver(.opened(partition: "p0"))
            sink.deliver(.condition(SourceCondition(isReady: true)))
            sink.deliver(.records(source.batch("p0", Array(scene.lines[..<half]))))
            _ = sink.drain()
            if how == "stopped" { source.waitForStop() }
            if how == "failed" {
                throw SourceError(code: "kafka.fenced", message: "fenced", exitStatus: 69)
            }
        }
        if how == "stopped" {
            try Self.run(scene, first, while: { run in
                while run.status.now.stored < half { Thread.sleep(forTimeInterval: 0.01) }
            })
        } else if how == "failed" {
            #expect(throws: LiveRun.Failure.self) { try Self.run(scene, first) }
        } else {
            try Self.run(scene, first)
        }
        if !keepsState { unlink(scene.storePath + "-state") }
        let status = try Self.run(
            scene, ScriptedSource("kc", partitions: [scene.lines], seed: 1))
        #expect(status.late == 0)
        #expect(try scene.stored() == scene.backtest())
    }

    @Test("One event from the far future in a quiet partition makes nothing late")
    func future() throws {
        let scene = try LiveScene(events: 300)
        let far = try #require(scene.lines.first).replacing(
            /"time":\d+/, with: "\"time\":4102444800000").replacing(
                /"id":"[0-9a-f]/, with: "\"id\":\"0")
        let source = ClosureSource("kc") { (source, sink) throws(SourceError) in
            sink.deliver(.opened(partition: "p1"))
            sink.deliver(.condition(SourceCondition(isReady: true)))
            sink.deliver(.records(source.batch("p1", [far])))
            sink.deliver(.caughtUp(partition: "p1"))
            Thread.sleep(forTimeInterval: 0.6)
            sink.deliver(.opened(partition: "p0"))
            sink.deliver(.records(source.batch("p0", scene.lines)))
            sink.deliver(.caughtUp(partition: "p0"))
            _ = sink.drain()
            source.waitForStop()
        }
        let lines = LogLines()
        let status = try Self.run(
            scene, source, idleAfter: 100_000_000, log: { lines.add($0) },
            while: { run in
                while run.status.now.stored < 300 { Thread.sleep(forTimeInterval: 0.01) }
            })
        #expect(lines.codes.contains("time.ahead"))
        #expect(try #require(status.frontier) < LiveScene.clock.wall() + Self.day)
    }

    @Test("A drain is refused when its transaction fails, and the run ends at once")
    func failingDrain() throws {
        let scene = try LiveScene(events: 300)
        let answers = LogLines()
        let source = ClosureSource("kc") { (source, sink) throws(SourceError) in
            sink.deliver(.opened(partition: "p0"))
            sink.deliver(.records(source.batch("p0", scene.lines)))
            answers.add(LiveLogLine(.info, sink.drain() ? "durable" : "refused", ""))
            answers.add(LiveLogLine(.info, sink.drain() ? "durable" : "refused", ""))
        }
        let begin = ContinuousClock.now
        #expect(throws: LiveRun.Failure.self) {
            try Self.run(scene, source, onStep: { (step) throws(StoreError) in
                if step == .positionsWritten { throw StoreError(.io, "disk full") }
            })
        }
        #expect(answers.codes == ["refused", "refused"])
        #expect(ContinuousClock.now - begin < .seconds(2.5))
    }

    @Test("A source that asks is told what the store holds now, of partitions without records too")
    func positions() throws {
        let scene = try LiveScene(events: 300)
        let source = ClosureSource("kc") { (source, sink) throws(SourceError) in
            sink.deliver(.opened(partition: "p0"))
            sink.deliver(.condition(SourceCondition(isReady: true)))
            sink.deliver(.records(source.batch("p0", [], from: 70)))
            sink.deliver(.records(source.batch("p1", scene.lines)))
            let isDurable = sink.drain()
            let offsets = sink.positions(of: "kc").map(\.offset)
            if !isDurable || offsets != [70, Int64(scene.lines.count)] {
                throw SourceError(code: "test", message: "\(offsets)", exitStatus: 1)
            }
        }
        try Self.run(scene, source)
        let store = try scene.open()
        #expect(try store.positions().map(\.offset) == [70, Int64(scene.lines.count)])
        try store.close()
    }

    @Test("A snapshot of another past than the store's is not kept")
    func otherPast() throws {
        let scene = try LiveScene(events: 1000)
        let state = scene.storePath + "-state"
        let half = Array(scene.lines[..<(scene.lines.count / 2)])
        try Self.run(scene, ScriptedSource("kc", partitions: [half], seed: 1))
        let backup = scene.directory + "/backup.db"
        try FileManager.default.copyItem(atPath: scene.storePath, toPath: backup)
        try Self.run(scene, ScriptedSource("kc", partitions: [scene.lines], seed: 1))
        try FileManager.default.removeItem(atPath: scene.storePath)
        try FileManager.default.moveItem(atPath: backup, toPath: scene.storePath)
        #expect(FileManager.default.fileExists(atPath: state))
        #expect(throws: LiveRun.Failure.self) {
            try Self.run(
                scene, ScriptedSource("kc", partitions: [scene.lines], seed: 1),
                onStep: { (step) throws(StoreError) in
                    if step == .controlsWritten { throw StoreError(.io, "killed") }
                })
        }
        #expect(!FileManager.default.fileExists(atPath: state))
    }

    @Test("Secrets in what sources say reach neither log, status nor store")
    func secrets() throws {
        let scene = try LiveScene(events: 300)
        let secret = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm5hIiwiZXhwIjoxNzcyNDQ2NTMwfQ."
            + String(repeating: "aB3_", count: 40)
        let source = ClosureSource("kc") { (source, sink) throws(SourceError) in
            sink.deliver(
                .condition(SourceCondition(isReady: false, code: "x.y", message: "at \(secret)")))
            sink.deliver(.note(SourceNote(kind: "x.z", detail: "in \(secret)")))
            _ = sink.drain()
        }
        let lines = LogLines()
        try Self.run(scene, source, log: { lines.add($0) })
        #expect(!lines.text.contains(secret))
        let store = try scene.open()
        let bodies = try store.controls(after: 0, limit: 100).map(\.record.body)
        try store.close()
        #expect(bodies.contains { $0.contains("in ") } && !bodies.contains { $0.contains(secret) })
    }
}

/// What a run said.
final class LogLines: @unchecked Sendable {
    private let lock = NSLock()
    private var lines: [LiveLogLine] = []

    func add(_ line: LiveLogLine) { lock.withLock { lines.append(line) } }
    var codes: [String] { lock.withLock { lines.map(\.code) } }
    var text: String { lock.withLock { lines.map(\.message).joined(separator: "\n") } }
}
