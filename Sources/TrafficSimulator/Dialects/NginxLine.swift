internal import AuditModel

/// Writes what an nginx before the applications' interface logs, in the format that
/// docs/connect/gateways.md recommends: the use of the access tokens that the authorization server
/// issued, by their `jti`, between one refresh and the next.
///
/// Never more lines than events: what comes beyond is left out. Requests without a token are among
/// them. Some tokens are presented after they expired. Whoever has a token of an attack uses it at
/// once, from where the attack came; tokens that are none are refused.
struct NginxLine: DialectLine {
    /// What the gateway answers.
    private enum Answer {
        case accepted, expired, forged, withoutToken
    }

    /// A request to come.
    private struct Request: Comparable, Sendable {
        /// Milliseconds since 1970 UTC.
        var time: Int64
        /// Tells apart the requests of one token.
        var number: UInt64
        /// The event that issued the token.
        var event: SimulatedEvent

        static func < (left: Request, right: Request) -> Bool {
            if left.time != right.time { return left.time < right.time }
            return left.event.nativeID != right.event.nativeID
                ? left.event.nativeID < right.event.nativeID : left.number < right.number
        }
    }

    private var requests = EventQueue<Request>()
    /// Events that came, and lines that were written.
    private var events = 0
    private var lines = 0

    mutating func appendDue(
        by time: Int64, world: SimulatedWorld, to line: inout LineBuffer
    ) {
        while let next = requests.first, next.time <= time {
            _ = requests.pop()
            // Left out, or it would be more than one line an event.
            guard lines < events else { continue }
            let lifetime = world.clients[next.event.client].lifetime * 1000
            let isLate = next.time - next.event.time > lifetime
            write(
                next.event, isLate ? .expired : .accepted, at: next.time, number: next.number,
                world, &line)
        }
    }

    mutating func append(
        _ event: SimulatedEvent, world: SimulatedWorld, to line: inout LineBuffer
    ) {
        events += 1
        switch event.type {
        case .codeToToken, .refreshToken, .deviceCodeToToken, .passwordLogin, .clientLogin:
            if event.attack >= 0 {
                write(event, .accepted, at: event.time, number: 0, world, &line)
            } else if !event.isLost {
                plan(event, world)
            }
        case .introspectTokenError, .userInfoRequestError:
            write(event, .forged, at: event.time, number: 0, world, &line)
        case .login where event.attack < 0 && event.nativeID.low & 3 == 0:
            write(event, .withoutToken, at: event.time, number: 0, world, &line)
        default: break
        }
    }

    func eventID(_ event: SimulatedEvent, world: SimulatedWorld) -> ID128? {
        let isForged = event.type == .introspectTokenError || event.type == .userInfoRequestError
        let realm = world.realms[world.clients[event.client].realm].name
        return SimulatedDialect.eventID(
            "nginx",
            issuer: isForged ? "" : Self.issuer + String(decoding: realm, as: UTF8.self),
            id: Self.id(event, 0).uuidText)
    }

    private static let issuer = "https://sso.acme.example/realms/"

    private static func id(_ event: SimulatedEvent, _ number: UInt64) -> ID128 {
        ID128(high: event.nativeID.high ^ number, low: event.nativeID.low ^ 0x6A)
    }

    /// None, one or two requests with the new token, now and then one that comes too late.
    private mutating func plan(_ event: SimulatedEvent, _ world: SimulatedWorld) {
        let bits = event.token.low
        let lifetime = UInt64(world.clients[event.client].lifetime) * 1000
        let count = bits & 7 == 0 ? 2 : bits & 7 < 5 ? 1 : 0
        for number in 0..<UInt64(count) {
            let draw = bits >> (8 + 20 * number) & 0xF_FFFF
            let isLate = draw % 67 == 0
            let delay = isLate ? lifetime + 2_000 + draw % 30_000 : 150 + draw % (lifetime - 2_000)
            requests.push(
                Request(time: event.time + Int64(delay), number: number + 1, event: event))
        }
    }

    private mutating func write(
        _ event: SimulatedEvent, _ answer: Answer, at time: Int64, number: UInt64,
        _ world: SimulatedWorld, _ line: inout LineBuffer
    ) {
        lines += 1
        line.reserveLine()
        line.append("{\"time\":\"")
        line.append(decimal: time / 1000)
        line.append(byte: 0x2E)
        line.append(decimal: time % 1000, width: 3)
        line.append(byte: 0x22)
        line.open("event_id")
        line.append(uuid: Self.id(event, number))
        line.append(byte: 0x22)
        line.open("remote_addr")
        line.append(event.address)
        line.append(byte: 0x22)
        line.member("x_forwarded_for", "")
        line.member("method", number & 1 == 0 ? "GET" : "POST")
        line.member("host", "api.acme.example")
        line.member("path", answer == .withoutToken ? "/status" : "/v1/items")
        let isRefused = answer == .expired || answer == .forged
        line.append(isRefused ? ",\"status\":401" : ",\"status\":200")
        line.open("www_authenticate")
        appendChallenge(answer, &line)
        line.append(byte: 0x22)
        line.member("user_agent", "")
        appendToken(event, answer, world, &line)
        line.append("}\n")
    }

    private func appendChallenge(_ answer: Answer, _ line: inout LineBuffer) {
        switch answer {
        case .accepted, .withoutToken: break
        case .expired:
            line.append("Bearer error=\\\"invalid_token\\\", ")
            line.append("error_description=\\\"The token expired\\\"")
        case .forged:
            line.append("Bearer error=\\\"invalid_token\\\", ")
            line.append("error_description=\\\"The signature is invalid\\\"")
        }
    }

    /// What the token says of itself; of one that is none nothing is known.
    private func appendToken(
        _ event: SimulatedEvent, _ answer: Answer, _ world: SimulatedWorld,
        _ line: inout LineBuffer
    ) {
        guard answer == .accepted || answer == .expired else {
            return line.append(
                ",\"iss\":\"\",\"sub\":\"\",\"client_id\":\"\",\"sid\":\"\",\"jti\":\"\"")
        }
        let client = world.clients[event.client]
        line.open("iss")
        line.append(Array(Self.issuer.utf8))
        line.append(world.realms[client.realm].name)
        line.append(byte: 0x22)
        line.open("sub")
        if world.subjects.indices.contains(event.subject) {
            line.append(uuid: world.subjects[event.subject].id)
        } else {
            line.append(uuid: world.serviceAccount(client: event.client))
        }
        line.append(byte: 0x22)
        line.open("client_id")
        line.append(client.name)
        line.append(byte: 0x22)
        line.open("sid")
        if !event.session.isNone { line.append(session: event.session, world) }
        line.append(byte: 0x22)
        line.open("jti")
        line.append(accessTokenOf: event, grant: event.grantCode, world)
        line.append(byte: 0x22)
    }
}
