import AuditModel
import GrantLedger
import Testing

@testable import Detection

@Suite("One result however the work is cut")
struct SplitTests {
    /// Random rules, and one of each kind that looks at rhythms.
    private func rules(_ sample: RandomCase) -> [Rule] {
        let kinds: [Operation.Kind] = [
            .spike(
                Operation.Spike(
                    windows: [60_000_000_000, 300_000_000_000], learn: 0, learnEvents: 1,
                    floorCount: 2, floorRatio: 150, tail: 50,
                    absolute: Operation.Spike.Absolute(
                        selection: 0, window: 5_000_000_000, count: 2,
                        fields: [.event(.ip)], distinct: 1))),
            .newValue(Operation.NewValue(fields: [.event(.ip)], learn: 0, peers: 2)),
            .absence(Operation.Absence(tail: 1)),
        ]
        return sample.rules + kinds.enumerated().map { number, kind in
            var rule = Rule(id: "op-\(number)", name: "OP\(number)", title: "t", level: .low)
            let all = Predicate(field: .event(.outcome), matchers: [.exists(true)])
            rule.selections = [Rule.Selection(name: "all", alternatives: [[all]])]
            rule.condition = .selection(0)
            rule.key = [.client]
            rule.message = "{count} {expected} {window} {value} {silence}"
            rule.operation = Operation(
                kind, window: Operation.Window(span: 3 * ReferenceEvent.second))
            return rule
        }
    }

    private func alerts(
        _ sample: RandomCase, _ rules: [Rule], shards: Int, batch size: Int
    ) -> [Alert] {
        var run = DetectionRun(rules: rules, shards: shards)
        var pool = StringPool()
        var start = 0
        while start < sample.events.count {
            let end = min(start + size, sample.events.count)
            var batch = EventBatch(capacity: 1)
            batch.pool = pool
            for event in sample.events[start..<end] { event.append(to: &batch) }
            pool = batch.pool
            for row in 0..<batch.count { run.take(batch, row: row, pool: pool) }
            start = end
        }
        return run.alerts()
    }

    @Test("batches of any size and any number of shards give the same alerts", arguments: 0..<40)
    func splits(seed: UInt64) {
        let sample = RandomCase(seed: seed &* 977 &+ 13)
        let rules = rules(sample)
        let whole = alerts(sample, rules, shards: 1, batch: .max / 2)
        for (shards, size) in [(1, 1), (2, 3), (7, 1), (7, 1000)] {
            #expect(
                alerts(sample, rules, shards: shards, batch: size) == whole,
                "seed \(seed), \(shards) shards, batches of \(size)")
        }
    }

    @Test("the cases above have something to compare")
    func substance() {
        let names = (0..<UInt64(40)).flatMap { seed in
            let sample = RandomCase(seed: seed &* 977 &+ 13)
            return alerts(sample, rules(sample), shards: 1, batch: 100).map(\.rule.name)
        }
        for name in ["OP0", "OP1"] { #expect(names.contains(name)) }
    }
}
