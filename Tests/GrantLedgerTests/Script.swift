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
            let hasMeaning = ledger.apply(
                batch, row: row, pool: batch.pool, into: &transition)
            return hasMeaning ? transition : nil
        }
    }

    mutating func wait(_ seconds: Int64) { clock += seconds * 1_000_000_000 }

    mutating func code(
        _ session: UInt64, issues token: UInt64, from ip: String, client: String = "app",
        scopes: String = "", leaking leaked: String = "", subject: String = ""
    ) {
        add(
            .codeRedeemed, session, client, ip, issued: token, scopes: scopes, leaked: leaked,
            subject: subject)
    }

    mutating func refresh(
        _ session: UInt64, _ token: UInt64, to next: UInt64, from ip: String,
        client: String = "app", scopes: String = ""
    ) {
        add(
            .refreshSucceeded, session, client, ip, presented: token, issued: next,
            scopes: scopes)
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

    /// A record in which a token stands that does not belong there.
    mutating func leak(_ text: String) {
        add(.other, 0, "proxy", "192.0.2.1", leaked: text)
    }

    mutating func revoke(_ token: ID128) {
        var row = EventRow()
        row.kind = .tokenRevoked
        row.outcome = .success
        row.presented = token
        append(row)
    }

    private mutating func append(_ row: EventRow) {
        serial += 1
        var row = row
        row.time = clock
        row.id = ID128(high: 0xE, low: serial)
        batch.append(row)
        clock += 1_000_000
    }

    /// The id of a refresh token by its number, and of the access token issued with it.
    static func refreshToken(_ number: UInt64) -> ID128 { ID128(high: 0x7, low: number) }
    static func accessToken(_ number: UInt64) -> ID128 { ID128(high: 0xA, low: number) }

    private mutating func add(
        _ kind: EventKind, _ session: UInt64, _ client: String, _ ip: String,
        presented: UInt64 = 0, issued: UInt64 = 0, outcome: Outcome = .success,
        reason: Reason = .none, scopes: String = "", leaked: String = "", subject: String = ""
    ) {
        var row = EventRow()
        row.kind = kind
        row.outcome = outcome
        row.reason = reason
        row.ipRole = .holder
        if session != 0 { row.session = ID128(high: 0x5, low: session) }
        if presented != 0 { row.presented = Self.refreshToken(presented) }
        if issued != 0 {
            row.issuedRefresh = Self.refreshToken(issued)
            row.issuedAccess = Self.accessToken(issued)
        }
        row.scopes = batch.pool.code(of: scopes)
        row.leaked = batch.pool.code(of: leaked)
        row.ip = IPAddress(ip) ?? .none
        row.issuer = batch.pool.code(of: "realm")
        row.client = batch.pool.code(of: client)
        row.subject = batch.pool.code(of: subject)
        if reason == .reused { row.flags = .asserted }
        append(row)
    }
}
