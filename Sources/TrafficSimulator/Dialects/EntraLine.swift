internal import AuditModel

/// Writes events as Microsoft Entra ID's diagnostic settings store them, one record a line.
///
/// A tenant stands for a realm. A login and the redemption of its code are one sign-in. No refresh
/// token has a name, and nothing is written of a logout, of an introspection, of the start of a
/// device's authorization or of a redirect URI that was refused. User info is a call of Microsoft
/// Graph. Of the many members that say the same in every record only some are written.
struct EntraLine: DialectLine {
    /// What a sign-in is in Entra's words.
    private struct SignIn {
        var category: StaticString = "NonInteractiveUserSignInLogs"
        var code: StaticString = "0"
        var reason: StaticString = ""
        var incoming: StaticString = "none"
        var flow: StaticString = "none"
        var isInteractive = false
    }

    private var places = NetworkMemory()

    mutating func append(
        _ event: SimulatedEvent, world: SimulatedWorld, to line: inout LineBuffer
    ) {
        if event.type == .userInfoRequest || event.type == .userInfoRequestError {
            line.reserveLine()
            return appendCall(event, world, &line)
        }
        guard let signIn = Self.signIn(event) else { return }
        line.reserveLine()
        appendEnvelope(event, signIn, world, &line)
        line.append(",\"properties\":{\"id\":\"")
        line.append(uuid: Self.id(event))
        line.append("\",\"createdDateTime\":\"")
        line.append(ticks: event.time)
        line.append("+00:00\"")
        appendParties(event, world, &line)
        appendResult(event, signIn, world, &line)
        line.append(",\"location\":{")
        places.appendPlace(event.address, &line)
        line.append("},\"autonomousSystemNumber\":")
        line.append(decimal: places.system(event.address))
        line.append(",\"resourceId\":\"00000003-0000-0000-c000-000000000000\"")
        line.open("uniqueTokenIdentifier")
        line.append(tokenIdentifier: Self.id(event))
        line.append(byte: 0x22)
        line.member("incomingTokenType", signIn.incoming)
        line.member("authenticationProtocol", signIn.flow)
        appendSession(event, &line)
        line.append("}}\n")
    }

    /// `H("event/1": dialect, error code, id)`; a call has no error code.
    func eventID(_ event: SimulatedEvent, world: SimulatedWorld) -> ID128? {
        SimulatedDialect.eventID(
            "entra", issuer: Self.signIn(event)?.code.description ?? "",
            id: Self.signIn(event) == nil
                ? event.nativeID.uuidText : Self.id(event).uuidText)
    }

    /// A sign-in's id is that of the token that came of it.
    private static func id(_ event: SimulatedEvent) -> ID128 {
        switch event.type {
        case .loginError, .clientLoginError: event.nativeID
        default: event.token.isNone ? event.nativeID : event.token
        }
    }

    private static func correlation(_ event: SimulatedEvent) -> ID128 {
        ID128(high: event.nativeID.low, low: event.nativeID.high)
    }

    private static func signIn(_ event: SimulatedEvent) -> SignIn? {
        var words = SignIn()
        switch event.type {
        case .login, .loginError:
            words.category = "SignInLogs"
            words.isInteractive = true
            words.flow = "oAuth2"
        case .refreshToken, .refreshTokenError: words.incoming = "refreshToken"
        case .clientLogin, .clientLoginError: words.category = "ServicePrincipalSignInLogs"
        case .passwordLogin: words.flow = "ropc"
        case .deviceCodeToToken:
            words.category = "SignInLogs"
            words.isInteractive = true
            words.flow = "deviceCode"
        case .deviceCodeToTokenError: words.flow = "deviceCode"
        case .tokenExchange, .codeToTokenError: break
        case .codeToToken, .logout, .introspectToken, .introspectTokenError, .userInfoRequest,
            .userInfoRequestError, .deviceAuth, .deviceVerify:
            return nil
        }
        (words.code, words.reason) = refusal(event)
        return words
    }

    /// The error code and its words; `0` for what was granted.
    private static func refusal(_ event: SimulatedEvent) -> (StaticString, StaticString) {
        switch (event.type, event.failure) {
        case (.loginError, .redirectURI):
            ("50011", "The reply address does not match those of the application.")
        case (.loginError, .userNotFound): ("50034", "The account is not in the directory.")
        case (.loginError, _): ("50126", "Invalid username or password.")
        case (.clientLoginError, _): ("7000215", "Invalid client secret is provided.")
        case (.codeToTokenError, .codeVerifier):
            ("501481", "The verifier does not match the challenge.")
        case (.codeToTokenError, .expiredCode): ("70008", "The code has expired.")
        case (.codeToTokenError, _): ("54005", "The code was already redeemed.")
        case (.deviceCodeToTokenError, _): ("70016", "Authorization is pending.")
        case (.refreshTokenError, _): refusal(event.refusal)
        default: ("0", "")
        }
    }

    private static func refusal(_ refusal: Refusal) -> (StaticString, StaticString) {
        switch refusal {
        case .expired: ("700082", "The refresh token has expired due to inactivity.")
        case .malformed, .otherClient: ("70000", "The grant is invalid or malformed.")
        default: ("50173", "The grant has been revoked.")
        }
    }
}

// MARK: - Parts of a record

extension EntraLine {
    private func appendEnvelope(
        _ event: SimulatedEvent, _ signIn: SignIn, _ world: SimulatedWorld,
        _ line: inout LineBuffer
    ) {
        line.append("{\"time\":\"")
        line.append(ticks: event.time)
        line.append("Z\"")
        line.member("category", signIn.category)
        line.open("tenantId")
        line.append(uuid: tenant(event, world))
        line.append(byte: 0x22)
        line.member("resultType", signIn.code)
        line.open("callerIpAddress")
        line.append(event.address)
        line.append("\",\"correlationId\":\"")
        line.append(uuid: Self.correlation(event))
        line.append(byte: 0x22)
    }

    private func appendResult(
        _ event: SimulatedEvent, _ signIn: SignIn, _ world: SimulatedWorld,
        _ line: inout LineBuffer
    ) {
        let isGranted = signIn.code.utf8CodeUnitCount == 1
        line.append(",\"status\":{\"errorCode\":")
        line.append(signIn.code)
        if !isGranted { line.member("failureReason", signIn.reason) }
        line.append("},\"isInteractive\":")
        line.append(signIn.isInteractive ? "true" : "false")
        if isGranted { appendScopes(event, world, &line) }
    }

    private func tenant(_ event: SimulatedEvent, _ world: SimulatedWorld) -> ID128 {
        world.realms[world.clients[event.client].realm].id
    }

    private func appendParties(
        _ event: SimulatedEvent, _ world: SimulatedWorld, _ line: inout LineBuffer
    ) {
        if event.type == .clientLogin || event.type == .clientLoginError {
            line.open("servicePrincipalId")
            line.append(uuid: world.serviceAccount(client: event.client))
        } else if world.subjects.indices.contains(event.subject) {
            line.open("userId")
            line.append(uuid: world.subjects[event.subject].id)
            line.append("\",\"userPrincipalName\":\"")
            line.append(usernameOf: event, world)
            line.append("@acme.example")
        } else {
            line.append(",\"userId\":\"00000000-0000-0000-0000-000000000000")
            line.append("\",\"userPrincipalName\":\"")
            line.append(usernameOf: event, world)
            line.append("@acme.example")
        }
        line.append("\",\"appId\":\"")
        line.append(uuid: appID(event, world))
        line.append("\",\"ipAddress\":\"")
        line.append(event.address)
        line.append(byte: 0x22)
    }

    private func appID(_ event: SimulatedEvent, _ world: SimulatedWorld) -> ID128 {
        var random = SeededRandom(seed: world.seed, domain: 15, index: UInt64(event.client))
        return random.uuid()
    }

    private func appendScopes(
        _ event: SimulatedEvent, _ world: SimulatedWorld, _ line: inout LineBuffer
    ) {
        line.append(",\"authenticationProcessingDetails\":[{\"key\":\"Oauth Scope Info\"")
        line.append(",\"value\":\"[\\\"")
        let scope = world.clients[event.client].scope
        for index in 0..<scope.utf8CodeUnitCount {
            let byte = scope.utf8Start[index]
            if byte == 0x20 { line.append("\\\",\\\"") } else { line.append(byte: byte) }
        }
        line.append("\\\"]\"}]")
    }

    /// Only a sign-in that has one before it, or begins one, is of a session.
    private func appendSession(_ event: SimulatedEvent, _ line: inout LineBuffer) {
        let isKnown: Bool =
            switch event.type {
            case .login, .refreshToken, .passwordLogin, .deviceCodeToToken, .tokenExchange: true
            case .refreshTokenError:
                event.refusal != .malformed && event.refusal != .otherClient
            default: false
            }
        guard isKnown, !event.session.isNone else { return }
        line.open("sessionId")
        line.append(uuid: event.session)
        line.append(byte: 0x22)
    }

    private func appendCall(
        _ event: SimulatedEvent, _ world: SimulatedWorld, _ line: inout LineBuffer
    ) {
        let status: StaticString = event.type == .userInfoRequest ? "200" : "401"
        line.append("{\"time\":\"")
        line.append(ticks: event.time)
        line.append("Z\",\"operationName\":\"Microsoft Graph Activity\"")
        line.append(",\"operationVersion\":\"v1.0\"")
        line.append(",\"category\":\"MicrosoftGraphActivityLogs\",\"tenantId\":\"")
        line.append(uuid: tenant(event, world))
        line.append(byte: 0x22)
        line.member("resultSignature", status)
        line.append(",\"callerIpAddress\":\"")
        line.append(event.address)
        line.append("\",\"correlationId\":\"")
        line.append(uuid: event.nativeID)
        line.append("\",\"Level\":4,\"location\":\"West Europe\",\"properties\":{")
        line.append("\"timeGenerated\":\"")
        line.append(ticks: event.time)
        line.append("Z\",\"requestId\":\"")
        line.append(uuid: event.nativeID)
        line.append("\",\"requestMethod\":\"GET\",\"responseStatusCode\":")
        line.append(status)
        line.append(",\"requestUri\":\"https://graph.microsoft.com/oidc/userinfo\"")
        if event.type == .userInfoRequest { appendCaller(event, world, &line) }
        line.append(",\"ipAddress\":\"")
        line.append(event.address)
        line.append("\"}}\n")
    }

    /// Of a token that is not good nothing is known.
    private func appendCaller(
        _ event: SimulatedEvent, _ world: SimulatedWorld, _ line: inout LineBuffer
    ) {
        line.append(",\"signInActivityId\":\"")
        line.append(tokenIdentifier: event.token)
        line.append("\",\"appId\":\"")
        line.append(uuid: appID(event, world))
        line.append(byte: 0x22)
        if world.subjects.indices.contains(event.subject) {
            line.open("userId")
            line.append(uuid: world.subjects[event.subject].id)
            line.append(byte: 0x22)
        }
        line.open("scopes")
        line.append(world.clients[event.client].scope)
        line.append("\",\"c_Sid\":\"")
        line.append(uuid: event.session)
        line.append(byte: 0x22)
    }
}

/// Where addresses are, as a server knows it that names places itself.
private struct NetworkMemory {
    /// The index in ``NetworkTable/all`` of the network of a /24 or /56; -1 for none.
    private var known: [IPAddress: Int] = [:]

    private mutating func network(_ address: IPAddress) -> SimulatedNetwork? {
        let block = address.network
        if let index = known[block] { return index < 0 ? nil : NetworkTable.all[index] }
        let index = NetworkTable.all.firstIndex { $0.holds(address) }
        if known.count > 1_000_000 { known.removeAll(keepingCapacity: true) }
        known[block] = index ?? -1
        return index.map { NetworkTable.all[$0] }
    }

    mutating func system(_ address: IPAddress) -> Int64 { Int64(network(address)?.asn ?? 0) }

    /// The members of `location`.
    mutating func appendPlace(_ address: IPAddress, _ line: inout LineBuffer) {
        guard let network = network(address) else {
            return line.append("\"city\":\"\",\"countryOrRegion\":\"\",\"geoCoordinates\":{}")
        }
        let city = Atlas.cities[network.city]
        line.append("\"city\":\"")
        line.append(Array(city.name.utf8))
        line.append("\",\"countryOrRegion\":\"")
        line.append(Array(city.country.utf8))
        line.append("\",\"geoCoordinates\":{\"latitude\":")
        line.append(hundredths: network.latitude)
        line.append(",\"longitude\":")
        line.append(hundredths: network.longitude)
        line.append(byte: 0x7D)
    }
}

extension SimulatedNetwork {
    fileprivate func holds(_ address: IPAddress) -> Bool {
        guard address.isIPv4 == prefix.isIPv4 else { return false }
        let bits = prefix.isIPv4 ? 96 + length : length
        let high = bits >= 64 ? UInt64.max : ~(UInt64.max >> UInt64(bits))
        let low = bits <= 64 ? 0 : ~(bits >= 128 ? 0 : UInt64.max >> UInt64(bits - 64))
        return (address.bits.high ^ prefix.bits.high) & high == 0
            && (address.bits.low ^ prefix.bits.low) & low == 0
    }
}

extension LineBuffer {
    /// `2026-03-02T10:15:30.1230000`.
    fileprivate mutating func append(ticks time: Int64) {
        append(Array(CivilDate.text(day: time / ActivityClock.day).utf8))
        append(byte: 0x54)
        append(clock: time)
        append(byte: 0x2E)
        append(decimal: time % 1000 * 10_000, width: 7)
    }

    /// Hundredths of a degree as decimal degrees.
    fileprivate mutating func append(hundredths: Int32) {
        if hundredths < 0 { append(byte: 0x2D) }
        append(decimal: Int64(hundredths.magnitude / 100))
        append(byte: 0x2E)
        append(decimal: Int64(hundredths.magnitude % 100), width: 2)
    }

    /// The 22 characters by which claims and logs name a token: a GUID's bytes in the order of
    /// .NET, as base64url.
    fileprivate mutating func append(tokenIdentifier id: ID128) {
        let order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]
        let last = order.count - 1
        for start in stride(from: 0, through: last, by: 3) {
            var word: UInt64 = 0
            for place in start..<(start + 3) {
                let at = place <= last ? order[place] : 16
                let half = at < 8 ? id.high : at < 16 ? id.low : 0
                word = word << 8 | (half >> UInt64(56 - 8 * (at & 7)) & 255)
            }
            for digit in 0..<(start == last ? 2 : 4) {
                append(byte: Self.urlSafeDigit(word >> UInt64(18 - 6 * digit)))
            }
        }
    }
}
