internal import AuditModel

// Refresh tokens that a server's log does not name: known by a counter, or by what came of them.

extension Ledger {
    /// The presented token as the ledger knows it.
    ///
    /// A refusal of a counted token says how many younger ones there are. By that it is found, from
    /// the newest one seen backwards, so that it does not matter whether accepted refreshes count
    /// the token presented or the one issued.
    func presentedToken(_ event: EventRow) -> ID128 {
        if event.family.isNone || event.presented.isNone { return event.presented }
        guard let token = FamilyToken(event.presented, of: event.family), token.behind > 0 else {
            return event.presented
        }
        for counter in [token.counter, token.counter &+ 1, token.counter &- 1] {
            let sibling = findNode(token.sibling(counter).id, of: event.assignedTenant)
            guard let index = sibling else { continue }
            let newest = lineages[Int(nodes[index].lineage)].newestGeneration
            let ahead = Int64(newest) - Int64(nodes[index].generation)
            let wanted = Int64(counter) + ahead - Int64(token.behind)
            return UInt32(exactly: wanted).map { token.sibling($0).id } ?? event.presented
        }
        return token.sibling(token.counter).id
    }

    /// The token that an accepted refresh must have redeemed when its record names only the one
    /// issued: the newest of the family while that has one lineage. Inferred, and nil where two
    /// tabs or devices share the family.
    func inferredToken(_ event: EventRow) -> ID128? {
        if let known = findNode(event.issuedRefresh, of: event.assignedTenant) {
            return nodes[known].id
        }
        guard let family = findFamily(event), families[family].lineages == 1 else { return nil }
        let head = Int(families[family].head)
        guard head >= 0, head < nodes.count, isCurrent(head), !nodes[head].isSpent,
            Int(lineages[Int(nodes[head].lineage)].family) == family
        else { return nil }
        return nodes[head].id
    }

    /// An accepted refresh of a lineage that is not known: it begins here, in mid-life.
    mutating func joinMidLife(
        _ batch: borrowing EventBatch, _ row: Int, _ transition: inout Transition
    ) -> Bool {
        let event = batch[row]
        guard let family = openFamily(event, batch, row, isBorn: false) else { return false }
        if event.issuedRefresh.isNone { return visit(family, event, &transition) }
        return openLineage(event, family, isBorn: false, &transition)
    }

    /// An accepted refresh that names no token at all: only who came, and when, is known.
    private mutating func visit(
        _ family: Int, _ event: EventRow, _ transition: inout Transition
    ) -> Bool {
        transition = Transition()
        transition.family = family
        transition.familySerial = families[family].serial
        transition.isBorn = families[family].isBorn
        transition.describe(families[family], event)
        touch(family, event)
        families[family].act(event)
        families[family].profile.learn(Presenter(of: event), act: families[family].acts)
        return true
    }
}
