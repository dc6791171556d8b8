internal import AuditModel

/// What the server knows of one user session and one client in it.
struct Grant: Sendable {
    var session = ID128.none
    /// The user has not logged out and the session has not ended.
    var isAlive = false
    /// The client still belongs to the session; a replay removes it.
    var hasClient = false
    /// Milliseconds since 1970 UTC: first login, and last successful redemption.
    var started: Int64 = 0
    var lastSeen: Int64 = 0
}

/// One chain of rotated refresh tokens: the server's view of it and what the device holds.
struct Lineage: Sendable {
    /// What the device will present next, and when that token was issued.
    var held = ID128.none
    var heldIssued: Int64 = 0
    /// The newest token of the chain.
    var head = ID128.none
    /// The token redeemed last, and the one before it.
    var lastRedeemed = ID128.none
    var older = ID128.none
    var lastRedeemedAt: Int64 = 0
    /// When the token redeemed last was issued.
    var lastRedeemedIssued: Int64 = 0
    var redemptions: Int32 = 0
    /// When the device will act next.
    var next: Int64 = 0

    /// A chain that begins with one token.
    init(first: ID128, at time: Int64) {
        held = first
        head = first
        heldIssued = time
    }

    init() {}

    /// Presents a token to the server and says how it answers.
    ///
    /// With rotation (`revokeRefreshToken`, reuse 0) only the newest token is good. The token
    /// redeemed last counts as reused, older ones are stale; both remove the client from the
    /// session, after which every token of it is refused. Without rotation all tokens are good.
    mutating func present(
        _ token: ID128, issued: Int64, successor: ID128, grant: inout Grant, rotates: Bool,
        notBefore: Int64, at time: Int64
    ) -> Refusal {
        if !grant.isAlive { return .sessionInactive }
        if issued < notBefore { return .stale }
        if !grant.hasClient { return .clientMissing }
        if rotates, token != head {
            grant.hasClient = false
            return token == lastRedeemed ? .reuse : .stale
        }
        older = lastRedeemed
        lastRedeemed = token
        lastRedeemedAt = time
        lastRedeemedIssued = issued
        head = successor
        redemptions &+= 1
        grant.lastSeen = time
        return .none
    }
}

/// Where a device is connected.
enum Place: UInt8, Sendable {
    case none = 0
    case home, mobile, office, exit, away
}

/// One application of one subject on one device.
struct Application: Sendable {
    var random: SeededRandom
    var subject: Int32
    var client: UInt16
    var place = Place.none
    /// The journey it is on, counted from 1.
    var trip: UInt16 = 0
    /// The device has come to, or from, a place far from its usual networks, and nothing was
    /// redeemed there yet.
    var isNewHere = false
    /// The kinds of place in which tokens of this grant were redeemed, by ``Place``.
    var known: UInt8 = 0
    /// A device that stays in one place, a till or a scanner, and keeps presenting its first token
    /// while the server allows it (rotation off).
    var keepsFirstToken = false
    /// Must resume with its refresh token instead of a new login; set once a thief is at work.
    var mustResume = false
    /// Acts planned in an earlier epoch are void.
    var epoch: UInt32 = 0
    var sequence: UInt32 = 0
    /// Refreshes left before the user goes away.
    var remaining: UInt16 = 0
    var attack: Int32 = -1
    var address = IPAddress.none
    /// The access token issued last.
    var access = ID128.none
    var accessIssued: Int64 = 0
    var accessIsFromCode = false
    var grant = Grant()
    /// The main lineage, and that of a second tab.
    var main = Lineage()
    var second = Lineage()
}
