import AuditModel
import GrantLedger
import Testing

@testable import Detection

@Suite("Facts of the ledger in alerts")
struct LedgerFactTests {
    /// A grant of one client, refreshed two hours later by another one for more scopes from another
    /// network; then a record in which its newest token stands.
    private func events() -> EventBatch {
        var batch = EventBatch(capacity: 4)
        var row = EventRow()
        row.outcome = .success
        row.ipRole = .holder
        row.issuer = batch.pool.code(of: "realm")
        row.session = ID128(high: 5, low: 1)
        row.id = ID128(high: 1, low: 1)
        row.kind = .codeRedeemed
        row.client = batch.pool.code(of: "app")
        row.scopes = batch.pool.code(of: "openid email")
        row.ip = IPAddress("198.51.100.7") ?? .none
        row.issuedRefresh = ID128(high: 7, low: 10)
        batch.append(row)
        row.time = 7_300_000_000_000
        row.id = ID128(high: 1, low: 2)
        row.kind = .refreshSucceeded
        row.client = batch.pool.code(of: "other")
        row.scopes = batch.pool.code(of: "openid admin")
        row.ip = IPAddress("203.0.113.9") ?? .none
        row.presented = ID128(high: 7, low: 10)
        row.issuedRefresh = ID128(high: 7, low: 11)
        batch.append(row)
        var leak = EventRow()
        leak.time = 7_400_000_000_000
        leak.id = ID128(high: 1, low: 3)
        leak.kind = .tokenLeaked
        leak.client = batch.pool.code(of: "proxy")
        let token = LeakedToken(kind: "rt", id: ID128(high: 7, low: 11), isExpired: false)
        leak.leaked = batch.pool.code(of: token.text)
        batch.append(leak)
        return batch
    }

    private func alerts(_ field: FactField, _ matcher: Matcher, message: String = "") -> [Alert] {
        var rule = Rule(id: "id", name: "RULE", title: "rule", level: .high)
        rule.selections = [
            Rule.Selection(
                name: "a",
                alternatives: [[Predicate(field: .ledger(field), matchers: [matcher])]])
        ]
        rule.condition = .selection(0)
        rule.key = [.issuer, .lineage]
        rule.message = message
        var run = DetectionRun(rules: [rule])
        let batch = events()
        for row in 0..<batch.count { run.take(batch, row: row, pool: batch.pool) }
        return run.alerts()
    }

    @Test("an alert about another client shows the owner as its key, the other in its words")
    func clientMismatch() throws {
        let alert = try #require(
            alerts(
                .fact, .text(TextPattern("client.mismatch")),
                message: "{presenting_client} presented a token of {client}"
            ).first)
        #expect(alert.keys.client == "app" && alert.keys.issuer == "realm")
        #expect(alert.message == "other presented a token of app")
        let why = try #require(alert.why.first { $0.fact == "presenting_client" })
        #expect(why.value == "other" && why.comparedTo == "app")
    }

    @Test("an alert about a leaked token shows the family of the token")
    func leak() throws {
        let alert = try #require(alerts(.leakStatus, .text(TextPattern("live"))).first)
        #expect(alert.keys.client == "app" && alert.time == 7_400_000_000_000)
        let mismatch = alerts(.fact, .text(TextPattern("client.mismatch")))
        #expect(alert.keys.family == mismatch.first?.keys.family)
        #expect(alert.keys.lineage == mismatch.first?.keys.lineage)
        #expect(alert.why.contains { $0.fact == "leak_status" && $0.comparedTo == "rt" })
    }

    @Test(
        "every field of the ledger can be matched at the refresh",
        arguments: [
            (FactField.ownerClient, Matcher.text(TextPattern("app"))),
            (.scopesAdded, .text(TextPattern("admin"))),
            (.presenterUnseen, .text(TextPattern("prefix"))),
            (.familyAgeHours, .number(.equal, 200)), (.familyIdleHours, .number(.equal, 200)),
        ])
    func fields(field: FactField, matcher: Matcher) throws {
        let found = alerts(field, matcher).filter { $0.firstSeen == 7_300_000_000_000 }
        #expect(found.count == 1)
    }

    @Test("scopes that the grant had are not added, nor are clients unseen where there is no other")
    func nothingAdded() {
        #expect(alerts(.scopesAdded, .text(TextPattern("openid"))).isEmpty)
        #expect(alerts(.ownerClient, .text(TextPattern("other"))).isEmpty)
        #expect(alerts(.presenterUnseen, .text(TextPattern("country"))).isEmpty)
    }
}
