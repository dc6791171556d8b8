internal import AuditModel

// Use of access tokens, as a resource server, a gateway or the authorization server itself logs it:
// which grant it belongs to.

extension Ledger {
    /// A token was used, introspected or found valid.
    ///
    /// The token names its grant, whoever writes the log; failing that the session does. Subject
    /// and client alone speak for a grant, but anybody's: what they say is inferred.
    ///
    /// - Returns: whether the grant is known; the use itself is no fact. One that is inferred is in
    ///   ``Transition/inferredFamily`` all the same.
    mutating func use(
        _ batch: borrowing EventBatch, _ row: Int, _ transition: inout Transition
    ) -> Bool {
        let event = batch[row]
        transition = Transition()
        if let index = findAccess(event.presented, of: event.assignedTenant) {
            nodes[index].isAccessUsed = true
            noteOther(family(of: index), event.session)
            describe(Int(nodes[index].lineage), nodes[index].generation, event, &transition)
        } else if let index = findNode(event.presented, of: event.assignedTenant) {
            describe(Int(nodes[index].lineage), nodes[index].generation, event, &transition)
        } else if let family = familyOfSession(event) {
            transition.family = family
            transition.familySerial = families[family].serial
            transition.isBorn = families[family].isBorn
            transition.describe(families[family], event)
        } else {
            transition.inferredFamily = familyOfSubject(event) ?? -1
            return false
        }
        return true
    }

    /// The family with the event's session and client, by whatever name the source calls the
    /// issuer; without a client the only one of the session. Nil when there are several.
    private func familyOfSession(_ event: EventRow) -> Int? {
        if event.session.isNone { return nil }
        var found: Int?
        var walk = familyTable.walk(Self.hash(anchor: event.session))
        while let index = familyTable.next(&walk) {
            let family = families[index]
            guard family.anchor == event.session, family.admits(event.assignedTenant),
                event.client == 0 || family.client == event.client
            else { continue }
            if family.issuer == event.issuer, event.client != 0 { return index }
            if found != nil { return nil }
            found = index
        }
        return found
    }
}

// MARK: - Subjects

extension Ledger {
    static func subjectHash(_ family: Family) -> UInt32 {
        subjectHash(family.subject, family.client)
    }

    private static func subjectHash(_ subject: UInt32, _ client: UInt32) -> UInt32 {
        UInt32(
            truncatingIfNeeded: ID128(high: UInt64(subject), low: UInt64(client)).tableHash >> 32)
    }

    /// The family takes over what an event says about it.
    mutating func touch(_ index: Int, _ event: EventRow) {
        families[index].touch(event)
        noteOther(index, event.session)
        guard event.subject != 0, families[index].subject == 0 else { return }
        families[index].subject = event.subject
        // One entry for a subject and a client, however many grants they had: the latest.
        if let earlier = latestFamily(
            event.subject, families[index].client, families[index].assignedTenant)
        {
            families[index].hasSibling = !families[earlier].isEnded
            subjectTable.remove(Self.subjectHash(families[earlier]), earlier)
        }
        subjectTable.insert(Self.subjectHash(families[index]), index)
    }

    private func latestFamily(_ subject: UInt32, _ client: UInt32, _ tenant: UInt32) -> Int? {
        var walk = subjectTable.walk(Self.subjectHash(subject, client))
        while let index = subjectTable.next(&walk) {
            if families[index].subject == subject, families[index].client == client,
                families[index].admits(tenant)
            {
                return index
            }
        }
        return nil
    }

    /// The one live grant that a subject has at a client; nil when it cannot be told from others.
    private func familyOfSubject(_ event: EventRow) -> Int? {
        guard event.subject != 0, event.client != 0,
            let index = latestFamily(event.subject, event.client, event.assignedTenant),
            !families[index].isEnded, !families[index].hasSibling
        else { return nil }
        return index
    }
}
