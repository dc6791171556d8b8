import AuditModel
import GrantLedger
import Testing

@testable import Detection

@Suite("Silence")
struct SilenceTests {
    private static let minute: Int64 = 60_000_000_000
    private static let hour = 60 * minute

    private func rule(_ tail: Int) -> Rule {
        var rule = Rule(id: "silence", name: "OPS", title: "silence", level: .medium)
        rule.selections = [
            Rule.Selection(
                name: "any",
                alternatives: [[Predicate(field: .event(.client), matchers: [.exists(true)])]])
        ]
        rule.condition = .selection(0)
        rule.key = [.client]
        rule.suppress = Self.hour
        rule.message = "{silence}"
        rule.operation = Operation(
            .absence(Operation.Absence(tail: tail)),
            window: Operation.Window(span: 15 * Self.minute))
        return rule
    }

    /// - Parameter events: time and client, ascending.
    private func alerts(_ events: [(time: Int64, client: String)]) -> [Alert] {
        var batch = EventBatch(capacity: events.count)
        for (index, event) in events.enumerated() {
            var row = EventRow()
            row.time = event.time
            row.id = ID128(high: 5, low: UInt64(index + 1))
            row.kind = .refreshSucceeded
            row.client = batch.pool.code(of: event.client)
            batch.append(row)
        }
        var run = DetectionRun(rules: [rule(600)])
        for row in 0..<batch.count { run.take(batch, row: row, pool: batch.pool) }
        return run.alerts()
    }

    private func steady(
        _ client: String, every gap: Int64, hours: Int64, _ isSilent: (Int64) -> Bool
    ) -> [(time: Int64, client: String)] {
        (0..<(hours * Self.hour / gap)).map { $0 * gap }.filter { !isSilent($0) }
            .map { ($0, client) }
    }

    @Test("a steady key that falls silent is told once, by the clock of the others")
    func steadyKey() throws {
        let end = 240 * Self.hour
        let events = steady("batch", every: Self.minute, hours: 300) { $0 >= end }
            + steady("web", every: 10 * Self.minute, hours: 300) { _ in false }
        let alerts = alerts(events.sorted { ($0.time, $0.client) < ($1.time, $1.client) })
        #expect(alerts.count == 1)
        let alert = try #require(alerts.first)
        #expect(alert.keys.client == "batch" && alert.time == end - Self.minute)
        #expect(alert.count == 1)
    }

    @Test("nobody expects a key at night that never came at night")
    func nights() {
        let events = steady("office", every: Self.minute, hours: 400) {
            !(8..<18).contains($0 / Self.hour % 24)
        }
        #expect(alerts(events).isEmpty)
    }

    @Test("a log that ends tells nothing, nor does a key of a day")
    func ends() {
        #expect(alerts(steady("a", every: Self.minute, hours: 200) { _ in false }).isEmpty)
        let young = steady("a", every: Self.minute, hours: 30) { $0 / Self.hour == 28 }
        #expect(alerts(young).isEmpty)
    }
}
