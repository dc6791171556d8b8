public import AuditModel

/// The fold of events into the state of every grant: families, lineages, tokens, presenters.
///
/// A pure function of the events, given in total order (``OrderKey``): no clock, no storage. Flat
/// bounded tables; reaching a bound evicts the oldest record, which is counted, and an evicted
/// family that comes back is one first seen in mid-life. One token costs two table look-ups.
public struct Ledger: Sendable {
    /// How much the ledger keeps.
    public struct Limits: Sendable {
        public var families: Int
        public var tokens: Int

        public init(families: Int = 1 << 24, tokens: Int = 1 << 25) {
            self.families = families
            self.tokens = tokens
        }
    }

    var families: Ring<Family>
    var lineages: Ring<Lineage>
    var nodes: Ring<TokenNode>
    var forks: Ring<Fork>
    var codes: Ring<CodeRecord>
    var codeTable = IndexTable()
    var policies = RotationPolicies()
    var directory: ClientDirectory
    var backEnds = BackEndNetworks()
    var scopes = ScopeGrowth()
    var familyTable = IndexTable()
    var subjectTable = IndexTable()
    var nodeTable = IndexTable()
    var anchorTexts = StringPool()
    var serial: UInt32 = 0
    /// See ``trial(_:)``.
    var isTrial = false
    /// While a session is folded anew: whether the event at hand was taken in before, families that
    /// no event has opened yet, and places of tokens, by their ids, that none has taken yet.
    var isRepeating = false
    var reopening: [Int] = []
    var vacant: [ID128: Int] = [:]

    /// - Parameter clients: what is known of clients from elsewhere.
    public init(limits: Limits = Limits(), clients: ClientRegistry = .empty) {
        directory = ClientDirectory(clients)
        families = Ring(capacity: limits.families)
        lineages = Ring(capacity: limits.tokens)
        nodes = Ring(capacity: limits.tokens)
        forks = Ring(capacity: max(1, limits.tokens / 64))
        codes = Ring(capacity: max(1, limits.tokens / 64))
    }

    /// Families and tokens that made room for newer ones.
    public var evicted: (families: Int, tokens: Int) { (families.evicted, nodes.evicted) }

    /// Refresh tokens that are remembered.
    public var tokenCount: Int { nodes.count }

    /// The number of families, for iteration with ``family(_:)``.
    public var familyCount: Int { families.count }

    /// Folds one event in.
    ///
    /// - Parameters:
    ///   - pool: what the codes of the batch mean.
    ///   - transition: where it belongs and what it meant; for an event that meant nothing as it
    ///     was, but for ``Transition/inferredFamily``.
    /// - Returns: whether it meant anything to a grant.
    public mutating func apply(
        _ batch: borrowing EventBatch, row: Int, pool: StringPool,
        into transition: inout Transition
    ) -> Bool {
        if !directory.isEmpty { noteRegistered(batch, row, pool) }
        let hasMeaning = fold(batch, row, pool, &transition)
        switch batch.kind[row] {
        case .codeRedeemed, .refreshSucceeded: learnBackEnd(batch, row)
        default: break
        }
        if batch.code(.leaked, row) == 0 { return hasMeaning }
        if !hasMeaning { transition = Transition() }
        noteLeak(batch[row], pool, &transition)
        return true
    }

    private mutating func fold(
        _ batch: borrowing EventBatch, _ row: Int, _ pool: StringPool,
        _ transition: inout Transition
    ) -> Bool {
        switch batch.kind[row] {
        case .codeRedeemed, .tokenIssued, .tokenExchanged, .deviceCodeRedeemed, .cibaRedeemed:
            guard batch.outcome[row] == .success else { return false }
            guard batch.kind[row] == .codeRedeemed, foldCode(event(batch, row), &transition)
            else {
                return open(batch, row, &transition)
            }
            // A server that redeems a code twice still issues tokens, which must be followed.
            var opened = Transition()
            if open(batch, row, &opened) { transition.join(opened) }
            return true
        case .codeIssued, .codeRejected, .codeReplayed:
            return foldCode(event(batch, row), &transition)
        case .refreshSucceeded:
            return accept(batch, row, pool, &transition)
        case .refreshRejected, .refreshReuseDetected:
            return refuse(batch, row, &transition)
        case .tokenUsed, .tokenIntrospected, .tokenValidated:
            return use(batch, row, &transition)
        case .tokenRevoked:
            if batch.outcome[row] == .success {
                noteRevocation(
                    of: batch.id(.presented, row), by: batch.assignedTenant(row),
                    in: batch.id(.session, row))
            }
            return false
        case .sessionEnded, .grantRevoked, .consentRevoked:
            return end(batch, row, &transition)
        default:
            return false
        }
    }

    /// What a family is called by, by its index in a ``Transition``; nothing when it was evicted.
    public func names(ofFamily index: Int) -> FamilyNames {
        index >= 0 && index < families.count ? FamilyNames(families[index]) : FamilyNames()
    }

    /// What is known of a family by its index in a ``Transition``; nil when it was evicted.
    public func family(_ index: Int) -> FamilyFacts? {
        guard index >= 0, index < families.count else { return nil }
        let family = families[index]
        let anchor =
            family.anchorText == 0 ? family.anchor.uuidText : anchorTexts.text(family.anchorText)
        return FamilyFacts(
            issuer: family.issuer, client: family.client, subject: family.subject,
            tenant: family.tenant, assignedTenant: family.assignedTenant,
            scopes: family.scopes, anchor: anchor,
            firstTime: family.firstTime, lastTime: family.lastTime,
            lineages: Int(family.lineages), replays: Int(family.replays), isBorn: family.isBorn,
            isEnded: family.isEnded)
    }
}
