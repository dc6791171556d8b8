internal import AuditModel
internal import WireFormat

/// What PingFederate's audit events mean. An event that is not in the table is `other`, its name
/// kept.
enum PingFederateTypes {
    static let table = TypeTable(sessions + tokens + accounts)

    /// Whether a text is the name of a known event.
    static func isKnown(_ text: UnsafeRawBufferPointer) -> Bool {
        text.count >= 3 && table.meaning(text) != nil
    }

    /// Whether a text could be the name of an event.
    static func isName(_ text: UnsafeRawBufferPointer) -> Bool {
        text.count >= 2 && text.count <= 64
            && text.allSatisfy { $0 | 0x20 &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == 0x5F }
    }

    private static let sessions: [TypeTable.Group] = [
        .init("SSO AUTHN_SESSION_CREATED", .sessionStarted, ip: .holder),
        .init(
            "SLO AUTHN_SESSION_DELETED AUTHN_SESSIONS_DELETED AUTHN_SOURCE_SESSION_DELETED "
                + "SRI_REVOKED SESSION_REVOKED SESSION_DELETED",
            .sessionEnded),
        .init("AUTHN_SESSION_USED AUTHN_ATTEMPT", .authnSucceeded, ip: .holder),
        .init("AUTHN_REQUEST", .authnChallenged, ip: .holder),
        .init("USER_KEY_AND_SRI_ASSOCIATED SESSION_QUOTA_EXCEEDED", .other),
    ]

    /// What an OAuth event is depends on its grant type, see ``PingFederateGrant``.
    private static let tokens: [TypeTable.Group] = [
        .init("OAuth", .tokenIssued),
        .init("STS", .tokenExchanged),
        .init("PAR", .parPushed),
        .init("CIBA", .cibaStarted),
    ]

    private static let accounts: [TypeTable.Group] = [
        .init(
            "REGISTER PWD_CHANGE PWD_SET PWD_RESET PROFILE_ATTRIBUTE_CHANGE EMAIL_ADDRESS_VERIFY "
                + "VERIFY_OTP AUTHN_SOURCE_CONNECT AUTHN_SOURCE_DISCONNECT ACCOUNT_UNLOCK "
                + "USERNAME_RECOVERY",
            .accountChanged),
        .init("ACCOUNT_DELETE", .accountDeleted),
    ]

    /// What a kind becomes when the server refused.
    static func failure(_ kind: EventKind) -> EventKind {
        switch kind {
        case .sessionStarted, .authnSucceeded, .authnChallenged: .authnFailed
        case .sessionEnded, .accountDeleted: .other
        case .tokenIssued: .tokenIssueFailed
        case .tokenExchanged: .tokenExchangeFailed
        case .parPushed: .parFailed
        case .cibaStarted: .cibaFailed
        default: kind
        }
    }

    /// What a kind becomes when the server does not say how the attempt ended, or it goes on.
    static func open(_ kind: EventKind, isGoingOn: Bool) -> EventKind {
        switch kind {
        case .authnSucceeded where isGoingOn, .sessionStarted where isGoingOn: .authnChallenged
        case .tokenIssued where isGoingOn: .authorizationRequested
        case .tokenIssued, .tokenExchanged, .authnSucceeded, .parPushed: .other
        default: kind
        }
    }
}

/// What the grant type makes of an OAuth event.
struct PingFederateGrant {
    var kind: EventKind
    var failure: EventKind
    var effects: EffectSet
    var ipRole: IPRole

    init(
        _ kind: EventKind, _ failure: EventKind, effects: EffectSet = [], ip: IPRole = .unknown
    ) {
        self.kind = kind
        self.failure = failure
        self.effects = effects
        ipRole = ip
    }

    private static let extensionGrants = "urn:ietf:params:oauth:grant-type:"

    private static let entries: [(name: String, meaning: PingFederateGrant)] = [
        (
            "authorization_code",
            .init(.codeRedeemed, .codeRejected, effects: .tokenIssued, ip: .holder)
        ),
        (
            "refresh_token",
            .init(.refreshSucceeded, .refreshRejected, effects: .tokenIssued, ip: .holder)
        ),
        ("client_credentials", .init(.tokenIssued, .tokenIssueFailed, ip: .caller)),
        ("password", .init(.tokenIssued, .tokenIssueFailed, ip: .holder)),
        ("implicit", .init(.tokenIssued, .tokenIssueFailed, ip: .holder)),
        (
            extensionGrants + "device_code",
            .init(.deviceCodeRedeemed, .deviceCodeRejected, effects: .tokenIssued, ip: .holder)
        ),
        (
            "urn:openid:params:grant-type:ciba",
            .init(.cibaRedeemed, .cibaFailed, effects: .tokenIssued, ip: .caller)
        ),
        (
            extensionGrants + "token-exchange",
            .init(.tokenExchanged, .tokenExchangeFailed, ip: .caller)
        ),
        (extensionGrants + "jwt-bearer", .init(.tokenIssued, .tokenIssueFailed)),
        (extensionGrants + "saml2-bearer", .init(.tokenIssued, .tokenIssueFailed)),
        (
            "urn:pingidentity.com:oauth2:grant_type:validate_bearer",
            .init(.tokenValidated, .tokenValidationFailed, ip: .caller)
        ),
    ]

    private static let table = NameTable(entries.map(\.name))
    private static let meanings = entries.map(\.meaning)

    /// Nil for an unknown grant type, such as an extension's.
    static func find(_ name: UnsafeRawBufferPointer) -> PingFederateGrant? {
        table.index(of: name, hash: KeyHash.of(name)).map { meanings[$0] }
    }
}

/// PingFederate's descriptions of failures in the common vocabulary.
enum PingFederateReasons {
    /// By what occurs in the description. More exact words come first; "unknown, invalid, or
    /// expired" says no more than that a token was refused.
    static let table = ReasonTexts([
        ("invalid, or expired", .unspecified), ("invalid or expired", .unspecified),
        ("invalid or has expired", .unspecified),
        ("redirect_uri", .redirectURI), ("redirect uri", .redirectURI),
        ("code_verifier", .pkce), ("code verifier", .pkce), ("code_challenge", .pkce),
        ("pkce", .pkce), ("dpop", .dpop),
        ("invalid client", .clientAuth), ("invalid_client", .clientAuth),
        ("client credentials", .clientAuth), ("client secret", .clientAuth),
        ("client_id", .clientAuth), ("client authentication", .clientAuth),
        ("unauthorized_client", .policy), ("unauthorized client", .policy),
        ("issued to another client", .wrongClient), ("different client", .wrongClient),
        ("scope", .scope), ("already used", .consumed), ("already been used", .consumed),
        ("expired", .expired), ("revoked", .revoked), ("locked", .userDisabled),
        ("disabled", .userDisabled), ("signature", .signature), ("audience", .audience),
        ("issuer", .issuer), ("session", .sessionInactive), ("access_denied", .policy),
        ("denied", .policy), ("not allowed", .policy), ("policy", .policy),
        ("too many", .rateLimited), ("rate limit", .rateLimited),
        ("invalid_grant", .unspecified), ("invalid credentials", .unspecified),
        ("authentication failed", .unspecified), ("not found", .notFound),
        ("unknown", .notFound), ("malformed", .malformed), ("invalid_request", .malformed),
        ("missing", .malformed),
    ])
}
