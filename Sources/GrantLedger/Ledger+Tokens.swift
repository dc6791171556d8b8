public import AuditModel

// Tokens: refresh tokens by id, with the access tokens that were issued beside them.

extension Ledger {
    private static func hash(_ token: ID128) -> UInt32 {
        UInt32(truncatingIfNeeded: token.tableHash >> 32)
    }

    /// The token with this id, if its lineage and family are still kept.
    ///
    /// - Parameter tenant: see ``Family/admits(_:)``; 0 asks about all.
    func findNode(_ token: ID128, of tenant: UInt32 = 0) -> Int? {
        if token.isNone { return nil }
        // A node of a forgotten family may still be in the table, before the live one.
        var walk = nodeTable.walk(Self.hash(token))
        while let index = nodeTable.next(&walk) {
            if nodes[index].id == token, isCurrent(index), admits(index, tenant) { return index }
        }
        return nil
    }

    private func admits(_ index: Int, _ tenant: UInt32) -> Bool {
        tenant == 0 || families[Int(lineages[Int(nodes[index].lineage)].family)].admits(tenant)
    }

    func isCurrent(_ index: Int) -> Bool {
        let lineage = Int(nodes[index].lineage)
        return lineages[lineage].serial == nodes[index].lineageSerial
            && families[Int(lineages[lineage].family)].serial == lineages[lineage].familySerial
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

    /// Adds a token, with its access token as a second name: one is looked for when it was used, or
    /// when it stood in a log.
    mutating func addNode(_ node: TokenNode) -> Int {
        let index = reuse(node) ?? nodes.add(node) { index, old in
            Self.removeNames(of: old, index, from: &nodeTable)
            if !vacant.isEmpty, vacant[old.id] == index { vacant[old.id] = nil }
        }
        nodeTable.insert(Self.hash(node.id), index)
        if !node.access.isNone { nodeTable.insert(Self.hash(node.access), index) }
        let newest = lineages[Int(node.lineage)].newestGeneration
        let family = Int(lineages[Int(node.lineage)].family)
        if families[family].lineages == 1, node.generation >= newest {
            families[family].head = Int32(index)
        }
        lineages[Int(node.lineage)].newestGeneration = max(newest, node.generation)
        return index
    }

    static func removeNames(of node: TokenNode, _ index: Int, from table: inout IndexTable) {
        table.remove(hash(node.id), index)
        if !node.access.isNone { table.remove(hash(node.access), index) }
    }

    /// The server kept a refresh token and issued another access token with it, which takes the
    /// place of the one before.
    mutating func renewAccess(of index: Int, _ access: ID128) {
        let old = nodes[index].access
        if access.isNone || access == old { return }
        if !old.isNone { nodeTable.remove(Self.hash(old), index) }
        nodes[index].access = access
        nodes[index].isAccessRevoked = false
        nodeTable.insert(Self.hash(access), index)
    }

    /// A token was revoked by itself (RFC 7009): its grant may go on.
    mutating func noteRevocation(of token: ID128, by tenant: UInt32, in session: ID128) {
        if let index = findNode(token, of: tenant) {
            nodes[index].isRevoked = true
            noteOther(family(of: index), session)
        } else if let index = findAccess(token, of: tenant) {
            nodes[index].isAccessRevoked = true
            noteOther(family(of: index), session)
        }
    }

    /// The refresh token that an access token was issued with.
    ///
    /// - Parameter tenant: see ``Family/admits(_:)``; 0 asks about all.
    func findAccess(_ access: ID128, of tenant: UInt32 = 0) -> Int? {
        if access.isNone { return nil }
        var walk = nodeTable.walk(Self.hash(access))
        while let index = nodeTable.next(&walk) {
            if nodes[index].access == access, isCurrent(index), admits(index, tenant) {
                return index
            }
        }
        return nil
    }
}

// MARK: - Hints

extension Ledger {
    /// Asks memory for what the events after a row will need: a chain of three look-ups, one step
    /// for each of three rows. A hint, which changes no result.
    public func prefetch(_ batch: borrowing EventBatch, after row: Int) {
        if row + 18 < batch.count { prefetchSlots(batch, row + 18) }
        if row + 12 < batch.count, let index = likelyNode(batch, row + 12) {
            nodes.prefetch(index)
        }
        if row + 8 < batch.count, let index = likelyNode(batch, row + 8) {
            lineages.prefetch(Int(nodes[index].lineage))
        }
        if row + 4 < batch.count, let index = likelyNode(batch, row + 4) {
            families.prefetch(Int(lineages[Int(nodes[index].lineage)].family))
        }
    }

    private func prefetchSlots(_ batch: borrowing EventBatch, _ row: Int) {
        let presented = batch.id(.presented, row)
        if !presented.isNone { nodeTable.prefetch(Self.hash(presented)) }
        let refresh = batch.id(.issuedRefresh, row)
        if !refresh.isNone { nodeTable.prefetch(Self.hash(refresh)) }
        let access = batch.id(.issuedAccess, row)
        if !access.isNone { nodeTable.prefetch(Self.hash(access)) }
    }

    private func likelyNode(_ batch: borrowing EventBatch, _ row: Int) -> Int? {
        let presented = batch.id(.presented, row)
        if presented.isNone { return nil }
        var walk = nodeTable.walk(Self.hash(presented))
        return nodeTable.next(&walk)
    }
}
