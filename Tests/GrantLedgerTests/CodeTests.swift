import AuditModel
import GrantLedger
import Testing

@Suite("The code machine")
struct CodeTests {
    private func fold(_ acts: [(EventKind, UInt64, Outcome)]) -> [FactSet] {
        var batch = EventBatch(capacity: 8)
        for (index, act) in acts.enumerated() {
            var row = EventRow()
            row.time = Int64(index) * 1_000_000_000
            row.kind = act.0
            row.outcome = act.2
            row.id = ID128(high: 1, low: UInt64(index + 1))
            if act.1 != 0 { row.code = ID128(high: 2, low: act.1) }
            batch.append(row)
        }
        var ledger = Ledger()
        return (0..<batch.count).map { row in
            var transition = Transition()
            let hasMeaning = ledger.apply(
                batch, row: row, pool: batch.pool, into: &transition)
            return hasMeaning ? transition.facts : []
        }
    }

    @Test("a code presented after it was redeemed is a replay, accepted or not")
    func replay() {
        let facts = fold([
            (.codeIssued, 7, .success), (.codeRedeemed, 7, .success),
            (.codeRejected, 7, .failure), (.codeRedeemed, 7, .success),
        ])
        #expect(facts == [[], [], .codeReplayed, .codeReplayed])
    }

    @Test("a code that was never redeemed is no replay, nor is one without an id")
    func noReplay() {
        let facts = fold([
            (.codeRejected, 7, .failure), (.codeRejected, 0, .failure),
            (.codeRedeemed, 0, .success), (.codeRedeemed, 0, .success),
        ])
        #expect(facts == [[], [], [], []])
    }

    /// A session redeems a code that has no id, and one is refused later.
    private func refusal(
        after seconds: Int64, _ reason: Reason, client: String = "app"
    ) -> FactSet {
        var batch = EventBatch(capacity: 2)
        for index in 0..<2 {
            var row = EventRow()
            row.time = Int64(index) * seconds * 1_000_000_000
            row.kind = index == 0 ? .codeRedeemed : .codeRejected
            row.outcome = index == 0 ? .success : .failure
            row.reason = index == 0 ? .none : reason
            row.session = ID128(high: 3, low: 3)
            row.client = batch.pool.code(of: index == 0 ? "app" : client)
            row.id = ID128(high: 1, low: UInt64(index + 1))
            batch.append(row)
        }
        var ledger = Ledger()
        var facts = FactSet()
        for row in 0..<batch.count {
            var transition = Transition()
            let isKnown = ledger.apply(batch, row: row, pool: batch.pool, into: &transition)
            facts = isKnown ? transition.facts : []
        }
        return facts
    }

    @Test("where codes have no id, one refused soon after the session redeemed one is that one")
    func nameless() {
        #expect(refusal(after: 40, .unspecified) == .codeReplayed)
        #expect(refusal(after: 601, .unspecified) == [])
        #expect(refusal(after: 40, .expired) == [] && refusal(after: 40, .pkce) == [])
        #expect(refusal(after: 40, .unspecified, client: "other") == [])
    }

    @Test("what the server calls a replay is one without our having seen the code")
    func asserted() {
        #expect(fold([(.codeReplayed, 0, .failure)]) == [.codeReplayed])
    }
}
