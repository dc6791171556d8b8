public import AuditModel

// Leaked tokens: what a token that stood in some log still is worth.

/// What the ledger knows of one token.
public struct TokenStatus: Sendable, Hashable {
    /// How far a token can still be used.
    public enum State: Sendable {
        /// Nothing says that it cannot be used; an access token may have expired by itself.
        case live
        /// A refresh token that was redeemed already, where refresh tokens are for one use.
        case spent
        /// Its family ended, or it was revoked.
        case ended
        /// The ledger does not know the token.
        case unknown
    }

    public var known: Bool
    /// For ``Ledger/family(_:)``.
    public var family: Int?
    public var state: State
}

extension Ledger {
    /// What is known of a refresh or access token by its packed id or fingerprint.
    ///
    /// An access token is known as long as the refresh token issued with it; one issued alone is
    /// not known. Refreshing does not end an access token.
    public func status(ofToken id: ID128) -> TokenStatus {
        guard let token = findToken(id) else {
            return TokenStatus(known: false, family: nil, state: .unknown)
        }
        return TokenStatus(
            known: true, family: Int(lineages[Int(nodes[token.node].lineage)].family),
            state: state(of: token))
    }

    /// Notes what a token that an event leaks is worth. An event that meant nothing else belongs to
    /// the family of that token.
    func noteLeak(_ event: EventRow, _ pool: StringPool, _ transition: inout Transition) {
        transition.facts.insert(.tokenLeaked)
        transition.leakStatus = .unknown
        let code = event.leaked
        guard Int(code) < pool.count, let leaked = LeakedToken(text: pool.text(code)) else {
            return
        }
        if leaked.isExpired { transition.leakStatus = .expired }
        let token = findToken(leaked.id, of: event.assignedTenant)
        if transition.family < 0 {
            transition.lineageRoot = leaked.id
            if let token {
                let node = nodes[token.node]
                describe(Int(node.lineage), node.generation, event, &transition)
            }
        }
        guard let token, !leaked.isExpired else { return }
        switch state(of: token) {
        case .live: transition.leakStatus = .live
        case .spent: transition.leakStatus = .spent
        case .ended: transition.leakStatus = .ended
        case .unknown: transition.leakStatus = .unknown
        }
    }

    func findToken(
        _ id: ID128, of tenant: UInt32 = 0
    ) -> (node: Int, isAccess: Bool)? {
        if let node = findNode(id, of: tenant) { return (node, false) }
        return findAccess(id, of: tenant).map { ($0, true) }
    }

    private func state(of token: (node: Int, isAccess: Bool)) -> TokenStatus.State {
        let node = nodes[token.node]
        let family = Int(lineages[Int(node.lineage)].family)
        if families[family].isEnded { return .ended }
        if token.isAccess { return node.isAccessRevoked ? .ended : .live }
        if node.isRevoked { return .ended }
        let rotation = policies.rotation(of: families[family].policyOwner)
        return node.isSpent && rotation != .no ? .spent : .live
    }
}
