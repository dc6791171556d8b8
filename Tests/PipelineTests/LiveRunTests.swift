import AuditModel
import Detection
import EventStore
import Foundation
import GrantLedger
import Intake
import RuleBook
import TestSupport
import Testing
import TokenScan
import TrafficSimulator
import WireFormat

@testable import EventStore
@testable import Pipeline

/// A simulated log, its backtest, and live runs over it.
final class LiveScene: Sendable {
    let directory: String
    let lines: [String]
    let rules: [Rule]
    let key: FingerprintKey

    init(events: Int, seed: UInt64 = 3) throws {
        directory = NSTemporaryDirectory() + "/grantrail-live-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        var plan = SimulationPlan.events(
            events, seed: seed, startTime: SimulationPlan.defaultStart, days: 3,
            attacks: Dictionary(uniqueKeysWithValues: AttackScenario.allCases.map { ($0, 1) }))
        plan.dialects = [.keycloakJSON]
        let summary = try SimulationOutput.write(plan: plan, directory: directory + "/in")
        let path = try #require(summary.files.first { $0.path.hasSuffix(".jsonl")
            && !$0.path.hasSuffix("truth.jsonl") }?.path)
        lines = try String(contentsOfFile: path, encoding: .utf8)
            .split(separator: "\n").map(String.init)
        rules = RuleBook.pack().active
        key = try #require(FingerprintKey(bytes: Array(repeating: 7, count: 32)))
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    var storePath: String { directory + "/s.db" }

    func open() throws -> EventStore {
        try EventStore(path: storePath, mode: .readWrite(keyCheck: key.checkValue))
    }

    /// Lines dealt to partitions by a hash of their session, each in order.
    func dealt(_ count: Int) -> [[String]] {
        var partitions = [[String]](repeating: [], count: count)
        for line in lines {
            let session = line.range(of: "\"sessionId\":\"")
                .map { line[$0.upperBound...].prefix(36) }
            var hash: UInt64 = 14_695_981_039_346_656_037
            for byte in (session ?? line[...]).utf8 {
                hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211
            }
            partitions[Int(hash % UInt64(count))].append(line)
        }
        return partitions
    }

    /// What a backtest of the archive says, without revision and state, with incidents.
    func backtest(clients: ClientRegistry = .empty) throws -> [String] {
        let path = directory + "/all.jsonl"
        try (lines.joined(separator: "\n") + "\n").write(
            toFile: path, atomically: true, encoding: .utf8)
        var backtest = Backtest(rules: rules)
        backtest.clients = clients
        let outcome = try backtest.run(
            InputSet.resolve(paths: [path]), options: IntakeOptions(key: key),
            spillDirectory: directory)
        return outcome.alerts.map(Self.plain)
    }

    static func plain(_ alert: Alert) -> String {
        var alert = alert
        alert.revision = 0
        alert.state = .confirmed
        return LiveText.of(alert)
    }

    /// The stored alerts that stand, without revision and state, with the incidents they are in.
    func stored() throws -> [String] {
        let store = try EventStore(path: storePath, mode: .readOnly)
        defer { try? store.close() }
        return try Self.standing(store)
    }

    static func standing(_ store: EventStore) throws -> [String] {
        try store.alertRecords().filter { $0.state != .withdrawn }.map { record in
            let incident = try store.incidentMember(of: record.id)?.incident
            let body = AlertJSON.restated(
                LiveText.restated(record.body), incident: incident.map { Alert.Incident(id: $0) })
            return String(decoding: body, as: UTF8.self)
        }
    }

    /// A live run from its start to the end of its sources.
    static func run(_ store: EventStore, _ options: LiveOptions) throws {
        try LiveRun(store: store, options: options, clock: clock) { _ in }.run()
    }

    func options(_ source: ScriptedSource, lateness: Int64 = 30_000_000_000) -> LiveOptions {
        var options = LiveOptions(
            sources: [LiveSourceOptions(source: source, lateness: lateness)], rules: rules,
            key: key)
        options.statePath = storePath + "-state"
        return options
    }

    static let clock = LiveClock(
        wall: { Int64(Date().timeIntervalSince1970 * 1e9) },
        steady: { Int64(DispatchTime.now().uptimeNanoseconds) })
}

@Suite("Live runs", .serialized)
struct LiveRunTests {
    @Test("A live run ends with the alerts of a backtest", arguments: [1, 3])
    func equalsBacktest(partitions: Int) throws {
        let scene = try LiveScene(events: 6000)
        let store = try scene.open()
        let source = ScriptedSource("kc", partitions: scene.dealt(partitions), seed: 5)
        let told = Told()
        var options = scene.options(source)
        options.sinks = [told.sink]
        try LiveScene.run(store, options)
        try store.close()
        let expected = try scene.backtest()
        #expect(!expected.isEmpty)
        #expect(try scene.stored() == expected)
        #expect(told.revisions.count == Set(told.revisions).count, "told twice without news")
        let confirmed = Set(try scene.storedIDs(.confirmed))
        #expect(Set(told.ids) == confirmed)
        for (index, partition) in scene.dealt(partitions).enumerated() {
            #expect(source.acknowledgements["p\(index)"] == Int64(partition.count))
        }
    }

    @Test("Killed at random writes, it loses and doubles nothing", arguments: 1...6)
    func survivesKills(seed: UInt64) throws {
        let scene = try LiveScene(events: 4000)
        var random = SeededGenerator(seed: seed)
        let partitions = scene.dealt(2)
        let told = Told()
        var kills = 0
        while true {
            let store = try scene.open()
            let source = ScriptedSource("kc", partitions: partitions, seed: random.next())
            var options = scene.options(source)
            options.sinks = [told.sink]
            if Bool.random(using: &random) { options.snapshotEvery = 1 }
            var left = kills < 12 ? Int.random(in: 1...12, using: &random) : .max
            store.onStep = { _ throws(StoreError) in
                left -= 1
                if left == 0 { throw StoreError(.io, "killed") }
            }
            let run = try LiveRun(store: store, options: options, clock: LiveScene.clock) { _ in }
            if case .success = Result(catching: { () throws(LiveRun.Failure) in try run.run() }) {
                try store.close()
                break
            }
            kills += 1
        }
        #expect(kills > 0)
        #expect(EventStore.verify(path: scene.storePath) == [], "seed \(seed)")
        #expect(try scene.stored() == scene.backtest(), "seed \(seed), \(kills) kills")
        let confirmed = Set(try scene.storedIDs(.confirmed))
        #expect(confirmed.isSubset(of: Set(told.ids)), "seed \(seed): an alert was never told")
    }

    @Test("What others ingested before is history: its alerts are kept and not told")
    func historic() throws {
        let scene = try LiveScene(events: 3000)
        let half = scene.lines.count / 2
        let path = scene.directory + "/first.jsonl"
        try (scene.lines[..<half].joined(separator: "\n") + "\n").write(
            toFile: path, atomically: true, encoding: .utf8)
        let first = try scene.open()
        _ = try Ingestor().run(
            InputSet.resolve(paths: [path]), into: first, options: IntakeOptions(key: scene.key))
        try first.close()
        let store = try scene.open()
        let told = Told()
        let source = ScriptedSource("kc", partitions: [Array(scene.lines[half...])], seed: 1)
        var options = scene.options(source)
        options.sinks = [told.sink]
        try LiveScene.run(store, options)
        try store.close()
        #expect(try scene.stored() == scene.backtest())
        let historic = Set(try scene.storedIDs(.historic))
        #expect(!historic.isEmpty && historic.isDisjoint(with: told.ids))
        #expect(!told.ids.isEmpty)
    }

    @Test("Stopped and started again, it goes on where it was")
    func stops() throws {
        let scene = try LiveScene(events: 3000)
        let half = scene.lines.count / 2
        for lines in [Array(scene.lines[..<half]), scene.lines] {
            let store = try scene.open()
            let source = ScriptedSource(
                "kc", partitions: [lines], seed: 2, closesAtEnd: lines.count > half)
            var options = scene.options(source)
            options.sources[0].idleAfter = 3_600_000_000_000
            let run = try LiveRun(store: store, options: options, clock: LiveScene.clock) { _ in }
            if lines.count == half {
                Thread.detachNewThread {
                    while source.acknowledgements["p0"] ?? 0 < Int64(half) {
                        Thread.sleep(forTimeInterval: 0.01)
                    }
                    run.stop()
                }
            }
            try run.run()
            try store.close()
        }
        #expect(try scene.stored() == scene.backtest())
    }

    @Test("Observing, it records every alert and tells nobody")
    func observes() throws {
        let scene = try LiveScene(events: 2000)
        let store = try scene.open()
        let told = Told()
        var options = scene.options(
            ScriptedSource("kc", partitions: [scene.lines], seed: 1))
        options.mode = .observe
        options.sinks = [told.sink]
        try LiveScene.run(store, options)
        try store.close()
        #expect(told.ids.isEmpty)
        #expect(try scene.stored() == scene.backtest())
    }
}

/// What sinks were told.
final class Told: @unchecked Sendable {
    private let lock = NSLock()
    private var records: [AlertRecord] = []

    func add(_ more: [AlertRecord]) {
        lock.lock()
        records += more
        lock.unlock()
    }

    /// Takes every alert.
    var sink: LiveSink {
        LiveSink(name: "out", minimum: .info) { records in
            self.add(records)
            return true
        }
    }

    var revisions: [String] {
        lock.lock()
        defer { lock.unlock() }
        return records.map { "\($0.id.hex).\($0.revision)" }
    }

    var ids: [ID128] {
        lock.lock()
        defer { lock.unlock() }
        return records.map(\.id)
    }
}

extension LiveScene {
    func storedIDs(_ state: AlertState) throws -> [ID128] {
        let store = try EventStore(path: storePath, mode: .readOnly)
        defer { try? store.close() }
        return try store.alertRecords().filter { $0.state == state }.map(\.id)
    }
}
