public import AuditModel

/// An event that redeemed a token, as far as evidence needs it.
public struct Redemption: Sendable, Hashable, BitwiseCopyable {
    public var event: ID128
    public var time: Int64
    public var precision: UInt8
    public var kind: EventKind
    public var dialect: UInt32
    public var presenter: Presenter

    public static let none = Redemption(
        event: .none, time: 0, precision: 0, kind: .other, dialect: 0, presenter: .unknown)

    public init(
        event: ID128, time: Int64, precision: UInt8, kind: EventKind, dialect: UInt32,
        presenter: Presenter
    ) {
        self.event = event
        self.time = time
        self.precision = precision
        self.kind = kind
        self.dialect = dialect
        self.presenter = presenter
    }

    init(_ event: EventRow) {
        self.init(
            event: event.id, time: event.time, precision: event.precision, kind: event.kind,
            dialect: event.dialect, presenter: Presenter(of: event))
    }

    @inlinable public var isNone: Bool { event.isNone }
}

/// One refresh token. Links are indexes into the ring of nodes and may point at a slot that was
/// given to another token since; ``Ledger`` checks lineage and generation before it follows one.
struct TokenNode: Sendable, BitwiseCopyable {
    var id: ID128
    /// The access token issued with it.
    var access: ID128 = .none
    /// The first accepted redemption; none while live.
    var spent: Redemption = .none
    /// What about its presenter was new to the family then.
    var spentNovelty = Novelty()
    /// The family's act number of that redemption.
    var spentAct: UInt32 = 0
    var lineage: UInt32
    var lineageSerial: UInt32
    /// Depth in the lineage; from the first token seen when birth is unseen.
    var generation: Int32
    var firstChild: Int32 = -1
    /// The branch of a fork this token grew in, as an index into the forks, twice plus the side.
    var branch: Int32 = -1
    /// The fork that this token became when it was presented a second time.
    var ownFork: Int32 = -1
    /// The refused replay of this token's parent: whoever presents this token answers it.
    var contest: Int32 = -1
    /// How often the server accepted it again after its first redemption.
    var reuses: UInt16 = 0
    /// Whether the access token issued with it was seen in use.
    var isAccessUsed = false
    var isRevoked = false
    var isAccessRevoked = false

    var isSpent: Bool { !spent.isNone }
    var isUsed: Bool { isSpent || isAccessUsed }
}

extension Int64 {
    /// Nanoseconds since an earlier time: 0 if it is none, `.max` if it is more than that.
    func since(_ earlier: Int64) -> Int64 {
        let (span, overflow) = subtractingReportingOverflow(earlier)
        if overflow { return self > earlier ? .max : 0 }
        return Swift.max(0, span)
    }
}

/// One chain of rotated refresh tokens; forks stay inside it.
struct Lineage: Sendable, BitwiseCopyable {
    var serial: UInt32
    var family: UInt32
    var familySerial: UInt32
    /// The first refresh token in total order.
    var root: ID128
    /// The scopes that the first token was issued for; 0 when unknown.
    var scopes: UInt32 = 0
    /// When its newest token was issued; `.min` when that was before our eyes.
    var issuedTime: Int64 = .min
    var newestGeneration: Int32 = 0
    /// Whether the event that issued the first token was seen.
    var isBorn: Bool
    var isReplayed = false
    /// The fork that the last replay made; -1 when the server refused it.
    var lastFork: Int32 = -1
}

/// All lineages of one grant.
struct Family: Sendable, BitwiseCopyable {
    var serial: UInt32
    var issuer: UInt32
    var client: UInt32
    /// See `EventBatch.assignedTenant`.
    var assignedTenant: UInt32 = 0
    var subject: UInt32 = 0
    var tenant: UInt32 = 0
    var scopes: UInt32 = 0
    /// The session, or the native family id where the server writes one.
    var anchor: ID128
    /// The anchor's text in the ledger's own pool, when its bits cannot give it back.
    var anchorText: UInt32 = 0
    var firstTime: Int64
    var lastTime: Int64
    /// When a presentation was last accepted; `.min` before the first.
    var actTime: Int64 = .min
    /// Accepted presentations.
    var acts: UInt32 = 0
    var lineages: UInt32 = 0
    var replays: UInt32 = 0
    /// The newest token of the only lineage; a link like those of ``TokenNode``.
    var head: Int32 = -1
    var isBorn = false
    var isEnded = false
    /// Whether the subject had another live grant at the client when this one was first seen.
    var hasSibling = false
    /// Whether events of other sessions, or of none, spoke of it or of its tokens.
    var hasOthers = false
    var profile = PresenterProfile()

    /// Whether events of a tenant may be about it; 0 for a source that is no tenant's own.
    func admits(_ assignedTenant: UInt32) -> Bool {
        self.assignedTenant == assignedTenant || assignedTenant == 0 || self.assignedTenant == 0
    }

    /// Takes over what an event says about its family, but for the subject, which others look for.
    mutating func touch(_ event: EventRow) {
        lastTime = max(lastTime, event.time)
        if event.tenant != 0, assignedTenant == event.assignedTenant { tenant = event.tenant }
        if event.scopes != 0, scopes == 0 { scopes = event.scopes }
    }

    /// Counts an accepted presentation, which shows that the family goes on.
    mutating func act(_ event: EventRow) {
        isEnded = false
        acts += 1
        actTime = max(actTime, event.time)
    }
}

/// A refresh token that was presented twice. Accepted twice it has two branches.
struct Fork: Sendable, BitwiseCopyable {
    var lineage: UInt32
    var lineageSerial: UInt32
    /// The branch of another fork in which this one lies; -1 for none.
    var outer: Int32 = -1
    var first: Redemption
    var second: Redemption
    var firstNovelty: Novelty
    var secondNovelty: Novelty
    /// Whether each branch was used after the fork.
    var isUsed: (Bool, Bool) = (false, false)
    var isAnnounced = false
    /// Whether the server refused the second presentation.
    var isRefused = false

    var usedCount: UInt8 { (isUsed.0 ? 1 : 0) + (isUsed.1 ? 1 : 0) }
}

