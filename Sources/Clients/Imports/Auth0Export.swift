/// Applications as `GET /api/v2/clients` gives them, with or without totals.
struct Auth0List: Decodable {
    let clients: [Auth0Client]

    private enum CodingKeys: String, CodingKey { case clients }

    init(from decoder: any Decoder) throws {
        let paged = try? decoder.container(keyedBy: CodingKeys.self)
            .decode([Lossy<Auth0Client>].self, forKey: .clients)
        clients =
            try paged?.compactMap(\.value) ?? OneOrMany<Auth0Client>(from: decoder).elements
    }
}

/// One application.
struct Auth0Client: Decodable {
    let id: Lossy<String>?
    let name: Lossy<String>?
    let tenant: Lossy<String>?
    let isGlobal: Lossy<Bool>?
    let applicationType: Lossy<String>?
    let authentication: Lossy<String>?
    let grantTypes: Lossy<[String]>?
    let refreshToken: Lossy<RefreshTokenSetting>?

    enum CodingKeys: String, CodingKey {
        case name, tenant
        case id = "client_id"
        case isGlobal = "global"
        case applicationType = "app_type"
        case authentication = "token_endpoint_auth_method"
        case grantTypes = "grant_types"
        case refreshToken = "refresh_token"
    }

    var type: ClientType? {
        let isPublic = authentication?.value == "none"
        switch applicationType?.value {
        case "spa": return .spa
        case "native":
            return GrantTypes.areDeviceOnly(grantTypes?.value) ? .device : .native
        case "regular_web": return isPublic ? .public : .web
        case "non_interactive": return isPublic ? .public : .service
        default:
            return authentication?.value == nil ? nil : isPublic ? .public : .confidential
        }
    }

    var policy: RefreshPolicy {
        switch refreshToken?.value?.rotation?.value {
        case "rotating":
            RefreshPolicy(
                rotation: .on, leeway: ExportText.seconds(refreshToken?.value?.leeway?.value) ?? 0)
        case "non-rotating": RefreshPolicy(rotation: .off)
        default: RefreshPolicy()
        }
    }
}

enum GrantTypes {
    /// Whether users log in with a code on another screen and no other way (RFC 8628).
    static func areDeviceOnly(_ types: [String]?) -> Bool {
        guard let types else { return false }
        return types.contains("urn:ietf:params:oauth:grant-type:device_code")
            && !types.contains("authorization_code") && !types.contains("implicit")
    }
}
