import AuditModel
import GrantLedger
import TestSupport

/// Random events of every kind that the ledger folds, over alphabets so small that all meet.
struct RandomEvents {
    private var random: SeededGenerator
    private(set) var batch: EventBatch

    init(seed: UInt64, count: Int) {
        random = SeededGenerator(seed: seed)
        batch = EventBatch(capacity: count)
        for number in 1...max(1, count) { add(UInt64(number)) }
    }

    private static let kinds: [EventKind] = [
        .codeIssued, .codeRedeemed, .codeRedeemed, .codeRejected, .codeReplayed, .tokenIssued,
        .refreshSucceeded, .refreshSucceeded, .refreshSucceeded, .refreshSucceeded,
        .refreshRejected, .refreshReuseDetected, .tokenUsed, .tokenRevoked, .sessionEnded,
        .authnFailed,
    ]

    private mutating func below(_ bound: UInt64) -> UInt64 { random.next() % bound }
    private mutating func chance(_ percent: UInt64) -> Bool { below(100) < percent }

    private mutating func token(_ kind: UInt64) -> ID128 { ID128(high: kind, low: 1 + below(24)) }

    private mutating func add(_ number: UInt64) {
        var row = EventRow()
        row.id = ID128(high: 0xE, low: number)
        row.time = Int64(number) * 40_000_000_000
        row.kind = Self.kinds[Int(below(UInt64(Self.kinds.count)))]
        row.outcome = chance(85) ? .success : .failure
        row.reason = [.none, .unspecified, .policy, .scope][Int(below(4))]
        if chance(10) { row.flags = .asserted }
        row.ipRole = chance(90) ? .holder : .caller
        row.ip = IPAddress("198.51.\(below(4)).7") ?? .none
        row.asn = UInt32(below(3))
        if chance(80) { row.session = ID128(high: 5 << 32, low: 1 + below(5)) }
        let isNative = chance(30)
        if isNative { row.family = ID128(high: 6 << 32, low: 1 + below(9)) }
        if chance(50) { row.code = ID128(high: 0xC, low: 1 + below(5)) }
        if chance(90) { row.presented = chance(85) ? token(7) : token(0xA) }
        if chance(85) { row.issuedRefresh = token(7) }
        if chance(60) { row.issuedAccess = token(0xA) }
        row.issuer = batch.pool.code(of: "realm")
        row.client = batch.pool.code(of: chance(90) ? "app" : "other")
        row.subject = batch.pool.code(of: chance(80) ? "subject" : "another")
        row.scopes = batch.pool.code(of: ["", "openid", "openid mail"][Int(below(3))])
        if chance(5) {
            let leaked = LeakedToken(kind: "rt", id: token(7), isExpired: chance(20))
            row.leaked = batch.pool.code(of: leaked.text)
        }
        batch.append(row)
        if isNative { batch.keepText("family-\(row.family.low)", of: .family) }
    }
}
