/// What a recognised secret is, as far as its place in the record tells.
///
/// The tag is part of the fingerprint's input and of the placeholder: never change one.
public enum TokenKind: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    /// A JWS or JWE in no particular place.
    case jwt = 1
    /// Presented with the scheme Bearer (RFC 6750).
    case bearer
    /// Presented with the scheme DPoP, or a DPoP proof (RFC 9449).
    case dpop
    /// HTTP Basic credentials (RFC 7617).
    case basic
    case refreshToken
    case accessToken
    case idToken
    case authorizationCode
    case deviceCode
    case clientSecret
    /// A client or grant assertion (RFC 7521).
    case assertion
    /// A PKCE code verifier (RFC 7636).
    case codeVerifier
    case password
    case cookie
    /// A token whose key does not say which: `token`, `subject_token`, `actor_token`.
    case token

    /// The short name in placeholders.
    public var tag: String {
        switch self {
        case .jwt: "jwt"
        case .bearer: "bearer"
        case .dpop: "dpop"
        case .basic: "basic"
        case .refreshToken: "rt"
        case .accessToken: "at"
        case .idToken: "idt"
        case .authorizationCode: "code"
        case .deviceCode: "dc"
        case .clientSecret: "secret"
        case .assertion: "assertion"
        case .codeVerifier: "verifier"
        case .password: "password"
        case .cookie: "cookie"
        case .token: "token"
        }
    }
}
