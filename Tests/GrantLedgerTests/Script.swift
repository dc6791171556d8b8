import AuditModel
import GrantLedger

/// Writes events of refresh token life in a few words, and folds them.
struct Script {
    private(set) var batch = EventBatch(capacity: 64)
    private var clock: Int64 = 1_772_409_600_000_000_000
    private var serial: UInt64 = 0

    /// The transitions of every event that meant something, by event place.
    func fold(_ ledger: Ledger = Ledger()) -> [Transition?] {
        var ledger = ledger
        return fold(&ledger)
    }

    func fold(_ ledger: inout Ledger) -> [Transition?] {
        (0..<batch.count).map { row in
            var transition = Transition()
            return ledger.apply(batch, row: row, into: &transition) ? transition : nil
        }
    }

    mutating func wait(_ seconds: Int64) { clock += seconds * 1_000_000_000 }

    mutating func code(
        _ session: UInt64, issues token: UInt64, from ip: String, client: String = "app"
    ) {
        add(.codeRedeemed, session, client, ip, issued: token)
    }

    mutating func refresh(
        _ session: UInt64, _ token: UInt64, to next: UInt64, from ip: String,
        client: String = "app"
    ) {
        add(.refreshSucceeded, session, client, ip, presented: token, issued: next)
    }

    mutating func refuse(
        _ session: UInt64, _ token: UInt64, from ip: String, asserted: Bool = false,
        reason: Reason = .unspecified, client: String = "app"
    ) {
        add(
            asserted ? .refreshReuseDetected : .refreshRejected, session, client, ip,
            presented: token, outcome: .failure, reason: asserted ? .reused : reason)
    }

    mutating func logout(_ session: UInt64) {
        add(.sessionEnded, session, "app", "192.0.2.1")
    }

    private mutating func add(
        _ kind: EventKind, _ session: UInt64, _ client: String, _ ip: String,
        presented: UInt64 = 0, issued: UInt64 = 0, outcome: Outcome = .success,
        reason: Reason = .none
    ) {
        serial += 1
        var row = EventRow()
        row.time = clock
        row.kind = kind
        row.outcome = outcome
        row.reason = reason
        row.ipRole = .holder
        row.id = ID128(high: 0xE, low: serial)
        row.session = ID128(high: 0x5, low: session)
        if presented != 0 { row.presented = ID128(high: 0x7, low: presented) }
        if issued != 0 { row.issuedRefresh = ID128(high: 0x7, low: issued) }
        row.ip = IPAddress(ip) ?? .none
        row.issuer = batch.pool.code(of: "realm")
        row.client = batch.pool.code(of: client)
        if reason == .reused { row.flags = .asserted }
        batch.append(row)
        clock += 1_000_000
    }
}
