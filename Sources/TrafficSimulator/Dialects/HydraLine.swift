internal import AuditModel

/// Writes events as Ory Hydra's log has them as JSON: a record for each refusal, and one for each
/// request that was answered. Neither names client, subject, session or token. What happens in the
/// login application, such as a wrong password, never reaches Hydra.
struct HydraLine: DialectLine {
    /// What Hydra says about a refusal.
    private struct Refused {
        var name: StaticString
        var reason: StaticString
        var debug: StaticString = ""
        var status: Int64 = 400
    }

    /// One request.
    private struct Request {
        var method: StaticString
        var path: StaticString
        var status: Int64 = 200
        /// The login application's, not the user's.
        var isInternal = false
    }

    mutating func append(
        _ event: SimulatedEvent, world: SimulatedWorld, to line: inout LineBuffer
    ) {
        guard var request = Self.request(event) else { return }
        line.reserveLine()
        if let refused = Self.refused(event) {
            request.status = event.type == .loginError ? 303 : refused.status
            line.append("{\"audience\":\"application\",\"error\":{\"debug\":\"")
            line.append(refused.debug)
            line.append(byte: 0x22)
            line.member("message", refused.name)
            line.member("reason", refused.reason)
            line.append(",\"status_code\":")
            line.append(decimal: refused.status)
            line.append("},")
            appendRequest(request, event, &line)
            line.append(",\"level\":\"info\",\"msg\":\"access denied\"")
            appendEnd(event, &line)
        }
        line.append("{\"audience\":\"application\",")
        appendRequest(request, event, &line)
        line.append(",\"http_response\":{\"size\":512,\"status\":")
        line.append(decimal: request.status)
        line.append("},\"level\":\"info\",\"msg\":\"completed handling request\"")
        appendEnd(event, &line)
    }

    /// Records carry no id.
    func eventID(_ event: SimulatedEvent, world: SimulatedWorld) -> ID128? { nil }

    private func appendRequest(
        _ request: Request, _ event: SimulatedEvent, _ line: inout LineBuffer
    ) {
        line.append("\"http_request\":{\"headers\":{\"accept\":\"application/json\"}")
        line.member("host", "id.acme.example")
        line.member("method", request.method)
        line.member("path", request.path)
        line.append(",\"query\":null")
        line.open("remote")
        if request.isInternal { line.append("10.0.4.12") } else { line.append(event.address) }
        line.append(byte: 0x3A)
        line.append(decimal: Int64(32_768 + event.nativeID.low >> 16 & 16_383))
        line.append("\",\"scheme\":\"http\"}")
    }

    private func appendEnd(_ event: SimulatedEvent, _ line: inout LineBuffer) {
        line.member("service_name", "Ory Hydra")
        line.member("service_version", "v2.3.0")
        line.open("time")
        line.append(timestamp: event.time)
        line.append("\"}\n")
    }

    private static func request(_ event: SimulatedEvent) -> Request? {
        let accepted: StaticString = "/admin/oauth2/auth/requests/login/accept"
        switch event.type {
        case .login: return Request(method: "PUT", path: accepted, isInternal: true)
        case .loginError:
            return event.failure == .redirectURI
                ? Request(method: "GET", path: "/oauth2/auth") : nil
        case .logout:
            return Request(
                method: "PUT", path: "/admin/oauth2/auth/requests/logout/accept", status: 200,
                isInternal: true)
        case .introspectToken, .introspectTokenError:
            return Request(method: "POST", path: "/admin/oauth2/introspect")
        case .userInfoRequest, .userInfoRequestError:
            return Request(method: "GET", path: "/userinfo")
        case .deviceAuth: return Request(method: "POST", path: "/oauth2/device/auth")
        case .deviceVerify:
            return Request(
                method: "PUT", path: "/admin/oauth2/auth/requests/device/accept",
                isInternal: true)
        default: return Request(method: "POST", path: "/oauth2/token")
        }
    }

    private static func refused(_ event: SimulatedEvent) -> Refused? {
        switch event.type {
        case .loginError:
            return Refused(
                name: "invalid_request",
                reason: """
                    The 'redirect_uri' parameter does not match any of the OAuth 2.0 Client's \
                    pre-registered redirect urls.
                    """)
        case .clientLoginError:
            return Refused(
                name: "invalid_client", reason: "",
                debug: "The provided client secret does not match.", status: 401)
        case .userInfoRequestError:
            return Refused(
                name: "request_unauthorized", reason: "", debug: "token_inactive", status: 401)
        case .deviceCodeToTokenError:
            return Refused(name: "authorization_pending", reason: "")
        case .codeToTokenError: return refusedCode(event.failure)
        case .refreshTokenError: return refusedToken(event.refusal)
        default: return nil
        }
    }

    private static func refusedCode(_ failure: Failure) -> Refused {
        switch failure {
        case .codeVerifier:
            Refused(
                name: "invalid_grant",
                reason: "The PKCE code challenge did not match the code verifier.")
        case .expiredCode:
            Refused(
                name: "invalid_grant", reason: "", debug: "The authorization code has expired.")
        default:
            Refused(
                name: "invalid_grant", reason: "The authorization code has already been used.")
        }
    }

    private static func refusedToken(_ refusal: Refusal) -> Refused {
        switch refusal {
        case .reuse, .stale:
            Refused(
                name: "invalid_grant", reason: "The refresh token was already used.",
                debug: "Refresh token re-use was detected. All related tokens have been revoked.")
        case .expired: Refused(name: "invalid_grant", reason: "The refresh token expired.")
        case .otherClient:
            Refused(
                name: "invalid_grant",
                reason: """
                    The OAuth 2.0 Client ID from this request does not match the ID during the \
                    initial token issuance.
                    """)
        default:
            Refused(
                name: "invalid_grant", reason: "The refresh token is malformed or not valid.",
                debug: "The refresh token can not be found.")
        }
    }
}
