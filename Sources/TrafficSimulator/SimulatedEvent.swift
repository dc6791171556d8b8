public import AuditModel

/// The Keycloak event types that the simulator writes.
public enum VendorType: UInt8, CaseIterable, Sendable {
    case login, loginError, codeToToken, refreshToken, refreshTokenError, logout
    case clientLogin, clientLoginError, introspectToken, userInfoRequest, tokenExchange
    case codeToTokenError, introspectTokenError, userInfoRequestError
    /// A login by the resource owner's password at the token endpoint.
    case passwordLogin
    case deviceAuth, deviceVerify, deviceCodeToToken, deviceCodeToTokenError

    /// The server's name of the type.
    public var name: StaticString {
        switch self {
        case .login: "LOGIN"
        case .loginError: "LOGIN_ERROR"
        case .codeToToken: "CODE_TO_TOKEN"
        case .refreshToken: "REFRESH_TOKEN"
        case .refreshTokenError: "REFRESH_TOKEN_ERROR"
        case .logout: "LOGOUT"
        case .clientLogin: "CLIENT_LOGIN"
        case .clientLoginError: "CLIENT_LOGIN_ERROR"
        case .introspectToken: "INTROSPECT_TOKEN"
        case .userInfoRequest: "USER_INFO_REQUEST"
        case .tokenExchange: "TOKEN_EXCHANGE"
        case .codeToTokenError: "CODE_TO_TOKEN_ERROR"
        case .introspectTokenError: "INTROSPECT_TOKEN_ERROR"
        case .userInfoRequestError: "USER_INFO_REQUEST_ERROR"
        case .passwordLogin: "LOGIN"
        case .deviceAuth: "OAUTH2_DEVICE_AUTH"
        case .deviceVerify: "OAUTH2_DEVICE_VERIFY_USER_CODE"
        case .deviceCodeToToken: "OAUTH2_DEVICE_CODE_TO_TOKEN"
        case .deviceCodeToTokenError: "OAUTH2_DEVICE_CODE_TO_TOKEN_ERROR"
        }
    }
}

/// Why the server refused a refresh token.
public enum Refusal: UInt8, Sendable {
    case none = 0
    /// The token presented is the one redeemed last.
    case reuse
    /// The token is older than that, or issued before a not-before push.
    case stale
    /// An earlier replay removed the client from the session.
    case clientMissing
    /// The user logged out.
    case sessionInactive
    /// The token or its session expired.
    case expired
    /// What was presented is no token of this server.
    case malformed
    /// The token belongs to another client.
    case otherClient

    /// The server's words.
    public var reason: StaticString {
        switch self {
        case .none: ""
        case .reuse: "Maximum allowed refresh token reuse exceeded"
        case .stale: "Stale token"
        case .clientMissing: "Session doesn't have required client"
        case .sessionInactive: "Session not active"
        case .expired: "Token is not active"
        case .malformed: "Invalid refresh token"
        case .otherClient:
            "Invalid refresh token. Token client and authorized client don't match"
        }
    }
}

/// Why a request other than a refresh failed, where its type leaves a choice.
public enum Failure: UInt8, Sendable {
    /// What the type fails with as a rule.
    case usual = 0
    case userNotFound, redirectURI, expiredCode, codeVerifier

    /// The server's code; nil for the type's own.
    var code: StaticString? {
        switch self {
        case .usual: nil
        case .userNotFound: "user_not_found"
        case .redirectURI: "invalid_redirect_uri"
        case .expiredCode: "expired_code"
        case .codeVerifier: "invalid_code_verifier"
        }
    }
}

/// A token that stands in a record where none belongs.
public struct LeakedToken: Sendable, Equatable {
    /// The id that the log shows when the token is issued.
    public var id: ID128
    public var isRefreshToken = false
    /// Issued for a code, not for a refresh token.
    var isFromCode = false
    /// Milliseconds since 1970 UTC.
    public var issued: Int64
    /// Seconds.
    var lifetime: Int64
    /// The grant's session.
    var session: ID128
}

/// One act as the authorization server saw it: the facts that every dialect writes in its own way.
public struct SimulatedEvent: Sendable, Equatable {
    /// Milliseconds since 1970 UTC.
    public var time: Int64
    public var type: VendorType
    public var client: Int
    /// The subject's number; -1 for none.
    public var subject: Int = -1
    public var session = ID128.none
    public var address: IPAddress
    /// The server's own id of the event.
    public var nativeID: ID128
    public var refusal = Refusal.none
    public var failure = Failure.usual
    /// Tells apart what an attacker makes up: redirect URIs, user names. 0 for everybody else.
    public var variant: UInt8 = 0
    /// The token in the redirect URI.
    public var leak: LeakedToken?
    /// The access token's id.
    public var token = ID128.none
    /// The refresh token presented, or the first one issued.
    public var refresh = ID128.none
    /// The refresh token that replaces the presented one.
    public var updatedRefresh = ID128.none
    /// Seconds since the presented refresh token was issued.
    public var refreshAge: Int64 = 0
    public var offline = false
    /// The user was logged in already and the browser came back without asking.
    public var singleSignOn = false
    /// The response never arrived: nobody uses the tokens in it.
    public var isLost = false
    /// The attack this event belongs to; -1 for none.
    public var attack = -1

    init(time: Int64, type: VendorType, client: Int, address: IPAddress, nativeID: ID128) {
        self.time = time
        self.type = type
        self.client = client
        self.address = address
        self.nativeID = nativeID
    }
}

/// Takes the events of a simulation, in time order.
public protocol SimulatedEventSink: ~Copyable {
    /// Takes one event.
    ///
    /// - Parameter world: names and ids that the event refers to by number.
    mutating func accept(
        _ event: SimulatedEvent, world: SimulatedWorld
    ) throws(SimulationError)
}

/// Why a simulation could not be written.
public enum SimulationError: Error, Equatable, CustomStringConvertible {
    case cannotCreate(path: String, reason: String)
    case cannotWrite(path: String, reason: String)

    public var description: String {
        switch self {
        case .cannotCreate(let path, let reason):
            "cannot create \(path): \(reason); choose another directory with --out"
        case .cannotWrite(let path, let reason):
            "cannot write \(path): \(reason); free some space or choose another directory"
        }
    }
}
