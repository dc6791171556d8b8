import AuditModel
import Glibc
import GrantLedger
import Testing

@testable import Detection

@Suite("Engine and reference interpreter")
struct AgreementTests {
    /// `GRANTRAIL_PAIRS` sets how many pairs of rules and timelines are tried.
    private static let pairs =
        getenv("GRANTRAIL_PAIRS").flatMap { Int(String(cString: $0)) } ?? 2_000

    private func outcomes(_ sample: RandomCase, shards: Int) -> [ReferenceRun.Outcome] {
        var batch = EventBatch(capacity: sample.events.count)
        for event in sample.events { event.append(to: &batch) }
        var run = DetectionRun(rules: sample.rules, shards: shards)
        for row in 0..<batch.count { run.take(batch, row: row, pool: batch.pool) }
        return run.alerts().map(ReferenceRun.Outcome.init).sorted()
    }

    @Test("the engine says what the rule language says, event by event", arguments: 0..<4)
    func agreement(quarter: Int) {
        var alerts = 0
        var operations: [String: Int] = [:]
        var disagreements = 0
        for index in 0..<Self.pairs where index % 4 == quarter {
            let seed = UInt64(index) &* 0x9E37_79B9 &+ 1
            let sample = RandomCase(seed: seed)
            let expected = ReferenceRun.outcomes(sample.rules, sample.events)
            let found = outcomes(sample, shards: 1 + index % 3)
            alerts += expected.count
            for rule in sample.rules where expected.contains(where: { $0.rule == rule.id }) {
                guard let operation = rule.operation else { continue }
                let name = String("\(operation.kind)".prefix { $0 != "(" })
                operations[name, default: 0] += 1
            }
            if found == expected { continue }
            disagreements += 1
            if disagreements > 3 { continue }
            let more = Set(found).subtracting(expected).sorted()
            let less = Set(expected).subtracting(found).sorted()
            Issue.record("seed \(seed): the engine has \(more), the reference \(less)")
        }
        #expect(disagreements == 0, "of \(Self.pairs / 4)")
        // A comparison of nothing with nothing would prove nothing.
        #expect(alerts > Self.pairs / 4)
        let names = [
            "absence", "average", "count", "distinct", "newValue", "percentile", "ratio", "sum",
            "temporal",
        ]
        for name in names {
            #expect(operations[name, default: 0] >= Self.pairs / 400, "\(operations)")
        }
    }
}
