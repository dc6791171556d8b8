import AuditModel
import Delivery
import Foundation
import Intake
import TestSupport
import Testing
import WireFormat

@testable import EventStore
@testable import Pipeline

@Suite("Live runs whose hooks have budgets", .serialized)
struct LiveBudgetTests {
    private let scene: LiveScene

    init() throws { scene = try LiveScene(events: 3000) }

    private static let budget = NotificationBudget(pages: 2, tickets: 2)

    private static func options(
        _ scene: LiveScene, _ source: any LiveSource, _ courier: ScriptedCourier
    ) -> LiveOptions {
        var options = LiveOptions(
            sources: [LiveSourceOptions(source: source)], rules: scene.rules, key: scene.key)
        options.statePath = scene.storePath + "-state"
        options.hooks = [
            LiveHook(name: "soc", budget: budget) { _ in true },
            LiveHook(name: "all") { _ in true },
        ]
        options.courier = courier
        return options
    }

    private func reading<Result>(_ body: (EventStore) throws -> Result) throws -> Result {
        let store = try EventStore(path: scene.storePath, mode: .readOnly)
        defer { try? store.close() }
        return try body(store)
    }

    private static func isDigest(_ alert: Alert) -> Bool { alert.rule.id == HoldDigest.rule.id }

    /// What the store says must hold after any run.
    private func check(_ note: String) throws {
        let notices = try reading { try $0.notices(after: 0, limit: 100_000) }
        let alerts = try notices.map { try #require(AlertJSON.read($0.record.body)) }
        let single = alerts.filter { !Self.isDigest($0) }
        let (told, held) = try reading { store in
            let held = try store.outbox(of: "soc", .held, after: 0, limit: 100_000)
            let all = try store.deliveries(hook: "soc", status: nil, after: 0, limit: 100_000)
            return (all.filter { $0.status != .held }, held)
        }
        #expect(told.count + held.count == alerts.count, "\(note)")
        #expect(!held.isEmpty && held.count < single.count, "\(note)")
        let toAll = try reading { try $0.deliveries(
            hook: "all", status: nil, after: 0, limit: 100_000) }
        #expect(toAll.count == single.count, "a hook without a budget hears everything, \(note)")
        // The first of each rule and severity was told.
        var seen: Set<String> = []
        let toldSequences = Set(told.map(\.sequence))
        for (notice, alert) in zip(notices, alerts) where alert.state != .withdrawn {
            if seen.insert("\(alert.rule.name) \(alert.severity)").inserted {
                #expect(toldSequences.contains(notice.sequence), "\(alert.rule.name), \(note)")
            }
        }
        // The last digests count everything that was held back.
        var counts: [ID128: Int] = [:]
        for digest in alerts where Self.isDigest(digest) { counts[digest.id] = digest.count }
        let withdrawn = held.count { AlertJSON.read($0.body)?.state == .withdrawn }
        let counted = counts.values.reduce(0, +)
        #expect(counted <= held.count && counted >= held.count - withdrawn, "\(note)")
        let digests = alerts.filter(Self.isDigest).map { "\($0.id.hex).\($0.revision)" }
        #expect(Set(digests).count == digests.count, "told twice, \(note)")
        #expect(EventStore.verify(path: scene.storePath) == [], "\(note)")
    }

    @Test("Singles go out as far as the budget lets them, digests tell of the rest")
    func tells() throws {
        let courier = ScriptedCourier { _ in .delivered }
        let store = try scene.open()
        let source = ScriptedSource("kc", partitions: [scene.lines], seed: 5)
        let run = try LiveRun(
            store: store, options: Self.options(scene, source, courier), clock: LiveScene.clock
        ) { _ in }
        try run.run()
        try store.close()
        try check("one run")
        let delivered = courier.deliveries.filter { $0.hook == "soc" }
        let told = try reading { store in
            try store.deliveries(hook: "soc", status: .delivered, after: 0, limit: 9_999)
        }
        #expect(delivered.map(\.sequence) == told.map(\.sequence))
        let rules = delivered.map { AlertJSON.read($0.body)?.rule.name }
        #expect(rules.contains("OPS-07") && rules.contains("REF-01"))
        // Digests are beside what the rules say: that is as ever.
        let rest = try reading { try LiveScene.standing($0) }.filter { text in
            AlertJSON.read(Array(text.utf8))?.rule.id != HoldDigest.rule.id
        }
        let backtest = try scene.backtest()
        #expect(rest == backtest)
        let metric = try #require(run.status.now.hooks.first { $0.hook == "soc" })
        let held = try reading { try $0.deliveryCounts() }.first { $0.hook == "soc" }?.held
        #expect(metric.heldPages + metric.heldTickets == held)
        #expect(metric.hold?.pages.until != nil && metric.hold?.pages.limit == 2)
        var writer = JSONWriter()
        StatusJSON.append(run.status.now, to: &writer)
        let status = String(decoding: writer.takeBytes(), as: UTF8.self)
        #expect(status.contains(#""budget":{"pages":{"told":"#))
    }

    @Test("A hook that groups hears of an incident before anything of it is passed over")
    func grouped() throws {
        let courier = ScriptedCourier { _ in .delivered }
        let source = ScriptedSource("kc", partitions: [scene.lines], seed: 5)
        var options = Self.options(scene, source, courier)
        options.hooks = [
            LiveHook(name: "soc", groupsIncidents: true, budget: Self.budget) { _ in true }
        ]
        let store = try scene.open()
        try LiveScene.run(store, options)
        let rows = try store.deliveries(hook: "soc", status: nil, after: 0, limit: 100_000)
        let (all, told) = (
            Set(rows.map(\.sequence)), Set(rows.filter { $0.status != .held }.map(\.sequence))
        )
        #expect(told.count < all.count)
        var heard: Set<IncidentID> = []
        var passedOver = 0
        for notice in try store.notices(after: 0, limit: 100_000) {
            guard notice.record.state != .withdrawn,
                let incident = try store.incidentMember(of: notice.record.id)?.incident
            else { continue }
            if told.contains(notice.sequence) { heard.insert(incident) }
            if all.contains(notice.sequence) { continue }
            passedOver += 1
            #expect(heard.contains(incident))
        }
        #expect(passedOver > 0)
        try store.close()
        #expect(EventStore.verify(path: scene.storePath) == [])
    }

    @Test("Killed at random writes, it neither forgets what it spent nor tells a digest twice",
        arguments: 1...2)
    func survivesKills(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var kills = 0
        while true {
            let store = try scene.open()
            let source = ScriptedSource("kc", partitions: [scene.lines], seed: random.next())
            let courier = ScriptedCourier { _ in .delivered }
            var left = kills < 8 ? Int.random(in: 1...40, using: &random) : .max
            store.onStep = { _ throws(StoreError) in
                left -= 1
                if left == 0 { throw StoreError(.io, "killed") }
            }
            let run = try LiveRun(
                store: store, options: Self.options(scene, source, courier),
                clock: LiveScene.clock
            ) { _ in }
            if case .success = Result(catching: { () throws(LiveRun.Failure) in try run.run() }) {
                try store.close()
                break
            }
            kills += 1
        }
        #expect(kills > 0)
        try check("seed \(seed), \(kills) kills")
    }

    @Test("What is held back after the first digest is told an hour later, while the run goes on")
    func laterDigest() throws {
        let clock = Shift()
        let courier = ScriptedCourier { _ in .delivered }
        let lines = scene.lines
        let (first, rest) = (Array(lines[..<(lines.count / 2)]), Array(lines[(lines.count / 2)...]))
        let source = ClosureSource("kc") { (source, sink) throws(SourceError) in
            sink.deliver(.opened(partition: "p0"))
            sink.deliver(.condition(SourceCondition(isReady: true)))
            sink.deliver(.records(source.batch("p0", first)))
            clock.wait { Self.digests(courier).contains { $0.revision == 1 } }
            sink.deliver(.records(source.batch("p0", rest, from: first.count)))
            sink.deliver(.caughtUp(partition: "p0"))
            // Whatever of the rest was held back waits for its hour.
            clock.wait { courier.deliveries.filter { $0.hook == "all" }.count > 10 }
            Thread.sleep(forTimeInterval: 1)
            clock.add(3_600_000_000_000)
            clock.wait { Self.digests(courier).contains { $0.revision == 2 } }
            sink.deliver(.closed(partition: "p0"))
        }
        var options = Self.options(scene, source, courier)
        options.sources[0].idleAfter = 100_000_000
        let store = try scene.open()
        let wall = LiveClock(wall: { clock.now }, steady: LiveScene.clock.steady)
        store.now = { clock.now }
        try LiveRun(store: store, options: options, clock: wall) { _ in }.run()
        try store.close()
        try check("an hour")
        let digests = Self.digests(courier)
        let second = try #require(digests.first { $0.revision == 2 })
        let span = second.lastSeen - second.firstSeen
        #expect(span >= 3_599_999_000_000)
    }

    private static func digests(_ courier: ScriptedCourier) -> [Alert] {
        courier.deliveries.filter { $0.hook == "soc" }.compactMap { AlertJSON.read($0.body) }
            .filter(isDigest)
    }

    /// The clock of this machine, put on by the test.
    final class Shift: @unchecked Sendable {
        private let lock = NSLock()
        private var ahead: Int64 = 0

        var now: Int64 { LiveScene.clock.wall() + lock.withLock { ahead } }
        func add(_ span: Int64) { lock.withLock { ahead += span } }

        /// Waits until something is so, or half a minute.
        func wait(_ condition: () -> Bool) {
            let start = Date()
            while !condition(), Date().timeIntervalSince(start) < 30 {
                Thread.sleep(forTimeInterval: 0.01)
            }
        }
    }
}
