internal import AuditModel

/// Which of an event's token ids were presented and which were issued.
enum KeycloakTokens: UInt8 {
    case none
    /// `token_id` and `refresh_token_id` were issued.
    case issues
    /// `refresh_token_id` was presented; `updated_refresh_token_id` and `token_id` were issued.
    case refreshes
    /// `token_id`, or else `refresh_token_id`, was presented.
    case presents
}

/// What one event type of Keycloak means, and its `_ERROR` twin.
struct KeycloakType {
    var name: String
    var kind: EventKind
    var effects: EffectSet
    var errorKind: EventKind
    var tokens: KeycloakTokens
    var ipRole: IPRole

    init(
        _ name: String, _ kind: EventKind, error: EventKind, effects: EffectSet = [],
        tokens: KeycloakTokens = .none, ip: IPRole = .unknown
    ) {
        self.name = name
        self.kind = kind
        self.effects = effects
        errorKind = error
        self.tokens = tokens
        ipRole = ip
    }
}

extension KeycloakType {
    /// Every event type of Keycloak up to 26.x, and `JWT_BEARER` of older servers.
    static let all: [KeycloakType] = sessions + tokens + account + federation + consents + others

    private static let sessions: [KeycloakType] = [
        KeycloakType("LOGIN", .sessionStarted, error: .authnFailed, ip: .holder),
        KeycloakType("LOGOUT", .sessionEnded, error: .other, tokens: .presents),
        KeycloakType("USER_SESSION_DELETED", .sessionEnded, error: .other),
        KeycloakType("IMPERSONATE", .sessionImpersonated, error: .other),
        KeycloakType("USER_DISABLED_BY_PERMANENT_LOCKOUT", .accountLocked, error: .other),
        KeycloakType("USER_DISABLED_BY_TEMPORARY_LOCKOUT", .accountLocked, error: .other),
    ]

    private static let tokens: [KeycloakType] = [
        KeycloakType(
            "CODE_TO_TOKEN", .codeRedeemed, error: .codeRejected, effects: .tokenIssued,
            tokens: .issues, ip: .holder),
        KeycloakType(
            "REFRESH_TOKEN", .refreshSucceeded, error: .refreshRejected, effects: .tokenIssued,
            tokens: .refreshes, ip: .holder),
        KeycloakType(
            "CLIENT_LOGIN", .tokenIssued, error: .tokenIssueFailed, tokens: .issues, ip: .caller),
        KeycloakType(
            "VALIDATE_ACCESS_TOKEN", .tokenValidated, error: .tokenValidationFailed,
            tokens: .presents, ip: .caller),
        KeycloakType(
            "INTROSPECT_TOKEN", .tokenIntrospected, error: .tokenIntrospectFailed,
            tokens: .presents, ip: .caller),
        KeycloakType(
            "USER_INFO_REQUEST", .tokenUsed, error: .tokenValidationFailed, tokens: .presents),
        KeycloakType(
            "INVALID_SIGNATURE", .tokenValidationFailed, error: .tokenValidationFailed,
            tokens: .presents),
        KeycloakType(
            "TOKEN_EXCHANGE", .tokenExchanged, error: .tokenExchangeFailed, tokens: .issues),
        KeycloakType("OAUTH2_DEVICE_AUTH", .deviceCodeRequested, error: .deviceCodeRejected),
        KeycloakType(
            "OAUTH2_DEVICE_VERIFY_USER_CODE", .deviceCodeVerified, error: .deviceCodeRejected),
        KeycloakType(
            "OAUTH2_DEVICE_CODE_TO_TOKEN", .deviceCodeRedeemed, error: .deviceCodeRejected,
            effects: .tokenIssued, tokens: .issues, ip: .holder),
        KeycloakType(
            "AUTHREQID_TO_TOKEN", .cibaRedeemed, error: .cibaFailed, effects: .tokenIssued,
            tokens: .issues),
        KeycloakType("PERMISSION_TOKEN", .tokenIssued, error: .tokenIssueFailed, tokens: .issues),
        KeycloakType("JWT_BEARER", .tokenIssued, error: .tokenIssueFailed, tokens: .issues),
        KeycloakType(
            "JWT_AUTHORIZATION_GRANT", .tokenIssued, error: .tokenIssueFailed, tokens: .issues),
        KeycloakType(
            "OAUTH2_EXTENSION_GRANT", .tokenIssued, error: .tokenIssueFailed, tokens: .issues),
        KeycloakType(
            "VERIFIABLE_CREDENTIAL_PRE_AUTHORIZED_GRANT", .tokenIssued, error: .tokenIssueFailed,
            tokens: .issues),
        KeycloakType("PUSHED_AUTHORIZATION_REQUEST", .parPushed, error: .parFailed),
    ]

    private static let account: [KeycloakType] =
        [
            "REGISTER", "UPDATE_EMAIL", "UPDATE_PROFILE", "UPDATE_PASSWORD", "UPDATE_TOTP",
            "REMOVE_TOTP", "UPDATE_CREDENTIAL", "REMOVE_CREDENTIAL", "RESET_PASSWORD",
            "VERIFY_EMAIL", "VERIFY_PROFILE",
        ].map { KeycloakType($0, .accountChanged, error: .accountChanged) } + [
            KeycloakType("DELETE_ACCOUNT", .accountDeleted, error: .accountChanged)
        ]

    private static let federation: [KeycloakType] =
        [
            "FEDERATED_IDENTITY_LINK", "REMOVE_FEDERATED_IDENTITY",
            "FEDERATED_IDENTITY_OVERRIDE_LINK", "IDENTITY_PROVIDER_LINK_ACCOUNT",
            "CLIENT_INITIATED_ACCOUNT_LINKING",
        ].map { KeycloakType($0, .accountChanged, error: .accountChanged) }
        + [
            "IDENTITY_PROVIDER_LOGIN", "IDENTITY_PROVIDER_FIRST_LOGIN",
            "IDENTITY_PROVIDER_POST_LOGIN", "IDENTITY_PROVIDER_RESPONSE",
        ].map { KeycloakType($0, .authnSucceeded, error: .authnFailed, ip: .holder) }
        + [
            KeycloakType(
                "IDENTITY_PROVIDER_RETRIEVE_TOKEN", .tokenUsed, error: .tokenValidationFailed)
        ]

    private static let consents: [KeycloakType] = [
        KeycloakType("GRANT_CONSENT", .consentGranted, error: .consentDenied, ip: .holder),
        KeycloakType("UPDATE_CONSENT", .consentUpdated, error: .consentDenied, ip: .holder),
        KeycloakType(
            "REVOKE_GRANT", .consentRevoked, error: .tokenRevokeFailed, effects: .grantRevoked,
            tokens: .presents),
        KeycloakType("CLIENT_INFO", .other, error: .clientAuthFailed),
        KeycloakType("CLIENT_REGISTER", .clientRegistered, error: .clientAuthFailed),
        KeycloakType("CLIENT_UPDATE", .clientUpdated, error: .clientAuthFailed),
        KeycloakType("CLIENT_DELETE", .clientDeleted, error: .clientAuthFailed),
    ]

    private static let others: [KeycloakType] = [
        "SEND_VERIFY_EMAIL", "SEND_RESET_PASSWORD", "SEND_IDENTITY_PROVIDER_LINK", "INVITE_ORG",
        "CUSTOM_REQUIRED_ACTION", "EXECUTE_ACTIONS", "EXECUTE_ACTION_TOKEN",
        "RESTART_AUTHENTICATION", "REGISTER_NODE", "UNREGISTER_NODE",
        "VERIFIABLE_CREDENTIAL_REQUEST", "VERIFIABLE_CREDENTIAL_OFFER_REQUEST",
        "VERIFIABLE_CREDENTIAL_NONCE_REQUEST", "VERIFIABLE_CREDENTIAL_CREATE_OFFER",
    ].map { KeycloakType($0, .other, error: .other) }

    /// Finds both names of every type: `2 * index` the type, `2 * index + 1` its twin.
    static let table = NameTable(all.flatMap { [$0.name, $0.name + "_ERROR"] })
}

/// Where the error itself changes what an event means.
struct KeycloakErrorRule {
    var type: String
    var error: String
    var kind: EventKind
    var outcome: Outcome

    init(_ type: String, _ error: String, _ kind: EventKind, _ outcome: Outcome = .failure) {
        self.type = type
        self.error = error
        self.kind = kind
        self.outcome = outcome
    }

    static let all: [KeycloakErrorRule] =
        [
            KeycloakErrorRule("LOGIN", "consent_denied", .consentDenied, .denied),
            KeycloakErrorRule("LOGIN", "access_denied", .consentDenied, .denied),
            KeycloakErrorRule("LOGIN", "rejected_by_user", .consentDenied, .denied),
            KeycloakErrorRule("LOGIN", "invalid_redirect_uri", .authorizationFailed),
            KeycloakErrorRule("LOGIN", "client_not_found", .authorizationFailed),
            KeycloakErrorRule("CLIENT_LOGIN", "invalid_client", .clientAuthFailed),
            KeycloakErrorRule("CLIENT_LOGIN", "invalid_client_credentials", .clientAuthFailed),
            KeycloakErrorRule("CLIENT_LOGIN", "unauthorized_client", .clientAuthFailed),
        ]
        + [
            "OAUTH2_DEVICE_AUTH", "OAUTH2_DEVICE_VERIFY_USER_CODE", "OAUTH2_DEVICE_CODE_TO_TOKEN",
        ].flatMap { type in
            [
                KeycloakErrorRule(type, "access_denied", .deviceCodeDenied, .denied),
                KeycloakErrorRule(type, "rejected_by_user", .deviceCodeDenied, .denied),
                // Polling before the user has decided (RFC 8628 §3.5) is no failure.
                KeycloakErrorRule(type, "authorization_pending", .deviceCodeRejected, .interrupted),
                KeycloakErrorRule(type, "slow_down", .deviceCodeRejected, .interrupted),
            ]
        }

    /// Finds `type` and `error`, joined by a blank.
    static let table = NameTable(all.map { $0.type + " " + $0.error })
}
