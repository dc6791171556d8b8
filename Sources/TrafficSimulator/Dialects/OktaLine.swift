internal import AuditModel

/// Writes events as Okta's System Log has them, one a line.
///
/// A custom authorization server stands for a realm. Refresh tokens are known by Okta's hash of
/// them, in the event that issues one and in the one that says reuse. Introspection, user info and
/// the start of a device's authorization leave no log.
struct OktaLine: DialectLine {
    /// What one event is in Okta's words.
    private struct Words {
        var type: StaticString
        var message: StaticString
        var grantType: StaticString?
        /// Why it failed; nil for success.
        var failure: StaticString?
        /// The type names a refresh token that was issued.
        var issuesRefresh = false
        /// The debug data name the token that was presented.
        var namesPresented = false
    }

    mutating func append(
        _ event: SimulatedEvent, world: SimulatedWorld, to line: inout LineBuffer
    ) {
        guard let words = Self.words(event, world) else { return }
        line.reserveLine()
        line.append("{\"actor\":{")
        appendActor(event, world, &line)
        line.append("},\"client\":{\"id\":\"")
        line.append(world.clients[event.client].name)
        line.append("\",\"ipAddress\":\"")
        line.append(event.address)
        line.append("\",\"device\":\"Unknown\",\"geographicalContext\":null},\"eventType\":\"")
        line.append(words.type)
        line.append(byte: 0x22)
        line.member("displayMessage", words.message)
        line.append(",\"outcome\":{\"result\":\"")
        if let failure = words.failure {
            line.append("FAILURE\",\"reason\":\"")
            line.append(failure)
        } else {
            line.append("SUCCESS")
        }
        line.append("\"},\"published\":\"")
        line.append(timestamp: event.time)
        line.append("\",\"severity\":\"")
        line.append(words.failure == nil ? "INFO" : "WARN")
        line.append("\",\"uuid\":\"")
        line.append(uuid: event.nativeID)
        line.append("\",\"version\":\"0\",\"authenticationContext\":{\"externalSessionId\":")
        appendSession(event, world, &line)
        line.append("},\"transaction\":{\"type\":\"WEB\",\"id\":\"")
        line.append(urlSafe: event.nativeID)
        line.append("\"},\"debugContext\":{\"debugData\":{\"authorizationServer\":\"")
        line.append(world.realms[world.clients[event.client].realm].name)
        line.append(byte: 0x22)
        appendDebugData(words, event, world, &line)
        line.append("}},\"target\":[")
        appendTargets(words, event, world, &line)
        line.append("]}\n")
    }

    func eventID(_ event: SimulatedEvent, world: SimulatedWorld) -> ID128? {
        SimulatedDialect.eventID(
            "okta",
            issuer: String(
                decoding: world.realms[world.clients[event.client].realm].name, as: UTF8.self),
            id: event.nativeID.uuidText)
    }

    private static let deviceGrant = DetailWriter.deviceGrant

    private static func words(_ event: SimulatedEvent, _ world: SimulatedWorld) -> Words? {
        switch event.type {
        case .login: return Words(type: "app.oauth2.signon", message: "User performed sign on")
        case .logout: return Words(type: "user.session.end", message: "User logout from Okta")
        case .codeToToken: return grant("authorization_code")
        case .refreshToken: return grant("refresh_token")
        case .passwordLogin: return grant("password")
        case .deviceCodeToToken: return grant(deviceGrant)
        case .clientLogin:
            return Words(
                type: "app.oauth2.as.token.grant.access_token",
                message: "OAuth2 access token is granted", grantType: "client_credentials")
        case .tokenExchange:
            return Words(
                type: "app.oauth2.as.token.grant.interclient_token",
                message: "OAuth2 token is exchanged",
                grantType: "urn:ietf:params:oauth:grant-type:token-exchange")
        case .clientLoginError:
            return Words(
                type: "app.oauth2.invalid_client_credentials",
                message: "Multiple requests with invalid client credentials",
                failure: "invalid_client_credentials")
        case .codeToTokenError:
            return refused(
                "authorization_code",
                event.failure == .codeVerifier ? "PKCE_verification_failed" : "invalid_grant")
        case .deviceCodeToTokenError: return refused(deviceGrant, "authorization_pending")
        case .refreshTokenError: return refusal(event, world)
        case .loginError: return failedLogin(event)
        case .introspectToken, .introspectTokenError, .userInfoRequest, .userInfoRequestError,
            .deviceAuth, .deviceVerify:
            return nil
        }
    }

    private static func grant(_ type: StaticString) -> Words {
        Words(
            type: "app.oauth2.as.token.grant.refresh_token",
            message: "OAuth2 refresh token is granted", grantType: type, issuesRefresh: true)
    }

    private static func refused(_ type: StaticString, _ reason: StaticString) -> Words {
        Words(
            type: "app.oauth2.as.token.grant", message: "OAuth2 token request", grantType: type,
            failure: reason)
    }

    private static func refusal(_ event: SimulatedEvent, _ world: SimulatedWorld) -> Words {
        let isReuse = event.refusal == .reuse || event.refusal == .stale
        if isReuse, world.rotates(client: event.client) {
            return Words(
                type: "app.oauth2.as.token.detect_reuse",
                message: "One-time refresh token reuse attempt", grantType: "refresh_token",
                failure: "refresh_token_reuse", namesPresented: true)
        }
        switch event.refusal {
        case .expired: return refused("refresh_token", "expired_refresh_token")
        case .otherClient: return refused("refresh_token", "client_id_mismatch")
        default: return refused("refresh_token", "invalid_grant")
        }
    }

    private static func failedLogin(_ event: SimulatedEvent) -> Words {
        if event.failure == .redirectURI {
            return Words(
                type: "app.oauth2.as.authorize", message: "OAuth2 authorization request",
                failure: "redirect_uri_mismatch")
        }
        return Words(
            type: "user.session.start", message: "User login to Okta",
            failure: event.failure == .userNotFound
                ? "VERIFICATION_ERROR" : "INVALID_CREDENTIALS")
    }

    private func appendActor(
        _ event: SimulatedEvent, _ world: SimulatedWorld, _ line: inout LineBuffer
    ) {
        guard Self.showsUser(event, world) else {
            line.append("\"id\":\"")
            line.append(world.clients[event.client].name)
            return line.append("\",\"type\":\"PublicClientApp\"")
        }
        line.append("\"id\":\"")
        line.append(uuid: world.subjects[event.subject].id)
        line.append("\",\"type\":\"User\",\"alternateId\":\"")
        line.append(usernameOf: event, world)
        line.append("@acme.example\"")
    }

    /// A refused request is the application's; whose it was is said only when a token is reused.
    private static func showsUser(_ event: SimulatedEvent, _ world: SimulatedWorld) -> Bool {
        guard world.subjects.indices.contains(event.subject) else { return false }
        switch event.type {
        case .refreshTokenError: return event.refusal == .reuse || event.refusal == .stale
        case .codeToTokenError, .deviceCodeToTokenError, .clientLogin, .clientLoginError:
            return false
        default: return true
        }
    }

    private func appendSession(
        _ event: SimulatedEvent, _ world: SimulatedWorld, _ line: inout LineBuffer
    ) {
        let isSeen = Self.showsUser(event, world) && event.type != .loginError
        guard !event.session.isNone, isSeen else {
            return line.append("\"unknown\"")
        }
        line.append(byte: 0x22)
        line.append(session: event.session, world)
        line.append(byte: 0x22)
    }

    private func appendDebugData(
        _ words: Words, _ event: SimulatedEvent, _ world: SimulatedWorld,
        _ line: inout LineBuffer
    ) {
        if let grantType = words.grantType {
            line.member("grantType", grantType)
            if words.failure == nil {
                line.open("grantedScopes")
                line.append(scopeOf: event, world)
                line.append(byte: 0x22)
            }
            line.member("requestUri", "/oauth2/v1/token")
        }
        if event.failure == .redirectURI {
            line.open("redirectUri")
            line.append(refusedRedirectOf: event, world)
            line.append(byte: 0x22)
        }
        guard words.namesPresented else { return }
        line.open("oldRefreshTokenHash")
        line.append(hashOf: event.refresh)
        line.append(byte: 0x22)
    }

    private func appendTargets(
        _ words: Words, _ event: SimulatedEvent, _ world: SimulatedWorld,
        _ line: inout LineBuffer
    ) {
        line.append("{\"id\":\"")
        line.append(world.clients[event.client].name)
        line.append("\",\"type\":\"AppInstance\"}")
        if words.issuesRefresh {
            let token = event.type == .refreshToken ? event.updatedRefresh : event.refresh
            appendTarget("refresh_token", token, &line)
        } else if event.type == .clientLogin || event.type == .tokenExchange {
            appendTarget("access_token", event.token, &line)
        }
    }

    private func appendTarget(
        _ type: StaticString, _ token: ID128, _ line: inout LineBuffer
    ) {
        line.append(",{\"id\":null,\"type\":\"")
        line.append(type)
        line.append("\",\"detailEntry\":{\"hash\":\"")
        line.append(hashOf: token)
        line.append("\"}}")
    }
}

extension LineBuffer {
    /// Base64 of a SHA-256, standing in for the one of a token's bytes.
    mutating func append(hashOf token: ID128) {
        let digest = Array(token.uuidText.utf8).withUnsafeBytes { IdentityHash.sha256($0) }
        let alphabet: StaticString =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for start in stride(from: 0, to: digest.count, by: 3) {
            var word: UInt32 = 0
            for index in start..<(start + 3) {
                word = word << 8 | (index < digest.count ? UInt32(digest[index]) : 0)
            }
            for digit in 0..<4 {
                let isPadding = start + digit > digest.count
                append(
                    byte: isPadding
                        ? 0x3D : alphabet.utf8Start[Int(word >> UInt32(18 - 6 * digit) & 63)])
            }
        }
    }
}
