public import AuditModel

extension FactSet {
    /// The facts that the ledger may find at an event of a kind; a leaked token, which any event
    /// may show, aside (``tokenLeaked``).
    public static func possible(at kind: EventKind) -> FactSet {
        switch kind {
        case .codeRedeemed: [.lineageOpened, .codeReplayed]
        case .tokenIssued, .tokenExchanged, .deviceCodeRedeemed, .cibaRedeemed: .lineageOpened
        case .codeRejected, .codeReplayed: .codeReplayed
        case .refreshSucceeded:
            [
                .refreshRotated, .refreshKept, .refreshReplayed, .refreshForked, .clientMismatch,
                .scopeGrown,
            ]
        case .refreshRejected, .refreshReuseDetected:
            [.refreshReplayed, .refreshRefused, .clientMismatch, .scopeRefused]
        case .sessionEnded, .grantRevoked, .consentRevoked: .familyEnded
        default: []
        }
    }
}
