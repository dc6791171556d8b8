internal import AuditModel

/// Why a rule sees less than it could.
enum CoverageCause: Hashable {
    /// No attempt that went well is logged.
    case successes
    /// A capability of ``FieldSchema/capabilities``.
    case capability(String)
    /// A part of the vendor's record.
    case payload(String)
    /// The dialect has no event of these kinds.
    case kinds(String)
    /// A field of the event.
    case field(String)
    /// Replays show only where the server itself says so.
    case assertedOnly
    /// The rule cannot see anything anywhere.
    case blindness(String)
}

/// What each dialect would have to be told, so that it shows more.
enum Cures {
    /// The setting that cures a cause; nil when none is known.
    static func cure(_ cause: CoverageCause, dialect: String) -> String? {
        if let cure = table[dialect]?[name(cause)] { return cure }
        return general[name(cause)]
    }

    /// What is lacking, in a word.
    static func name(_ cause: CoverageCause) -> String {
        switch cause {
        case .successes, .assertedOnly: "successes"
        case .capability(let name): name
        case .payload: "payload"
        case .kinds: "kinds"
        case .field(let name): name
        case .blindness: "blindness"
        }
    }

    /// Whatever the server.
    private static let general: [String: String] = [
        "asn": "name a database of networks when ingesting (docs/PLACES.md)",
        "country": "name a database of places when ingesting (docs/PLACES.md)",
        "tls": "add the log of a TLS-terminating proxy that records a fingerprint",
        "device": "no server setting is known; rules go by address and user agent instead",
    ]

    private static let table: [String: [String: String]] = [
        "keycloak": keycloak,
        "auth0": [
            "token_use": "Auth0 logs no use of access tokens; add the API gateway's log",
            "refresh_id":
                "Auth0 names refresh tokens only where they are rotated: turn on Refresh Token "
                + "Rotation of the application",
            "code_id": "Auth0 names no authorization code; nothing to set",
            "introspection": "Auth0 has no introspection; nothing to set",
            "successes":
                "take the success types (s, seacft, sertft, seccft) into the log stream's filter",
        ],
        "okta": [
            "token_use": "Okta logs no use of access tokens; add the API gateway's log",
            "parent_id":
                "Okta names refresh tokens by hash in only some events; what a refresh redeemed is "
                + "inferred while a session has one chain of tokens at a client",
            "successes": "take all event types into the log stream or the poll of the System Log",
            "introspection": "Okta logs no introspection; nothing to set",
        ],
        "cognito": [
            "token_use": "Cognito logs no use of access tokens; add the API gateway's log",
            "refresh_id": "Cognito hides tokens in CloudTrail; nothing to set",
            "subject": "Cognito names no user in requests for tokens; nothing to set",
            "session": "Cognito names no session; nothing to set",
            "introspection": "Cognito has no introspection; nothing to set",
        ],
        "google": [
            "refresh_id": "Google names no tokens; nothing to set",
            "token_use": "pull the token audit's activity events, which some editions have",
        ],
        "github": [
            "ip": "turn on IP address disclosure in the settings of the audit log's stream",
            "token_use": "turn on API request events in the settings of the audit log's stream",
            "refresh_id": "GitHub logs no refreshes; nothing to set",
        ],
        "nginx": gateway, "envoy": gateway, "kong": gateway, "resource-server": gateway,
        "hydra": [
            "subject": hydraTraces, "client": hydraTraces, "refresh_id": hydraNames,
            "code_id": hydraNames, "session": hydraNames,
            "token_use": "Hydra logs user info and introspection only; add the gateway's log",
        ],
        "pingfederate": [
            "session": "add sri=\"%X{sri}\" to the audit log's pattern in log4j2.xml",
            "refresh_id": "PingFederate names no tokens; nothing to set",
            "code_id": "PingFederate names no authorization codes; nothing to set",
            "token_use": "add granttype=\"%X{granttype}\" to the pattern, or the gateway's log",
        ],
        "entra": [
            "refresh_id": "Entra logs no ids of refresh tokens; nothing to set",
            "code_id": "Entra names no authorization code; nothing to set",
            "introspection": "Entra has no introspection; nothing to set",
            "token_use": "export MicrosoftGraphActivityLogs in the diagnostic settings",
            "successes":
                "export NonInteractiveUserSignInLogs beside SignInLogs in the diagnostic settings",
        ],
    ]

    private static let gateway = [
        "access_id": "log the token's jti or SHA-256, see docs/connect/gateways.md",
        "session": "log the claim sid, see docs/connect/gateways.md",
        "client": "log the claim client_id or azp, see docs/connect/gateways.md",
        "successes": "log every request, not errors alone; do not sample",
    ]

    private static let hydraTraces =
        "Hydra's log names neither client nor subject; take its traces too (docs/connect/hydra.md)"
    private static let hydraNames = "Hydra names neither tokens nor sessions; nothing to set"

    private static let keycloak: [String: String] = [
        "successes":
            "Keycloak writes success events at DEBUG by default: start it with "
            + "--log-level=INFO,org.keycloak.events:debug, or with "
            + "--spi-events-listener-jboss-logging-success-level=info "
            + "(--spi-events-listener--jboss-logging--success-level=info from 26.3 on)",
        "user_agent":
            "Keycloak's events have no user agent, and no setting adds one; take the proxy's "
            + "access log as a second source",
        "refresh_id":
            "refresh_token_id is missing from the details: check what a log shipper strips, or "
            + "take events as JSON from a Kafka or webhook listener",
        "parent_id":
            "refresh events lack refresh_token_id or updated_refresh_token_id: log successes "
            + "(success level info), and take events as JSON where a shipper strips details",
        "token_use":
            "use of access tokens shows in INTROSPECT_TOKEN and USER_INFO_REQUEST only: log "
            + "successes, and take these types into the listener's list; for local validation "
            + "add the resource server's or the gateway's log",
        "introspection":
            "take INTROSPECT_TOKEN into the listener's list of types, and log successes",
        "revocation": "take LOGOUT and REVOKE_GRANT into the listener's list of types",
        "code_id":
            "Keycloak's code_id is the session, by which codes are known too; it is in events of "
            + "servers from 24 on: upgrade",
        "generation": "Keycloak counts no generations; the ledger counts them from token ids",
        "proof_key": "Keycloak logs no DPoP or certificate thumbprint; nothing to set",
        "session": "session ids are in events of servers from 24 on: upgrade",
        "kinds":
            "of the admin REST API only saved types come: Realm settings, Events, User events "
            + "settings, add the missing types",
    ]
}
