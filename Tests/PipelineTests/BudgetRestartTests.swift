import AuditModel
import Foundation
import TestSupport
import Testing

@testable import EventStore
@testable import Pipeline

@Suite("Budgets over restarts")
struct BudgetRestartTests {
    /// A clock that the test puts on.
    final class Clock: @unchecked Sendable {
        private let lock = NSLock()
        private var time = BudgetCase.start

        var now: Int64 { lock.withLock { time } }
        func advance(by span: Int64) { lock.withLock { time += span } }
    }

    /// A store, and the budget of one hook as a process that never ends has it.
    final class Scene {
        let path = NSTemporaryDirectory() + "/grantrail-budget-\(UUID().uuidString).db"
        let limits = NotificationBudget(pages: 2, tickets: 4)
        let store: EventStore
        let clock = Clock()
        var budget: HookBudget
        /// Revisions of alerts, by number.
        private var revisions: [Int: Int] = [:]

        init() throws {
            store = try EventStore(
                path: path, mode: .readWrite(keyCheck: [UInt8](repeating: 7, count: 16)))
            let clock = clock
            store.now = { clock.now }
            budget = HookBudget(hook: "soc", limits)
        }

        deinit {
            try? store.close()
            for end in ["", "-wal", "-shm", "-lock"] { unlink(path + end) }
        }

        /// What a process that starts now knows.
        func restarted() throws -> HookBudget {
            try HookBudget(hook: "soc", limits, from: store, at: clock.now)
        }

        /// Some new alerts, revisions and withdrawals of old ones, as a service commits them.
        func commit(_ random: inout SeededGenerator) throws {
            var commit = LiveCommit()
            var numbers: Set<Int> = []
            for _ in 0..<random.below(4) {
                let number = random.below(40)
                guard numbers.insert(number).inserted else { continue }
                var alert = BudgetCase.random(number, &random)
                alert.revision = revisions[number, default: -1] + 1
                if alert.revision > 0, random.chance(30) { alert.state = .withdrawn }
                revisions[number] = alert.revision
                let known = try store.knowledge(of: alert.id, at: "soc")
                if !budget.admits(BudgetNotice(alert), known, at: clock.now) {
                    commit.held.insert(
                        HeldDelivery(hook: "soc", alert: alert.id, revision: alert.revision))
                }
                commit.alerts.append(BudgetCase.record(alert))
            }
            commit.alerts += budget.digests(at: clock.now, isEnd: false).map(BudgetCase.record)
            commit.route = { _ in ["soc"] }
            if !commit.isEmpty { try store.commit(commit) }
            if random.chance(20) {
                let waiting = try store.outbox(of: "soc", after: 0, limit: 3).map(\.record)
                commit = LiveCommit()
                commit.deliveries = waiting.map { record in
                    DeliveryChange(
                        hook: "soc", sequence: record.sequence,
                        status: random.chance(50) ? .delivered : .dead, attempts: 1,
                        due: record.due, lastStatus: 204, reason: "")
                }
                if !commit.isEmpty { try store.commit(commit) }
            }
        }
    }

    /// The first: pages held back lately, tickets long before.
    @Test(
        "A process that starts at any moment knows what the one before it knew",
        arguments: [10_980_979_489_322_617_816, UInt64.random(in: 0 ... .max)])
    func equal(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<4 {
            let scene = try Scene()
            for _ in 0..<80 {
                scene.clock.advance(by: Int64(random.below(4_000)) * BudgetCase.second)
                try scene.commit(&random)
                let restarted = try scene.restarted()
                let now = scene.clock.now
                #expect(restarted.hold(at: now) == scene.budget.hold(at: now), "seed \(seed)")
                #expect(restarted.isDue(at: now) == scene.budget.isDue(at: now), "seed \(seed)")
                if random.chance(30) {
                    // From here on the new one decides, and is held against its successors.
                    scene.budget = restarted
                }
            }
            let ids = try scene.store.notices(after: 0, limit: 10_000).map {
                "\($0.record.id.hex).\($0.record.revision)"
            }
            #expect(Set(ids).count == ids.count, "told twice, seed \(seed)")
            #expect(EventStore.verify(path: scene.path) == [], "seed \(seed)")
        }
    }

    @Test("However long nobody ran, what was held back before is told")
    func away() throws {
        let scene = try Scene()
        for round in 0..<2 {
            var commit = LiveCommit()
            for number in round * 5 ..< round * 5 + 5 {
                let alert = BudgetCase.alert(number)
                if !scene.budget.admits(BudgetNotice(alert), .nothing, at: scene.clock.now) {
                    commit.held.insert(HeldDelivery(hook: "soc", alert: alert.id, revision: 1))
                }
                commit.alerts.append(BudgetCase.record(alert))
            }
            commit.alerts += scene.budget.digests(at: scene.clock.now, isEnd: false)
                .map(BudgetCase.record)
            commit.route = { _ in ["soc"] }
            try scene.store.commit(commit)
            scene.clock.advance(by: BudgetCase.hour / 2)
        }
        scene.clock.advance(by: 2_000 * BudgetCase.hour)
        var restarted = try scene.restarted()
        let digests = restarted.digests(at: scene.clock.now, isEnd: false)
        #expect(digests.map(\.count) == [8] && digests.map(\.revision) == [2])
    }

    @Test("What a commit that failed had spent never counts")
    func rolledBack() throws {
        let scene = try Scene()
        var commit = LiveCommit()
        for number in 0..<5 {
            let alert = BudgetCase.alert(number)
            if number > 1 {
                commit.held.insert(HeldDelivery(hook: "soc", alert: alert.id, revision: 1))
            }
            commit.alerts.append(BudgetCase.record(alert))
        }
        commit.route = { _ in ["soc"] }
        scene.store.onStep = { step throws(StoreError) in
            if step == .alertsWritten { throw StoreError(.io, "killed") }
        }
        #expect(throws: StoreError.self) { try scene.store.commit(commit) }
        try? scene.store.close()
        let store = try EventStore(path: scene.path, mode: .readOnly)
        defer { try? store.close() }
        let hold = try HookHold.read(
            hook: "soc", scene.limits, from: store, at: scene.clock.now)
        #expect(hold.lanes.allSatisfy { $0.lane.told == 0 && $0.lane.held == 0 })
    }
}
