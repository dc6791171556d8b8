/// What kind of application a client is; decides rhythm, addresses and lifetimes.
enum ClientKind: Sendable {
    /// JavaScript in a browser: public, redeems and refreshes from the user's own address.
    case browser
    /// A phone or desktop application.
    case native
    /// A web server that holds the tokens: confidential, refreshes from its own address.
    case web
    /// Long-lived background synchronisation with offline tokens.
    case background
    /// A service that acts for itself.
    case machine
    /// A resource server that introspects.
    case resourceServer
    /// Registered, with a secret, and not in use.
    case dormant
}

/// One registered client.
struct SimulatedClient: Sendable {
    var name: StaticString
    var kind: ClientKind
    /// How often subjects choose it among clients of its kind.
    var weight: Int
    var redirect: StaticString
    var scope: StaticString
    /// Seconds an access token lives.
    var lifetime: Int64
    var realm: Int = 0

    /// Milliseconds without a refresh after which the server forgets the session.
    var idleLimit: Int64 {
        switch kind {
        case .native: 14 * ActivityClock.day
        case .background: 30 * ActivityClock.day
        default: 2 * ActivityClock.hour
        }
    }

    /// Milliseconds after which the session ends whatever happens.
    var longestLife: Int64 {
        switch kind {
        case .native: 60 * ActivityClock.day
        case .background: 365 * ActivityClock.day
        default: 10 * ActivityClock.hour
        }
    }

    var isOffline: Bool { kind == .background }
}

extension SimulatedClient {
    /// The clients of one realm; both realms have the same kinds under other names.
    static func registered(lenient: Bool) -> [SimulatedClient] {
        (lenient ? partners : own).map { client in
            var client = client
            client.realm = lenient ? 1 : 0
            return client
        }
    }

    private static let own: [SimulatedClient] = [
        SimulatedClient(
            name: "web-shop", kind: .browser, weight: 50,
            redirect: "https://shop.acme.example/callback",
            scope: "openid profile email", lifetime: 300),
        SimulatedClient(
            name: "team-portal", kind: .browser, weight: 30,
            redirect: "https://portal.acme.example/auth/return",
            scope: "openid profile email groups", lifetime: 300),
        SimulatedClient(
            name: "support-desk", kind: .browser, weight: 12,
            redirect: "https://desk.acme.example/oidc",
            scope: "openid profile email tickets:read tickets:write", lifetime: 600),
        SimulatedClient(
            name: "mobile-banking", kind: .native, weight: 55,
            redirect: "com.acme.banking:/oauth2redirect",
            scope: "openid profile accounts:read payments:write", lifetime: 300),
        SimulatedClient(
            name: "field-service-app", kind: .native, weight: 30,
            redirect: "com.acme.field:/oauth2redirect",
            scope: "openid profile jobs", lifetime: 900),
        SimulatedClient(
            name: "desktop-sync", kind: .background, weight: 10, redirect: "http://127.0.0.1/cb",
            scope: "openid profile files offline_access", lifetime: 1800),
        SimulatedClient(
            name: "intranet", kind: .web, weight: 20,
            redirect: "https://intranet.acme.example/login/oauth2/code/keycloak",
            scope: "openid profile email", lifetime: 300),
        SimulatedClient(
            name: "billing-batch", kind: .machine, weight: 1, redirect: "",
            scope: "profile email billing", lifetime: 300),
        SimulatedClient(
            name: "stock-feed", kind: .machine, weight: 1, redirect: "",
            scope: "profile email stock:read", lifetime: 300),
        SimulatedClient(
            name: "api-gateway", kind: .resourceServer, weight: 1, redirect: "",
            scope: "profile email", lifetime: 300),
    ]
        + (["erp-export", "mail-relay", "print-server", "report-runner", "legacy-crm",
            "hr-import", "build-agents", "backup-agent"] as [StaticString]).map {
            SimulatedClient(
                name: $0, kind: .dormant, weight: 1, redirect: "", scope: "profile email",
                lifetime: 300)
        }

    private static let partners: [SimulatedClient] = [
        SimulatedClient(
            name: "partner-portal", kind: .browser, weight: 60,
            redirect: "https://partners.acme.example/callback",
            scope: "openid profile email orders", lifetime: 300),
        SimulatedClient(
            name: "courier-app", kind: .native, weight: 40,
            redirect: "com.acme.courier:/oauth2redirect",
            scope: "openid profile deliveries", lifetime: 600),
        SimulatedClient(
            name: "scanner-sync", kind: .background, weight: 10, redirect: "http://127.0.0.1/cb",
            scope: "openid profile deliveries offline_access", lifetime: 1800),
        SimulatedClient(
            name: "supplier-web", kind: .web, weight: 20,
            redirect: "https://suppliers.acme.example/oauth2/callback",
            scope: "openid profile email orders", lifetime: 300),
        SimulatedClient(
            name: "edi-bridge", kind: .machine, weight: 1, redirect: "",
            scope: "profile email edi", lifetime: 300),
        SimulatedClient(
            name: "partner-api", kind: .resourceServer, weight: 1, redirect: "",
            scope: "profile email", lifetime: 300),
    ]
}
