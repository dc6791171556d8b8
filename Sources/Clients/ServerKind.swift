/// Authorization servers whose refresh token policies are known as they come from their makers.
///
/// What a file says of a server or of a client goes before. Nothing is assumed of a server that no
/// file names: a wrong "off" would make theft look allowed.
public enum ServerKind: String, CaseIterable, Sendable {
    case keycloak, auth0, okta, entra, hydra, cognito, google, github, duende

    /// What holds unless somebody changed it.
    var profile: RefreshPolicy {
        switch self {
        // Server administration guide, "Revoke Refresh Token": off; on, "Refresh Token Max Reuse"
        // is 0, a count without any time.
        case .keycloak: RefreshPolicy(rotation: .off, leeway: nil, reuse: 0)
        // Management API, `refresh_token`: an application has its own rotation_type; leeway 0.
        case .auth0: RefreshPolicy(rotation: nil, leeway: 0, reuse: nil)
        // Apps API, `refresh_token`: single-page apps rotate, others by choice; leeway 30.
        case .okta: RefreshPolicy(rotation: nil, leeway: 30, reuse: nil)
        // "Refresh tokens in the Microsoft identity platform": old ones are not revoked when used.
        case .entra: RefreshPolicy(rotation: .off, leeway: nil, reuse: nil)
        // Configuration reference, `oauth2.grant.refresh_token`: rotates always; a grace period is
        // off by default and may be 5 minutes, with a count of reuses even days: write yours.
        case .hydra: RefreshPolicy(rotation: .on, leeway: nil, reuse: nil)
        // "Refresh token rotation": an app client's choice, off by default, grace of 0 to 60 s.
        case .cognito: RefreshPolicy(rotation: .off, leeway: nil, reuse: nil)
        // "Using OAuth 2.0 to Access Google APIs": refresh tokens stay as they are.
        case .google: RefreshPolicy(rotation: .off, leeway: nil, reuse: nil)
        // "Refreshing user access tokens" of GitHub Apps: each refresh token works once.
        case .github: RefreshPolicy(rotation: .on, leeway: nil, reuse: nil)
        // IdentityServer, `Client.RefreshTokenUsage`: `ReUse` since version 7.
        case .duende: RefreshPolicy(rotation: .off, leeway: nil, reuse: nil)
        }
    }
}

/// What a server does when a refresh token is presented again. Nil is not known.
public struct RefreshPolicy: Sendable, Equatable {
    /// Whether refresh tokens are for one use.
    public enum Rotation: String, Sendable, CaseIterable {
        case on, off
    }

    public var rotation: Rotation?
    /// Seconds after its first use in which a token may be presented again.
    public var leeway: Int64?
    /// How often a token may be presented again.
    public var reuse: Int64?

    public init(rotation: Rotation? = nil, leeway: Int64? = nil, reuse: Int64? = nil) {
        self.rotation = rotation
        self.leeway = leeway
        self.reuse = reuse
    }

    /// This policy, where it says something; else another one. Bounds belong together: whoever
    /// writes one of them has written both.
    func over(_ other: RefreshPolicy) -> RefreshPolicy {
        let hasBounds = leeway != nil || reuse != nil
        return RefreshPolicy(
            rotation: rotation ?? other.rotation, leeway: hasBounds ? leeway : other.leeway,
            reuse: hasBounds ? reuse : other.reuse)
    }
}
