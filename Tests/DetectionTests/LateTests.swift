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

    /// One event of a session, or of none.
    private func event(
        _ second: Int64, _ kind: EventKind, _ batch: inout EventBatch, in session: UInt64 = 1,
        presented: UInt64 = 0, issued: UInt64 = 0, from network: Int = 1
    ) {
        var row = EventRow()
        row.id = ID128(high: 0xE, low: UInt64(second))
        row.time = 1_700_000_000_000_000_000 + second * GrantCase.second
        row.kind = kind
        row.outcome = .success
        row.ipRole = .holder
        row.ip = IPAddress("198.51.\(network).7") ?? .none
        row.issuer = batch.pool.code(of: "realm")
        row.client = batch.pool.code(of: "app")
        if session > 0 { row.session = ID128(high: session << 32, low: 9) }
        if presented > 0 { row.presented = ID128(high: 7, low: presented) }
        if issued > 0 {
            row.issuedRefresh = ID128(high: 7, low: issued)
            row.issuedAccess = ID128(high: 8, low: issued)
        }
        batch.append(row)
    }

    @Test("what events without a session said of a grant is not forgotten with its session's")
    func others() {
        var batch = EventBatch(capacity: 8)
        event(1, .codeRedeemed, &batch, issued: 1)
        event(2, .authnSucceeded, &batch)
        event(3, .refreshSucceeded, &batch, in: 0, presented: 1, issued: 2)
        event(4, .refreshSucceeded, &batch, in: 0, presented: 1, issued: 3, from: 2)
        var run = DetectionRun(rules: GrantCase.stateless, peeks: true, forgets: true)
        for row in [0, 2] { run.take(batch, row: row, pool: batch.pool) }
        let shared = SharedBatch(batch)
        let events = [0, 1].map { RowReference(shared, row: $0) }
        _ = run.correct(events, late: [batch.id(.event, 1)], pool: batch.pool)
        run.take(batch, row: 3, pool: batch.pool)
        #expect(!run.takeChanges().isEmpty, "the token was spent before")
    }

    @Test("an alert keeps what other events brought to it")
    func sharedKey() throws {
        var batch = EventBatch(capacity: 8)
        event(1, .refreshRejected, &batch, in: 0)
        event(2, .refreshRejected, &batch)
        event(3, .refreshRejected, &batch)
        event(4, .refreshRejected, &batch, in: 0)
        var rule = try #require(GrantCase.stateless.first { $0.name == "REFUSED" })
        rule.selections[0].alternatives = [
            [Predicate(field: .event(.outcome), matchers: [.text(TextPattern("success"))])]
        ]
        rule.key = [.client]
        rule.suppress = nil
        var run = DetectionRun(rules: [rule], peeks: true, forgets: true)
        for row in [1, 0, 3] { run.take(batch, row: row, pool: batch.pool) }
        _ = run.takeChanges()
        let shared = SharedBatch(batch)
        let events = [1, 2].map { RowReference(shared, row: $0) }
        let news = run.correct(events, late: [batch.id(.event, 2)], pool: batch.pool)
        #expect(news.without.map(\.count) == [1] && news.with.map(\.count) == [2])
        #expect(run.alerts().map(\.count) == [4])
        #expect(run.alerts().first?.evidence.count == 4)
    }

    @Test("folding a session anew takes no more room, however often", arguments: [1, 30])
    func room(times: Int) {
        let sample = GrantCase(seed: 3, events: 80)
        let (shared, pool) = (sample.shared, sample.batch.pool)
        var run = DetectionRun(rules: GrantCase.stateless, peeks: true, forgets: true)
        for row in 0..<sample.batch.count { run.take(sample.batch, row: row, pool: pool) }
        let before = run.ledger.tokenCount
        for _ in 0..<times {
            for grant in 0..<3 {
                let events = sample.rows(of: grant).map { RowReference(shared, row: $0) }
                _ = run.correct(events, late: [], pool: pool)
            }
        }
        #expect(run.ledger.tokenCount == before && before > 20)
    }
}
