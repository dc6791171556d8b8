internal import AuditModel

/// Writes events as Amazon Cognito has them in CloudTrail, one a line.
///
/// A user pool stands for a realm. The endpoints of OAuth and the hosted pages write what was asked
/// and the answer's status; users, tokens and codes are hidden. There is no introspection, no
/// device authorization and no token exchange; user info leaves no log.
struct CognitoLine: DialectLine {
    private static let account: StaticString = "111122223333"

    /// What one event is in Cognito's words.
    private struct Words {
        var name: StaticString
        var grantType: StaticString?
        /// A parameter that the request has and the log hides.
        var hidden: StaticString?
        var status: Int64 = 200
        /// Why it failed; nil for success.
        var failure: (code: StaticString, message: StaticString)?
    }

    mutating func append(
        _ event: SimulatedEvent, world: SimulatedWorld, to line: inout LineBuffer
    ) {
        guard let words = Self.words(event) else { return }
        line.reserveLine()
        line.append("{\"eventVersion\":\"1.08\",\"userIdentity\":{\"accountId\":\"")
        line.append(Self.account)
        line.append("\"},\"eventTime\":\"")
        line.append(second: event.time)
        line.append("Z\",\"eventSource\":\"cognito-idp.amazonaws.com\"")
        line.member("eventName", words.name)
        line.member("awsRegion", "eu-central-1")
        line.open("sourceIPAddress")
        line.append(event.address)
        line.append(byte: 0x22)
        line.member("errorCode", words.failure?.code ?? "")
        line.member("errorMessage", words.failure?.message ?? "")
        line.append(",\"requestParameters\":null,\"responseElements\":null,")
        line.append("\"additionalEventData\":{\"responseParameters\":{\"status\":")
        line.append(decimal: words.status)
        // Older records have a fraction.
        if event.nativeID.low & 1 == 0 { line.append(".0") }
        line.append("},\"requestParameters\":{")
        appendParameters(words, event, world, &line)
        line.append("},\"userPoolDomain\":\"id.acme.example\",\"userPoolId\":\"")
        line.append(Self.pool(event, world))
        line.append("\"},\"requestID\":\"")
        line.append(uuid: ID128(high: event.nativeID.low, low: event.nativeID.high))
        line.append("\",\"eventID\":\"")
        line.append(uuid: event.nativeID)
        line.append("\",\"readOnly\":false,\"eventType\":\"AwsServiceEvent\",")
        line.append("\"managementEvent\":true,\"recipientAccountId\":\"")
        line.append(Self.account)
        line.append("\",\"eventCategory\":\"Management\"}\n")
    }

    func eventID(_ event: SimulatedEvent, world: SimulatedWorld) -> ID128? {
        SimulatedDialect.eventID(
            "cognito", issuer: String(decoding: Self.pool(event, world), as: UTF8.self),
            id: event.nativeID.uuidText)
    }

    /// A region and nine letters or digits.
    private static func pool(_ event: SimulatedEvent, _ world: SimulatedWorld) -> [UInt8] {
        Array("eu-central-1_".utf8)
            + world.realms[world.clients[event.client].realm].id.hex.utf8.prefix(9)
    }

    private static func words(_ event: SimulatedEvent) -> Words? {
        switch event.type {
        case .login: return Words(name: "Login_POST", hidden: "username", status: 302)
        case .logout: return Words(name: "Logout_GET", status: 302)
        case .codeToToken: return token("authorization_code", hides: "code")
        case .refreshToken: return token("refresh_token", hides: "refresh_token")
        case .clientLogin: return token("client_credentials")
        case .clientLoginError: return token("client_credentials", refused: "invalid_client")
        case .codeToTokenError:
            return token("authorization_code", hides: "code", refused: "invalid_grant")
        case .refreshTokenError:
            return token("refresh_token", hides: "refresh_token", refused: "invalid_grant")
        case .loginError:
            if event.failure == .redirectURI {
                return Words(
                    name: "Authorize_GET", status: 302,
                    failure: ("invalid_request", "redirect_mismatch"))
            }
            return Words(
                name: "Login_POST", hidden: "username", status: 302,
                failure: ("NotAuthorizedException", "Incorrect username or password."))
        case .passwordLogin, .tokenExchange, .introspectToken, .introspectTokenError,
            .userInfoRequest, .userInfoRequestError, .deviceAuth, .deviceVerify,
            .deviceCodeToToken, .deviceCodeToTokenError:
            return nil
        }
    }

    private static func token(
        _ grantType: StaticString, hides hidden: StaticString? = nil,
        refused code: StaticString? = nil
    ) -> Words {
        Words(
            name: "Token_POST", grantType: grantType, hidden: hidden,
            status: code == nil ? 200 : 400, failure: code.map { (code: $0, message: "") })
    }

    /// Every parameter is a list.
    private func appendParameters(
        _ words: Words, _ event: SimulatedEvent, _ world: SimulatedWorld,
        _ line: inout LineBuffer
    ) {
        let client = world.clients[event.client]
        line.append("\"client_id\":[\"")
        line.append(client.name)
        line.append("\"]")
        if let grantType = words.grantType { append("grant_type", grantType, &line) }
        if let hidden = words.hidden {
            append(hidden, "HIDDEN_DUE_TO_SECURITY_REASONS", &line)
        }
        switch event.type {
        case .login, .loginError:
            append("response_type", "code", &line)
            append("scope", client.scope, &line)
            line.append(",\"redirect_uri\":[\"")
            if event.failure == .redirectURI {
                line.append(refusedRedirectOf: event, world)
            } else {
                line.append(client.redirect)
            }
            line.append("\"]")
        case .codeToToken: append("redirect_uri", client.redirect, &line)
        case .clientLogin: append("scope", client.scope, &line)
        default: break
        }
    }

    private func append(
        _ key: StaticString, _ value: StaticString, _ line: inout LineBuffer
    ) {
        line.append(",\"")
        line.append(key)
        line.append("\":[\"")
        line.append(value)
        line.append("\"]")
    }
}
