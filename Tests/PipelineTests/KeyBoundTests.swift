import AuditModel
import Detection
import Testing

@testable import Pipeline

@Suite("What rules forget")
struct KeyBoundTests {
    @Test("Keys beyond a rule's bound are counted and said")
    func forgottenKeys() {
        var rule = Rule(id: "sum", name: "SUM", title: "sum", level: .low)
        rule.selections = [
            Rule.Selection(
                name: "any",
                alternatives: [[Predicate(field: .event(.client), matchers: [.exists(true)])]])
        ]
        rule.condition = .selection(0)
        rule.key = [.client]
        rule.operation = Operation(
            .sum(.event(.asn)), window: Operation.Window(span: 1_000_000_000),
            bounds: [Operation.Bound(.greater, 1_000_000)])
        let keys = 8_192
        var batch = EventBatch(capacity: keys + 5)
        for index in 0..<keys + 5 {
            var row = EventRow()
            row.time = Int64(index)
            row.id = ID128(high: 5, low: UInt64(index + 1))
            row.kind = .tokenUsed
            row.asn = 1
            row.client = batch.pool.code(of: "client-\(index)")
            batch.append(row)
        }
        var run = DetectionRun(rules: [rule])
        for row in 0..<batch.count { run.take(batch, row: row, pool: batch.pool) }
        #expect(run.evictedKeys == 5)
        var tally = IntakeTally()
        #expect(tally.report.count == 1)
        tally.evictedKeys = run.evictedKeys
        #expect(tally.report.contains { $0.contains("forgot 5 group keys") })
    }
}
