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
    private var familyTable = IndexTable()
    private var nodeTable = IndexTable()
    private var anchorTexts = StringPool()
    private var serial: UInt32 = 0

    public init(limits: Limits = Limits()) {
        families = Ring(capacity: limits.families)
        lineages = Ring(capacity: limits.tokens)
        nodes = Ring(capacity: limits.tokens)
        forks = Ring(capacity: max(1, limits.tokens / 64))
        codes = Ring(capacity: max(1, limits.tokens / 64))
    }

    /// Families and tokens that made room for newer ones.
    public var evicted: (families: Int, tokens: Int) { (families.evicted, nodes.evicted) }

    /// The number of families, for iteration with ``family(_:)``.
    public var familyCount: Int { families.count }

    /// Folds one event in.
    ///
    /// - Returns: whether it meant anything to a grant; what, is in `transition`.
    public mutating func apply(
        _ batch: borrowing EventBatch, row: Int, into transition: inout Transition
    ) -> Bool {
        switch batch.kind[row] {
        case .codeRedeemed, .tokenIssued, .tokenExchanged, .deviceCodeRedeemed, .cibaRedeemed:
            guard batch.outcome[row] == .success else { return false }
            guard batch.kind[row] == .codeRedeemed, foldCode(batch[row], &transition) else {
                return open(batch, row, &transition)
            }
            // A server that redeems a code twice still issues tokens, which must be followed.
            var opened = Transition()
            if open(batch, row, &opened) { transition.join(opened) }
            return true
        case .codeIssued, .codeRejected, .codeReplayed:
            return foldCode(batch[row], &transition)
        case .refreshSucceeded:
            return accept(batch, row, &transition)
        case .refreshRejected, .refreshReuseDetected:
            return refuse(batch, row, &transition)
        case .tokenUsed, .tokenIntrospected, .tokenValidated:
            noteUse(of: batch.id(.presented, row))
            return false
        case .sessionEnded, .grantRevoked, .consentRevoked:
            return end(batch, row, &transition)
        default:
            return false
        }
    }

    /// What is known of a family by its index in a ``Transition``; nil when it was evicted.
    public func family(_ index: Int) -> FamilyFacts? {
        guard index >= 0, index < families.count else { return nil }
        let family = families[index]
        let anchor =
            family.anchorText == 0 ? family.anchor.uuidText : anchorTexts.text(family.anchorText)
        return FamilyFacts(
            issuer: family.issuer, client: family.client, subject: family.subject,
            tenant: family.tenant, scopes: family.scopes, anchor: anchor,
            firstTime: family.firstTime, lastTime: family.lastTime,
            lineages: Int(family.lineages), replays: Int(family.replays), isBorn: family.isBorn,
            isEnded: family.isEnded)
    }
}

// MARK: - Families

extension Ledger {
    /// The session, or the server's own family id; failing both, the token itself.
    private static func anchor(of event: EventRow) -> (id: ID128, column: IDColumn) {
        if !event.family.isNone { return (event.family, .family) }
        if !event.session.isNone { return (event.session, .session) }
        if event.flags.contains(.secretToken) { return (event.id, .event) }
        return event.presented.isNone
            ? (event.issuedRefresh, .issuedRefresh) : (event.presented, .presented)
    }

    private static func hash(issuer: UInt32, anchor: ID128) -> UInt32 {
        UInt32(
            truncatingIfNeeded: (anchor.tableHash ^ UInt64(issuer) &* 0xD6E8_FEB8_6659_FD93) >> 32)
    }

    func findFamily(_ event: EventRow) -> Int? {
        let anchor = Self.anchor(of: event).id
        if anchor.isNone { return nil }
        return familyTable.find(Self.hash(issuer: event.issuer, anchor: anchor), in: families) {
            $0.anchor == anchor && $0.client == event.client && $0.issuer == event.issuer
        }
    }

    /// What names a lineage: its first token if that is no secret, else the event, so that no id
    /// depends on the fingerprint key.
    static func root(_ event: EventRow, _ token: ID128) -> ID128 {
        event.flags.contains(.secretToken) ? event.id : token
    }

    /// The family of an event, made if it is new; `isBorn` counts only for a new one. Nil when
    /// nothing in the event names a grant.
    mutating func openFamily(
        _ event: EventRow, _ batch: borrowing EventBatch, _ row: Int, isBorn: Bool
    ) -> Int? {
        if let index = findFamily(event) { return index }
        let (anchor, column) = Self.anchor(of: event)
        if anchor.isNone { return nil }
        serial &+= 1
        var family = Family(
            serial: serial, issuer: event.issuer, client: event.client, anchor: anchor,
            firstTime: event.time, lastTime: event.time)
        family.isBorn = isBorn
        if let kept = batch.idTexts(row: row).first(where: { $0.column == column }) {
            family.anchorText = anchorTexts.code(of: kept.text)
        }
        let index = families.add(family) { index, old in
            familyTable.remove(Self.hash(issuer: old.issuer, anchor: old.anchor), index)
        }
        if anchorTexts.count > 2 * families.count + 1024 { dropForgottenTexts() }
        familyTable.insert(Self.hash(issuer: event.issuer, anchor: anchor), index)
        return index
    }

    /// Keeps only the texts of families that are still known.
    private mutating func dropForgottenTexts() {
        var kept = StringPool()
        for index in 0..<families.count where families[index].anchorText != 0 {
            families[index].anchorText = kept.code(of: anchorTexts.text(families[index].anchorText))
        }
        anchorTexts = kept
    }

    /// Takes over what an event says about its family.
    mutating func touch(_ index: Int, _ event: EventRow) {
        families[index].lastTime = max(families[index].lastTime, event.time)
        if event.subject != 0, families[index].subject == 0 {
            families[index].subject = event.subject
        }
        if event.tenant != 0 { families[index].tenant = event.tenant }
        if event.scopes != 0, families[index].scopes == 0 { families[index].scopes = event.scopes }
    }

    private mutating func end(
        _ batch: borrowing EventBatch, _ row: Int, _ transition: inout Transition
    ) -> Bool {
        guard batch.outcome[row] == .success else { return false }
        let event = batch[row]
        let anchor = Self.anchor(of: event).id
        if anchor.isNone { return false }
        var ended: [Int] = []
        familyTable.forEach(Self.hash(issuer: event.issuer, anchor: anchor)) { index in
            let family = families[index]
            guard family.anchor == anchor, family.issuer == event.issuer,
                event.kind == .sessionEnded || family.client == event.client
            else { return }
            ended.append(index)
        }
        for index in ended {
            families[index].isEnded = true
            touch(index, event)
        }
        guard let first = ended.min(by: { families[$0].serial < families[$1].serial }) else {
            return false
        }
        transition = Transition()
        transition.facts = .familyEnded
        transition.family = first
        transition.familySerial = families[first].serial
        return true
    }
}

// MARK: - Tokens

extension Ledger {
    private static func hash(_ token: ID128) -> UInt32 {
        UInt32(truncatingIfNeeded: token.tableHash >> 32)
    }

    /// The token with this id, if its lineage and family are still kept.
    func findNode(_ token: ID128) -> Int? {
        if token.isNone { return nil }
        // A node of a forgotten family may still be in the table, before the live one.
        return nodeTable.find(Self.hash(token)) { index in
            nodes[index].id == token && isCurrent(nodes[index])
        }
    }

    private func isCurrent(_ node: TokenNode) -> Bool {
        let lineage = lineages[Int(node.lineage)]
        return lineage.serial == node.lineageSerial
            && families[Int(lineage.family)].serial == lineage.familySerial
    }

    mutating func addLineage(family: Int, root: ID128, isBorn: Bool) -> Int {
        serial &+= 1
        families[family].lineages += 1
        return lineages.add(
            Lineage(
                serial: serial, family: UInt32(family), familySerial: families[family].serial,
                root: root, isBorn: isBorn)
        ) { _, _ in }
    }

    /// Adds a token, and its access token as a second name while it is live.
    mutating func addNode(_ node: TokenNode) -> Int {
        let index = nodes.add(node) { index, old in
            nodeTable.remove(Self.hash(old.id), index)
            if !old.access.isNone { nodeTable.remove(Self.hash(old.access), index) }
        }
        nodeTable.insert(Self.hash(node.id), index)
        if !node.access.isNone { nodeTable.insert(Self.hash(node.access), index) }
        let lineage = Int(node.lineage)
        lineages[lineage].newestGeneration = max(
            lineages[lineage].newestGeneration, node.generation)
        return index
    }

    /// Forgets the access token of a node that was spent: from here on the node is used anyway.
    mutating func dropAccess(_ index: Int) {
        let access = nodes[index].access
        if access.isNone { return }
        nodeTable.remove(Self.hash(access), index)
        nodes[index].access = .none
    }

    private mutating func noteUse(of access: ID128) {
        if access.isNone { return }
        guard let index = nodeTable.find(Self.hash(access), in: nodes, { $0.access == access })
        else { return }
        nodes[index].isAccessUsed = true
    }
}
