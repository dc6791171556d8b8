internal import AuditModel

/// Writes events as PingFederate's audit log has them when its pattern is one of pairs with the
/// grant type and the session added. Tokens and codes have no names there. User info and the start
/// of a device's authorization leave no line.
struct PingFederateLine: DialectLine {
    /// What one event is in the server's words.
    private struct Words {
        var event: StaticString = "OAuth"
        var grantType: StaticString = ""
        /// Why it failed; nil for success.
        var failure: StaticString?
        var isOAuth = true
    }

    mutating func append(
        _ event: SimulatedEvent, world: SimulatedWorld, to line: inout LineBuffer
    ) {
        guard let words = Self.words(event) else { return }
        line.reserveLine()
        line.append(Array(CivilDate.text(day: event.time / ActivityClock.day).utf8))
        line.append(byte: 0x20)
        line.append(clock: event.time)
        line.append(byte: 0x2C)
        line.append(decimal: event.time % 1000, width: 3)
        line.append(" trackingid=\"tid:")
        line.append(urlSafe: event.nativeID)
        pair("event", words.event, &line)
        open("subject", &line)
        appendSubject(event, world, &line)
        open("ip", &line)
        line.append(event.address)
        pair("app", "", &line)
        open("connectionid", &line)
        line.append(world.clients[event.client].name)
        pair("protocol", words.isOAuth ? "OAuth20" : "", &line)
        pair("host", "id.acme.example", &line)
        pair("role", words.isOAuth ? "AS" : "IdP", &line)
        pair("status", words.failure == nil ? "success" : "failure", &line)
        pair("adapterid", words.isOAuth ? "" : "HTMLForm", &line)
        pair("description", words.failure ?? "", &line)
        pair("granttype", words.grantType, &line)
        open("sri", &line)
        if Self.showsUser(event, world), !event.session.isNone {
            line.append(session: event.session, world)
        }
        line.append("\" responsetime=")
        line.append(decimal: Int64(3 + event.nativeID.low >> 8 & 63))
        line.append(byte: 0x0A)
    }

    /// Lines carry no id.
    func eventID(_ event: SimulatedEvent, world: SimulatedWorld) -> ID128? { nil }

    /// Closes the value before and begins another.
    private func open(_ key: StaticString, _ line: inout LineBuffer) {
        line.append("\"  ")
        line.append(key)
        line.append("=\"")
    }

    private func pair(
        _ key: StaticString, _ value: StaticString, _ line: inout LineBuffer
    ) {
        open(key, &line)
        line.append(value)
    }

    private static let extensionGrant: StaticString =
        "urn:ietf:params:oauth:grant-type:token-exchange"
    private static let validation: StaticString =
        "urn:pingidentity.com:oauth2:grant_type:validate_bearer"

    private static func words(_ event: SimulatedEvent) -> Words? {
        switch event.type {
        case .login: return Words(event: "AUTHN_SESSION_CREATED", isOAuth: false)
        case .logout: return Words(event: "SLO", isOAuth: false)
        case .loginError where event.failure == .redirectURI:
            return Words(failure: "Invalid redirect_uri")
        case .loginError:
            return Words(
                event: "AUTHN_ATTEMPT", failure: "Invalid credentials", isOAuth: false)
        case .codeToToken: return Words(grantType: "authorization_code")
        case .codeToTokenError:
            return Words(
                grantType: "authorization_code",
                failure: event.failure == .codeVerifier
                    ? "code_verifier does not match" : "Authorization code is invalid or expired.")
        case .refreshToken: return Words(grantType: "refresh_token")
        case .refreshTokenError:
            return Words(
                grantType: "refresh_token",
                failure: "unknown, invalid, or expired refresh token")
        case .clientLogin: return Words(grantType: "client_credentials")
        case .clientLoginError:
            return Words(
                grantType: "client_credentials", failure: "Invalid client or client credentials.")
        case .passwordLogin: return Words(grantType: "password")
        case .tokenExchange: return Words(grantType: extensionGrant)
        case .deviceCodeToToken: return Words(grantType: DetailWriter.deviceGrant)
        case .deviceCodeToTokenError:
            return Words(grantType: DetailWriter.deviceGrant, failure: "authorization_pending")
        case .introspectToken: return Words(grantType: validation)
        case .introspectTokenError:
            return Words(grantType: validation, failure: "token not found, expired or invalid")
        case .userInfoRequest, .userInfoRequestError, .deviceAuth, .deviceVerify: return nil
        }
    }

    /// Whose refused token it was is not said.
    private static func showsUser(_ event: SimulatedEvent, _ world: SimulatedWorld) -> Bool {
        guard world.subjects.indices.contains(event.subject) else { return false }
        switch event.type {
        case .refreshTokenError, .codeToTokenError, .deviceCodeToTokenError, .clientLogin,
            .clientLoginError, .introspectTokenError, .loginError:
            return false
        default: return true
        }
    }

    private func appendSubject(
        _ event: SimulatedEvent, _ world: SimulatedWorld, _ line: inout LineBuffer
    ) {
        let isTyped = event.type == .loginError && event.failure != .redirectURI
        if isTyped || Self.showsUser(event, world) { line.append(usernameOf: event, world) }
    }
}
