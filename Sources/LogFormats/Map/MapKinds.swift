internal import AuditModel

/// What kinds of events say of themselves, where a map leaves it open.
extension EventKind {
    /// How an attempt of this kind ended.
    var ownOutcome: Outcome {
        switch self {
        case .other, .riskSignal, .ratelimitHit, .authorizationRequested, .deviceCodeRequested,
            .cibaStarted:
            .unknown
        case .authnChallenged: .interrupted
        case .authorizationDenied, .consentDenied, .deviceCodeDenied, .mfaRejected: .denied
        case .authorizationFailed, .parFailed, .codeRejected, .codeReplayed, .tokenIssueFailed,
            .tokenExchangeFailed, .tokenIntrospectFailed, .tokenValidationFailed,
            .tokenRevokeFailed, .refreshRejected, .refreshReuseDetected, .authnFailed, .mfaFailed,
            .clientAuthFailed, .deviceCodeRejected, .cibaFailed:
            .failure
        default: .success
        }
    }

    /// What it is when it fails: `refresh.succeeded` becomes `refresh.rejected`.
    var failed: EventKind {
        switch self {
        case .authorizationRequested, .authorizationGranted, .codeIssued: .authorizationFailed
        case .parPushed: .parFailed
        case .codeRedeemed: .codeRejected
        case .tokenIssued: .tokenIssueFailed
        case .tokenExchanged: .tokenExchangeFailed
        case .tokenIntrospected: .tokenIntrospectFailed
        case .tokenValidated, .tokenUsed: .tokenValidationFailed
        case .tokenRevoked: .tokenRevokeFailed
        case .refreshSucceeded: .refreshRejected
        case .sessionStarted, .authnSucceeded: .authnFailed
        case .mfaSucceeded: .mfaFailed
        case .consentGranted, .consentUpdated: .consentDenied
        case .clientAuthenticated: .clientAuthFailed
        case .deviceCodeVerified, .deviceCodeRedeemed: .deviceCodeRejected
        case .cibaStarted, .cibaRedeemed: .cibaFailed
        case .grantCreated, .grantRevoked, .grantExpired, .sessionEnded, .sessionContextChanged,
            .sessionImpersonated, .consentRevoked, .refreshEvicted, .clientRegistered,
            .clientUpdated, .clientDeleted, .clientSecretRead, .clientCredentialChanged,
            .deviceCodeRequested, .keyRotated, .keyChanged, .asConfigChanged, .accountChanged,
            .accountDeleted:
            .other
        default: self
        }
    }

    /// Whose address such an event has: people present what they hold, resource servers ask.
    var ownIPRole: IPRole {
        switch self {
        case .authorizationRequested, .authorizationGranted, .authorizationDenied,
            .authorizationFailed, .codeIssued, .codeRedeemed, .codeRejected, .codeReplayed,
            .tokenIssued, .tokenIssueFailed, .refreshSucceeded, .refreshRejected,
            .refreshReuseDetected, .sessionStarted, .sessionContextChanged, .authnSucceeded,
            .authnFailed, .authnChallenged, .mfaSucceeded, .mfaFailed, .mfaRejected,
            .consentGranted, .consentDenied, .deviceCodeRedeemed, .deviceCodeRejected:
            .holder
        case .parPushed, .parFailed, .tokenIntrospected, .tokenIntrospectFailed, .tokenValidated,
            .tokenValidationFailed, .clientAuthenticated, .clientAuthFailed:
            .caller
        default: .unknown
        }
    }
}
