import AuditModel
import Detection
import EventStore
import Foundation
import Intake
import Testing
import WireFormat

@testable import Pipeline

@Suite("Health is what probes are told", .serialized)
struct HealthTests {
    static let second: Int64 = 1_000_000_000

    static func json(_ status: LiveStatus) throws -> [String: Any] {
        var writer = JSONWriter()
        Health(status).append(to: &writer)
        let value = try JSONSerialization.jsonObject(with: Data(writer.takeBytes()))
        return try #require(value as? [String: Any])
    }

    @Test("A stage is stuck half a minute after its last turn; one that learns has longer")
    func alive() {
        var status = MetricsSnapshot.example().status
        func isAlive(_ seconds: Int64) -> Bool {
            Health(status).isAlive(now: seconds * Self.second, start: 0)
        }
        #expect(isAlive(600) && !isAlive(601), "before the first turn")
        status.turns = 1
        status.heartbeat = 100 * Self.second
        #expect(isAlive(130) && !isAlive(131))
        status.isLearning = true
        #expect(isAlive(700) && !isAlive(701))
        status.heartbeat = .min
        #expect(!isAlive(700), "a clock that went astray traps nobody")
    }

    @Test("What stands against readiness is said")
    func obstacles() throws {
        var status = MetricsSnapshot.example().status
        #expect(status.isReady && Health(status).obstacles.isEmpty)
        #expect(try Self.json(status)["ready"] as? Bool == true)
        status.disk = .init(bytes: 1, free: nil, isWritable: false, firstPosition: 0)
        status.sources[0].condition = SourceCondition(
            isReady: false, code: "kafka.unreachable", message: "no\nbroker \u{1B}[2J answers")
        status.isLearning = true
        status.learning = (done: 3, total: 9)
        #expect(!status.isReady)
        let obstacles = Health(status).obstacles
        #expect(obstacles == [
            "learning: 3 of 9 stored events", "the store cannot be written",
            "source kc: no broker  [2J answers",
        ])
        let json = try Self.json(status)
        #expect(json["ready"] as? Bool == false)
        #expect(json["state"] as? String == "learning")
        #expect((json["learning"] as? [String: Any])?["done"] as? Int == 3)
        #expect((json["store"] as? [String: Any])?["writable"] as? Bool == false)
        let source = try #require((json["sources"] as? [[String: Any]])?.first)
        #expect(source["code"] as? String == "kafka.unreachable")
    }

    @Test("Hooks are shown and stand against nothing")
    func hooks() throws {
        var status = MetricsSnapshot.example().status
        status.hooks = [HookMetric(hook: "soc", queue: 2, dead: 1, breakerOpen: true)]
        #expect(status.isReady)
        let hook = try #require((try Self.json(status)["hooks"] as? [[String: Any]])?.first)
        #expect(hook["name"] as? String == "soc" && hook["breaker_open"] as? Bool == true)
    }

    @Test("A live run keeps the numbers that its pages show")
    func run() throws {
        let scene = try LiveScene(events: 3000)
        let store = try scene.open()
        let options = scene.options(
            ScriptedSource("kc", partitions: [scene.lines], seed: 5))
        let run = try LiveRun(store: store, options: options, clock: LiveScene.clock) { _ in }
        try run.run()
        let records = try store.alertRecords().filter { $0.state == .confirmed }
        try store.close()
        let status = run.status.now
        var expected: [String: Int] = [:]
        for record in records {
            expected[try #require(AlertJSON.read(record.body)).rule.name, default: 0] += 1
        }
        var counted: [String: Int] = [:]
        for (key, number) in status.confirmed.counts { counted[key.rule, default: 0] += number }
        #expect(counted.filter { $0.value > 0 } == expected)
        #expect(!expected.isEmpty)
        for rule in scene.rules where !rule.isSilent {
            let key = AlertCounts.Key(rule: rule.name, severity: rule.level)
            #expect(status.confirmed.counts[key] != nil, "\(rule.name)")
        }
        #expect(status.turns > 0 && status.heartbeat != nil)
        #expect(status.commitSeconds.count == status.commits && status.commits > 0)
        #expect(status.commitSeconds.sum > 0)
        let disk = try #require(status.disk)
        #expect(disk.bytes > 0 && disk.isWritable && (disk.free ?? 0) > 0)
    }

    @Test("Rules that learn say how far they have come")
    func learns() throws {
        let scene = try LiveScene(events: 9000)
        let first = try scene.open()
        try LiveScene.run(first, scene.options(
            ScriptedSource("kc", partitions: [scene.lines], seed: 5)))
        try first.close()
        try FileManager.default.removeItem(atPath: scene.storePath + "-state")
        let store = try scene.open()
        let run = try LiveRun(
            store: store,
            options: scene.options(ScriptedSource("kc", partitions: [scene.lines], seed: 5)),
            clock: LiveScene.clock
        ) { _ in }
        try run.run()
        try store.close()
        let learning = try #require(run.status.now.learning)
        #expect(learning.done == learning.total)
        #expect(learning.total > 8000)
    }
}
