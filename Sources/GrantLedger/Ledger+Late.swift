public import AuditModel

// Events that came too late: a session's events folded once more, in their order.

extension Ledger {
    /// Forgets what a session's events said, to have them folded once more, now that the late ones
    /// among them are known. Its families and tokens keep their places, so that what rules keep by
    /// family goes on.
    ///
    /// Nothing is done where that would lose something: where other events than these spoke of the
    /// session's families or tokens, or earlier ones are no longer kept.
    ///
    /// - Parameters:
    ///   - tokens: all that the events present or issue.
    ///   - start: the time of the first event that did not come late.
    ///   - body: gives all events to ``refold(_:row:pool:isLate:)``, in total order.
    /// - Returns: whether it was done.
    public mutating func refold(
        session: ID128, tokens: [ID128], from start: Int64, _ body: (inout Ledger) -> Void
    ) -> Bool {
        let known = families(anchoredAt: session)
        guard known.allSatisfy({ families[$0].firstTime >= start && !families[$0].hasOthers })
        else { return false }
        for token in tokens {
            if let found = findToken(token), !known.contains(family(of: found.node)) {
                return false
            }
        }
        var freed: [Int] = []
        for token in tokens {
            while let found = findToken(token), known.contains(family(of: found.node)) {
                freed.append(found.node)
                Self.removeNames(of: nodes[found.node], found.node, from: &nodeTable)
                vacant[nodes[found.node].id] = found.node
            }
        }
        for node in freed {
            // Links to it name it by the serial it had.
            serial &+= 1
            lineages[Int(nodes[node].lineage)].serial = serial
        }
        for index in known { familyTable.remove(Self.hash(anchor: session), index) }
        reopening = known
        body(&self)
        // Nothing speaks of these any more; their places wait for their turn.
        for index in reopening where families[index].subject != 0 {
            subjectTable.remove(Self.subjectHash(families[index]), index)
        }
        (reopening, vacant, isRepeating) = ([], [:], false)
        return true
    }

    /// Folds one event of a session in that is folded anew.
    ///
    /// - Parameter isLate: whether it comes for the first time: what others say teaches what is
    ///   known of clients no second time.
    public mutating func refold(
        _ batch: borrowing EventBatch, row: Int, pool: StringPool, isLate: Bool
    ) {
        isRepeating = !isLate
        var transition = Transition()
        _ = apply(batch, row: row, pool: pool, into: &transition)
    }

    /// Notes that an event spoke of a family that is not one of its session.
    mutating func noteOther(_ family: Int, _ session: ID128) {
        if session == families[family].anchor || families[family].hasOthers { return }
        families[family].hasOthers = true
    }

    func family(of node: Int) -> Int { Int(lineages[Int(nodes[node].lineage)].family) }

    /// Puts a token in the place that it had before its session was folded anew.
    ///
    /// - Returns: nil when it had none.
    mutating func reuse(_ node: TokenNode) -> Int? {
        if vacant.isEmpty { return nil }
        guard let index = vacant.removeValue(forKey: node.id) else { return nil }
        nodes[index] = node
        return index
    }

    /// When the first grant of a session that is known began; nil when none is.
    public func firstTime(ofSession session: ID128) -> Int64? {
        families(anchoredAt: session).map { families[$0].firstTime }.min()
    }

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
