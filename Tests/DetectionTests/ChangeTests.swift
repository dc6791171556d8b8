import AuditModel
import GrantLedger
import TestSupport
import Testing

@testable import Detection

@Suite("What became of alerts")
struct ChangeTests {
    /// - Parameter seed: with some, every event is asked about.
    @Test("the last content that was told of each alert is what it is", arguments: 0..<16)
    func last(seed: UInt64) {
        let sample = GrantCase(seed: seed &+ 1000, events: 120)
        var random = SeededGenerator(seed: seed)
        var run = DetectionRun(rules: GrantCase.rules, shards: seed % 2 == 0 ? 1 : 3)
        var told: [ID128: Alert] = [:]
        for row in 0..<sample.batch.count {
            run.take(sample.batch, row: row, pool: sample.batch.pool)
            let isPrompt = seed % 4 < 2
            if isPrompt || random.next() % 5 == 0 || row == sample.batch.count - 1 {
                take(
                    run.takeChanges(), into: &told, isPrompt: isPrompt,
                    "seed \(seed), event \(row)")
                #expect(run.takeChanges().isEmpty)
            }
        }
        let sorted = told.values.sorted { ($0.time, $0.id) < ($1.time, $1.id) }
        #expect(sorted == run.alerts(), "seed \(seed)")
        #expect(run.alerts().allSatisfy { run.alert(id: $0.id) == $0 })
        #expect(run.alert(id: ID128(high: 1, low: 1)) == nil)
    }

    private func take(
        _ changes: [AlertChange], into told: inout [ID128: Alert], isPrompt: Bool,
        _ comment: Comment
    ) {
        #expect(Set(changes.map(\.alert.id)).count == changes.count, comment)
        #expect(
            zip(changes, changes.dropFirst()).allSatisfy {
                ($0.alert.time, $0.alert.id) < ($1.alert.time, $1.alert.id)
            }, comment)
        for change in changes {
            let before = told.updateValue(change.alert, forKey: change.alert.id)
            #expect(before != change.alert, comment)
            let isNews = isNews(change.alert, after: before)
            // Branches may come and go while nobody asks.
            #expect(change.isNotable == isNews || change.isNotable && !isPrompt, comment)
        }
    }

    private func isNews(_ alert: Alert, after before: Alert?) -> Bool {
        guard let before else { return true }
        return alert.severity != before.severity || alert.score != before.score
            || alert.verdict != before.verdict || alert.branch != before.branch
            || alert.why.last { $0.fact == "branches_active" }?.value
                != before.why.last { $0.fact == "branches_active" }?.value
    }
}
