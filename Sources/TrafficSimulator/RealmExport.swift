internal import AuditModel
internal import WireFormat

/// The simulated server's realms as `kc.sh export --file` writes them: an array of realm
/// representations, here with what says something about clients and tokens. Secrets are masked.
enum RealmExport {
    static let fileName = "realm.json"

    static func json(_ plan: SimulationPlan) -> [UInt8] {
        // Realms and clients are the same however many people there are.
        var plan = plan
        plan.subjects = 1
        let world = SimulatedWorld(plan: plan)
        var writer = JSONWriter()
        writer.beginArray()
        for realm in world.realms.indices { append(realm: realm, world, &writer) }
        writer.endArray()
        writer.endLine()
        return writer.bytes
    }

    private static func append(
        realm: Int, _ world: SimulatedWorld, _ writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("id", world.realms[realm].id.uuidText)
        writer.member("realm", String(decoding: world.realms[realm].name, as: UTF8.self))
        writer.flag("enabled", true)
        writer.member("sslRequired", "external")
        writer.flag("revokeRefreshToken", world.realms[realm].rotates)
        writer.member("refreshTokenMaxReuse", 0)
        writer.member("accessTokenLifespan", 300)
        let idle = world.clients.filter { $0.realm == realm }.map(\.idleLimit).min() ?? 0
        writer.member("ssoSessionIdleTimeout", idle / 1000)
        writer.member("ssoSessionMaxLifespan", 36_000)
        writer.member("offlineSessionIdleTimeout", 2_592_000)
        writer.flag("eventsEnabled", true)
        writer.member("eventsListeners", ["jboss-logging"])
        writer.key("clients")
        writer.beginArray()
        for client in world.clients.indices where world.clients[client].realm == realm {
            append(client: client, world, &writer)
        }
        writer.endArray()
        writer.endObject()
    }

    private static func append(
        client index: Int, _ world: SimulatedWorld, _ writer: inout JSONWriter
    ) {
        let client = world.clients[index]
        var random = SeededRandom(seed: world.seed, domain: 13, index: UInt64(index))
        writer.beginObject()
        writer.member("id", random.uuid().uuidText)
        writer.member("clientId", client.name.description)
        writer.flag("enabled", client.kind != .dormant)
        writer.member("protocol", "openid-connect")
        writer.flag("publicClient", client.isPublic)
        writer.flag("bearerOnly", false)
        if !client.isPublic {
            writer.member("clientAuthenticatorType", "client-secret")
            writer.member("secret", "**********")
        }
        writer.flag("standardFlowEnabled", client.hasRedirect)
        writer.flag("implicitFlowEnabled", false)
        writer.flag("directAccessGrantsEnabled", false)
        writer.flag("serviceAccountsEnabled", client.kind == .machine)
        writer.member("redirectUris", client.hasRedirect ? [client.redirect.description] : [])
        writer.member("webOrigins", client.kind == .browser ? ["+"] : [])
        appendAttributes(client, &writer)
        writer.member("defaultClientScopes", client.scopes.filter { $0 != "offline_access" })
        writer.member("optionalClientScopes", client.scopes.filter { $0 == "offline_access" })
        writer.endObject()
    }

    private static func appendAttributes(
        _ client: SimulatedClient, _ writer: inout JSONWriter
    ) {
        writer.key("attributes")
        writer.beginObject()
        writer.member("access.token.lifespan", String(client.lifetime))
        if client.isPublic { writer.member("pkce.code.challenge.method", "S256") }
        if client.kind == .native {
            writer.member("client.session.idle.timeout", String(client.idleLimit / 1000))
        }
        writer.endObject()
    }
}

extension SimulatedClient {
    /// Whether it can keep no secret.
    fileprivate var isPublic: Bool {
        switch kind {
        case .browser, .native, .background: true
        case .web, .machine, .resourceServer, .dormant: false
        }
    }

    fileprivate var hasRedirect: Bool { !redirect.description.isEmpty }

    /// Without `openid`, which is no scope of its own at a Keycloak client.
    fileprivate var scopes: [String] {
        scope.description.split(separator: " ").map(String.init).filter { $0 != "openid" }
    }
}

extension JSONWriter {
    fileprivate mutating func flag(_ key: String, _ value: Bool) {
        self.key(key)
        bool(value)
    }
}
