/// An app as `GET /api/v1/apps` gives it.
struct OktaApp: Decodable {
    let id: Lossy<String>?
    let label: Lossy<String>?
    let signOnMode: Lossy<String>?
    let credentials: Lossy<Credentials>?
    let settings: Lossy<Settings>?

    struct Credentials: Decodable {
        let oauthClient: Lossy<Client>?

        struct Client: Decodable {
            let id: Lossy<String>?
            let authentication: Lossy<String>?

            enum CodingKeys: String, CodingKey {
                case id = "client_id"
                case authentication = "token_endpoint_auth_method"
            }
        }
    }

    struct Settings: Decodable {
        let oauthClient: Lossy<Client>?

        struct Client: Decodable {
            let applicationType: Lossy<String>?
            let grantTypes: Lossy<[String]>?
            let refreshToken: Lossy<RefreshTokenSetting>?

            enum CodingKeys: String, CodingKey {
                case applicationType = "application_type"
                case grantTypes = "grant_types"
                case refreshToken = "refresh_token"
            }
        }
    }

    private var client: Settings.Client? { settings?.value?.oauthClient?.value }
    private var own: Credentials.Client? { credentials?.value?.oauthClient?.value }

    /// Whether it is an OAuth client at all: most apps of an organization are not.
    var isClient: Bool {
        signOnMode?.value.map { $0 == "OPENID_CONNECT" } ?? (client != nil)
    }

    var clientID: String? { own?.id?.value ?? id?.value }

    var type: ClientType? {
        let isPublic = own?.authentication?.value == "none"
        switch client?.applicationType?.value {
        case "browser": return .spa
        case "native":
            return GrantTypes.areDeviceOnly(client?.grantTypes?.value) ? .device : .native
        case "web": return isPublic ? .public : .web
        case "service": return isPublic ? .public : .service
        default: return own?.authentication?.value == nil ? nil : isPublic ? .public : .confidential
        }
    }

    var policy: RefreshPolicy {
        let token = client?.refreshToken?.value
        switch token?.rotation?.value {
        case "ROTATE":
            return RefreshPolicy(
                rotation: .on,
                leeway: ExportText.seconds(token?.leeway?.value) ?? ServerKind.okta.profile.leeway)
        case "STATIC": return RefreshPolicy(rotation: .off)
        default: return RefreshPolicy()
        }
    }
}
