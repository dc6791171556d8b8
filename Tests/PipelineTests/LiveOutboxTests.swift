import AuditModel
import Delivery
import Foundation
import Testing

@testable import EventStore
@testable import Pipeline

/// A courier that settles what it is given by a rule of the test's.
final class ScriptedCourier: LiveCourier, @unchecked Sendable {
    typealias Answer = @Sendable (HookDelivery) -> HookOutcome.Result?

    private let lock = NSLock()
    private let room: Int
    private let answer: Answer
    private var outcomes: [HookOutcome] = []
    private var taken: [HookDelivery] = []
    private var refused: [(hook: String, reason: String)] = []

    /// - Parameter answer: nil lets a delivery lie.
    init(room: Int = 50, answer: @escaping Answer) {
        self.room = room
        self.answer = answer
    }

    /// All deliveries that were ever taken, in order.
    var deliveries: [HookDelivery] {
        lock.lock()
        defer { lock.unlock() }
        return taken
    }

    func refuse(_ hook: String, _ reason: String) {
        lock.lock()
        refused.append((hook, reason))
        lock.unlock()
    }

    func room(for hook: String) -> Int { room }

    func add(_ deliveries: [HookDelivery]) -> Int {
        lock.lock()
        defer { lock.unlock() }
        for delivery in deliveries {
            taken.append(delivery)
            guard let result = answer(delivery) else { continue }
            outcomes.append(
                HookOutcome(
                    hook: delivery.hook, sequence: delivery.sequence, alert: delivery.alert,
                    revision: delivery.revision, attempts: delivery.attempts + 1,
                    time: delivery.created, duration: 5_000_000, result: result,
                    status: result == .delivered ? 204 : 503,
                    reason: result == .delivered ? "" : "busy"))
        }
        return deliveries.count
    }

    func takeOutcomes() -> [HookOutcome] {
        lock.lock()
        defer { lock.unlock() }
        defer { outcomes = [] }
        return outcomes
    }

    func states() -> [LiveHookState] {
        lock.lock()
        defer { lock.unlock() }
        return Set(taken.map(\.hook) + refused.map(\.hook)).sorted().map { hook in
            var state = LiveHookState(hook: hook)
            state.disabledReason = refused.first { $0.hook == hook }?.reason
            return state
        }
    }

    func enable(_ hook: String) -> Bool {
        lock.lock()
        defer { lock.unlock() }
        refused.removeAll { $0.hook == hook }
        return true
    }

    func stop(within seconds: Double) -> Bool { true }
}

@Suite("What waits for hooks", .serialized)
struct LiveOutboxTests {
    private let scene: LiveScene

    init() throws { scene = try LiveScene(events: 3000) }

    private func run(_ courier: ScriptedCourier, drain: Int64 = 30_000_000_000) throws {
        let store = try scene.open()
        defer { try? store.close() }
        var options = scene.options(ScriptedSource("kc", partitions: [scene.lines], seed: 5))
        options.hooks = [
            LiveHook(name: "soc") { $0.severity >= .high }, LiveHook(name: "all") { _ in true },
        ]
        options.courier = courier
        options.drainTimeout = drain
        try LiveScene.run(store, options)
    }

    private func counts() throws -> [DeliveryCount] {
        let store = try EventStore(path: scene.storePath, mode: .readOnly)
        defer { try? store.close() }
        return try store.deliveryCounts()
    }

    private func notices() throws -> [AlertNotice] {
        let store = try EventStore(path: scene.storePath, mode: .readOnly)
        defer { try? store.close() }
        return try store.notices(after: 0, limit: 10_000)
    }

    @Test("Every revision goes once to every hook that hears of it, in order")
    func deliversOnce() throws {
        let courier = ScriptedCourier { _ in .delivered }
        try run(courier)
        let notices = try notices()
        #expect(notices.count > 10)
        let all = courier.deliveries.filter { $0.hook == "all" }
        #expect(all.map(\.sequence) == notices.map(\.sequence))
        #expect(all.map(\.body) == notices.map(\.record.body))
        #expect(
            courier.deliveries.filter { $0.hook == "soc" }.map(\.sequence)
                == notices.filter { $0.record.severity >= .high }.map(\.sequence))
        #expect(try counts().allSatisfy { $0.pending == 0 && $0.dead == 0 })
        #expect(EventStore.verify(path: scene.storePath) == [])
    }

    @Test("Whoever was told of an alert hears what becomes of it, whatever its routing says")
    func owesOutcomes() throws {
        try run(ScriptedCourier { _ in .delivered })
        let store = try scene.open()
        defer { try? store.close() }
        var options = scene.options(ScriptedSource("kc", partitions: [scene.lines], seed: 5))
        options.hooks = [LiveHook(name: "soc") { _ in false }]
        let live = try LiveRun(store: store, options: options, clock: LiveScene.clock) { _ in }
        var commit = LiveCommit()
        for notice in try store.notices(after: 0, limit: 10_000) {
            var record = notice.record
            record.revision += 1
            commit.alerts.append(record)
        }
        try live.oweOutcomes(&commit)
        let owed = commit.alerts.filter { $0.owed == ["soc"] }
        #expect(!owed.isEmpty && owed.count < commit.alerts.count)
        #expect(owed.allSatisfy { $0.severity >= .high && live.options.hooks[0].hears($0) })
        let others = commit.alerts.filter { $0.owed.isEmpty }
        #expect(others.allSatisfy { $0.severity < .high && !live.options.hooks[0].hears($0) })
    }

    @Test("What is left is told by the run's end and delivered by the next one")
    func goesOn() throws {
        let lazy = ScriptedCourier { $0.hook == "soc" ? nil : .delivered }
        #expect(throws: LiveRun.Failure.self) { try run(lazy, drain: 200_000_000) }
        let waiting = try #require(try counts().first { $0.hook == "soc" }).pending
        #expect(waiting > 0)
        let courier = ScriptedCourier { _ in .delivered }
        try run(courier)
        #expect(courier.deliveries.map(\.hook) == Array(repeating: "soc", count: waiting))
        #expect(try counts().allSatisfy { $0.pending == 0 })
    }

    @Test("Told to stop, it leaves what waits for a hook that fails, and that is no failure")
    func stops() throws {
        let store = try scene.open()
        let source = ScriptedSource(
            "kc", partitions: [scene.lines], seed: 5, closesAtEnd: false)
        var options = scene.options(source)
        options.hooks = [LiveHook(name: "soc") { _ in true }]
        options.courier = ScriptedCourier { _ in nil }
        options.drainTimeout = 60_000_000_000
        let run = try LiveRun(store: store, options: options, clock: LiveScene.clock) { _ in }
        let lines = Int64(scene.lines.count)
        Thread.detachNewThread {
            while source.acknowledgements["p0"] ?? 0 < lines { Thread.sleep(forTimeInterval: 0.01) }
            run.stop()
        }
        let started = LiveScene.clock.steady()
        try run.run()
        try store.close()
        #expect(LiveScene.clock.steady() - started < options.drainTimeout)
        #expect(try #require(try counts().first).pending > 0)
    }

    @Test("Dead deliveries are kept with their reason, attempts are in the audit trail")
    func dead() throws {
        try run(ScriptedCourier { $0.hook == "soc" ? .dead : .delivered })
        let store = try EventStore(path: scene.storePath, mode: .readOnly)
        let dead = try store.deliveries(hook: "soc", status: .dead, after: 0, limit: 1000)
        #expect(!dead.isEmpty && dead.allSatisfy { $0.reason == "busy" && $0.lastStatus == 503 })
        let kinds = try store.controls(after: 0, limit: 100_000).map(\.record.kind)
        #expect(kinds.filter { $0 == "delivery.dead" }.count == dead.count)
        let delivered = try #require(try store.deliveryCounts().first { $0.hook == "all" })
        #expect(kinds.filter { $0 == "delivery.delivered" }.count == delivered.delivered)
        try store.close()
    }

    @Test("A hook that wants nothing more keeps its deliveries, over restarts too")
    func disabled() throws {
        let courier = ScriptedCourier { $0.hook == "soc" ? nil : .delivered }
        courier.refuse("soc", "410 Gone")
        try run(courier)
        let waiting = try #require(try counts().first { $0.hook == "soc" }).pending
        #expect(waiting > 0)
        let second = ScriptedCourier { _ in .delivered }
        try run(second)
        #expect(second.deliveries.isEmpty)
        #expect(try counts().first { $0.hook == "soc" }?.pending == waiting)
    }

    @Test("Who acknowledged an alert hears of it no more, unless it gets worse")
    func acknowledged() throws {
        try run(ScriptedCourier { _ in .delivered })
        let store = try EventStore(path: scene.storePath, mode: .amend)
        let record = try #require(try store.alertRecords().first)
        let other = try #require(try store.alertRecords().last)
        let first = TriageRequest(
            verb: .ack, ids: [record.id.hex, record.id.hex], actor: "anna")
        let done = try first.perform(on: store, at: 5)
        #expect(done.results.map(\.changed) == [true, false])
        let second = TriageRequest(
            verb: .ack, ids: [String(record.id.hex.prefix(20)), "ffff00"], actor: "ben")
        let late = try second.perform(on: store, at: 6)
        #expect(late.results[0].actor == "anna" && !late.results[0].changed)
        #expect(late.results[1].status == "unknown")
        let close = TriageRequest(
            verb: .close, ids: [other.id.hex], actor: "ben", reason: "benign", note: "<b>\u{202E}")
        #expect(try close.perform(on: store, at: 7).results[0].status == "closed")
        #expect(try TriageRequest(verb: .close, ids: ["a"], actor: "b", reason: "so")
            .perform(on: store, at: 8).error?.contains("reasons are") == true)
        #expect(try store.triages().map(\.actor) == ["anna", "ben"])
        try store.close()
        #expect(EventStore.verify(path: scene.storePath) == [])
    }

    @Test("Requests and answers survive the way over the socket")
    func lines() throws {
        let request = TriageRequest(
            verb: .close, ids: ["00ff"], actor: "ann\u{0}a\n", reason: "test", note: "\"x\"")
        let line = request.line
        #expect(!line.contains("\n"))
        let text = line.dropFirst(TriageRequest.word.count + 1)
        #expect(TriageRequest(text: text) == request)
        #expect(TriageRequest(text: "{") == nil)
    }
}
