import AuditModel
import GrantLedger
import TestSupport
import Testing

@testable import Detection

@Suite("A look at events that are not taken in")
struct PeekTests {
    /// What of an alert must not change when it is confirmed.
    private struct Essence: Hashable {
        let id: ID128
        let severity: Severity
        let verdict: String

        init(_ alert: Alert) {
            id = alert.id
            severity = alert.severity
            verdict = alert.verdict
        }
    }

    private func run(shards: Int = 1, peeks: Bool = true, tiny: Bool = false) -> DetectionRun {
        DetectionRun(
            rules: GrantCase.rules, shards: shards,
            limits: tiny
                ? Ledger.Limits(families: 2, tokens: 20)
                : Ledger.Limits(families: 64, tokens: 4096), peeks: peeks)
    }

    /// The alerts of stateless rules that taking in some rows adds.
    private func added(_ rows: [Int], _ sample: GrantCase, to run: DetectionRun) -> Set<Essence> {
        let known = Set(run.alerts().map(\.id))
        var run = run
        for row in rows { run.take(sample.batch, row: row, pool: sample.batch.pool) }
        let new = run.alerts().filter {
            !known.contains($0.id) && GrantCase.statelessNames.contains($0.rule.name)
        }
        return Set(new.map(Essence.init))
    }

    @Test("it shows the alerts that taking them in raises, and changes nothing", arguments: 0..<24)
    func agreement(seed: UInt64) {
        let sample = GrantCase(seed: seed)
        var random = SeededGenerator(seed: seed &+ 1)
        let (shared, pool) = (sample.shared, sample.batch.pool)
        let isTiny = seed % 4 == 3
        var plain = run(peeks: false, tiny: isTiny)
        var peeked = run(shards: seed % 3 == 0 ? 3 : 1, tiny: isTiny)
        for row in 0..<sample.batch.count {
            let rows = Array(
                sample.rows(of: Int(random.next() % 3), from: row)
                    .prefix(1 + Int(random.next() % 6)))
            let expected = added(rows, sample, to: peeked)
            let shown = peeked.peek(rows.map { RowReference(shared, row: $0) }, pool: pool)
            #expect(Set(shown.map(Essence.init)) == expected, "seed \(seed), before event \(row)")
            #expect(shown.allSatisfy { $0.state == .provisional && $0.revision == 0 })
            if !shown.isEmpty {
                #expect(rows.contains { peeked.peekFilter.concerns(sample.batch, row: $0) })
            }
            peeked.take(sample.batch, row: row, pool: pool)
            plain.take(sample.batch, row: row, pool: pool)
        }
        #expect(peeked.alerts() == plain.alerts(), "seed \(seed)")
        #expect(peeked.eventCount == plain.eventCount)
    }

    @Test("the cases above have something to show")
    func substance() {
        var names: Set<String> = []
        for seed in 0..<UInt64(24) {
            let sample = GrantCase(seed: seed)
            var run = run()
            for row in 0..<sample.batch.count {
                run.take(sample.batch, row: row, pool: sample.batch.pool)
            }
            names.formUnion(run.alerts().map(\.rule.name))
        }
        #expect(names == Set(GrantCase.rules.map(\.name)))
    }

    @Test("only rules that need no memory speak, and those that wait for none that does")
    func subset() {
        let kept = StatelessRules.of(GrantCase.rules).map(\.name)
        #expect(kept == GrantCase.stateless.map(\.name))
    }

    @Test("an event concerns a run when a rule may speak at its kind")
    func concerns() {
        let run = run()
        #expect(run.concerns(.refreshSucceeded) && run.concerns(.refreshRejected))
        #expect(!DetectionRun(rules: GrantCase.rules).concerns(.refreshSucceeded))
        let theft = GrantCase.stateless.filter { $0.name == "THEFT" }
        let narrow = DetectionRun(rules: theft, peeks: true)
        #expect(narrow.concerns(.refreshSucceeded) && !narrow.concerns(.sessionEnded))
        #expect(!narrow.concerns(.authnFailed) && !narrow.concerns(.codeRedeemed))
    }

    @Test("events beyond the bound and rows that are not there are passed over")
    func bounds() {
        let sample = GrantCase(seed: 3, events: 80)
        let shared = sample.shared
        var run = run()
        let all = (0..<80).map { RowReference(shared, row: $0) }
        let some = run.peek(Array(all.prefix(64)), pool: sample.batch.pool)
        #expect(run.peek(all, pool: sample.batch.pool) == some && !some.isEmpty)
        let absent = [RowReference(shared, row: -1), RowReference(shared, row: 80)]
        #expect(run.peek(absent, pool: sample.batch.pool).isEmpty)
    }
}

@Suite("Grants folded anew")
struct RefoldTests {
    @Test("a grant alone has the alerts that it has among others", arguments: 0..<16)
    func alone(seed: UInt64) {
        let sample = GrantCase(seed: seed &+ 500, events: 90)
        let pool = sample.batch.pool
        var run = DetectionRun(rules: GrantCase.rules, peeks: true)
        for row in 0..<sample.batch.count { run.take(sample.batch, row: row, pool: pool) }
        for grant in 0..<3 {
            let events = sample.rows(of: grant).map { RowReference(sample.shared, row: $0) }
            guard let first = events.first else { continue }
            let session = first.batch.events.text(.session, row: first.row)
            let expected = run.alerts().filter {
                $0.keys.session == session && GrantCase.statelessNames.contains($0.rule.name)
            }
            var fresh = DetectionRun(rules: GrantCase.rules, peeks: true, forgets: true)
            let folded = fresh.correct(events, late: [], pool: pool)
            #expect(folded.with == expected, "seed \(seed), grant \(grant)")
            #expect(folded.without == folded.with)
        }
    }

    @Test("tokens of an event that came late are known to those that follow", arguments: 0..<8)
    func late(seed: UInt64) {
        let sample = GrantCase(seed: seed &+ 90)
        let pool = sample.batch.pool
        var (ordered, mended) = (
            DetectionRun(rules: GrantCase.stateless), DetectionRun(rules: GrantCase.stateless)
        )
        for row in 0..<sample.batch.count {
            ordered.take(sample.batch, row: row, pool: pool)
            if row < sample.batch.count / 2 {
                mended.takeLate(sample.batch, row: row, pool: pool)
            } else {
                mended.take(sample.batch, row: row, pool: pool)
            }
        }
        let half = sample.batch.time[sample.batch.count / 2]
        let known = Set(ordered.alerts().filter { $0.time >= half }.map(\.id))
        #expect(known.isSubset(of: mended.alerts().map(\.id)), "seed \(seed)")
        #expect(mended.alerts().allSatisfy { $0.time >= half })
        #expect(mended.eventCount == ordered.eventCount)
    }
}
