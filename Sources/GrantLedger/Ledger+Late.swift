public import AuditModel

// Events that came too late: a session's events folded once more, in their order.

extension Ledger {
    /// Forgets what a session's events said and has them folded once more, now that the late ones
    /// among them are known. Its families keep their places, so that what rules keep by family
    /// goes on; clients teach nothing a second time.
    ///
    /// Nothing is done where that would lose something: where other events than these speak for
    /// the session's tokens, or earlier ones are no longer kept.
    ///
    /// - Parameters:
    ///   - tokens: all that the events present or issue.
    ///   - start: the time of the first event.
    ///   - body: applies the events in total order.
    /// - Returns: whether it was done.
    public mutating func refold(
        session: ID128, tokens: [ID128], from start: Int64, _ body: (inout Ledger) -> Void
    ) -> Bool {
        let known = families(anchoredAt: session)
        guard known.allSatisfy({ families[$0].firstTime >= start }) else { return false }
        for token in tokens {
            guard let found = findToken(token) else { continue }
            if !known.contains(family(of: found.node)) { return false }
        }
        for token in tokens {
            while let found = findToken(token), known.contains(family(of: found.node)) {
                // Its tokens name it by the serial it had.
                serial &+= 1
                lineages[Int(nodes[found.node].lineage)].serial = serial
            }
        }
        for index in known { familyTable.remove(Self.hash(anchor: session), index) }
        (reopening, isRefolding) = (known, true)
        body(&self)
        // Nothing speaks of these any more; their places wait for their turn.
        for index in reopening where families[index].subject != 0 {
            subjectTable.remove(Self.subjectHash(families[index]), index)
        }
        (reopening, isRefolding) = ([], false)
        return true
    }

    private func family(of node: Int) -> Int { Int(lineages[Int(nodes[node].lineage)].family) }

    private func families(anchoredAt session: ID128) -> [Int] {
        var found: [Int] = []
        var walk = familyTable.walk(Self.hash(anchor: session))
        while let index = familyTable.next(&walk) {
            if families[index].anchor == session { found.append(index) }
        }
        return found
    }

    /// Puts a family that is opened in the place that it had before a refold.
    ///
    /// - Returns: nil when it had none.
    mutating func reopen(_ family: Family) -> Int? {
        guard let place = reopening.firstIndex(where: { families[$0].hasNames(of: family) })
        else { return nil }
        let index = reopening.remove(at: place)
        var family = family
        family.serial = families[index].serial
        family.subject = families[index].subject
        family.hasSibling = families[index].hasSibling
        families[index] = family
        return index
    }
}

extension Family {
    fileprivate func hasNames(of other: Family) -> Bool {
        anchor == other.anchor && client == other.client && issuer == other.issuer
            && assignedTenant == other.assignedTenant
    }
}
