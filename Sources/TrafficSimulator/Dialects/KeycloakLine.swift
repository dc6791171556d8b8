internal import AuditModel

/// Writes events as lines of Keycloak's two dialects. What an event tells is decided here once;
/// the dialects differ only in how a pair is written.
struct KeycloakLine: DialectLine, Sendable {
    let dialect: SimulatedDialect
    private var dayOfDate: Int64 = -1
    private var date: [UInt8] = []

    init(dialect: SimulatedDialect) { self.dialect = dialect }

    /// Appends one line with its line end.
    mutating func append(
        _ event: SimulatedEvent, world: SimulatedWorld, to line: inout LineBuffer
    ) {
        line.reserveLine()
        if dialect == .keycloakJSON {
            appendJSON(event, world, &line)
        } else {
            appendText(event, world, &line)
        }
        line.append(byte: 0x0A)
    }

    /// Lines of text carry no id.
    func eventID(_ event: SimulatedEvent, world: SimulatedWorld) -> ID128? {
        dialect == .keycloakJSON ? world.eventID(event) : nil
    }

    private func appendJSON(
        _ event: SimulatedEvent, _ world: SimulatedWorld, _ line: inout LineBuffer
    ) {
        let realm = world.realms[world.clients[event.client].realm]
        line.append("{\"id\":\"")
        line.append(uuid: event.nativeID)
        line.append("\",\"time\":")
        line.append(decimal: event.time)
        line.append(",\"type\":\"")
        line.append(event.type.name)
        line.append("\",\"realmId\":\"")
        line.append(uuid: realm.id)
        line.append("\",\"realmName\":\"")
        line.append(realm.name)
        line.append("\",\"clientId\":\"")
        line.append(world.clients[event.client].name)
        line.append("\",\"userId\":")
        appendNullable(userID(event, world), &line)
        line.append(",\"sessionId\":")
        appendNullableSession(Self.session(event), world, &line)
        line.append(",\"ipAddress\":\"")
        line.append(event.address)
        line.append("\",\"error\":")
        if let error = Self.error(event) {
            line.append(byte: 0x22)
            line.append(error)
            line.append(byte: 0x22)
        } else {
            line.append("null")
        }
        line.append(",\"details\":{")
        var details = DetailWriter(isJSON: true)
        details.write(event, world, &line)
        line.append("}}")
    }

    private mutating func appendText(
        _ event: SimulatedEvent, _ world: SimulatedWorld, _ line: inout LineBuffer
    ) {
        let realm = world.realms[world.clients[event.client].realm]
        let error = Self.error(event)
        appendDate(event.time, &line)
        if error == nil { line.append(" DEBUG") } else { line.append(" WARN ") }
        line.append(" [org.keycloak.events] (executor-thread-")
        line.append(decimal: Int64(1 + event.nativeID.low >> 20 & 63))
        line.append(") type=\"")
        line.append(event.type.name)
        line.append("\", realmId=\"")
        line.append(uuid: realm.id)
        line.append("\", realmName=\"")
        line.append(realm.name)
        line.append("\", clientId=\"")
        line.append(world.clients[event.client].name)
        line.append("\", userId=\"")
        if let user = userID(event, world) { line.append(uuid: user) } else { line.append("null") }
        line.append("\", sessionId=\"")
        let session = Self.session(event)
        if session.isNone {
            line.append("null")
        } else {
            line.append(session: session, world)
        }
        line.append("\", ipAddress=\"")
        line.append(event.address)
        if let error {
            line.append("\", error=\"")
            line.append(error)
        }
        line.append(byte: 0x22)
        var details = DetailWriter(isJSON: false)
        details.write(event, world, &line)
    }

    /// The server's log shows local time without a zone; this server's zone is UTC.
    private mutating func appendDate(_ time: Int64, _ line: inout LineBuffer) {
        let day = time / ActivityClock.day
        if day != dayOfDate {
            dayOfDate = day
            date = Array(CivilDate.text(day: day).utf8)
        }
        line.append(date)
        line.append(byte: 0x20)
        line.append(clock: time)
        line.append(byte: 0x2C)
        line.append(decimal: time % 1000, width: 3)
    }

    private func appendNullableSession(
        _ session: ID128, _ world: SimulatedWorld, _ line: inout LineBuffer
    ) {
        guard !session.isNone else { return line.append("null") }
        line.append(byte: 0x22)
        line.append(session: session, world)
        line.append(byte: 0x22)
    }

    private func appendNullable(_ id: ID128?, _ line: inout LineBuffer) {
        guard let id else { return line.append("null") }
        line.append(byte: 0x22)
        line.append(uuid: id)
        line.append(byte: 0x22)
    }

    /// A server that refuses a token or a redirect URI has not looked up the user yet.
    private func userID(_ event: SimulatedEvent, _ world: SimulatedWorld) -> ID128? {
        switch event.type {
        case .clientLogin: return world.serviceAccount(client: event.client)
        case .refreshTokenError, .introspectTokenError, .userInfoRequestError,
            .deviceCodeToTokenError:
            return nil
        case .loginError where event.failure == .redirectURI: return nil
        case .codeToTokenError where event.failure != .codeVerifier: return nil
        default:
            let isKnown = world.subjects.indices.contains(event.subject)
            return isKnown ? world.subjects[event.subject].id : nil
        }
    }

    /// Nor, in these cases, the session.
    private static func session(_ event: SimulatedEvent) -> ID128 {
        switch event.type {
        case .loginError, .clientLoginError, .introspectTokenError, .userInfoRequestError: .none
        case .refreshTokenError where event.refusal == .malformed: .none
        default: event.session
        }
    }

    private static func error(_ event: SimulatedEvent) -> StaticString? {
        if let code = event.failure.code { return code }
        return switch event.type {
        case .refreshTokenError, .introspectTokenError: "invalid_token"
        case .loginError: "invalid_user_credentials"
        case .clientLoginError: "invalid_client_credentials"
        case .codeToTokenError: "invalid_code"
        case .userInfoRequestError: "user_session_not_found"
        case .deviceCodeToTokenError: "authorization_pending"
        default: nil
        }
    }
}
