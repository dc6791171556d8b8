public import AuditModel

// Families: found by session or native family id and client, made when they are first seen.

extension Ledger {
    /// The session, or the server's own family id; failing both, the token itself.
    private static func anchor(of event: EventRow) -> (id: ID128, column: IDColumn) {
        if !event.family.isNone { return (event.family, .family) }
        if !event.session.isNone { return (event.session, .session) }
        if event.flags.contains(.secretToken) { return (event.id, .event) }
        return event.presented.isNone
            ? (event.issuedRefresh, .issuedRefresh) : (event.presented, .presented)
    }

    /// Without the issuer, which other sources call by another name.
    static func hash(anchor: ID128) -> UInt32 {
        UInt32(truncatingIfNeeded: anchor.tableHash >> 32)
    }

    func findFamily(_ event: EventRow) -> Int? {
        familyIndex(
            issuer: event.issuer, client: event.client, anchor: Self.anchor(of: event).id,
            tenant: event.assignedTenant)
    }

    /// The family of a client with this session, or native family id; for ``family(_:)``.
    ///
    /// - Parameter tenant: the one that its source was configured with; 0 for none.
    public func familyIndex(
        issuer: UInt32, client: UInt32, anchor: ID128, tenant: UInt32
    ) -> Int? {
        if anchor.isNone { return nil }
        var walk = familyTable.walk(Self.hash(anchor: anchor))
        while let index = familyTable.next(&walk) {
            if families[index].anchor == anchor, families[index].client == client,
                families[index].issuer == issuer, families[index].assignedTenant == tenant
            {
                return index
            }
        }
        return nil
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
        family.assignedTenant = event.assignedTenant
        family.isBorn = isBorn
        if let kept = batch.texts.index(column, row: row) {
            family.anchorText = batch.texts.withBytes(kept) { anchorTexts.code(of: $0) }
        }
        let index = reopen(family) ?? families.add(family) { index, old in
            familyTable.remove(Self.hash(anchor: old.anchor), index)
            if old.subject != 0 { subjectTable.remove(Self.subjectHash(old), index) }
            reopening.removeAll { $0 == index }
        }
        if !isTrial, anchorTexts.count > 2 * families.count + 1024 { dropForgottenTexts() }
        familyTable.insert(Self.hash(anchor: anchor), index)
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

    mutating func end(
        _ batch: borrowing EventBatch, _ row: Int, _ transition: inout Transition
    ) -> Bool {
        guard batch.outcome[row] == .success else { return false }
        let event = batch[row]
        let anchor = Self.anchor(of: event).id
        if anchor.isNone { return false }
        var ended: [Int] = []
        var walk = familyTable.walk(Self.hash(anchor: anchor))
        while let index = familyTable.next(&walk) {
            guard families[index].anchor == anchor, families[index].issuer == event.issuer,
                families[index].assignedTenant == event.assignedTenant,
                event.kind == .sessionEnded || families[index].client == event.client
            else { continue }
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
        transition.describe(families[first], event)
        return true
    }
}
