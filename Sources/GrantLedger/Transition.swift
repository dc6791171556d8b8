public import AuditModel

/// What one event meant for its grant: the derived facts that rules match, with their evidence.
public struct Transition: Sendable, BitwiseCopyable {
    public var facts: FactSet = []
    /// The family, for ``Ledger/family(_:)``.
    public var family: Int = -1
    /// Tells families apart that had the same index one after the other.
    public var familySerial: UInt32 = 0
    /// The family that the event's subject and client speak for, where nothing names one: shown,
    /// and never part of a verdict.
    public var inferredFamily: Int = -1
    /// Names the lineage in its family: its first refresh token; or, when the ledger never saw the
    /// token, the presented one.
    public var lineageRoot: ID128 = .none
    /// Depth of the presented token; -1 when birth is unseen.
    public var generation: Int32 = -1
    public var generationGap: Int32 = -1
    /// Event time of the family's first event, and of the one that issued the lineage's newest
    /// token before this event; `.min` when not known. Windows of rules may begin there.
    public var grantStart: Int64 = .min
    public var rotationStart: Int64 = .min
    /// Nanoseconds since the family's first event, and since its last accepted presentation before
    /// this event; -1 when there was none.
    public var age: Int64 = -1
    public var idle: Int64 = -1
    /// The family's lineages up to this event.
    public var lineages: UInt32 = 0
    /// The client that the presented token was issued to, if another one presents it; else 0.
    public var ownerClient: UInt32 = 0
    /// The scopes of the lineage's original grant, as far as they are known; else 0.
    public var originalScopes: UInt32 = 0
    public var leakStatus: LeakStatus = .none
    /// What about this event's presenter was new to the family.
    public var presenterNovelty = Novelty()
    /// Whether the token issued at the first redemption was used in turn.
    public var successorUsed: Knowledge = .unknown
    /// Nanoseconds from the first redemption to this event; -1 when it was not seen.
    public var replayGap: Int64 = -1
    public var policyAllows: Knowledge = .unknown
    public var rotation: Knowledge = .unknown
    public var sameNetwork: Knowledge = .unknown
    public var branchesForeign: Knowledge = .unknown
    public var isBorn = false
    /// The event's address is not that of who holds the token, but of whoever asked for them.
    public var isFromCaller = false
    public var isRefused = false
    public var isAsserted = false
    /// The replay is an earlier one, refused; this event shows that somebody else holds the token
    /// which the first redemption issued.
    public var isContested = false
    /// The lineage had a replay before; its branches may still act.
    public var isAfterReplay = false
    /// Branches used since the last replay: 0, 1 or 2.
    public var branchesActive: UInt8 = 0
    /// The first redemption of the token in question, and what about it was new to the family.
    public var first: Redemption = .none
    public var firstNovelty = Novelty()
    /// The branch of the first redemption was later carried on from a network that the family knew
    /// before it: whoever redeemed first belongs to the family, however new the network was.
    public var isFirstVouched = false
    /// The second presentation: this event, or for a fork the one that made it.
    public var second: Redemption = .none
    public var secondNovelty = Novelty()

    public init() {}

    /// Whether the event is known or inferred to be of a family.
    public func isOf(_ family: Int?) -> Bool {
        guard let family else { return false }
        return family == (self.family >= 0 ? self.family : inferredFamily)
    }

    /// Takes over what a family was like before an event.
    mutating func describe(_ family: borrowing Family, _ event: EventRow) {
        grantStart = family.firstTime
        age = event.time.since(family.firstTime)
        idle = family.actTime == .min ? -1 : event.time.since(family.actTime)
        lineages = family.lineages
        presenterNovelty = family.profile.novelty(of: Presenter(of: event), before: .max)
        isFromCaller = event.ipRole == .caller
    }

    /// Takes over the facts and the lineage of another transition of the same event.
    mutating func join(_ other: Transition) {
        facts.formUnion(other.facts)
        family = other.family
        familySerial = other.familySerial
        lineageRoot = other.lineageRoot
        isBorn = other.isBorn
        grantStart = other.grantStart
        rotationStart = other.rotationStart
        age = other.age
        idle = other.idle
        lineages = other.lineages
        originalScopes = other.originalScopes
        presenterNovelty = other.presenterNovelty
        isFromCaller = other.isFromCaller
    }

    /// Which presenter is the thief. Told only for a family whose birth was seen, by which
    /// presenter was more foreign to it.
    public var branch: Branch {
        guard isBorn else { return .undetermined }
        let first = isFirstVouched ? 0 : firstNovelty.strength
        if first > secondNovelty.strength { return .attackerFirst }
        return secondNovelty.strength > first ? .victimFirst : .undetermined
    }

    /// Whether either presenter is new in one respect. One who redeemed first and whose branch the
    /// family carried on is none, however new the network was (decision 0005).
    public func isNew(_ aspect: KeyPath<Novelty, Knowledge>) -> Knowledge {
        let first = firstNovelty[keyPath: aspect]
        let sides = (
            isFirstVouched && first == .yes ? .no : first, secondNovelty[keyPath: aspect]
        )
        if sides.0 == .yes || sides.1 == .yes { return .yes }
        return sides.0 == .unknown && sides.1 == .unknown ? .unknown : .no
    }
}

/// The codes of a family's names, from the run's pool; 0 for what is not known.
public struct FamilyNames: Sendable, BitwiseCopyable {
    public var issuer: UInt32 = 0
    public var client: UInt32 = 0
    public var subject: UInt32 = 0
    public var tenant: UInt32 = 0
    /// See `EventBatch.assignedTenant`.
    public var assignedTenant: UInt32 = 0

    init() {}

    init(_ family: borrowing Family) {
        issuer = family.issuer
        client = family.client
        subject = family.subject
        tenant = family.tenant
        assignedTenant = family.assignedTenant
    }
}

/// A family as alerts and listings show it. Codes belong to the run's pool.
public struct FamilyFacts: Sendable {
    public var issuer: UInt32
    public var client: UInt32
    public var subject: UInt32
    public var tenant: UInt32
    /// See `EventBatch.assignedTenant`.
    public var assignedTenant: UInt32
    public var scopes: UInt32
    /// The text of the session, or of the server's own family id.
    public var anchor: String
    public var firstTime: Int64
    public var lastTime: Int64
    public var lineages: Int
    public var replays: Int
    public var isBorn: Bool
    public var isEnded: Bool

    /// `H("family/1", issuer, session or native family id, client)`, and behind them the tenant if
    /// the source was configured with one.
    ///
    /// - Parameter tenant: see `EventBatch.assignedTenant`; empty for none.
    public static func identity(
        issuer: String, anchor: String, client: String, tenant: String
    ) -> ID128 {
        var hash = IdentityHash("family/1")
        hash.add(issuer)
        hash.add(anchor)
        hash.add(client)
        if !tenant.isEmpty { hash.add(tenant) }
        return hash.id()
    }

    /// The id of this family.
    public func identity(_ pool: StringPool) -> ID128 {
        Self.identity(
            issuer: pool.text(issuer), anchor: anchor, client: pool.text(client),
            tenant: pool.text(assignedTenant))
    }

    /// `H("lineage/1", family id, first refresh token)`.
    public static func lineageIdentity(family: ID128, root: ID128) -> ID128 {
        var hash = IdentityHash("lineage/1")
        hash.add(family)
        hash.add(root)
        return hash.id()
    }
}
