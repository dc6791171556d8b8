internal import AuditModel

/// Writes events in one dialect. What happened is decided elsewhere; a dialect decides what of it
/// a server logs, and how.
protocol DialectLine {
    /// Appends lines that belong to earlier events and are due by `time`.
    mutating func appendDue(
        by time: Int64, world: SimulatedWorld, to line: inout LineBuffer)

    /// Appends the lines of an event, each with its line end; nothing when the server logs none.
    /// The labels of attacks name the first of them.
    mutating func append(
        _ event: SimulatedEvent, world: SimulatedWorld, to line: inout LineBuffer)

    /// The id that the product gives the first line, where the record carries one.
    func eventID(_ event: SimulatedEvent, world: SimulatedWorld) -> ID128?
}

extension DialectLine {
    mutating func appendDue(
        by time: Int64, world: SimulatedWorld, to line: inout LineBuffer
    ) {}
}

extension SimulatedDialect {
    func makeLine() -> any DialectLine {
        switch self {
        case .keycloakJSON, .keycloakText: KeycloakLine(dialect: self)
        case .auth0: Auth0Line()
        case .okta: OktaLine()
        case .cognito: CognitoLine()
        case .entra: EntraLine()
        case .nginx: NginxLine()
        case .hydra: HydraLine()
        case .pingfederate: PingFederateLine()
        }
    }

    /// `H("event/1": dialect, issuer as written, native id)`.
    static func eventID(_ dialect: String, issuer: String, id: String) -> ID128 {
        var hash = IdentityHash("event/1")
        hash.add(dialect)
        hash.add(issuer)
        hash.add(id)
        return hash.id()
    }
}

extension SimulatedEvent {
    /// How ids of access tokens name the grant they were issued for.
    var grantCode: StaticString {
        switch type {
        case .clientLogin: "cc"
        case .passwordLogin: "ro"
        case .tokenExchange: "te"
        case .deviceCodeToToken: "dg"
        case .refreshToken: "rt"
        default: "ac"
        }
    }
}

// What several dialects write alike.
extension LineBuffer {
    /// `2026-03-02T10:15:30`.
    mutating func append(second time: Int64) {
        append(Array(CivilDate.text(day: time / ActivityClock.day).utf8))
        append(byte: 0x54)
        append(clock: time)
    }

    /// `2026-03-02T10:15:30.123Z`.
    mutating func append(timestamp time: Int64) {
        append(second: time)
        append(byte: 0x2E)
        append(decimal: time % 1000, width: 3)
        append(byte: 0x5A)
    }

    /// `10:15:30`.
    mutating func append(clock time: Int64) {
        let second = time / 1000 % 86_400
        append(decimal: second / 3600, width: 2)
        append(byte: 0x3A)
        append(decimal: second / 60 % 60, width: 2)
        append(byte: 0x3A)
        append(decimal: second % 60, width: 2)
    }

    /// The session's id, as its release writes it.
    mutating func append(session: ID128, _ world: SimulatedWorld) {
        if world.release == .later {
            append(urlSafe: session)
        } else {
            append(uuid: session)
        }
    }

    /// The access token's id; newer servers put a code for session, token and grant before it.
    mutating func append(
        accessTokenOf event: SimulatedEvent, grant: StaticString, _ world: SimulatedWorld
    ) {
        if world.release == .later {
            let isTransient = event.type == .clientLogin
            append(event.offline ? "ofrt" : isTransient ? "trrt" : "onrt")
            append(grant)
            append(byte: 0x3A)
        }
        append(uuid: event.token)
    }

    /// Whom the event is about, as people log in: a person of the world, or nobody's made-up name.
    mutating func append(usernameOf event: SimulatedEvent, _ world: SimulatedWorld) {
        guard world.subjects.indices.contains(event.subject) else {
            append("someone")
            return append(decimal: Int64(event.variant))
        }
        let subject = world.subjects[event.subject]
        append(PersonNames.given[Int(subject.given)])
        append(byte: 0x2E)
        append(PersonNames.family[Int(subject.family)])
        append(decimal: Int64(subject.number))
    }

    /// The client's scope, and what a server's mistake adds to a refresh.
    mutating func append(scopeOf event: SimulatedEvent, _ world: SimulatedWorld) {
        append(world.clients[event.client].scope)
        if event.type == .refreshToken, event.variant > 0 { append(" realm-admin") }
    }

    /// A refused redirect URI: one an attacker made up, or the client's own with a token in it.
    mutating func append(refusedRedirectOf event: SimulatedEvent, _ world: SimulatedWorld) {
        let probes = AttackScenario.probes
        if let leak = event.leak {
            append(world.clients[event.client].redirect)
            append(leak.isRefreshToken ? "?refresh_token=" : "?access_token=")
            append(LeakedTokenText.bytes(leak, of: event, world))
        } else {
            append(probes[(Int(event.variant) + probes.count - 1) % probes.count])
        }
    }

    /// `,"key":"` before a text that the caller appends and closes.
    mutating func open(_ key: StaticString) {
        append(",\"")
        append(key)
        append("\":\"")
    }

    /// `,"key":"value"`.
    mutating func member(_ key: StaticString, _ value: StaticString) {
        open(key)
        append(value)
        append(byte: 0x22)
    }
}
