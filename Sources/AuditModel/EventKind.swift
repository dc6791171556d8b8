/// What one event says happened. The raw value is part of the block format: never renumber,
/// only append.
public enum EventKind: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    case other = 0
    case authorizationRequested, authorizationGranted, authorizationDenied, authorizationFailed
    case parPushed, parFailed
    case codeIssued, codeRedeemed, codeRejected, codeReplayed
    case tokenIssued, tokenIssueFailed, tokenExchanged, tokenExchangeFailed
    case tokenIntrospected, tokenIntrospectFailed, tokenValidated, tokenValidationFailed
    case tokenUsed, tokenRevoked, tokenRevokeFailed
    case refreshSucceeded, refreshRejected, refreshReuseDetected, refreshEvicted
    case grantCreated, grantRevoked, grantExpired
    case sessionStarted, sessionEnded, sessionContextChanged, sessionImpersonated
    case authnSucceeded, authnFailed, authnChallenged
    case mfaSucceeded, mfaFailed, mfaRejected
    case consentGranted, consentUpdated, consentDenied, consentRevoked
    case clientAuthenticated, clientAuthFailed, clientRegistered, clientUpdated, clientDeleted
    case clientSecretRead, clientCredentialChanged
    case deviceCodeRequested, deviceCodeVerified, deviceCodeDenied, deviceCodeRedeemed
    case deviceCodeRejected
    case cibaStarted, cibaFailed, cibaRedeemed
    case keyRotated, keyChanged
    case asConfigChanged, adminAction
    case accountChanged, accountLocked, accountDeleted
    case riskSignal, ratelimitHit
    case tokenLeaked

    /// The dotted name used in JSON, rules and SQL, such as `refresh.succeeded`.
    public var name: String { Self.names[Int(rawValue)] }

    /// Whether somebody took a token for good: a resource server, a gateway, or the authorization
    /// server that one of them asked.
    public var isTokenUse: Bool {
        self == .tokenUsed || self == .tokenIntrospected || self == .tokenValidated
    }

    /// The kind with this name; nil for an unknown one.
    public init?(name: String) {
        guard let index = Self.names.firstIndex(of: name) else { return nil }
        self.init(rawValue: UInt8(index))
    }

    /// Every name, by raw value.
    public static let names: [String] = [
        "other",
        "authorization.requested", "authorization.granted", "authorization.denied",
        "authorization.failed",
        "par.pushed", "par.failed",
        "code.issued", "code.redeemed", "code.rejected", "code.replayed",
        "token.issued", "token.issue_failed", "token.exchanged", "token.exchange_failed",
        "token.introspected", "token.introspect_failed", "token.validated",
        "token.validation_failed",
        "token.used", "token.revoked", "token.revoke_failed",
        "refresh.succeeded", "refresh.rejected", "refresh.reuse_detected", "refresh.evicted",
        "grant.created", "grant.revoked", "grant.expired",
        "session.started", "session.ended", "session.context_changed", "session.impersonated",
        "authn.succeeded", "authn.failed", "authn.challenged",
        "mfa.succeeded", "mfa.failed", "mfa.rejected",
        "consent.granted", "consent.updated", "consent.denied", "consent.revoked",
        "client.authenticated", "client.auth_failed", "client.registered", "client.updated",
        "client.deleted",
        "client.secret_read", "client.credential_changed",
        "device_code.requested", "device_code.verified", "device_code.denied",
        "device_code.redeemed",
        "device_code.rejected",
        "ciba.started", "ciba.failed", "ciba.redeemed",
        "key.rotated", "key.changed",
        "as.config_changed", "admin.action",
        "account.changed", "account.locked", "account.deleted",
        "risk.signal", "ratelimit.hit",
        "token.leaked",
    ]

    /// The place of this kind among events of one instant: causes before their consequences
    /// (requested < issued < redeemed < refreshed < used < revoked). Part of the total order.
    @inlinable public var causalRank: UInt8 {
        switch self {
        case .authorizationRequested, .parPushed, .parFailed, .deviceCodeRequested, .cibaStarted,
            .authnChallenged, .clientRegistered, .clientUpdated, .clientSecretRead,
            .clientCredentialChanged, .keyRotated, .keyChanged, .asConfigChanged, .adminAction:
            0
        case .authnSucceeded, .authnFailed, .mfaSucceeded, .mfaFailed, .mfaRejected,
            .sessionStarted, .clientAuthenticated, .clientAuthFailed, .consentGranted,
            .consentUpdated, .consentDenied, .authorizationGranted, .authorizationDenied,
            .authorizationFailed, .deviceCodeVerified, .deviceCodeDenied:
            1
        case .codeIssued, .grantCreated: 2
        case .codeRedeemed, .codeRejected, .codeReplayed, .deviceCodeRedeemed,
            .deviceCodeRejected, .cibaRedeemed, .cibaFailed, .tokenIssued, .tokenIssueFailed,
            .tokenExchanged, .tokenExchangeFailed:
            3
        case .refreshSucceeded: 4
        case .refreshRejected, .refreshReuseDetected, .refreshEvicted: 5
        case .tokenUsed, .tokenIntrospected, .tokenIntrospectFailed, .tokenValidated,
            .tokenValidationFailed, .sessionContextChanged, .sessionImpersonated,
            .accountChanged, .riskSignal, .ratelimitHit, .tokenLeaked, .other:
            6
        case .tokenRevoked, .tokenRevokeFailed, .consentRevoked, .grantRevoked, .grantExpired,
            .sessionEnded, .accountLocked, .accountDeleted, .clientDeleted:
            7
        }
    }
}

/// Secondary facts that the same event proves, beside its ``EventKind``.
public struct EffectSet: OptionSet, Sendable, Hashable, BitwiseCopyable {
    public let rawValue: UInt16
    @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let tokenIssued = EffectSet(rawValue: 1 << 0)
    public static let codeIssued = EffectSet(rawValue: 1 << 1)
    public static let grantRevoked = EffectSet(rawValue: 1 << 2)
    public static let tokenUsed = EffectSet(rawValue: 1 << 3)
    public static let tokenRevoked = EffectSet(rawValue: 1 << 4)
    public static let tokenLeaked = EffectSet(rawValue: 1 << 5)

    /// Every effect there is.
    public static let all = EffectSet(table.map(\.effect))

    /// The effect with the name of this kind; nil for an unknown one.
    public init?(name: String) {
        guard let entry = Self.table.first(where: { $0.kind.name == name }) else { return nil }
        self = entry.effect
    }

    /// The kind names of the effects, in bit order.
    public var names: [String] {
        Self.table.filter { contains($0.effect) }.map(\.kind.name)
    }

    private static let table: [(effect: EffectSet, kind: EventKind)] = [
        (.tokenIssued, .tokenIssued), (.codeIssued, .codeIssued), (.grantRevoked, .grantRevoked),
        (.tokenUsed, .tokenUsed), (.tokenRevoked, .tokenRevoked),
        (.tokenLeaked, .tokenLeaked),
    ]
}
