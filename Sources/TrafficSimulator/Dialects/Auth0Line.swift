internal import AuditModel

/// Writes events as an Auth0 log stream sends them: `{"log_id", "data": {…}}`, one a line.
///
/// A tenant stands for a realm. Where refresh tokens are rotated, their family and counter are
/// logged; where they are not, nothing names them. Introspection, user info and the start of a
/// device's authorization leave no log.
struct Auth0Line: DialectLine {
    /// What Auth0 calls an event; nil where it logs none.
    private enum Kind {
        case login, code, refresh, machine, password, exchange, device, logout
        case failed(FailedKind)
    }

    private enum FailedKind {
        case login, unknownUser, redirect, code, verifier, refresh, reused, machine, polling
    }

    private var counters = TokenCounters()

    mutating func append(
        _ event: SimulatedEvent, world: SimulatedWorld, to line: inout LineBuffer
    ) {
        guard let kind = kind(event, world) else { return }
        line.reserveLine()
        line.append("{\"log_id\":\"")
        appendID(event, &line)
        line.append("\",\"data\":{\"date\":\"")
        line.append(timestamp: event.time)
        line.append(byte: 0x22)
        appendType(kind, &line)
        appendParties(event, kind, world, &line)
        line.append(",\"details\":{")
        appendDetails(kind, event, world, &line)
        line.append("}}}\n")
    }

    func eventID(_ event: SimulatedEvent, world: SimulatedWorld) -> ID128? {
        var text = LineBuffer(capacity: 64)
        appendID(event, &text)
        return SimulatedDialect.eventID(
            "auth0",
            issuer: String(
                decoding: world.realms[world.clients[event.client].realm].name, as: UTF8.self),
            id: String(decoding: text.bytes, as: UTF8.self))
    }

    /// `900`, the time, and digits that tell apart events of one millisecond.
    private func appendID(_ event: SimulatedEvent, _ line: inout LineBuffer) {
        line.append("900")
        for byte in CivilDate.text(day: event.time / ActivityClock.day).utf8 where byte != 0x2D {
            line.append(byte: byte)
        }
        let second = event.time / 1000 % 86_400
        line.append(
            decimal: second / 3600 * 10_000 + second / 60 % 60 * 100 + second % 60, width: 6)
        line.append(decimal: event.time % 1000, width: 3)
        line.append(decimal: Int64(event.nativeID.high >> 1), width: 19)
        line.append(decimal: Int64(event.nativeID.low >> 48), width: 5)
    }

    private mutating func kind(_ event: SimulatedEvent, _ world: SimulatedWorld) -> Kind? {
        switch event.type {
        case .login: return .login
        case .codeToToken: return .code
        case .refreshToken: return .refresh
        case .logout: return .logout
        case .clientLogin: return .machine
        case .passwordLogin: return .password
        case .tokenExchange: return .exchange
        case .deviceCodeToToken: return .device
        case .clientLoginError: return .failed(.machine)
        case .codeToTokenError:
            return .failed(event.failure == .codeVerifier ? .verifier : .code)
        case .deviceCodeToTokenError: return .failed(.polling)
        case .loginError where event.failure == .redirectURI: return .failed(.redirect)
        case .loginError:
            return .failed(event.failure == .userNotFound ? .unknownUser : .login)
        case .refreshTokenError:
            // "Stale" is an older token, or the newest after tokens were invalidated by time.
            let isOld = counters.isBehind(event.refresh)
            let isReuse = event.refusal == .reuse || (event.refusal == .stale && isOld)
            return .failed(isReuse && world.rotates(client: event.client) ? .reused : .refresh)
        case .introspectToken, .introspectTokenError, .userInfoRequest, .userInfoRequestError,
            .deviceAuth, .deviceVerify:
            return nil
        }
    }

    private func appendType(_ kind: Kind, _ line: inout LineBuffer) {
        let names: (type: StaticString, description: StaticString) =
            switch kind {
            case .login: ("s", "Successful login")
            case .code: ("seacft", "Authorization code exchanged")
            case .refresh: ("sertft", "Refresh token exchanged")
            case .machine: ("seccft", "Client credentials exchanged")
            case .password: ("sepft", "Password exchanged")
            case .exchange: ("secte", "Token exchanged")
            case .device: ("sede", "Device code exchanged")
            case .logout: ("slo", "User logged out")
            case .failed(.login): ("fp", "Wrong email or password.")
            case .failed(.unknownUser): ("fu", "Wrong email or password.")
            case .failed(.redirect): ("f", "Callback URL mismatch: ")
            case .failed(.code): ("feacft", "Invalid authorization code")
            case .failed(.verifier): ("feacft", "Failed to verify code verifier")
            case .failed(.refresh): ("fertft", "Unknown or invalid refresh token.")
            case .failed(.reused): ("ferrt", "Refresh token reused; reuse detected")
            case .failed(.machine): ("feccft", "Unauthorized")
            case .failed(.polling): ("fede", "authorization_pending")
            }
        line.member("type", names.type)
        line.open("description")
        line.append(names.description)
    }

    private func appendParties(
        _ event: SimulatedEvent, _ kind: Kind, _ world: SimulatedWorld, _ line: inout LineBuffer
    ) {
        let realm = world.realms[world.clients[event.client].realm]
        // The description is still open, because one of them goes on.
        if case .failed(.redirect) = kind { line.append(refusedRedirectOf: event, world) }
        line.append("\",\"log_id\":\"")
        appendID(event, &line)
        line.append(byte: 0x22)
        line.open("tenant_name")
        line.append(realm.name)
        line.append("\",\"environment_name\":\"prod-eu-1\"")
        line.open("hostname")
        line.append(realm.name)
        line.append(".eu.auth0.com\"")
        line.open("client_id")
        line.append(world.clients[event.client].name)
        line.append(byte: 0x22)
        line.open("client_name")
        line.append(world.clients[event.client].name)
        line.append(byte: 0x22)
        line.open("ip")
        line.append(event.address)
        line.append("\",\"is_mobile\":")
        line.append(world.clients[event.client].kind == .native ? "true" : "false")
        line.member("audience", "https://api.acme.example/")
        if case .failed = kind {} else {
            line.open("scope")
            line.append(scopeOf: event, world)
            line.append(byte: 0x22)
        }
        line.open("user_id")
        if let id = userID(event, kind, world) {
            line.append("auth0|")
            line.append(uuid: id)
        }
        line.append(byte: 0x22)
        line.open("user_name")
        if hasName(event, kind, world) { line.append(usernameOf: event, world) }
        line.append(byte: 0x22)
    }

    private func hasName(
        _ event: SimulatedEvent, _ kind: Kind, _ world: SimulatedWorld
    ) -> Bool {
        if case .failed(.unknownUser) = kind { return true }
        return userID(event, kind, world) != nil
    }

    /// Whose token was refused is known when its family is.
    private func userID(
        _ event: SimulatedEvent, _ kind: Kind, _ world: SimulatedWorld
    ) -> ID128? {
        switch kind {
        case .failed(.reused), .failed(.login): break
        case .machine, .failed: return nil
        default: break
        }
        let isKnown = world.subjects.indices.contains(event.subject)
        return isKnown ? world.subjects[event.subject].id : nil
    }

    private mutating func appendDetails(
        _ kind: Kind, _ event: SimulatedEvent, _ world: SimulatedWorld,
        _ line: inout LineBuffer
    ) {
        switch kind {
        case .login, .logout:
            line.append("\"session_id\":\"")
            line.append(session: event.session, world)
            line.append(byte: 0x22)
        case .code, .password, .device, .exchange, .machine:
            counters.begin(event.refresh)
            line.append("\"access_token_jti\":\"")
            line.append(accessTokenOf: event, grant: event.grantCode, world)
            line.append(byte: 0x22)
        case .refresh: appendRefresh(event, world, &line)
        case .failed(.reused): appendFamily(event, isReuse: true, &line)
        case .failed(.refresh):
            line.append("\"failure_reason\":\"Unknown or invalid refresh token.\"")
        case .failed: line.append("\"error\":{\"oauthError\":\"access_denied\"}")
        }
    }

    private mutating func appendRefresh(
        _ event: SimulatedEvent, _ world: SimulatedWorld, _ line: inout LineBuffer
    ) {
        line.append("\"access_token_jti\":\"")
        line.append(accessTokenOf: event, grant: "rt", world)
        line.append(byte: 0x22)
        if world.rotates(client: event.client) {
            line.append(byte: 0x2C)
            appendFamily(event, isReuse: false, &line)
            counters.rotate(event.refresh, to: event.updatedRefresh)
        }
        line.append(",\"refresh_token\":{\"access\":\"offline\",\"session_id\":\"")
        line.append(session: event.session, world)
        line.append("\"}")
    }

    private mutating func appendFamily(
        _ event: SimulatedEvent, isReuse: Bool, _ line: inout LineBuffer
    ) {
        let token = counters.token(event.refresh)
        line.append("\"familyId\":\"")
        line.append(urlSafe: token.family)
        line.append("\",\"tokenCounter\":")
        line.append(decimal: token.counter)
        guard isReuse else { return }
        line.append(",\"latestCounter\":")
        line.append(decimal: counters.latest(token.family))
    }
}

/// The family of every refresh token and its number in it, from 1.
///
/// Keeps some millions of tokens, those used longest ago make room.
struct TokenCounters {
    struct Token {
        /// The family's first token.
        var family: ID128
        var counter: Int64
    }

    private static let roomFor = 2_000_000

    private var tokens: [ID128: Token] = [:]
    private var olderTokens: [ID128: Token] = [:]
    private var latest: [ID128: Int64] = [:]
    private var olderLatest: [ID128: Int64] = [:]

    /// A family begins.
    mutating func begin(_ token: ID128) {
        if !token.isNone { set(token, Token(family: token, counter: 1)) }
    }

    /// The token's place; a token that was issued before the log begins a family here.
    mutating func token(_ token: ID128) -> Token {
        if let known = known(token) { return known }
        begin(token)
        return Token(family: token, counter: 1)
    }

    mutating func rotate(_ token: ID128, to successor: ID128) {
        let old = self.token(token)
        set(successor, Token(family: old.family, counter: old.counter + 1))
    }

    func latest(_ family: ID128) -> Int64 { latest[family] ?? olderLatest[family] ?? 1 }

    /// Whether a younger token of its family was issued.
    func isBehind(_ token: ID128) -> Bool {
        known(token).map { $0.counter < latest($0.family) } ?? false
    }

    private func known(_ token: ID128) -> Token? { tokens[token] ?? olderTokens[token] }

    private mutating func set(_ id: ID128, _ token: Token) {
        if tokens.count >= Self.roomFor {
            (olderTokens, olderLatest) = (tokens, latest)
            (tokens, latest) = ([:], [:])
        }
        tokens[id] = token
        latest[token.family] = max(latest(token.family), token.counter)
    }
}
