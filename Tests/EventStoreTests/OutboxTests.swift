import AuditModel
import Testing

@testable import EventStore

@Suite struct OutboxTests {
    /// A store with three notable alerts, each for two hooks.
    private func makeStore(_ scratch: Scratch) throws -> EventStore {
        let store = try open(scratch.path)
        for number in 1...3 {
            var live = LiveCommit()
            live.alerts = [alertRecord(number, revision: number, notable: true)]
            live.route = { _ in ["slack", "soc"] }
            try store.commit(live)
        }
        return store
    }

    private func change(
        _ hook: String, _ sequence: Int64, _ status: DeliveryRecord.Status, _ reason: String = ""
    ) -> DeliveryChange {
        DeliveryChange(
            hook: hook, sequence: sequence, status: status, attempts: 2, due: 77, lastStatus: 500,
            reason: reason)
    }

    @Test func aNotableAlertWaitsForEveryHookThatItIsRoutedTo() throws {
        let scratch = try Scratch()
        var store = try makeStore(scratch)
        for isReopened in [false, true] {
            if isReopened {
                try store.close()
                #expect(EventStore.verify(path: scratch.path) == [])
                store = try EventStore(path: scratch.path, mode: .readOnly)
            }
            let waiting = try store.outbox(of: "soc", after: 0, limit: 9)
            #expect(waiting.map(\.record.sequence) == [1, 2, 3])
            #expect(waiting.map(\.body) == (1...3).map { alertRecord($0).body })
            #expect(waiting.map(\.record.alert) == (1...3).map { alertRecord($0).id })
            #expect(waiting.allSatisfy { $0.record.status == .pending && $0.record.attempts == 0 })
            #expect(try store.outbox(of: "soc", after: 1, limit: 1).map(\.record.sequence) == [2])
            #expect(try store.deliveryCounts().map(\.hook) == ["slack", "soc"])
            #expect(try store.deliveryCounts().map(\.pending) == [3, 3])
        }
        try store.close()
    }

    @Test func recountsWaitForNobody() throws {
        let scratch = try Scratch()
        let store = try open(scratch.path)
        var live = LiveCommit()
        live.alerts = [alertRecord(1, notable: false)]
        live.route = { _ in ["soc"] }
        try store.commit(live)
        #expect(try store.deliveryCounts() == [])
        try store.close()
    }

    @Test func whatWasDeliveredOrIsDeadWaitsNoMoreUntilTheDeadAreReplayed() throws {
        let scratch = try Scratch()
        let store = try makeStore(scratch)
        var live = LiveCommit()
        live.deliveries = [
            change("soc", 1, .delivered), change("soc", 2, .dead, "no"), change("soc", 3, .pending),
        ]
        try store.commit(live)
        #expect(try store.outbox(of: "soc", after: 0, limit: 9).map(\.record.sequence) == [3])
        let dead = try store.deliveries(hook: nil, status: .dead, after: 0, limit: 9)
        #expect(dead.map(\.sequence) == [2] && dead[0].reason == "no" && dead[0].lastStatus == 500)
        #expect(try store.requeue([("soc", 1), ("soc", 2), ("soc", 8)], at: 55) == 1)
        let waiting = try store.outbox(of: "soc", after: 0, limit: 9).map(\.record)
        #expect(waiting.map(\.sequence) == [2, 3])
        #expect(waiting[0].attempts == 0 && waiting[0].created == 55 && waiting[0].due == 55)
        #expect(try store.giveUp(hook: "slack", reason: "removed") == 3)
        #expect(try store.deliveryCounts().map(\.dead) == [3, 0])
        try store.close()
        #expect(EventStore.verify(path: scratch.path) == [])
    }

    @Test func whatIsHeldBackIsKeptAndWaitsForNobody() throws {
        let scratch = try Scratch()
        var store = try makeStore(scratch)
        store.now = { 500 }
        var live = LiveCommit()
        live.alerts = [alertRecord(1, revision: 4, notable: true), alertRecord(4, notable: true)]
        live.alerts[0].severity = .critical
        live.route = { _ in ["slack", "soc"] }
        for record in live.alerts {
            live.held.insert(
                HeldDelivery(hook: "soc", alert: record.id, revision: record.revision))
        }
        try store.commit(live)
        live = LiveCommit()
        live.deliveries = [change("soc", 1, .delivered), change("soc", 2, .dead)]
        try store.commit(live)
        for isReopened in [false, true] {
            if isReopened {
                try store.close()
                #expect(EventStore.verify(path: scratch.path) == [])
                store = try EventStore(path: scratch.path, mode: .readOnly)
            }
            #expect(try store.outbox(of: "soc", after: 0, limit: 9).map(\.record.sequence) == [3])
            let held = try store.outbox(of: "soc", .held, after: 4, limit: 9)
            #expect(held.map(\.record.sequence) == [5] && held[0].record.created == 500)
            #expect(try store.deliveryCounts().map(\.held) == [0, 2])
            #expect(try store.unsettledCounts().map(\.held) == [0, 0])
            let (first, last) = (alertRecord(1).id, alertRecord(4).id)
            #expect(try store.knowledge(of: first, at: "soc") == .told(.high))
            #expect(try store.knowledge(of: first, at: "slack") == .told(.critical))
            #expect(try store.knowledge(of: first, at: "slack", before: 4) == .told(.high))
            #expect(try store.knowledge(of: first, at: "soc", before: 1) == .nothing)
            #expect(try store.knowledge(of: last, at: "soc") == .held)
            #expect(try store.knowledge(of: last, at: "other") == .nothing)
            var told: [Int64] = []
            try store.tellings(of: "soc", since: 501, limit: 9) { record, _ in
                told.append(record.sequence)
            }
            #expect(told == [3, 1, 2])
            told = []
            try store.tellings(of: "slack", since: 501, limit: 2) { record, _ in
                told.append(record.sequence)
            }
            #expect(told == [])
        }
        try store.close()
    }

    @Test func alertsAreFoundByTheFirstDigitsOfTheirIDs() throws {
        let scratch = try Scratch()
        let store = try makeStore(scratch)
        let all = try store.alertRecords()
        #expect(try store.alertRecords(withIDPrefix: "", limit: 9).count == all.count)
        for record in all {
            #expect(try store.alertRecords(withIDPrefix: record.id.hex, limit: 9) == [record])
        }
        let shared = String(all[0].id.hex.prefix(31))
        #expect(try store.alertRecords(withIDPrefix: shared, limit: 9).count == all.count)
        #expect(try store.alertRecords(withIDPrefix: shared, limit: 2).count == 2)
        for nothing in ["1", "xyz", shared + "00"] {
            #expect(try store.alertRecords(withIDPrefix: nothing, limit: 9) == [])
        }
        try store.close()
    }

    @Test func theViewsSayWhatStandsToAnyProgram() throws {
        let scratch = try Scratch()
        let store = try makeStore(scratch)
        var live = LiveCommit()
        live.deliveries = [change("soc", 1, .dead, "no")]
        live.triages = [
            Triage(
                alert: alertRecord(1).id, status: .closed, actor: "anna", reason: "benign",
                note: "", time: 5, severity: .high)
        ]
        try store.commit(live)
        #expect(try store.triage(of: alertRecord(1).id)?.actor == "anna")
        #expect(try store.triages().count == 1)
        try store.close()
        let (status, output) = try shell(
            scratch.path,
            "SELECT hook || status || attempts FROM v_deliveries WHERE last_status = 500; "
                + "SELECT severity || status FROM v_alerts ORDER BY time_s; "
                + "SELECT count(*) FROM v_controls; SELECT count(*) FROM v_sources;")
        #expect(status == 0, "\(output)")
        #expect(output.split(separator: "\n") == [
            "socdead2", "highclosed", "highopen", "highopen", "0", "0",
        ])
    }
}
