import AuditModel
import Detection
import RuleBook
import Testing

@testable import Pipeline

@Suite("Looking ahead")
struct LookAheadTests {
    /// One step of a grant's life, as a batch of its own.
    static func batch(
        _ kind: EventKind, minute: Int64, ip: UInt32, presented: UInt64 = 0, issued: UInt64 = 0,
        outcome: Outcome = .success
    ) -> EventBatch {
        var batch = EventBatch(capacity: 1)
        var row = EventRow()
        row.id = ID128(high: 9, low: UInt64(minute + 1))
        row.time = 1_772_445_600_000_000_000 + minute * 60_000_000_000
        row.kind = kind
        row.outcome = outcome
        row.issuer = batch.pool.code(of: "r")
        row.client = batch.pool.code(of: "shop")
        row.session = ID128(high: 1, low: 1)
        row.presented = presented == 0 ? .none : ID128(high: 2, low: presented)
        row.issuedRefresh = issued == 0 ? .none : ID128(high: 2, low: issued)
        row.ip = IPAddress(v4: ip)
        row.ipRole = .holder
        Array("{}".utf8).withUnsafeBytes { batch.append(row, payload: $0) }
        return batch
    }

    @Test("News is seen against what waited before it and was no news itself")
    func background() {
        let owner: UInt32 = 0xC633_6401
        var batches = [
            Self.batch(.codeRedeemed, minute: 0, ip: owner, issued: 1)
        ]
        for step in 1..<5 as Range<UInt64> {
            batches.append(
                Self.batch(
                    .refreshSucceeded, minute: Int64(step) * 10, ip: owner, presented: step,
                    issued: step + 1))
        }
        let theft = Self.batch(
            .refreshReuseDetected, minute: 50, ip: 0xC000_024D, presented: 2, outcome: .failure)
        let engine = LiveEngine(
            run: DetectionRun(rules: RuleBook.pack().active, peeks: true), frontier: .min, read: 0)
        var interner = Interner()
        for (index, batch) in (batches + [theft]).enumerated() {
            var batch = batch
            interner.intern(&batch)
            engine.add(
                batch, first: Int64(index), isNews: index == batches.count, pool: interner.pool)
        }
        #expect(engine.peek(pool: interner.pool).map(\.rule.name) == ["REF-01"])
        #expect(engine.peek(pool: interner.pool).isEmpty, "it is looked at once")
    }
}
