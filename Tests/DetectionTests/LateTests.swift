import AuditModel
import GrantLedger
import TestSupport
import Testing

@testable import Detection

@Suite("Events that come too late")
struct LateTests {
    /// What people would have been told, as the live run keeps it: alerts by id.
    private struct Told {
        var alerts: [ID128: Severity] = [:]

        mutating func hear(_ changes: [AlertChange]) {
            for change in changes { alerts[change.alert.id] = change.alert.severity }
        }

        mutating func hear(_ news: (without: [Alert], with: [Alert])) {
            for alert in news.with {
                let before = news.without.first { $0.id == alert.id }
                if before?.severity != alert.severity { alerts[alert.id] = alert.severity }
            }
            for alert in news.without where !news.with.contains(where: { $0.id == alert.id }) {
                alerts[alert.id] = nil
            }
        }
    }

    /// Rows in the order of their arrival; some come up to 20 events after their turn.
    private func arrival(_ count: Int, _ random: inout SeededGenerator) -> [Int] {
        let turns = (0..<count).map { row in
            (turn: random.below(100) < 12 ? row + 1 + random.below(20) : row, row: row)
        }
        return turns.sorted { ($0.turn, $0.row) < ($1.turn, $1.row) }.map(\.row)
    }

    @Test("rules about one grant say in the end what they say of events in order",
        arguments: 0..<200)
    func equal(seed: UInt64) {
        let sample = GrantCase(seed: seed &+ 500, events: 80)
        let (shared, pool) = (sample.shared, sample.batch.pool)
        var ordered = DetectionRun(rules: GrantCase.stateless)
        for row in 0..<sample.batch.count { ordered.take(sample.batch, row: row, pool: pool) }
        var random = SeededGenerator(seed: seed)
        var run = DetectionRun(rules: GrantCase.stateless, peeks: true, forgets: true)
        var told = Told()
        var seen: Set<Int> = []
        var frontier = -1
        var late: [Int: Set<ID128>] = [:]
        for row in arrival(sample.batch.count, &random) {
            seen.insert(row)
            if row > frontier {
                frontier = row
                run.take(sample.batch, row: row, pool: pool)
            } else {
                late[sample.grants[row], default: []].insert(sample.batch.id(.event, row))
            }
            // A grant may have to wait for its turn, and more of it may come meanwhile.
            guard let grant = late.keys.min(), random.below(3) > 0 else { continue }
            told.hear(run.takeChanges())
            let events = sample.rows(of: grant).filter(seen.contains)
                .map { RowReference(shared, row: $0) }
            told.hear(run.correct(events, late: late.removeValue(forKey: grant) ?? [], pool: pool))
        }
        told.hear(run.takeChanges())
        for grant in late.keys.sorted() {
            let events = sample.rows(of: grant).map { RowReference(shared, row: $0) }
            told.hear(run.correct(events, late: late[grant] ?? [], pool: pool))
        }
        let expected = Dictionary(
            uniqueKeysWithValues: ordered.alerts().map { ($0.id, $0.severity) })
        #expect(told.alerts == expected, "seed \(seed)")
    }
}
