internal import AuditModel
internal import WireFormat

/// What Hydra's records mean.
enum HydraTypes {
    /// Events of traces, by name.
    static let traces = TypeTable([
        .init("OAuth2LoginAccepted", .authnSucceeded, ip: .caller),
        .init("OAuth2LoginRejected", .authnFailed, .denied, ip: .caller),
        .init("OAuth2ConsentAccepted", .consentGranted, ip: .caller),
        .init("OAuth2ConsentRejected", .consentDenied, .denied, ip: .caller),
        .init("OAuth2ConsentRevoked", .consentRevoked, effects: .grantRevoked, ip: .caller),
        .init("OAuth2ClientCreated", .clientRegistered, ip: .caller),
        .init("OAuth2ClientUpdated", .clientUpdated, ip: .caller),
        .init("OAuth2ClientDeleted", .clientDeleted, ip: .caller),
        .init(
            "OAuth2AccessTokenIssued OAuth2RefreshTokenIssued OIDCIdentityTokenIssued",
            .tokenIssued),
        .init("OAuth2TokenExchangeError", .tokenIssueFailed, .failure),
        .init("OAuth2AccessTokenInspected", .tokenIntrospected, ip: .caller),
        .init("OAuth2AccessTokenRevoked", .tokenRevoked),
        .init(
            "OAuth2DeviceUserCodeAccepted OAuth2DeviceCodeAccepted", .deviceCodeVerified,
            ip: .caller),
    ])

    /// Requests that were answered without an error, by method and path without `/admin`; `*` is
    /// one name at the end. Where the answer is the same whatever the token was worth (RFC 7662
    /// §2.2, RFC 7009 §2.2) or a redirect may carry an error, the outcome is unknown.
    static let requests = TypeTable([
        .init("POST/oauth2/token", .tokenIssued),
        .init("GET/oauth2/auth POST/oauth2/auth", .authorizationRequested, .unknown, ip: .holder),
        .init("POST/oauth2/introspect", .tokenIntrospected, .unknown, ip: .caller),
        .init("POST/oauth2/revoke", .tokenRevoked, .unknown),
        .init("DELETE/oauth2/tokens", .tokenRevoked, ip: .caller),
        .init("GET/userinfo POST/userinfo", .tokenUsed),
        .init("POST/oauth2/device/auth", .deviceCodeRequested, ip: .holder),
        .init("PUT/oauth2/auth/requests/login/accept", .authnSucceeded, ip: .caller),
        .init("PUT/oauth2/auth/requests/login/reject", .authnFailed, .denied, ip: .caller),
        .init("PUT/oauth2/auth/requests/consent/accept", .consentGranted, ip: .caller),
        .init("PUT/oauth2/auth/requests/consent/reject", .consentDenied, .denied, ip: .caller),
        .init("PUT/oauth2/auth/requests/device/accept", .deviceCodeVerified, ip: .caller),
        .init(
            "PUT/oauth2/auth/requests/logout/accept DELETE/oauth2/auth/sessions/login",
            .sessionEnded, ip: .caller),
        .init(
            "DELETE/oauth2/auth/sessions/consent", .consentRevoked, effects: .grantRevoked,
            ip: .caller),
        .init("POST/clients POST/oauth2/register", .clientRegistered, ip: .caller),
        .init(
            "PUT/clients/* PATCH/clients/* PUT/oauth2/register/*", .clientUpdated, ip: .caller),
        .init("DELETE/clients/* DELETE/oauth2/register/*", .clientDeleted, ip: .caller),
        .init("POST/keys/* PUT/keys/* DELETE/keys/*", .keyChanged, ip: .caller),
        .init("POST/trust/grants/jwt-bearer/issuers", .asConfigChanged, ip: .caller),
    ])

    /// What an issued access token was issued for.
    static func issued(_ grantType: UnsafeRawBufferPointer, _ row: inout EventRow) {
        if ByteSearch.equals(grantType, "refresh_token") {
            row.kind = .refreshSucceeded
        } else if ByteSearch.equals(grantType, "authorization_code") {
            row.kind = .codeRedeemed
        } else if ByteSearch.equals(
            grantType, "urn:ietf:params:oauth:grant-type:device_code")
        {
            row.kind = .deviceCodeRedeemed
        } else {
            if ByteSearch.equals(grantType, "client_credentials") { row.ipRole = .caller }
            return
        }
        row.effects = .tokenIssued
        row.ipRole = .holder
    }
}

/// What Hydra says about a refusal: the name of the error (RFC 6749 §5.2 and its kin), the reason
/// it gives the client, and what only operators are told.
struct HydraRefusal {
    /// What was asked for, as far as the path tells.
    enum Endpoint {
        case token, authorization, introspection, revocation, userinfo, device, other, unknown
    }

    var endpoint: Endpoint
    var name: UnsafeRawBufferPointer?
    var reason: UnsafeRawBufferPointer?
    var debug: UnsafeRawBufferPointer?

    private func says(_ words: StaticString) -> Bool {
        if let reason, ByteSearch.containsFolded(reason, words) { return true }
        return debug.map { ByteSearch.containsFolded($0, words) } ?? false
    }

    private func isNamed(_ text: StaticString) -> Bool {
        name.map { ByteSearch.equals($0, text) } ?? false
    }

    /// Whether this is how the server leaves to its login page: no refusal at all.
    var isDetour: Bool {
        name.map { ByteSearch.containsFolded($0, "must be aborted") } ?? false
    }

    /// Whether it is about something that an event could be, not about the server itself.
    var isAboutProtocol: Bool {
        endpoint != .unknown || isNamed("invalid_client") || isNamed("invalid_grant")
            || says("refresh token") || says("authorization code")
    }

    /// Fills kind, outcome, reason and whose address it is.
    func map(_ row: inout EventRow) {
        row.outcome = .failure
        row.reason = commonReason
        if isNamed("invalid_client") {
            (row.kind, row.ipRole, row.reason) = (.clientAuthFailed, .caller, .clientAuth)
            return
        }
        switch endpoint {
        case .token, .unknown: mapGrant(&row)
        case .authorization:
            row.ipRole = .holder
            row.kind = .authorizationFailed
            if isNamed("access_denied") {
                (row.kind, row.outcome) = (.authorizationDenied, .denied)
            }
        case .introspection: (row.kind, row.ipRole) = (.tokenIntrospectFailed, .caller)
        case .revocation: row.kind = .tokenRevokeFailed
        case .userinfo: row.kind = .tokenValidationFailed
        case .device: (row.kind, row.ipRole) = (.deviceCodeRejected, .holder)
        case .other: row.kind = .other
        }
    }

    private func mapGrant(_ row: inout EventRow) {
        row.ipRole = .holder
        if row.reason == .reused {
            row.kind = .refreshReuseDetected
            row.flags.insert(.asserted)
        } else if says("authorization code has already been used") {
            row.kind = .codeReplayed
            row.flags.insert(.asserted)
        } else if isAboutDevice {
            row.kind = .deviceCodeRejected
            let isPolling = isNamed("authorization_pending") || isNamed("slow_down")
            if isPolling { row.outcome = .interrupted }
            if isNamed("access_denied") { (row.kind, row.outcome) = (.deviceCodeDenied, .denied) }
        } else if says("refresh") || says("initial token issuance") {
            row.kind = .refreshRejected
        } else if row.reason == .pkce || says("authorization code") || says("authorize code")
            || says("authorize request") || says("authorization_code")
        {
            row.kind = .codeRejected
        } else {
            row.ipRole = .unknown
            row.kind = .tokenIssueFailed
        }
    }

    private var isAboutDevice: Bool {
        isNamed("authorization_pending") || isNamed("slow_down") || isNamed("expired_token")
            || isNamed("access_denied") || says("device code") || says("device_code")
    }

    private var commonReason: Reason {
        let said = Self.known(reason) ?? Self.known(debug) ?? Self.known(name)
        return said ?? (name == nil && reason == nil ? .unspecified : .unknown)
    }

    private static func known(_ text: UnsafeRawBufferPointer?) -> Reason? {
        guard let text, !text.isEmpty else { return nil }
        let found = reasons.reason(text)
        return found == .unknown ? nil : found
    }

    /// By what occurs in the server's words. More exact words come first.
    private static let reasons = ReasonTexts([
        ("refresh token was already used", .reused), ("re-use was detected", .reused),
        ("already been used", .consumed), ("multiple concurrent", .concurrency),
        ("concurrent update", .concurrency), ("serialize access", .concurrency),
        ("code_verifier", .pkce), ("code verifier", .pkce), ("code_challenge", .pkce),
        ("code challenge", .pkce), ("pkce", .pkce), ("dpop", .dpop),
        ("redirect_uri", .redirectURI), ("redirect url", .redirectURI),
        ("client id from this request", .wrongClient),
        ("client secret", .clientAuth), ("client authentication", .clientAuth),
        ("client does not exist", .clientAuth), ("invalid_client", .clientAuth),
        ("authentication method", .clientAuth),
        ("not allowed to use authorization grant", .policy),
        ("unauthorized_client", .policy), ("scope", .scope), ("audience", .audience),
        ("expired", .expired), ("inactive", .revoked), ("revoked", .revoked),
        ("malformed", .malformed), ("token format", .malformed),
        ("not_found", .notFound), ("not found", .notFound), ("not been found", .notFound),
        ("not be found", .notFound), ("signature", .signature), ("issuer", .issuer),
        ("slow_down", .rateLimited), ("denied", .policy), ("login_required", .sessionInactive),
        ("invalid_grant", .unspecified), ("authorization_pending", .unspecified),
        ("server_error", .unspecified), ("request_unauthorized", .unspecified),
        ("invalid_request", .malformed),
    ])
}
