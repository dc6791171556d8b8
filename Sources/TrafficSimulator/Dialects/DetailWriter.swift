internal import AuditModel

/// Writes an event's details: which keys a type has, and their values, in either dialect.
struct DetailWriter {
    let isJSON: Bool
    private var isFirst = true

    init(isJSON: Bool) { self.isJSON = isJSON }

    mutating func write(
        _ event: SimulatedEvent, _ world: SimulatedWorld, _ line: inout LineBuffer
    ) {
        switch event.type {
        case .refreshToken: writeRefresh(event, world, &line)
        case .codeToToken, .deviceCodeToToken: writeCode(event, world, &line)
        case .refreshTokenError: writeRefreshError(event, world, &line)
        case .loginError where event.failure == .redirectURI:
            writeRedirect(event, world, &line)
        case .login, .loginError: writeLogin(event, world, &line)
        case .passwordLogin: writePasswordLogin(event, world, &line)
        case .logout: pair("redirect_uri", world.clients[event.client].redirect, &line)
        case .clientLogin, .clientLoginError: writeClientLogin(event, world, &line)
        case .introspectToken:
            token(event, world, grant: "rt", &line)
            pair("token_type", "access_token", &line)
            pair("client_auth_method", "client-secret", &line)
        case .userInfoRequest:
            pair("auth_method", "validate_access_token", &line)
            pair("signature_required", "false", &line)
            username(event, world, &line)
        case .tokenExchange: writeExchange(event, world, &line)
        case .introspectTokenError:
            pair("reason", "Access token JWT check failed", &line)
            pair("client_auth_method", "client-secret", &line)
        case .userInfoRequestError: pair("auth_method", "validate_access_token", &line)
        case .codeToTokenError:
            pair("grant_type", "authorization_code", &line)
            session("code_id", event.session, world, &line)
            pair("client_auth_method", "client-secret", &line)
        case .deviceAuth: pair("client_auth_method", "client-secret", &line)
        case .deviceVerify: session("code_id", event.session, world, &line)
        case .deviceCodeToTokenError:
            pair("grant_type", Self.deviceGrant, &line)
            pair("client_auth_method", "client-secret", &line)
        }
    }

    private mutating func writeRefresh(
        _ event: SimulatedEvent, _ world: SimulatedWorld, _ line: inout LineBuffer
    ) {
        let client = world.clients[event.client]
        token(event, world, grant: "rt", &line)
        pair("grant_type", "refresh_token", &line)
        pair("refresh_token_type", event.offline ? "Offline" : "Refresh", &line)
        if world.release == .later {
            number("access_token_expiration_time", client.lifetime, &line)
        }
        uuid("updated_refresh_token_id", event.updatedRefresh, &line)
        scope(event, world, &line)
        if world.release == .later { number("age_of_refresh_token", event.refreshAge, &line) }
        uuid("refresh_token_id", event.refresh, &line)
        pair("client_auth_method", "client-secret", &line)
    }

    private mutating func writeCode(
        _ event: SimulatedEvent, _ world: SimulatedWorld, _ line: inout LineBuffer
    ) {
        let isDevice = event.type == .deviceCodeToToken
        token(event, world, grant: isDevice ? "dg" : "ac", &line)
        pair("grant_type", isDevice ? Self.deviceGrant : "authorization_code", &line)
        pair("refresh_token_type", event.offline ? "Offline" : "Refresh", &line)
        pair("scope", world.clients[event.client].scope, &line)
        uuid("refresh_token_id", event.refresh, &line)
        session("code_id", event.session, world, &line)
        pair("client_auth_method", "client-secret", &line)
    }

    private mutating func writeRefreshError(
        _ event: SimulatedEvent, _ world: SimulatedWorld, _ line: inout LineBuffer
    ) {
        pair("reason", event.refusal.reason, &line)
        pair("grant_type", "refresh_token", &line)
        if event.refusal == .malformed {
            return pair("client_auth_method", "client-secret", &line)
        }
        pair("refresh_token_type", event.offline ? "Offline" : "Refresh", &line)
        uuid("refresh_token_id", event.refresh, &line)
        if world.subjects.indices.contains(event.subject) {
            uuid("refresh_token_sub", world.subjects[event.subject].id, &line)
        }
        pair("client_auth_method", "client-secret", &line)
    }

    private mutating func writeLogin(
        _ event: SimulatedEvent, _ world: SimulatedWorld, _ line: inout LineBuffer
    ) {
        let client = world.clients[event.client]
        pair("auth_method", "openid-connect", &line)
        pair("auth_type", "code", &line)
        if event.type == .login { pair("response_type", "code", &line) }
        pair("redirect_uri", client.redirect, &line)
        if event.type == .login { pair("consent", "no_consent_required", &line) }
        // Before a login succeeds there is no session, only the id it will have.
        let id = event.type == .login ? event.session : event.token
        session("code_id", id, world, &line)
        if event.type == .login {
            pair("response_mode", client.kind == .browser ? "fragment" : "query", &line)
        }
        username(event, world, &line)
    }

    /// A refused redirect URI, which is all that is known of the request.
    private mutating func writeRedirect(
        _ event: SimulatedEvent, _ world: SimulatedWorld, _ line: inout LineBuffer
    ) {
        open("redirect_uri", &line)
        line.append(refusedRedirectOf: event, world)
        line.append(byte: 0x22)
    }

    private mutating func writePasswordLogin(
        _ event: SimulatedEvent, _ world: SimulatedWorld, _ line: inout LineBuffer
    ) {
        pair("auth_method", "openid-connect", &line)
        token(event, world, grant: "ro", &line)
        pair("grant_type", "password", &line)
        pair("refresh_token_type", "Refresh", &line)
        pair("scope", world.clients[event.client].scope, &line)
        uuid("refresh_token_id", event.refresh, &line)
        pair("client_auth_method", "client-secret", &line)
        username(event, world, &line)
    }

    private mutating func writeClientLogin(
        _ event: SimulatedEvent, _ world: SimulatedWorld, _ line: inout LineBuffer
    ) {
        guard event.type == .clientLogin else {
            pair("grant_type", "client_credentials", &line)
            return
        }
        token(event, world, grant: "cc", &line)
        pair("grant_type", "client_credentials", &line)
        pair("scope", world.clients[event.client].scope, &line)
        pair("client_auth_method", "client-secret", &line)
        open("username", &line)
        line.append("service-account-")
        line.append(world.clients[event.client].name)
        line.append(byte: 0x22)
    }

    private mutating func writeExchange(
        _ event: SimulatedEvent, _ world: SimulatedWorld, _ line: inout LineBuffer
    ) {
        token(event, world, grant: "te", &line)
        pair("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange", &line)
        pair("auth_method", "token_exchange", &line)
        pair("audience", world.clients[world.resourceServer(
            realm: world.clients[event.client].realm)].name, &line)
        pair("scope", world.clients[event.client].scope, &line)
        pair("client_auth_method", "client-secret", &line)
        username(event, world, &line)
    }
}

extension DetailWriter {
    static let deviceGrant: StaticString = "urn:ietf:params:oauth:grant-type:device_code"

    private mutating func scope(
        _ event: SimulatedEvent, _ world: SimulatedWorld, _ line: inout LineBuffer
    ) {
        open("scope", &line)
        line.append(scopeOf: event, world)
        line.append(byte: 0x22)
    }

    private mutating func open(_ key: StaticString, _ line: inout LineBuffer) {
        if isJSON {
            if !isFirst { line.append(byte: 0x2C) }
            isFirst = false
            line.append(byte: 0x22)
            line.append(key)
            line.append("\":\"")
        } else {
            line.append(", ")
            line.append(key)
            line.append("=\"")
        }
    }

    private mutating func pair(
        _ key: StaticString, _ value: StaticString, _ line: inout LineBuffer
    ) {
        open(key, &line)
        line.append(value)
        line.append(byte: 0x22)
    }

    private mutating func number(
        _ key: StaticString, _ value: Int64, _ line: inout LineBuffer
    ) {
        open(key, &line)
        line.append(decimal: value)
        line.append(byte: 0x22)
    }

    private mutating func uuid(_ key: StaticString, _ value: ID128, _ line: inout LineBuffer) {
        open(key, &line)
        line.append(uuid: value)
        line.append(byte: 0x22)
    }

    private mutating func session(
        _ key: StaticString, _ session: ID128, _ world: SimulatedWorld,
        _ line: inout LineBuffer
    ) {
        open(key, &line)
        line.append(session: session, world)
        line.append(byte: 0x22)
    }

    private mutating func token(
        _ event: SimulatedEvent, _ world: SimulatedWorld, grant: StaticString,
        _ line: inout LineBuffer
    ) {
        open("token_id", &line)
        line.append(accessTokenOf: event, grant: grant, world)
        line.append(byte: 0x22)
    }

    private mutating func username(
        _ event: SimulatedEvent, _ world: SimulatedWorld, _ line: inout LineBuffer
    ) {
        let isKnown = world.subjects.indices.contains(event.subject)
        guard isKnown || event.failure == .userNotFound else { return }
        open("username", &line)
        line.append(usernameOf: event, world)
        line.append(byte: 0x22)
    }
}
